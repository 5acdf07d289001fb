"""Scaled dot-product attention, a stage at a time, for four tokens."""

import numpy as np

np.set_printoptions(precision=2, suppress=True)
TOKENS = ["the", "gate", "was", "shut"]
T, d = len(TOKENS), 64  # tokens; numbers in a query, a key, a value
CAUSAL = True  # change me: may a token look at later ones?
SCALE = True  # change me: divide by the root of d?

rng = np.random.default_rng(3)
Q = rng.normal(size=(T, d))  # queries: what each token looks for
K = rng.normal(size=(T, d))  # keys: what each can be found by
V = rng.normal(size=(T, d))  # values: what each hands over


def softmax(x):
    """Rows of any numbers become positive rows that sum to 1."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


scores = Q @ K.T  # (T, T): every query with every key
print(f"scores, with a spread of {scores.std():.1f}\n{scores}")

if SCALE:
    scores = scores / np.sqrt(d)  # the spread of a sum of d products
    print(f"\nscaled, the spread is {scores.std():.1f}\n{scores}")

if CAUSAL:  # above the diagonal the key comes after the query
    scores = np.where(np.triu(np.ones((T, T)), 1), -np.inf, scores)
    print(f"\nmasked: what comes later will weigh nothing\n{scores}")

weights = softmax(scores)  # (T, T): each row sums to 1
print(f"\nweights\n{weights}")

out = weights @ V  # (T, d): a mixture of values for each token
print(f"\nout {out.shape}, the first numbers of each row\n{out[:, :5]}")
print("first row of V, to compare:", V[0, :5])
