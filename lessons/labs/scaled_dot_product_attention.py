"""Scaled dot-product attention, a stage at a time, for four tokens."""

import numpy as np

np.set_printoptions(precision=2, suppress=True)
TOKENS = ["the", "gate", "was", "shut"]
T, K = len(TOKENS), 64  # tokens; numbers in a query, a key, a value
CAUSAL = True  # change me: may a token look at later ones?
SCALE = True  # change me: divide by the root of K?

rng = np.random.default_rng(3)
queries = rng.normal(size=(T, K))  # what each token looks for
keys = rng.normal(size=(T, K))  # what each token offers to be found by
values = rng.normal(size=(T, K))  # what each token hands over


def softmax(x):
    """Rows of any numbers become positive rows that sum to 1."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


scores = queries @ keys.T  # (T, T): every query with every key
print(f"scores, with a spread of {scores.std():.1f}\n{scores}")

if SCALE:
    scores = scores / np.sqrt(K)  # the spread of a sum of K products
    print(f"\nscaled, the spread is {scores.std():.1f}\n{scores}")

if CAUSAL:  # above the diagonal the key comes after the query
    scores = np.where(np.triu(np.ones((T, T)), 1), -np.inf, scores)
    print(f"\nmasked: what comes later will weigh nothing\n{scores}")

weights = softmax(scores)  # (T, T): each row sums to 1
print(f"\nweights\n{weights}")

out = weights @ values  # (T, K): a mixture of values for each token
print(f"\nout {out.shape}, the first numbers of each row\n{out[:, :5]}")
print("first row of the values, to compare:", values[0, :5])
