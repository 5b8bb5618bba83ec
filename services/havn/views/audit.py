"""The audit trail: whether it is as it was written, where it ends, and who saw a child."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType

from havn.access.v1.access_pb2 import ROLE_SERVICE, Purpose, Role
from havn.audit.v1 import audit_pb2 as pb
from services.havn.views.phrases import Lang, count, heading, phrase
from services.havn.views.words import Verbatim, listed, moment, table

ACTIONS = {
    pb.AUDIT_ACTION_UNSPECIFIED: "unknown",
    pb.AUDIT_ACTION_READ: "saw",
    pb.AUDIT_ACTION_WRITE: "changed",
    pb.AUDIT_ACTION_REPEAT: "saw again",
    pb.AUDIT_ACTION_REFUSED: "was refused",
}

PURPOSES = {
    Purpose.PURPOSE_UNSPECIFIED: "not said",
    Purpose.PURPOSE_CASE: "work on the case",
    Purpose.PURPOSE_EMERGENCY: "emergency",
    Purpose.PURPOSE_SUPERVISION: "supervision",
    Purpose.PURPOSE_RIGHT_OF_ACCESS: "right of access",
    Purpose.PURPOSE_OPERATION: "operation",
    Purpose.PURPOSE_FINDING_HOME: "to find a home for a child",
    Purpose.PURPOSE_FOLLOW_UP: "to follow up and support the family",
    Purpose.PURPOSE_REGISTRY: "to keep the registry",
    Purpose.PURPOSE_OWN_RECORD: "what is kept on oneself",
}

COLUMNS = ("When", "Authority", "Role", "What for", "Done", "By", "Records")
"""What is told of a look, but for who it was."""


@dataclass(frozen=True)
class Look:
    """One row of one service's trail."""

    service: str
    row: pb.AuditRow

    @property
    def by_service(self) -> bool:
        """Whether no person looked."""
        return list(self.row.roles) == [ROLE_SERVICE]


def checks(found: Mapping[str, pb.CheckAuditResponse], kept: Mapping[str, str], lang: Lang) -> Iterator[RenderableType]:
    """Of each service whether its trail is as it was written."""
    for service, check in found.items():
        if check.HasField("fault"):
            yield f"{service}: {_fault(check.fault, lang)}"
        else:
            rows = count(check.sequence, "row", lang)
            still = phrase("It holds the head that was kept.", lang) if service in kept else ""
            yield f"{service}: {phrase('{rows}, as written.', lang, rows=rows)} {still}".rstrip()


def _fault(fault: pb.AuditFault, lang: Lang) -> str:
    if fault.kind == pb.AUDIT_FAULT_KIND_MISSING:
        return phrase("row {row} is missing. Nothing behind it was checked.", lang, row=fault.sequence)
    return phrase("row {row} was changed. Nothing behind it was checked.", lang, row=fault.sequence)


def heads(found: Sequence[pb.AuditHead], lang: Lang) -> Iterator[RenderableType]:
    """The head of each service, and the line to keep."""
    for head in found:
        rows = count(head.sequence, "row", lang)
        yield phrase(
            "{service}: {rows} until {moment}", lang, service=head.service, rows=rows, moment=moment(head.time)
        )
        yield Verbatim(head.signed)


def looks(child: str, shown: Sequence[Look], hidden: int, written: Path | None, lang: Lang) -> Iterator[RenderableType]:
    """Who saw a child, in the order of time."""
    yield phrase("The trails name {child} {times}.", lang, child=child, times=count(len(shown), "time", lang))
    if hidden:
        times = count(hidden, "time", lang)
        yield phrase("Havn's own services read it {times}: --services shows them.", lang, times=times)
    if written:
        yield phrase("{file} has them without the names of staff.", lang, file=written)
    if not shown:
        return
    yield ""
    rows = table("=When", "Who", "Role", "What for", "Done", "By", "Records", lang=lang, gap=1)
    for look in shown:
        when, _authority, *told = cells(look, lang)
        rows.add_row(when, look.row.subject, *told)
    yield rows


def headings(lang: Lang) -> list[str]:
    """The headings over `cells`."""
    return [heading(column, lang) for column in COLUMNS]


def cells(look: Look, lang: Lang) -> list[str]:
    """What is told of a look, but for who it was."""
    row = look.row
    return [
        moment(row.time),
        row.authority,
        listed((phrase(_role(number), lang) for number in row.roles), lang),
        phrase(PURPOSES[row.purpose], lang),
        phrase(ACTIONS[row.action], lang),
        row.rpc.rsplit("/", 1)[-1],
        " ".join(name for records in row.records for name in records.names),
    ]


def _role(number: Role.ValueType) -> str:
    return Role.Name(number).removeprefix("ROLE_").replace("_", " ").lower()
