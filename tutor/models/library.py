"""The models and encodings that ship with the course, loaded on first use and shared by all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import tiktoken

from tutor.models import encodings
from tutor.models.config import Config, read_config
from tutor.models.decoder import Array, Cache, Decoder, Heads, Trace
from tutor.models.errors import ModelFileError
from tutor.models.int8 import widened
from tutor.models.parameters import take
from tutor.models.tokenizer import Tokenizer
from tutor.models.vectors import Vectors
from tutor.models.weights import read_safetensors

FOLDER = Path(__file__).parents[1] / "data" / "models"
MAX_CACHES = 4
TOKENIZER = "tokenizer.json"


class Model:
    """A language model with its tokenizer. It keeps what it has read, so it is for one thread at a time."""

    def __init__(self, name: str, config: Config, tokenizer: Tokenizer, read: Callable[[], Decoder]) -> None:
        """`read` gives the model's numbers, again after each `rest`."""
        self.name, self.config, self.tokenizer = name, config, tokenizer
        self._read = read
        self._run: Decoder | None = read()
        self._caches: list[Cache] = []  # the one used last is at the end

    @staticmethod
    def load(folder: Path, name: str | None = None, tokenizer_of: Path | None = None) -> Model:
        """Read a Hugging Face folder: config.json, model.safetensors, tokenizer.json; raises ModelFileError.

        The tokenizer may be that of another folder.
        """
        config = read_config(folder / "config.json")
        tokenizer = Tokenizer.load(tokenizer_of or folder)
        if tokenizer.vocab_size != config.vocab_size:
            raise ModelFileError(
                f"{folder}: the tokenizer has {tokenizer.vocab_size} tokens, the model {config.vocab_size}"
            )
        path = folder / "model.safetensors"

        def read() -> Decoder:
            weights = read_safetensors(path)
            try:
                return Decoder(config, take(config, widened(weights)))
            except ModelFileError as error:
                raise ModelFileError(f"{path}: {error}") from error

        return Model(name or folder.name, config, tokenizer, read)

    @property
    def run(self) -> Decoder:
        """The model's numbers, in float32, at work; raises ModelFileError when they have to be read and cannot."""
        if self._run is None:
            self._run = self._read()
        return self._run

    def rest(self) -> None:
        """Let go of what takes megabytes and can be had again: the numbers, and the keys and values of past texts."""
        self._run = None
        self._caches.clear()

    def start(self, text: str) -> list[int]:
        """The ids of a text that begins here: the start token, then the tokens of `text`."""
        return [self.tokenizer.bos, *self.tokenizer.encode(text)]

    def next_logits(self, ids: Sequence[int]) -> Array:
        """The logits (V,) of the token after `ids`; reads only what no earlier call has read.

        Equal to `run.forward(ids)[-1]` but for float32 rounding. Raises ValueError for no tokens, or ids not
        in the vocabulary.
        """
        cache = self._cache(list(ids))
        return self.run.unembed(self.run.read(ids[len(cache.ids) :], cache)[-1])

    def _cache(self, ids: list[int]) -> Cache:
        """A cache that has read the longest beginning of `ids` we have, short of the last token."""
        source = max(self._caches, key=lambda cache: _common(cache.ids, ids), default=None)
        n = min(_common(source.ids, ids), len(ids) - 1) if source and ids else 0
        if source and len(source.ids) - n <= 1:  # the text goes on, or takes one step aside
            cache = source
            self._caches.remove(cache)
        else:  # another text: leave the one that was read for its return
            cache = self.run.new_cache() if len(self._caches) < MAX_CACHES else self._caches.pop(0)
            if source:
                cache.copy(source, n)
        cache.keep(n)
        self._caches.append(cache)
        return cache

    def trace(self, ids: Sequence[int], off: Heads = frozenset()) -> Trace:
        """What happens inside while `ids` are read, see `Trace`; the heads in `off` add nothing to the stream."""
        return self.run.trace(ids, off)


