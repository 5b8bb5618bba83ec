"""What is said of a family changes section by section, and nothing of what two people wrote at once is lost."""

import re
from collections.abc import Mapping

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect
from starlette.datastructures import FormData

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.console import server
from services.console.forms import Form, fields_of
from services.console.pages import family_profile, household
from services.shared.wire import day
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, Browsing, Visitor, anybody, next_page

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
_INPUT = re.compile(r"<input [^>]*>")
_AREA = re.compile(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select [^>]*name="([^"]+)".*?</select>', re.DOTALL)


def sent_by(page: str) -> dict[str, str]:
    """What a browser would send of a page's form as it stands."""
    found: dict[str, str] = {}
    for tag in _INPUT.findall(page.split("<main")[1].split("</main>")[0]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in given and (given.get("type") != "checkbox" or tag.endswith(" checked>") or " checked " in tag):
            found[given["name"]] = given.get("value", "")
    found |= dict(_AREA.findall(page))
    for name in _SELECT.findall(page):
        chosen = re.search(rf'name="{name}".*?</select>', page, re.DOTALL)
        assert chosen is not None
        picked = re.search(r'value="([^"]*)" selected', chosen[0])
        found[name] = picked[1] if picked else ""
    return found


@pytest_asyncio.fixture
async def family(havn: Havn) -> pb.FosterFamily:
    said = cast.a_full_family(pause=None, consultant="users/consultant", pets=["A dog"])
    return await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(said))


async def kept(havn: Havn, name: str) -> pb.FosterFamily:
    return await kept_by(havn.as_(cast.CONSULTANT), name)


async def kept_by(client: Client, name: str) -> pb.FosterFamily:
    return await client.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name))


def at_field(page: str, field: str) -> str:
    """What is said at a field that is wrong."""
    return page.split(f'id="{field}-error"')[1].split("</span>", 2)[1]


async def changed(
    client: httpx2.AsyncClient, family: pb.FosterFamily, section: str, **differing: str
) -> httpx2.Response:
    """What a form answers that was opened now and sent with these differences."""
    form = sent_by((await client.get(f"/{family.name}/{section}")).text)
    return await client.post(f"/{family.name}/{section}", data=form | with_dashes(differing))


def with_dashes(differing: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in differing.items()}


@pytest.mark.parametrize("section", family_profile.SECTIONS)
async def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(
    visitor: Visitor, havn: Havn, family: pb.FosterFamily, section: str
) -> None:
    answer = await changed(await visitor("consultant"), family, section)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{family.name}?done={section}")
    now = await kept(havn, family.name)
    for field in ("etag", "availability"):
        now.ClearField(field)
        family.ClearField(field)
    assert now == family


async def test_each_section_keeps_what_was_filled_in(visitor: Visitor, havn: Havn, family: pb.FosterFamily) -> None:
    client = await visitor("consultant")
    await changed(
        client, family, "profile", name="Other", town="Sisimiut", pets="Two cats\r\n\r\n A fish ", language_4="1",
        allows_2="yes", experience_youngest="", experience_oldest="",
    )  # fmt: skip
    await changed(
        client, family, "wishes", wished_youngest="3", wished_oldest="9", gender_1="yes", siblings="yes",
        wishes="Room for two", need="2", not_4="yes",
    )  # fmt: skip
    await changed(client, family, "availability", free="0", **{"from": "2026-04-01"})
    now = await kept(havn, family.name)
    assert (now.display_name, now.town, list(now.pets)) == ("Other", "Sisimiut", ["Two cats", "A fish"])
    danish = terms.SpokenLanguage(language=terms.LANGUAGE_DANISH, level=terms.LANGUAGE_LEVEL_BASIC)
    assert danish in now.languages
    assert terms.ACCESSIBILITY_SIGHT in now.accessibility
    assert not now.HasField("experience")
    assert now.wishes == pb.Wishes(
        ages=pb.AgeRange(min=3, max=9), genders=[terms.GENDER_GIRL], siblings=True, note="Room for two"
    )
    assert now.limits.need_level == terms.NEED_LEVEL_MODERATE
    assert terms.COMPETENCE_AUTISM in now.limits.needs
    assert (now.availability.free_place_count, now.availability.confirmed_by) == (0, "users/consultant")
    assert day(now.availability.from_date).isoformat() == "2026-04-01"
    await changed(client, family, "wishes", wished_youngest="", wished_oldest="", gender_1="", siblings="",
                  wishes="", need="", not_4="", limits="", taken_youngest="", taken_oldest="")  # fmt: skip
    now = await kept(havn, family.name)
    assert not now.HasField("wishes")
    assert not now.HasField("limits")


