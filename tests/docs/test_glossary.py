import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")


def test_it_has_a_version() -> None:
    assert re.search(r"^Version \d+\.\d+\.", GLOSSARY, re.MULTILINE)


def test_the_ladder_is_the_one_that_the_code_reads() -> None:
    told = re.findall(r"^\| (\d) \| ([^|]+) \| ([^|]+) \|", GLOSSARY, re.MULTILINE)
    with (ROOT / "data" / "ladder.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(step, da) for step, da, _ in told] == [(row["step"], row["da"]) for row in rows]
    for (_, _, english), row in zip(told, rows, strict=True):
        assert english.startswith(row["en"])


def test_no_word_is_told_twice() -> None:
    words = re.findall(r"^\| ([a-z][^|]*?) \|", GLOSSARY, re.MULTILINE)
    assert len(words) == len(set(words))
