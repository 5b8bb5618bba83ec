"""Lists of records as callers see them, by statements that are made once: making one takes ten times what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlmodel import col

from services.shared.access import EVERYWHERE, Caller
from services.shared.statements import Statement

if TYPE_CHECKING:
    from services.shared.tables import Record


MOST_VALUES = 200
"""So many values one statement asks for at most."""

_SLOTS = (4, 20, 50, MOST_VALUES)
"""So many values at most has a statement that asks for several: made once for each of these, it is told at once."""


@dataclass(frozen=True)
class Listing:
    """What a list asks of its rows."""

    table: type[Record]
    of_authority: bool
    """Whether they are of one authority alone."""
    narrowed: int
    """To how many records, and what belongs to them, they are narrowed."""
    equal: tuple[str, ...]
    """The columns that have a given value."""
    paged: bool
    """Whether so many are asked for, behind a sort key."""


def columns(table: type[Record]) -> tuple[Any, ...]:
    """What is read of each record."""
    return (table.name, table.authority, table.sort_key, table.version, table.body)


@cache
def by_name(table: type[Record]) -> Statement:
    """The record of the name `of_name`."""
    return Statement(select(*columns(table)).where(col(table.name) == bindparam("of_name")))


@cache
def having(table: type[Record], column: str, slots: int, standing: tuple[ColumnElement[bool], ...]) -> Statement:
    """The records of which a column has one of the values of `one_of`, and that meet what stands."""
    asked: list[Any] = [bindparam(f"value_{number}") for number in range(slots)]
    return Statement(select(*columns(table)).where(col(getattr(table, column)).in_(asked), *standing))


def slots(values: Sequence[str]) -> int:
    """How many values the statement takes that asks for these."""
    return next(slots for slots in _SLOTS if slots >= len(values))


def one_of(values: Sequence[str]) -> dict[str, object]:
    """So many values: the last one stands for those that there are none of."""
    return {f"value_{number}": values[min(number, len(values) - 1)] for number in range(slots(values))}


@cache
def listed(listing: Listing) -> Statement:
    """The statement, for the values of `scope_of`, of `equal_to`, and `behind` and `most` where it is paged."""
    table = listing.table
    asked = _in_scope(table, listing.of_authority, listing.narrowed)
    asked += [col(getattr(table, name)) == bindparam(f"equal_{name}") for name in listing.equal]
    found = select(*columns(table)).where(*asked).order_by(col(table.sort_key))
    if listing.paged:
        found = found.where(col(table.sort_key) > bindparam("behind")).limit(bindparam("most"))
    return Statement(found)


@cache
def counted(
    table: type[Record], of_authority: bool, narrowed: int, standing: tuple[ColumnElement[bool], ...]
) -> Statement:
    """How many records there are that meet what stands, for the values of `scope_of` and those that stand in it."""
    meant = select(func.count()).select_from(table).where(*_in_scope(table, of_authority, narrowed), *standing)
    return Statement(meant)


def scope_of(caller: Caller, *, open_to_all: bool) -> dict[str, object]:
    """The values that narrow a list to what the caller sees."""
    values: dict[str, object] = {f"own_{number}": own for number, own in enumerate(caller.narrowed())}
    if not open_to_all and caller.authority != EVERYWHERE:
        values["of_authority"] = caller.authority
    return values


def _in_scope(table: type[Record], of_authority: bool, narrowed: int) -> list[ColumnElement[bool]]:
    asked = [_under(table, number) for number in range(narrowed)]
    return asked + ([col(table.authority) == bindparam("of_authority")] if of_authority else [])


def _under(table: type[Record], number: int) -> ColumnElement[bool]:
    """Whether a record is the caller's own one of that number, or belongs to it."""
    own, name = bindparam(f"own_{number}", type_=table.name.type), col(table.name)  # type: ignore[attr-defined]
    return or_(name == own, func.substr(name, 1, func.length(own) + 1) == own + "/")
