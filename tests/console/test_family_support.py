"""What was agreed on with families, how they fare, supervision, training and support."""

import html
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.console import languages
from services.console.pages.coverage import in_time
from services.console.pages.family_support import charts
from services.console.pages.follow_up_form import PARTS
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
CHILD = "children/k-supported"
CHILD_OF_OTHERS = "children/k-elsewhere"


@dataclass(frozen=True)
class Supported:
    """A family with something of everything, whose every word is hostile."""

    name: str
    agreement: str


@pytest_asyncio.fixture(scope="module")
async def supported(havn: Havn) -> Supported:
    consultant = havn.as_(cast.CONSULTANT)
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family(display_name=PAYLOAD)))
    placed = cast.a_placement(home=family.name, child=CHILD)
    await havn.as_(cast.COORDINATOR).placements.RecordPlacement(cast.recording(placed))
    scale = [pb.ScaleStep(value=step, wording=f"{PAYLOAD} {step}") for step in (1, 2, 3)]
    await havn.as_(cast.LEADER).support.PublishSupportPolicy(cast.publishing(cast.a_policy(scale=scale)))
    part = families.FollowUpPart(note=PAYLOAD, scale=2)
    actions = [families.FollowUpAction(what=PAYLOAD, owner=PAYLOAD, due_date=cast.day(after)) for after in (0, 7)]
    follow_up = cast.a_follow_up(trust=part, actions=actions, children=[CHILD], visit_date=cast.day(-10))
    await consultant.families.LogFollowUp(cast.logging(family.name, follow_up))
    talk = pb.ChildTalk(child=CHILD, reason=PAYLOAD)
    await consultant.support.LogSupervisionVisit(
        cast.visiting(family.name, cast.a_visit(note=PAYLOAD, talks=[talk], visit_date=cast.day(-20)))
    )
    agreed = cast.an_agreement(what=PAYLOAD, provider=PAYLOAD)
    agreement = await consultant.support.AgreeSupport(cast.agreeing(family.name, agreed))
    return Supported(family.name, agreement.name)


async def lives_there(consultant: Client, family: str) -> bool:
    return bool((await consultant.support.ListResidents(pb.ListResidentsRequest(parent=family))).residents)


