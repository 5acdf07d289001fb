"""What is remembered: how often questions that came back were recalled, against what FSRS had predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.study.schedule import Bin

FEW = 10  # reviews; a point for fewer is drawn smaller
TICKS = 5  # columns for 5 % of prediction


@dataclass(frozen=True)
class Recall:
    """The reviews that FSRS made a prediction for, and what is to come back."""

    bins: tuple[Bin, ...]
    questions: int  # that have a memory
    forecast: tuple[int, ...]  # questions due on each day from today, today's with all overdue

    @property
    def reviews(self) -> int:
        return sum(one.n for one in self.bins)

    @property
    def predicted(self) -> float | None:
        """The mean chance to recall that was predicted; None without reviews."""
        return self._mean([one.predicted for one in self.bins])

    @property
    def recalled(self) -> float | None:
        """The share of reviews that were recalled; None without reviews."""
        return self._mean([one.recalled for one in self.bins])

    def _mean(self, values: Sequence[float]) -> float | None:
        n = self.reviews
        return sum(value * one.n for value, one in zip(values, self.bins, strict=True)) / n if n else None


def plot(bins: Sequence[Bin], ascii: bool = False) -> list[str]:
    """A calibration plot: predicted from left to right, recalled from below, a line a step of 5 %.

    The dots between are where both are the same. Every bin is a point, a small one for fewer than `FEW` reviews.
    """
    if not bins:
        return []
    many, few, same, tick, corner, across = ("O", "o", ".", "|", "+", "-") if ascii else ("●", "○", "·", "┤", "└", "─")
    low = min(16, *(int(min(one.predicted, one.recalled) * 20) // 4 * 4 for one in bins))  # in steps of 5 %
    rows = 20 - low + 1
    columns = (rows - 1) * TICKS + 1
    cells = [[" "] * columns for _ in range(rows)]
    for step in range(rows):
        cells[step][step * TICKS] = same
    for one in sorted(bins, key=lambda one: one.n):
        x = round((one.predicted * 20 - low) * TICKS)
        cells[round(one.recalled * 20 - low)][x] = many if one.n >= FEW else few
    lines = ["recalled, by what was predicted"]
    for step in reversed(range(rows)):
        label = f"{(low + step) * 5:>3} %" if step % 4 == 0 else " " * 5
        lines.append(f"{label} {tick}{''.join(cells[step]).rstrip()}")
    lines.append(" " * 6 + corner + across * columns)
    axis = ""
    for step in range(0, rows, 4):
        axis = f"{axis:<{6 + step * TICKS}}{(low + step) * 5} %"
    return [*lines, axis]
