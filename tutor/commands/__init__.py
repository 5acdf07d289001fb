"""The plain commands, one a module; each is imported only when it runs, and none of them imports Textual.

A command is a module with

    def add_arguments(parser)     what it takes
    def run(args) -> int          its work; returns the exit code
"""


class CommandError(Exception):
    """The command cannot do what was asked; the message is one line. `code` is the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
