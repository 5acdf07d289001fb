"""The command line as a whole: what it takes, how it fails, what leaves it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WRONG = [  # command line, exit code, a piece of the one line
    (["shoow"], 2, "shoow"),
    (["quizz"], 2, "there is no `tutor quizz`; the nearest is `tutor quiz` (`tutor --help` lists"),
    (["Glosary", "token"], 2, "the nearest is `tutor glossary`"),
    (["xyzzy"], 2, "there is no `tutor xyzzy` (`tutor --help` lists"),
    (["xyzzy\n\x1b]0;a\x07"], 2, "`tutor xyzzy"),
    (["show", "tokenz", "a"], 2, "the nearest is `tutor show tokens` (`tutor show --help` lists"),
    (["--chaptr", "attention"], 2, "unrecognized arguments: --chaptr (`tutor --help`"),
    (["progress", "--data-dir", "X"], 2, "--data-dir goes before the command: `tutor --data-dir DIR progress`\n"),
    (["progress", "--data-dir=X"], 2, "--data-dir goes before the command: `tutor --data-dir DIR progress`\n"),
    (["models", "verify", "--data-dir", "X"], 2, "`tutor --data-dir DIR models verify`\n"),
    (["read", "--data-dir"], 2, "`tutor --data-dir DIR read`\n"),
    (["reset", "--data-dir", "X", "all"], 2, "`tutor --data-dir DIR reset`\n"),
    (["course", "--colors", "none"], 2, "`tutor --colors auto|truecolor|256|16|none course`\n"),
    (["read", "--chapter", "attention"], 2, "--chapter stands without a command: `tutor --chapter ID`\n"),
    (["--chapter", "attention", "read"], 2, "--chapter stands without a command: `tutor --chapter ID`\n"),
    (["course", "--version"], 2, "--version stands without a command: `tutor --version`\n"),
    (["show", "tokens", "a", "--colors", "pink"], 2, "'pink'"),
    (["glossary", "--", "--data-dir"], 2, "the glossary has no '--data-dir'"),
    (["--colors", "pink"], 2, "pink"),
    (["show"], 2, "tutor show --list"),
    (["show", "tokens"], 2, "TEXT"),
    (["show", "tokens", "a", "--encoding", "klingon"], 2, "klingon"),
    (["show", "tokens", "a", "--encoding", "gpt2", "--encoding", "gpt2"], 2, "different"),
    (["show", "tokens", "a", "--jso"], 2, "--jso"),
    (["show", "tokens", "a", "--jso"], 2, "tutor show tokens --help"),
    (["lab", "--coppy"], 2, "tutor lab --help"),
    (["--coppy"], 2, "tutor --help"),
    (["show", "tokens", "a", "--json", "--table"], 2, "--table"),
    (["show", "tokens", "a\udcffb"], 2, "byte FF at position 1"),
    (["show", "attention", "a", "--layer", "0"], 2, "--layer"),
    (["show", "attention", "a", "--layer", "99"], 2, "99"),
    (["show", "attention", "a", "--query", "5000"], 2, "5000"),
    (["show", "next", "a", "--temperature", "nan"], 2, "temperature"),
    (["show", "next", "a", "--temperature", "-1"], 2, "temperature"),
    (["show", "next", "a", "--temperature", "hot"], 2, "hot"),
    (["show", "next", "a", "--top-k", "-1"], 2, "--top-k"),
    (["show", "next", "a", "--top-p", "1.5"], 2, "top_p"),
    (["show", "next", "a", "--min-p", "inf"], 2, "min_p"),
    (["sample", "a", "--tokens", "0"], 2, "--tokens"),
    (["sample", "a", "--seed", "-3"], 2, "--seed"),
    (["sample", "a", "--seed", "9" * 5000], 2, "--seed"),
    (["sample"], 2, "PROMPT"),
    (["check", "no/such/place"], 2, "no/such/place"),
    (["check", "\x1b[31mred"], 2, "␛[31mred"),
    (["train"], 2, "--list"),
    (["lab", "--run"], 2, "name the lab; `tutor lab` lists them"),
    (["train", "huge"], 2, "huge"),
    (["train", "tiny"], 2, "--corpus, --valid, --out"),
    (["train", "tiny", "--corpus", "no-corpus", "--valid", "v", "--out", "o"], 1, "no-corpus"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG, ids=[" ".join(a)[:40] for a, _, _ in WRONG])
def test_failure_is_one_line(tutor, arguments, code, said):
    done = tutor(*arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("tutor: ")
    assert done.err.count("\n") == 1
    assert said in done.err
    assert done.err[:-1].isprintable()


def test_app_without_a_terminal_points_to_the_plain_commands(tutor):
    done = tutor()
    assert done.code == 2
    assert "tutor read" in done.err


def test_app_on_a_dumb_terminal_points_to_the_plain_commands(on_terminal):
    sent = on_terminal(TERM="dumb")
    assert "tutor read" in sent
    assert "\x1b" not in sent


@pytest.mark.parametrize(
    "arguments", [["--help"], ["show", "--help"], ["show", "next", "--help"], ["sample", "--help"]]
)
def test_help(tutor, arguments):
    done = tutor(*arguments)
    assert done.code == 0
    assert done.out.startswith("usage: tutor")
    assert done.err == ""


def program(*arguments: str, **options) -> subprocess.Popen[bytes]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "tutor", *arguments], **{**pipes, **options})


def test_reader_that_leaves_early_is_no_failure_to_report():
    with program("show", "tokens", "-", "--table") as process:
        process.stdin.write(b"one two three " * 3_000)
        process.stdin.close()
        assert b"id" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.parametrize("command", ["course", "--help", "--version", "glossary", "train --list"])
def test_full_disk_is_one_line(command):
    with Path("/dev/full").open("wb") as full, program(*command.split(), stdout=full) as process:
        assert process.stderr.read() == b"tutor: No space left on device\n"
    assert process.returncode == 1


def test_closed_streams():
    script = f'"{sys.executable}" -m tutor course >&- 2>&- <&-'
    assert subprocess.run(["sh", "-c", script]).returncode == 0


def test_stdin_that_is_no_text(tutor):
    done = tutor("show", "tokens", "-", stdin=b"ok\xe2\x28")
    assert (done.code, done.out) == (2, "")
    assert "stdin is not UTF-8: byte E2 at position 2" in done.err


def test_interrupt_ends_a_sample_quietly():
    def heard() -> None:  # what runs in the background of a script has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    long = "82"  # the seed of a story of 900 tokens; most end after 200, which a busy machine may not leave time for
    tokens = ("--tokens", "1000000", "--seed", long)
    with program("sample", "Once upon a time", *tokens, preexec_fn=heard) as process:
        os.read(process.stdout.fileno(), 1)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130


def test_locale_without_utf8():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for form in (["--picture"], ["--table"], ["--json"]):
        with program("show", "tokens", "naïve 😀\n", *form, env=environment) as process:
            out, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
        assert b"\\u2423" not in out
        out.decode("ascii")


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "attention", "a dog ran"],
        ["show", "attention", "a dog ran", "--picture"],
        ["show", "bpe-stepper", "the cat the cat", "--picture"],
        ["show", "tokens", "naïve 😀"],
        ["show", "next", "a dog", "--picture"],
        ["read", "text-to-tokens", "--all"],
        ["read", "text-to-tokens", "--card", "1"],
        ["quiz", "text-to-tokens"],
        ["glossary", "perplexity"],
        ["lab", "bpe_forty_lines"],
        ["course"],
        ["progress", "--goals"],
        ["glossary", "naïve"],
    ],
    ids=" ".join,
)
def test_a_locale_that_python_makes_utf8_gets_ascii_as_in_the_app(arguments, tmp_path):
    environment = {n: v for n, v in os.environ.items() if n not in ("PYTHONUTF8", "PYTHONIOENCODING")}
    with program("--data-dir", str(tmp_path), *arguments, env={**environment, "LC_ALL": "C"}) as process:
        out, err = process.communicate()
    assert out or err
    assert (out + err).isascii()


COLOUR = re.compile(r"\x1b\[[\d;]*[34]8;|\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]")


@pytest.mark.parametrize("what", ["tokens", "attention"])
def test_colours_are_those_of_the_terminal(on_terminal, what):
    show = ["show", what, "one two three"]
    assert ";5;" in on_terminal(*show)
    assert ";2;" in on_terminal(*show, COLORTERM="truecolor")
    assert not COLOUR.search(on_terminal(*show, NO_COLOR="1"))
    assert not COLOUR.search(on_terminal(*show, "--colors", "none", COLORTERM="truecolor"))
    assert ";2;" in on_terminal("--colors", "truecolor", *show, NO_COLOR="1")


@pytest.mark.parametrize("what", ["tokens", "attention", "next"])
def test_control_bytes_never_reach_the_terminal(on_terminal, what):
    for form in ("--picture", "--table", "--sentence", "--json"):
        sent = on_terminal("show", what, "a\x1b]0;title\x07 \x9b31m b\x7f", form)
        plain = re.sub(r"\x1b\[[\d;]*m|\n", "", sent)
        assert plain
        assert plain.isprintable()


def test_sample_shows_control_bytes_on_a_terminal_and_passes_them_on_to_a_pipe(on_terminal, tutor):
    prompt = "a\x1b[2Jb\nc"
    assert "\x1b" not in on_terminal("sample", prompt, "--tokens", "1")
    assert tutor("sample", prompt, "--tokens", "1").out.startswith(prompt)
