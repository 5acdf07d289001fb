"""Nothing is animated unless the environment asks for it, in Textual's own variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEVEL = """
import sys
from pathlib import Path
from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.study.store import Store
print(TutorApp(load_course(), Store.open(Path(sys.argv[1]))).animation_level)
"""


@pytest.mark.parametrize(
    ("said", "level"), [({}, "none"), *(({"TEXTUAL_ANIMATIONS": level}, level) for level in ("none", "basic", "full"))]
)
def test_the_level_of_animation_is_none_or_what_the_environment_says(
    said: dict[str, str], level: str, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TEXTUAL_ANIMATIONS"} | said
    done = subprocess.run(  # Textual reads it once a process
        [sys.executable, "-c", LEVEL, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{level}\n"
