"""Rows of institutions.csv, units.csv, vacancies.csv and deliveries.csv."""

from datetime import date, timedelta
from random import Random

from services.havn.demo.institutions import INSTITUTIONS, UNITS, Unit
from services.havn.demo.people import COMPETENCES, Cells
from services.havn.demo.rates import UNIT_RATES
from services.havn.demo.residents import agreements, authority, disposal, severe_need_limit
from services.havn.demo.towns import languages, schools

# Reported long ago, and never since.
STALE_UNITS = ("i-qasigiannguit-01/a", "i-aasiaat-01/b", "i-narsaq-01/a")
# Empty, reported by nobody, and under repair.
BLOCKED_UNITS = ("i-ilulissat-03/b",)
LANGUAGES_OF_JOURNEY = "kalaallisut:fluent | danish:fluent"
BUILDINGS = ("wheelchair", "sight", "hearing")
CLOSED_STEP, SECURE_STEP = 6, 7
TALKS, REPORTS = "talks", "reports"
"""Keys of promised services."""
TARGET_GROUPS = {
    "family_department": "Forældre med småbørn (opdigtet)",
    "emergency": "Børn, som skal have et sikkert sted i nat (opdigtet)",
}


def institution_rows(today: date) -> list[Cells]:
    """The rows of institutions.csv."""
    return [
        {
            "key": key,
            "authority": authority(key),
            "display_name": f"Opdigtet hjem {name}, {town}",
            "owner_type": owner,
            "town": town,
            "approved": "yes",
            "kind": _kind(key),
            "promised_services": " | ".join(_promised(owner, today)),
            "documents": f"{_new_year(today)}:Driftsaftale (opdigtet):opdigtet-{key}",
        }
        for key, (name, owner, town) in INSTITUTIONS.items()
    ]


def unit_row(unit: Unit, today: date, chance: Random) -> Cells:
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
        "daily_rates": " | ".join(_rates(unit, today)),
        "target_groups": TARGET_GROUPS[unit.kind] if unit.kind in TARGET_GROUPS else _target_group(unit),
        "adults_by_day": str(max(2, unit.places // 2)),
        "adults_by_night": "1" if unit.step < CLOSED_STEP else "2",
        "awake_at_night": "yes" if unit.step >= CLOSED_STEP or unit.kind == "emergency" else "no",
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
        "blocked": _blocked(unit, today),
    }


def delivery_rows(today: date) -> list[Cells]:
    """The rows of deliveries.csv: reports of the last months, of which every fourth institution owes the newest."""
    return [
        {
            "institution": key,
            "key": f"report-{month}",
            "service": REPORTS,
            "delivered_on": (today - timedelta(days=30 * month)).isoformat(),
            "what": "Kvartalsvis rapport til kommunerne (opdigtet)",
            "recorded_by": "Forstander (opdigtet)",
        }
        for position, (key, (_, owner, _town)) in enumerate(INSTITUTIONS.items())
        if owner != "municipal"
        for month in ((4, 7) if position % 4 == 0 else (1, 4, 7))
    ]


def _blocked(unit: Unit, today: date) -> str:
    """Places out of use: for a child who can't live with others, and in one unit, where a child moved out, a repair."""
    if unit.solo:
        return f"{unit.solo}:solo_placement::Et barn bor der alene med de voksne (opdigtet)"
    last = today + timedelta(days=30)
    return f"1:building:{last.isoformat()}:Vandskade (opdigtet)" if unit.name in BLOCKED_UNITS else ""


def _kind(institution: str) -> str:
    """How open it is: as its most closed unit needs it."""
    highest = max(unit.step for unit in UNITS if unit.institution == institution)
    return {CLOSED_STEP: "partly_closed", SECURE_STEP: "secure"}.get(highest, "open")


def _promised(owner: str, today: date) -> tuple[str, ...]:
    """What its contract promises, a contract being none of a municipality with itself."""
    first = f"{today.year - 1}-01-01"
    talks = f"{TALKS}:En samtale om ugen med hvert barn (opdigtet):{first}:{today.year}-12-31"
    return () if owner == "municipal" else (talks, f"{REPORTS}:En rapport i kvartalet (opdigtet):{first}")


def _rates(unit: Unit, today: date) -> tuple[str, ...]:
    """Last year's rate, 3 % lower, and this year's."""
    last = unit_rate(unit) * 97 // 100
    return (
        f"{today.year - 1}-01-01:{last}:Opdigtet takst",
        f"{_new_year(today)}:{unit_rate(unit)}:Opdigtet takst",
    )


def _new_year(today: date) -> str:
    return f"{today.year}-01-01"


def _target_group(unit: Unit) -> str:
    youngest, oldest = unit.ages
    return f"Børn og unge på {youngest} til {oldest} år (opdigtet)"


def _known_competences() -> frozenset[str]:
    return frozenset((*COMPETENCES, "physical_disability"))