def _common(a: list[int], b: list[int]) -> int:
    """The length of the longest common beginning."""
    if a == b[: len(a)]:
        return len(a)
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(b))


class Library:
    """Every model and encoding by name and the word vectors, each loaded once.

    `folder` holds a folder for each model or, as the ladder does, for several; `added` the learner's own.
    """

    def __init__(self, folder: Path = FOLDER, added: Path | None = None) -> None:
        self._folder, self._added = folder, added
        self._lock = Lock()
        self._models: dict[str, Model] = {}
        self._published: dict[str, encodings.Published] = {}
        self._own: dict[str, Tokenizer] = {}  # of the models
        self._vectors: Vectors | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the models: `tiny`, `ladder/92k`; the learner's own after those that ship."""
        return tuple(self._folders())

    @property
    def encoding_names(self) -> tuple[str, ...]:
        """The names of the encodings: the published ones, then those of our models."""
        own = (name for name, folder in self._folders().items() if (folder / TOKENIZER).exists())
        return (*encodings.NAMES, *own)

    def model(self, name: str = "tiny") -> Model:
        """The model `name`; raises ModelFileError."""
        with self._lock:
            if name not in self._models:
                folder = self._find(name)
                self._models[name] = Model.load(folder, name, self._tokenizer_of(folder))
            return self._models[name]

    def rest(self) -> None:
        """Have every model rest; each is read again when it is next used."""
        with self._lock:
            for model in self._models.values():
                model.rest()

    def forget(self) -> None:
        """Let go of all that can be read again; some of it takes half a second to read."""
        self.rest()
        with self._lock:
            self._published.clear()
            self._vectors = None

    def encoding(self, name: str, text: str) -> tiktoken.Encoding:
        """The encoding `name`, a published one or a model's, as far as `text` needs it; raises ModelFileError.

        It cuts this text, and every part of it, as the whole one does.
        """
        return self._published_one(name).encoding(text) if name in encodings.NAMES else self._tokenizer(name).encoding

    def learned(self, name: str) -> int:
        """How many tokens the encoding `name` has, special ones left out; raises ModelFileError."""
        in_it = self._published_one(name).vocabulary if name in encodings.NAMES else self._tokenizer(name).tokens
        return len(in_it)

    def vectors(self) -> Vectors:
        """The word vectors; raises ModelFileError."""
        with self._lock:
            if self._vectors is None:
                self._vectors = Vectors.load()
            return self._vectors

    def _published_one(self, name: str) -> encodings.Published:
        with self._lock:
            if name not in self._published:
                self._published[name] = encodings.Published(name)
            return self._published[name]

    def _tokenizer(self, name: str) -> Tokenizer:
        with self._lock:
            if name not in self._own:
                self._own[name] = Tokenizer.load(self._tokenizer_of(self._find(name)))
            return self._own[name]

    def _tokenizer_of(self, folder: Path) -> Path:
        """The folder with a model's tokenizer: its own, or `tiny`, whose tokenizer the smaller models share."""
        return folder if (folder / TOKENIZER).exists() else self._folder / "tiny"

    def _folders(self) -> dict[str, Path]:
        """Every model's folder by its name: a folder of models goes before its name with a slash."""
        found = [*self._folder.glob("*/config.json"), *self._folder.glob("*/*/config.json")]
        named = {path.parent.relative_to(self._folder).as_posix(): path.parent for path in found}
        own = {path.parent.name: path.parent for path in self._added.glob("*/config.json")} if self._added else {}
        return {name: folder for part in (named, own) for name, folder in sorted(part.items())}

    def _find(self, name: str) -> Path:
        folders = self._folders()
        if name in folders:
            return folders[name]
        found = ", ".join(self.names) or "none; install llm-tutor again, or make one with `tutor train tiny`"
        raise ModelFileError(f"no model {name!r} in {self._folder}; there is: {found}")
