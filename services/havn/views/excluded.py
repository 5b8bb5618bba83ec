"""Homes that do not fit, and why not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from havn.access.v1.access_pb2 import Role
from havn.matching.v1.matching_pb2 import ExcludedHome, Refusal
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import home, indented, inner, listed, place, points, said, table, title


def excluded_by_rule(homes: Sequence[ExcludedHome], lang: Lang) -> Iterator[RenderableType]:
    """How many homes each rule stands against, and for how many it is the only one."""
    yield _heading(homes, lang)
    found: dict[tuple[str, str], list[tuple[Refusal, bool]]] = defaultdict(list)
    for each in homes:
        for refusal in each.refusals:
            found[refusal.rule, refusal.code].append((refusal, len(each.refusals) == 1))
    rows = table("=Rule", "#Homes", "#Alone", "Why not, for example", lang=lang)
    for (rule, _), refusals in sorted(found.items(), key=lambda item: (-len(item[1]), int(item[0][0][1:]))):
        alone = sum(only for _, only in refusals)
        rows.add_row(rule, str(len(refusals)), str(alone), f"{said(refusals[0][0].words, lang)}.")
    yield rows
    yield phrase("Alone: for so many homes it is the only rule. --all tells each home, --why-not HOME one.", lang)


def each_excluded(homes: Sequence[ExcludedHome], lang: Lang) -> Iterator[RenderableType]:
    """Each home with every rule against it, who may waive it, and the single change that would include it."""
    yield _heading(homes, lang)
    for each in homes:
        yield f"{home(each.home.name)}  {place(each.home, lang)}"
        yield indented(points(_against(refusal, lang) for refusal in each.refusals))


def _heading(homes: Sequence[ExcludedHome], lang: Lang) -> RenderableType:
    return title(f"{phrase('{homes} not fit', lang, homes=count(len(homes), 'home does', lang))}:")


def _against(refusal: Refusal, lang: Lang) -> str:
    told = [f"{refusal.rule}: {said(refusal.words, lang)}."]
    if refusal.waivable_by:
        roles = listed((_role(role, lang) for role in refusal.waivable_by), lang)
        told.append(phrase("May be waived by: {roles}.", lang, roles=roles))
    if refusal.HasField("change"):
        told.append(phrase("It would fit if: {change}.", lang, change=inner(said(refusal.change, lang))))
    return " ".join(told)


def _role(role: Role.ValueType, lang: Lang) -> str:
    return phrase(Role.Name(role).removeprefix("ROLE_").replace("_", " ").lower(), lang)
