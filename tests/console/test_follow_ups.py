"""The consultant's families and the form of a follow-up: with a script, without, by keyboard, wrong and hostile."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from havn.families.v1 import families_pb2 as pb
from services.console import languages, server
from services.console.pages.families import due_first
from services.console.pages.follow_up_form import PARTS
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, anybody, csrf, violations

HOSTILE = "<img src=x onerror=\"document.title='owned'\">{{ 7*7 }}'\"&"
VISIT = cast.TODAY.isoformat()
NEXT = (cast.TODAY + timedelta(weeks=4)).isoformat()


@pytest_asyncio.fixture(scope="module", autouse=True)
async def family(havn: Havn) -> str:
    """A family whose every text is hostile, with one follow-up; and one that was never visited."""
    consultant = havn.as_(cast.CONSULTANT)
    pause = pb.Pause(author=HOSTILE, reason=HOSTILE)
    own = {"consultant": cast.CONSULTANT.subject}
    family = cast.a_full_family(display_name=HOSTILE, pause=pause, **own)
    kept = await consultant.families.CreateFosterFamily(cast.entering(family, id="f-1"))
    await consultant.families.CreateFosterFamily(
        cast.entering(cast.a_family(approval=cast.an_approval(), **own), id="f-2")
    )
    part = pb.FollowUpPart(note=HOSTILE, child_words=HOSTILE)
    action = pb.FollowUpAction(what=HOSTILE, owner=HOSTILE, due_date=cast.day(3))
    follow_up = cast.a_follow_up(**dict.fromkeys(PARTS, part), actions=[action], next_visit_date=cast.day(0))
    await consultant.families.LogFollowUp(cast.logging(kept.name, follow_up))
    return kept.name


async def logged(consultant: Client, family: str) -> list[pb.FollowUp]:
    """Follow-ups of a family, latest visit first."""
    page = await consultant.families.ListFollowUps(pb.ListFollowUpsRequest(parent=family))
    return list(page.follow_ups)


def answers(text: str, **differing: str) -> dict[str, str]:
    """A form that is filled in well."""
    good = {"visit-date": VISIT, "next-visit-date": NEXT, "concern": "yes", "key": cast.fresh()}
    return good | {f"{part}-note": f"{text} {part}" for part in PARTS} | differing


async def fill(page: Page, filled: Mapping[str, str]) -> None:
    for name, value in filled.items():
        if name == "concern":
            await page.get_by_label("Yes" if value == "yes" else "No", exact=True).click(force=True)
        elif name != "key":
            await page.fill(f"#{name}", value)


async def opened(page: Page, family: str, *, script: bool = True) -> None:
    await page.goto(f"/{family}/follow-up")
    if script:
        await page.wait_for_selector("#follow-up[data-ready]")


@pytest.mark.parametrize("script", [True, False])
async def test_a_follow_up_with_two_actions_is_saved_and_read(
    browsing: Browsing, consultant: Client, *, script: bool
) -> None:
    async with browsing.as_("consultant", PHONE, script=script) as page:
        await page.goto("/families")
        await page.locator("[data-row]", has_text="Siku").get_by_role("link", name="New follow-up").click()
        if script:
            await page.wait_for_selector("#follow-up[data-ready]")
        await fill(page, answers("Seen:", **{"trust-words": "I like the dog", "action-1-what": "Call the school"}))
        await page.get_by_role("button", name="Add an action").click()
        await page.locator("#action-2-what").wait_for()
        actions = {"action-1-owner": "Ane", "action-1-due": NEXT, "action-2-what": "Buy skis"}
        await fill(page, actions | {"action-2-owner": "Bent", "action-2-due": NEXT})
        await page.get_by_role("button", name="Save the follow-up").click()
        await page.wait_for_url("**/follow-ups/*")
        told = await page.inner_text("main")
        assert "I like the dog" in told
        assert "Buy skis" in told
    kept = (await logged(consultant, "families/f-2"))[0]
    assert [getattr(kept, part).note for part in PARTS] == [f"Seen: {part}" for part in PARTS]
    assert [(each.what, each.owner) for each in kept.actions] == [("Call the school", "Ane"), ("Buy skis", "Bent")]
    assert (kept.trust.child_words, kept.concern, kept.consultant) == ("I like the dog", True, cast.CONSULTANT.subject)


async def tab_to(page: Page, element: str) -> None:
    """Goes on by the tabulator until the element has the focus: a day has several stops."""
    for _ in range(10):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == element:
            return
    raise AssertionError(f"{element} is out of reach")


async def test_by_the_keyboard_alone(browsing: Browsing, consultant: Client) -> None:
    before = len(await logged(consultant, "families/f-2"))
    async with browsing.as_("consultant", PHONE) as page:
        await opened(page, "families/f-2")
        await page.focus("h1 ~ form [type=date]")
        await page.keyboard.type("03022026")
        for part in PARTS:
            await tab_to(page, f"{part}-note")
            await page.keyboard.type("By keyboard")
        await tab_to(page, "action-1-what")
        await page.keyboard.press("Tab")
        await tab_to(page, "concern-1")
        await page.keyboard.press("Space")
        await tab_to(page, "next-visit-date")
        await page.keyboard.type("03302026")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/follow-ups/*")
    assert len(await logged(consultant, "families/f-2")) == before + 1


@pytest.mark.parametrize("script", [True, False])
async def test_what_is_wrong_is_told_beside_the_field_and_what_was_typed_stays(
    browsing: Browsing, consultant: Client, *, script: bool
) -> None:
    before = await logged(consultant, "families/f-2")
    wrong = answers("Kept:", **{"next-visit-date": VISIT, "action-1-what": "Without an owner"})
    async with browsing.as_("consultant", PHONE, script=script) as page:
        await opened(page, "families/f-2", script=script)
        await fill(page, wrong)
        await page.get_by_role("button", name="Save the follow-up").click()
        await page.locator("#action-1-owner-error").wait_for()
        assert "must be given" in await page.inner_text("#action-1-due-error")
        await fill(page, {"action-1-owner": "Ane", "action-1-due": NEXT})
        await page.get_by_role("button", name="Save the follow-up").click()
        await page.locator("#next-visit-date-error").wait_for()
        assert "must be after this visit" in await page.inner_text("#next-visit-date-error")
        await expect(page.locator(".form-error-message")).to_have_count(1)
        assert await page.input_value("#trust-note") == "Kept: trust"
        assert await page.input_value("#action-1-what") == "Without an owner"
        assert not script or await violations(page) == []
        assert await logged(consultant, "families/f-2") == before
        await fill(page, {"next-visit-date": NEXT})
        await page.get_by_role("button", name="Save the follow-up").click()
        await page.wait_for_url("**/follow-ups/*")
    assert len(await logged(consultant, "families/f-2")) == len(before) + 1


async def test_what_can_not_be_read_is_told_and_nothing_is_saved(visitor: Visitor, consultant: Client) -> None:
    client, before = await visitor("consultant"), await logged(consultant, "families/f-2")
    form = answers("Typed", **{"visit-date": "yesterday", "concern": "", "csrf": await csrf(client)})
    answer = await client.post("/families/f-2/follow-up", data=form)
    assert answer.status_code == 422
    assert 'value="yesterday"' in answer.text
    assert "Vælg ja eller nej." in answer.text
    assert await logged(consultant, "families/f-2") == before


async def test_a_later_visit_asks_for_its_reason_beside_its_field(visitor: Visitor, consultant: Client) -> None:
    client, later = await visitor("consultant"), (cast.TODAY + timedelta(weeks=20)).isoformat()
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_family(approval=cast.an_approval())))
    form = answers("Later", csrf=await csrf(client), **{"next-visit-date": later, "concern-words": "It cries"})
    answer = await client.post(f"/{family.name}/follow-up", data=form)
    assert answer.status_code == 422
    assert 'id="later-reason-error"' in answer.text
    reasoned = form | {"later-reason": "They travel"}
    answer = await client.post(f"/{family.name}/follow-up", data=reasoned, follow_redirects=True)
    assert all(words in answer.text for words in ("They travel", "It cries"))


async def test_a_form_that_is_sent_twice_is_saved_once(visitor: Visitor, consultant: Client) -> None:
    client = await visitor("consultant")
    form = answers("Twice", csrf=await csrf(client))
    first, second = [await client.post("/families/f-2/follow-up", data=form) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    notes = [each.trust.note for each in await logged(consultant, "families/f-2")]
    assert notes.count("Twice trust") == 1


async def test_families_stand_by_when_they_are_to_be_visited(browsing: Browsing, havn: Havn) -> None:
    consultant = havn.as_(cast.CONSULTANT)
    for late, name in ((-3, "f-late"), (20, "f-later")):
        family = cast.a_family(display_name=name, consultant=cast.CONSULTANT.subject)
        await consultant.families.CreateFosterFamily(cast.entering(family, id=name))
        follow_up = cast.a_follow_up(visit_date=cast.day(-30), next_visit_date=cast.day(late))
        await consultant.families.LogFollowUp(cast.logging(f"families/{name}", follow_up))
    async with browsing.as_("consultant", PHONE) as page:
        await page.goto("/families")
        shown = {each.split("\n")[0].split(" ")[0]: each for each in await page.locator(".families").all_inner_texts()}
    assert list(shown) == ["Overdue", "This", "Later"]
    assert "f-late\n" in shown["Overdue"]
    assert "3 days overdue" in shown["Overdue"]
    assert "onerror" in shown["This"]
    assert "f-later\n" in shown["Later"]


async def test_whoever_has_no_families_is_told_what_to_do(havn: Havn, console: server.Running) -> None:
    async with anybody(console) as client:
        await client.post("/login", data={"token": havn.signer.token(cast.elsewhere(cast.CONSULTANT))})
        assert "Du har ingen familier endnu" in (await client.get("/families")).text


async def test_a_family_shows_approval_certificates_and_history(browsing: Browsing, family: str) -> None:
    async with browsing.as_("consultant") as page:
        await page.goto(f"/{family}")
        told = await page.inner_text("main")
        assert "1 place free" in told
        assert "Criminal record certificate: issued" in told
        await page.goto("/families/f-2")
        told = await page.inner_text("main")
        assert "Criminal record certificate: missing From the age of 15" in told
        await page.goto("/families")
        listed = page.locator(".families-certificates")
        assert "Child certificate: missing needed since" in await listed.inner_text()
        assert await listed.get_by_role("link").first.get_attribute("href") == "/families/f-2#certificates"
    async with browsing.as_("coordinator") as page:
        await page.goto(f"/{family}")
        assert "KRITH" not in await page.inner_text("main")
        assert await page.get_by_role("link", name="New follow-up").count() == 0


@pytest.mark.parametrize("language", languages.NAMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_and_no_text_runs_as_a_script(
    browsing: Browsing, consultant: Client, family: str, width: int, language: str
) -> None:
    read = (await logged(consultant, family))[-1].name.replace("followUps", "follow-ups")
    async with browsing.as_("consultant", width, language) as page:
        for path in ("/families", f"/{family}", f"/{family}/follow-up", f"/{read}", "/follow-ups/offline"):
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.title() != "owned"
            assert await page.locator("img").count() == 0


def test_k4_a_family_that_is_due_for_some_of_its_children_names_them() -> None:
    children = [
        pb.ChildFollowUpDue(child=f"children/{child}", next_visit_date=cast.day(days))
        for child, days in (("c-first", 3), ("c-too", 3), ("c-later", 9))
    ]
    due = pb.FollowUpDue(family="families/f-1", next_visit_date=cast.day(3), children=children)
    assert due_first(due) == "c-first, c-too"
    del due.children[2]
    assert due_first(due) == ""