async def test_what_somebody_else_changed_meanwhile_is_told_and_neither_is_lost(
    visitor: Visitor, havn: Havn, family: pb.FosterFamily
) -> None:
    client, other = await visitor("consultant"), await visitor("consultant")
    form = sent_by((await client.get(f"/{family.name}/profile")).text)
    await changed(other, family, "profile", town="Sisimiut", pets="A cat")
    stale = await client.post(f"/{family.name}/profile", data=form | {"name": PAYLOAD, "pets": "A dog\r\nA bird"})
    assert stale.status_code == 409
    assert "Nogen har ændret det imens" in stale.text
    assert "En anden har skrevet: A cat" in stale.text
    assert "En anden har skrevet: Sisimiut" in stale.text
    again = sent_by(stale.text)
    assert (again["pets"].split(), again["town"]) == (["A", "dog", "A", "bird"], "Nuuk")
    assert PAYLOAD not in stale.text
    assert (await kept(havn, family.name)).town == "Sisimiut"
    saved = await client.post(f"/{family.name}/profile", data=again | {"name": PAYLOAD, "town": "Sisimiut"})
    assert saved.status_code == 303
    now = await kept(havn, family.name)
    assert (now.display_name, now.town, list(now.pets)) == (PAYLOAD, "Sisimiut", ["A dog", "A bird"])


async def test_correcting_a_field_does_not_overwrite_a_change_in_between(
    visitor: Visitor, havn: Havn, family: pb.FosterFamily
) -> None:
    client, other = await visitor("consultant"), await visitor("consultant")
    for path, wrong, right in (("wishes", {"wished-oldest": "old"}, {"wished-oldest": "9"}), ("pause", {}, {})):
        form = sent_by((await client.get(f"/{family.name}/{path}")).text)
        await changed(other, family, "profile", name=f"Changed beside {path}")
        unreadable = await client.post(f"/{family.name}/{path}", data=form | wrong)
        assert unreadable.status_code == 422
        again = sent_by(unreadable.text)
        assert again["etag"] == form["etag"]
        answer = await client.post(f"/{family.name}/{path}", data=again | right | {"reason": "Why"})
        assert answer.status_code == 409


async def test_who_was_entered_meanwhile_stays_in_the_household(
    visitor: Visitor, havn: Havn, family: pb.FosterFamily
) -> None:
    client, other = await visitor("consultant"), await visitor("consultant")
    form = sent_by((await client.get(f"/{family.name}/household")).text)
    child = {"member_2_role": "3", "member_2_born": "2019-05-06", "member_2_person": "p-own-child"}
    assert (await changed(other, family, "household", **child)).status_code == 303
    another = {"member-2-role": "2", "member-2-born": "1990-01-02", "member-1-criminal-renew": "2027-01-01"}
    stale = await client.post(f"/{family.name}/household", data=form | another)
    assert stale.status_code == 409
    again = sent_by(stale.text)
    assert again["member-3-person"] == "persons/p-own-child"
    assert again["member-2-born"] == "1990-01-02"
    assert (await client.post(f"/{family.name}/household", data=again)).status_code == 303
    now = await kept(havn, family.name)
    assert [member.role for member in now.household] == [1, 2, 3]
    assert day(now.household[0].criminal_record.renew_by_date).isoformat() == "2027-01-01"
    left = sent_by((await client.get(f"/{family.name}/household")).text) | {"member-2-gone": "yes"}
    await client.post(f"/{family.name}/household", data=left)
    assert [member.role for member in (await kept(havn, family.name)).household] == [1, 3]


