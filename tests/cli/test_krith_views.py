"""What comes of follow-ups, as the commands tell it."""

from rich.console import Console

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.havn.views import follow_ups, krith
from services.havn.views.phrases import Lang
from tests import cast


def told(rendered: cast.Value) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(*rendered, sep="\n")
    return captured.get()


def test_a_cost_says_where_each_figure_comes_from() -> None:
    part = families.CostPart(kind=families.FEE_KIND_ORDINARY, amount=cast.kroner(174), source="qeqqata.gl (undated)")
    cost = pb.FamilyCost(family="families/f-1", amount=cast.kroner(174), parts=[part])
    text = told(krith.cost(cost, Lang.DA))
    assert "Et barn koster 174 kr. om dagen hos f-1." in text
    assert "almindeligt plejevederlag" in text
    assert "qeqqata.gl (undated)" in text


def test_a_cost_that_was_agreed_on_or_is_unknown_says_so() -> None:
    agreed = pb.FamilyCost(family="families/f-1", amount=cast.kroner(500), agreed=True)
    assert "That was agreed on with the family." in told(krith.cost(agreed, Lang.EN))
    assert "is not known" in told(krith.cost(pb.FamilyCost(family="families/f-1"), Lang.EN))


def test_a_cost_tells_what_each_age_and_each_child_who_lives_there_costs() -> None:
    ages = families.AgeRange(min=10, max=23)
    rate = families.ChildRate(ages=ages, from_child_number=3, amount=cast.kroner(647))
    children = [
        pb.ChildCost(child="children/c-7", child_number=1, age=12, amount=cast.kroner(677)),
        pb.ChildCost(child_number=2, amount=cast.kroner(664)),
    ]
    cost = pb.FamilyCost(family="families/f-1", amount=cast.kroner(677), rates=[rate], children=children)
    text = told(krith.cost(cost, Lang.DA))
    assert all(words in text for words in ("10–23", "647 kr.", "c-7", "12", "664 kr.", "anbragt af en anden myndighed"))


def test_actions_and_concerns_are_told_with_the_names_that_end_them() -> None:
    action = families.FollowUpAction(what="Call the school", owner="Ane", due_date=cast.day(-2))
    agreed = pb.AgreedAction(
        name="families/f-1/followUps/1/actions/1", action=action, state=pb.ACTION_STATE_OPEN, days_overdue=2
    )
    text = told(krith.actions(pb.ListActionsResponse(actions=[agreed]), Lang.EN))
    assert all(words in text for words in (agreed.name, "Call the school", "Ane", "open", "2026-02-28"))
    view = placements.RiskView(
        name="placements/p/riskViews/1", child="children/c-7", reasons=[placements.RISK_REASON_CONCERN]
    )
    text = told(krith.risk_views(placements.ListRiskViewsResponse(risk_views=[view]), Lang.DA))
    assert all(words in text for words in (view.name, "c-7", "en familieplejekonsulent er bekymret"))


def test_a_concern_is_told_with_its_words_and_with_what_came_of_it() -> None:
    source = "families/f-1/followUps/u-1"
    views = [
        placements.RiskView(name="placements/p/riskViews/1", source=source),
        placements.RiskView(name="placements/p/riskViews/2", words="Talked with the school"),
    ]
    answer = placements.ListRiskViewsResponse(risk_views=views)
    text = told(krith.risk_views(answer, Lang.EN, {source: "It sleeps badly"}))
    assert [line.strip() for line in text.splitlines() if line.startswith("   ")] == [
        "It sleeps badly",
        "Nobody has looked yet.",
        views[0].name,
        "What came of it: Talked with the school",
        views[1].name,
    ]


def test_the_next_visit_is_told_where_a_cadence_says_one() -> None:
    bound = pb.NextVisit(family="families/f-1", latest_date=cast.day(100))
    assert told(krith.next_visit(bound, Lang.EN)).startswith("f-1 may be followed up whenever it suits, by 2026-06-10.")
    bound.proposed_date.CopyFrom(cast.day(7))
    text = told(krith.next_visit(bound, Lang.DA))
    assert text.strip() == "f-1 skal følges op den 2026-03-09 og senest 2026-06-10."


def test_nothing_decided_is_no_empty_answer() -> None:
    assert "Havns egen standard" in told(krith.policies(pb.ListSupportPoliciesResponse(), Lang.DA))


def test_a_trend_shows_a_scale_only_where_one_was_used() -> None:
    points = [
        pb.TrendPoint(visit_date=cast.day(-9), concern=True, trust=3, agreed_count=2, done_count=1),
        pb.TrendPoint(visit_date=cast.day(-1)),
    ]
    *_, first, second = told(krith.trend(pb.FollowUpTrend(family="families/f-1", points=points), Lang.EN)).splitlines()
    assert first.split() == ["2026-02-21", "yes", "3", "2", "1", "0"]
    assert second.split() == ["2026-03-01", "no", "0", "0", "0"]


def test_a_draft_is_told_with_what_was_typed_and_an_empty_one_is_none() -> None:
    written = pb.FollowUpDraft(
        name="families/f-1/followUpDrafts/c", fields=[pb.DraftField(field="trust.note", text="Half a [sentence]")]
    )
    empty = pb.FollowUpDraft(name="families/f-2/followUpDrafts/c")
    text = told(krith.drafts(pb.ListFollowUpDraftsResponse(drafts=[written, empty]), Lang.DA))
    assert "1 kladde." in text
    assert "f-1" in text
    assert "trust.note: Half a " in text
    assert "f-2" not in text


def test_a_policy_tells_its_cadence_and_the_wording_of_its_scale() -> None:
    policy = cast.a_policy(authority="authorities/kujalleq", light_weeks=13)
    text = told(krith.policy(policy, Lang.DA))
    assert all(words in text for words in ("kujalleq", "13", "ved lette behov", "1 – Wording 1 (invented)"))


def test_k4_a_family_that_is_due_for_some_of_its_children_names_them() -> None:
    children = [
        families.ChildFollowUpDue(child=f"children/{child}", next_visit_date=cast.day(days))
        for child, days in (("c-first", 3), ("c-later", 9))
    ]
    due = families.FollowUpDue(family="families/f-1", next_visit_date=cast.day(3), children=children)
    text = told(follow_ups.follow_ups_due(families.ListFollowUpsDueResponse(follow_ups_due=[due]), Lang.DA))
    assert "c-first" in text
    assert "c-later" not in text
    del due.children[1]
    all_of_them = families.ListFollowUpsDueResponse(follow_ups_due=[due])
    assert "c-first" not in told(follow_ups.follow_ups_due(all_of_them, Lang.DA))
