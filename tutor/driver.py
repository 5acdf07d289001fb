"""The terminal: bytes that are not UTF-8 and codes that make no sense end no session, a slow line makes nobody wait."""

from __future__ import annotations

import os
import signal
import socket
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from tutor.line import ANSWER, Line
from tutor.pasting import NEXT, Arrived, Pasted
from tutor.terminal import for_console, is_console

if TYPE_CHECKING:
    from tutor.screens.frame import SentByChanges

CHUNK = 4096  # bytes read at once


class TooLong(Message):
    """Only the beginning of a paste was kept."""

    def __init__(self, kept: int, length: int) -> None:
        super().__init__()
        self.kept = kept
        self.length = length


class Parser(XTermParser):
    """Textual's parser of keys, which raises on a key code that is no number or no character, and takes the answer
    that a terminal is well for keys."""

    def __init__(self, debug: bool, on_answer: Callable[[], None] = lambda: None) -> None:
        super().__init__(debug)
        self._on_answer = on_answer

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence != ANSWER:
            return super()._sequence_to_key_events(sequence, alt)
        self._on_answer()
        return [events.Key(Keys.Ignore, None)]

    def _parse_extended_key(self, sequence: str) -> list[events.Key] | None:  # type: ignore[override]  # cached there
        try:
            keys = super()._parse_extended_key(sequence)
            "".join(key.character or "" for key in keys or ()).encode()  # half a character is none
            return keys
        except (ValueError, OverflowError):
            return [events.Key(Keys.Ignore, None)]


class Waitable(threading.Event):
    """An event that a selector can wait for, among other things."""

    def __init__(self) -> None:
        super().__init__()
        self._raise, self.raised = socket.socketpair()

    def set(self) -> None:
        if not self.is_set():
            super().set()
            self._raise.send(b"!")

    def clear(self) -> None:
        if self.is_set():
            self.raised.recv(1)
        super().clear()


class TerminalDriver(LinuxDriver):
    """Textual's driver, with its own ways to read, where a byte that is not UTF-8 becomes U+FFFD, and to write.

    Textual's thread that writes gets nothing to do: its queue makes the app wait when it is full.
    """

    line: Line  # while in application mode

    def __init__(self, app: SentByChanges[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.exit_event = self._exit = Waitable()  # so that the thread that reads sleeps while nothing comes
        self._send_changes = app.send_changes
        assert self._file is not None  # standard error, a terminal
        self._output, self._encoding = self._file.fileno(), self._file.encoding
        self._on_console = is_console(os.environ)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def start_application_mode(self) -> None:
        self.line = Line(self._output, self._line_free, self._gone)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # Textual's handler may be interrupted by itself, and would then tell the older size last
        self._loop.add_signal_handler(signal.SIGWINCH, self._resized)
        self.line.ask()

    def _resized(self) -> None:
        if not self._in_band_window_resize:  # private, as is the next: they are all there is to ask
            size = Size(*self._get_terminal_size())
            self._app.post_message(events.Resize(size, size))

    def write(self, data: str) -> None:
        data = for_console(data) if self._on_console else data
        self.line.write(data.encode(self._encoding, "backslashreplace"))

    def stop_application_mode(self) -> None:
        self.line.clear()
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        self.line.stop()

    def _line_free(self) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._send_changes)

    def _gone(self) -> None:
        """The terminal is gone, and with it the session; called on any thread, for this is a message."""
        self._app.call_later(self._app.exit)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def run_input_thread(self) -> None:
        """Read keys until the app stops listening."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser, arrived = Parser(self._debug, self._answered), Arrived()
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            selector.register(self._exit.raised, EVENT_READ)
            while True:
                # the parser waits for what follows an escape byte until then; private, but it has no other sign
                pause = NEXT if parser._timeout_time is not None else arrived.patience
                found = selector.select(pause)
                if self._exit.is_set():
                    return
                if found:
                    try:
                        data = os.read(self.fileno, CHUNK)
                    except OSError:  # Linux says so when a pseudo-terminal is closed, others send nothing
                        data = b""
                    if not data:
                        self._gone()
                        return
                    for piece in arrived.feed(decode(data)):
                        if isinstance(piece, Pasted):
                            self._paste(piece)
                        else:
                            self._type(parser, piece.text)
                elif arrived.patience is not None:
                    self._type(parser, arrived.give_up().text)
                for event in parser.tick():
                    self.process_message(event)

    def _answered(self) -> None:
        self.line.answered()

    def _type(self, parser: Parser, text: str) -> None:
        for event in parser.feed(text):
            self.process_message(event)

    def _paste(self, pasted: Pasted) -> None:
        self.process_message(events.Paste(pasted.text))
        if pasted.length > len(pasted.text):
            self.process_message(TooLong(len(pasted.text), pasted.length))
