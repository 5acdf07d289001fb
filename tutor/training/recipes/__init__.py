"""The recipes of `tutor train`, one a module, each with

    RUNS: dict[str, Run]    what is trained, by name; a recipe of several leaves each in a folder of its name

This table is read without PyTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.training.run import Run

RECIPES = {
    "tiny": "the course's main model: 3 million parameters, Llama's layout",
    "film": "a smaller model, with its weights at thirteen steps from the first to the last",
    "ladder": "tiny's recipe at five smaller sizes, for a scaling law",
    "data-ladder": "one size on a sixteenth, an eighth, a quarter and half of the text",
    "positions": "one small model three times: with learned, rotary and ALiBi positions",
    "variants": "what helps tiny and what does not: one change at a time, on a twelfth of everything",
}


def runs(recipe: str) -> dict[str, Run]:
    """The runs of a recipe; raises KeyError for a name that is none. Imports PyTorch."""
    if recipe not in RECIPES:
        raise KeyError(recipe)
    module = import_module(f"tutor.training.recipes.{recipe.replace('-', '_')}")
    found: dict[str, Run] = module.RUNS
    return found
