"""Hide before softmax, not after: a score of `-np.inf` gets the weight 0, and the rest of its row still sums to 1.
`np.triu(np.ones(weights.shape), 1)` is 1 where the key comes after the query. Softmax is `np.exp` over its own sum
along the last axis; take each row's largest score off first.
"""

import numpy as np

from __main__ import attention

rng = np.random.default_rng(1)
for n in (5, 2, 1):
    queries, keys, values = rng.normal(size=(3, n, 8))
    weights, out = attention(queries, keys, values)
    weights = np.asarray(weights)
    assert weights.shape == (n, n), f"{n} tokens have weights of {n} by {n}; yours are {weights.shape}."
    assert not np.isnan(weights).any(), "some weights are no numbers: softmax got a row that is hidden altogether."
    assert np.allclose(np.triu(weights, 1), 0), "a token still sees one after it: those weights must be 0."
    assert (weights >= 0).all(), "a weight is below 0: put every score through np.exp."
    assert np.allclose(weights.sum(axis=-1), 1), "a row does not sum to 1: hide first, then divide by the sum."
    scores = np.where(np.tri(n) == 1, queries @ keys.T / np.sqrt(8), -np.inf)
    shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    assert np.allclose(weights, shares), "each weight must be e to the power of its score, over the sum of its row."
    assert np.allclose(out, shares @ values), "what a token takes away is its weights times the values."
weights, _ = attention(np.full((2, 8), 40.0), np.full((2, 8), 40.0), np.eye(2, 8))
assert np.allclose(weights, [[1, 0], [0.5, 0.5]]), "large scores overflow: take each row's largest score off it first."
