"""What comes of follow-ups: actions, concerns, trends, visits, training, support, cost."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rich.console import RenderableType

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import Verbatim, day, indented, kroner, moment, short, table, title

ACTION_STATES = {
    pb.ACTION_STATE_OPEN: "open",
    pb.ACTION_STATE_DONE: "done",
    pb.ACTION_STATE_NOT_DONE: "not done",
}
REASONS = {
    placements.RISK_REASON_CONCERN: "a consultant is concerned",
    placements.RISK_REASON_FALLING_WELLBEING: "the child is less well than before",
}
COURSES = {
    pb.COURSE_STATE_MISSING: "missing",
    pb.COURSE_STATE_WAIVED: "waived",
    pb.COURSE_STATE_COMPLETED: "completed",
}
SUPPORT_KINDS = {
    pb.SUPPORT_KIND_INTENSIVE: "intensive support",
    pb.SUPPORT_KIND_SUPERVISION: "supervision",
    pb.SUPPORT_KIND_RELIEF: "relief",
}
FEES = {
    families.FEE_KIND_ORDINARY: "ordinary fee",
    families.FEE_KIND_EMERGENCY: "emergency fee",
    families.FEE_KIND_RELIEF: "relief fee",
    families.FEE_KIND_FEE_UNIT: "fee units",
    families.FEE_KIND_BOARD: "board and lodging",
    families.FEE_KIND_BOARD_THIRD_CHILD: "board and lodging, from a third child on",
}


def actions(answer: pb.ListActionsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Agreed actions with their names, so that somebody can say what became of them."""
    yield f"{count(len(answer.actions), 'action', lang)}."
    rows = table("=Name", "What", "Who", "=By", "#Days overdue", "=State", lang=lang)
    for each in answer.actions:
        state, agreed = phrase(ACTION_STATES[each.state], lang), each.action
        overdue = str(each.days_overdue or "")
        rows.add_row(each.name, agreed.what, agreed.owner, day(agreed.due_date), overdue, state)
    if answer.actions:
        yield rows


def risk_views(
    answer: placements.ListRiskViewsResponse, lang: Lang, told: Mapping[str, str] = MappingProxyType({})
) -> Iterator[RenderableType]:
    """Placements that somebody has to look at, with what was told by source, and what came of those looked at."""
    yield f"{count(len(answer.risk_views), 'concern', lang)}."
    for each in answer.risk_views:
        why = ", ".join(phrase(REASONS[reason], lang) for reason in each.reasons)
        yield ""
        yield title(f"{short(each.child)}, {day(each.told_date)}: {why}")
        if words := told.get(each.source):
            yield indented(words)
        looked = phrase("What came of it: {words}", lang, words=each.words)
        yield indented(looked if each.words else phrase("Nobody has looked yet.", lang))
        yield Verbatim(f"   {each.name}")


def trend(answer: pb.FollowUpTrend, lang: Lang) -> Iterator[RenderableType]:
    """One row for each visit: a concern or none, the authority's own scale where it has one, and what was done."""
    yield phrase("How {family} fared, visit by visit.", lang, family=short(answer.family))
    rows = table("=Visit", "Concern", "#K", "#R", "#I", "#T", "#H", "#Agreed", "#Done", "#Not done", lang=lang)
    for each in answer.points:
        steps = (each.competences, each.resources, each.involvement, each.trust, each.everyday_life)
        counts = (each.agreed_count, each.done_count, each.not_done_count)
        concern = phrase("yes" if each.concern else "no", lang)
        rows.add_row(day(each.visit_date), concern, *(str(step or "") for step in steps), *map(str, counts))
    yield rows


def coverage(answer: pb.FollowUpCoverage, lang: Lang) -> Iterator[RenderableType]:
    """Families in time of those that were due, by consultant."""
    period = {"first": day(answer.from_date), "last": day(answer.until_date)}
    yield phrase("Followed up in time, from {first} to {last}.", lang, **period)
    rows = table("=Consultant", "#Families due", "#In time", lang=lang)
    for each in answer.consultants:
        rows.add_row(short(each.consultant), str(each.due_family_count), str(each.in_time_family_count))
    yield rows


