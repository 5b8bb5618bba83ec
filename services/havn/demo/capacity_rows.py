"""Rows of institutions.csv, units.csv and vacancies.csv."""

from datetime import date, timedelta
from random import Random

from services.havn.demo.institutions import INSTITUTIONS, UNITS, Unit
from services.havn.demo.people import COMPETENCES, Cells
from services.havn.demo.rates import UNIT_RATES
from services.havn.demo.residents import agreements, authority, disposal, severe_need_limit
from services.havn.demo.towns import languages, schools

# Reported long ago, and never since.
STALE_UNITS = ("i-qasigiannguit-01/a", "i-aasiaat-01/b", "i-narsaq-01/a")
LANGUAGES_OF_JOURNEY = "kalaallisut:fluent | danish:fluent"
BUILDINGS = ("wheelchair", "sight", "hearing")


def institution_rows() -> list[Cells]:
    """The rows of institutions.csv."""
    return [
        {
            "key": key,
            "authority": authority(key),
            "display_name": f"Opdigtet hjem {name}, {town}",
            "owner_type": owner,
            "town": town,
            "approved": "yes",
        }
        for key, (name, owner, town) in INSTITUTIONS.items()
    ]


def unit_row(unit: Unit, chance: Random) -> Cells:
    """A row of units.csv."""
    name, _, town = INSTITUTIONS[unit.institution]
    return {
        "institution": unit.institution,
        "key": unit.key,
        "display_name": f"{name}, afdeling {unit.key.upper()} (opdigtet)",
        "town": town,
        "kind": unit.kind,
        "step": str(unit.step),
        "places": str(unit.places),
        "age_min": str(unit.ages[0]),
        "age_max": str(unit.ages[1]),
        "gender_rule": unit.gender_rule,
        "need_level": "moderate" if unit.step == 4 else "severe",
        "competences": " | ".join(word for word in unit.words.split() if word in _known_competences()),
        "languages": LANGUAGES_OF_JOURNEY if unit is UNITS[0] else languages(town, chance),
        "accessibility": " | ".join(word for word in unit.words.split() if word in BUILDINGS),
        "schools": " | ".join(schools(town)),
        "severe_need_limit": str(severe_need_limit(unit) or ""),
        "daily_rate": str(unit_rate(unit)),
        "disposal": disposal(unit),
        "agreements": " | ".join(agreements(unit)),
    }


def unit_rate(unit: Unit) -> int:
    """Kroner for one child a day: made up by step, and a little apart for each unit."""
    return UNIT_RATES[unit.step] + 10 * (UNITS.index(unit) * 7 % 41 - 20)


def vacancy_row(unit: Unit, today: date, chance: Random) -> Cells:
    """A row of vacancies.csv."""
    age = chance.randint(60, 400) if unit.name in STALE_UNITS else chance.choice((1, 2, 4, 5, 6, 10, 16, 20))
    day = (today - timedelta(days=age)).isoformat()
    return {
        "unit": unit.name,
        "free_places": str(unit.free),
        "free_from": day,
        "confirmed_on": day,
        "confirmed_by": "Vagthavende (opdigtet)",
    }


def _known_competences() -> frozenset[str]:
    return frozenset((*COMPETENCES, "physical_disability"))
