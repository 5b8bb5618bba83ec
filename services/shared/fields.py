"""Checks of fields that more than one service has: each gives the problems it finds."""

import re
from collections.abc import Iterable, Iterator, Set
from datetime import date, datetime, timedelta
from functools import cache

from services.shared.errors import BadInput, FieldProblem
from services.shared.names import NO_CPR, chosen_id, last_part, looks_like_cpr

OLDEST = 23
"""Years; aftercare (efterværn) ends with them. docs/glossary.md."""


def refuse(problems: Iterable[FieldProblem]) -> None:
    """Passes where there is no problem. Raises BadInput with every one."""
    found = list(problems)
    if found:
        raise BadInput(found)


def named(field: str, value: str, pattern: str) -> Iterator[FieldProblem]:
    """A name of a record must look like `pattern`, such as "children/{child}", and hold no CPR number."""
    if not _expression(pattern).fullmatch(value):
        yield FieldProblem(field, f'must be a name like "{pattern}"')
    elif looks_like_cpr(last_part(value)):
        yield FieldProblem(field, NO_CPR)


def key(field: str, value: str) -> Iterator[FieldProblem]:
    """A key must look like a chosen id, and be no CPR number."""
    try:
        chosen_id(value, field)
    except BadInput as error:
        yield from error.problems


def between(field: str, value: int, least: int, most: int) -> Iterator[FieldProblem]:
    """A number must be within bounds, both included."""
    if not least <= value <= most:
        yield FieldProblem(field, f"must be {least} to {most}")


def ages(field: str, youngest: int, oldest: int) -> Iterator[FieldProblem]:
    """A range of ages must be one."""
    if not 0 <= youngest <= oldest <= OLDEST:
        yield FieldProblem(field, f"must be ages from 0 to {OLDEST}, the youngest first")


def not_after(field: str, value: date, latest: date, what: str) -> Iterator[FieldProblem]:
    """A day may not lie behind another; `what` names that other."""
    if value > latest:
        yield FieldProblem(field, f"may not be after {what}")


def confirmed(field: str, moment: datetime, today: date) -> Iterator[FieldProblem]:
    """Nobody confirms tomorrow. A day's grace, because a moment's day in UTC may be one ahead of the authority's."""
    yield from not_after(field, moment.date(), today + timedelta(days=1), "now")


def known_town(field: str, value: str, towns: Set[str]) -> Iterator[FieldProblem]:
    """A town must be one that Havn knows, or distances and languages would be wrong in silence."""
    if value not in towns:
        yield FieldProblem(field, "must be a town or settlement of data/towns.csv, spelt as there")


def unique(field: str, values: list[str]) -> Iterator[FieldProblem]:
    """Nothing may be named twice."""
    if len(set(values)) < len(values):
        yield FieldProblem(field, "may not name the same twice")


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[A-Za-z0-9-]{1,40}", re.escape(pattern)))
