"""The course as the app and the commands read it: tracks at once, everything else when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from tutor.course.locate import GLOSSARY, LABS, TRACKS, inside, lessons_root
from tutor.course.parse import read, shown
from tutor.course.problems import LessonError, Problem
from tutor.course.schema import Chapter, ChapterEntry, Fact, Glossary, Term, Track, Tracks

__all__ = ["Course", "LessonError", "Problem", "load_course"]


class Course:
    """The lessons in a folder. A broken chapter or glossary is said where it is asked for, and nowhere else."""

    def __init__(self, root: Path, tracks: list[Track]) -> None:
        self.root = root
        self.tracks = tracks
        self.glossary_problems: list[Problem] = []
        self._chapters: dict[str, Chapter] = {}
        self._entries = {entry.id: entry for entry in self.entries()}

    def entries(self) -> Iterator[ChapterEntry]:
        """Every chapter of the navigator, in order."""
        for track in self.tracks:
            for part in track.parts:
                yield from part.chapters

    def entry(self, chapter_id: str) -> ChapterEntry:
        """The chapter's line in the navigator; raises KeyError."""
        return self._entries[chapter_id]

    def find(self, chapter_id: str) -> ChapterEntry | None:
        """The chapter's line in the navigator, or None."""
        return self._entries.get(chapter_id)

    def is_ready(self, chapter_id: str) -> bool:
        """Whether the chapter has a file that can be opened; says nothing about what is in it."""
        entry = self._entries.get(chapter_id)
        path = inside(self.root, entry.file) if entry and entry.file else None
        return path is not None and path.is_file()

    def chapter(self, chapter_id: str) -> Chapter:
        """The chapter, read on first use; raises KeyError for an id that is not in the tracks,
        LessonError for a chapter that is still to come or whose file is broken."""
        if chapter_id not in self._chapters:
            entry = self.entry(chapter_id)
            path = inside(self.root, entry.file) if entry.file else None
            if path is None:
                said = f"{entry.title}: this chapter is still to come"
                raise LessonError([Problem(shown(self.root / TRACKS), 1, said)])
            self._chapters[chapter_id] = read(path, Chapter)
        return self._chapters[chapter_id]

    def readable(self) -> list[Chapter]:
        """Every chapter that can be read, in order; the broken ones are left out."""
        found = []
        for entry in self.entries():
            if entry.file is not None:
                with suppress(LessonError):  # said where the chapter is opened
                    found.append(self.chapter(entry.id))
        return found

    @cached_property
    def terms(self) -> dict[str, Term]:
        """The glossary by id, in the order of names; empty where it is missing or broken (`glossary_problems`)."""
        try:
            terms = read(self.root / GLOSSARY, Glossary).term
        except LessonError as error:
            self.glossary_problems = error.problems
            return {}
        return {term.id: term for term in sorted(terms, key=lambda term: term.name.casefold())}

    def term(self, term_id: str) -> Term | None:
        """A glossary entry, or None."""
        return self.terms.get(term_id)

    def lab(self, name: str) -> Path | None:
        """The file of a lab, or None if there is none of that name."""
        path = inside(self.root / LABS, name)
        return path if path and path.is_file() else None


def facts(chapter: Chapter) -> dict[str, Fact]:
    """A chapter's facts by id, as tutor.course.text wants them."""
    return {fact.id: fact for fact in chapter.facts}


def load_course(root: Path | None = None) -> Course:
    """The course in `root` (by default the one that is shipped); raises LessonError if tracks.toml is broken."""
    root = root or lessons_root()
    course = Course(root, read(root / TRACKS, Tracks).track)
    ids = [entry.id for entry in course.entries()]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise LessonError([Problem(shown(root / TRACKS), 1, f"the chapter id `{twice}` is there twice")])
    return course
