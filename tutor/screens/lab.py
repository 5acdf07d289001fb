"""A lab: a short program of the course, to read, change and run; a change is kept in the learner's own folder.

An exercise is a lab with a gap to fill: a check runs after the program, and there are a hint and a solution.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from textwrap import dedent

from textual.binding import Binding
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from tutor.course.exercises import Exercise, exercise, split
from tutor.course.labs import Run
from tutor.course.own_program import OwnProgram
from tutor.experiments.cells import visible
from tutor.screens.copying import Copy, Copying
from tutor.widgets.card import Page
from tutor.widgets.editor import Editor

PAUSE = 0.1  # seconds between two showings of a program's output

KEYS = "e lets you write, Tab ends that; u brings the course's own program back, after a question."
PLAIN = f"r runs the program. {KEYS}"
EXERCISE = (
    "An exercise: fill in what is missing below YOUR TURN. r runs the program and its check; H gives a hint, S a "
    f"solution once you have tried. {KEYS}"
)
FIRST_TRY = "Try it yourself first: e to write, r to run. The solution is shown after that."
ASK = "Take the course's own program back? What you wrote here is deleted.\n\ny  take it back     n  keep mine"


class LabScreen(Copying[None]):
    """The program and what it prints."""

    CSS_PATH = "lab.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]
    BINDINGS = [
        Binding("r", "run", "run"),
        Binding("x", "stop", "stop"),
        Binding("e", "edit", "write"),
        Binding("tab", "app.focus_next", "other pane"),
        Binding("H", "hint", "hint"),
        Binding("S", "solution", "solution"),
        Binding("u", "restore", "original"),
        Binding("y", "answer(True)", "take it back"),
        Binding("n", "answer(False)", "keep mine"),
        Binding("y", "copy", "copy as text", show=False),
        Binding("z", "zoom('one')", "whole screen"),
        Binding("z", "zoom('both')", "both again"),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lab = name
        self.title_text = f"Lab: {name}"
        self.original = ""
        self.exercise: Exercise | None = None
        self._tried = False
        self._asking = False
        self._run: Run | None = None
        self._due: Timer | None = None

    def body(self) -> Iterable[Widget]:
        yield Container(Editor(id="code"), Page(Static("", id="output", markup=False)), id="panes")

    def on_mount(self) -> None:
        path = self.tutor.course.lab(self.lab)
        said = PLAIN
        try:
            if path is not None:
                self.original = path.read_text(encoding="utf-8")
                self.exercise = exercise(path)
            said = EXERCISE if self.exercise else PLAIN
            own = self.own.read()
            source = self.original if own is None else own
        except (OSError, ValueError, SyntaxError) as error:
            said = f"{error.filename if isinstance(error, OSError) else self.lab} cannot be read: {error}"
            source = self.original
        self.editor.text = source
        self._say(said)
        self._place()
        self.editor.focus()

    @cached_property
    def editor(self) -> Editor:
        return self.query_one(Editor)

    @cached_property
    def own(self) -> OwnProgram:
        """The learner's change of this lab."""
        base = self.tutor.store.path.parent if self.tutor.store.path else Path(tempfile.gettempdir())
        return OwnProgram(base / "labs" / self.lab)

    @property
    def changed(self) -> bool:
        """Whether the program is not the course's own."""
        return self.editor.text != self.original

    @property
    def passed(self) -> bool:
        """Whether the learner has solved this exercise, now or before."""
        return self.lab in self.tutor.store.challenges_met()

    def _place(self) -> None:
        said = {"exercise": bool(self.exercise), "passed": self.passed, "changed by you": self.changed}
        self.set_title(self.title_text, ", ".join(what for what, so in said.items() if so))
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.query_one("#output", Static).update("\n".join(visible(line) for line in text.split("\n")))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that do something now are shown and heard."""
        if not self.is_mounted:
            return True
        if action == "leave_editor":
            return self.editor.writing
        if action == "answer":
            return self._asking
        if action == "stop":
            return self._run is not None
        if action == "restore":
            return self.changed and not self._asking
        if action in ("hint", "solution"):
            return self.exercise is not None
        if action == "zoom":
            zoomed = self.has_class("-code-only") or self.has_class("-output-only")
            return parameters == ("both" if zoomed else "one",)
        return True

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self) -> None:
        """Let keys write; in an exercise that is as it was given, where something is missing."""
        if self._asking:
            self.action_answer(False)
        self._take_up()
        self.remove_class("-output-only")
        self.editor.write(True)
        if self.exercise and not self.changed:
            before, gap, _ = split(self.original)
            self.editor.move_cursor((before.count("\n"), len(gap) - len(gap.lstrip(" "))), center=True)
        self.editor.focus()
        self.refresh_bindings()

    def action_leave_editor(self) -> None:
        """Back to reading; what was written is kept."""
        self.editor.write(False)
        self._keep()
        self._place()

    def action_back(self) -> None:
        if self.editor.writing:
            self.action_leave_editor()
        else:
            super().action_back()

    def _keep(self) -> None:
        """Save the change, or forget it when there is none left."""
        try:
            put_by = self.own.keep(self.editor.text if self.changed else None)
        except (OSError, UnicodeEncodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._say(f"Your change is not saved, but r runs it: {self.own.path}: {why}")
        else:
            if put_by is not None:
                self._say(f"The file was changed elsewhere meanwhile; what it held is in {put_by} now.")

    def _take_up(self) -> None:
        """Go on from what an editor or another session has made of the program."""
        news = None if self.editor.writing else self.own.news()
        if news is not None:
            self.own.read()
            self.editor.text = news
            self._place()

    def action_restore(self) -> None:
        """Ask before the change is deleted."""
        self._asking = True
        self.remove_class("-code-only")
        self._say(ASK)
        self.refresh_bindings()

    def action_answer(self, restore: bool) -> None:
        self._asking = False
        if restore:
            self.editor.text = self.original
            self._keep()
        self._say(EXERCISE if self.exercise else PLAIN)
        self._place()

    # ── help with an exercise ────────────────────────────────────────────────────────────────────────

    def action_hint(self) -> None:
        if self.exercise:
            self._tell(f"Hint: {self.exercise.hint}")

    def action_solution(self) -> None:
        """What stands in the gap of the solution, for one who has tried."""
        if self.exercise:
            tried = self._tried or self.passed
            self._tell(f"One solution:\n\n{dedent(self.exercise.answer)}" if tried else FIRST_TRY)

    def _tell(self, text: str) -> None:
        self._asking = False
        self.remove_class("-code-only")
        self._say(text)
        self.query_one(Page).scroll_home(animate=False)
        self.refresh_bindings()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def action_scroll(self, lines: int) -> None:
        """Scroll the pane that has the focus."""
        pane = self.editor if self.editor.has_focus else self.query_one(Page)
        pane.scroll_relative(y=lines, animate=False)

    def action_zoom(self, to: str) -> None:
        """Give the pane with the focus the whole screen, or share it again."""
        if to == "both":
            self.remove_class("-code-only", "-output-only")
        else:
            self.add_class("-code-only" if self.editor.has_focus else "-output-only")
        self.refresh_bindings()

    def copied(self) -> Copy:
        if self.editor.has_focus:
            return Copy(self.lab, self.editor.text)
        return Copy(f"{Path(self.lab).stem}-output.txt", str(self.query_one("#output", Static).content))

    # ── running ──────────────────────────────────────────────────────────────────────────────────────

    def action_run(self) -> None:
        self.action_stop()
        self._asking = False
        self._take_up()
        self._tried |= self.changed
        self.remove_class("-code-only")
        self._say("running…")
        check = self.exercise.check if self.exercise else None
        self._run = Run(self.lab, self.editor.text, check, self._hear)
        self.run_worker(self._to_end(self._run), group="lab", exclusive=True)
        self.refresh_bindings()

    def action_stop(self) -> None:
        """End the program and its children, if any of them runs."""
        if self._run is not None:
            self._run.stop()

    def _hear(self, output: str) -> None:
        """Show what was printed so far, soon, with what is printed until then."""
        if self._due is None:
            self._due = self.set_timer(PAUSE, self._show)

    def _show(self) -> None:
        self._due = None
        if self._run is not None:
            self._say(self._run.output)

    async def _to_end(self, run: Run) -> None:
        """Run, and say how it ended."""
        try:
            ran = await run.to_end()
        except (OSError, UnicodeEncodeError) as error:
            self._ended(f"It cannot be run here: {error}")
            return
        said = [ran.output.rstrip("\n")] if ran.output else []
        if ran.trouble:
            said.append(f"It {ran.trouble}.")
        elif ran.passed:
            self.tutor.store.meet_challenge(self.lab)
            said.append("The check passes: solved.")
        self._ended("\n\n".join(said) or "It printed nothing.", at_its_end=bool(ran.trouble or self.exercise))

    def _ended(self, said: str, at_its_end: bool = True) -> None:
        """Show all that was printed, from its beginning or at its end, where a verdict stands."""
        self._run = None
        if not self.is_current:  # it has been left meanwhile
            return
        self._say(said)
        self._place()
        page = self.query_one(Page)
        self.call_after_refresh(page.scroll_end if at_its_end else page.scroll_home, animate=False)

    def on_unmount(self) -> None:
        self.action_stop()
        if self.editor.writing:
            self._keep()
