"""The Textual app: owns the one engine and the one progress store; the screens, the global keys, the palette."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import NoColor
from textual.markup import escape
from textual.screen import Screen
from textual.theme import Theme

from tutor import themes
from tutor.course.load import Course, LessonError, load_course
from tutor.screens.filters import AsciiOnly, ForConsole
from tutor.screens.frame import SentByChanges
from tutor.screens.home import HomeScreen
from tutor.screens.keyboard import TypedInOrder
from tutor.screens.notices import Notices
from tutor.screens.stack import KeptLow
from tutor.screens.strips import keep_less
from tutor.screens.timers import tick_once
from tutor.study.store import Store

if TYPE_CHECKING:
    from tutor.driver import TooLong
    from tutor.engine import Engine
    from tutor.experiments.cells import Tier

THEME = "Theme: "


class TutorApp(SentByChanges[None], TypedInOrder[None], Notices[None], KeptLow[None]):
    """One learner's session."""

    TITLE = "tutor"
    # the first screen's own file is here, because Textual does not load it
    CSS_PATH = [Path(__file__).parent / name for name in ("app.tcss", "screens/home.tcss")]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS = [
        Binding("question_mark", "help", "keys"),
        Binding("slash", "search", "search"),
        Binding("colon", "command_palette", "commands", show=False),
        Binding("T", "next_theme", "next theme", show=False),
        Binding("q,ctrl+q", "quit", "quit", show=False),
        Binding("ctrl+z", "suspend_process", "to the shell", show=False),
        Binding("ctrl+l", "redraw", "draw anew", show=False, priority=True),  # in a dialog too
    ]

    def __init__(
        self,
        course: Course,
        store: Store,
        *,
        tier: Tier = "256",
        ascii: bool = False,
        console: bool = False,
        chapter: str | None = None,
        engine: Engine | None = None,
    ) -> None:
        """`tier`: the colours the terminal has; `ascii`: it lacks UTF-8; `console`: it is the Linux console;
        `chapter`: id of the first to open."""
        self.course = course
        self.store = store
        self.tier: Tier = tier
        keep_less()
        tick_once()
        self.set_reactive(App.theme, self._first_theme())  # before Textual reads styles in the colours of its own
        super().__init__()
        if engine is not None:
            self.engine = engine
        self.ascii = ascii
        self.first_chapter = chapter
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"
        if tier == "none":  # Textual would send shades of grey, its choice having been made before the theme's
            self._filters = [NoColor()]
        if ascii:
            self._filters.append(AsciiOnly())
        if console:
            self._filters.append(ForConsole())

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours alone: their colours have our meanings."""
        return {theme.name: theme for theme in themes.THEMES}

    @cached_property
    def engine(self) -> Engine:
        """What computes for every widget; made when it is first asked, after the first paint."""
        from tutor.engine import Engine

        return Engine()

    def _first_theme(self) -> str:
        """The theme to begin with: of the environment, of the last session, or the tier's own."""
        allowed = themes.names(self.tier)
        wanted = [*os.environ.get("TEXTUAL_THEME", "").split(","), self.store.setting("theme"), allowed[0]]
        return next(name for name in wanted if name in allowed)

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        if driver.__name__ == "LinuxDriver":  # not on Windows, which has its own, nor where there is no screen
            from tutor.driver import TerminalDriver

            return TerminalDriver
        return driver

    def get_default_screen(self) -> Screen[None]:
        return HomeScreen()

    def on_load(self) -> None:
        self._leave_on_signals()

    def on_mount(self) -> None:
        self.call_after_refresh(self._warm_up)
        self.store.on_warning = self._warn
        if self.store.warning:
            self.call_after_refresh(self._warn, self.store.warning)
        if self.first_chapter:
            self.open_chapter(self.first_chapter)

    def _warm_up(self) -> None:
        from tutor.engine import Priority

        if not gc.isenabled():  # see tutor.cli
            gc.freeze()
            gc.enable()
        self.engine.submit("warm up", warm_up, lambda event: None, priority=Priority.BACKGROUND)

    def _warn(self, warning: str) -> None:
        self.notify(warning, severity="warning", timeout=20)

    def ignores(self, typed: events.Event) -> bool:
        """Nothing is done unseen: while the window is too small, there is only what leaves it or draws it anew."""
        unseen = bool(self.screen_stack) and self.screen.has_class("-too-small")
        return unseen and getattr(typed, "key", "") not in ("q", "ctrl+q", "ctrl+c", "ctrl+z", "ctrl+l")

    def action_help_quit(self) -> None:
        """Ctrl+C, which ends other programs."""
        typing = self.focused is not None and self.focused.check_consume_key("q", "q")
        kept = "Every answer given is kept."
        self.notify(f"Esc leaves the field, then q quits. {kept}" if typing else f"q quits. {kept}")

    def _leave_on_signals(self) -> None:
        """A hang-up ends the session cleanly, also before the first paint; Textual itself handles none of them."""
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM", "SIGINT"):
            if hasattr(signal, name) and sys.platform != "win32":
                loop.add_signal_handler(getattr(signal, name), self.exit)

    def on_too_long(self, message: TooLong) -> None:
        """Say of a paste what was kept of it."""
        said = f"The first {message.kept:,} of the {message.length:,} characters pasted are kept."
        self.notify(said, severity="warning", timeout=10)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Nothing blinks, in Textual's own screens neither."""
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def on_unmount(self) -> None:
        self.engine.close()
        self.store.close()

    # ── what is sent ─────────────────────────────────────────────────────────────────────────────────

    def on_resize(self) -> None:
        """Also the first event after a stay in the shell: the terminal may show anything."""
        if self.screen_stack:
            self.action_redraw()

    def action_redraw(self) -> None:
        """Send the whole screen again, whatever the terminal shows."""
        self.forget_terminal()
        self.screen.refresh()

    # ── where to go ──────────────────────────────────────────────────────────────────────────────────

    def open_chapter(self, chapter_id: str, card_id: str | None = None) -> None:
        """Open a chapter at a card, or where the learner was in it; one that cannot be read is said."""
        from tutor.screens.chapter import ChapterScreen

        try:
            self.course.chapter(chapter_id)
        except LessonError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self.push_screen(ChapterScreen(chapter_id, card_id))

    def action_search(self) -> None:
        from tutor.screens.search import SearchScreen

        self.push_screen(SearchScreen())

    def action_command_palette(self) -> None:
        from tutor.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_help(self) -> None:
        from tutor.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_glossary(self, term: str | None = None) -> None:
        from tutor.screens.glossary import GlossaryScreen

        self.push_screen(GlossaryScreen(term))

    def action_insights(self) -> None:
        from tutor.screens.insights import InsightsScreen

        self.push_screen(InsightsScreen())

    def action_review(self) -> None:
        from tutor.screens.review import ReviewScreen

        self.push_screen(ReviewScreen())

    def action_progress(self) -> None:
        from tutor.screens.progress import ProgressScreen

        self.push_screen(ProgressScreen())

    def action_mixed(self) -> None:
        from tutor.screens.mixed import MixedScreen

        self.push_screen(MixedScreen())

    def action_playground(self) -> None:
        from tutor.screens.playground import PlaygroundScreen

        self.push_screen(PlaygroundScreen())

    # ── looks ────────────────────────────────────────────────────────────────────────────────────────

    def action_next_theme(self) -> None:
        """The next theme that this terminal can show; kept for the next session."""
        allowed = themes.names(self.tier)
        at = allowed.index(self.theme) if self.theme in allowed else -1
        self.set_theme(allowed[(at + 1) % len(allowed)])
        self.take_away(lambda note: note.message.startswith(THEME))
        self.notify(f"{THEME}{self.theme}", timeout=2)

    def set_theme(self, name: str) -> None:
        """Take a theme and keep it."""
        self.theme = name
        self.store.set_setting("theme", name)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Home", "The list of chapters", self.action_home)
        yield SystemCommand("Review", "The questions that are due", self.action_review)
        yield SystemCommand("Progress", "What was read and tried, and what is solid", self.action_progress)
        yield SystemCommand("Mixed quiz", "Questions of several chapters, mixed", self.action_mixed)
        yield SystemCommand("Search", "Find a card or a term", self.action_search)
        yield SystemCommand("Glossary", "Every term, defined once", self.action_glossary)
        yield SystemCommand("Key insights", "What each chapter comes down to", self.action_insights)
        yield SystemCommand("Playground", "Every live widget on its own", self.action_playground)
        yield SystemCommand("Keys", "The keys that work here", self.action_help)
        for entry in self.course.entries():
            if entry.file is not None:
                title, summary = escape(entry.title), escape(entry.summary)  # the palette reads markup
                yield SystemCommand(title, summary, lambda one=entry.id: self.open_chapter(one))
        for name in themes.names(self.tier):
            yield SystemCommand(f"Theme: {name}", "Change the colours", lambda name=name: self.set_theme(name))
        yield SystemCommand("Quit", "Every answer given is kept", self.exit)

    def action_home(self) -> None:
        """Back to the list of chapters, whatever is open."""
        while len(self.screen_stack) > 1:
            self.pop_screen()


