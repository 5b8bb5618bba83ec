"""Foster families: where each stands, and what happened on its way."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.access.v1.access_pb2 import Role
from havn.families.v1 import families_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, indented, listed, moment, points, short, table, title

STATES = {
    pb.FAMILY_STATE_UNSPECIFIED: "unknown",
    pb.FAMILY_STATE_APPLIED: "applied",
    pb.FAMILY_STATE_ASSESSING: "being assessed",
    pb.FAMILY_STATE_APPROVED: "approved",
    pb.FAMILY_STATE_PAUSED: "paused",
    pb.FAMILY_STATE_EXPIRED: "expired",
    pb.FAMILY_STATE_REFUSED: "refused",
    pb.FAMILY_STATE_ENDED: "is one no more",
}
STEPS = {
    pb.FAMILY_STEP_KIND_APPLIED: "applied",
    pb.FAMILY_STEP_KIND_ASSESSED: "assessed",
    pb.FAMILY_STEP_KIND_APPROVED: "approved",
    pb.FAMILY_STEP_KIND_REFUSED: "refused",
    pb.FAMILY_STEP_KIND_PAUSED: "paused",
    pb.FAMILY_STEP_KIND_RESUMED: "resumed",
    pb.FAMILY_STEP_KIND_ENDED: "is one no more",
    pb.FAMILY_STEP_KIND_RECORDED: "recorded",
}
BREACHES = {
    pb.FAMILY_BREACH_NOT_ASSESSED: "approved without a full assessment",
    pb.FAMILY_BREACH_TYPE_OF_ANOTHER_JURISDICTION: "a type that the jurisdiction does not have",
    pb.FAMILY_BREACH_APPROVED_BEYOND_TYPE: "approved for more than its type covers",
    pb.FAMILY_BREACH_CERTIFICATE_MISSING: "approved while a certificate is missing",
    pb.FAMILY_BREACH_ASSESSED_FOR_ANOTHER_CHILD: "approved for another child than it was assessed for",
    pb.FAMILY_BREACH_TOO_MANY_CHILDREN: "more children live there than it is approved for",
}
LOOKS = {
    pb.PROFILE_VIEW_KIND_OPENED: "opened",
    pb.PROFILE_VIEW_KIND_LISTED: "in a list",
    pb.PROFILE_VIEW_KIND_CHANGED: "entered or changed",
}


def families(answer: pb.ListFosterFamiliesResponse, lang: Lang) -> Iterator[RenderableType]:
    """All families by name, each with where it stands."""
    yield phrase("{families}.", lang, families=count(len(answer.families), "family", lang))
    if not answer.families:
        return
    yield ""
    rows = table("=Family", "Name", "=Town", "=State", "Approved until", "#Amiss", lang=lang)
    for each in answer.families:
        until = day(each.approval.valid_until_date)
        stands = phrase(STATES[each.state], lang)
        rows.add_row(short(each.name), each.display_name, each.town, stands, until, str(len(each.breaches) or ""))
    yield rows


def family(found: pb.FosterFamily, lang: Lang) -> Iterator[RenderableType]:
    """One family."""
    yield title(f"{short(found.name)}  {found.display_name}")
    yield phrase("{town}: {state}.", lang, town=found.town, state=phrase(STATES[found.state], lang))
    if found.breaches:
        yield phrase("What should not be so:", lang)
        yield indented(points(phrase(BREACHES[breach], lang) for breach in found.breaches), 1)
    unsettled = [conflict for conflict in found.conflicts if not conflict.resolution]
    if unsettled:
        yield phrase("What family and consultant say, and nobody has settled:", lang)
        yield indented(points(_conflict(each, lang) for each in unsettled), 1)
    if found.history:
        yield ""
        rows = table("=When", "What happened", "Taken by", "Why", lang=lang)
        for step in found.history:
            rows.add_row(moment(step.taken_time), phrase(STEPS[step.kind], lang), step.taken_by, step.reason)
        yield rows


def profile_views(name: str, answer: pb.ListProfileViewsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who looked at a profile."""
    looks = count(len(answer.profile_views), "look", lang)
    yield phrase("{looks} at the profile of {family}.", lang, looks=looks, family=short(name))
    if not answer.profile_views:
        return
    yield ""
    rows = table("=When", "How", "Role", "=Authority", "Who", lang=lang)
    for look in answer.profile_views:
        roles = listed((phrase(_role(role), lang) for role in look.roles), lang)
        kind, authority = phrase(LOOKS[look.kind], lang), short(look.viewer_authority)
        rows.add_row(moment(look.view_time), kind, roles, authority, short(look.person))
    yield rows


def _role(role: Role.ValueType) -> str:
    return Role.Name(role).removeprefix("ROLE_").replace("_", " ").lower()


def _conflict(conflict: pb.Conflict, lang: Lang) -> str:
    fact = pb.ProfileFact.Name(conflict.fact).removeprefix("PROFILE_FACT_").replace("_", " ").lower()
    told = {"fact": phrase(fact, lang), "family": conflict.family_says, "consultant": conflict.consultant_says}
    if not conflict.consultant_says:
        return phrase("{fact}: the family says “{family}”", lang, fact=told["fact"], family=told["family"])
    if not conflict.family_says:
        return phrase("{fact}: the consultant says “{said}”", lang, fact=told["fact"], said=told["consultant"])
    both = "{fact}: the family says “{family}”, the consultant “{said}”"
    return phrase(both, lang, fact=told["fact"], family=told["family"], said=told["consultant"])
