import fnmatch
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from havn.access.v1 import access_pb2
from services.matching import data
from services.matching.rules import refusals_r1_r7, refusals_r8_r15
from services.matching.rules.constraints import CONSTRAINTS
from services.matching.rules.criteria import CRITERIA
from services.matching.rules.refusal import Breach

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"\b(?:R|K|F|W|L|O|V|B)[1-9]\d?\b")
RANGE = re.compile(r"\b([RKFWLODVB])(\d+) to \1(\d+)\b")
NOT_YET = "not yet built"
KINDS = {"hard", "soft", "order", "duty"}


@dataclass(frozen=True)
class Rule:
    number: str
    text: str
    jurisdiction: str
    kind: str
    waive: str
    source: str
    code: str
    tests: str


@cache
def rules() -> tuple[Rule, ...]:
    lines = (ROOT / "docs" / "rules.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]\d", line)]
    return tuple(Rule(*row) for row in cells)


def numbered() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules():
        found[rule.number].append(rule)
    return found


def breaches() -> list[Breach]:
    both = (vars(refusals_r1_r7).values(), vars(refusals_r8_r15).values())
    return [each for values in both for each in values if isinstance(each, Breach)]


def named_tests(rule: Rule) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/\S+\.py)::(\S+)`", rule.tests)


def defined(file: str) -> list[str]:
    return re.findall(r"^(?:async )?def (test_\w+)", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def sources() -> list[Path]:
    return sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "protos" / "havn").rglob("*.proto")])


def test_the_rules_are_numbered_without_a_gap() -> None:
    last = {"R": 15, "C": 10, "L": 10, "K": 18, "F": 9, "W": 11, "V": 12, "B": 7, "O": 11, "D": 19}
    expected = [f"{letter}{number}" for letter, most in last.items() for number in range(1, most + 1)]
    assert list(numbered()) == expected


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.number} {rule.text[:40]}")
def test_a_rule_says_all_there_is_to_say(rule: Rule) -> None:
    assert rule.kind in KINDS
    assert set(rule.jurisdiction.split(", ")) <= {"all", "GL", "DK"}
    assert all((rule.text, rule.waive, rule.source, rule.code, rule.tests))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.number} {rule.text[:40]}")
def test_the_tests_of_a_rule_exist(rule: Rule) -> None:
    if rule.tests == NOT_YET:
        assert rule.number.startswith("D")
        return
    named = named_tests(rule)
    assert named
    for file, pattern in named:
        assert fnmatch.filter(defined(file), pattern), f"{file}::{pattern}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_number_in_the_code_stands_in_the_table(path: Path) -> None:
    text = path.read_text("utf-8")
    assert set(NUMBER.findall(text)) <= numbered().keys()
    for letter, _first, last in RANGE.findall(text):
        assert f"{letter}{last}" in numbered()


def test_every_test_of_a_rule_has_its_rule() -> None:
    names = [name for path in (ROOT / "tests").rglob("test_*.py") for name in defined(str(path.relative_to(ROOT)))]
    numbers = {found[1].upper() for name in names if (found := re.match(r"test_([rkfwlov]\d+)_", name))}
    assert numbers <= numbered().keys()


@pytest.mark.parametrize("breach", breaches())
def test_every_refusal_stands_with_its_rule_and_who_may_waive_it(breach: Breach) -> None:
    (rule,) = [rule for rule in numbered()[breach.rule] if f"`{breach.code}`" in rule.code]
    may = {access_pb2.Role.Name(role).removeprefix("ROLE_").lower() for role in breach.waivable_by}
    assert may <= set(re.findall(r"\w+", rule.waive)) if may else "nobody" in rule.waive


def test_no_refusal_stands_there_that_the_code_lacks() -> None:
    told = {code for rule in rules() if rule.number[0] == "R" for code in re.findall(r"`([A-Z_]{4,})`", rule.code)}
    assert told == {breach.code for breach in breaches()}


def test_every_constraint_stands_there_by_name() -> None:
    told = {name for rule in rules() if rule.number[0] == "R" for name in re.findall(r"`([a-z_]+)`", rule.code)}
    assert told == {constraint.__name__ for constraint in CONSTRAINTS}


def test_the_criteria_stand_there_in_their_order_with_their_weights() -> None:
    told = [re.match(r"`(\w+)`, weight (\d+)", rule.text) for rule in rules() if rule.number[0] == "C"]
    weights = data.default_policy().weights
    assert [(found[1], int(found[2])) for found in told if found] == [(name, weights[name]) for name in CRITERIA]


def test_the_bounds_of_fit_are_the_policys() -> None:
    policy = data.default_policy()
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert f"good from {policy.good_from}, fair from {policy.fair_from}, poor below" in text
    assert f"within {policy.tolerance:.0%}".replace("%", " %") in text