async def test_who_has_no_intensive_support_is_counted_listed_and_leads_to_the_form_whoever_placed_the_child(
    visitor: Visitor, havn: Havn
) -> None:
    consultant, elsewhere = havn.as_(cast.CONSULTANT), cast.elsewhere(cast.COORDINATOR)
    family = (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name
    placed = cast.a_placement(home=family, child=CHILD_OF_OTHERS, authority=elsewhere.authority)
    await havn.as_(elsewhere).placements.RecordPlacement(cast.recording(placed))
    await havn.until("families", lambda: lives_there(consultant, family))
    for user in ("consultant", "leader"):
        client = await visitor(user)
        assert 'href="/families#support-due"' in (await client.get("/")).text
    form = f"/{family}/agree?child={CHILD_OF_OTHERS}&kind={pb.SUPPORT_KIND_INTENSIVE}"
    leaders, client = await (await visitor("leader")).get("/families"), await visitor("consultant")
    assert 'id="support-due"' in leaders.text
    assert html.escape(form) not in leaders.text
    assert html.escape(form) in (await client.get("/families")).text
    chosen = f'value="{CHILD_OF_OTHERS}" selected'
    assert chosen in (await client.get(form)).text
    assert CHILD_OF_OTHERS in (await client.get(f"/{family}/follow-up")).text
    assert "anbragt af en anden kommune" in (await client.get(f"/{family}")).text


async def actions_of(havn: Havn, family: str) -> list[pb.AgreedAction]:
    listed = await havn.as_(cast.CONSULTANT).support.ListActions(pb.ListActionsRequest(parent=family))
    return list(listed.actions)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_and_nothing_is_too_wide(
    browsing: Browsing, supported: Supported, width: int, language: str
) -> None:
    paths = ["/actions", "/coverage", *(f"/{supported.name}/{part}" for part in ("support", "agree", "training"))]
    async with browsing.as_("consultant", width, language) as page:
        for path in paths:
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            await expect(page.locator("img[src=x]")).to_have_count(0)
            await expect(page.locator("main")).to_contain_text(PAYLOAD)


async def test_an_action_is_settled_without_script_and_not_done_takes_words(
    browsing: Browsing, supported: Supported, havn: Havn
) -> None:
    async with browsing.as_("consultant", PHONE, script=False) as page:
        await page.goto("/actions")
        first = page.locator(".action").first
        await first.get_by_text("Say what became of it").click()
        async with next_page(page):
            await first.get_by_role("button", name="It was not done").click()
        await expect(page.get_by_text("Say why it was not done.")).to_be_visible()
        await first.get_by_role("textbox").fill("The school was closed (invented)")
        async with next_page(page):
            await first.get_by_role("button", name="It was not done").click()
        await expect(page.get_by_text("It stands among those done or not done")).to_be_visible()
        await page.goto("/actions?state=not-done")
        await expect(page.get_by_text("The school was closed (invented)")).to_be_visible()
    settled = [each for each in await actions_of(havn, supported.name) if each.state == pb.ACTION_STATE_NOT_DONE]
    assert [each.words for each in settled] == ["The school was closed (invented)"]


async def test_an_action_that_somebody_else_settled_is_told(visitor: Visitor, supported: Supported, havn: Havn) -> None:
    client = await visitor("consultant")
    (open_one,) = [each for each in await actions_of(havn, supported.name) if each.state == pb.ACTION_STATE_OPEN][:1]
    form = {"csrf": await csrf(client), "name": open_one.name, "etag": open_one.etag, "became": "done"}
    answers = [await client.post("/actions", data={**form, "key": cast.fresh()}) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Nogen har" in answers[1].text


def a_form(**differing: str) -> dict[str, str]:
    """A follow-up that is filled in well."""
    visit, following = cast.TODAY.isoformat(), (cast.TODAY + timedelta(weeks=1)).isoformat()
    good = {"visit-date": visit, "next-visit-date": following, "concern": "no", "key": cast.fresh()}
    return good | {f"{part}-note": "Seen (invented)" for part in PARTS} | differing


async def test_a_follow_up_offers_the_scale_the_child_who_lives_there_and_the_planned_day(
    visitor: Visitor, supported: Supported, havn: Havn
) -> None:
    client, address = await visitor("consultant"), f"/{supported.name}/follow-up"
    form = (await client.get(address)).text
    # Nothing is chosen for anybody.
    assert form.count('<option value="" selected>') == len(PARTS)
    assert form.count('<option value="3">') == len(PARTS)
    assert f'value="{CHILD}"' in form
    assert "siger planen for familien" in form
    token = await csrf(client)
    for wrong in ("7", "x", "²", "-1"):
        refused = await client.post(address, data=a_form(**{"csrf": token, "trust-scale": wrong}))
        assert (refused.status_code, "trust-scale-error" in refused.text) == (422, True), wrong
    kept = await client.post(address, data=a_form(**{"csrf": token, "trust-scale": "3"}))
    name = kept.headers["location"].strip("/").replace("follow-ups", "followUps")
    logged = await havn.as_(cast.CONSULTANT).families.GetFollowUp(families.GetFollowUpRequest(name=name))
    assert [getattr(logged, part).scale for part in PARTS] == [0, 0, 0, 3, 0]
    read = (await client.get(kept.headers["location"])).text
    assert f"{PAYLOAD} 3" in html.unescape(read), "a step is told in its words"


async def test_nothing_optional_is_chosen_for_whoever_did_not(visitor: Visitor, supported: Supported) -> None:
    form = (await (await visitor("consultant")).get(f"/{supported.name}/supervision-visit")).text
    assert '<option value="" selected>' in form.split('id="talk-0"')[1].split("</select>")[0]


async def test_support_is_agreed_on_and_ended_training_recorded_and_a_visit_logged(
    browsing: Browsing, supported: Supported, havn: Havn
) -> None:
    async with browsing.as_("consultant", script=False) as page:
        await page.goto(f"/{supported.name}/support")
        async with next_page(page):
            await page.get_by_role("link", name="Log a supervision visit").click()
        await page.get_by_label("What you saw").fill("Calm (invented)")
        await page.get_by_label("Did you talk with k-supported?").select_option(label="No")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".form-error-message")).to_contain_text("must say why there was no talk")
        await page.get_by_label("Why not, or why not alone").fill("It was at school (invented)")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("It was at school (invented)")).to_be_visible()

        async with next_page(page):
            await page.get_by_role("link", name="Agree on support").click()
        await page.get_by_label("Which support").select_option(label="Relief")
        await page.get_by_label("What you agreed on").fill("A weekend (invented)")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".form-error-message")).to_have_count(2)
        await page.get_by_label("Which support").select_option(label="Supervision of the foster parents")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("A weekend (invented)").first).to_be_visible()

        await page.goto(f"/{supported.name}/end-support?agreement={supported.agreement}")
        await page.get_by_label("Why").fill("Not needed any more (invented)")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Not needed any more (invented)")).to_be_visible()

        async with next_page(page):
            await page.get_by_role("link", name="Record training or a waiver").click()
        await page.get_by_label("Further training 1: day").fill("2026-02-01")
        await page.get_by_label("Further training 1: on what").fill("Attachment (invented)")
        async with next_page(page):
            await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Attachment (invented)")).to_be_visible()
    kept = await havn.as_(cast.CONSULTANT).families.GetFosterFamily(
        families.GetFosterFamilyRequest(name=supported.name)
    )
    assert kept.training.waived_by == "Leader (invented)"
    assert [each.subject for each in kept.training.days] == ["Attachment (invented)"]


