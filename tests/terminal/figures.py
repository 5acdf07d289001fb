"""One measured figure of the terminal, beside its limit and beside what a minimal Textual app takes for the same.

Each module `measure_TOPIC` here has `figures() -> Iterator[Figure]`. The tests hold the figures to their limits, and
`python tests/bench table` writes them all into docs/terminal.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, of one of the requirements in docs/terminal.md."""

    requirement: int  # its number there
    what: str  # "first screen, 80x24, 256 colours"
    value: float
    unit: str  # "bytes", "KB", "ms", "s", "MB", "of 40 screens", "" for a ratio
    limit: float | None = None  # at most this
    minimal: float | None = None  # the same, of a minimal Textual app measured in the same run

    @property
    def kept(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit
