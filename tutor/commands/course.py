"""`tutor course`: tracks, chapters, and what each of them holds."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any, get_args

from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, say
from tutor.course.load import Course, LessonError, load_course
from tutor.course.schema import AnyQuestion, Chapter, ChapterEntry, Part

KINDS: tuple[str, ...] = tuple(kind.__struct_config__.tag for kind in get_args(AnyQuestion))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the course; a chapter that is broken is said in its place."""
    tracks = contents(load_course())
    if args.json:
        print_json({"tracks": tracks})
        return 0
    width = max((len(chapter["id"]) for track in tracks for chapter in track["chapters"]), default=0)
    for track in tracks:
        say(f"{track['title']}: {track['summary']}", hang=2)
        part = ""
        for chapter in track["chapters"]:
            if chapter["part"] != part:
                part = chapter["part"]
                say(f"  {part}", hang=4)
            say(f"    {chapter['id']:<{width}}  {chapter['title']}: {describe(chapter)}", hang=width + 6)
    return 0


def contents(course: Course) -> list[dict[str, Any]]:
    """The tracks, each with its chapters in order."""
    return [
        {
            "id": track.id,
            "title": track.title,
            "summary": track.summary,
            "chapters": [examine(course, part, entry) for part in track.parts for entry in part.chapters],
        }
        for track in course.tracks
    ]


def examine(course: Course, part: Part, entry: ChapterEntry) -> dict[str, Any]:
    """What a chapter holds; all counts are 0 while it is coming, or when its file is broken."""
    chapter = Chapter(id=entry.id, title=entry.title, minutes=0, goals=[], cards=[])
    error = None
    ready = course.is_ready(entry.id)
    if entry.file is not None:
        try:
            chapter = course.chapter(entry.id)
        except LessonError as broken:
            ready, error = False, str(broken)
    asked = Counter(type(question).__struct_config__.tag for question in chapter.questions)
    return {
        "id": entry.id,
        "title": entry.title,
        "part": part.title,
        "ready": ready,
        "opening": chapter.opening,
        "minutes": chapter.minutes,
        "goals": len(chapter.goals),
        "cards": len(chapter.cards),
        "widgets": sum(card.widget is not None for card in chapter.cards),
        "challenges": sum(len(card.challenges) for card in chapter.cards),
        "predictions": sum(len(card.predictions) for card in chapter.cards),
        "questions": {kind: asked[kind] for kind in KINDS},
        "insights": len(chapter.insights),
        **({} if error is None else {"error": error}),
    }


def describe(chapter: dict[str, Any]) -> str:
    """`12 cards, 3 live, 12 questions`, `coming`, or what is wrong."""
    if not chapter["ready"]:
        return f"broken: {chapter['error']}" if "error" in chapter else "coming"
    counts = f"{chapter['cards']} cards, {chapter['widgets']} live, {sum(chapter['questions'].values())} questions"
    return f"{counts} (opening cards only)" if chapter["opening"] else counts
