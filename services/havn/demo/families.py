"""The demo's foster families and the children in them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from services.havn.demo import journey
from services.havn.demo.people import LEVELS, Child, Stay, birth_date, foster_ages, gender, level_up_to, start_date
from services.havn.demo.towns import PROFESSIONAL, TOWNS, Town
from services.havn.demo.waiting import SIBLING_CHILD, SIBLING_HOME
from services.havn.demo.waiting_rows import Waiting

RESIDENTS_MAX = 4
NEED_LEVELS = {"network": "moderate", "emergency": "severe", "relief": "light", "professional": "severe"}


@dataclass(frozen=True)
class Family:
    """A foster family."""

    number: int
    town: Town
    type: str
    free: int
    need_level: str
    approved_from: date
    residents: tuple[Stay, ...] = ()
    # A network family: the child that it is approved for.
    approved_child: str = ""

    @property
    def key(self) -> str:
        """Its key."""
        return f"f-{self.number:03}"

    @property
    def place_count(self) -> int:
        """Places that it is approved for; relief families take two at a time."""
        return max(len(self.residents) + self.free, 2 if self.type == "relief" else 1)

    @property
    def approved(self) -> bool:
        """Families without children and without a free place are still applying."""
        return bool(self.residents or self.free or self.type == "relief")

    @property
    def step(self) -> int:
        """Step of the ladder."""
        return {"relief": 1, "network": 2}.get(self.type, 3)


def families(waiting: tuple[Waiting, ...], today: date, chance: Random) -> tuple[Family, ...]:
    """All families with the children who live in them, in the order of their keys."""
    made: list[Family] = []
    for town in TOWNS:
        empty = _named(_empty(town, len(made), today, chance), waiting)
        seated = _scripted(empty, waiting, today, chance)
        made.extend(_filled(town, seated, today, chance))
    return _numbered(tuple(made))


def _empty(town: Town, before: int, today: date, chance: Random) -> list[Family]:
    free = [kind.split(":") for kind in town.free]
    full = [[kind, "0"] for kind in _full_types(town)]
    made = []
    for number, (kind, places) in enumerate(free + full, start=before + 1):
        approved_from = today - timedelta(days=chance.randint(300, 1_700))
        made.append(Family(number, town, kind, int(places), _need_level(number, kind, chance), approved_from))
    return made


def _need_level(number: int, kind: str, chance: Random) -> str:
    drawn = chance.choices(LEVELS, weights=(2, 6, 2))[0]
    return NEED_LEVELS.get(kind) or journey.NEED_LEVELS.get(f"f-{number:03}") or drawn


def _full_types(town: Town) -> list[str]:
    count = town.family_count - len(town.free)
    special = ["professional"] * PROFESSIONAL.get(town.name, 0) + ["network"] * (count // 6)
    special += ["relief"] * (count >= 15)
    return special + ["municipal"] * (count - len(special))


def _named(made: list[Family], waiting: tuple[Waiting, ...]) -> list[Family]:
    """Free network families take the waiting children of their town whose need is step 2, in order."""
    town = made[0].town.name
    children = iter([one.child.key for one in waiting if one.plan.town == town and one.plan.step == 2])
    return [
        replace(family, approved_child=next(children)) if family.free and family.type == "network" else family
        for family in made
    ]


def _scripted(made: list[Family], waiting: tuple[Waiting, ...], today: date, chance: Random) -> list[Family]:
    """Seats children who wait in a family since their wait began, and the sibling that is placed already."""
    at = {one.plan.home: Stay(one.child, one.since) for one in waiting}
    sister = Child(SIBLING_CHILD, 11, birth_date(11, today, chance), "girl", "light", "sermersooq")
    at[SIBLING_HOME] = Stay(sister, today - timedelta(days=200))
    return [replace(family, residents=(at[family.key],)) if family.key in at else family for family in made]


def _stay(family: Family, child: Child, today: date, chance: Random) -> Stay:
    return Stay(child, start_date(child, family.approved_from, today, chance))


def _filled(town: Town, made: list[Family], today: date, chance: Random) -> list[Family]:
    seats = _seats(town, made, chance)
    ages = iter(foster_ages(sum(seats.values()), chance))
    return [replace(family, residents=family.residents + _stays(family, seats, ages, today, chance)) for family in made]


def _seats(town: Town, made: list[Family], chance: Random) -> Counter[str]:
    """How many more children each family of a town takes, so that the town has its number."""
    seats: Counter[str] = Counter()
    left = town.child_count - sum(len(family.residents) for family in made)
    full = [family for family in made if not family.free and family.type != "relief"]
    for family in full:
        seats[family.key] = min(2 if family.type == "professional" else 1, left)
        left -= seats[family.key]
    growing = [family for family in full if family.type == "municipal"]
    growing += [family for family in made if family.free and family.type == "municipal" and chance.random() < 0.4]
    while left:
        family = chance.choice([one for one in growing if seats[one.key] < (1 if one.free else RESIDENTS_MAX)])
        seats[family.key] += 1
        left -= 1
    return seats


def _stays(
    family: Family, seats: Mapping[str, int], ages: Iterator[int], today: date, chance: Random
) -> tuple[Stay, ...]:
    return tuple(
        _stay(family, _resident(family, next(ages), today, chance), today, chance) for _ in range(seats[family.key])
    )


def _resident(family: Family, age: int, today: date, chance: Random) -> Child:
    level = level_up_to(family.need_level, chance)
    return Child("", age, birth_date(age, today, chance), gender(chance), level, family.town.authority)


def _numbered(made: tuple[Family, ...]) -> tuple[Family, ...]:
    """Gives every child without a key one, and names it in its network family's approval."""
    number = 1_000
    numbered = []
    for family in made:
        stays = []
        for stay in family.residents:
            number += not stay.child.key
            stays.append(replace(stay, child=replace(stay.child, key=stay.child.key or f"k-{number}")))
        named = stays[0].child.key if family.type == "network" and stays else family.approved_child
        numbered.append(replace(family, residents=tuple(stays), approved_child=named))
    return tuple(numbered)
