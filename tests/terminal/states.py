"""What stands at a place after some more keys: terms, help, a note, hints, a recap, what a lab prints, a widget played.

As in `stations`, each state is yielded by its name while it is on the screen, and closed afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from bindings import writing
from stations import Visit
from textual.binding import Binding
from textual.widgets._toast import Toast

from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.asking import AskingScreen
from tutor.screens.chapter import ChapterScreen
from tutor.screens.help import HelpScreen
from tutor.screens.lab import LabScreen
from tutor.screens.mixed import MixedScreen
from tutor.screens.playground import WidgetScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.review import ReviewScreen
from tutor.screens.terms import TermScreen
from tutor.study.rounds import Round, items
from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Page
from tutor.widgets.slider import Slider

NOTE = f"Written to /{'a-folder-with-a-long-name/' * 5}text-to-tokens-why-words-are-cut-17.txt"  # as Y says it
GOES_ON = {"run", "write"}  # until its key is pressed again
LAST = {"clear", "close", "restart"}  # after which other keys have nothing to do


async def helped(there: Visit, place: str, seen: set[str]) -> AsyncIterator[str]:
    """Help over what is open, where it has other keys than at all places before."""
    if writing(there.screen) or isinstance(there.screen, HelpScreen):
        return
    made = HelpScreen(there.screen)
    if (keys := repr(made.keys)) not in seen:
        seen.add(keys)
        await there.push(made)
        yield f"{place}, help"
        await there.press("b")


async def noted(there: Visit, place: str, seen: set[str]) -> AsyncIterator[str]:
    """A note over what is open, on each kind of screen once."""
    if (kind := type(there.screen).__name__) not in seen:
        seen.add(kind)
        there.app.notify(NOTE, timeout=600)
        await there.until(lambda: there.screen.query(Toast))
        yield f"{place}, a note"
        there.app.clear_notifications()
        await there.until(lambda: not there.screen.query(Toast))


async def hinted(there: Visit, place: str) -> AsyncIterator[str]:
    """A card with the hints of its challenges."""
    screen = there.screen
    if isinstance(screen, ChapterScreen) and screen.check_action("hint", ()):
        await there.press("H")
        yield f"{place}, hints"
        await there.press("H")


async def terms(there: Visit) -> AsyncIterator[str]:
    """Every term of the glossary in the pane over a page, and one to which a link of another led."""
    screen = await there.chapter(next(iter(there.app.course.readable())).id)
    await there.turn(screen, 1)
    known = list(there.app.course.terms.values())
    await there.push(TermScreen(there.app.course, known))
    for term in known:
        yield f"term {term.id}"
        if term is known[0] or term is known[-1]:
            await there.press("enter")
            yield f"term {term.id}, its first link"
            await there.press("b")
        await there.press("right")


async def recaps(there: Visit) -> AsyncIterator[str]:
    """The recap of every quiz, of the mixed one and of a review, all answers wrong: the longest there is."""
    chapters = there.app.course.readable()
    made: list[tuple[AskingScreen[str] | AskingScreen[None], Round]] = [
        *((QuizScreen(chapter), Round(items([chapter]))) for chapter in chapters),
        (MixedScreen(), Round(items(chapters))),
        (ReviewScreen(), Round(items(chapters))),
    ]
    for screen, asked in made:
        await there.home()
        await there.push(screen)
        await there.until(lambda screen=screen: screen.query("#asking > *"))
        asked.right = {item.id: False for item in asked.items}
        screen.round = asked
        await screen.run_worker(screen._recap()).wait()
        await there.settled()
        yield f"{screen.title_text}, recap, all wrong"


async def programs(there: Visit, names: Iterable[str]) -> AsyncIterator[str]:
    """Labs that were run, with each pane alone, with all that an exercise says, and with a change."""
    for name in names:
        await there.home()
        screen = LabScreen(name)
        await there.push(screen)

        async def run(screen: LabScreen = screen) -> None:
            await there.press("r")
            await there.until(lambda: screen._run is None)

        await run()
        yield f"lab {name}, run"
        for pane in (screen.query_one(Page), screen.editor):
            pane.focus()
            await there.press("z")
            yield f"lab {name}, {type(pane).__name__} alone"
            await there.press("z")
        said = ("H", "S") if screen.exercise else ()
        for key in said:
            await there.press(key)
            yield f"lab {name}, {key}"
        await there.press("e", "#", "tab")
        yield f"lab {name}, changed"
        await run()
        for key in said[1:]:
            await there.press(key)
            yield f"lab {name}, {key} after a try"
        await there.press("u")
        yield f"lab {name}, asked before a change is lost"
        await there.press("y")


async def played(there: Visit, names: Iterable[str] = tuple(EXPERIMENTS)) -> AsyncIterator[str]:
    """Every widget after each of its keys, one key an action, one after the other."""
    for name in names:
        await there.home()
        await there.push(WidgetScreen(name))
        await there.until(lambda: there.lives[0].result)
        live, done = there.lives[0], {"twin"}
        while (binding := following(live, done)) is not None:
            done.add(binding.action)
            await there.press(binding.key)
            yield f"{name}, {binding.key}"
            if binding.action in GOES_ON:
                await there.press(binding.key)
            if writing(there.screen):
                (live if live.can_focus else live.query(Slider).first()).focus()
                await there.settled()


def following(live: LiveWidget, done: set[str]) -> Binding | None:
    """A key that works in the widget now and does what was not done yet."""
    here = [
        one.binding for one in live.screen.active_bindings.values()
        if one.enabled and live in one.node.ancestors_with_self and one.binding.action not in done
    ]  # fmt: skip
    return min(here, key=lambda binding: binding.action in LAST, default=None)