async def test_what_speaks_against_a_person_stands_at_its_field_and_one_more_loses_nothing(
    visitor: Visitor, family: pb.FosterFamily
) -> None:
    client = await visitor("consultant")
    form = sent_by((await client.get(f"/{family.name}/household")).text)
    more = await client.post(f"/{family.name}/household", data=form | {"add": "yes", "member-1-born": "1970-01-01"})
    assert (more.status_code, sent_by(more.text)["member-1-born"]) == (200, "1970-01-01")
    given = sent_by(more.text) | {"member-1-gone": "yes", "member-2-role": "1", "member-2-born": "2999-01-01"}
    answer = await client.post(f"/{family.name}/household", data=given)
    assert answer.status_code == 422
    wrong = answer.text.split('id="member-2-born-error"')[1].split("</span>", 2)
    assert "Må ikke være efter i dag" in wrong[1]
    assert 'id="member-1-role-error"' not in answer.text
    nobody = form | {"member-1-gone": "yes"}
    told = (await client.post(f"/{family.name}/household", data=nobody)).text
    assert "skal udfyldes" in told.split('id="member-1-role-error"')[1].split("</span>", 2)[1]


async def test_an_application_is_entered_and_stands_among_those_that_apply(browsing: Browsing, havn: Havn) -> None:
    async with browsing.as_("consultant", PHONE, script=False) as page:
        await page.goto("/families")
        async with next_page(page):
            await page.get_by_role("link", name="New application").click()
        await page.get_by_label("What the family is called").fill(PAYLOAD)
        await page.get_by_label("Kind of family").select_option(label="Municipal foster family")
        async with next_page(page):
            await page.get_by_label("What the family is called").press("Enter")
        await expect(page.get_by_text("Choose one of these.").or_(page.get_by_text("Fill this in."))).to_have_count(2)
        async with next_page(page):
            await page.get_by_role("button", name="Add a person").click()
        await page.get_by_label("Town").select_option("Nuuk")
        await page.get_by_label("Danish").select_option(label="as a mother tongue")
        await page.get_by_label("own words").fill(PAYLOAD)
        first, second = page.get_by_role("group", name="Person 1"), page.get_by_role("group", name="Person 2")
        await first.get_by_label("Day of birth").fill("1980-02-03")
        await second.get_by_label("Who it is").select_option(label="The family's own child")
        await second.get_by_label("Day of birth").fill("2018-02-03")
        async with next_page(page):
            await page.get_by_role("button", name="Enter the application").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(PAYLOAD)
        await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        name = re.search(r"families/[a-z0-9-]+", page.url)
        assert name is not None
        await page.goto("/applications")
        await expect(page.get_by_role("listitem").filter(has_text=PAYLOAD)).to_contain_text("Has applied")
    entered = await kept(havn, name[0])
    assert (entered.state, entered.consultant, entered.authority) == (
        pb.FAMILY_STATE_APPLIED,
        "users/consultant",
        cast.MUNICIPALITY,
    )
    assert (entered.application.motivation, len(entered.household)) == (PAYLOAD, 2)


async def test_a_form_that_is_sent_twice_enters_one_family(visitor: Visitor, havn: Havn) -> None:
    client = await visitor("consultant")
    form = sent_by((await client.get("/applications/new")).text)
    form |= {"name": "Twice (invented)", "type": "2", "town": "Nuuk", "language-1": "3", "member-1-born": "1980-01-01"}
    first, again = [await client.post("/applications/new", data=form) for _ in range(2)]
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]


async def test_who_may_not_change_a_family_is_offered_no_form(visitor: Visitor, family: pb.FosterFamily) -> None:
    for user, told in (("consultant", True), ("leader", True), ("coordinator", False)):
        text = (await (await visitor(user)).get(f"/{family.name}")).text
        assert [f"/{family.name}/{id}" in text for id in family_profile.SECTIONS] == [told] * 5, user