def visits(answer: pb.ListSupervisionVisitsDueResponse, lang: Lang) -> Iterator[RenderableType]:
    """When families are to be visited for supervision."""
    families_due = count(len(answer.visits_due), "family", lang)
    yield phrase("{families} to visit; {number} overdue.", lang, families=families_due, number=answer.overdue_count)
    rows = table("=Family", "Town", "=Child", "=Last visit", "=By", "#Days overdue", lang=lang)
    for each in answer.visits_due:
        last, due = day(each.last_visit_date), day(each.due_date)
        child = short(each.child) if each.child else ""
        rows.add_row(short(each.family), each.town, child, last, due, str(each.days_overdue or ""))
    yield rows


def training(answer: pb.ListTrainingResponse, lang: Lang) -> Iterator[RenderableType]:
    """Course, goals and days of each family."""
    yield f"{count(len(answer.families), 'family', lang)}."
    rows = table("=Family", "Course", "#Goals missing", "#Days", "#Days needed", lang=lang)
    for each in answer.families:
        course, missing = phrase(COURSES[each.course], lang), str(len(each.missing_goals) or "")
        rows.add_row(short(each.family), course, missing, str(each.day_count), str(each.needed_day_count))
    yield rows


def support(answer: pb.ListSupportAgreementsResponse, lang: Lang) -> Iterator[RenderableType]:
    """What was agreed on, from when to when, with the names that end it."""
    yield f"{count(len(answer.agreements), 'agreement', lang)}."
    rows = table("=Name", "Kind", "What", "=From", "=Through", lang=lang)
    for each in answer.agreements:
        kind = phrase(SUPPORT_KINDS[each.kind], lang)
        rows.add_row(each.name, kind, each.what, day(each.from_date), day(each.until_date))
    if answer.agreements:
        yield rows


def support_due(answer: pb.ListIntensiveSupportDueResponse, lang: Lang) -> Iterator[RenderableType]:
    """Children without intensive support, with the family where each lives since when."""
    yield phrase("{children} without intensive support.", lang, children=count(answer.total_count, "child", lang))
    rows = table("=Child", "=Family", "Town", "=Came", "=First year through", lang=lang)
    for each in answer.support_due:
        came, until = day(each.arrival_date), day(each.first_year_until_date)
        rows.add_row(short(each.child), short(each.family), each.town, came, until)
    if answer.support_due:
        yield rows


