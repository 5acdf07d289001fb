"""What the learner did: answers, place, cards read, challenges met, predictions. See `database` for the file.

Answers, undos, ratings and flags are a log that only grows. What it implies is worked out from it: see `schedule`.

Every write is on disk when its method returns, unless `saved` is False: then the session goes on in memory
and `warning` says why. Use a store from the thread that opened it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from tutor.study.connection import Connection

if TYPE_CHECKING:  # imported where memories are worked out: opening the app needs none
    from tutor.study.schedule import Memory, Rating

PROGRESS = "progress.db"  # in the data folder
RECENT = 50  # right answers that say how long the learner usually takes
FEW = 5  # with fewer of them nothing is usual yet


class Answer(msgspec.Struct, frozen=True):
    """One row of the log of answers."""

    id: str  # 32 hexadecimal digits, unique across machines
    at: float  # seconds since 1970, UTC
    question_id: str
    revision: int
    chapter_id: str
    round: int  # which time through the chapter's quiz, from 1
    correct: bool
    response: Any  # as the question's kind gives it, see `grading`
    seconds: float  # from the question's showing to the answer
    hinted: bool
    source: str = "quiz"  # or "mixed", "review"
    variant: int = 0  # seed of a parametric question's numbers
    usual: float | None = None  # median seconds of the learner's right answers until then


class Flag(msgspec.Struct, frozen=True):
    """A learner's note that something is wrong with a question."""

    id: str
    at: float
    question_id: str
    revision: int
    note: str


class Mark(NamedTuple):
    """The latest answer to a question."""

    revision: int
    correct: bool


class Progress(msgspec.Struct):
    """What was done in one chapter. Ids that the chapter no longer has may be among these."""

    cards_read: set[str] = set()
    marks: dict[str, Mark] = {}  # question id -> its latest answer
    place: str | None = None  # id of the card where the learner was last

    @property
    def cards(self) -> int:
        """How many cards have been read."""
        return len(self.cards_read)

    @property
    def solid(self) -> int:
        """How many questions were answered right the last time."""
        return sum(mark.correct for mark in self.marks.values())


def data_folder(data_dir: Path | None = None) -> Path:
    """Where progress is kept: `data_dir`, or the platform's folder for a user's data."""
    if data_dir is not None:
        return data_dir
    import platformdirs

    return platformdirs.user_data_path("llm-tutor", appauthor=False)


def models_folder(data_dir: Path | None = None) -> Path:
    """Where models of the learner's own are looked for."""
    return data_folder(data_dir) / "models"


def labs_folder(data_dir: Path | None = None) -> Path:
    """Where the learner's own versions of labs are kept."""
    return data_folder(data_dir) / "labs"


