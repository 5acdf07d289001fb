"""What is made of TERM, COLORTERM, NO_COLOR, and of streams."""

import io

import pytest

from tutor.terminal import COLORS, can_draw, colour_tier, is_utf8, multiplexer


@pytest.mark.parametrize(
    ("environ", "tier"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1.pts"}, "256"),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "TMUX": "x", "STY": "1.pts"}, "truecolor"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({}, "none"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
    ],
)
def test_tier(environ, tier):
    assert colour_tier(environ) == tier
    for flag in COLORS[1:]:
        assert colour_tier(environ, flag) == flag


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_app_needs_terminals_that_are_not_dumb():
    assert can_draw({"TERM": "xterm"}, Terminal(), Terminal())
    assert not can_draw({"TERM": "xterm"}, Terminal(), io.StringIO())
    assert not can_draw({"TERM": "xterm"}, Terminal(), None)
    assert not can_draw({"TERM": "dumb"}, Terminal())
    assert not can_draw({}, Terminal())


@pytest.mark.parametrize(("encoding", "utf8"), [("utf-8", True), ("UTF8", True), ("latin-1", False), ("ascii", False)])
def test_utf8(encoding, utf8):
    assert is_utf8(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) == utf8


def test_stream_without_an_encoding_is_not_utf8():
    assert not is_utf8(None)
    assert not is_utf8(io.StringIO())


def test_multiplexer():
    assert [multiplexer({name: "x"}) for name in ("TMUX", "ZELLIJ", "STY", "TERM")] == [
        "tmux",
        "zellij",
        "screen",
        "none",
    ]
