"""Foster families: where each stands, and what happened on its way."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.access.v1.access_pb2 import Role
from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.havn.importing.family_columns import FAMILIES
from services.havn.views.audit import PURPOSES
from services.havn.views.krith import FEES
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.records import filled, record
from services.havn.views.words import day, indented, kroner, listed, moment, points, said, short, table, title

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
    pb.PROFILE_VIEW_KIND_SUGGESTED: "as a suggestion for a child",
}

MEMBERS = {
    pb.HOUSEHOLD_ROLE_UNSPECIFIED: "unknown",
    pb.HOUSEHOLD_ROLE_FOSTER_PARENT: "foster parent",
    pb.HOUSEHOLD_ROLE_ADULT: "another adult",
    pb.HOUSEHOLD_ROLE_OWN_CHILD: "own child",
}
CERTIFICATES = {
    pb.CERTIFICATE_KIND_CRIMINAL_RECORD: "criminal record",
    pb.CERTIFICATE_KIND_CHILD: "child certificate",
    pb.CERTIFICATE_KIND_HEALTH: "health certificate",
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
    rows = table("=When", "How", "What for", "Role", "=Authority", "Who", lang=lang)
    for look in answer.profile_views:
        roles = listed((phrase(_role(role), lang) for role in look.roles), lang)
        kind, authority = phrase(LOOKS[look.kind], lang), short(look.viewer_authority)
        purpose = phrase(PURPOSES[look.purpose], lang)
        rows.add_row(moment(look.view_time), kind, purpose, roles, authority, short(look.person))
    yield rows


def profile(found: pb.FosterFamily, lang: Lang) -> Iterator[RenderableType]:
    """What is known of a family, and who lives there."""
    yield from record(found.name, filled(FAMILIES, found, but=("history", "conflicts")), found, lang)
    yield ""
    yield from household(found, lang)


def household(found: pb.FosterFamily, lang: Lang) -> Iterator[RenderableType]:
    """Who lives in a family's home, with the day that each certificate is to be renewed by."""
    rows = table("=Person", "Who", "=Born", "=Criminal record", "=Child certificate", "=Health certificate", lang=lang)
    for each in found.household:
        seen = each.criminal_record, each.child_certificate, each.health_certificate
        renewed = (day(certificate.renew_by_date) for certificate in seen)
        rows.add_row(short(each.person), phrase(MEMBERS[each.role], lang), day(each.birth_date), *renewed)
    yield rows


def children(answer: support.ListResidentsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who lives in a family, who came first before the others."""
    yield f"{count(len(answer.residents), 'child', lang)}."
    rows = table("=Child", "=Came", lang=lang)
    for each in answer.residents:
        rows.add_row(short(each.child), day(each.arrival_date))
    if answer.residents:
        yield rows


def certificates_due(answer: pb.ListCertificatesDueResponse, lang: Lang) -> Iterator[RenderableType]:
    """Certificates that are missing or to be renewed, the missing ones first."""
    due = count(answer.total_count, "certificate", lang)
    yield phrase("{certificates} due; {number} missing.", lang, certificates=due, number=answer.missing_count)
    if not answer.certificates_due:
        return
    yield ""
    rows = table("=Family", "=Person", "What", "=Since", "=Deadline", "What the rule says", lang=lang)
    for each in answer.certificates_due:
        kind = phrase(CERTIFICATES[each.kind], lang)
        deadline = day(each.deadline_date) if each.HasField("deadline_date") else ""
        since = "" if deadline and not each.overdue else day(each.due_date)
        rows.add_row(short(each.family), short(each.person), kind, since, deadline, said(each.words, lang))
    yield rows


def fees(answer: support.ListFeesResponse, lang: Lang) -> Iterator[RenderableType]:
    """The tables of fees."""
    yield f"{count(len(answer.fees), 'fee', lang)}."
    rows = table("=Where", "Part", "#Amount", "=For", "=Ages", "=From", "Source", lang=lang)
    for each in answer.fees:
        period = phrase("a month" if each.per_month else "a day", lang)
        ages = f"{each.ages.min}–{each.ages.max}" if each.HasField("ages") else ""
        amount = kroner(each.amount, lang)
        rows.add_row(
            each.jurisdiction, phrase(FEES[each.kind], lang), amount, period, ages, day(each.from_date), each.source
        )
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
