"""Every way out ends the process at once, leaves the terminal as it was, and keeps what was shown as done."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from measure_leaving import SOON, WAYS, Way, in_a_shell, left, stop
from pty_harness import KEYS, Terminal
from session import CHAPTER, LAB, SCRIPT, STATES, TUTOR, WRITTEN, Session, descendants, lab_file, modes_on, writing

from tutor.course.load import load_course
from tutor.course.schema import Blank, Number
from tutor.study.store import Store

TRIES = 3  # a busy machine may be slow once
FIRST = load_course().chapter("text-to-tokens")
CARDS = len(FIRST.cards)


@contextmanager
def tutor(data: Path, *arguments: str) -> Iterator[Terminal]:
    with Terminal([*arguments, "--data-dir", str(data)]) as terminal:
        terminal.wait_for("? keys")
        yield terminal


@contextmanager
def streaming(data: Path) -> Iterator[Terminal]:
    """The temperature lab while the model writes in it."""
    with tutor(data) as terminal:
        terminal.press("p", "G", "enter")
        terminal.wait_for("entropy", "s draw one")
        terminal.press("g")
        before = len(terminal.received)
        terminal.wait(lambda: len(terminal.received) > before + 2000, "a stream")
        yield terminal


def soon_gone(opened: Callable[[Path], object], leave: Callable[[Terminal], None], data: Path) -> list[Terminal]:
    """Open and leave until it is quick, a few times at most; the terminals, which stay readable."""
    seconds, left = [], []
    for _ in range(TRIES):
        with opened(data) as terminal:  # type: ignore[attr-defined]
            leave(terminal)
            began = time.monotonic()
            while terminal.process.poll() is None and time.monotonic() < began + 20:
                terminal.read(0.01)
            seconds.append(time.monotonic() - began)
            terminal.settle(0.05)
            left.append(terminal)
        if seconds[-1] <= SOON:
            return left
    raise AssertionError(f"it took {seconds} seconds to leave")


def restored(terminal: Terminal) -> bool:
    return not modes_on(terminal.received) and not terminal.screen.alternate


@pytest.mark.parametrize("keys", [["q"], ["b", "b", "q"], ["e", "enter", "q"]], ids=" ".join)
def test_quitting_while_the_model_writes_takes_no_time(keys: list[str], tmp_path: Path) -> None:
    for terminal in soon_gone(streaming, lambda terminal: terminal.press(*keys), tmp_path):
        assert terminal.process.returncode == 0
        assert restored(terminal)
        assert b"Traceback" not in terminal.received


FEW = [  # every way and every state once; all of them are `long`
    ("starting", "SIGTERM"),
    ("first_paint", "SIGHUP"),
    ("home", "terminal closed, SIGHUP handled"),
    ("loading", "stdout lost"),
    ("writing", "terminal closed"),
    ("training", "SIGINT"),
    ("lab", "terminal closed, SIGHUP ignored"),
    ("editing", "SIGTERM"),
    ("answering", "stdin lost"),
    ("modal", "SIGHUP, ignored before"),
    ("modal", "SIGHUP, handled before"),
    ("training", "q"),
]
MEANINGLESS = [
    ("starting", "SIGHUP, ignored before"),  # nothing is open yet, and the signal does what was asked before
    ("starting", "SIGHUP, handled before"),
    *product(("starting", "first_paint", "editing", "modal"), ["q"]),  # nothing listens yet, or it is a letter
]
ALL = [pair for pair in product(STATES, WAYS) if pair not in MEANINGLESS]


@pytest.mark.parametrize(
    ("state", "way"), [pair if pair in FEW else pytest.param(*pair, marks=pytest.mark.long) for pair in ALL]
)
def test_every_way_out_of_every_state(state: str, way: str, tmp_path: Path) -> None:
    check(state, WAYS[way], tmp_path)


def test_the_installed_script_leaves_as_the_module_does(tmp_path: Path) -> None:
    check("writing", replace(WAYS["SIGHUP"], program=SCRIPT), tmp_path)


def check(state: str, way: Way, folder: Path) -> None:
    """Leave until it is quick, a few times at most; each time nothing is lost and nothing is left."""
    seconds = []
    for attempt in range(TRIES):
        data = folder / str(attempt)
        one = left(data, state, way)
        if state != "starting":  # until then it ends as programs do
            assert one.code == 0
            assert b"Traceback" not in one.received
        assert one.modes == []
        assert one.settings
        assert one.processes == []
        assert lab_file(data).read_text(encoding="utf-8") == (WRITTEN if state == "editing" else "") + LAB
        store = Store.open(data)
        assert store.warning is None
        answered = [answer.question_id for answer in store.answers()]
        assert answered == ([CHAPTER.questions[0].id] if state == "answering" else [])
        store.close()
        seconds.append(one.seconds)
        if one.seconds <= SOON:
            return
    raise AssertionError(f"it took {seconds} seconds to leave")


def test_the_shell_gets_its_terminal_back_and_gives_it_again(tmp_path: Path) -> None:
    with in_a_shell(tmp_path) as terminal:
        before = terminal.text
        stop(terminal)
        terminal.send("fg\n")
        terminal.wait(lambda: terminal.text == before, "the same screen again")
        stop(terminal)
        terminal.resize(100, 30)
        terminal.send("fg\n")
        terminal.wait(lambda: "? keys" in terminal.screen.display[29], "the screen of the new size")
        terminal.settle()
        resumed = terminal.text
        terminal.press("\x0c")
        terminal.settle()
        assert terminal.text == resumed
        terminal.press("q")
        terminal.wait(lambda: terminal.text.count("shell>") == 4, "the shell's screen")
        assert restored(terminal)
        terminal.send("exit\n")
        assert terminal.ended() == 0


def test_stopped_while_the_model_writes_it_writes_on(tmp_path: Path) -> None:
    with in_a_shell(tmp_path) as terminal:
        writing(terminal)  # type: ignore[arg-type]
        stop(terminal)
        assert not terminal.read(0.5)
        terminal.send("fg\n")
        terminal.wait_for("s draw one")
        before = len(terminal.received)
        terminal.wait(lambda: len(terminal.received) > before + 1000, "more of the stream")
        terminal.press("q")
        terminal.wait(lambda: terminal.text.count("shell>") == 3, "the shell's screen")
        assert restored(terminal)


def test_stopped_it_ends_with_its_terminal(tmp_path: Path) -> None:
    with in_a_shell(tmp_path) as terminal:
        assert len(descendants(tmp_path.name)) in (0, 2)  # 0 where there is no /proc
        stop(terminal)
        os.close(terminal.master)
        terminal.master = os.open(os.devnull, os.O_RDONLY)
        terminal.wait(lambda: terminal.process.poll() is not None, "the end of the shell")
        end = time.monotonic() + 5
        while descendants(tmp_path.name) and time.monotonic() < end:
            time.sleep(0.05)
        assert descendants(tmp_path.name) == []


def test_what_is_deleted_under_a_session_is_written_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with tutor(data, "--chapter", FIRST.id) as terminal:
        terminal.wait_for("goals")
        for number in (1, 2, 3):
            terminal.press("n")
            terminal.wait_for(f"card {number} of {CARDS}")
            if number == 2:
                shutil.rmtree(data)
        terminal.wait_for("anew", "nothing is lost")
        terminal.press("q")
        assert terminal.ended() == 0
    store = Store.open(data)
    assert store.cards_read(FIRST.id) == {card.id for card in FIRST.cards[:2]}
    assert store.place() == (FIRST.id, FIRST.cards[2].id)
    store.close()


def test_killed_while_reading_nothing_is_lost(tmp_path: Path) -> None:
    with tutor(tmp_path, "--chapter", FIRST.id) as terminal:
        terminal.wait_for("goals")
        for number in (1, 2, 3):
            terminal.press("n")
            terminal.wait_for(f"card {number} of {CARDS}")
        terminal.process.kill()
        terminal.process.wait()
    with tutor(tmp_path) as again:
        again.wait_for(f"2 of {CARDS} cards")
        again.press("c")
        again.wait_for(f"card 3 of {CARDS}")
        again.process.kill()
        again.process.wait()
    cards = FIRST.cards
    store = Store.open(tmp_path)
    assert store.warning is None
    assert store.cards_read(FIRST.id) == {card.id for card in cards[:2]}
    store.close()


def test_killed_in_the_quiz_no_answer_is_lost_that_was_shown_as_given(tmp_path: Path) -> None:
    questions = FIRST.questions
    for asked in range(1, 4):
        with tutor(tmp_path, "--chapter", FIRST.id) as terminal:
            terminal.wait_for("goals" if asked == 1 else "Press Enter to go on")
            terminal.press("Q")
            terminal.wait_for(f"question {asked} of {len(questions)}", "Enter commit")
            terminal.send("1" + KEYS["enter"])
            terminal.wait_for("answer", "c the card")
            terminal.process.kill()
            terminal.process.wait()
    store = Store.open(tmp_path)
    assert store.warning is None
    assert [answer.question_id for answer in store.answers()] == [question.id for question in questions[:3]]
    store.close()


def to_the_first_field(terminal: Terminal, page: str) -> None:
    """From a page of the chapter to the first question of its quiz that is answered by typing."""
    terminal.wait_for(page)
    terminal.press("Q")
    for number, question in enumerate(FIRST.questions, 1):
        terminal.wait_for(f"question {number} of {len(FIRST.questions)}")
        if isinstance(question, Number | Blank):
            return
        terminal.press("s")


@pytest.mark.parametrize("way", ["SIGHUP", "SIGTERM", "terminal closed"])
def test_what_was_typed_and_not_given_is_there_again(way: str, tmp_path: Path) -> None:
    with Session(tmp_path, (*TUTOR, "--chapter", FIRST.id)) as terminal:
        to_the_first_field(terminal, "goals")
        terminal.send("12345")
        terminal.wait_for("12345")
        terminal.press("\t", "f")
        terminal.wait_for("What is wrong with this question?")
        terminal.send("half a no")
        terminal.wait_for("half a no")
        WAYS[way].leave(terminal)
        assert terminal.ended() == 0
    store = Store.open(tmp_path)
    assert store.warning is None and store.answers() == [] and store.flags() == []
    store.close()
    with tutor(tmp_path, "--chapter", FIRST.id) as terminal:
        to_the_first_field(terminal, "Press Enter to begin")
        terminal.wait_for("12345")
        assert "The right answer" not in terminal.text
        terminal.press("\t", "f")
        terminal.wait_for("half a no")
        terminal.send("te" + KEYS["enter"])
        terminal.wait_for("Your note is kept.")
    store = Store.open(tmp_path)
    assert [flag.note for flag in store.flags()] == ["half a note"]
    store.close()
