"""Pieces of pages are made once for all who are shown the same, and say what is so in the language of each."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.console import languages, terms
from services.console.languages import Language
from services.console.pages.waiting_list import Row
from services.console.rendering import rendering

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


LOOK: dict[str, Any] = {
    **{"when": "23. nov. 2026 07.00", "who": "users/anna", "roles": (1,), "role": terms.role, "did": "saw"},
    **{"refused": False, "rpc": "GetRequest", "names": tuple("abcde"), "left_out": 3, "purpose": "emergency"},
    "days": "from=2026-11-16&until=2026-11-23",
}
PLACE: dict[str, Any] = {
    **{"unit": "institutions/i/units/a", "name": "Afdeling A", "town": "Nuuk", "step": 5, "places": 8, "free": 6},
    **{"disposal": "the authority's own", "access": "wheelchair"},
    **{"from_day": "23. nov. 2026", "held": 1, "used": 2, "blocked": 3, "left": 4, "differs": "2 more", "planned": "x"},
    **{"fresh": "Over a week old", "stale": False, "confirmed": "22. nov. 2026 14.05", "confirmed_by": "users/bo"},
    "opens": True,
}


@pytest.mark.parametrize(("template", "shown"), [("audit_row.html", LOOK), ("place_row.html", PLACE)])
def test_a_row_shows_each_of_its_values_and_escapes_it(template: str, shown: dict[str, Any]) -> None:
    languages.speak(Language.EN)
    made: Callable[..., str] = PIECES["piece"]
    for name, value in shown.items():
        if isinstance(value, str):
            assert "&lt;i&gt;" in made(template, **(shown | {name: "<i>"})), name
            assert "<i>" not in made(template, **(shown | {name: "<i>"})), name
        elif isinstance(value, int):
            assert made(template, **(shown | {name: not value})) != made(template, **shown), name
    assert made(template, **shown) is made(template, **shown)
