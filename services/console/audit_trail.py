"""The audit trail as the console shows it: what is sought in it, its rows, and the file that they make."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2 as pb
from services.console import terms
from services.console.languages import gettext as _
from services.shared import wire
from services.shared.cells import protected

PAGE_SIZE = 200
USUAL_DAYS = 7
ON = "yes"

_BEFORE = re.compile(r"([a-z]+)\.([0-9]{1,18})(?![0-9])", re.ASCII)


@dataclass(frozen=True)
class Look:
    """A row of one service's trail."""

    service: str
    row: pb.AuditRow

    def __hash__(self) -> int:
        """Of its place: there no other row ever stands, though not everybody sees all of its names."""
        return hash((self.service, self.row.sequence))

    @property
    def names(self) -> tuple[str, ...]:
        """The records that it showed."""
        return tuple(name for records in self.row.records for name in records.names)

    @property
    def roles(self) -> tuple[access_pb2.Role.ValueType, ...]:
        """In which roles whoever looked did."""
        return tuple(self.row.roles)

    @property
    def rpc(self) -> str:
        """What was called, without the service's package."""
        return self.row.rpc.rsplit("/", 1)[-1]

    @property
    def did(self) -> str:
        """What was done, in a word."""
        return actions()[self.row.action]

    @property
    def purpose(self) -> str:
        """What somebody said that it was for."""
        return purposes()[self.row.purpose]


@dataclass(frozen=True)
class Sought:
    """What an auditor looks for: rows that name a record, of a person, within days, perhaps also those of services."""

    about: str
    person: str
    from_day: date
    until_day: date
    services: bool
    before: Mapping[str, int]
    """By service, the sequence that rows are to come before: they are older than what was shown."""

    def request(self, names: list[str], zone: str) -> pb.ListAuditRowsRequest:
        """What to ask each service for."""
        return pb.ListAuditRowsRequest(
            names=names,
            subject=self.person,
            from_time=wire.timestamp(_begin(self.from_day, zone)),
            until_time=wire.timestamp(_begin(self.until_day + timedelta(days=1), zone)),
            newest_first=True,
            without_services=not self.services,
        )

    def query(self, before: Mapping[str, int] | None = None) -> str:
        """What stands behind the question mark of an address that asks the same, perhaps before some rows only."""
        told = " ".join(f"{service}.{sequence}" for service, sequence in (before or {}).items())
        asked = {"about": self.about, "person": self.person, "services": ON if self.services else "", "before": told}
        days = {"from": self.from_day.isoformat(), "until": self.until_day.isoformat()}
        return urlencode({name: value for name, value in (asked | days).items() if value})


def written(looks: Iterable[Look], zone: str) -> bytes:
    """Rows as a file that Danish spreadsheets open as it is: semicolons, a mark for UTF-8, nothing that is run."""
    file = io.StringIO()
    lines = csv.writer(file, delimiter=";")
    lines.writerow(_titles())
    lines.writerows([protected(cell) for cell in _cells(look, zone)] for look in looks)
    return file.getvalue().encode("utf-8-sig")


def _titles() -> list[str]:
    titles = [_("When"), _("Who"), _("Roles"), _("Authority"), _("Did what"), _("Service"), _("Call"), _("Outcome")]
    return [*titles, _("Records"), _("Records left out"), _("What for"), _("Reference")]


def _cells(look: Look, zone: str) -> list[str]:
    row = look.row
    when = wire.time(row.time).astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")
    who = [when, row.subject, ", ".join(terms.role(role) for role in row.roles), row.authority]
    what = [look.did, look.service, look.rpc, row.outcome]
    return [*who, *what, " ".join(look.names), str(row.left_out_count), look.purpose, row.reference]


def sought(given: Mapping[str, str], today: date) -> Sought:
    """What the parameters of an address ask for; the last days where they name none."""
    about, person = given.get("about", "").strip(), given.get("person", "").strip()
    until = _day(given.get("until", "")) or today
    return Sought(
        about=about if "/" in about or not about else f"children/{about}",
        person=person if "/" in person or not person else f"users/{person}",
        from_day=min(_day(given.get("from", "")) or today - timedelta(days=USUAL_DAYS), until),
        until_day=until,
        services="services" in given,
        before={service: int(sequence) for service, sequence in _BEFORE.findall(given.get("before", ""))},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def newest_first(look: Look) -> tuple[int, str, int]:
    """What puts the newest first."""
    return (-look.row.time.ToNanoseconds(), look.service, -look.row.sequence)


def actions() -> dict[int, str]:
    """What was done, in a word."""
    return {
        pb.AUDIT_ACTION_READ: _("saw"),
        pb.AUDIT_ACTION_WRITE: _("changed"),
        pb.AUDIT_ACTION_REPEAT: _("saw again"),
        pb.AUDIT_ACTION_REFUSED: _("was refused"),
    }


def purposes() -> dict[int, str]:
    """What somebody said that it was for."""
    return {
        access_pb2.PURPOSE_UNSPECIFIED: "",
        access_pb2.PURPOSE_CASE: _("work on the case"),
        access_pb2.PURPOSE_EMERGENCY: _("emergency"),
        access_pb2.PURPOSE_SUPERVISION: _("supervision"),
        access_pb2.PURPOSE_RIGHT_OF_ACCESS: _("right of access"),
        access_pb2.PURPOSE_OPERATION: _("operation"),
        access_pb2.PURPOSE_FINDING_HOME: _("to find a home for a child"),
        access_pb2.PURPOSE_FOLLOW_UP: _("to follow up and support the family"),
        access_pb2.PURPOSE_REGISTRY: _("to keep the registry"),
        access_pb2.PURPOSE_OWN_RECORD: _("what is kept on oneself"),
    }
