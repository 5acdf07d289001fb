"""What arrives from the terminal: bytes that are not UTF-8 and codes that make no sense end no session."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys
from textual.message import Message

from tutor.pasting import Arrived, Pasted

CHUNK = 4096  # bytes read at once
NEXT = 0.02  # seconds until it is clear that an escape byte begins nothing


class TooLong(Message):
    """Only the beginning of a paste was kept."""

    def __init__(self, kept: int, length: int) -> None:
        super().__init__()
        self.kept = kept
        self.length = length


class Parser(XTermParser):
    """Textual's parser of keys, which raises on a key code that is no number or no character."""

    def _parse_extended_key(self, sequence: str) -> list[events.Key] | None:  # type: ignore[override]  # cached there
        try:
            keys = super()._parse_extended_key(sequence)
            "".join(key.character or "" for key in keys or ()).encode()  # half a character is none
            return keys
        except (ValueError, OverflowError):
            return [events.Key(Keys.Ignore, None)]


class Output:
    """A file of which nobody hears when it cannot be written; Textual's thread that writes would die of it,
    and the app then wait for that thread."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class TerminalDriver(LinuxDriver):
    """Textual's driver, with its own way to read: a byte that is not UTF-8 becomes U+FFFD."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file = Output(self._file)  # type: ignore[assignment]

    def run_input_thread(self) -> None:
        """Read keys until the app stops listening; a terminal that is gone ends the session."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser, arrived = Parser(self._debug), Arrived()
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(NEXT if arrived.waiting else 0.1):
                    try:
                        data = os.read(self.fileno, CHUNK)
                    except OSError:  # Linux says so when a pseudo-terminal is closed, others send nothing
                        data = b""
                    if not data:
                        self._app.call_later(self._app.exit)
                        return
                    for piece in arrived.feed(decode(data)):
                        if isinstance(piece, Pasted):
                            self._paste(piece)
                        else:
                            self._type(parser, piece.text)
                elif arrived.waiting:
                    self._type(parser, arrived.give_up().text)
                for event in parser.tick():
                    self.process_message(event)

    def _type(self, parser: Parser, text: str) -> None:
        for event in parser.feed(text):
            self.process_message(event)

    def _paste(self, pasted: Pasted) -> None:
        self.process_message(events.Paste(pasted.text))
        if pasted.length > len(pasted.text):
            self.process_message(TooLong(len(pasted.text), pasted.length))
