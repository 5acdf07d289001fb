"""The token splitter by keyboard, in the app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widget import Widget

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.base import Reading
from tutor.experiments.cells import Tier
from tutor.screens.playground import WidgetScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget
from tutor.widgets.own_text import OwnText
from tutor.widgets.token_splitter import TokenSplitter

LONG = 30  # seconds; only a broken widget takes this long
HARD = "日本語 مرحبا e\u0301 👩\u200d💻 🇫🇷 \u202e\x1b[31m\x00\t\n\n' x"


class Splitter:
    """The widget on a screen of its own, and the keyboard."""

    def __init__(self, app: TutorApp, pilot: Pilot[None], widget: TokenSplitter) -> None:
        self.app, self.pilot, self.widget = app, pilot, widget
        self.field = widget.query_one(OwnText)

    @property
    def result(self) -> Any:
        return self.widget.result

    @property
    def readings(self) -> dict[str, Reading]:
        return dict(self.result.readings())

    @property
    def lines(self) -> list[str]:
        return ["".join(s.text for s in strip).rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def settled(self) -> bool:
        """The result is that of the present settings, and nothing else is awaited."""
        settings, result = self.widget.settings, self.result
        return (
            result is not None
            and result.raw == settings.text.encode()
            and tuple(cut.name for cut in result.cuts) == settings.encodings
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONG):
            while not holds():
                await self.pilot.pause()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.until(self.settled)

    async def write(self, text: str) -> None:
        """Replace the text by a pasted one."""
        await self.pilot.press("c")
        self.field.post_message(events.Paste(text))
        await self.until(lambda: self.field.value == text.replace("\r", "\n"))
        await self.until(self.settled)
        await self.pilot.press("enter")


class WithSettings(WidgetScreen):
    """The playground's screen of the widget, started as a card starts it."""

    def __init__(self, widget: TokenSplitter) -> None:
        super().__init__("token-splitter")
        self.splitter = widget

    def body(self) -> Iterable[Widget]:
        yield self.splitter


@asynccontextmanager
async def splitter(
    folder: Path, size: tuple[int, int] = (80, 24), tier: Tier = "256", ascii: bool = False, **settings: object
) -> AsyncIterator[Splitter]:
    app = TutorApp(load_course(), Store.open(folder), tier=tier, ascii=ascii)
    async with app.run_test(size=size) as pilot:
        widget = TokenSplitter(settings)
        await app.push_screen(WithSettings(widget))
        it = Splitter(app, pilot, widget)
        await it.until(it.settled)
        yield it


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_first_screen_says_what_there_is(tmp_path: Path, size: tuple[int, int]) -> None:
    async with splitter(tmp_path, size) as it:
        rows = [line for line in it.lines if line.lstrip().startswith(("gpt2", "cl100k_base"))]
        assert any("▏Token▏izers" in row for row in rows)
        assert any("22 tokens" in row for row in rows)
        assert f"token 1 of 22{' in gpt2' if size[0] > 60 else ''}  id 30642" in it.text
        assert "encodings" in it.lines[-1]


async def test_own_text_is_cut_as_it_is_written(tmp_path: Path) -> None:
    async with splitter(tmp_path) as it:
        heard: list[Reading] = []
        it.widget.post_message, post = lambda m: (_note(m, heard), post(m))[1], it.widget.post_message  # type: ignore[method-assign]
        await it.press("c", "d", "o", "g")
        assert it.widget.settings.text == "dog"  # type: ignore[attr-defined]
        assert it.readings["ids"] == "9703"
        assert heard[-1] == "9703"
        assert "token 1 of 1 in gpt2  id 9703  3 bytes 64 6F 67" in it.text
        await it.press("s", "enter", "left")
        assert it.readings["ids"] == "22242"
        assert it.widget.has_focus
        await it.press("e", "ctrl+u")
        assert "Write a text" in it.text
        await it.press("enter", "right", "down", "up", "full_stop", "G", "i", "t", "t")  # nothing to move over
        assert it.readings["tokens"] == 0


def _note(message: object, heard: list[Reading]) -> None:
    if isinstance(message, LiveWidget.Changed):
        heard.append(message.readings["ids"])


async def test_encodings_go_in_and_out_by_digit(tmp_path: Path) -> None:
    async with splitter(tmp_path, (120, 40)) as it:
        await it.press("3", "4", "1")
        assert it.widget.settings.encodings == ("cl100k_base", "o200k_base", "tiny")
        assert "gpt2" not in it.text
        assert it.readings["tokens"] == len(it.result.cuts[0])
        await it.press("2", "3", "4")  # the last one stays
        assert it.widget.settings.encodings == ("tiny",)


async def test_the_cursor_walks_over_tokens_rows_and_pages(tmp_path: Path) -> None:
    text = "".join(f"line {n} of the text\n" for n in range(200))
    async with splitter(tmp_path, text=text) as it:
        await it.press("l", "right", "h")
        assert "␣0  token 2 of 1,200 in gpt2" in it.text
        await it.press("j")
        assert "␣  token 2 of 1,400 in cl100k_base" in it.text
        await it.press("down")  # the next line of the text
        assert "␣1  token 8 of 1,200 in gpt2" in it.text
        await it.press("up", "k", "up")  # no further than the first row
        assert "of 1,200 in gpt2" in it.text
        await it.press("pagedown")
        assert "▏line" in it.text
        assert "▏line▏␣ 0▏" not in it.text
        await it.press("comma")
        assert "▏line▏␣ 0▏" in it.text
        await it.press("G")
        assert "token 1,200 of 1,200 in gpt2" in it.text
        await it.press("g")
        assert "token 1 of 1,200 in gpt2" in it.text
        assert "bytes counted, 1 to " in it.text


