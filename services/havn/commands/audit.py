"""havn audit: the trail's check, its head, and who saw a child."""

import re
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer
from joserfc import jws
from joserfc.errors import JoseError

from havn.audit.v1 import audit_pb2 as pb
from havn.audit.v1.audit_pb2_grpc import AuditServiceStub
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.failures import FileUnusable
from services.havn.commands.names import child_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.commands.who_saw import export, looks_at
from services.havn.connection import Connection
from services.havn.views import audit as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The trail of who saw and changed what.")

CHECK_SECONDS = 3600.0

_SIGNED = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")

Head = Annotated[Path | None, typer.Option(help="A file with heads that were kept, as havn audit head told them.")]
Export = Annotated[Path | None, typer.Option("--export", help="Also write a CSV file that names no member of staff.")]
Services = Annotated[bool, typer.Option("--services", help="Also what Havn's own services read.")]


@app.command()
def verify(
    head: Head = None,
    as_user: As = User.AUDITOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Whether each service's trail is as it was written, or which row is not; ends with 0 only when all are."""
    kept = _kept(head) if head else {}
    with asking(as_user) as connection:
        checks = {service: _checked(connection, service, kept.get(service, "")) for service in connection.channels}
    told = {"services": [{"name": service, **document(check)} for service, check in checks.items()]}
    show(told, view.checks(checks, kept, lang), json)
    if any(check.HasField("fault") for check in checks.values()):
        raise typer.Exit(1)


@app.command()
def head(as_user: As = User.AUDITOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """The end of each service's trail, signed: kept elsewhere, it shows later that nothing was cut off."""
    with asking(as_user) as connection:
        heads = [_trail(connection, service).GetAuditHead(pb.GetAuditHeadRequest()) for service in connection.channels]
    show({"heads": [document(each) for each in heads]}, view.heads(heads, lang), json)


@app.command("who-saw")
def who_saw(
    child: Annotated[str, typer.Argument(help="The child, such as k-012 or children/k-012.")],
    services: Services = False,
    export_to: Export = None,
    as_user: As = User.AUDITOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Everybody who saw or changed a record of the child, over all services, also where it stood in a list."""
    name = child_name(child)
    with asking(as_user) as connection:
        looks = looks_at(connection, name)
    shown = [look for look in looks if services or not look.by_service]
    if export_to:
        export(export_to, [look for look in looks if not look.by_service], lang)
    told = {"child": name, "looks": [{"service": look.service, **document(look.row)} for look in shown]}
    show(told, view.looks(name, shown, len(looks) - len(shown), export_to, lang), json)


def _checked(connection: Connection, service: str, kept: str) -> pb.CheckAuditResponse:
    *_, last = _trail(connection, service).CheckAudit(pb.CheckAuditRequest(kept_head=kept), timeout=CHECK_SECONDS)
    answer: pb.CheckAuditResponse = last
    return answer


def _trail(connection: Connection, service: str) -> Any:  # noqa: ANN401  # the stub's type is for type checkers only
    return AuditServiceStub(connection.channels[service])


def _kept(path: Path) -> dict[str, str]:
    """The last head of each service in a file, whatever else stands there. Raises FileUnusable for a file without."""
    found = {_service_of(signed): signed for signed in _SIGNED.findall(path.read_text("utf-8", errors="replace"))}
    found.pop("", None)
    if not found:
        raise FileUnusable(f"{path}: holds no head; havn audit head tells them.")
    return found


def _service_of(signed: str) -> str:
    """The service that a head says it is of: who checks it finds out whether that is true."""
    try:
        return str(loads(jws.extract_compact(signed.encode()).payload)["service"])
    except (JoseError, ValueError, LookupError, TypeError):
        return ""
