"""What is made of records lasts until they have another version."""

from collections.abc import Iterable

import pytest

from services.shared import lasting
from services.shared.lasting import Lasting


def test_what_was_made_lasts_as_long_as_its_version() -> None:
    kept = Lasting[str, str]()
    assert kept.of("a", 1, lambda: "first") == "first"
    assert kept.of("a", 1, lambda: "not made") == "first"
    assert kept.of("a", 2, lambda: "second") == "second"
    assert kept.of("b", 2, lambda: "of another") == "of another"


def test_of_several_those_are_made_that_are_missing() -> None:
    kept, asked = Lasting[str, str](), []

    def make(missing: Iterable[str]) -> dict[str, str]:
        asked.append(sorted(missing))
        return {key: f"{key}{len(asked)}" for key in asked[-1]}

    assert kept.of_each({"a": 1, "b": 1}, make) == {"a": "a1", "b": "b1"}
    assert kept.of_each({"a": 1, "b": 2, "c": 1}, make) == {"a": "a1", "b": "b2", "c": "c2"}
    assert kept.of_each({"a": 1, "c": 1}, make) == {"a": "a1", "c": "c2"}
    assert asked == [["a", "b"], ["b", "c"]]


def test_what_fails_is_not_kept() -> None:
    kept = Lasting[str, int]()
    with pytest.raises(ZeroDivisionError):
        kept.of("a", 1, lambda: 1 // 0)
    assert kept.of("a", 1, lambda: 2) == 2


def test_those_go_that_were_asked_for_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "MOST", 2)
    kept = Lasting[str, str]()
    for key in "abac":
        kept.of(key, 1, lambda: "first")
    assert [kept.of(key, 1, lambda: "again") for key in "cab"] == ["first", "first", "again"]
