"""Exercise: keep a token from seeing the ones after it."""

import numpy as np

np.set_printoptions(precision=2, suppress=True)
TOKENS = ["rain", "fell", "on", "tin"]
T, d = len(TOKENS), 16  # tokens; numbers in a query, a key, a value
rng = np.random.default_rng(8)
queries, keys, values = rng.normal(size=(3, T, d))  # (T, d) each


def attention(queries, keys, values):
    """The weights (T, T) and what each token takes away, (T, d)."""
    weights = queries @ keys.T / np.sqrt(queries.shape[1])  # (T, T)
    # np.exp overflows on large scores: before it, take off each row's
    # largest. That changes no share, for only differences count.
    # YOUR TURN: hide the keys that come later; make rows that sum to 1
    weights = weights  # no mask and no softmax yet
    # END
    return weights, weights @ values


weights, out = attention(queries, keys, values)
print("weights: a row for each query, a column for each key")
for token, row in zip(TOKENS, weights, strict=True):
    print(f"{token:5} {row}   sum {row.sum():.2f}")

# A token that cannot see the future does not feel it change.
values[-1] += 100
_, changed = attention(queries, keys, values)
print("\nand after the last token's value was changed, each takes away")
for token, before, after in zip(TOKENS, out, changed, strict=True):
    same = "the same" if np.allclose(before, after) else "another value"
    print(f"{token:5} {same}")
