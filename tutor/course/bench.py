"""Run experiments for a check: each with the same settings once, any failure as one line."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from tutor.course.schema import Settings

if TYPE_CHECKING:
    from tutor.experiments.base import Reading
    from tutor.models.library import Library


class TroubleError(Exception):
    """An experiment that cannot be run as the lesson says; one line. `part` is the field to blame."""

    def __init__(self, message: str, part: str = "settings") -> None:
        super().__init__(message)
        self.part = part


class Bench:
    """Runs experiments for a check: each with the same settings once, the models loaded on first use."""

    def __init__(self) -> None:
        self._library: Library | None = None
        self._done: dict[tuple[str, str], Mapping[str, Reading] | TroubleError] = {}

    def module(self, name: str) -> ModuleType:
        """The experiment `name`; raises TroubleError."""
        from tutor.experiments.registry import EXPERIMENTS

        if name not in EXPERIMENTS:
            meant = get_close_matches(name, EXPERIMENTS, 1)
            hint = f"; did you mean `{meant[0]}`?" if meant else ""
            raise TroubleError(f"unknown experiment `{name}`{hint}", "name")
        try:
            return EXPERIMENTS[name].load()
        except Exception as error:
            raise TroubleError(f"the experiment `{name}` cannot be loaded: {_line(error)}", "name") from None

    def settings(self, name: str, settings: Settings) -> Any:
        """The experiment's Settings; raises TroubleError."""
        module = self.module(name)
        try:
            return msgspec.convert(settings, module.Settings)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            raise TroubleError(f"`{name}` does not take these settings: {_line(error)}") from None

    def runs(self, name: str) -> bool:
        """Whether this machine has what the experiment needs."""
        from tutor.experiments.registry import EXPERIMENTS

        return not EXPERIMENTS[name].needs_torch or find_spec("torch") is not None

    def readings(self, name: str, settings: Settings) -> Mapping[str, Reading]:
        """What the experiment reads with these settings; raises TroubleError."""
        key = name, repr(sorted(settings.items()))
        if key not in self._done:
            try:
                self._done[key] = self._run(name, settings)
            except TroubleError as trouble:
                self._done[key] = trouble
        done = self._done[key]
        if isinstance(done, TroubleError):
            raise done
        return done

    def _run(self, name: str, settings: Settings) -> Mapping[str, Reading]:
        module, ready = self.module(name), self.settings(name, settings)
        try:
            if self._library is None:
                from tutor.models.library import Library

                self._library = Library()
            result = module.compute(ready, self._library)
            if isinstance(result, Generator):
                result = _last(result)
            return dict(result.readings())
        except Exception as error:
            raise TroubleError(f"`{name}` cannot compute this: {_line(error)}") from None


def _last(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _line(error: Exception) -> str:
    """An error as one line."""
    from tutor.experiments.base import ExperimentError

    said = " ".join(str(error).split())
    plain = isinstance(error, ExperimentError | ValueError | msgspec.ValidationError)
    return said if plain and said else f"{type(error).__name__}: {said}"
