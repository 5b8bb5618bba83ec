"""Homes that do not fit, and why not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from havn.access.v1.access_pb2 import Role
from havn.matching.v1.matching_pb2 import ExcludedHome, Refusal
from services.havn.views.words import Lang, count, home, indented, listed, points, said, table, title


def excluded_by_rule(homes: Sequence[ExcludedHome], lang: Lang) -> Iterator[RenderableType]:
    """How many homes each rule stands against, and for how many it is the only one."""
    yield title(f"{count(len(homes), 'home does', 'homes do')} not fit:")
    found: dict[tuple[str, str], list[tuple[Refusal, bool]]] = defaultdict(list)
    for each in homes:
        for refusal in each.refusals:
            found[refusal.rule, refusal.code].append((refusal, len(each.refusals) == 1))
    rows = table("Rule", "Why not", "#Homes", "#Only this", "For example")
    for (rule, code), refusals in sorted(found.items(), key=lambda item: (-len(item[1]), int(item[0][0][1:]))):
        only = sum(alone for _, alone in refusals)
        why = code.replace("_", " ").lower()
        rows.add_row(rule, why, str(len(refusals)), str(only), f"{said(refusals[0][0].words, lang)}.")
    yield rows
    yield "--all tells each home with its rule; --why-not HOME tells one."


def each_excluded(homes: Sequence[ExcludedHome], lang: Lang) -> Iterator[RenderableType]:
    """Each home with every rule against it, who may waive it, and the single change that would include it."""
    yield title(f"{count(len(homes), 'home does', 'homes do')} not fit:")
    for each in homes:
        yield f"{home(each.home.name)}  {each.home.display_name}, {each.home.town}, step {each.home.step}"
        yield indented(points(_against(refusal, lang) for refusal in each.refusals))


def _against(refusal: Refusal, lang: Lang) -> str:
    waivers = [Role.Name(role).removeprefix("ROLE_").replace("_", " ").lower() for role in refusal.waivable_by]
    waiver = f" May be waived by: {listed(waivers)}." if waivers else ""
    change = f" It would fit if: {said(refusal.change, lang)}." if refusal.HasField("change") else ""
    return f"{refusal.rule}: {said(refusal.words, lang)}.{waiver}{change}"
