"""A small valid course: an opening chapter with one of everything, a full one, a chapter to come."""

from __future__ import annotations

from pathlib import Path

import pytest

TRACKS = """\
[[track]]
id = "main"
title = "How it works"
summary = "From text to numbers and back"

[[track.parts]]
id = "first-part"
title = "From text to numbers"

[[track.parts.chapters]]
id = "pieces"
title = "Pieces"
summary = "What a model reads"
file = "main/01-pieces.toml"

[[track.parts.chapters]]
id = "whole"
title = "Whole"
summary = "A chapter with all its parts"
file = "main/02-whole.toml"

[[track.parts.chapters]]
id = "later"
title = "Later"
summary = "Still to come"
"""

TERMS = ["token", "byte", "merge", "vocabulary", "subword", "encoding", "prompt", "model"]
GLOSSARY = "\n".join(
    f"""\
[[term]]
id = "{term}"
name = "{term}"
text = "What the word {term} means."
see = ["{TERMS[(i + 1) % len(TERMS)]}"]
"""
    for i, term in enumerate(TERMS)
)

PIECES = """\
id = "pieces"
title = "Pieces"
minutes = 5
opening = true

[[goals]]
id = "count-pieces"
text = "Count the tokens of a short text"

[[cards]]
id = "pieces-first"
title = "Text comes in pieces"
text = '''
A **[token](term:token)** is a piece of text. The word `marmalade` takes
{fact:marmalade-tokens} of them.

- first point
- second point, see [the next card](card:pieces-code)
'''
first = "Type a word of your own."

[cards.widget]
name = "token-splitter"
settings = { text = "one two", encodings = ["gpt2"] }

[[cards.challenges]]
id = "pieces-many"
text = "Make a text of four tokens or more."
goals = ["tokens >= 4"]
recipe = { text = "one two three four" }
hint = "Write more."

[[cards.predictions]]
id = "pieces-guess"
text = "How many tokens are there in the word?"
settings = { text = "dog" }

[[cards.predictions.outcomes]]
text = "One"
when = ["tokens == 1"]
explain = "Short and frequent words are one piece."

[[cards.predictions.outcomes]]
text = "More"
when = ["tokens > 1"]
explain = "Rare words are cut."

[[cards]]
id = "pieces-code"
title = "In code"
text = '''
Words are counted so:

```python
print(len("one two".split()))
```
'''
lab = "count.py"

[[questions]]
id = "pieces-q-one"
kind = "one"
goal = "count-pieces"
card = "pieces-first"
text = "What is a token?"

[[questions.choices]]
text = "A piece of text"
correct = true
explain = "The text is cut into pieces first."

[[questions.choices]]
text = "A letter"
explain = "A letter may be one, most tokens are longer."

[[questions]]
id = "pieces-q-several"
kind = "several"
goal = "count-pieces"
card = "pieces-first"
text = "Which of these can a token be?"

[[questions.choices]]
text = "A word"
correct = true
explain = "Frequent words are one token."

[[questions.choices]]
text = "A space"
correct = true
explain = "White space is text too."

[[questions]]
id = "pieces-q-number"
kind = "number"
goal = "count-pieces"
card = "pieces-first"
text = "How many tokens has `dog`?"
answer = 1
explain = "It is frequent."
compute = { experiment = "token-splitter", reading = "tokens", settings = { text = "dog", encodings = ["gpt2"] } }

[[questions]]
id = "pieces-q-blank"
kind = "blank"
goal = "count-pieces"
card = "pieces-first"
text = "A piece of text is called a ___."
answers = ["token"]
explain = "The model reads them by number."
near = { "word" = "Words are often cut further." }

[[questions]]
id = "pieces-q-predict"
kind = "predict"
goal = "count-pieces"
card = "pieces-first"
text = "One token, or more?"
experiment = "token-splitter"
settings = { text = "marmalade", encodings = ["gpt2"] }
vary = "text"

[[questions.outcomes]]
text = "One at most"
when = ["tokens <= 1"]
explain = "It is in the vocabulary whole."

[[questions.outcomes]]
text = "More"
when = ["tokens > 1"]
explain = "It is cut into known pieces."

[[insights]]
id = "pieces-insight"
text = "A model reads pieces, not letters."

[[facts]]
id = "marmalade-tokens"
value = 4
compute = { experiment = "token-splitter", reading = "tokens", settings = { text = "marmalade", encodings = ["gpt2"] } }

[[sources]]
id = "pieces-paper"
text = "Somebody, a paper on pieces, 2016"
url = "https://example.org/paper"
date = "2016-06"
"""

LAB = """\
words = "one two".split()
assert len(words) == 2
print(words)
"""


def _whole() -> str:
    parts = ['id = "whole"\ntitle = "Whole"\nminutes = 20\n']
    parts += [
        f'[[goals]]\nid = "whole-goal-{i}"\ntext = "{verb} a thing of the chapter"\n'
        for i, verb in enumerate(["Explain", "Compute", "Predict"])
    ]
    for i, term in enumerate(TERMS):
        parts.append(f'[[cards]]\nid = "whole-{term}"\ntitle = "On {term}"\ntext = "See [{term}](term:{term})."')
        if i == 0:
            parts.append('analogy = true\nlab = "count.py"')
        parts.append("")
        if i < 3:
            parts[-1] = (
                f'first = "Try it."\nwidget = {{ name = "token-splitter", settings = {{ text = "word {i}" }} }}\n'
            )
        if i < 2:
            parts.append(
                f'[[cards.challenges]]\nid = "whole-challenge-{i}"\ntext = "More than nine tokens."\n'
                'goals = ["tokens > 9"]\nrecipe = { text = "a b c d e f g h i j k l m" }\n'
                f'[[cards.predictions]]\nid = "whole-prediction-{i}"\ntext = "How many?"\nsettings = {{ text = "a" }}\n'
                '[[cards.predictions.outcomes]]\ntext = "One"\nwhen = ["tokens == 1"]\nexplain = "It is a byte."\n'
                '[[cards.predictions.outcomes]]\ntext = "More"\nwhen = ["tokens > 1"]\nexplain = "It would be cut."\n'
            )
    kinds = [
        'kind = "one"\nchoices = [{ text = "a", correct = true, explain = "Yea." }, { text = "b", explain = "Nay." }]',
        'kind = "several"\nchoices = [{ text = "a", correct = true, explain = "Y." }, { text = "b", explain = "N." }]',
        'kind = "number"\nanswer = 4\nexplain = "It was counted."',
        'kind = "blank"\nanswers = ["a"]\nexplain = "It was named."',
    ]
    parts += [
        f'[[questions]]\nid = "whole-q-{i}"\ngoal = "whole-goal-{i % 3}"\ncard = "whole-token"\n'
        f'text = "What about ___?"\n{kinds[i % 4]}\n'
        for i in range(12)
    ]
    parts += [f'[[insights]]\nid = "whole-insight-{i}"\ntext = "It is so."\n' for i in range(4)]
    return "\n".join(parts)


FILES = {
    "tracks.toml": TRACKS,
    "glossary.toml": GLOSSARY,
    "main/01-pieces.toml": PIECES,
    "main/02-whole.toml": _whole(),
    "labs/count.py": LAB,
}


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """The folder of a valid course, free to be broken."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path
