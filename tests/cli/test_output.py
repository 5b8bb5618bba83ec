"""What becomes of what a command prints: in a pipe, on a small terminal, where nobody reads."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from services.havn.__main__ import main
from services.havn.commands.output import print_document, tell
from services.havn.views.phrases import Lang
from services.havn.views.words import Verbatim, table

# It is about words and how they are shown, which no database changes.
pytestmark = pytest.mark.once

COMMAND = [sys.executable, "-m", "services.havn"]


def test_a_line_to_copy_is_never_broken(capsys: pytest.CaptureFixture[str]) -> None:
    tell([Verbatim("x" * 500), "y " * 100])
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "x" * 500
    assert len(others) > 1


def test_a_line_ends_where_its_words_do(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table("Town", "Child", lang=Lang.EN)
    rows.add_row("Ittoqqortoormiit", "r-1")
    rows.add_row("Nuuk", "")
    tell([rows, Text("word   ")])
    out = capsys.readouterr().out
    assert out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_nothing_of_a_table_is_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = table("=Home", "Town", lang=Lang.EN)
    rows.add_row("i-tasiilaq-01/b", "Familien-Paarnaq-Qaqqaq-og-mange-andre")
    tell([rows])
    out = capsys.readouterr().out
    assert "…" not in out
    assert "i-tasiilaq-01/b" in out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_an_encoding_does_not_know_is_no_failure(encoding: str, tmp_path: Path) -> None:
    def told(*arguments: str) -> str:
        ran = subprocess.run(
            [*COMMAND, *arguments], env=os.environ | {"PYTHONIOENCODING": encoding}, capture_output=True, check=True
        )
        return ran.stdout.decode(encoding)

    assert "?" in told("template", str(tmp_path / "først🙂"))
    folder = tmp_path / "så🙂"
    assert json.loads(told("template", str(folder), "--json"))["folder"] == str(folder)


@pytest.mark.parametrize("arguments", [["version"], ["version", "--json"], ["status", "--json"]], ids=" ".join)
def test_an_output_that_is_full_is_told_beside_it(arguments: list[str], data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "The output: No space left on device." in ran.stderr or "No Havn runs" in ran.stderr


@pytest.mark.parametrize("arguments", [["version"], ["version", "--json"], ["status", "--json"]], ids=" ".join)
def test_a_reader_that_is_gone_is_no_failure_to_tell(arguments: list[str], data: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run([*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "Broken pipe" not in ran.stderr


def test_a_closed_output_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    tell(["word"])
    print_document({"a": 1})


def test_ctrl_c_ends_a_command_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(sys, "argv", ["havn", "version"])
    try:
        with pytest.raises(SystemExit):
            main()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)
