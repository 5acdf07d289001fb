"""One size, ever more text: how loss falls with data. All of the text is the rung `291k` of the ladder.

Less text is read more often, until the validation loss rises; the weights of its best point are kept.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes.ladder import rung

SIZE = (64, 3, 4, 192)  # d_model, n_layer, n_head, d_ff

RUNS = {
    f"1-{parts}": replace(rung(*SIZE, tokens=tokens), text=1 / parts, best=True)
    for parts, tokens in {16: 2_500_000, 8: 4_500_000, 4: 8_000_000, 2: 14_000_000}.items()
}