def warm_up() -> Iterator[None]:
    """Import what a chapter will need, a module at a time, while the learner still reads."""
    for name in ("tutor.screens.chapter", "numpy", "tutor.models.library"):
        import_module(name)
        yield


def run(
    *,
    tier: Tier,
    ascii: bool = False,
    console: bool = False,
    data_dir: Path | None = None,
    mouse: bool = True,
    chapter: str | None = None,
) -> int:
    """Open the app in this terminal; returns the exit code."""
    from textual import constants

    systems = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}
    constants.COLOR_SYSTEM = systems[tier]  # type: ignore[misc]  # read when the App is made
    if tier == "none":
        os.environ["NO_COLOR"] = "1"
    else:
        os.environ.pop("NO_COLOR", None)
    course = load_course()
    if chapter is not None and course.find(chapter) is None:
        print(f"tutor: no chapter {chapter!r}; `tutor course` lists them", file=sys.stderr)
        return 2
    store = Store.open(data_dir)
    app = TutorApp(course, store, tier=tier, ascii=ascii, console=console, chapter=chapter)
    app.run(mouse=mouse)
    leave(app)
    return app.return_code or 0


def leave(app: TutorApp) -> None:
    """End the process now if a job is still in the middle of a step: all is kept, the terminal is restored.

    The interpreter's own way out would wait for compiled code on the engine's thread, or abort in it.
    """
    if not app.engine.ended(0.1):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(app.return_code or 0)
