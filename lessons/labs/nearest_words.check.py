"""Begin with the dot products: `rows @ x` gives one for each row. A cosine is a dot product divided by both lengths,
and `np.linalg.norm(rows, axis=1)` measures every row.
"""

import numpy as np

from __main__ import cosines, nearest, row_of, rows, table

for word in ("oak", "the", "kettle"):
    x = rows[row_of[word]]
    found = np.asarray(cosines(x))
    assert found.shape == (len(rows),), f"one number for each row is shape {(len(rows),)}; yours is {found.shape}."
    assert found.any(), "every cosine is 0 still: fill in the lines below YOUR TURN."
    most = int(abs(found).argmax())
    other = "itself" if table.words[most] == word else table.words[most]
    told = f"a cosine lies between -1 and 1; yours for {word} with {other} is {found[most]:.2f}."
    assert abs(found[most]) < 1.001, told
    assert abs(found[row_of[word]] - 1) < 1e-3, f"{word} with itself has cosine 1; yours is {found[row_of[word]]:.3f}."
    off = abs(found - table.cosines(x))
    worst = int(off.argmax())
    assert off[worst] < 1e-3, f"{word} and {table.words[worst]} are {off[worst]:.2f} off: divide by both lengths."
assert nearest("oak", 1)[0][0] == "pine", f"nearest to oak is pine; yours finds {nearest('oak', 1)[0][0]}."
