"""Made-up registries of any size, as files that `havn import` takes."""

import random
from datetime import timedelta
from pathlib import Path

from services.havn.commands.surroundings import settings, today
from services.havn.exporting.rows import Cells
from services.havn.importing.sheets import SHEETS
from services.havn.importing.writing import write

UNITS_OF_AN_INSTITUTION = 100
OBSERVING = "i-nuuk-01"
"""The institution that `--as institution` is of."""

RESIDENTS, UNIT_PLACES = 48, 6
TODAY = today(settings())
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
CHANCE = random.Random(1)


def day(least: int, most: int) -> str:
    """A day so many days from today."""
    return (TODAY + timedelta(days=CHANCE.randint(least, most))).isoformat()


def family(number: int) -> Cells:
    """A family with most of what a family can say."""
    return {
        **{"key": f"b-{number:06}", "authority": "sermersooq", "display_name": f"Familien {number} (opdigtet)"},
        **{"type": "municipal", "town": "Nuuk", "languages": "kalaallisut:fluent | danish:good"},
        **{"approval_reference": f"T-{number}", "approved_places": "2", "approved_age_min": "0"},
        **{"approved_age_max": "17", "approved_need_level": "moderate", "approved_from": day(-900, -10)},
        **{"approved_until": day(30, 900), "competences": "adhd | trauma", "schools": "Skolen i byen | Skole B"},
        **{"experience_age_min": "2", "experience_age_max": "9", "accessibility": "wheelchair", "free_places": "1"},
        **{"free_from": day(-30, 30), "confirmed_on": day(-30, -1), "confirmed_by": "Konsulent (opdigtet)"},
        **{"course_completed": day(-900, -10), "daily_rate": "512.5", "agreements": "kujalleq"},
    }


def member(number: int) -> Cells:
    """The foster parent of a family."""
    return {
        **{"family": f"b-{number:06}", "person": f"p-{number:06}", "role": "foster_parent"},
        **{"birth_date": day(-20_000, -9_000), "criminal_record_issued": day(-300, -10)},
        "criminal_record_renew_by": day(30, 300),
    }


def request(number: int) -> Cells:
    """A child that waits."""
    return {
        **{"key": f"r-{number:06}", "authority": "sermersooq", "kind": "placement", "from_date": day(1, 30)},
        **{"place_by": day(31, 90), "child": f"k-{number:06}", "birth_date": day(-6_000, -400), "gender": "girl"},
        **{"home_town": "Nuuk", "languages": "kalaallisut:fluent", "need_level": "moderate", "need_step": "3"},
        **{"need_step_assessor": "Rådgiver (opdigtet)", "need_step_assessed": day(-60, -1)},
        **{"needed_competences": "adhd", "school": "Skolen i byen", "school_town": "Nuuk", "parents_town": "Nuuk"},
        **{"visits_per_month": "2.5", "child_words": "Vil gerne bo nær skolen"},
    }


def placement(number: int) -> Cells:
    """A child that lives in a family."""
    return {
        **{"key": f"pl-{number:06}", "authority": "sermersooq", "child": f"k-p{number:06}", "gender": "boy"},
        **{"birth_date": day(-6_000, -1_000), "need_level": "light", "home": f"b-{number:06}", "step": "3"},
        **{"start_date": day(-900, -1), "daily_cost": "612"},
    }


def institution(number: int) -> Cells:
    """An institution of many units."""
    return {
        **{"key": f"bi-{number:04}", "authority": "self-government", "display_name": f"Hjem {number} (opdigtet)"},
        **{"owner_type": "municipal", "town": "Nuuk", "approved": "yes"},
    }


def unit(number: int) -> Cells:
    """A unit."""
    parent, key = divmod(number, UNITS_OF_AN_INSTITUTION)
    return {
        **{"institution": f"bi-{parent:04}", "key": f"u{key}", "display_name": f"Afdeling {number} (opdigtet)"},
        **{"town": "Nuuk", "kind": "residential", "step": "5", "places": "6", "age_max": "17", "gender_rule": "all"},
        **{"need_level": "severe", "languages": "kalaallisut:fluent | danish:good", "disposal": "own"},
        "daily_rate": "2500",
    }


def vacancy(number: int) -> Cells:
    """What a unit reported."""
    parent, key = divmod(number, UNITS_OF_AN_INSTITUTION)
    return {
        **{"unit": f"bi-{parent:04}/u{key}", "free_places": "1", "free_from": day(-30, 30)},
        **{"confirmed_on": day(-30, -1), "confirmed_by": "Vagthavende (opdigtet)"},
    }


def resident(number: int) -> Cells:
    """A child that lives in the demo user's institution."""
    home = f"{OBSERVING}/u{number // UNIT_PLACES}"
    return (
        placement(number)
        | {"key": f"pl-o{number:06}", "child": f"k-o{number:06}", "home": home, "step": "5"}
        | {"start_date": (TODAY - timedelta(days=2_000)).isoformat()}
    )


def observation(number: int) -> Cells:
    """How one of so many children was on one day, a day after the other."""
    child, days_ago = number % RESIDENTS, number // RESIDENTS
    return {
        **{"child": f"k-o{child:06}", "date": (TODAY - timedelta(days=days_ago)).isoformat()},
        **{"value": str(CHANCE.randint(2, 5)), "note": "Sov godt og spiste sammen med de andre (opdigtet)"},
        "recorded_by": "Vagthavende (opdigtet)",
    }


def living_there() -> dict[str, list[Cells]]:
    """The institution whose children are observed, and who lives there."""
    units = range(RESIDENTS // UNIT_PLACES)
    named = {"institution": OBSERVING}
    return {
        "institutions": [institution(0) | {"key": OBSERVING}],
        "units": [unit(n) | named | {"key": f"u{n}"} for n in units],
        "placements": [resident(n) for n in range(RESIDENTS)],
    }


def registries(rows: int) -> dict[str, dict[str, list[Cells]]]:
    """The tables of each folder."""
    many = range(rows)
    institutions = range(rows // UNITS_OF_AN_INSTITUTION + 1)
    return {
        "families": {"families": [family(n) for n in many], "household": [member(n) for n in many]},
        "requests": {"requests": [request(n) for n in many]},
        "placements": {"placements": [placement(n) for n in many]},
        "vacancies": {
            **{"institutions": [institution(n) for n in institutions], "units": [unit(n) for n in many]},
            "vacancies": [vacancy(n) for n in many],
        },
    }


def put(folder: Path, tables: dict[str, list[Cells]]) -> Path:
    """Writes tables as CSV files."""
    folder.mkdir()
    for name, rows in tables.items():
        write(folder, BY_NAME[name], rows)
    return folder
