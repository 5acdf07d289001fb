"""Which numbers in prose look like statistics, and so must be facts.

The rule, as docs/authoring.md gives it: a currency sign, a unit, a decimal point, a thousands comma or four
digits and more make a number a statistic; so do words such as "forty thousand" and "ten percent".
Plain small counts, years from 1800 to 2035 and version numbers are none, nor is anything in `code`.
"""

from __future__ import annotations

import re

from tutor.course.text import FACT, parse

_UNITS = (
    r"%|percent|per cent|percentage points?|times"
    r"|bits?|bytes?|[kKMGT]i?B"
    r"|[mµn]?s|seconds?|minutes?|hours?|days?|weeks?|months?|years?"
    r"|tokens?|parameters?|weights?|dimensions?|layers?|heads?|merges?"
    r"|FLOPs?|[kMG]?Wh?|GPUs?|dollars?|euros?|cents?"
    r"|thousand|million|billion|trillion"
)
_NUMBER = re.compile(
    r"(?P<money>[$€£]\s?)?(?<![\w.,/])(?<![A-Za-z]-)(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?)"
    rf"(?P<unit>\s?(?:{_UNITS})(?!\w)|[KMBTkx×](?!\w))?"
)
_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred)(?:-\w+)?\s+"
    r"(?:thousand|million|billion|trillion|percent|per cent)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?:\b[Vv]ersion|\b[Cc]hapter|\b[Ss]ection|Unicode|Python|NumPy|PyTorch|GPT|Claude|Gemini|Gemma|Llama|Mistral|Phi|Qwen)\s$"
)
_CODE = "`"  # stands where code stood


def figures(text: str) -> list[str]:
    """The statistics in `text` that are written out, each as it stands there."""
    found: list[str] = []
    for block in parse(text):
        prose = "".join(_CODE if span.code else FACT.sub(_CODE, span.text) for span in block.spans)
        found += [m.group().strip() for m in _NUMBER.finditer(prose) if _is_statistic(m, prose[: m.start()])]
        found += [m.group() for m in _WORDS.finditer(prose)]
    return found


def _is_statistic(match: re.Match[str], before: str) -> bool:
    if match["money"] or match["unit"]:
        return True
    if _VERSION.search(before):
        return False
    digits = match["digits"]
    if match["decimals"] or "," in digits:
        return True
    return len(digits) >= 4 and not (len(digits) == 4 and 1800 <= int(digits) <= 2035)
