"""`tutor check`: every problem of the lessons, as `file:line: message`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.course.bench import Bench
from tutor.course.exercises import lab_of
from tutor.course.form import check_chapter, check_fields, walk
from tutor.course.live import check_live
from tutor.course.load import facts
from tutor.course.locate import GLOSSARY, LABS, TRACKS, inside, lessons_root
from tutor.course.parse import shown
from tutor.course.problems import Finding, Problem
from tutor.course.problems import Path as Place
from tutor.course.programs import check_lab, labs_in, strays
from tutor.course.prose import Prose, check_pages, check_prose, of_chapter, of_glossary
from tutor.course.schema import Chapter, ChapterEntry, Glossary, Question, Tracks
from tutor.course.sheet import Sheet

__all__ = ["Problem", "check"]


def check(path: Path | str | None = None, *, run: bool = True, torch: bool = False) -> list[Problem]:
    """All problems of the course in the folder `path`, or of the one file of a course that `path` names;
    by default of the lessons that are shipped. Sorted by file and line; a broken file is a problem, never an error.

    `run=False` leaves out what runs programs: experiments and labs. Labs that import PyTorch, which are
    slow to start, run with `torch=True` only.
    """
    path = Path(path) if path else lessons_root()
    if path.is_dir():
        return _Check(run, torch).course(path)
    root = next((folder for folder in path.absolute().parents if (folder / TRACKS).is_file()), None)
    return _Check(run, torch).file(path, root)


@dataclass
class _Known:
    """The ids a link may name; None where nobody can know them all."""

    cards: set[str] | None = None
    terms: set[str] | None = None


class _Check:
    def __init__(self, run: bool, torch: bool) -> None:
        self.run = run
        self.torch = torch
        self.bench = Bench()

    def file(self, path: Path, root: Path | None) -> list[Problem]:
        if path.suffix == ".py" and path.is_file():
            return check_lab(lab_of(path), self.run, self.torch)
        if root and path.exists():
            sheets, chapters, known = self._read(root)
            mine = [sheet for sheet in sheets if sheet.path.resolve() == path.resolve()]
            if mine:
                return self._finish(mine, [chapter for chapter in chapters if chapter in mine], root, known)
        sheet = Sheet(path, Chapter)
        if sheet.whole:
            said = f"no {TRACKS} beside or above this file: its links and labs are not checked"
            sheet.problems.append(Problem(shown(path), 1, said))
        sheet.report(check_fields(sheet.value))
        return self._finish([sheet], [sheet], None, _Known())

    def course(self, root: Path) -> list[Problem]:
        sheets, chapters, known = self._read(root)
        problems = self._finish(sheets, chapters, root, known)
        if all(chapter.whole for chapter in chapters):
            opened = {lab for chapter in chapters for _, lab, _ in _labs(root, chapter.value) if lab}
            problems += strays((root / LABS).resolve(), opened)
        return sorted(problems)

    def _read(self, root: Path) -> tuple[list[Sheet[Any]], list[Sheet[Chapter]], _Known]:
        """Every file of the course, with the problems that take no running, and no chapter's own."""
        tracks, glossary = Sheet(root / TRACKS, Tracks), Sheet(root / GLOSSARY, Glossary)
        chapters = _chapters(root, tracks)
        sheets: list[Sheet[Any]] = [tracks, glossary, *chapters]
        for sheet in sheets:
            sheet.report(check_fields(sheet.value))
        _check_ids(sheets)
        known = _Known(terms={term.id for term in glossary.value.term} if glossary.whole else None)
        if all(chapter.whole for chapter in chapters):
            known.cards = {card.id for chapter in chapters for card in chapter.value.cards}
        for prose in _of_tracks(tracks.value):
            tracks.report(check_prose(prose, set(), known.cards, known.terms))
        for prose in of_glossary(glossary.value):
            glossary.report(check_prose(prose, set(), known.cards, known.terms))
        for i, term in enumerate(glossary.value.term):
            unknown = [(j, see) for j, see in enumerate(term.see) if known.terms and see not in known.terms]
            glossary.report(Finding(("term", i, "see", j), f"unknown term `{see}`") for j, see in unknown)
        return sheets, chapters, known

    def _finish(
        self, sheets: Iterable[Sheet[Any]], chapters: list[Sheet[Chapter]], root: Path | None, known: _Known
    ) -> list[Problem]:
        """The problems of `sheets`, once the chapters among them have been looked at by themselves."""
        labs: set[Path] = set()
        for chapter in chapters:
            chapter.report(check_chapter(chapter.value))
            names = set(facts(chapter.value))
            for prose in of_chapter(chapter.value):
                chapter.report(check_prose(prose, names, known.cards, known.terms))
            chapter.report(check_pages(chapter.value))
            for name, lab, at in _labs(root, chapter.value) if root else ():
                if lab:
                    labs.add(lab)
                else:
                    chapter.report([Finding(at, f"there is no lab `{name}` in {LABS}")])
            if self.run:
                chapter.report(check_live(chapter.value, self.bench))
        problems = [problem for sheet in sheets for problem in sheet.problems]
        for lab in sorted(labs):
            problems += check_lab(lab, self.run, self.torch)
        return sorted(set(problems))


