"""What one child costs a day in a family, by the tables of fees. Numbers: docs/rules.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import ChildCost
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.wire import date_message, day, money

DAYS_A_MONTH = Fraction(365, 12)
THIRD_CHILD = 3
MOST_MONTHS = 12 * 18
MOST_UNITS = 30
AGES = range(24)
"""Of children, and of the young who stay on in a family: until 22, in Greenland until 23."""
EVER = date.min
"""The first day of what has none."""

_OF_TYPE = {
    ("GL", pb.FAMILY_TYPE_NETWORK): pb.FEE_MODEL_ORDINARY,
    ("GL", pb.FAMILY_TYPE_MUNICIPAL): pb.FEE_MODEL_ORDINARY,
    ("GL", pb.FAMILY_TYPE_EMERGENCY): pb.FEE_MODEL_EMERGENCY,
    ("GL", pb.FAMILY_TYPE_RELIEF): pb.FEE_MODEL_RELIEF,
}
"""How types are paid where nothing else was agreed on. Of the others no source tells."""

_KINDS = {
    pb.FEE_MODEL_ORDINARY: pb.FEE_KIND_ORDINARY,
    pb.FEE_MODEL_EMERGENCY: pb.FEE_KIND_EMERGENCY,
    pb.FEE_MODEL_RELIEF: pb.FEE_KIND_RELIEF,
}


@dataclass(frozen=True)
class Fee:
    """A row of the tables: øre for a day or a month, for the ages where it names some, from a day on."""

    jurisdiction: str
    kind: pb.FeeKind.ValueType
    ore: int
    per_month: bool
    ages: range | None
    from_date: date
    source: str

    def covers(self, age: int | None) -> bool:
        """Whether it is for a child of this age."""
        return self.ages is None or age is None or age in self.ages


@dataclass(frozen=True)
class Tables:
    """The fees of one jurisdiction."""

    jurisdiction: str
    fees: tuple[Fee, ...]

    def find(self, kind: pb.FeeKind.ValueType, on: date, age: int | None = None) -> Fee | None:
        """The fee of a kind that began last by a day, of several the dearest; None where there is none."""
        known = [fee for fee in self.fees if fee.kind == kind and fee.from_date <= on and fee.covers(age)]
        return max(known, key=lambda fee: (fee.from_date, fee.ore), default=None)

    def age_groups(self) -> tuple[range, ...]:
        """The ages of all whom a place is sought for, in groups among which no fee makes a difference."""
        told = [ages for fee in self.fees if (ages := fee.ages) is not None]
        cuts = {AGES.start, AGES.stop, *(ages.start for ages in told), *(ages.stop for ages in told)}
        return tuple(range(first, after) for first, after in pairwise(sorted(cuts)))


@dataclass(frozen=True)
class Placed:
    """The child that costs: its age, None where unknown, and which one of the family it is."""

    age: int | None = None
    number: int = 1


def cost(family: pb.FosterFamily, tables: Tables, on: date, child: Placed) -> list[pb.CostPart]:
    """What a child costs a day, part by part; nothing where the tables do not say all of it (K17)."""
    terms = family.fee_terms
    model = terms.model or _OF_TYPE.get((tables.jurisdiction, family.type), pb.FEE_MODEL_UNSPECIFIED)
    if model == pb.FEE_MODEL_LEVELS:
        return _levels(terms, tables, on, child)
    fee = tables.find(_KINDS[model], on) if model else None
    return [_part(fee)] if fee else []


def costs(family: pb.FosterFamily, tables: Tables) -> list[pb.DailyCost]:
    """What a child of the dearest approved age costs from each day on that changes it; nothing where a rate was agreed.

    So whoever reads it later needs no table: only the day.
    """
    if family.HasField("daily_rate"):
        return []
    found: list[pb.DailyCost] = []
    for begins in sorted({fee.from_date for fee in tables.fees} | set(_level_days(family.fee_terms))):
        parts = dearest(family, tables, begins)
        told = pb.DailyCost(amount=money(total(parts)), parts=parts, rates=rates(family, tables, begins))
        if parts and (not found or _undated(found[-1]) != told):
            if begins > EVER:
                told.from_date.CopyFrom(date_message(begins))
            found.append(told)
    return found


def rates(family: pb.FosterFamily, tables: Tables, on: date) -> list[pb.ChildRate]:
    """What each child costs on a day, those from a third child on first; nothing where all cost the same."""
    priced = [
        (number, ages, total(cost(family, tables, on, Placed(ages[0], number))))
        for number in (THIRD_CHILD, 1)
        for ages in tables.age_groups()
    ]
    if len({ore for _number, _ages, ore in priced}) == 1:
        return []
    return [
        pb.ChildRate(ages=pb.AgeRange(min=ages[0], max=ages[-1]), from_child_number=number, amount=money(ore))
        for number, ages, ore in priced
        if ore
    ]


def dearest(family: pb.FosterFamily, tables: Tables, on: date) -> list[pb.CostPart]:
    """What a child costs whose age is not known: the most that one of the approved ages does."""
    approved = family.approval.ages
    groups = tables.age_groups() if family.HasField("approval") else ()
    ages = [max(group[0], approved.min) for group in groups if group[0] <= approved.max and approved.min <= group[-1]]
    return max((cost(family, tables, on, Placed(age)) for age in ages or (None,)), key=total)


def total(parts: Sequence[pb.CostPart]) -> int:
    """All parts together, in øre."""
    return sum(ore(part) for part in parts)


def ore(priced: pb.CostPart | pb.ChildRate | ChildCost) -> int:
    """What it costs in øre."""
    return priced.amount.units * 100 + priced.amount.nanos // 10_000_000


def _undated(told: pb.DailyCost) -> pb.DailyCost:
    """All of it but the day it begins on."""
    return pb.DailyCost(amount=told.amount, parts=told.parts, rates=told.rates)


def terms_problems(terms: pb.FeeTerms) -> Iterator[FieldProblem]:
    """What can't be of a family's terms: levels belong to the model of levels, which begins on a day (K17)."""
    field = "family.fee_terms"
    if (terms.model == pb.FEE_MODEL_LEVELS) != bool(terms.levels):
        yield FieldProblem(f"{field}.levels", "must be given for the model of levels, and for no other")
    if terms.levels and not terms.HasField("from_date"):
        yield FieldProblem(f"{field}.from_date", "must be given with levels")
    for position, level in enumerate(terms.levels):
        yield from fields.between(f"{field}.levels[{position}].fee_units", level.fee_units, 1, MOST_UNITS)
        yield from fields.between(f"{field}.levels[{position}].month_count", level.month_count, 1, MOST_MONTHS)


def _levels(terms: pb.FeeTerms, tables: Tables, on: date, child: Placed) -> list[pb.CostPart]:
    """Times the normal fee, and board and lodging by age: from the third child on the lower one, where there is one."""
    units, unit = fee_units(terms, on), tables.find(pb.FEE_KIND_FEE_UNIT, on)
    board = tables.find(pb.FEE_KIND_BOARD, on, child.age)
    if child.number >= THIRD_CHILD:
        board = tables.find(pb.FEE_KIND_BOARD_THIRD_CHILD, on, child.age) or board
    return [_part(unit, units), _part(board)] if unit and board and units else []


def fee_units(terms: pb.FeeTerms, on: date) -> Fraction:
    """How many times the normal fee is paid on a day: that day's level, or the mean of all where that was agreed."""
    if not terms.levels or on < day(terms.from_date):
        return Fraction(0)
    if terms.averaged:
        months = sum(level.month_count for level in terms.levels)
        return Fraction(sum(level.fee_units * level.month_count for level in terms.levels), months)
    begun = [level for level, begins in zip(terms.levels, _level_days(terms), strict=True) if begins <= on]
    return Fraction(begun[-1].fee_units)


def _level_days(terms: pb.FeeTerms) -> Iterator[date]:
    """The first day of each level."""
    months = 0
    for level in terms.levels:
        yield _months_after(day(terms.from_date), months)
        months += level.month_count


def _months_after(first: date, months: int) -> date:
    """The same day of a later month, of a month that lacks it the first day of the next one."""
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    if year > date.max.year:
        return date.max
    try:
        return date(year, month + 1, first.day)
    except ValueError:
        return date(year, month + 2, 1)


def _part(fee: Fee, times: Fraction = Fraction(1)) -> pb.CostPart:
    a_day = Fraction(fee.ore) * times / (DAYS_A_MONTH if fee.per_month else 1)
    return pb.CostPart(kind=fee.kind, amount=money(round(a_day)), source=fee.source)
