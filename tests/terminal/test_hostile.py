"""What arrives from a terminal may be anything: the session goes on, or ends cleanly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pty_harness import Terminal

NONSENSE = {
    "not UTF-8": b"\xff\xfe\x80",
    "half a surrogate": b"\xed\xa0\x80",
    "a letter of Latin-1": b"caf\xe9 ",
    "not UTF-8, pasted": b"\x1b[200~\xff\xfe\x1b[201~",
    "a key code beyond Unicode": b"\x1b[1114112u\x1b[99999999999999999999u",
    "half a character as a key code": b"\x1b[55296u\x1b[97;1;56832u",
    "a key event": b"\x1b[97;1:3u",
    "an old mouse report": b"\x1b[M\xff\xff\xff",
    "controls": b"\x00\x01\x02\x1c\x1d",
    "a position far away": b"\x1b[<0;99999999999;99999999999M",
    "a report that does not end": b"\x1bP" + b"A" * 200,
}


@pytest.mark.parametrize("sent", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_from_the_terminal_ends_no_session(sent: bytes, tmp_path: Path) -> None:
    with Terminal(["--data-dir", str(tmp_path)]) as terminal:
        terminal.wait_for("? keys")
        terminal.settle()
        os.write(terminal.master, sent)
        terminal.settle(0.5)
        terminal.press("escape", "escape")
        terminal.settle()
        terminal.press("p")
        terminal.wait_for("Playground")
        terminal.press("q")
        assert terminal.ended() == 0
