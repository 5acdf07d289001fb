"""A broken lesson gives `file:line: message`, for every problem in it, and never a traceback."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.check import check
from tutor.course.load import load_course
from tutor.course.problems import LessonError, Problem

ONE, TWO = "main/01-pieces.toml", "main/02-whole.toml"
GLOSSARY, TRACKS, LAB = "glossary.toml", "tracks.toml", "labs/count.py"


class Edit(NamedTuple):
    """`old` becomes `new` in `file`; then `says` stands on the first line that holds `at`."""

    name: str
    file: str
    old: str
    new: str
    at: str
    says: str


ASKED = 'text = "What is a token?"'
MORE = '[[insights]]\nid = "pieces-insight"'
QUESTION = (
    '[[questions]] # more\nid = "pieces-q-more"\nkind = "{}"\ngoal = "count-pieces"\ncard = "pieces-code"\n'
    'text = "Which?"\n'
)
COUNTED = """text = "How many tokens has `dog`?"
answer = 1
explain = "It is frequent."
compute = { experiment = "token-splitter", reading = "tokens", settings = { text = "dog", enc"""
THIRD = '[[questions.steps]]\ntext = "Look up"\nexplain = "It comes last."\n'
ORDER = (
    QUESTION.format("order")
    + '[[questions.steps]]\ntext = "Cut"\nexplain = "It comes first."\n'
    + '[[questions.steps]]\ntext = "Merge"\nexplain = "It comes next."\n'
    + THIRD
    + MORE
)
PAIR = '[[questions.pairs]]\nleft = "{0}"\nright = "{1}"\nexplain = "Of {0}."\n'
MATCH = QUESTION.format("match") + "".join(PAIR.format(left, left.upper()) for left in "abc") + MORE
CODE = (
    QUESTION.format("code")
    + "code = '''\nx = 3\ny = x + 1\n'''\n"
    + '[[questions.lines]]\nline = 1\nexplain = "It is three."\n'
    + '[[questions.lines]]\nline = 2\nexplain = "It adds."\nmended = "y = x * 2"\n'
    + MORE
)


def drawn(draw: str) -> tuple[str, str]:
    """An edit that has the first question drawn so."""
    return ASKED, f'text = "What is {{p:x}}?"\ndraw = {{ {draw} }}'


FORM = [
    Edit("syntax", ONE, "minutes = 5", "minutes = = 5", "minutes = =", "Invalid value"),
    Edit("open string", ONE, '"What is a token?"', '"What is', '"What is', "Illegal character"),
    Edit("key twice", ONE, "minutes = 5", "minutes = 5\nminutes = 6", "minutes = 6", "overwrite"),
    Edit("unknown field", ONE, "hint = ", "hnit = ", "hnit = ", "unknown field `hnit`; did you mean `hint`?"),
    Edit("unknown table", ONE, "[[sources]]", "[[origins]]", "[[origins]]", "unknown field `origins`"),
    Edit("wrong type", ONE, "minutes = 5", 'minutes = "5"', "minutes", "`minutes` must be a whole number, not text"),
    Edit("text for a table", ONE, "[cards.widget]\nname", "widget", "widget", "`widget` must be a table, not text"),
    Edit("bare date", ONE, 'date = "2016-06"', "date = 2016-06-01", "date = 2016", "put it in quotes"),
    Edit(
        "infinite", ONE, "answer = 1", "answer = inf", "answer = inf", "`answer` must be a number, not a number beyond"
    ),
    Edit(
        "missing field", ONE, '[[cards]]\nid = "pieces-code"\ntitle', "[[cards]] # 2\ntitle", "# 2", "`id` is missing"
    ),
    Edit("no such kind", ONE, 'kind = "blank"', 'kind = "gap"', 'kind = "gap"', "`kind` must be one of: one, several,"),
    Edit("empty text", ONE, '"What is a token?"', '""', 'text = ""', "`text` is empty"),
    Edit("unexplained choice", ONE, '"White space is text too."', '" "', 'explain = " "', "`explain` is empty"),
    Edit("form of an id", ONE, 'id = "pieces-code"', 'id = "Pieces_Code"', "Pieces_Code", "`Pieces_Code` is no id"),
    Edit("card twice", TWO, '"whole-byte"', '"pieces-code"', '"pieces-code"', "the card id `pieces-code` is taken: "),
    Edit("question twice", TWO, "whole-q-7", "pieces-q-one", "pieces-q-one", "the question id `pieces-q-one` is taken"),
    Edit("term twice", GLOSSARY, '"merge"\nname', '"byte" \nname', '"byte" ', "the term id `byte` is taken"),
    Edit("goal of a question", TWO, 'goal = "whole-goal-1"', 'goal = "no-goal"', "no-goal", "unknown goal `no-goal`"),
    Edit(
        "card of a question", TWO, 'card = "whole-token"', 'card = "pieces-code"', "pieces-code", "unknown card `pieces"
    ),
    Edit("card link", ONE, "card:pieces-code", "card:pieces-cod", "card:pieces-cod", "unknown card `pieces-cod`"),
    Edit("term link", ONE, "term:token", "term:tokn", "term:tokn", "unknown term `tokn`"),
    Edit("web link", ONE, "term:token", "https://example.org", "](https:", "a link leads to `term:id` or `card:id`"),
    Edit("related term", GLOSSARY, 'see = ["byte"]', 'see = ["bite"]', "bite", "unknown term `bite`"),
    Edit("unknown fact", ONE, "{fact:marmalade-tokens}", "{fact:jam-tokens}", "{fact:jam", "unknown fact `jam-tokens`"),
    Edit("malformed fact", ONE, "{fact:marm", "{fact: marm", "{fact: marm", "is not `{fact:id}`"),
    Edit(
        "unused fact", ONE, "{fact:marmalade-tokens}", "some", "[[facts]]", "no text uses the fact `marmalade-tokens`"
    ),
    Edit(
        "fact from nowhere", ONE, "4\ncompute", "4\n# compute", "[[facts]]", "needs `compute`, or `source` and `date`"
    ),
    Edit("show of a fact", ONE, "value = 4", 'value = 4\nshow = ">99999d"', "show", "`>99999d` cannot show this value"),
    Edit("statistic", ONE, "Words are", "The 50,257 tokens are", "50,257", "`50,257 tokens` looks like a statistic"),
    Edit("percentage", ONE, "It is frequent.", "Half, 50 % of it.", "50 %", "`50 %` looks like a statistic"),
    Edit(
        "number in words",
        ONE,
        "It is frequent.",
        "Of forty million.",
        "forty",
        "`forty million` looks like a statistic",
    ),
    Edit(
        "verdict",
        ONE,
        "Frequent words are",
        "Correct: they are",
        "Correct:",
        "does not begin with a verdict (`Correct`)",
    ),
    Edit(
        "verdict in bold",
        ONE,
        "It is cut into",
        "**Not quite**, but",
        "Not quite",
        "begin with a verdict (`Not quite`)",
    ),
    Edit("two correct", ONE, '"A letter"', '"A letter"\ncorrect = true', "[[questions.choices]]", "exactly one choice"),
    Edit("none correct", ONE, "correct = true\n", "", "[[questions.choices]]", "exactly one choice is correct, not 0"),
    Edit(
        "choice twice", ONE, 'text = "A letter"', 'text =  "A piece of text"', "text =  ", "this choice is there twice"
    ),
    Edit("no blank", ONE, "called a ___.", "called what", "called what", "the text has one blank: ___"),
    Edit("near answer", ONE, '{ "word" =', '{ "Token " =', '"Token "', "`Token ` is among the answers"),
    Edit("no verb", TWO, "Compute a thing", "The thing", "The thing", "a goal begins with a capitalised verb"),
    Edit("untestable", TWO, "Compute a thing", "Understand it", "Understand", "no question can test `understand`"),
    Edit(
        "untested",
        TWO,
        "[[goals]]",
        '[[goals]] # 1\nid = "g"\ntext = "Name it"\n[[goals]]',
        "# 1",
        "tests the goal `g`",
    ),
    Edit("long card", ONE, "- first point\n", "- point\n" * 9, "text = '''", "lines; a card with a widget has 10"),
    Edit(
        "long page",
        ONE,
        "'''\nWords",
        "'''  \n" + "Word\n\n" * 9 + "Words",
        "'''  ",
        "lines; a card without a widget has 18",
    ),
    Edit("wide code", ONE, "print(len(", "print(len(" + " " * 60, "print(len(", "wider than 70 cells"),
    Edit("long title", ONE, '"In code"', '"' + "In code " * 9 + '"', "In code In", "one line of at most 56 cells"),
    Edit("control byte", ONE, "Type a word", "Type a\\u001b[31m word", "u001b", "U+001B cannot be shown"),
    Edit("direction mark", ONE, "Type a word", "Type a\u202e word", "Type a", "U+202E cannot be shown"),
    Edit("emoji", ONE, "Write more.", "Write more \U0001f600.", "Write more", "is an emoji"),
    Edit("exclamation", ONE, "Write more.", "Write more!", "Write more!", "no exclamation marks"),
    Edit("open bold", ONE, "- first point", "- **first point", "**first", "`**` is not closed"),
    Edit("heading", ONE, "Words are counted so:", "# Words", "# Words", "not in the Markdown of lessons"),
    Edit("lab missing", ONE, 'lab = "count.py"', 'lab = "cuont.py"', "cuont.py", "there is no lab `cuont.py`"),
    Edit("lab outside", ONE, 'lab = "count.py"', 'lab = "../main/x.py"', "../main", "there is no lab `../main/x.py`"),
    Edit("lab syntax", LAB, "print(words)", "print(words", "print(", "not Python: "),
    Edit("chapter file", TRACKS, "02-whole", "03-whole", "03-whole", "there is no chapter file `main/03-whole.toml`"),
    Edit("chapter outside", TRACKS, '"main/02-whole.toml"', '"/etc/passwd"', "/etc", "there is no chapter file"),
    Edit(
        "id of a chapter",
        ONE,
        'id = "pieces"',
        'id = "piece"',
        'id = "piece"',
        "tracks.toml calls this chapter `pieces`",
    ),
    Edit(
        "no first", ONE, 'first = "Type a word of your own."\n', "", "[[cards]]", "a card with a widget needs `first`"
    ),
    Edit("no tracks", TRACKS, 'title = "How it works"\n', "", "[[track]]", "`title` is missing"),
    Edit("below zero", ONE, "answer = 1", "answer = 1\ntolerance = -1", "tolerance", "`tolerance` is below zero"),
    Edit("address", ONE, "https://example.org/paper", "example", "url = ", "`example` is no web address"),
    Edit("date", ONE, '"2016-06"', '"June 2016"', "June", "`June 2016` is no date"),
    Edit(
        "long prediction",
        TWO,
        'text = "How many?"',
        'text = "' + "How many? " * 80 + '"',
        "How many? How many?",
        "the prediction takes 15 lines with its outcomes; there are 11",
    ),
    Edit("places without draw", ONE, "What is a token?", "What is {p:x}?", "{p:x}", "`{p:x}` needs `draw`"),
    Edit(
        "unknown generator",
        ONE,
        *drawn('generator = "cosin"'),
        "cosin",
        "unknown generator `cosin`; did you mean `cosine`?",
    ),
    Edit("rows and generator", ONE, *drawn('generator = "cosine", rows = [{ x = 1 }]'), "draw =", "one of the two"),
    Edit("few rows", ONE, *drawn("rows = [{ x = 1 }, { x = 2 }]"), "draw =", "at least 3 rows"),
    Edit("uneven rows", ONE, *drawn("rows = [{ x = 1 }, { y = 2 }, { x = 3 }]"), "draw =", "every row has the same"),
    Edit("not drawn", ONE, *drawn("rows = [{ y = 1 }, { y = 2 }, { y = 3 }]"), "{p:x}", "nothing is drawn for `{p:x}`"),
    Edit(
        "not used",
        ONE,
        *drawn("rows = [{ x = 1, y = 1 }, { x = 2, y = 1 }, { x = 3, y = 1 }]"),
        "draw =",
        "`y` is drawn and not used",
    ),
    Edit(
        "drawn twice", ONE, *drawn("rows = [{ x = 1 }, { x = 2 }, { x = 1 }]"), "draw =", "row 3 asks the same as row 1"
    ),
    Edit(
        "a bad row",
        ONE,
        ASKED,
        'text = "What is {p:x}?"\ndraw = { rows = [{ x = "A letter" }, { x = "b" }, { x = "c" }] }'
        '\n\n[[questions.choices]]\ntext = "{p:x}"\nexplain = "So."\n',
        "draw =",
        "row 1: this choice is there twice",
    ),
    Edit(
        "no answer", ONE, MORE, QUESTION.format("number") + 'explain = "So."\n' + MORE, "# more", "`answer` is missing"
    ),
    Edit("two steps", ONE, MORE, ORDER.replace(THIRD, ""), "questions.steps", "3 to 9 steps, not 2"),
    Edit("step twice", ONE, MORE, ORDER.replace('"Look up"', '"Cut" # 2'), "# 2", "this step is there twice"),
    Edit("left twice", ONE, MORE, MATCH.replace('"c"', '"b" # 2'), "# 2", "this left side is there twice"),
    Edit("right twice", ONE, MORE, MATCH.replace('"C"', '"B" # 2'), "# 2", "this right side is there twice"),
    Edit("verdict on a pair", ONE, MORE, MATCH.replace("Of a.", "Right, a."), "Right, a.", "begin with a verdict"),
    Edit("no such line", ONE, MORE, CODE.replace("line = 1", "line = 7"), "line = 7", "the program has no line 7"),
    Edit("line twice", ONE, MORE, CODE.replace("line = 2", "line = 1 # 2"), "# 2", "line 1 is there twice"),
    Edit("nothing mended", ONE, MORE, CODE.replace("mended", "#"), "[[questions.lines]]", "exactly one line is wrong"),
    Edit("mended alike", ONE, MORE, CODE.replace("y = x * 2", "y = x + 1"), "mended", "`mended` is the line as it was"),
    Edit("mended wrongly", ONE, MORE, CODE.replace("y = x * 2", "y = x *"), "mended", "not Python: "),
    Edit("program", ONE, MORE, CODE.replace("x = 3", "x = (3"), "code =", "not Python: "),
    Edit(
        "wide program", ONE, MORE, CODE.replace("x = 3", "x = 3" + "0" * 66), "x = 3", "a line is wider than 66 cells"
    ),
    Edit("try elsewhere", ONE, ASKED, ASKED + '\ntry_it = { card = "no-card" }', "try_it", "unknown card `no-card`"),
    Edit(
        "no widget", ONE, ASKED, ASKED + '\ntry_it = { card = "pieces-code" }', "try_it", "has no widget to try it in"
    ),
    Edit("two sentences", ONE, "pieces, not letters", "pieces. It is so", "It is so", "an insight is one sentence"),
]

# What a full chapter lacks when this is gone from it.
COUNTS = [
    Edit(
        "few cards",
        TWO,
        '[[cards]]\nid = "whole-model"\ntitle = "On model"\ntext =',
        "#",
        "[[cards]]",
        "at least 8 cards;",
    ),
    Edit("no analogy", TWO, "analogy = true\n", "", "[[cards]]", "at least 1 cards with an analogy; this one has 0"),
    Edit(
        "few links", TWO, "(term:model)", "(term:byte)", "[[cards]]", "at least 8 glossary terms linked from its cards"
    ),
    Edit("no lab", TWO, 'lab = "count.py"\n', "", "[[cards]]", "at least 1 cards with a lab"),
    Edit(
        "few widgets",
        TWO,
        'widget = { name = "token-splitter", settings = { text = "word 2" } }',
        "",
        "[[cards]]",
        "a widget; this",
    ),
    Edit(
        "few insights",
        TWO,
        '[[insights]]\nid = "whole-insight-3"\ntext =',
        "#",
        "[[insights]]",
        "4 insights; this one has 3",
    ),
]

# Found by running experiments and labs.
LIVE = [
    Edit(
        "widget", ONE, 'name = "token-splitter"', 'name = "token-spliter"', "spliter", "did you mean `token-splitter`?"
    ),
    Edit("setting", ONE, 'text = "one two", enc', 'txt = "one two", enc', "txt", "does not take these settings: "),
    Edit("met already", ONE, "tokens >= 4", "tokens >= 1", "goals = [", "met before anything is done"),
    Edit(
        "met by a prediction",
        ONE,
        'text = "dog" }\n\n[[cards',
        'text = "a b c d e" }\n\n[[cards',
        "goals = [",
        "by a pred",
    ),
    Edit("recipe", ONE, '"one two three four"', '"one"', "recipe =", "the recipe does not meet it: tokens = 1"),
    Edit("goal is no condition", ONE, "tokens >= 4", "tokens at least 4", "tokens at", "is not `reading < value`"),
    Edit("reading of a goal", ONE, "tokens >= 4", "tokns >= 4", "tokns", "`token-splitter` has no reading `tokns`"),
    Edit(
        "none holds",
        ONE,
        '["tokens == 1"]',
        '["tokens == 7"]',
        "[[cards.predictions.outcomes]]",
        "must hold, not 0: tokens",
    ),
    Edit(
        "both hold",
        ONE,
        '["tokens > 1"]',
        '["tokens >= 1"]',
        "[[cards.predictions.outcomes]]",
        "exactly one outcome must",
    ),
    Edit("fact", ONE, "value = 4", "value = 9", "value = 9", "the lesson says 9"),
    Edit(
        "reading of a fact",
        ONE,
        'value = 4\ncompute = { experiment = "token-splitter", reading = "tokens"',
        'value = 4\ncompute = { experiment = "token-splitter", reading = "tokns"',
        "tokns",
        "has no reading `tokns`",
    ),
    Edit("answer", ONE, "answer = 1", "answer = 2", "answer = 2", "`tokens` is 1 now; the lesson says 2"),
    Edit(
        "experiment of a question",
        ONE,
        'text = "One token, or more?"\nexperiment = "token-splitter"',
        'text = "One token, or more?"\nexperiment = "oracle"',
        "oracle",
        "unknown experiment `oracle`",
    ),
    Edit("vary", ONE, 'vary = "text"', 'vary = "words"', "vary", "`token-splitter` has no setting `words`"),
    Edit("vary a list", ONE, 'vary = "text"', 'vary = "encodings"', "vary", "takes no text of the learner's own"),
    Edit(
        "own text",
        ONE,
        '["tokens <= 1"]',
        '["tokens == 77"]',
        "[[questions.outcomes]]",
        "exactly one outcome must hold",
    ),
    Edit(
        "try with other settings",
        ONE,
        ASKED,
        ASKED + '\ntry_it = { settings = { txt = "a" } }',
        "txt",
        "does not take these settings",
    ),
    Edit(
        "drawn for an experiment",
        ONE,
        COUNTED,
        COUNTED.replace(
            '`dog`?"', '`{p:x}`?"\ndraw = { rows = [{ x = "dog" }, { x = "cat" }, { x = "asdf" }] }'
        ).replace('"dog", enc', '"{p:x}", enc'),
        "answer = 1",
        "with x = 'asdf': `tokens` is",
    ),
    Edit("lab", LAB, "== 2", "== 3", "== 3", "the lab ended with exit code 1: AssertionError"),
]


def broken(lessons: Path, edit: Edit) -> tuple[Path, int]:
    """Make the edit; the file and the line on which the problem must stand."""
    path = lessons / edit.file
    text = path.read_text(encoding="utf-8")
    assert edit.old in text
    text = text.replace(edit.old, edit.new, 1)
    path.write_text(text, encoding="utf-8")
    return path, text[: text.index(edit.at)].count("\n") + 1


def said(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("edit", FORM + COUNTS, ids=lambda edit: edit.name)
def test_a_broken_lesson_is_reported_with_file_and_line(lessons: Path, edit: Edit) -> None:
    path, line = broken(lessons, edit)
    problems = check(lessons, run=False)
    assert any(p.file == str(path) and p.line == line and edit.says in p.message for p in problems), said(problems)
    assert all(str(p) == f"{p.file}:{p.line}: {p.message}" and "\n" not in str(p) for p in problems)


@pytest.mark.parametrize("edit", LIVE, ids=lambda edit: edit.name)
def test_what_only_running_can_tell(lessons: Path, edit: Edit) -> None:
    path, line = broken(lessons, edit)
    problems = check(path)
    assert any(p.file == str(path) and p.line == line and edit.says in p.message for p in problems), said(problems)


def test_a_valid_course_has_no_problems(lessons: Path) -> None:
    assert said(check(lessons)) == ""


def test_all_problems_are_reported_at_once(lessons: Path) -> None:
    edits = [
        edit for edit in FORM if edit.name in ("unknown field", "wrong type", "verdict", "near answer", "no first")
    ]
    for edit in edits + [edit for edit in FORM if edit.name in ("untestable", "related term", "chapter outside")]:
        broken(lessons, edit)
    problems = check(lessons, run=False)
    for edit in edits:
        assert any(edit.says in p.message for p in problems), edit.name
    assert problems == sorted(problems)


def test_a_broken_field_hides_nothing_else_and_causes_nothing_else(lessons: Path) -> None:
    path = lessons / ONE
    path.write_text(path.read_text().replace('goal = "count-pieces"', "goal = 3", 1).replace("minutes = 5\n", ""))
    assert [p.message for p in check(path, run=False)] == [
        "`minutes` is missing",
        "`goal` must be text in quotes, not a number",
    ]


def test_one_file_is_checked_within_its_course(lessons: Path) -> None:
    broken(lessons, next(edit for edit in FORM if edit.name == "emoji"))
    assert check(lessons / TWO, run=False) == []
    assert check(lessons / GLOSSARY, run=False) == []
    assert [p.file for p in check(lessons / ONE, run=False)] == [str(lessons / ONE)]


def test_a_file_without_a_course(lessons: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = tmp_path_factory.mktemp("alone") / "chapter.toml"
    alone.write_text((lessons / ONE).read_text())
    assert [p.message for p in check(alone, run=False)] == [
        "no tracks.toml beside or above this file: its links and labs are not checked"
    ]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "`id` is missing"),
        (b"id = 'x'\n\xff\n", 2, "not UTF-8"),
        (b"a = " + b"[" * 5000, 1, ""),
        (b"[[cards]]\n" + b"text = '" + b"**" * 3000 + b"'", 1, "`id` is missing"),
        (b"minutes = " + b"9" * 5000, 1, ""),
        (b'cards = ["x", 3]\n', 1, "must be a table"),
    ],
    ids=["empty", "not UTF-8", "deep", "marks", "huge number", "texts for tables"],
)
def test_strange_files(lessons: Path, content: bytes, line: int, says: str) -> None:
    (lessons / ONE).write_bytes(content)
    problems = check(lessons, run=False)
    assert any(p.file == str(lessons / ONE) and p.line == line and says in p.message for p in problems), said(problems)


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in said(check(tmp_path / "none.toml"))
    assert f"{tmp_path / 'tracks.toml'}:1: cannot be read" in said(check(tmp_path))


def test_a_chapter_file_that_no_track_names(lessons: Path) -> None:
    (lessons / "main/03-spare.toml").write_text('id = "spare"\n')
    assert "03-spare.toml:1: no chapter in tracks.toml has this file" in said(check(lessons, run=False))


@pytest.mark.parametrize(
    ("places", "lengths", "says"),
    [
        ([0, 1, 2, 3, 0, 1, 2], [5] * 7, ""),
        ([1, 1, 1, 1, 0, 2, 3], [5] * 7, "choice 2 is the correct one in 4 of 7 questions"),
        ([1, 1, 1, 1, 1], [5] * 5, ""),
        ([0, 1, 2, 3, 0, 1], [50, 50, 50, 50, 5, 5], ""),
        ([0, 1, 2, 3, 0, 1], [50, 50, 50, 50, 50, 5], "the correct choice is the longest in 5 of 6 questions"),
    ],
)
def test_keys_that_are_known_without_reading(lessons: Path, places: list[int], lengths: list[int], says: str) -> None:
    questions = []
    for n, (place, length) in enumerate(zip(places, lengths, strict=True)):
        questions.append(
            f'[[questions]]\nid = "more-{n}"\nkind = "one"\ngoal = "count-pieces"\ncard = "pieces-code"\n'
            'text = "Which?"\n'
        )
        for i, letter in enumerate("abcd"):
            text, correct = (letter * length, "true") if i == place else (letter * 9, "false")
            questions.append(f'[[questions.choices]]\ntext = "{text}"\ncorrect = {correct}\nexplain = "It is there."\n')
    path = lessons / ONE
    start = path.read_text(encoding="utf-8").split("[[questions]]")[0]
    path.write_text(start + "\n".join(questions), encoding="utf-8")
    found = [problem.message for problem in check(path, run=False) if "correct" in problem.message]
    assert [message.split(":")[0] for message in found] == ([says] if says else [])


# ── any text at all ──────────────────────────────────────────────────────────────────────────────────

PIECES = [
    "[",
    "]",
    "[[",
    '"',
    "'''",
    "\\",
    "=",
    "{",
    "}",
    "\n",
    "#",
    "\u001b",
    "**",
    "`",
    "{fact:",
    "](term:",
    "é",
    "1e9",
    "nan",
]
PIECES += [
    "[[cards]]\n",
    "[cards.widget]\n",
    "[[questions]]\n",
    "true",
    '""',
    "___",
    "id",
    "\r\n",
    "\t",
    "inf",
    "0x",
    "-",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_lesson_never_raises(lessons: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([ONE, GLOSSARY, TRACKS]))
    original = (lessons / name).read_bytes()
    text = original.decode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 40)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=8)) + text[end:]
    try:
        (lessons / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        for problem in check(lessons, run=False):
            assert 1 <= problem.line <= text.count("\n") + len(original)
            assert problem.message and "Traceback" not in problem.message
        with suppress(LessonError):
            course = load_course(lessons)
            assert course.terms or course.glossary_problems
            for entry in course.entries():
                with suppress(LessonError):
                    course.chapter(entry.id)
    finally:
        (lessons / name).write_bytes(original)


def test_a_link_in_a_circle_is_a_problem(lessons: Path) -> None:
    path = lessons / TWO
    path.unlink()
    path.symlink_to(path.name)
    assert f"there is no chapter file `{TWO}`" in {problem.message for problem in check(lessons, run=False)}