def _chapters(root: Path, tracks: Sheet[Tracks]) -> list[Sheet[Chapter]]:
    """Every chapter file under `root`; tracks.toml is told which of its entries do not fit them."""
    found: dict[Path, Sheet[Chapter]] = {}
    for path, entry in walk(tracks.value):
        if not isinstance(entry, ChapterEntry) or entry.file is None:
            continue
        file = inside(root, entry.file)
        if file is None or not file.is_file():
            tracks.report([Finding((*path, "file"), f"there is no chapter file `{entry.file}`")])
        elif file in found:
            tracks.report([Finding((*path, "file"), f"`{entry.file}` is the file of another chapter")])
        else:
            chapter = found[file] = Sheet(file, Chapter)
            if chapter.value.id != entry.id:
                chapter.report([Finding(("id",), f"{TRACKS} calls this chapter `{entry.id}`")])
    for file in sorted(root.resolve().rglob("*.toml")):
        if file not in found and file.relative_to(root.resolve()).as_posix() not in (TRACKS, GLOSSARY):
            found[file] = Sheet(file, Chapter)
            if tracks.whole:
                found[file].report([Finding((), f"no chapter in {TRACKS} has this file")])
    return list(found.values())


def _of_tracks(tracks: Tracks) -> Iterator[Prose]:
    for path, struct in walk(tracks):
        for name in ("title", "summary"):
            if hasattr(struct, name):
                yield Prose((*path, name), getattr(struct, name), title=True)


def _check_ids(sheets: list[Sheet[Any]]) -> None:
    """Ids that are not alone in the course within their kind."""
    seen: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        for path, struct in walk(sheet.value):
            name = getattr(struct, "id", None)
            if not name or isinstance(struct, Chapter):
                continue  # a chapter's id is its entry's in tracks.toml
            kind = _kind(struct)
            at, line = (*path, "id"), sheet.line((*path, "id"))
            if (kind, name) in seen:
                sheet.report([Finding(at, f"the {kind} id `{name}` is taken: {seen[kind, name]}")])
            else:
                seen[kind, name] = f"{shown(sheet.path)}:{line}"


def _kind(struct: Any) -> str:
    if isinstance(struct, Question):
        return "question"
    return "chapter" if isinstance(struct, ChapterEntry) else type(struct).__name__.lower()


def _labs(root: Path, chapter: Chapter) -> Iterator[tuple[str, Path | None, Place]]:
    """The labs that a chapter's cards name, and where; None for one that is not there."""
    for i, card in enumerate(chapter.cards):
        if card.lab is not None:
            lab = inside(root / LABS, card.lab)
            yield card.lab, (lab if lab in labs_in((root / LABS).resolve()) else None), ("cards", i, "lab")
