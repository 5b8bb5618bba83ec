"""The pages of one family: what is known and amiss, the steps that may be taken, and who has looked."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from havn.families.v1 import families_pb2 as pb
from services.console.forms import Field, Form
from services.console.pages.family import gathered
from services.console.refusals import Refusal
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest_asyncio.fixture(scope="module")
async def hostile(havn: Havn) -> pb.FosterFamily:
    """An approved family whose every word is hostile, with a certificate missing, a child, and something open."""
    consultant, coordinator = havn.as_(cast.CONSULTANT), havn.as_(cast.COORDINATOR)
    words = dict.fromkeys(("care", "attachment", "family_bonds", "commitment", "teamwork"), PAYLOAD)
    said = cast.a_full_family(
        display_name=PAYLOAD,
        household=[cast.a_member()],
        pause=None,
        pets=[PAYLOAD],
        schools=[PAYLOAD],
        school_district=PAYLOAD,
        approval=cast.an_approval(reference=PAYLOAD, conditions=PAYLOAD),
        assessment=cast.an_assessment(certificates_seen_by=PAYLOAD, recommendation=PAYLOAD, **words),
        application=pb.Application(applied_date=cast.day(-200), motivation=PAYLOAD, place_count=2),
        wishes=pb.Wishes(note=PAYLOAD),
        limits=pb.Limits(note=PAYLOAD),
    )
    family = await consultant.families.CreateFosterFamily(cast.entering(said))
    about = pb.PROFILE_FACT_SCHOOLS
    for fact in (pb.PROFILE_FACT_PETS, about):
        family = await havn.as_(cast.member_of(family.name)).families.StateFact(
            pb.StateFactRequest(name=family.name, fact=fact, etag=family.etag, says=PAYLOAD, request_id=cast.fresh())
        )
    family = await consultant.families.ResolveConflict(
        pb.ResolveConflictRequest(
            name=family.name, fact=about, etag=family.etag, resolution=PAYLOAD, request_id=cast.fresh()
        )
    )
    placed = cast.a_placement(home=family.name, child="children/k-lives-there")
    await coordinator.placements.RecordPlacement(cast.recording(placed))
    ended = cast.a_placement(home=family.name, child="children/k-has-left", end_date=cast.day(-1))
    await coordinator.placements.RecordPlacement(cast.recording(ended))
    return family


async def test_a_family_goes_its_way_without_script(browsing: Browsing, havn: Havn) -> None:
    seen = cast.a_certificate(issued_date=cast.day(-30))
    sound = cast.a_sound_member(health_certificate=seen)
    applies = cast.a_family(household=[sound], display_name="Family Way (invented)")
    family = await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(applies))
    async with browsing.as_("consultant", PHONE, script=False) as page:
        await page.goto(f"/{family.name}")
        async with next_page(page):
            await page.get_by_role("link", name="Assess the family").click()
        for name in ("Care", "Attachment", "The child's own family", "Commitment", "Teamwork"):
            await page.get_by_label(name).fill("Calm (invented)")
        async with next_page(page):
            await page.get_by_role("button", name="Keep the assessment").click()
        async with next_page(page):
            await page.get_by_role("link", name="Approve the family").click()
        await page.get_by_label("Number or case reference").fill("A-7")
        await page.get_by_label("Children at a time").fill("two")
        async with next_page(page):
            await page.get_by_role("button", name="Keep the approval").click()
        await expect(page.get_by_text("Write a whole number.")).to_be_visible()
        await expect(page.get_by_label("Number or case reference")).to_have_value("A-7")
        fields = {"Children at a time": "2", "Youngest": "3", "Oldest": "9", "Why": "Assessed (invented)"}
        days = {"First day": cast.day(-1), "Last day": cast.day(300)}
        for name, text in fields.items():
            await page.get_by_label(name).fill(text)
        for name, given in days.items():
            await page.get_by_label(name).fill(f"{given.year}-{given.month:02}-{given.day:02}")
        await page.get_by_label("Need up to").select_option(label="light")
        async with next_page(page):
            await page.get_by_role("button", name="Keep the approval").click()
        await expect(page.get_by_text("The assessment is not complete yet")).to_be_visible()
        await expect(page.get_by_label("Youngest")).to_have_value("3")

        await page.goto(f"/{family.name}/assess")
        await page.get_by_label("Home visit 1: day").fill("2026-02-20")
        await page.get_by_label("Home visit 1: who came").fill("Consultant (invented)")
        await page.get_by_label("Who saw the certificates").fill("Consultant (invented)")
        await page.get_by_label("When").fill("2026-02-21")
        async with next_page(page):
            await page.get_by_role("button", name="Keep the assessment").click()
        await page.goto(f"/{family.name}/approve")
        for name, text in {"Number": "A-7", **fields}.items():
            await page.get_by_label(name).fill(text)
        for name, given in days.items():
            await page.get_by_label(name).fill(f"{given.year}-{given.month:02}-{given.day:02}")
        await page.get_by_label("Need up to").select_option(label="light")
        async with next_page(page):
            await page.get_by_role("button", name="Keep the approval").click()
        for link, button in (
            ("Pause the family", "Keep the pause"),
            ("End the pause", "End the pause"),
            ("End as a foster family", "End as a foster family"),
        ):
            async with next_page(page):
                await page.get_by_role("link", name=link).click()
            async with next_page(page):
                await page.get_by_role("button", name=button).click()
            await expect(page.get_by_text("Fill this in.")).to_be_visible()
            await page.get_by_label("Why").fill(f"{button} (invented)")
            async with next_page(page):
                await page.get_by_role("button", name=button).click()
            await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        await page.goto(f"/{family.name}/history")
        await expect(page.get_by_text("End as a foster family (invented)")).to_be_visible()
    kept = await havn.as_(cast.CONSULTANT).families.GetFosterFamily(pb.GetFosterFamilyRequest(name=family.name))
    taken = [pb.FamilyStepKind.Name(step.kind).removeprefix("FAMILY_STEP_KIND_") for step in kept.history]
    assert taken == ["APPLIED", "ASSESSED", "ASSESSED", "APPROVED", "PAUSED", "RESUMED", "ENDED"]
    assert (kept.history[3].approval.ages.max, kept.history[3].reason) == (9, "Assessed (invented)")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_and_nothing_is_too_wide(
    browsing: Browsing, hostile: pb.FosterFamily, width: int, language: str
) -> None:
    async with browsing.as_("consultant", width, language) as page:
        for part in ("", "/history", "/approve", f"/settle?fact={pb.PROFILE_FACT_PETS}"):
            await page.goto(f"/{hostile.name}{part}")
            assert await violations(page) == [], part
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, part
            await expect(page.locator("img[src=x]")).to_have_count(0)
            await expect(page.locator("main")).to_contain_text(PAYLOAD)


async def test_a_family_tells_what_is_amiss_and_who_lives_there(visitor: Visitor, hostile: pb.FosterFamily) -> None:
    text = (await (await visitor("consultant")).get(f"/{hostile.name}")).text
    assert "Her kan ikke komme et barn: en attest mangler" in text
    assert "Godkendt, mens en attest mangler" in text
    assert "k-lives-there" in text
    assert "k-has-left" not in text
    assert "Familien siger:" in text


async def test_a_family_tells_what_each_child_who_lives_there_costs(
    visitor: Visitor, hostile: pb.FosterFamily, havn: Havn
) -> None:
    client = await visitor("consultant")

    async def costs() -> str:
        return (await client.get(f"/{hostile.name}")).text.partition('<section aria-labelledby="cost">')[2]

    async def told() -> bool:
        return "k-lives-there" in (await costs()).partition("</section>")[0]

    await havn.until("families", told)
    assert re.search(r"k-lives-there</th><td>8 år</td><td class=\"number\">850\skr.</td>", await costs())


async def test_who_may_take_no_step_is_offered_none(visitor: Visitor, hostile: pb.FosterFamily) -> None:
    for user, told in (("consultant", True), ("leader", True), ("coordinator", False), ("auditor", False)):
        text = (await (await visitor(user)).get(f"/{hostile.name}")).text
        assert (f"/{hostile.name}/pause" in text) is told, user


async def test_what_is_open_is_settled_once(visitor: Visitor, hostile: pb.FosterFamily, havn: Havn) -> None:
    client = await visitor("consultant")
    kept = await havn.as_(cast.CONSULTANT).families.GetFosterFamily(pb.GetFosterFamilyRequest(name=hostile.name))
    form = {"csrf": await csrf(client), "etag": kept.etag, "fact": str(pb.PROFILE_FACT_LANGUAGES), "resolution": "Two"}
    answer = await client.post(f"/{hostile.name}/settle", data={**form, "key": cast.fresh()})
    assert answer.status_code == 409
    assert "Der er ikke længere noget åbent om det" in answer.text
    stated = {**form, "fact": str(pb.PROFILE_FACT_LANGUAGES), "says": "Danish too", "key": cast.fresh()}
    assert (await client.post(f"/{hostile.name}/state", data=stated)).status_code == 303
    stale = await client.post(f"/{hostile.name}/settle", data={**form, "key": cast.fresh()})
    assert stale.status_code == 409
    assert "Nogen har ændret det imens" in stale.text
    etag = stale.text.split('name="etag" value="')[1].split('"')[0]
    settled = await client.post(f"/{hostile.name}/settle", data={**form, "etag": etag, "key": cast.fresh()})
    assert settled.status_code == 303
    assert "Two" in (await client.get(f"/{hostile.name}/history")).text


async def test_a_family_opens_itself_by_the_menu_and_sees_who_has_looked(
    browsing: Browsing, visitor: Visitor, havn: Havn
) -> None:
    own = cast.USERS["foster-family"].home
    entering = cast.entering(cast.a_family(display_name="Family Own (invented)"), id=own.removeprefix("families/"))
    await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(entering)
    assert (await (await visitor("leader")).get(f"/{own}")).status_code == 200
    assert (await (await visitor("coordinator")).get(f"/{own}")).status_code == 200
    async with browsing.as_("foster-family", PHONE) as page:
        await page.goto("/")
        assert await violations(page) == []
        ours = page.get_by_role("main").get_by_role("link", name="History, and who has looked")
        await expect(ours).to_have_attribute("href", f"/{own}/history")
        async with next_page(page):
            await page.get_by_role("navigation").get_by_role("link", name="My family").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Family Own (invented)")
        async with next_page(page):
            await page.get_by_role("link", name="History, and who has looked").click()
        looks = page.get_by_role("region", name="Who has looked at the profile")
        await expect(looks).to_contain_text(re.compile(r"Leader\s+opened it.* supervision"))
        await expect(looks).to_contain_text(re.compile(r"coordinator\s+opened it.* to find a home for a child"))


def test_looks_of_one_person_on_one_day_stand_as_one_the_latest_first() -> None:
    def look(person: str, kind: pb.ProfileViewKind.ValueType) -> pb.ProfileView:
        return pb.ProfileView(person=person, kind=kind, view_time=timestamp(cast.NOW))

    opened, listed = pb.PROFILE_VIEW_KIND_OPENED, pb.PROFILE_VIEW_KIND_LISTED
    found = gathered([look("a", listed), look("a", opened), look("a", listed), look("b", listed)])
    assert [(each.last.person, each.last.kind, each.count) for each in found] == [
        ("a", listed, 2),
        ("a", opened, 1),
        ("b", listed, 1),
    ]


@pytest.mark.parametrize(
    ("field", "text", "wrong"),
    [
        (Field("a", "A"), "", True),
        (Field("a", "A", required=False), "", False),
        (Field("a", "A", "date"), "2026-02-30", True),
        (Field("a", "A", "date"), "2026-02-28", False),
        (Field("a", "A", "number"), "-1", True),
        (Field("a", "A", "number"), "٣", True),
        (Field("a", "A", "number"), "9" * 9, True),
        (Field("a", "A", "number"), "12", False),
        (Field("a", "A", "numbers"), "1, 2,x", True),
        (Field("a", "A", "numbers"), "1, 2", False),
        (Field("a", "A", "choice", options=[("1", "One")]), "2", True),
        (Field("a", "A", "tick"), "", False),
    ],
)
def test_a_field_says_what_can_not_be_read(field: Field, text: str, wrong: bool) -> None:
    assert bool(Form([field], {"a": text}).wrong()) is wrong


def test_a_services_words_stand_at_their_field_and_the_rest_above() -> None:
    form = Form([Field("until", "Until", path="approval.valid_until_date"), Field("why", "Why")], {})
    told = Refusal(422, "FIELD_INVALID", fields={"approval.valid_until_date": "passed", "family.household": "lacks"})
    assert form.named(told).fields == {"until": "passed", "": "lacks"}
