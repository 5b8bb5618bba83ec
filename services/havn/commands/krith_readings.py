"""havn krith: what was written earlier, decided earlier and visited, and when to visit next."""

import uuid
from datetime import date
from typing import Annotated

import typer

from havn.families.v1 import support_pb2 as pb
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import authority_name, family_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.views import follow_ups, krith
from services.havn.views.phrases import Lang
from services.shared.wire import date_message

Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.", show_default=False)]


def versions(
    follow_up: Annotated[str, typer.Argument(metavar="FOLLOW_UP", help="Its name, as `havn follow-ups` tells it.")],
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """What stood in a follow-up before each correction, the first first."""
    with asking(as_user) as connection:
        request = pb.ListFollowUpVersionsRequest(parent=follow_up)
        answer = all_pages(connection.support.ListFollowUpVersions, request)
    show(document(answer), follow_ups.versions(answer, lang), json)


def discard(family: Family, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """Throws away what you have begun to write of a follow-up of a family."""
    with asking(as_user) as connection:
        request = pb.DiscardFollowUpDraftRequest(parent=family_name(family), request_id=str(uuid.uuid4()))
        answer = connection.support.DiscardFollowUpDraft(request)
    show(document(answer), krith.discarded(answer, lang), json)


def policies(
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help="authorities/kujalleq or kujalleq.")],
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """How an authority has decided to follow families: each version with who decided it, when and why."""
    with asking(as_user) as connection:
        request = pb.ListSupportPoliciesRequest(authority=authority_name(authority))
        answer = all_pages(connection.support.ListSupportPolicies, request)
    show(document(answer), krith.policies(answer, lang), json)


def visited(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="f-001; all where none is named.")] = "-",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Supervision visits that were made, with their talks, the latest first."""
    with asking(as_user) as connection:
        request = pb.ListSupervisionVisitsRequest(parent=family_name(family))
        answer = all_pages(connection.support.ListSupervisionVisits, request)
    show(document(answer), krith.visited(answer, lang), json)


def next_visit(
    family: Family,
    after: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="The visit that it follows; today if not given.")
    ] = None,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """When a family is to be followed up next by its authority's cadence, and no later than when."""
    request = pb.GetNextVisitRequest(name=family_name(family), visit_date=date_message(after) if after else None)
    with asking(as_user) as connection:
        answer = connection.support.GetNextVisit(request)
    show(document(answer), krith.next_visit(answer, lang), json)
