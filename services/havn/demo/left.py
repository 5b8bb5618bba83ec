"""Rows of requests.csv for who waits no more: children who have their place, and requests that were withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.havn.demo.families import Family
from services.havn.demo.people import Cells, Child, Stay, birth_date, gender
from services.havn.demo.towns import AUTHORITY_OF, languages
from services.havn.demo.waiting import LIGHT, MODERATE, WAITING

FIRST_NUMBER = len(WAITING) + 1
FIRST_CHILD = 4_001
MOST_PLACED = 3
"""Of each authority: the children who came to their families last."""
STEP_OF_FAMILIES = 3


@dataclass(frozen=True)
class Withdrawn:
    """A request that was withdrawn, so many days ago, after so many days on the list."""

    town: str
    age: int
    step: int
    need_level: str
    days_ago: int
    days_waited: int
    reason: str


WITHDRAWN = (
    Withdrawn(
        "Nuuk", 9, 3, MODERATE, 12, 64, "Barnet er flyttet hjem til sin far, som får støtte i hjemmet (opdigtet)"
    ),
    Withdrawn("Tasiilaq", 13, 3, LIGHT, 31, 118, "En moster har taget barnet til sig (opdigtet)"),
    Withdrawn("Nuuk", 17, 4, LIGHT, 58, 35, "Den unge har fået plads på et kollegium med en kontaktperson (opdigtet)"),
    Withdrawn(
        "Paamiut", 6, 3, MODERATE, 90, 21, "Familien er flyttet; en anden kommune har overtaget sagen (opdigtet)"
    ),
    Withdrawn("Sisimiut", 11, 3, MODERATE, 44, 77, "Forældrene har taget imod aflastning i stedet (opdigtet)"),
)


def left_rows(families: tuple[Family, ...], today: date, chance: Random) -> list[Cells]:
    """A row for each, with keys that follow those of the children who wait."""
    rows = [*_placed_rows(families, chance), *_withdrawn_rows(today, chance)]
    return [{"key": f"r-{number:03}", **row} for number, row in enumerate(rows, start=FIRST_NUMBER)]


def _placed_rows(families: tuple[Family, ...], chance: Random) -> Iterator[Cells]:
    waiting = {f"k-{number:03}" for number in range(1, FIRST_NUMBER)}
    stays = [
        (stay, family)
        for family in families
        for stay in family.residents
        if family.step == STEP_OF_FAMILIES and stay.child.key not in waiting
    ]
    came = sorted(stays, key=lambda found: (found[0].start, found[0].child.key), reverse=True)
    for authority in dict.fromkeys(AUTHORITY_OF.values()):
        ours = [found for found in came if found[0].child.authority == authority]
        for stay, family in ours[:MOST_PLACED]:
            yield _placed(stay, family, chance)


def _placed(stay: Stay, family: Family, chance: Random) -> Cells:
    waited = timedelta(days=chance.randint(9, 140))
    since = max(stay.start - waited, stay.child.birth_date)
    closed = {"state": "placed", "closed_on": _noon(stay.start)}
    return _row(stay.child, family.town.name, family.step, since, stay.start, chance) | closed


def _withdrawn_rows(today: date, chance: Random) -> Iterator[Cells]:
    for number, one in enumerate(WITHDRAWN, start=FIRST_CHILD):
        born = birth_date(one.age, today, chance)
        child = Child(f"k-{number}", one.age, born, gender(chance), one.need_level, AUTHORITY_OF[one.town])
        closed = today - timedelta(days=one.days_ago)
        since = closed - timedelta(days=one.days_waited)
        withdrawn = {"state": "withdrawn", "closed_on": _noon(closed), "withdrawal_reason": one.reason}
        yield _row(child, one.town, one.step, since, closed, chance) | withdrawn


def _row(child: Child, town: str, step: int, since: date, until: date, chance: Random) -> Cells:
    """The request as it stood when it was closed."""
    return {
        "authority": child.authority,
        "kind": "placement",
        "from_date": since.isoformat(),
        "place_by": max(since, until - timedelta(days=chance.randint(-20, 30))).isoformat(),
        "waiting_since": since.isoformat(),
        "filed_on": _noon(since),
        "filed_by": "Rådgiver (opdigtet)",
        "child": child.key,
        "birth_date": child.birth_date.isoformat(),
        "gender": child.gender,
        "home_town": town,
        "languages": languages(town, chance),
        "need_level": child.need_level,
        "need_step": str(step),
        "need_step_assessor": f"Rådgiver {chance.randint(1, 9)} (opdigtet)",
        "need_step_assessed": since.isoformat(),
    }


def _noon(on: date) -> str:
    """Of a day alone the start would be taken, in UTC, which in Greenland is the evening before."""
    return f"{on}T12:00:00Z"
