"""Children who live in the demo's institutions."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.havn.demo.institutions import INSTITUTIONS, UNITS, Unit
from services.havn.demo.people import Child, Stay, birth_date, gender, start_date
from services.havn.demo.towns import AUTHORITY_OF, SELF_GOVERNMENT
from services.havn.demo.waiting_rows import Waiting

FIRST_NUMBER = 2_001
FIRST_FORMER_NUMBER = 3_001
# Sermersooq had about 210 children in institutions in November 2023; the others' shares are made up.
SHARES = {"sermersooq": 210, "qeqqata": 30, "kujalleq": 25, "avannaata": 25, "qeqertalik": 20}
DISPOSALS = {
    "self_government": "central_list",
    "municipal": "own",
    "self_owned": "by_agreement",
    "private": "by_agreement",
}


@dataclass(frozen=True)
class Residents:
    """A unit with the children who live there, or moved out lately."""

    unit: Unit
    stays: tuple[Stay, ...]


def disposal(unit: Unit) -> str:
    """Who disposes of a unit's places, as a cell: it follows from the owner."""
    return DISPOSALS[INSTITUTIONS[unit.institution][1]]


def authority(institution: str) -> str:
    """The authority an institution lies under."""
    _, owner, town = INSTITUTIONS[institution]
    return SELF_GOVERNMENT if owner == "self_government" else AUTHORITY_OF[town]


def agreements(unit: Unit) -> tuple[str, ...]:
    """Municipalities that agreed with a self-owned or private institution: its own, Sermersooq and one more."""
    if disposal(unit) != "by_agreement":
        return ()
    own = authority(unit.institution)
    others = [name for name in SHARES if name not in (own, "sermersooq")]
    return tuple(dict.fromkeys((own, "sermersooq", others[len(unit.institution) % len(others)])))


def severe_need_limit(unit: Unit) -> int:
    """Children with severe needs at a time; 0 where only the places limit."""
    return unit.places - 2 if unit.places >= 8 and unit.key == "b" else 0


def residents(waiting: tuple[Waiting, ...], today: date, chance: Random) -> tuple[Residents, ...]:
    """Every unit with its residents: those who wait there for another place, and others drawn by chance."""
    number = FIRST_NUMBER
    filled = []
    for unit in UNITS:
        staying = [one.child for one in waiting if one.plan.home == unit.name]
        others = unit.resident_count - len(staying)
        drawn = [_child(unit, f"k-{number + place}", today, chance) for place in range(others + unit.unreported)]
        number += len(drawn)
        living = [Stay(child, _start(child, today, chance)) for child in staying + drawn[:others]]
        filled.append(Residents(unit, (*living, *_moved_out(drawn[others:], today, chance))))
    return tuple(filled)


def former_residents(today: date, chance: Random) -> tuple[Residents, ...]:
    """One child for each unit that left it within the year: some by the plan, some before it, some without a plan."""
    return tuple(
        Residents(unit, (_former(unit, f"k-{number}", today, chance),))
        for number, unit in enumerate(UNITS, start=FIRST_FORMER_NUMBER)
    )


def _former(unit: Unit, key: str, today: date, chance: Random) -> Stay:
    end = today - timedelta(days=chance.randint(10, 350))
    planned = chance.choice((end, end, end + timedelta(days=120), None))
    return Stay(_child(unit, key, today, chance), end - timedelta(days=chance.randint(60, 300)), end, planned)


def grown_up(child: Child) -> date:
    """The day that a child turns 18, and its placement is to end."""
    born = child.birth_date
    return date(born.year + 18, born.month, min(born.day, 28))


def _moved_out(children: list[Child], today: date, chance: Random) -> list[Stay]:
    """Their places stand empty, and nobody has reported it yet."""
    end = today - timedelta(days=3)
    return [Stay(child, start_date(child, _earliest(today), end, chance), end) for child in children]


def _start(child: Child, today: date, chance: Random) -> date:
    return start_date(child, _earliest(today), today, chance)


def _earliest(today: date) -> date:
    return today - timedelta(days=1_400)


def _child(unit: Unit, key: str, today: date, chance: Random) -> Child:
    youngest, oldest = unit.ages
    age = chance.randint(max(youngest, 1), oldest)
    level = chance.choices(("light", "moderate", "severe"), weights=(4, 5, 0) if unit.step == 4 else (0, 6, 4))[0]
    fixed = {"girls": "girl", "boys": "boy"}.get(unit.gender_rule)
    return Child(key, age, birth_date(age, today, chance), fixed or gender(chance), level, _responsible(unit, chance))


def _responsible(unit: Unit, chance: Random) -> str:
    able = {"own": (authority(unit.institution),), "by_agreement": agreements(unit)}.get(disposal(unit), tuple(SHARES))
    return chance.choices(able, weights=[SHARES[name] for name in able])[0]
