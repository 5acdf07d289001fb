"""What is said for a while: where it goes, and what stays."""

from __future__ import annotations

from pathlib import Path

from small_course import happens, opened, text_of, write

from tutor.screens.chapter import ChapterScreen
from tutor.screens.help import HelpScreen
from tutor.screens.home import HomeScreen


async def test_a_plain_notice_goes_with_its_screen_and_a_warning_stays(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await happens(pilot, lambda: "After this chapter" in text_of(app))
        for key, screen in (("question_mark", HelpScreen), ("b", ChapterScreen), ("b", HomeScreen)):
            app.notify("plain", timeout=1000)
            app.notify("a warning", severity="warning", timeout=1000)
            app.notify("an error", severity="error", timeout=1000)
            await happens(pilot, lambda: all(said in text_of(app) for said in ("plain", "a warning", "an error")))
            await pilot.press(key)
            assert isinstance(app.screen, screen)
            await happens(pilot, lambda: "a warning" in text_of(app) and "an error" in text_of(app))
            assert [note.message for note in app._notifications] == ["a warning", "an error"]
            assert "plain" not in text_of(app)
            assert not any("plain" in str(toast.render()) for one in app.screen_stack for toast in one.query("Toast"))
