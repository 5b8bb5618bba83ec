"""Ventetider: how long groups of children have waited, as a chart, as figures and as a file, and who left the list."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as pb
from havn.terms.v1 import terms_pb2
from services.console import sections, terms
from services.console.charts import Bar, Chart
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.console.searches import Search
from services.console.visits import Page, Visit, may
from services.shared.cells import protected
from services.shared.names import last_part

SERVICE = "havn.capacity.v1.WaitingListsService"
TIMES, EXITS = f"{SERVICE}.GetWaitingTimes", f"{SERVICE}.ListWaitingListExits"
LIST = "havn.capacity.v1.CapacityService.ListWaitingList"
SHOWN = 50

REASONS = {"placed": capacity.EXIT_REASON_PLACED, "withdrawn": capacity.EXIT_REASON_WITHDRAWN}
"""Why somebody left, by the names that addresses give it."""


@dataclass(frozen=True)
class Dimension:
    """The groups of children who have something in common, those who have waited longest first."""

    id: str
    title: str
    chart: Chart | None
    groups: Sequence[tuple[str, pb.WaitingGroup]]
    hidden: bool
    """Whether some groups are not told."""


async def show(visit: Visit) -> Response:
    """Waiting times: of one's own list whole, or as they may leave the authority."""
    for_others = visit.request.query_params.get("for-others") == "yes"
    times = await visit.services.waiting.GetWaitingTimes(pb.GetWaitingTimesRequest(for_others=for_others))
    return visit.page(
        "waiting_times.html",
        times=times,
        dimensions=dimensions(times, links=may(visit.caller, LIST)),
        may_choose=may(visit.caller, LIST),
        sections=sections.of_waiting(visit),
    )


async def export(visit: Visit) -> Response:
    """The figures as they may leave the authority, as a file."""
    times = await visit.services.waiting.GetWaitingTimes(pb.GetWaitingTimesRequest(for_others=True))
    today = visit.console.clock.today()
    headers = {"content-disposition": f'attachment; filename="havn-waiting-times_{today}.csv"'}
    return Response(written(times), media_type="text/csv; charset=utf-8", headers=headers)


async def exits(visit: Visit) -> Response:
    """Who left the waiting list, the latest first, and how many for each reason."""
    query = visit.request.query_params
    chosen = query.get("reason", "") if query.get("reason", "") in REASONS else ""
    request = pb.ListWaitingListExitsRequest(
        page_size=SHOWN,
        page_token=query.get("from", ""),
        reason=REASONS.get(chosen, capacity.EXIT_REASON_UNSPECIFIED),
        counted=True,
    )
    found = await visit.services.waiting.ListWaitingListExits(request)
    counts = {each.reason: each.count for each in found.counts}
    names = {"placed": _("The child has its place"), "withdrawn": _("Taken off, with a reason")}
    return visit.page(
        "waiting_exits.html",
        exits=found.exits,
        older=found.next_page_token,
        chosen=chosen,
        choices=[("", _("All"), sum(counts.values()))]
        + [(name, text, counts.get(REASONS[name], 0)) for name, text in names.items()],
        reasons={REASONS[name]: text for name, text in names.items()},
        sections=sections.of_waiting(visit),
        last_part=last_part,
    )


def dimensions(times: pb.WaitingTimes, *, links: bool) -> list[Dimension]:
    """The groups by what they are grouped by, those that have waited longest first."""
    found = []
    for number, (id, title) in _dimensions().items():
        of_it = [group for group in times.groups if group.dimension == number]
        told = sorted((group for group in of_it if not group.suppressed), key=lambda group: -group.median_days)
        named = [(_name(group), group) for group in told]
        bars = [Bar(name, group.median_days, _waited(group), _path(group) if links else "") for name, group in named]
        chart = Chart(_("Days waited"), bars, title) if bars else None
        if of_it:
            found.append(Dimension(id, title, chart, named, len(told) < len(of_it)))
    return found


def written(times: pb.WaitingTimes) -> bytes:
    """The figures as a file that Danish spreadsheets open as it is; a group that is not told has no figures."""
    file = io.StringIO()
    lines = csv.writer(file, delimiter=";")
    lines.writerow([_("Grouped by"), _("Group"), _("Children"), _("Days waited, the middle one")])
    lines.writerow([_("All"), "", *_figures(times.all)])
    titles = _dimensions()
    for group in times.groups:
        name = "" if group.suppressed else _name(group)
        lines.writerow([titles[group.dimension][1], protected(name), *_figures(group)])
    return file.getvalue().encode("utf-8-sig")


def _figures(group: pb.WaitingGroup) -> Iterable[str]:
    if group.suppressed:
        return _("not told: 5 or fewer"), ""
    return str(group.child_count), str(group.median_days)


def _dimensions() -> dict[pb.WaitingDimension.ValueType, tuple[str, str]]:
    return {
        pb.WAITING_DIMENSION_TOWN: ("town", _("Town")),
        pb.WAITING_DIMENSION_LANGUAGE: ("language", _("Language")),
        pb.WAITING_DIMENSION_GENDER: ("gender", _("Gender")),
        pb.WAITING_DIMENSION_SIBLINGS: ("siblings", _("Siblings")),
    }


def _name(group: pb.WaitingGroup) -> str:
    """What a group is called; what is not stated is said to be."""
    if group.dimension == pb.WAITING_DIMENSION_LANGUAGE and group.key:
        return terms.spoken([terms_pb2.Language.Value(group.key)]) or _("not stated")
    if group.dimension == pb.WAITING_DIMENSION_GENDER:
        return {"GENDER_GIRL": _("Girls"), "GENDER_BOY": _("Boys")}.get(group.key, _("not stated"))
    if group.dimension == pb.WAITING_DIMENSION_SIBLINGS:
        return _("With siblings") if group.key == "WITH_SIBLINGS" else _("Alone")
    return group.key or _("not stated")


def _path(group: pb.WaitingGroup) -> str:
    """Where the children of a group are listed, where the list can be asked for them."""
    if group.dimension == pb.WAITING_DIMENSION_TOWN and group.key:
        return Search(town=group.key).path()
    return Search(siblings=True).path() if group.key == "WITH_SIBLINGS" else ""


def _waited(group: pb.WaitingGroup) -> str:
    days = ngettext("%(num)s day", "%(num)s days", group.median_days) % {"num": group.median_days}
    children = ngettext("%(num)s child", "%(num)s children", group.child_count) % {"num": group.child_count}
    return f"{days}, {children}"


PAGES = (
    Page("/waiting-list/times", show, TIMES),
    Page("/waiting-list/times.csv", export, TIMES),
    Page("/waiting-list/exits", exits, EXITS),
)