class Store(Connection):
    """The learner's progress."""

    @classmethod
    def open(cls, data_dir: Path | None = None, on_warning: Callable[[str], None] | None = None) -> Self:
        """Open the progress in `data_folder(data_dir)`, or in memory with a `warning` if that cannot be."""
        return cls.at(data_folder(data_dir) / PROGRESS, on_warning)

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────

    def record_answer(
        self,
        question_id: str,
        revision: int,
        chapter_id: str,
        correct: bool,
        response: Any,
        *,
        seconds: float,
        hinted: bool = False,
        round: int = 1,
        source: str = "quiz",
        variant: int = 0,
    ) -> str:
        """Append an answer to the log; its id. `response` is anything that JSON can hold."""
        answer = _new_id()
        what = (question_id, revision, chapter_id, round, correct, json.dumps(response), seconds, hinted)
        values = (answer, time.time(), *what, source, variant, self._usual_seconds())
        self._write(f"INSERT INTO answers ({_ANSWER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return answer

    def undo(self, answer_id: str) -> None:
        """The answer stays in the log and counts no more; undoing it again changes nothing."""
        self._write("INSERT OR IGNORE INTO undos (answer, at) VALUES (?, ?)", (answer_id, time.time()))

    def rate(self, answer_id: str, rating: Rating) -> None:
        """The learner's own rating of an answer, in place of the inferred one; the last one counts."""
        values = (_new_id(), time.time(), answer_id, int(rating))
        self._write("INSERT INTO ratings (id, at, answer, rating) VALUES (?, ?, ?, ?)", values)

    def answers(self, question_id: str | None = None, chapter_id: str | None = None) -> list[Answer]:
        """The log without what was undone, oldest first: of a question, of a chapter, or all."""
        asked = {"question = ?": question_id, "chapter = ?": chapter_id}
        asked = {test: value for test, value in asked.items() if value is not None}
        where = " AND ".join(asked) or "TRUE"
        rows = self._read(f"SELECT {_ANSWER} FROM standing WHERE {where} ORDER BY at, n", tuple(asked.values()))
        return [_answer(row) for row in rows]

    def times_answered(self, question_id: str) -> int:
        """How often a question was answered, undone answers included: the variant to ask it in next."""
        return int(self._read("SELECT count(*) FROM answers WHERE question = ?", (question_id,))[0][0])

    def ratings(self) -> dict[str, Rating]:
        """Answer id -> the learner's own rating of it."""
        from tutor.study.schedule import Rating

        rows = self._read("SELECT answer, rating FROM ratings ORDER BY at, n")
        return {answer: Rating(rating) for answer, rating in rows}

    def last_round(self, chapter_id: str) -> list[Answer]:
        """The answers given in the chapter's newest quiz round, oldest first; empty before the first."""
        answers = [a for a in self.answers(chapter_id=chapter_id) if a.source == "quiz"]
        newest = max((a.round for a in answers), default=0)
        return [a for a in answers if a.round == newest]

    def flag(self, question_id: str, revision: int, note: str) -> None:
        """Append a note that something is wrong with a question."""
        values = (_new_id(), time.time(), question_id, revision, note)
        self._write("INSERT INTO flags (id, at, question, revision, note) VALUES (?, ?, ?, ?, ?)", values)

    def flags(self) -> list[Flag]:
        """All flags, oldest first."""
        return [Flag(*row) for row in self._read("SELECT id, at, question, revision, note FROM flags ORDER BY at, n")]

    def moments(self) -> list[float]:
        """When anything was kept, in seconds since 1970: answers, cards read, challenges met, predictions."""
        tables = ("answers", "cards", "challenges", "predictions")
        rows = self._read(" UNION ALL ".join(f"SELECT at FROM {table}" for table in tables) + " ORDER BY at")
        return [at for (at,) in rows]

    def _usual_seconds(self) -> float | None:
        rows = self._read("SELECT seconds FROM standing WHERE correct ORDER BY n DESC LIMIT ?", (RECENT,))
        return sorted(seconds for (seconds,) in rows)[len(rows) // 2] if len(rows) >= FEW else None

    # ── memories ─────────────────────────────────────────────────────────────────────────────────────

    def memories(self) -> dict[str, Memory]:
        """Question id -> its memory now, for every question with an answer that stands."""
        if self._read(_STALE + " LIMIT 1"):
            self._write_whole(self._remember)
        return {memory.question_id: memory for memory in map(_memory, self._read(_MEMORIES))}

    def rebuild(self) -> None:
        """Work out afresh from the log everything that is derived from it."""
        self._write("DELETE FROM memories")
        self.memories()

    def parameters(self) -> tuple[float, ...] | None:
        """The FSRS parameters fitted to this learner; None for the package's own."""
        kept = self.setting(_PARAMETERS)
        return tuple(json.loads(kept)) if kept else None

    def set_parameters(self, parameters: Sequence[float] | None) -> None:
        """Schedule with these from now on, the past included; raises ValueError for ones out of bounds."""
        from tutor.study import schedule

        schedule.scheduler(parameters)
        self.set_setting(_PARAMETERS, json.dumps(list(parameters)) if parameters is not None else "")
        self.rebuild()

    def _remember(self) -> None:
        """Replay the questions that have no memory."""
        from tutor.study import schedule

        answers = [answer for (question,) in self._read(_STALE) for answer in self.answers(question)]
        for memory in schedule.replay(answers, self.ratings(), self.parameters()).values():
            *fields, predicted = msgspec.structs.astuple(memory)
            self._write(_REMEMBER, (*fields, json.dumps(predicted)))

    # ── place and cards ──────────────────────────────────────────────────────────────────────────────

    def set_place(self, chapter_id: str, card_id: str) -> None:
        """The learner is at this card now."""
        # a replaced row gets a new rowid, so the newest place has the highest
        self._write("REPLACE INTO places (chapter, card, at) VALUES (?, ?, ?)", (chapter_id, card_id, time.time()))

    def place(self) -> tuple[str, str] | None:
        """(chapter id, card id) where the learner was last; None before the first card."""
        rows = self._read("SELECT chapter, card FROM places ORDER BY rowid DESC LIMIT 1")
        return (rows[0][0], rows[0][1]) if rows else None

    def place_in(self, chapter_id: str) -> str | None:
        """The id of the card where the learner was last in this chapter."""
        rows = self._read("SELECT card FROM places WHERE chapter = ?", (chapter_id,))
        return str(rows[0][0]) if rows else None

    def mark_card(self, chapter_id: str, card_id: str) -> None:
        """The card has been read; marking it again changes nothing."""
        row = (chapter_id, card_id, time.time())
        self._write("INSERT OR IGNORE INTO cards (chapter, card, at) VALUES (?, ?, ?)", row)

    def cards_read(self, chapter_id: str) -> set[str]:
        """The ids of the chapter's cards that have been read."""
        return {card for (card,) in self._read("SELECT card FROM cards WHERE chapter = ?", (chapter_id,))}

    # ── challenges and predictions ───────────────────────────────────────────────────────────────────

    def meet_challenge(self, challenge_id: str) -> None:
        """The challenge has been met; meeting it again changes nothing."""
        self._write("INSERT OR IGNORE INTO challenges (id, at) VALUES (?, ?)", (challenge_id, time.time()))

    def challenges_met(self) -> set[str]:
        """The ids of all challenges met."""
        return {challenge for (challenge,) in self._read("SELECT id FROM challenges")}

    def record_prediction(self, prediction_id: str, outcome: str, correct: bool) -> None:
        """Append the outcome that the learner committed to on a card, and whether it came about."""
        self._write(
            "INSERT INTO predictions (id, at, prediction, outcome, correct) VALUES (?, ?, ?, ?, ?)",
            (_new_id(), time.time(), prediction_id, outcome, correct),
        )

    def predictions_made(self) -> dict[str, tuple[str, bool]]:
        """Prediction id -> (outcome, correct) of the first time: later ones had seen the truth."""
        rows = self._read("SELECT prediction, outcome, correct, min(n) FROM predictions GROUP BY prediction")
        return {prediction: (outcome, bool(correct)) for prediction, outcome, correct, _ in rows}

    # ── settings ─────────────────────────────────────────────────────────────────────────────────────

    def setting(self, name: str) -> str | None:
        """What the learner chose for `name` last."""
        # as bytes: text in a file that was tampered with may be no UTF-8
        rows = self._read("SELECT CAST(value AS BLOB) FROM settings WHERE name = ?", (name,))
        return bytes(rows[0][0]).decode("utf-8", "replace") if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Keep a choice of the learner's for the next session."""
        self._write("REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def drop_settings(self, names: str) -> None:
        """Forget the settings of these names; `*` in them stands for anything."""
        self._write("DELETE FROM settings WHERE name GLOB ?", (names,))

    # ── all chapters at once ─────────────────────────────────────────────────────────────────────────

    def progress(self) -> Mapping[str, Progress]:
        """Chapter id -> what was done in it, for every chapter with anything; one query."""
        chapters: dict[str, Progress] = {}
        for kind, chapter, item, revision, correct, *_ in self._read(_PROGRESS):
            progress = chapters.setdefault(chapter, Progress())
            if kind == "card":
                progress.cards_read.add(item)
            elif kind == "answer":
                progress.marks[item] = Mark(revision, bool(correct))
            else:
                progress.place = item
        return chapters


def _answer(row: tuple[Any, ...]) -> Answer:
    identity, at, question, revision, chapter, number, correct, response, seconds, hinted, *more = row
    response = json.loads(response)
    return Answer(
        identity, at, question, revision, chapter, number, bool(correct), response, seconds, bool(hinted), *more
    )


def _memory(row: tuple[Any, ...]) -> Memory:
    from tutor.study.schedule import Memory

    question, revision, due, stability, difficulty, last, answers, lapses, predicted = row
    chances = tuple(json.loads(predicted))
    return Memory(question, revision, due, stability, difficulty, last, answers, lapses, chances)


def _new_id() -> str:
    return os.urandom(16).hex()


_PARAMETERS = "fsrs_parameters"
_ANSWER = "id, at, question, revision, chapter, round, correct, response, seconds, hinted, source, variant, usual"
_MEMORIES = "SELECT question, revision, due, stability, difficulty, last, answers, lapses, predicted FROM memories"
_REMEMBER = "INSERT INTO memories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_STALE = "SELECT DISTINCT question FROM standing WHERE question NOT IN (SELECT question FROM memories)"
# oldest first, so that the latest answer to a question is the one that stays
_PROGRESS = """
SELECT 'card', chapter, card, 0, 0, at, 0 FROM cards
UNION ALL SELECT 'place', chapter, card, 0, 0, at, 0 FROM places
UNION ALL SELECT 'answer', chapter, question, revision, correct, at, n FROM standing
ORDER BY 6, 7
"""
