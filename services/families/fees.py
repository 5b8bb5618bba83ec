"""The tables of fees: data/fees.csv, which says where each figure comes from."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import cache

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import ChildCost, FamilyCost
from havn.families.v1.support_pb2 import Fee as FeeMessage
from services.families.rules.arrivals import Stay, living
from services.families.rules.fees import EVER, Fee, Placed, Tables, cost, costs, dearest, rates, total
from services.shared.reference import jurisdiction, rows
from services.shared.wire import age, date_message, money


def tables(authority: str) -> Tables:
    """The fees that an authority pays by."""
    where = jurisdiction(authority)
    return Tables(where, tuple(fee for fee in all_fees() if fee.jurisdiction == where))


def told(family: pb.FosterFamily) -> list[pb.DailyCost]:
    """What a child costs in the family from day to day, as it is told and announced (K17)."""
    return costs(family, tables(family.authority))


def family_cost(family: pb.FosterFamily, on: date, child: Placed | None) -> FamilyCost:
    """What a child costs in a family on a day; without one, what a child of the dearest age does."""
    agreed, known = family.HasField("daily_rate"), tables(family.authority)
    parts = [] if agreed else cost(family, known, on, child) if child else dearest(family, known, on)
    amount = family.daily_rate if agreed else money(total(parts)) if parts else None
    return FamilyCost(
        family=family.name,
        authority=family.authority,
        on_date=date_message(on),
        amount=amount,
        agreed=agreed,
        parts=parts,
        rates=[] if agreed else rates(family, known, on),
    )


def child_costs(
    family: pb.FosterFamily, on: date, stays: Iterable[Stay], shown: Collection[str]
) -> Iterator[ChildCost]:
    """What each child costs who lives there on a day; of children who are not shown, no more than that."""
    for number, stay in enumerate(living(stays, on), start=1):
        years = age(stay.born, on) if stay.born else None
        told = family_cost(family, on, None if years is None else Placed(years, number))
        amount = told.amount if told.HasField("amount") else None
        if stay.child in shown:
            yield ChildCost(child=stay.child, child_number=number, age=years, amount=amount)
        else:
            yield ChildCost(child_number=number, amount=amount)


def message(fee: Fee) -> FeeMessage:
    """A row as it is shown."""
    return FeeMessage(
        jurisdiction=fee.jurisdiction,
        kind=fee.kind,
        amount=money(fee.ore),
        per_month=fee.per_month,
        ages=pb.AgeRange(min=fee.ages[0], max=fee.ages[-1]) if fee.ages else None,
        from_date=date_message(fee.from_date) if fee.from_date > EVER else None,
        source=fee.source,
    )


@cache
def all_fees() -> tuple[Fee, ...]:
    """Every row."""
    return tuple(
        Fee(
            jurisdiction=row["jurisdiction"],
            kind=pb.FeeKind.Value(f"FEE_KIND_{row['kind']}"),
            ore=int(row["amount"]) * 100,
            per_month=row["per"] == "month",
            ages=range(int(row["age_min"]), int(row["age_max"]) + 1) if row["age_max"] else None,
            from_date=date.fromisoformat(row["from_date"]) if row["from_date"] else EVER,
            source=row["source"],
        )
        for row in rows("fees.csv")
    )
