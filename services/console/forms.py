"""Forms whose fields are told once: what was filled in, what can not be read, and which field a service speaks of."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import grpc
from google.type.date_pb2 import Date

from services.console.languages import day
from services.console.languages import gettext as _
from services.console.refusals import Refusal, refusal
from services.console.visits import Visit
from services.shared.wire import date_message

Kind = Literal["text", "area", "date", "number", "numbers", "amount", "choice", "tick", "hidden"]

MENDED_HERE = (409, 422)
"""Statuses that are told above the form, for whoever filled it in to go on from there."""

CHANGED_MEANWHILE = "ETAG_STALE"
"""Why a change is refused that was made of something outdated."""


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    kind: Kind = "text"
    required: bool | None = True
    """None where it need not be filled in and that goes without saying."""
    help: str = ""
    options: Sequence[tuple[str, str]] = ()
    """Of a choice: values, and what they are called."""
    path: str = ""
    """How the paths end by which a service speaks of it; its name where empty."""

    def problem(self, text: str) -> str:
        """Why what was filled in can't be read; empty where it can."""
        if not text:
            return _("Fill this in.") if self.required and self.kind != "tick" else ""
        if self.kind == "date" and not _day(text):
            return _("Write the day as year-month-day, such as 2026-11-22.")
        if self.kind == "number" and not _is_number(text):
            return _("Write a whole number.")
        if self.kind == "amount" and not _AMOUNT.fullmatch(text):
            return _("Write kroner and øre, such as 512 or 512.50.")
        if self.kind == "numbers" and not all(map(_is_number, _parts(text))):
            return _("Write whole numbers with commas between them, such as 1, 2, 4.")
        if self.kind == "choice" and text not in dict(self.options):
            return _("Choose one of these.")
        return ""

    def said(self, text: str) -> str:
        """What was filled in, as one reads it."""
        if self.kind == "tick":
            return _("yes") if text else _("no")
        if self.kind == "date" and (found := _day(text)):
            return day(found)
        return dict(self.options).get(text, text) or _("nothing")


@dataclass(frozen=True)
class Part:
    """Fields that stand together, beneath a legend where they are about one thing."""

    fields: Sequence[Field]
    legend: str = ""
    help: str = ""


def fields_of(parts: Iterable[Part]) -> list[Field]:
    """The fields of all parts, in their order."""
    return [field for part in parts for field in part.fields]


MOST_DIGITS = 8
_AMOUNT = re.compile(rf"[0-9]{{1,{MOST_DIGITS - 1}}}([.,][0-9]{{1,2}})?", re.ASCII)


@dataclass(frozen=True)
class Form:
    """Fields, and what somebody filled in: kept as it was typed until it is saved."""

    fields: Sequence[Field]
    values: Mapping[str, str]

    @classmethod
    def sent(cls, fields: Sequence[Field], visit: Visit) -> "Form":
        """What a visit sent."""
        return cls(fields, {field.name: visit.text(field.name) for field in fields})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def wrong(self) -> Refusal | None:
        """What can't be read, by the fields' names; None where all can."""
        problems = {field.name: field.problem(self[field.name]) for field in self.fields}
        told = {name: problem for name, problem in problems.items() if problem}
        return Refusal(422, "FIELD_INVALID", fields=told) if told else None

    def day(self, name: str) -> Date | None:
        """A day of a form that can be read; None where none was filled in."""
        found = _day(self[name])
        return date_message(found) if found else None

    def number(self, name: str) -> int:
        """A number of a form that can be read; 0 where none was filled in."""
        return int(self[name] or 0)

    def ore(self, name: str) -> int:
        """An amount of a form that can be read, in øre; 0 where none was filled in."""
        kroner, _point, ore = self[name].replace(",", ".").partition(".")
        return int(kroner or 0) * 100 + int(f"{ore:0<2}")

    def numbers(self, name: str) -> list[int]:
        """Numbers of a form that can be read."""
        return [int(part) for part in _parts(self[name])]

    def named(self, told: Refusal) -> Refusal:
        """A service's refusal by the names of the fields; what is of none of them stands under an empty name."""
        by_name: dict[str, str] = {}
        for path, problem in (told.fields or {}).items():
            name = self._name(path)
            by_name[name] = f"{by_name[name]} {problem}" if name in by_name else problem
        return replace(told, fields=by_name)

    def otherwise(self, standing: Mapping[str, str]) -> dict[str, str]:
        """What stands there by now, by the fields' names, where that is something else than what was filled in."""
        return {
            field.name: field.said(standing.get(field.name, ""))
            for field in self.fields
            if self[field.name].split() != standing.get(field.name, "").split()
        }

    def _name(self, path: str) -> str:
        found = (field.name for field in self.fields if f".{path}".endswith(f".{field.path or field.name}"))
        return next(found, "")


async def kept(form: Form, save: Callable[[], Awaitable[object]]) -> Refusal | None:
    """Has a service keep a form. What speaks against it, by the names of the fields; None once it is kept.

    Raises what whoever filled it in can do nothing about.
    """
    if wrong := form.wrong():
        return wrong
    try:
        await save()
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status not in MENDED_HERE:
            raise
        return form.named(told)
    return None


def etag(visit: Visit, told: Refusal | None, newest: str) -> str:
    """The etag of a form that is shown again: it stays the first one until it was told that this one is outdated.

    Else a correction of a typing error would overwrite what somebody changed meanwhile.
    """
    return newest if told is None or told.reason == CHANGED_MEANWHILE else visit.text("etag")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < MOST_DIGITS


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
