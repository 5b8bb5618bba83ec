"""The tables of fees: data/fees.csv, which says where each figure comes from."""

from datetime import date
from functools import cache

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import Fee as FeeMessage
from services.families.rules.fees import EVER, Fee, Tables, costs
from services.shared.reference import jurisdiction, rows
from services.shared.wire import date_message, money


def tables(authority: str) -> Tables:
    """The fees that an authority pays by."""
    where = jurisdiction(authority)
    return Tables(where, tuple(fee for fee in all_fees() if fee.jurisdiction == where))


def told(family: pb.FosterFamily) -> list[pb.DailyCost]:
    """What a child costs in the family from day to day, as it is told and announced (K17)."""
    return costs(family, tables(family.authority))


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
