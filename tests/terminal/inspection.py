"""What is wrong with a screen as it is laid out: text that is cut, squeezed out, drawn over or drawn outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from rich.cells import cell_len
from rich.text import Text
from textual.containers import ScrollableContainer
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea

from tutor.experiments.cells import visible
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.choices import Choices
from tutor.widgets.feedback import Feedback
from tutor.widgets.lines import KeyLine, TitleLine
from tutor.widgets.own_text import OwnText
from tutor.widgets.slider import Slider

IN_COLUMNS = re.compile(r"[ ▸][ ≠]\S")  # a row of the tokenizer race, whose cuts stand in three columns


def problems(screen: Screen[object]) -> list[str]:
    """One line each; empty where every text is whole, or scrolls by a bar that is seen, or says that it is cut."""
    found = []
    for widget in shown(screen):
        if widget is not screen:
            found += [f"{name(widget)}: {what}" for what in (*outside(widget), *cut(widget))]
        found += [f"{name(widget)}: {what}" for what in overlaps(widget)]
    return found


def shown(node: Widget) -> Iterator[Widget]:
    """The widget and all in it that is to be seen; what holds the notes is not, and they are."""
    if node.visible:
        yield node
    for child in node.children:
        if child.display:
            yield from shown(child)


def name(widget: Widget) -> str:
    """Where a widget stands."""
    marks = (f"#{widget.id}" if widget.id else "") + "".join(f".{c}" for c in sorted(widget.classes) if c[0] != "-")
    parent = type(widget.parent).__name__ if widget.parent else ""
    return f"{parent} > {type(widget).__name__}{marks}"


def scrolls(widget: Widget) -> tuple[bool, bool]:
    """Whether a learner sees that there is more beside or below, and gets there by keys."""
    return (
        widget.show_horizontal_scrollbar and widget.max_scroll_x > 0,
        widget.show_vertical_scrollbar and widget.max_scroll_y > 0,
    )


def outside(widget: Widget) -> Iterator[str]:
    """What of a widget lies beyond what holds it, and is not scrolled to."""
    region = widget.region
    if not region.area:
        if has_text(widget):
            yield "no room at all"
        return
    if isinstance(widget, CellLines):  # the rest is empty
        region = Region(*region.offset, max((wide(line) for line in widget._lines), default=0), region.height)
        if not region.area:
            return
    for holder in (node for node in widget.ancestors if isinstance(node, Widget) and node.visible):
        inside = holder.region if isinstance(holder, Screen) else holder.scrollable_content_region
        x, y = scrolls(holder)
        if not x and (region.x < inside.x or region.right > inside.right):
            yield f"columns {region.x} to {region.right} of {inside.x} to {inside.right} in {type(holder).__name__}"
            return
        if not y and (region.y < inside.y or region.bottom > inside.bottom):
            yield f"rows {region.y} to {region.bottom} of {inside.y} to {inside.bottom} in {type(holder).__name__}"
            return
        region = region.intersection(inside)
        if not region.area:
            return  # scrolled out of sight


def overlaps(widget: Widget) -> Iterator[str]:
    """Children that are drawn over each other."""
    children = [child for child in widget.children if child.display and child.visible and child.region.area]
    for one, other in combinations(children, 2):
        if one.layer == other.layer and one.region.overlaps(other.region):
            yield f"{name(one)} {tuple(one.region)} over {name(other)} {tuple(other.region)}"


def has_text(widget: Widget) -> bool:
    """Whether there is anything to read in it."""
    if isinstance(widget, CellLines):
        return any(map(wide, widget._lines))
    if isinstance(widget, Static):
        return bool(widget.get_content_height(widget.size, widget.size, 80)) and bool(str(widget.content).strip())
    return isinstance(widget, Choices | Feedback | Slider | OwnText | Input | OptionList | TextArea)


def wide(line: list[object]) -> int:
    """The columns of a line up to its last character."""
    return cell_len(Strip(line).text.rstrip())  # type: ignore[arg-type]


def cut(widget: Widget) -> Iterator[str]:
    """Which text does not fit, and neither scrolls nor ends in an ellipsis."""
    width, height = widget.scrollable_content_region.size
    if not width or not height:
        return
    if isinstance(widget, CellLines):
        if (rows := max((n for n, line in enumerate(widget._lines, 1) if wide(line)), default=0)) > height:
            yield f"{rows} lines in {height}: {Strip(widget._lines[height]).text!r}"
        yield from (
            f"{wide(line)} columns in {width}: {Strip(line).text!r}"
            for line in widget._lines if wide(line) > width and not widget.has_class("tile")
        )  # fmt: skip
        return
    if isinstance(widget, OptionList):
        prompts = [option.prompt for option in widget.options if isinstance(option.prompt, str | Text)]
        lines = [line for prompt in prompts for line in Text(str(prompt)).split("\n")]
        if widget.styles.text_overflow != "ellipsis":  # what may take several lines is no plain text, but a Passage
            yield from (
                f"{line.cell_len} columns in {width}: {line.plain!r}" for line in lines if line.cell_len > width
            )
        if widget.max_scroll_y > 0 and not scrolls(widget)[1]:
            yield "it scrolls and does not say so"
        return
    if isinstance(widget, OwnText) and not widget.has_focus and cell_len(visible(widget.value)) > width:
        yield from () if widget.render_line(0).text.endswith(("…", "...")) else ("its text is cut",)
    if isinstance(widget, Input | OwnText):
        if cell_len(widget.placeholder) > width and not widget.value and isinstance(widget, Input):
            yield f"placeholder of {cell_len(widget.placeholder)} columns in {width}"
        return
    if isinstance(widget, ScrollableContainer | TextArea):
        if widget.max_scroll_y > 0 and not scrolls(widget)[1]:
            yield "it scrolls and does not say so"
        return
    if isinstance(widget, Static | Choices | Feedback | Slider):
        yield from cut_text(widget, width, height)


def cut_text(widget: Widget, width: int, height: int) -> Iterator[str]:
    rows = widget.get_content_height(widget.container_size, widget.app.size, width)
    if rows > height:
        yield f"{rows} lines in {height}"
    text = widget.render()
    if isinstance(text, Text) and text.no_wrap:
        for line in text.split("\n"):
            if line.cell_len > width:
                yield f"{line.cell_len} columns in {width}: {line.plain!r}"
    if isinstance(widget, TitleLine) and widget.place not in str(text):
        yield "the place is cut"
    if isinstance(widget, KeyLine) and "? keys" not in str(text) and ("?", "keys") in widget._keys:
        yield "the way to the other keys is cut"


def shortened(screen: Screen[object]) -> list[str]:
    """The lines of pictures that end in an ellipsis, though they say something and are no row of a table."""
    texts = [Strip(line).text.rstrip() for one in shown(screen) if isinstance(one, CellLines) for line in one._lines]
    return [text for text in texts if text.endswith("…") and not IN_COLUMNS.match(text)]
