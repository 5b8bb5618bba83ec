"""How long groups of children wait."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import waiting_pb2 as pb
from services.havn.views.phrases import Lang, phrase
from services.havn.views.words import day, table

DIMENSIONS = {
    pb.WAITING_DIMENSION_UNSPECIFIED: "all",
    pb.WAITING_DIMENSION_TOWN: "town",
    pb.WAITING_DIMENSION_LANGUAGE: "language",
    pb.WAITING_DIMENSION_GENDER: "gender",
    pb.WAITING_DIMENSION_SIBLINGS: "siblings",
}
SAID = {
    "GENDER_GIRL": "girl",
    "GENDER_BOY": "boy",
    "GENDER_UNSPECIFIED": "not stated",
    "": "not stated",
    "WITH_SIBLINGS": "with siblings",
    "ALONE": "alone",
}
_LANGUAGE = "LANGUAGE_"


def waiting_times(times: pb.WaitingTimes, lang: Lang) -> Iterator[RenderableType]:
    """All, then each group."""
    yield phrase("Those who wait on {day}.", lang, day=day(times.as_of_date))
    yield ""
    rows = table("=By", "=Group", "#Children", "#Median days", "#Longest", lang=lang)
    for group in (times.all, *times.groups):
        by = phrase(DIMENSIONS[group.dimension], lang)
        rows.add_row(by, _said(group, lang), *_figures(group, lang, for_others=times.for_others))
    yield rows


def _said(group: pb.WaitingGroup, lang: Lang) -> str:
    if group.dimension == pb.WAITING_DIMENSION_UNSPECIFIED:
        return ""
    if group.suppressed:
        return phrase("the others", lang)
    if group.key.startswith(_LANGUAGE):
        return group.key.removeprefix(_LANGUAGE).capitalize()
    return phrase(SAID[group.key], lang) if group.key in SAID else group.key


def _figures(group: pb.WaitingGroup, lang: Lang, *, for_others: bool) -> tuple[str, str, str]:
    if group.suppressed:
        return phrase("not told", lang), "", ""
    return str(group.child_count), str(group.median_days), "" if for_others else str(group.longest_days)