async def test_ids_and_special_tokens(tmp_path: Path) -> None:
    async with splitter(tmp_path, text="a<|endoftext|>", encodings=("gpt2",)) as it:
        await it.press("i")
        row = next(y for y, line in enumerate(it.lines) if "▏a ▏< ▏" in line)
        assert it.lines[row + 1].split()[:2] == ["64", "27"]  # "a" and "<"
        await it.press("s")
        await it.until(lambda: it.readings["tokens"] == 2)
        await it.press("right")
        assert "<|endoftext|>  special token 2 of 2 in gpt2  id 50256" in it.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["none", "16", "256", "truecolor"])
async def test_hard_text_keeps_the_layout(tmp_path: Path, tier: Tier, size: tuple[int, int]) -> None:
    async with splitter(tmp_path, size, tier) as it:
        await it.press("3", "4")
        await it.write(HARD)
        for key in ("right", "i", "G", "up", "left"):
            await it.press(key)
            assert not set("\x1b\x00\t\n\u202e\u200d") & set(it.text.replace("\n", ""))
            assert all(cell_len(line) <= size[0] for line in it.lines)
        assert it.widget._complaint.display is False


async def test_a_terminal_without_utf8_gets_ascii(tmp_path: Path) -> None:
    async with splitter(tmp_path, ascii=True, tier="none") as it:
        await it.write(HARD)
        rows = it.lines[1 : 1 + it.widget.size.height]  # the widget; the key line is the app's
        assert "\n".join(rows).isascii()


async def test_a_megabyte_is_pasted_and_walked_over(tmp_path: Path) -> None:
    text = "The gardener's kettle whistled 1234 times,\nbut nobody heard it at all. " * 14_500
    async with splitter(tmp_path) as it:
        await it.write(text)
        assert it.readings["bytes"] == len(text) > 1_000_000
        assert "1,029,500 bytes counted" in it.text
        await it.press("left", "full_stop", "g", "right", "t")
        assert "'s 338" in it.text
        await it.press("t", "right")
        assert "token 3 of 275,501 in gpt2" in it.text


async def test_the_twin_says_the_same_in_words(tmp_path: Path) -> None:
    async with splitter(tmp_path, text="Unbelievable dogs") as it:
        await it.press("t")
        assert "2 words (17 bytes) become 5 tokens in gpt2 and 4 tokens in cl100k_base." in " ".join(it.text.split())
        assert "␣dogs 6844" in it.text
        await it.press("t")
        assert it.widget.has_focus
        assert "▏␣dogs" in it.text


async def test_a_click_puts_the_cursor_on_a_token(tmp_path: Path) -> None:
    async with splitter(tmp_path, text="dog dogs cat") as it:
        y, row = next((y, line) for y, line in enumerate(it.lines) if line.lstrip().startswith("cl100k_base"))
        await it.pilot.click(offset=(row.index("dogs") + 1, y))
        await it.pilot.pause()
        assert "␣dogs  token 2 of 3 in cl100k_base" in it.text


async def test_a_resize_keeps_the_cursor(tmp_path: Path) -> None:
    async with splitter(tmp_path) as it:
        await it.press("right", "right", "down")
        await it.pilot.resize_terminal(120, 40)
        await it.pilot.pause()
        assert "␣cut  token 3 of 20 in cl100k_base" in it.text


async def test_an_unknown_encoding_is_said_in_place(tmp_path: Path) -> None:
    async with splitter(tmp_path) as it:
        it.widget.steer(encodings=["bert"])
        await it.until(lambda: "no encoding 'bert'" in it.text)
        it.widget.steer(encodings=["gpt2"])
        await it.until(it.settled)
        assert "no encoding" not in it.text


async def test_a_step_of_the_cursor_repaints_little(tmp_path: Path) -> None:
    async with splitter(tmp_path) as it:
        lines = it.widget.query_one("CellLines")
        regions: list[Any] = []
        lines.refresh, refresh = lambda *a, **k: (regions.extend(a), refresh(*a, **k))[1], lines.refresh  # type: ignore[method-assign]
        await it.press("right")
        assert 0 < len(regions) <= 2  # the row and the line that tells about the token
        regions.clear()
        await it.press("left", "left")  # the second goes nowhere
        assert 0 < len(regions) <= 2


async def test_the_results_of_long_texts_are_not_kept(tmp_path: Path) -> None:
    async with splitter(tmp_path) as it:
        await it.write("short")
        for n in range(3):
            await it.write(f"long {n} " * 20_000)
        kept = [result for result in it.app.engine._results.values() if isinstance(result, type(it.result))]
        assert "short" in {result.raw.decode() for result in kept}
        assert max(len(result.raw) for result in kept) < 1000