async def test_a_caseworker_logs_a_visit_to_a_family_of_which_nothing_else_is_shown(
    visitor: Visitor, supported: Supported, havn: Havn
) -> None:
    client, address = await visitor("caseworker"), f"/{supported.name}/supervision-visit"
    form = await client.get(address)
    assert form.status_code == 200
    assert PAYLOAD not in html.unescape(form.text)
    assert "/support" not in form.text
    noted = "Seen by the caseworker (invented)"
    sent = {"csrf": await csrf(client), "key": cast.fresh(), "day": cast.TODAY.isoformat(), "note": noted}
    answer = await client.post(address, data={**sent, "talk-0": "alone"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?done=supervision-visit")
    assert "Det står hos familien" in (await client.get(answer.headers["location"])).text
    listed = pb.ListSupervisionVisitsRequest(parent=supported.name)
    visits = (await havn.as_(cast.CONSULTANT).support.ListSupervisionVisits(listed)).visits
    [logged] = [each for each in visits if each.note == noted]
    assert (logged.visitor, logged.talks[0].child) == (cast.CASEWORKER.subject, CHILD)


async def test_others_read_and_change_nothing(visitor: Visitor, supported: Supported) -> None:
    for user in ("leader", "auditor"):
        client = await visitor(user)
        for path in ("/actions", "/coverage", f"/{supported.name}/support"):
            answer = await client.get(path)
            assert answer.status_code == 200, (user, path)
            assert "Sig, hvad der blev af den" not in answer.text
            assert "/agree" not in answer.text


async def test_the_overview_counts_what_waits(visitor: Visitor, supported: Supported) -> None:
    text = (await (await visitor("consultant")).get("/")).text
    assert 'href="/actions"' in text
    assert 'href="/coverage#supervision"' in text


async def test_a_day_that_is_none_is_told_at_its_field(visitor: Visitor) -> None:
    answer = await (await visitor("leader")).get("/coverage?from=yesterday")
    assert answer.status_code == 422
    assert "Skriv dagen som" in answer.text


def test_a_part_is_drawn_where_it_has_steps_told_by_the_wording_of_its_policy() -> None:
    languages.speak(languages.Language.EN)
    policies = [cast.a_policy(scale=[pb.ScaleStep(value=step, wording=f"w{step}") for step in (1, 2, 3, 4)])]
    policies[0].version = "v-1"
    points = [
        pb.TrendPoint(visit_date=cast.day(-9), trust=2, policy_version="v-1"),
        pb.TrendPoint(visit_date=cast.day(-5)),
        pb.TrendPoint(visit_date=cast.day(-1), trust=4, policy_version="gone"),
    ]
    (drawn,) = charts(points, policies)
    assert [(bar.value, bar.told) for bar in drawn.bars] == [(2, "2 – w2"), (4, "4")]
    assert [share for _top, share, _bar in drawn.lines] == [50, 100]


def test_coverage_is_a_share_of_all_that_were_due() -> None:
    languages.speak(languages.Language.EN)
    told = [("users/a", 4, 3), ("", 1, 0)]
    consultants = [
        pb.ConsultantCoverage(consultant=name, due_family_count=due, in_time_family_count=kept)
        for name, due, kept in told
    ]
    drawn = in_time(pb.FollowUpCoverage(consultants=consultants))
    assert [(bar.label, bar.told) for bar in drawn.bars] == [
        ("a", "3 of 4 families"),
        ("Nobody follows them", "0 of 1 family"),
    ]
    assert [share for _top, share, _bar in drawn.lines] == [75, 0]
