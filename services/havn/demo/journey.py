"""What the demo promises to those who show it: fixed keys, whatever the seed.

`requests/r-001` stands first on Sermersooq's list and has several suitable homes: f-001 in its own town speaks its
language. `institutions/i-nuuk-01/units/a` (central list) has no free place that anybody knows of; a reported one is a
new suitable place for r-001, and one at the need step of r-002.
"""

from datetime import date, timedelta

from services.havn.demo.people import Cells

FIRST_REQUEST = "r-001"
RESIDENTIAL_REQUEST = "r-002"
REPORTING_UNIT = "institutions/i-nuuk-01/units/a"

# Nothing is amiss with these: the homes of the journey, homes of siblings, and emergency homes that children live in.
SOUND_FAMILIES = ("f-001", "f-002", "f-003", "f-009", "f-010", "f-043", "f-083", "f-232")


# Families that must be able to take the children of the journey: what they are approved for, at ages 0 to 17.
NEED_LEVELS = {"f-001": "severe", "f-002": "moderate", "f-003": "moderate", "f-043": "moderate", "f-083": "moderate"}
LANGUAGES = {
    "f-001": "kalaallisut:fluent | danish:good",
    "f-002": "danish:fluent | kalaallisut:good",
    "f-083": "kalaallisut:fluent | danish:basic",
}


def family_cells(key: str, today: date) -> Cells:
    """Cells that the journey fixes for a family; none for most."""
    if key not in NEED_LEVELS:
        return {}
    cells = {
        "approved_age_min": "0",
        "approved_age_max": "17",
        "approved_until": (today + timedelta(days=900)).isoformat(),
        "free_from": (today - timedelta(days=20)).isoformat(),
        "confirmed_on": (today - timedelta(days=2 if key == "f-001" else 10)).isoformat(),
    }
    return cells | ({"languages": LANGUAGES[key]} if key in LANGUAGES else {})


def request_cells(key: str) -> Cells:
    """Cells that the journey fixes for a request; none for most."""
    spoken = {"languages": "kalaallisut:fluent | danish:basic", "parents_town": "Nuuk", "visits_per_month": "2"}
    match key:
        case "r-001":
            return {**spoken, "wished_competences": "attachment", "child_words": "Jeg vil gerne blive i min klasse."}
        case "r-002":
            return {**spoken, "wished_competences": "attachment"}
    return {}
