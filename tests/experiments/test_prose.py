"""The course's prose as a text: what is taken from the lessons, and what is left out."""

from __future__ import annotations

from pathlib import Path

from tutor.course.locate import lessons_root
from tutor.experiments import prose

LESSON = """
id = "a-chapter"
title = "A chapter"
[[cards]]
id = "card-id"
text = '''
A **[token](term:token)** is a *piece*; of `code` and {fact:nine} nothing stays.

```python
print("code")
```
'''
first = "Look here."
[cards.widget]
name = "token-splitter"
settings = { text = "not prose" }
[[cards.challenges]]
hint = "Think."
goals = ["tokens == 1"]
recipe = { text = "nor this" }
"""


def test_what_is_read_by_a_learner_is_taken(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.toml").write_text(LESSON, encoding="utf-8")
    (tmp_path / "a.toml").write_text('title = "First"', encoding="utf-8")
    (tmp_path / "broken.toml").write_text("title = ", encoding="utf-8")
    first, second = prose.passages(tmp_path)
    assert first == "First"
    said = " ".join(second.split())
    assert said == "A chapter A token is a piece; of and nothing stays. Look here. Think."


def test_the_courses_own_prose_has_words_and_no_marks() -> None:
    text = "\n\n".join(prose.passages())
    assert len(text.split()) > 2000
    assert not [mark for mark in ("**", "](", "{fact", "```") if mark in text]


def test_it_is_read_where_the_course_is() -> None:
    assert next(path for path in prose.FOLDERS if path.is_dir()) == lessons_root()
