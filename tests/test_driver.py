"""What the driver makes of a terminal that is gone."""

from __future__ import annotations

import io

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from tutor.driver import Output


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_writing_to_a_terminal_that_is_gone_blocks_nobody() -> None:
    writer = WriterThread(Output(Gone()))  # type: ignore[arg-type]
    writer.start()
    for _ in range(2 * MAX_QUEUED_WRITES):
        writer._queue.put("text", timeout=10)
    writer.stop()
    assert not writer.is_alive()
