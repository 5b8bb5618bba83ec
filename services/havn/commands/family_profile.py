"""havn families: profile, update, member, certificates and fees."""

import uuid
from typing import Annotated

import typer

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.families.rules.family import CHANGEABLE
from services.havn.commands import record_changes
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import family_name, person_name, user_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.commands.record_changes import Changes, Etag, Said
from services.havn.connection import Connection
from services.havn.importing.family_columns import FAMILIES, HOUSEHOLD
from services.havn.views import families as views
from services.havn.views.phrases import Lang
from services.havn.views.records import record

CONFIRMATION = {"confirmed_on", "confirmed_by"}
MEMBER_FIELDS = frozenset(pb.HouseholdMember.DESCRIPTOR.fields_by_name) - {"person"}

Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.", show_default=False)]


def profile(family: Family, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """What is known of a family, by the columns of its file that `havn families update` takes, and who lives there."""
    with asking(as_user) as connection:
        answer = _kept(connection, family)
    show(document(answer), views.profile(answer, lang), json)


def update(
    family: Family,
    changes: Changes,
    etag: Etag = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Changes what is said of a family: profile, wishes, limits, languages, competences, free places and more."""
    told = record_changes.said(FAMILIES, changes, CHANGEABLE)
    _require_confirmed(told)
    with asking(as_user) as connection:
        kept = _kept(connection, family)
        mask = record_changes.put(kept, told)
        kept.etag = etag or kept.etag
        request = pb.UpdateFosterFamilyRequest(family=kept, update_mask=mask, request_id=str(uuid.uuid4()))
        answer = connection.families.UpdateFosterFamily(request)
    show(document(answer), record(answer.name, [column for column, _ in told], answer, lang), json)


def member(
    family: Family,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="persons/p-1 or p-1; a new one moves in.")],
    changes: Changes = [],  # noqa: B006  # typer copies it
    remove: Annotated[bool, typer.Option("--remove", help="The person lives there no more.")] = False,
    etag: Etag = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Changes who lives in a home, and which certificates were seen of whom."""
    if remove == bool(changes):
        raise typer.BadParameter(f"say what changes as {record_changes.FORM}, or --remove")
    told = record_changes.said(HOUSEHOLD, changes, MEMBER_FIELDS)
    with asking(as_user) as connection:
        kept = _kept(connection, family)
        _put_member(kept, person_name(person), told, remove)
        kept.etag = etag or kept.etag
        request = pb.UpdateFosterFamilyRequest(family=kept, request_id=str(uuid.uuid4()))
        request.update_mask.paths.append("household")
        answer = connection.families.UpdateFosterFamily(request)
    show(document(answer), views.household(answer, lang), json)


def children(family: Family, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """Children who live in a family today, whoever placed them, and since when."""
    with asking(as_user) as connection:
        request = support.ListResidentsRequest(parent=family_name(family))
        answer = all_pages(connection.support.ListResidents, request)
    show(document(answer), views.children(answer, lang), json)


def certificates(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="f-001; all where none is named.")] = "-",
    consultant: Annotated[str, typer.Option(metavar="USER", help="Only families that users/consultant follows.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Certificates that are missing, which stops a family, and those to be renewed, which warn."""
    request = pb.ListCertificatesDueRequest(
        parent=family_name(family), consultant=user_name(consultant) if consultant else ""
    )
    with asking(as_user) as connection:
        answer = all_pages(connection.families.ListCertificatesDue, request)
    show(document(answer), views.certificates_due(answer, lang), json)


def fees(as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """The tables of fees that families are paid by, with where each figure comes from."""
    with asking(as_user) as connection:
        answer = all_pages(connection.support.ListFees, support.ListFeesRequest())
    show(document(answer), views.fees(answer, lang), json)


def _kept(connection: Connection, family: str) -> pb.FosterFamily:
    return connection.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=family_name(family)))


def _require_confirmed(told: Said) -> None:
    """Passes what says of free places who confirmed them, and when: what stood there was of others."""
    named = {column.name for column, value in told if column.group == "availability" and value is not None}
    if named and not named >= CONFIRMATION:
        raise typer.BadParameter(f"free places are said with {' and '.join(sorted(CONFIRMATION))}")


def _put_member(family: pb.FosterFamily, person: str, told: Said, remove: bool) -> None:
    """Changes, adds or removes a member of the household. Raises typer.BadParameter for nobody to remove."""
    found = next((member for member in family.household if member.person == person), None)
    if remove:
        if found is None:
            raise typer.BadParameter(f"{person!r} does not live there")
        family.household.remove(found)
        return
    if found is None:
        record_changes.require_all(HOUSEHOLD, told)
        found = family.household.add(person=person)
    record_changes.put(found, told)
