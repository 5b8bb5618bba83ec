"""Made-up people: ages, days of birth, genders and needs."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

AGES_FILE = Path(__file__).resolve().parents[3] / "data" / "foster_children_gl_by_age.csv"
LEVELS = ("light", "moderate", "severe")
COMPETENCES = (
    "attachment",
    "trauma",
    "adhd",
    "autism",
    "fetal_alcohol",
    "developmental_disability",
    "substance_use",
    "mental_illness",
    "infant_care",
)

Cells = dict[str, str]


@dataclass(frozen=True)
class Child:
    """A made-up child."""

    key: str
    age: int
    birth_date: date
    gender: str
    need_level: str
    authority: str


@dataclass(frozen=True)
class Stay:
    """A child lives, or has lived, in a home."""

    child: Child
    start: date
    end: date | None = None
    planned_end: date | None = None


def birth_date(age: int, today: date, chance: Random) -> date:
    """A day of birth that makes somebody `age` today."""
    return years_before(today, age) - timedelta(days=chance.randint(10, 350))


def years_before(day: date, years: int) -> date:
    """The same day some years earlier."""
    month_day = (2, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day)
    return date(day.year - years, *month_day)


def age_weights() -> tuple[int, ...]:
    """Children in foster care by age, 0 to 17: child-years of 2020, Statistics Greenland."""
    with AGES_FILE.open(encoding="utf-8", newline="") as file:
        by_age = {row["age"]: int(row["fte_2020"]) for row in csv.DictReader(file)}
    return tuple(by_age[str(age)] for age in range(18))


def foster_ages(count: int, chance: Random) -> list[int]:
    """Ages of so many foster children."""
    return chance.choices(range(18), weights=age_weights(), k=count)


def gender(chance: Random) -> str:
    """A gender as a cell."""
    return chance.choice(("girl", "boy"))


def level_up_to(highest: str, chance: Random) -> str:
    """A need level that a home approved for `highest` can meet."""
    allowed = LEVELS[: LEVELS.index(highest) + 1]
    return chance.choices(allowed, weights=(3, 5, 2)[: len(allowed)])[0]


def start_date(child: Child, earliest: date, today: date, chance: Random) -> date:
    """A first day in the home, after the child's birth and `earliest`."""
    first = max(child.birth_date + timedelta(days=3), earliest)
    return first + timedelta(days=chance.randint(0, max((today - first).days - 5, 0)))
