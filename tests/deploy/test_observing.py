"""Dashboard and alarms ask for what Havn tells: its names, its labels, its documents."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from services.shared import measuring, metrics

ROOT = Path(__file__).parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "havn.json").read_text("utf-8"))
ALERTS: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))[
    "groups"
][0]["rules"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")

FROM_PROMETHEUS = {"up": {"job"}, "process_resident_memory_bytes": set[str]()}
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
ADDED_BY_PROMETHEUS = {"instance", "job"}


def told() -> dict[str, set[str]]:
    """Every series that the page has, with its labels."""
    found: dict[str, set[str]] = dict(FROM_PROMETHEUS)
    for each in vars(metrics).values():
        if isinstance(each, MetricWrapperBase):
            for suffix in SUFFIXES.get(str(each._type), ("",)):
                labels = {*each._labelnames, *({"le"} if suffix == "_bucket" else ())}
                found[each._name + suffix] = labels
    return found | {name: set(labels) for name, (_, labels) in measuring.GAUGES.items()}


TOLD = told()


def questions() -> Iterator[tuple[str, str, str]]:
    """Where a question stands, the question, and the words that name its answer."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"], target["legendFormat"]
    for alert in ALERTS:
        yield alert["alert"], alert["expr"], alert["annotations"]["summary"]


QUESTIONS = list(questions())


@pytest.mark.parametrize(("place", "question", "words"), QUESTIONS, ids=lambda told: told[:50])
def test_a_question_asks_for_what_is_told(place: str, question: str, words: str) -> None:
    names = re.findall(r"\b(?:havn_\w+|up|process_\w+)\b", question)
    assert names, place
    assert set(names) <= TOLD.keys()
    labels = set().union(*(TOLD[name] for name in names)) | ADDED_BY_PROMETHEUS
    matched = {label for inside in re.findall(r"\{([^}]*)\}", question) for label in re.findall(r"(\w+)[=!]", inside)}
    grouped = {label for inside in re.findall(r"by \(([^)]*)\)", question) for label in re.split(r", *", inside)}
    assert matched | grouped <= labels
    shown = set(re.findall(r"\{\{ *(?:\$labels\.)?(\w+) *\}\}", words))
    kept = grouped | ADDED_BY_PROMETHEUS if grouped else labels
    assert shown <= kept, words


@pytest.mark.parametrize("question", {question for _, question, _ in QUESTIONS})
def test_its_brackets_match(question: str) -> None:
    for opened, closed in ("()", "{}", "[]"):
        assert question.count(opened) == question.count(closed)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alarm_says_what_is_wrong_and_leads_to_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", OPERATIONS, re.MULTILINE)}
    assert alert["annotations"]["about"] in headings


def test_every_gauge_that_is_looked_up_is_shown_somewhere() -> None:
    asked = {name for _, question, _ in QUESTIONS for name in re.findall(r"\bhavn_\w+", question)}
    assert measuring.GAUGES.keys() - {"havn_info"} <= asked
