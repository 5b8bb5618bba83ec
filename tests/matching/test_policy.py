"""The published policy, and the reference data that the rules are given."""

import json
from typing import Any

import pytest

from services.matching.data import default_policy
from services.matching.rules.policy import policy
from services.shared.reference import DATA

LADDER = [{"step": "3", "da": "plejefamilie", "en": "foster family", "needs_decision": "no"}]
LANGUAGES = [{"language": "DANISH", "da": "dansk", "en": "Danish"}]


def parsed(**parts: Any) -> dict[str, Any]:  # noqa: ANN401, a policy's parts have many types
    """The policy of data/policy.json with some parts changed."""
    usual: dict[str, Any] = json.loads((DATA / "policy.json").read_text("utf-8"))
    return usual | parts


def test_steps_6_to_8_need_a_decision() -> None:
    ladder = default_policy().ladder
    assert [number for number, step in ladder.items() if step.needs_decision] == [6, 7, 8]
    assert ladder[3].titled == ("Trin 3 (plejefamilie)", "Step 3 (foster family)")


def test_overdue_classes_are_read_longest_first() -> None:
    assert policy(parsed(overdue_days=[0, 90, 30]), LADDER, LANGUAGES).overdue_days == (90, 30, 0)


@pytest.mark.parametrize(
    "parts",
    [
        {"weights": {"language": 101}},
        {"weights": {"language": -1}},
        {"fair_from": 71},
        {"good_from": 101},
        {"tolerance": 1},
        {"tolerance": -0.1},
    ],
)
def test_bounds_are_kept(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weights|bounds|tolerance"):
        policy(parsed(**parts), LADDER, LANGUAGES)
