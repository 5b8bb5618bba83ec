"""How the demo's families came to stand where they stand, and what they wish: cells of families.csv."""

from datetime import date, timedelta
from random import Random

from services.havn.demo.families import Family
from services.havn.demo.family_rows import Amiss
from services.havn.demo.journey import SOUND_FAMILIES
from services.havn.demo.people import Cells

CONSULTANT = "Familieplejekonsulent 1 (opdigtet)"
LEADER = "Afdelingsleder (opdigtet)"
RUGO: Cells = {
    "rugo_care": "Rolige rammer og faste aftaler (opdigtet)",
    "rugo_attachment": "Nærværende og varme over for egne børn (opdigtet)",
    "rugo_family_bonds": "Taler ordentligt om forældre og vil gerne have dem på besøg (opdigtet)",
    "rugo_commitment": "Vil være der, også når barnet er voksent (opdigtet)",
    "rugo_teamwork": "Spørger om råd og siger til i tide (opdigtet)",
}
NOT_ASSESSED = 12
"""Every so many-th approved family was approved before assessments were kept."""


def way_cells(family: Family, today: date, chance: Random) -> Cells:
    """What is told of a family's way, wishes and limits."""
    if family.approved:
        return _approved(family, chance) | _wishes(family, chance)
    tell = _assessing if family.number % 2 else _applied
    return tell(family, today) | {"applied_care": "full_time", "applied_places": "1"}


def over_rows(made: tuple[Family, ...], today: date) -> tuple[tuple[Family, Cells], ...]:
    """Two more, who are no foster families: one was refused, and one has ended."""
    one, other = (Family(len(made) + after, made[0].town, "municipal", 0, "moderate", today) for after in (1, 2))
    return (one, _refused(one, today)), (other, _ended(other, today))


def expired_until(made: tuple[Family, ...], faults: Amiss, today: date) -> dict[str, Cells]:
    """Of the full families whose approval comes to its end, the last one's has come to it."""
    full = [each for each in made if faults("expiring", each) and not each.free]
    return {each.key: {"approved_until": _day(today, 9)} for each in full[-1:]}


def _approved(family: Family, chance: Random) -> Cells:
    care = {"approved_care": "relief" if family.type == "relief" else "full_time", "approved_by": LEADER}
    applied = family.approved_from - timedelta(days=chance.randint(90, 200))
    if family.number % NOT_ASSESSED == 0:
        return care
    return care | _application(applied) | _assessment(family, family.approved_from)


def _wishes(family: Family, chance: Random) -> Cells:
    told: Cells = {"pets": chance.choice(("", "", "En hund (opdigtet)", "To katte (opdigtet)"))}
    if chance.random() < 0.3:
        told |= {"wished_age_min": "0", "wished_age_max": str(chance.choice((6, 9, 12)))}
    if family.free == 0 and family.key not in SOUND_FAMILIES and chance.random() < 0.1:
        told |= {"needs_not_taken": "substance_use", "limits": "Ingen, der er bange for hunde (opdigtet)"}
    if family.number % 20 == 4:
        said = f"To hunde (opdigtet):users/{family.key}:{family.approved_from}"
        told |= {"conflicts": f"pets:{said}:Ingen dyr (opdigtet)"}
    return told


def _applied(_family: Family, today: date) -> Cells:
    return _application(today - timedelta(days=20))


def _assessing(family: Family, today: date) -> Cells:
    found = _assessment(family, today)
    return _application(today - timedelta(days=90)) | {
        column: found[column] for column in ("rugo_care", "rugo_attachment", "home_visits")
    }


def _refused(family: Family, today: date) -> Cells:
    refused = {"refusal_reason": "Boligen er for lille til et barn mere (opdigtet)", "refused_by": LEADER}
    applied, assessed = _application(today - timedelta(days=200)), _assessment(family, today - timedelta(days=60))
    return applied | assessed | refused | {"refused_on": _day(today, 40)}


def _ended(family: Family, today: date) -> Cells:
    ended = {"ending_reason": "Familien flytter til Danmark (opdigtet)", "ended_by": CONSULTANT}
    applied, assessed = _application(today - timedelta(days=900)), _assessment(family, today - timedelta(days=800))
    return applied | assessed | ended | {"ended_on": _day(today, 30)}


def _application(on: date) -> Cells:
    return {"applied_on": on.isoformat(), "motivation": "Vi har plads ved bordet (opdigtet)"}


def _assessment(family: Family, until: date) -> Cells:
    visits = (until - timedelta(days=before) for before in (60, 30))
    return RUGO | {
        "home_visits": " | ".join(f"{visit}:{CONSULTANT}:God plads (opdigtet)" for visit in visits),
        "certificates_seen_by": CONSULTANT,
        "certificates_seen_on": _day(until, 20),
        "recommendation": "Indstilles (opdigtet)",
        "assessed_child": family.approved_child,
        "assessed_by": CONSULTANT,
        "assessed_on": _day(until, 10),
    }


def _day(from_day: date, before: int) -> str:
    return (from_day - timedelta(days=before)).isoformat()
