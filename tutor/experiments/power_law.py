"""Fit loss = floor + scale * n^-exponent: the form in which loss falls with size and with data.

Hestness and others 2017 (https://arxiv.org/abs/1712.00409), Hoffmann and others 2022 (https://arxiv.org/abs/2203.15556).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PowerLaw:
    floor: float  # the loss that no size goes below
    scale: float
    exponent: float
    error: float  # root mean square of the residuals, in the unit of the loss

    def __call__(self, n: float) -> float:
        """The loss at `n`."""
        return float(self.floor + self.scale * n**-self.exponent)


def fit(n: Sequence[float], loss: Sequence[float]) -> PowerLaw:
    """Least squares; needs four points, of which the largest n has the lowest loss.

    For a given exponent the other two are a straight line in n^-exponent, so the search is over one number.
    """
    if len(n) < 4 or len(n) != len(loss):
        raise ValueError("a power law with a floor needs four points or more")
    x, y = np.asarray(n, np.float64), np.asarray(loss, np.float64)

    def line(exponent: float) -> PowerLaw:
        powers = (x / x[0]) ** -exponent  # of ratios, so that the two columns are of a size
        columns = np.stack([np.ones_like(powers), powers], axis=1)
        (floor, scale), *_ = np.linalg.lstsq(columns, y, rcond=None)
        if floor < 0:  # loss cannot fall below nothing
            floor, scale = 0.0, float((powers @ y) / (powers @ powers))
        error = float(np.sqrt(np.mean((floor + scale * powers - y) ** 2)))
        return PowerLaw(float(floor), float(scale * x[0] ** exponent), exponent, error)

    low, high = 0.01, 2.0
    for _ in range(6):  # a finer grid around the best, six times
        grid = np.linspace(low, high, 41)
        best = int(np.argmin([line(float(a)).error for a in grid]))
        low, high = float(grid[max(0, best - 1)]), float(grid[min(40, best + 1)])
    return line((low + high) / 2)
