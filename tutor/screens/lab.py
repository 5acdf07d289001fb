"""A lab: a short program of the course, to read, change and run. A change is kept in the learner's own folder."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tutor.experiments.cells import visible
from tutor.screens.base import TutorScreen
from tutor.widgets.card import Page

SECONDS = 30.0  # a lab may run
OUTPUT = 20_000  # characters of its output that are shown


class Editor(TextArea):
    """Python, to read; `e` makes it writable, Tab leaves it."""

    BINDINGS = [Binding("tab", "screen.leave_editor", "done", show=True)]


class LabScreen(TutorScreen[None]):
    """The program above, what it prints below."""

    CSS_PATH = "lab.tcss"
    BINDINGS = [
        Binding("r", "run", "run"),
        Binding("x", "stop", "stop"),
        Binding("e", "edit", "edit"),
        Binding("u", "restore", "restore the original"),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lab = name
        self.title_text = f"Lab: {name}"
        self._process: asyncio.subprocess.Process | None = None
        self._printed = ""

    def body(self) -> Iterable[Widget]:
        editor = Editor(language=None, read_only=True, show_line_numbers=True, tab_behavior="focus", id="code")
        editor.can_focus = False
        editor.cursor_blink = False
        yield editor
        yield Page(Static("Press r to run it, e to change it.", id="output", markup=False))

    def on_mount(self) -> None:
        path = self.own if self.own.is_file() else self.tutor.course.lab(self.lab)
        try:
            source = path.read_text(encoding="utf-8") if path else ""
        except (OSError, UnicodeDecodeError) as error:
            self._say(f"{path} cannot be read: {error}")
            source = ""
        self.query_one(Editor).text = source
        self._place()
        self.query_one(Page).focus()

    @property
    def own(self) -> Path:
        """Where the learner's change of this lab is kept."""
        base = self.tutor.store.path.parent if self.tutor.store.path else Path(tempfile.gettempdir())
        return base / "labs" / self.lab

    def _place(self) -> None:
        self.set_title(self.title_text, "changed by you" if self.own.is_file() else "")

    def _say(self, text: str) -> None:
        lines = (visible(line) for line in text[-OUTPUT:].split("\n"))
        self.query_one("#output", Static).update("\n".join(lines))

    # ── editing ──────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self) -> None:
        editor = self.query_one(Editor)
        editor.can_focus, editor.read_only = True, False
        editor.focus()

    def action_leave_editor(self) -> None:
        """Back to reading; what was changed is kept."""
        editor = self.query_one(Editor)
        editor.read_only = True
        self.query_one(Page).focus()
        editor.can_focus = False
        original = self.tutor.course.lab(self.lab)
        try:
            if original is None or editor.text != original.read_text(encoding="utf-8"):
                self.own.parent.mkdir(parents=True, exist_ok=True)
                partial = self.own.with_suffix(".partial")
                partial.write_text(editor.text, encoding="utf-8")
                partial.replace(self.own)
        except OSError as error:
            self._say(f"Your change is not saved, but r runs it: {error}")
        self._place()

    def action_restore(self) -> None:
        """The course's own program again; the change goes."""
        with suppress(OSError):
            self.own.unlink(missing_ok=True)
        self.on_mount()

    def action_scroll(self, lines: int) -> None:
        """Scroll the program."""
        self.query_one(Editor).scroll_relative(y=lines, animate=False)

    # ── running ──────────────────────────────────────────────────────────────────────────────────────

    def action_run(self) -> None:
        self.action_stop()
        self.run_worker(self._run(self.query_one(Editor).text), group="lab", exclusive=True)

    def action_stop(self) -> None:
        """End the program and its children, if any of them runs."""
        if self._process is not None:
            end(self._process)

    async def _run(self, source: str) -> None:
        """Run, and say how it ended."""
        self._say("running…")
        try:
            ended = await self._run_to_end(source)
        except OSError as error:
            ended = f"It cannot be run here: {error}"
        self._say(f"{self._printed}{ended}" or "It printed nothing.")
        if ended:
            self.call_after_refresh(self.query_one(Page).scroll_end, animate=False)

    async def _run_to_end(self, source: str) -> str:
        """Run in a process, session and empty folder of its own; returns how it ended, empty when well."""
        self._printed = ""
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, self.lab)
            program.write_text(source, encoding="utf-8")
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", str(program)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,  # without the terminal, in which it could write
            )
            try:
                return await asyncio.wait_for(self._listen(process), SECONDS)
            except TimeoutError:
                return f"Ended after {SECONDS:.0f} seconds."
            finally:
                end(process)
                with suppress(TimeoutError):  # a child in a session of its own may hold the output for ever
                    await asyncio.wait_for(process.communicate(), 1.0)  # a full pipe is not seen to end
                if self._process is process:
                    self._process = None

    async def _listen(self, process: asyncio.subprocess.Process) -> str:
        """Show the output while it comes; returns how the program ended, empty when well."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        assert process.stdout is not None
        while chunk := await process.stdout.read(4096):
            self._printed += decoder.decode(chunk).replace("\r\n", "\n")
            if len(self._printed) > OUTPUT:
                return f"\nEnded: it printed more than {OUTPUT:,} characters."
            self._say(self._printed)
        code = await process.wait()
        return f"\nIt ended with exit code {code}." if code else ""

    def on_unmount(self) -> None:
        self.action_stop()


def end(process: asyncio.subprocess.Process) -> None:
    """End a program with all that it has started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