def drafts(answer: pb.ListFollowUpDraftsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Drafts with something in them, each with what was typed."""
    written = [each for each in answer.drafts if each.fields]
    yield f"{count(len(written), 'draft', lang)}."
    for each in written:
        yield ""
        yield title(each.name.split("/")[1])
        yield from (f"{field.field}: {field.text}" for field in each.fields)


def visited(answer: pb.ListSupervisionVisitsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Supervision visits, each with its talks."""
    yield f"{count(len(answer.visits), 'visit', lang)}."
    for each in answer.visits:
        yield ""
        yield from visit(each, lang)


def next_visit(answer: pb.NextVisit, lang: Lang) -> Iterator[RenderableType]:
    """When to follow up next."""
    days = {"family": short(answer.family), "latest": day(answer.latest_date)}
    if not answer.HasField("proposed_date"):
        yield phrase("{family} may be followed up whenever it suits, by {latest}.", lang, **days)
        return
    proposed = day(answer.proposed_date)
    yield phrase("{family} is to be followed up on {day}, and no later than {latest}.", lang, day=proposed, **days)


def discarded(answer: pb.FollowUpDraft, lang: Lang) -> Iterator[RenderableType]:
    """That a draft is gone."""
    yield phrase("Your draft of {family} is gone.", lang, family=answer.name.split("/")[1])


def policies(answer: pb.ListSupportPoliciesResponse, lang: Lang) -> Iterator[RenderableType]:
    """An authority's policies, the latest first."""
    if not answer.policies:
        yield phrase("Nothing was decided: Havn's own default holds, as `havn krith policy` tells it.", lang)
    for number, each in enumerate(answer.policies):
        if number:
            yield ""
        yield from policy(each, lang)
        decided = {"user": each.author, "moment": moment(each.create_time), "reason": each.reason}
        yield phrase("Decided by {user} on {moment}: {reason}", lang, **decided)


def visit(answer: pb.SupervisionVisit, lang: Lang) -> Iterator[RenderableType]:
    """A supervision visit, with who was talked with."""
    family = answer.name.split("/")[1]
    yield title(phrase("Supervision of {family}, visited {day}", lang, family=family, day=day(answer.visit_date)))
    yield answer.note
    for each in answer.talks:
        how = "talked with alone" if each.staff_absent else "talked with" if each.held else "not talked with"
        yield phrase(
            "{child}: {how}. {reason}", lang, child=short(each.child), how=phrase(how, lang), reason=each.reason
        )


def policy(answer: pb.SupportPolicy, lang: Lang) -> Iterator[RenderableType]:
    """An authority's policy, with the scale where it has one."""
    yield phrase(
        "How {authority} follows families ({version}).", lang, authority=short(answer.authority), version=answer.version
    )
    rows = table("What", "#How many", lang=lang)
    weeks = ", ".join(map(str, answer.first_weeks))
    rows.add_row(phrase("First visits, in weeks after the child came", lang), weeks)
    rows.add_row(phrase("Then weeks from visit to visit, for severe needs", lang), str(answer.severe_weeks))
    rows.add_row(phrase("for moderate needs", lang), str(answer.moderate_weeks))
    rows.add_row(phrase("for light needs", lang), str(answer.light_weeks))
    rows.add_row(phrase("Supervision visits a year", lang), str(answer.supervision_visits_per_year))
    rows.add_row(phrase("Training days a year", lang), str(answer.training_days_per_year))
    yield rows
    yield from (f"{step.value} – {step.wording}" for step in answer.scale)


def cost(answer: pb.FamilyCost, lang: Lang) -> Iterator[RenderableType]:
    """The figure, and where it comes from."""
    family = short(answer.family)
    if not answer.HasField("amount"):
        yield phrase("What a child costs in {family} is not known.", lang, family=family)
        return
    amount = kroner(answer.amount, lang)
    yield phrase("A child costs {amount} a day in {family}.", lang, amount=amount, family=family)
    if answer.agreed:
        yield phrase("That was agreed on with the family.", lang)
    else:
        yield _parts_of_cost(answer, lang)
    if answer.rates:
        yield _costs_by_age(answer, lang)
    if answer.children:
        yield _costs_of_children(answer, lang)


def _parts_of_cost(answer: pb.FamilyCost, lang: Lang) -> RenderableType:
    rows = table("Part", "#A day", "Source", lang=lang)
    for part in answer.parts:
        rows.add_row(phrase(FEES[part.kind], lang), kroner(part.amount, lang), part.source)
    return rows


def _costs_by_age(answer: pb.FamilyCost, lang: Lang) -> RenderableType:
    rows = table("Ages", "From child number", "#A day", lang=lang)
    for rate in reversed(answer.rates):
        ages = f"{rate.ages.min}–{rate.ages.max}"
        rows.add_row(ages, str(rate.from_child_number), kroner(rate.amount, lang))
    return rows


def _costs_of_children(answer: pb.FamilyCost, lang: Lang) -> RenderableType:
    rows = table("Child", "Age", "#A day", lang=lang)
    for each in answer.children:
        child = short(each.child) or phrase("placed by another authority", lang)
        amount = kroner(each.amount, lang) if each.HasField("amount") else ""
        rows.add_row(child, str(each.age) if each.HasField("age") else "", amount)
    return rows
