"""The table of docs/terminal.md."""

import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from figures import Figure
from table import BEGIN, END, PAGE, REQUIREMENTS, measured, number, page, table


def test_numbers_keep_the_digits_that_mean_something() -> None:
    shown = [number(value, "ms") for value in (0, 12, 0.123456, 12.345, 1234.5, 1e6)]
    assert shown == ["0 ms", "12 ms", "0.123 ms", "12.3 ms", "1,234 ms", "1,000,000 ms"]


def test_rows_stand_in_the_order_of_the_requirements_and_excess_is_bold() -> None:
    late, early = Figure(18, "lines", 20, ""), Figure(1, "idle", 3, "bytes", limit=0, minimal=0)
    rows = table([late, early]).splitlines()[2:]
    assert rows == [
        f"| 1. {REQUIREMENTS[0]} | idle | **3 bytes** | 0 bytes | 0 bytes |",
        f"| 18. {REQUIREMENTS[17]} | lines | 20 |  |  |",
    ]


def test_only_the_table_is_written_anew() -> None:
    figures, day = [Figure(2, "PageDown", 900, "bytes")], date(2026, 1, 2)
    once = page(f"before\n{BEGIN}\nold\n{END}\nafter\n", figures, day)
    assert once.startswith("before\n") and once.endswith("\nafter\n") and "old" not in once
    assert "| 2. Nothing is animated | PageDown | 900 bytes |  |  |" in once
    assert page(once, figures, day) == once and "2026-01-02" in once


def test_a_topic_that_fails_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, asked = tmp_path / "runs" / "figures.json", list[str]()

    def topic(name: str, *found: Figure, error: Exception | None = None) -> None:
        def figures() -> list[Figure]:
            asked.append(name)
            if error:
                raise error
            return list(found)

        monkeypatch.setitem(sys.modules, name, SimpleNamespace(figures=figures))

    one, two = Figure(1, "one", 1.5, "s", limit=2), Figure(2, "two", 2, "")
    monkeypatch.setattr("table.topics", lambda: ["first", "second"])
    topic("first", one)
    topic("second", error=OSError("no pty"))
    with pytest.raises(OSError, match="no pty"):
        measured(kept)
    topic("second", two)
    assert measured(kept) == [one, two] == measured(kept)
    assert asked == ["first", "second", "second"]


def test_the_page_states_a_figure_for_every_requirement() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert [i for i, name in enumerate(REQUIREMENTS, 1) if f"| {i}. {name} | " not in written] == []
