"""The examples of the authoring guide are a valid lesson."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.course.check import check
from tutor.course.exercises import exercise
from tutor.course.programs import check_lab

GUIDE = Path(__file__).parents[2] / "docs" / "authoring.md"
REST = """\
id = "pieces"
title = "Pieces"
minutes = 1
opening = true
goals = [{ id = "count", text = "Count tokens" }]

[[cards]]
id = "uses-facts"
title = "Uses the facts"
text = "Both {fact:tokens-dogs} and {fact:tokens-gpt2-size}."

"""


def test_the_examples_pass_the_check(lessons: Path) -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(examples) == 4
    path = lessons / "main" / "01-pieces.toml"
    path.write_text(REST + "\n".join(examples), encoding="utf-8")
    assert check(path) == []


def test_the_exercise_of_the_guide_is_sound(tmp_path: Path) -> None:
    given, asked = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    solved = given.replace("return 0", "return len(word)")
    for name, text in {"size.py": given, "size.check.py": asked, "size.solution.py": solved}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert exercise(tmp_path / "size.py") is not None
    assert check_lab(tmp_path / "size.py") == []
