"""Multi-head attention by a loop, at once, and in a real model."""

import numpy as np

from tutor.models.library import Library

TEXT = "Tom had a kite. The kite was red. Tom lost the"  # yours?
LAYER = 4  # 1 to 6: change me

model = Library().model("tiny")
seen = model.trace(model.start(TEXT))
q, k, v = (x[LAYER - 1] for x in (seen.query, seen.key, seen.value))
H, T, d = q.shape  # heads, tokens, numbers a head has for each token
mask = np.triu(np.full((T, T), -np.inf), 1)  # -inf: the key is later


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# One head after the other: each has its own queries, keys and values.
heads = []
for h in range(H):
    weights = softmax(q[h] @ k[h].T / np.sqrt(d) + mask)  # (T, T)
    heads.append(weights @ v[h])  # (T, d)
looped = np.concatenate(heads, axis=1)  # (T, H * d): side by side

# All at once: NumPy multiplies one pair of matrices for every head.
weights = softmax(q @ k.swapaxes(1, 2) / np.sqrt(d) + mask)  # (H, T, T)
at_once = (weights @ v).swapaxes(0, 1).reshape(T, H * d)  # (T, H * d)

print(f"{H} heads of {d} numbers: each token gets {H * d} numbers")
apart = np.abs(looped - at_once).max()
print(f"the loop and all at once differ by {apart:.1e} at most")
off = np.abs(weights - seen.attention[LAYER - 1]).max()
print(f"our weights and the model's own by {off:.1e}")
assert np.allclose(looped, at_once, atol=1e-5) and off < 1e-5

tokens = [model.tokenizer.decode([i]) for i in seen.ids]
if seen.ids[0] == model.tokenizer.bos:
    tokens[0] = "<start>"
print(f"\nlayer {LAYER} looks, from the last token {tokens[-1]!r}, at")
for h in range(H):
    percent = 100 * weights[h, -1]
    strongest = np.argsort(-percent)[:3]
    told = [f"{tokens[i]!r} {percent[i]:.0f} %" for i in strongest]
    print(f"  head {h + 1}: {', '.join(told)}")
