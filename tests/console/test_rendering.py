"""Pieces of pages are made once for all who are shown the same, and say what is so in the language of each."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from havn.access.v1.access_pb2 import PURPOSE_EMERGENCY
from havn.audit.v1 import audit_pb2 as audit
from havn.capacity.v1 import capacity_pb2 as capacity
from services.console import capacity_terms, languages, terms
from services.console.audit_trail import Look
from services.console.languages import Language
from services.console.pages.waiting_list import Row
from services.console.rendering import rendering
from services.shared.wire import timestamp
from tests import cast

PIECES: dict[str, Any] = rendering("America/Nuuk").environment.globals


def piece(language: Language = Language.EN, **changed: object) -> str:
    """A row of the waiting list."""
    languages.speak(language)
    values = {"row": row(**changed), "counts": False, "homes": None, "suggests": True, "withdraws": False, "query": ""}
    values["applies"] = True
    made: Callable[..., str] = PIECES["piece"]
    return made("waiting_list_row.html", **values)


def row(**changed: object) -> Row:
    """A child that waits."""
    told: dict[str, Any] = {"position": 1_234, "id": "r-1", "child": "k-1", "in_danger": False, "days_overdue": 0}
    told |= {"place_by": date(2026, 11, 22), "why": "Efter frist", "age": 7, "town": "Nuuk", "siblings": 2}
    told |= {"parent_with_child": False, "need_step": 3, "days_waited": 11, "languages": (), "need_level": 1}
    told |= {
        "interim": 0,
        "interim_unsafe": False,
        "refusals": (),
        "is_asked": False,
        "said_yes": False,
        "central": False,
    }
    return Row(**(told | changed))


def test_the_same_row_is_made_once() -> None:
    assert piece() is piece()


def test_a_row_that_is_another_one_is_made_anew() -> None:
    assert "k-2" in piece(child="k-2")
    assert "k-2" not in piece()
    assert "12 days" in piece(days_waited=12)


def test_each_is_told_in_the_own_language() -> None:
    assert "2 siblings" in piece(Language.EN)
    assert "2 søskende" in piece(Language.DA)
    assert "22 Nov 2026" in piece(Language.EN)
    assert "1.234" in piece(Language.DA)
    assert "1,234" in piece(Language.EN)


def test_a_row_tells_which_homes_said_no_and_why() -> None:
    told = piece(refusals=(("f-1", "<b>Full</b>"), ("i-1/a", "Too far")))
    assert "2 homes said no" in told
    assert "f-1: “&lt;b&gt;Full&lt;/b&gt;”" in told
    assert "i-1/a: “Too far”" in told
    assert "said no" not in piece()


def test_a_row_leads_to_the_central_list_where_one_may_apply_for_it() -> None:
    address = 'href="/waiting-list/applications?request=r-1"'
    assert address in piece(central=True)
    assert address not in piece()


def test_what_a_row_is_given_is_escaped() -> None:
    assert "<script>" not in piece(town="<script>alert(1)</script>")
    assert "&lt;script&gt;" in piece(town="<script>alert(1)</script>")


def look_row(days: str = "from=2026-11-16", **changed: Any) -> str:  # noqa: ANN401  # any field of the row
    """A row of the audit trail."""
    told: dict[str, Any] = {"time": timestamp(cast.NOW), "subject": "users/anna", "roles": [1], "rpc": "/s/GetRequest"}
    told |= {"action": audit.AUDIT_ACTION_READ, "outcome": "OK", "purpose": PURPOSE_EMERGENCY, "left_out_count": 3}
    told |= {"records": [audit.ShownRecords(names="abcde")]}
    look = Look("placements", audit.AuditRow(sequence=1, **(told | changed)))
    made: str = PIECES["piece"]("audit_row.html", look=look, role=terms.role, days=days)
    return made


def place_row(unit: Any = None, occupancy: Any = None, opens: bool = True, **changed: Any) -> str:  # noqa: ANN401
    """A row of the free places."""
    told: dict[str, Any] = {"free_place_count": 6, "from_date": cast.day(), "difference": 2, "confirmed_by": "users/bo"}
    told |= {"confirmed_time": timestamp(cast.NOW), "freshness": capacity.FRESHNESS_FRESH}
    place = {"held_place_count": 1, "used_place_count": 2, "blocked_place_count": 3, "free_place_count": 4}
    values = {
        "vacancy": capacity.Vacancy(**(told | changed), occupancy=capacity.Occupancy(**(place | (occupancy or {})))),
        "unit": cast.a_unit(name="institutions/i/units/a", **(unit or {})),
    }
    fixed = {"words": capacity_terms, "terms": terms, "STALE": capacity.FRESHNESS_STALE}
    made: str = PIECES["piece"]("place_row.html", **values, opens=opens, **fixed)
    return made


OF_LOOK: list[dict[str, Any]] = [
    {"time": timestamp(cast.NOW + timedelta(minutes=1))},
    {"subject": "users/<i>"},
    {"roles": [2]},
    {"rpc": "/s/<i>"},
    {"action": audit.AUDIT_ACTION_WRITE},
    {"outcome": "NOT_FOUND"},
    {"purpose": 0},
    {"left_out_count": 4},
    {"records": [audit.ShownRecords(names=["<i>", *"bcde"])]},
    {"records": [audit.ShownRecords(names=[*"abcd", "<i>"])]},
    {"days": "<i>"},
]
OF_PLACE: list[dict[str, Any]] = [
    {"free_place_count": 7},
    {"from_date": cast.day(1)},
    {"difference": 0},
    {"confirmed_by": "users/<i>"},
    {"confirmed_time": timestamp(cast.NOW + timedelta(minutes=1))},
    {"freshness": capacity.FRESHNESS_STALE},
    {"planned": [capacity.PlannedVacancy(from_date=cast.day(2))]},
    {"opens": False},
    *({"occupancy": {f"{name}_place_count": 9}} for name in ("held", "used", "blocked", "free")),
    *({"unit": {name: "<i>"}} for name in ("display_name", "town")),
    *({"unit": {name: 0}} for name in ("step", "place_count", "disposal")),
    {"unit": {"accessibility": []}},
]


@pytest.mark.parametrize(
    ("made", "changed"),
    [*((look_row, changed) for changed in OF_LOOK), *((place_row, changed) for changed in OF_PLACE)],
)
def test_a_row_shows_each_of_its_values_and_escapes_it(made: Callable[..., str], changed: dict[str, Any]) -> None:
    languages.speak(Language.EN)
    assert made() is made()
    assert made(**changed) != made()
    assert "<i>" not in made(**changed)
    assert ("&lt;i&gt;" in made(**changed)) == ("<i>" in str(changed))
