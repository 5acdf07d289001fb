"""The live experiments by name. A new one is two files, one entry here and a card."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Entry:
    title: str
    shows: str  # in a few words, for lists
    module: str  # in tutor.experiments: what is computed
    widget: str  # in tutor.widgets: module and class, what is steered
    needs_torch: bool = False

    def load(self) -> ModuleType:
        """The experiment's module, imported now."""
        return import_module(f"tutor.experiments.{self.module}")

    def load_widget(self) -> Any:
        """The widget's class, imported now."""
        module, name = self.widget.split(":")
        return getattr(import_module(f"tutor.widgets.{module}"), name)


EXPERIMENTS: dict[str, Entry] = {  # in the order of the course
    "token-splitter": Entry("Token splitter", "how tokenizers cut your text", "tokens", "token_splitter:TokenSplitter"),
    "bpe-stepper": Entry(
        "BPE stepper", "merges learned from a text, one at a time", "bpe_steps", "bpe_stepper:BpeStepper"
    ),
    "tokenizer-race": Entry(
        "Tokenizer race",
        "three ways to learn tokens, on the same words",
        "tokenizer_race",
        "tokenizer_race:TokenizerRace",
    ),
    "word-space": Entry("Word space", "nearest words, cosines, analogies, bias", "word_space", "word_space:WordSpace"),
    "embedding-map": Entry(
        "Embedding map", "words on a plane, by their two widest axes", "embedding_map", "embedding_map:EmbeddingMap"
    ),
    "word2vec-live": Entry(
        "Word vectors, learned live", "vectors that form while a text is read", "word2vec", "word2vec_live:Word2VecLive"
    ),
    "context-shift": Entry(
        "Context shift", "one word in two sentences, layer by layer", "context_shift", "context_shift:ContextShift"
    ),
    "attention-heatmap": Entry(
        "Attention heatmap",
        "which token looks at which, in any head",
        "attention",
        "attention_heatmap:AttentionHeatmap",
    ),
    "attention-steps": Entry(
        "Attention in steps",
        "one query, from dot products to the sum of values",
        "attention_steps",
        "attention_steps:AttentionSteps",
    ),
    "head-gallery": Entry(
        "Head gallery", "all heads, their habits, the loss without them", "head_gallery", "head_gallery:HeadGallery"
    ),
    "temperature-lab": Entry(
        "Temperature lab",
        "candidates for the next token, and the draw",
        "temperature",
        "temperature_lab:TemperatureLab",
    ),
}
