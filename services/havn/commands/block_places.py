"""havn vacancies block: places out of use, added to those that are, or used again."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

import typer

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.names import unit_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.importing.cells import WHOLE_MAX
from services.havn.importing.choices import choices
from services.havn.views.phrases import Lang
from services.havn.views.vacancies import blocked as view
from services.shared.wire import date_message

REASONS = choices(pb.BlockReason)

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="institutions/i/units/u or i/u.")]
Places = Annotated[int, typer.Option(min=0, max=WHOLE_MAX, help="How many; with --remove, all where not given.")]
ReasonOf = Annotated[str, typer.Option(help=f"One of {', '.join(REASONS)}; with --remove, those of it alone.")]


def block_places(
    unit: Unit,
    places: Places = 0,
    reason: ReasonOf = "",
    until: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="The last day; left out where nobody knows."),
    ] = None,
    note: Annotated[str, typer.Option(help="More about it, without names; needed for 'other'.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="They may be used again.")] = False,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes places of a unit out of use, beside those that are; or lets them be used again, with --remove."""
    if reason and reason not in REASONS:
        raise typer.BadParameter(f"{reason!r} is no reason: write one of {', '.join(REASONS)}")
    if not places and not remove:
        raise typer.BadParameter("say how many: --places; or that they may be used again: --remove")
    name = unit_name(unit)
    with asking(as_user) as connection:
        listed = connection.capacity.ListVacancies(pb.ListVacanciesRequest(names=[f"{name}/vacancy"]))
        # Of a unit that never reported there is none, and the service says so.
        kept = next(iter(listed.vacancies), pb.Vacancy())
        out = pb.BlockedPlaces(place_count=places, reason=REASONS[reason or "other"], note=note)
        if until:
            out.until_date.CopyFrom(date_message(until))
        blocked = left(kept.blocked, REASONS.get(reason, 0), places) if remove else [*kept.blocked, out]
        request = pb.BlockPlacesRequest(parent=name, blocked=blocked, etag=kept.etag, request_id=str(uuid.uuid4()))
        answer = connection.capacity.BlockPlaces(request)
    show(document(answer), view(answer, lang), json)


def left(blocked: Sequence[pb.BlockedPlaces], reason: int, places: int) -> Iterator[pb.BlockedPlaces]:
    """What stays out of use once so many places of a reason, or of any, are used again; all of them for 0."""
    to_remove = places or sum(each.place_count for each in blocked)
    for each in blocked:
        freed = min(to_remove, each.place_count) if reason in (0, each.reason) else 0
        to_remove -= freed
        if each.place_count > freed:
            rest = pb.BlockedPlaces()
            rest.CopyFrom(each)
            rest.place_count -= freed
            yield rest
