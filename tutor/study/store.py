"""What the learner did: answers, place, cards read, challenges met, predictions. See `database` for the file.

Every write is on disk when its method returns, unless `saved` is False: then the session goes on in memory
and `warning` says why. Use a store from the thread that opened it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tutor.study import database


@dataclass(frozen=True)
class Answer:
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


class Mark(NamedTuple):
    """The latest answer to a question."""

    revision: int
    correct: bool


@dataclass
class Progress:
    """What was done in one chapter. Ids that the chapter no longer has may be among these."""

    cards_read: set[str] = field(default_factory=set)
    marks: dict[str, Mark] = field(default_factory=dict)  # question id -> its latest answer
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


class Store:
    """The learner's progress. Opening never raises, nor does reading or writing: trouble becomes `warning`."""

    def __init__(self, db: sqlite3.Connection, warning: str | None, on_warning: Callable[[str], None] | None) -> None:
        self._db = db
        self.warning = warning  # one line: what happened, and what to do
        self.on_warning = on_warning  # called once, when a file that was fine at the start fails later
        self.saved = warning is None  # False: what is recorded is gone when the program ends
        self.path: Path | None = None

    @staticmethod
    def open(data_dir: Path | None = None, on_warning: Callable[[str], None] | None = None) -> Store:
        """Open the progress in `data_folder(data_dir)`, or in memory with a `warning` if that cannot be."""
        path = data_folder(data_dir) / "progress.db"
        try:
            store = Store(database.connect(path), None, on_warning)
        except database.UnusableError as error:
            store = Store(database.in_memory(path), _unsaved(str(error)), on_warning)
        store.path = path
        return store

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        self._db.close()

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
    ) -> str:
        """Append an answer to the log; its id. `response` is anything that JSON can hold."""
        answer = os.urandom(16).hex()
        what = (question_id, revision, chapter_id, round, correct, json.dumps(response), seconds, hinted)
        self._write(
            "INSERT INTO answers (id, at, question, revision, chapter, round, correct, response, seconds, hinted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (answer, time.time(), *what),
        )
        return answer

    def answers(self, question_id: str | None = None, chapter_id: str | None = None) -> list[Answer]:
        """The log, oldest first: of a question, of a chapter, or all."""
        rows = self._read(
            "SELECT id, at, question, revision, chapter, round, correct, response, seconds, hinted FROM answers"
            " WHERE (?1 IS NULL OR question = ?1) AND (?2 IS NULL OR chapter = ?2) ORDER BY n",
            (question_id, chapter_id),
        )
        return [_answer(row) for row in rows]

    def last_round(self, chapter_id: str) -> list[Answer]:
        """The answers given in the chapter's newest round, oldest first; empty before the first."""
        answers = self.answers(chapter_id=chapter_id)
        newest = max((a.round for a in answers), default=0)
        return [a for a in answers if a.round == newest]

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
            (os.urandom(16).hex(), time.time(), prediction_id, outcome, correct),
        )

    def predictions_made(self) -> dict[str, tuple[str, bool]]:
        """Prediction id -> (outcome, correct) of the first time: later ones had seen the truth."""
        rows = self._read("SELECT prediction, outcome, correct, min(n) FROM predictions GROUP BY prediction")
        return {prediction: (outcome, bool(correct)) for prediction, outcome, correct, _ in rows}

    # ── settings ─────────────────────────────────────────────────────────────────────────────────────

    def setting(self, name: str) -> str | None:
        """What the learner chose for `name` last."""
        rows = self._read("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Keep a choice of the learner's for the next session."""
        self._write("REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    # ── all chapters at once ─────────────────────────────────────────────────────────────────────────

    def progress(self) -> Mapping[str, Progress]:
        """Chapter id -> what was done in it, for every chapter with anything; one query."""
        chapters: dict[str, Progress] = {}
        for kind, chapter, item, revision, correct in self._read(_PROGRESS):
            progress = chapters.setdefault(chapter, Progress())
            if kind == "card":
                progress.cards_read.add(item)
            elif kind == "answer":
                progress.marks[item] = Mark(revision, bool(correct))
            else:
                progress.place = item
        return chapters

    # ── the file ─────────────────────────────────────────────────────────────────────────────────────

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        """Run one statement in a transaction of its own, which SQLite begins with the write lock held."""
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            if not self.saved:
                raise
            self._go_on_in_memory(error)
            self._db.execute(statement, values)

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if not self.saved:
                raise
            self._go_on_in_memory(error)
            return self._db.execute(query, values).fetchall()

    def _go_on_in_memory(self, error: sqlite3.Error) -> None:
        """The file has failed: carry what it holds into memory and say so."""
        failed, self._db = self._db, database.in_memory(self._db)
        failed.close()
        self.saved = False
        self.warning = _unsaved(f"{self.path} has failed ({database.reason(error)}). Mend that and start tutor again.")
        if self.on_warning is not None:
            self.on_warning(self.warning)


def _answer(row: tuple[Any, ...]) -> Answer:
    identity, at, question, revision, chapter, number, correct, response, seconds, hinted = row
    response = json.loads(response)
    return Answer(identity, at, question, revision, chapter, number, bool(correct), response, seconds, bool(hinted))


def _unsaved(problem: str) -> str:
    return f"Progress is not being saved: {problem}"


# The row with the highest n of each question: SQLite takes the other columns of a max() from its row.
_PROGRESS = """
SELECT 'card', chapter, card, 0, 0 FROM cards
UNION ALL SELECT 'place', chapter, card, 0, 0 FROM places
UNION ALL SELECT 'answer', chapter, question, revision, correct
    FROM (SELECT chapter, question, revision, correct, max(n) FROM answers GROUP BY chapter, question)
"""