async def test_k17_what_a_danish_family_is_paid_is_agreed_on_and_each_child_costs_by_its_age(
    havn: Havn, console: server.Running
) -> None:
    here = "authorities/svendborg"
    consultant = cast.elsewhere(cast.CONSULTANT, here)
    said = cast.a_ready_family(authority=here, type=pb.FAMILY_TYPE_GENERAL, daily_rate=None)
    family = await havn.as_(consultant).families.CreateFosterFamily(cast.entering(said))
    placed = cast.a_placement(home=family.name, child="children/k-danish", authority=here)
    await havn.as_(cast.elsewhere(cast.COORDINATOR, here)).placements.RecordPlacement(cast.recording(placed))
    async with anybody(console) as client:
        await client.post("/login", data={"token": havn.signer.token(consultant)})
        assert "Det vides ikke: intet er aftalt" in (await client.get(f"/{family.name}")).text
        levels = {"level_1_units": "6", "level_1_months": "12", "level_3_units": "31", "level_3_months": "24"}
        wrong = await changed(client, family, "pay", **levels, averaged="yes", rate="5.123", with_hjoerring="yes")
        assert "for eksempel 512 eller 512,50" in at_field(wrong.text, "rate")
        wrong = await client.post(f"/{family.name}/pay", data=sent_by(wrong.text) | {"rate": ""})
        assert wrong.status_code == 422
        assert "Skal være 1 til 30" in at_field(wrong.text, "level-3-units")
        assert "Skal udfyldes, når der er niveauer" in at_field(wrong.text, "levels-from")
        again = sent_by(wrong.text) | {"level-3-units": "4", "levels-from": "2026-01-01", "model": "1"}
        refused = await client.post(f"/{family.name}/pay", data=again)
        assert "hører til niveaumodellen" in at_field(refused.text, "model")
        assert (await client.post(f"/{family.name}/pay", data=sent_by(refused.text) | {"model": ""})).status_code == 303

        async def told() -> bool:
            return "k-danish" in (await client.get(f"/{family.name}")).text.split('aria-labelledby="cost"')[1]

        await havn.until("families", told)
        page = (await client.get(f"/{family.name}")).text.split('aria-labelledby="cost"')[1].split("</section>")[0]
    now = await kept_by(havn.as_(consultant), family.name)
    assert [(each.fee_units, each.month_count) for each in now.fee_terms.levels] == [(6, 12), (4, 24)]
    assert (now.fee_terms.model, now.fee_terms.averaged) == (pb.FEE_MODEL_LEVELS, True)
    assert list(now.agreements) == ["authorities/hjoerring"]
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td class="number">([^<]+)<', page)
    ages = [(age, number, amount.replace("\xa0", " ")) for age, number, amount in rows if "–" in age]
    # 4,667 times the normal fee of 154,32 kr. a day, with board and lodging.
    assert ages == [
        ("10–23 år", "de første", "934 kr."),
        ("0–9 år", "de første", "921 kr."),
        ("10–23 år", "fra barn nummer 3", "904 kr."),
        ("0–9 år", "fra barn nummer 3", "921 kr."),
    ]
    assert ("k-danish", "8 år", "921 kr.") in [(a, n, amount.replace("\xa0", " ")) for a, n, amount in rows]
    assert "6 gange normalvederlaget i 12 måneder, 4 gange normalvederlaget i 24 måneder" in page
    assert "Hjørring Kommune" in page


async def test_a_rate_is_agreed_on_to_the_ore(visitor: Visitor, havn: Havn, family: pb.FosterFamily) -> None:
    client = await visitor("consultant")
    await changed(client, family, "pay", rate="512,5", model="2")
    now = await kept(havn, family.name)
    assert (now.daily_rate.units, now.daily_rate.nanos) == (512, 500_000_000)
    assert now.fee_terms == pb.FeeTerms(model=pb.FEE_MODEL_EMERGENCY)
    await changed(client, family, "pay")
    assert (await kept(havn, family.name)).daily_rate == now.daily_rate
    await changed(client, family, "pay", rate="", model="", with_qeqqata="")
    now = await kept(havn, family.name)
    assert not now.HasField("daily_rate")
    assert not now.HasField("fee_terms")
    assert not now.agreements


def test_persons_are_counted_by_those_who_stay() -> None:
    values = household.sent(
        FormData(
            {
                "member-1-role": "1",
                "member-1-gone": "yes",
                "member-2-role": "",
                "member-4-role": "1",
                "member-4-born": "1980-01-01",
                "member-4-other": "left alone",
                "csrf": "x",
            }
        )
    )
    form = Form(fields_of(household.parts(values)), values)
    assert [member.person for member in household.members(form, "k" * 32)] == [f"persons/p-{'k' * 16}-4"]
    assert next(field.path for field in form.fields if field.name == "member-4-born") == "household[0].birth_date"
    assert form.wrong() is None


def test_what_stands_there_is_told_of_each_person_wherever_it_stands() -> None:
    first, second = cast.a_sound_member(), cast.a_member()
    opened = household.already([first, second])
    assert household.standing(opened, [second]) == {
        name: text for name, text in opened.items() if name.startswith("member-2-")
    }
    assert household.merged(opened, [second, first]) == opened
