"""The BPE stepper by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from live_host import Host, press, shown, until
from textual import events
from textual.pilot import Pilot

from tutor.experiments.bpe_steps import READINGS
from tutor.experiments.cells import Tier
from tutor.widgets.own_text import OwnText

TEXT = "the baker bakes bread, the brewer brews beer"


async def settled(pilot: Pilot[None], app: Host, merges: int, text: str = TEXT) -> None:
    """Wait for the moment after `merges` merges of `text`, all of which are learned."""

    def there() -> bool:
        found = app.result
        return found.complete and found.merges == merges and found.n_bytes == len(text.encode())

    await until(pilot, there)


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_merges_and_the_words_steps_in_every_tier(size: tuple[int, int], tier: Tier) -> None:
    async with shown("bpe-stepper", size, tier, text=TEXT, word="bake") as (app, pilot):
        await settled(pilot, app, 0)
        most = app.result.learned
        first, counts = app.result.next, app.result.top
        assert first is not None and f"merge 0 of {most}" in app.text and "Nothing is merged yet" in app.text
        await press(pilot, "right")
        await settled(pilot, app, 1)
        (a, b), n = first
        assert app.result.last == first
        assert f"made {app.result.label(256)} = {app.result.label(a)} + {app.result.label(b)}" in app.text
        assert f"together {n} times" in app.text and "257 tokens known" in app.text
        await press(pilot, "left")
        await settled(pilot, app, 0)
        assert app.result.top == counts  # back is exactly where it was
        await press(pilot, "G")
        await settled(pilot, app, most)
        assert "no pair stands twice" in app.text
        steps = len(app.result.states) - 1
        assert app.result.step == steps > 0
        await press(pilot, "up")
        await until(pilot, lambda: app.result.step == steps - 1)
        assert app.readings[-1].keys() == READINGS.keys() and app.readings[-1]["step"] == steps - 1
        await press(pilot, "g", "left", "full_stop")
        await settled(pilot, app, min(10, most))


async def test_keys_pressed_at_once_all_count() -> None:
    async with shown("bpe-stepper", text=TEXT) as (app, pilot):
        await settled(pilot, app, 0)
        await press(pilot, *["right"] * 6, "left", "comma", "right", "right")
        await settled(pilot, app, 2)


async def test_own_text_and_word() -> None:
    async with shown("bpe-stepper", text=TEXT, merges=5, word="bake") as (app, pilot):
        await settled(pilot, app, 5)
        await press(pilot, "c", *"aa aa")
        await settled(pilot, app, 0, "aa aa")  # another text begins at its first merge
        assert app.readings[-1]["next_pair"] == "a a" and app.readings[-1]["most_merges"] == 1
        await press(pilot, "enter", "right", "w", *"aa")
        await until(pilot, lambda: len(app.result.states[0]) == 2)  # the first letter takes the place of the word
        await press(pilot, "enter")
        assert app.focused is app.live
        assert "▏aa" in app.text and app.result.merges == 1
        await press(pilot, "e", "ctrl+u")
        await until(pilot, lambda: "Write a text" in app.text)
        await press(pilot, "enter", "right", "G", "up", "t", "t")  # there is nothing to go to
        assert app.readings[-1]["merges"] == 0


async def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    text = "la la land\n" * 3
    (tmp_path / "song.txt").write_text(text, encoding="utf-8")
    async with shown("bpe-stepper", text=TEXT) as (app, pilot):
        await settled(pilot, app, 0)
        await press(pilot, "f")
        field = app.live.query_one("#file", OwnText)
        field.post_message(events.Paste(str(tmp_path / "song")))
        await until(pilot, lambda: field.value.endswith("song"))
        await press(pilot, "enter")
        await until(pilot, lambda: "there is no file" in app.text)
        await press(pilot, *".txt", "enter")
        await settled(pilot, app, 0, text)
        assert app.live.settings.text == text  # type: ignore[attr-defined]
        assert app.focused is app.live and "la la land⏎la la land⏎" in app.text
        await press(pilot, "f", "ctrl+u", "enter")  # no name: back to the text
        assert app.focused is app.live and "la la land⏎" in app.text
        await press(pilot, "f", "x", "enter")
        await until(pilot, lambda: "there is no file" in app.text)
        await press(pilot, "escape")  # nor does a name that is none keep one there
        assert app.focused is app.live and "la la land⏎" in app.text


async def test_the_twin_says_what_the_picture_shows() -> None:
    async with shown("bpe-stepper", (100, 60), text=TEXT, merges=3, word="bake") as (app, pilot):
        await settled(pilot, app, 3)
        await press(pilot, "t")
        words = " ".join(app.text.split())
        assert app.result.sentence()[:40] in words and "merged next" in words
        assert "merge 3" in words and "word, step 0" in words
        await press(pilot, "t", "right")
        await settled(pilot, app, 4)
        assert "259 tokens" not in app.text and "260 tokens known" in app.text


async def test_a_megabyte_is_stepped_through_while_it_is_learned() -> None:
    parts = [f"{a}{b}{c}{d} " for a in "bdfgklmn" for b in "aeiou" for c in "mnprstvw" for d in "aeiou"]
    text = "".join(parts[i * i % len(parts)] for i in range(220_000))
    assert len(text) > 1_000_000
    async with shown("bpe-stepper", text=text) as (app, pilot):
        await press(pilot, "right", "right")
        await until(pilot, lambda: app.result.merges == 2)
        await press(pilot, "left")
        await until(pilot, lambda: app.result.merges == 1)
        await until(pilot, lambda: app.result.complete)
        most = app.result.learned
        await press(pilot, "G")
        await settled(pilot, app, most, text)
        await press(pilot, "left")
        await settled(pilot, app, most - 1, text)


async def test_ascii_is_ascii() -> None:
    async with shown("bpe-stepper", tier="none", ascii=True, text="né né\n") as (app, pilot):
        await settled(pilot, app, 0, "né né\n")
        await press(pilot, "right")
        await settled(pilot, app, 1, "né né\n")
        assert app.text.isascii() and "merge 1 of" in app.text


async def test_a_step_repaints_little() -> None:
    async with shown("bpe-stepper", text=TEXT) as (app, pilot):
        await settled(pilot, app, 0)
        await press(pilot, "G")
        most = app.result.learned
        await settled(pilot, app, most)
        lines = app.live.query_one("StepsPicture")
        regions: list[object] = []
        lines.refresh, refresh = lambda *a, **k: (regions.extend(a), refresh(*a, **k))[1], lines.refresh  # type: ignore[method-assign]
        await press(pilot, "up")
        await until(pilot, lambda: app.result.step == len(app.result.states) - 2)
        assert 0 < len(regions) <= 3  # the heading and the two lines of the word's steps
