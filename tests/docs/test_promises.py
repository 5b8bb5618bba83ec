"""Each rule of the documents for operators and for security names its tests, and they exist."""

import fnmatch
import re
from pathlib import Path

import pytest

from tests.docs.test_rules import defined

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w*]+)`")


def promises(document: str) -> list[tuple[str, str]]:
    """Rules with their tests, as the table of a document has them."""
    text = (ROOT / "docs" / document).read_text("utf-8")
    table = text.partition("## Rules and their tests\n")[2].partition("\n## ")[0]
    return [(rule, tests) for about, rule, tests in ROW.findall(table) if about != "about" and set(about) != {"-"}]


PROMISES = [(document, *each) for document in ("operations.md", "security.md") for each in promises(document)]


def test_both_documents_have_rules() -> None:
    assert {document for document, _, _ in PROMISES} == {"operations.md", "security.md"}


@pytest.mark.parametrize(("document", "rule", "tests"), PROMISES, ids=lambda told: told[:60])
def test_the_tests_of_a_rule_exist(document: str, rule: str, tests: str) -> None:
    named = TEST.findall(tests)
    assert named, f"{document}: {rule}"
    for file, pattern in named:
        assert (ROOT / file).is_file(), file
        assert fnmatch.filter(defined(file), pattern), f"{file}::{pattern}"


@pytest.mark.parametrize("document", ["operations.md", "security.md"])
def test_no_rule_is_told_twice(document: str) -> None:
    rules = [rule for rule, _ in promises(document)]
    assert len(rules) == len(set(rules))
