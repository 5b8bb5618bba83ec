"""Pieces of pages are made once for all who are shown the same, and say what is so in the language of each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.console import languages
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
