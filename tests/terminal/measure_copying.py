"""What is sent when the learner copies: once, as much as the text is long."""

from __future__ import annotations

import re
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

from figures import Figure
from pty_harness import Terminal

CHAPTER = "attention"
COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def copied(data: Path) -> tuple[int, str, str]:
    """On the first card of a chapter: the bytes that come for y, the text in them, and the text that Y writes."""
    with Terminal(["--data-dir", str(data), "--chapter", CHAPTER]) as terminal:
        terminal.wait_for("After this chapter you can", "? keys")
        terminal.press("n")
        terminal.wait_for("card 1 of")
        terminal.settle(0.5)
        terminal.press("y")
        terminal.wait(lambda: COPIED.search(terminal.received), "the text")  # type: ignore[arg-type, return-value]
        terminal.wait_for("characters sent")
        size = sum(len(code[0]) for code in COPIED.finditer(terminal.received))
        texts = [b64decode(code[1]).decode("utf-8") for code in COPIED.finditer(terminal.received)]
        terminal.press("Y")
        terminal.wait_for("Written to")
    (path,) = (data / "saved").iterdir()
    return size, "".join(texts), path.read_text(encoding="utf-8")


def figures() -> Iterator[Figure]:
    """The bytes of a copy."""
    with tempfile.TemporaryDirectory() as data:
        size, _, saved = copied(Path(data))
    yield Figure(14, "y on a card, against the bytes of its text", size / len(saved.encode()), "times", 1.5)
