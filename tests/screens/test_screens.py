"""The screens by keyboard: home, chapter, prediction, challenge, search, glossary, insights, lab, help."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event

import pytest
from small_course import happens, opened, text_of, write

from tutor.course.leaves import leaves
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.chapter import ChapterScreen
from tutor.screens.help import keys_of
from tutor.screens.home import HomeScreen
from tutor.screens.playground import WidgetScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.search import SearchScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Page
from tutor.widgets.prediction import PredictionPane


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def test_home_lists_every_chapter_and_says_what_to_press(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await happens(pilot, lambda: "cannot be read" in text_of(app))
        text = text_of(app)
        assert "Press Enter to begin" in text
        assert "3 cards, 1 questions" in text
        assert "coming" in text.split("A Later Chapter")[1].split("\n")[0]


async def test_a_broken_or_coming_chapter_cannot_be_opened_and_breaks_nothing(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("j", "enter")
        assert isinstance(app.screen, HomeScreen)
        assert "broken.toml:1" in str(next(iter(app._notifications)).message)
        await pilot.press("j", "enter")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("g", "enter")
        await happens(pilot, lambda: isinstance(app.screen, ChapterScreen))


async def test_pages_turn_and_the_next_session_begins_where_this_one_ended(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("enter")
        await happens(pilot, lambda: "After this chapter" in text_of(app))
        places = []
        for key in ("right", "left", "l", "h", "n", "p", "right", "enter"):
            await pilot.press(key)
            await pilot.pause()
            places.append(app.screen.leaf.id)  # type: ignore[attr-defined]
        assert places == ["bytes", "goals", "bytes", "goals", "bytes", "goals", "bytes", "pieces"]
        assert app.store.cards_read("tokens") == {"bytes"}
    async with opened(lessons, tmp_path) as (app, pilot):
        assert "continue where you were: Text to Tokens" in text_of(app)
        await pilot.press("c")
        await happens(pilot, lambda: "card 2 of 3" in text_of(app))


async def test_a_chapter_goes_from_goals_to_insights(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, _):
        ids = [leaf.id for leaf in leaves(app.course.chapter("tokens"))]
        assert ids == ["goals", "bytes", "pieces", "program", "quiz", "insights"]


async def test_arrows_pass_the_quiz_by_and_only_enter_begins_it(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await happens(pilot, lambda: "After this chapter" in text_of(app))
        await pilot.press(*["right"] * 4)
        await happens(pilot, lambda: "Press Enter to begin." in text_of(app) and "Enter begin" in text_of(app))
        await pilot.press("right")
        await happens(pilot, lambda: "Key insights" in text_of(app) and "Enter begin" not in text_of(app))
        await pilot.press("left", "enter")
        await happens(pilot, lambda: "How is text kept?" in text_of(app))
        await pilot.press("2", "enter", "enter")
        await happens(pilot, lambda: "0 of 1 right" in text_of(app))
        await pilot.press("b")
        again = "The last time 0 of 1 were right. Press Enter to take it again."
        await happens(pilot, lambda: again in " ".join(text_of(app).split()))
        await pilot.press("right")
        assert isinstance(app.screen, ChapterScreen) and app.screen.leaf.id == "insights"


async def test_the_learner_predicts_before_the_widget_shows(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(PredictionPane)))
        assert not app.screen.query(LiveWidget)
        await pilot.press("enter")  # one too many, from turning pages: commits nothing
        await pilot.pause()
        assert not app.store.predictions_made()
        await pilot.press("1")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        await happens(
            pilot,
            lambda: "You said: one. It is frequent enough. It is: two or more." in " ".join(text_of(app).split()),
        )
        assert app.store.predictions_made() == {"how-many": ("0", False)}
        widget = app.screen.query_one(LiveWidget)
        await happens(pilot, lambda: widget.result is not None)
        assert widget.settings.text == "doormat"  # type: ignore[attr-defined]


async def test_a_challenge_is_noticed_when_it_is_met_and_only_then(lessons: Path, tmp_path: Path) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        widget = app.screen.query_one(LiveWidget)
        await happens(pilot, lambda: widget.result is not None)
        assert "Challenge: Write exactly two words" in text_of(app)
        assert app.store.challenges_met() == set()
        widget.steer(text="two words")
        await happens(pilot, lambda: "Met: Write exactly two words" in text_of(app))
        assert app.store.challenges_met() == {"two-words"}


async def test_settings_that_cannot_be_are_said_in_place(lessons: Path, tmp_path: Path) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        widget = app.screen.query_one(LiveWidget)
        widget.steer(encodings=["klingon"])
        await happens(pilot, lambda: "klingon" in text_of(app))
        widget.steer(encodings=["gpt2"])
        await happens(pilot, lambda: "klingon" not in text_of(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_text_and_widget_share_the_screen_and_one_key_gives_either_all_of_it(
    lessons: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(lessons, tmp_path, size=size, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        await pilot.pause()
        page, bench = app.screen.query_one("Page").region, app.screen.query_one("Workbench").region
        assert page.area and bench.area and not page.overlaps(bench)
        assert (bench.y >= page.bottom) if size[0] == 80 else (bench.x >= page.right)
        for key, pane in (("z", "Page"), ("tab", ""), ("z", "Workbench")):
            await pilot.press("z") if key == "tab" else None  # share the screen again
            await pilot.press(key)
            await pilot.pause()
            if pane:
                assert app.screen.query_one(pane).region.height == size[1] - 2
        await pilot.press("z")
        await pilot.pause()
        assert app.screen.query_one("Page").region == page and app.screen.query_one("Workbench").region == bench


async def test_back_leads_from_the_widget_to_the_text_and_from_there_home(lessons: Path, tmp_path: Path) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        await pilot.press("tab")
        widget = app.screen.query_one(LiveWidget)
        assert widget.has_focus_within
        await pilot.press("z", "escape")
        assert widget.has_focus_within and not app.screen.has_class("-widget-only")
        await pilot.press("escape")
        assert not widget.has_focus_within and isinstance(app.screen, ChapterScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_back_from_a_card_that_the_quiz_sent_one_to_leads_to_the_quiz(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("Q", "2", "enter")
        await happens(pilot, lambda: "The right answer" in text_of(app))
        assert app.store.place() == ("tokens", "quiz")
        await pilot.press("c")
        await happens(pilot, lambda: "card 1 of 3" in text_of(app))
        await pilot.press("b")
        await happens(pilot, lambda: isinstance(app.screen, QuizScreen))


async def test_search_finds_cards_and_terms_and_opens_them(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("slash", *"frequent")
        await happens(pilot, lambda: "1 found" in text_of(app))
        await pilot.press("enter")
        await happens(pilot, lambda: "card 2 of 3" in text_of(app))
        await pilot.press("b")
        await pilot.press("slash", *"byte")
        await happens(pilot, lambda: "2 found" in text_of(app))
        await pilot.press("enter", "end", "enter")
        await happens(pilot, lambda: "A number from 0 to 255" in text_of(app))
        assert "See also: token" in text_of(app)
        assert "Bytes before letters" in text_of(app)


async def test_enter_in_the_search_waits_for_what_is_still_being_read(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        held = Event()
        app.engine.submit("held", held.wait, lambda event: None)
        await pilot.press("slash", *"frequent", "enter")
        assert "found" in text_of(app) and isinstance(app.screen, SearchScreen)
        held.set()
        await happens(pilot, lambda: "card 2 of 3" in text_of(app))


async def test_insights_and_glossary_of_what_can_be_read(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("i")
        await happens(pilot, lambda: "A model reads numbers." in text_of(app))
        await pilot.press("b", "o")
        await happens(pilot, lambda: "2 terms" in text_of(app))
        await pilot.press("backspace")
        assert isinstance(app.screen, HomeScreen)


async def test_help_lists_the_keys_that_work_here(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("question_mark")
        await happens(pilot, lambda: "Keys that work here" in text_of(app))
        keys = {what: key for place in keys_of(app.screen_stack[-2]).values() for key, what in place}
        assert "next" in keys and "search" in keys and "lab" not in keys
        assert keys["next"].split() == ["→", "l", "n", "Enter"] and keys["pane before"] == "Shift+Tab"
        await pilot.press("b")
        await happens(pilot, lambda: isinstance(app.screen, ChapterScreen))


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_playground_has_a_line_for_every_widget(lessons: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(lessons, tmp_path, size=size) as (app, pilot):
        await pilot.press("p")
        await happens(pilot, lambda: "Playground" in text_of(app))
        lines = text_of(app).splitlines()[1 : 1 + len(EXPERIMENTS)]
        for entry, line in zip(EXPERIMENTS.values(), lines, strict=True):
            assert line.split("  ")[0] == entry.title
            assert line.endswith(entry.shows if size[0] == 80 else ("…", entry.shows))


async def test_help_lists_both_ways_of_a_pair_of_keys(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await app.push_screen(WidgetScreen("attention-heatmap"))
        await pilot.pause()
        keys = {what: key for place in keys_of(app.screen).values() for key, what in place}
        assert (keys["key"], keys["query"], keys["layer"], keys["head"]) == (
            "←→ h l", "↑↓ k j", ",. [ ]", "1-6",
        )  # fmt: skip


async def test_a_lab_opens_runs_and_is_stopped_by_a_key(lessons: Path, tmp_path: Path) -> None:
    endless = "import time\nprint('line', flush=True)\nwhile True:\n    time.sleep(1)\n"
    (lessons / "labs" / "count.py").write_text(endless, encoding="utf-8")
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        app.open_chapter("tokens", "program")
        await happens(pilot, lambda: "A program" in text_of(app))
        await pilot.press("L", "r")
        await happens(pilot, lambda: " line" in text_of(app).splitlines())
        await pilot.press("x")
        await happens(pilot, lambda: "It was stopped." in text_of(app))


async def test_a_tiny_window_says_so_and_comes_back(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.resize_terminal(50, 12)
        await happens(pilot, lambda: "too small" in text_of(app))
        await pilot.resize_terminal(80, 24)
        await happens(pilot, lambda: "Text to Tokens" in text_of(app) and "too small" not in text_of(app))


async def test_nothing_is_done_unseen_in_a_tiny_window(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await happens(pilot, lambda: "3 cards" in text_of(app))
        await pilot.resize_terminal(50, 12)
        await happens(pilot, lambda: "press q to quit" in " ".join(text_of(app).split()))
        await pilot.press("n", "question_mark", "colon", "slash")
        await pilot.resize_terminal(80, 24)
        await happens(pilot, lambda: "3 cards" in text_of(app))
        await pilot.resize_terminal(50, 12)
        await happens(pilot, lambda: "too small" in text_of(app))
        await pilot.press("q")
        await happens(pilot, lambda: not app.is_running)


async def test_the_end_of_a_long_line_is_seen_where_it_is_written(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("slash", *"abc" * 40, *"the end")
        await happens(pilot, lambda: "bcabcthe end" in text_of(app))


async def test_ctrl_c_tells_how_to_quit(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("ctrl+c")
        await happens(pilot, lambda: "q quits." in text_of(app) and "Esc leaves" not in text_of(app))
        await pilot.press("slash", "ctrl+c")
        await happens(pilot, lambda: "Esc leaves the field" in text_of(app))


async def test_themes_change_by_key_and_are_kept(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("T")
        chosen = app.theme
        assert chosen == "day"
        await happens(pilot, lambda: "Theme: day" in text_of(app))
        await pilot.press("T")
        await happens(pilot, lambda: "Theme: high-contrast" in text_of(app) and "Theme: day" not in text_of(app))
        assert [(note.severity, note.timeout) for note in app._notifications] == [("information", 2)]
        chosen = app.theme
    async with opened(lessons, tmp_path) as (app, _):
        assert app.theme == chosen


async def test_the_app_says_when_progress_cannot_be_saved(lessons: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    async with opened(lessons, blocked) as (app, pilot):
        await happens(pilot, lambda: "Progress is not being saved" in " ".join(text_of(app).split()))
        await pilot.press("enter", "right")
        await happens(pilot, lambda: "card 1 of 3" in text_of(app))


def test_every_page_of_the_real_course_has_an_id_of_its_own() -> None:
    from tutor.course.load import load_course

    course = load_course()
    for entry in course.entries():
        if entry.file is not None:
            ids = [leaf.id for leaf in leaves(course.chapter(entry.id))]
            assert len(ids) == len(set(ids)) >= 2


async def test_a_key_that_only_the_widget_knows_is_its_also_from_the_text(lessons: Path, tmp_path: Path) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await happens(pilot, lambda: bool(app.screen.query(LiveWidget)))
        widget = app.screen.query_one(LiveWidget)
        await happens(pilot, lambda: widget.result is not None)
        await pilot.press("f12", "x")  # of nobody
        assert not widget.has_focus_within
        await pilot.press("c", *"hi", "enter")
        await happens(pilot, lambda: widget.settings.text == "hi")  # type: ignore[attr-defined]
        assert app.focused is widget
        await pilot.press("b", "l")  # a key of both is the text's
        await happens(pilot, lambda: "card 3 of 3" in text_of(app))


async def test_pages_asked_for_at_once_come_one_after_the_other(lessons: Path, tmp_path: Path) -> None:
    """As when the quiz is left, which opens a page, and a key turns one at the same moment."""
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await happens(pilot, lambda: "After this chapter" in text_of(app))
        screen = app.screen
        assert isinstance(screen, ChapterScreen)
        await asyncio.gather(*(screen._open(at) for at in (1, 3, 0, 2, 1)))
        await happens(pilot, lambda: "card 1 of 3" in text_of(app))
        assert len(screen.query(Page)) == 1
