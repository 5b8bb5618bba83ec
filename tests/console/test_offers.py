"""From a card to a home's answer: asked once, held for one child, refused in words when another was first."""

import asyncio
from html import unescape

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect

from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import WIDTHS, Browsing, Visitor, csrf, next_page, violations

EVIL = "<script>alert(1)</script>"
HOMES = 12
CHILDREN = 8


@pytest_asyncio.fixture(scope="module", autouse=True)
async def waiting(havn: Havn) -> None:
    """Families with one free place each, and children who wait."""
    coordinator, consultant = havn.as_(cast.COORDINATOR), havn.as_(cast.CONSULTANT)
    for number in range(HOMES):
        family = cast.a_ready_family(display_name=f"Family {number} {EVIL}")
        await consultant.families.CreateFosterFamily(cast.entering(family, id=f"f-ask-{number}"))
    for number in range(CHILDREN):
        await coordinator.placements.CreateRequest(cast.filing(id=f"r-ask-{number}"))
    names = [f"requests/r-ask-{number}" for number in range(CHILDREN)]

    async def known() -> bool:
        counting = matching.CountSuitablePlacesRequest(requests=names)
        found = (await coordinator.matching.CountSuitablePlaces(counting)).suitable_places
        return len(found) == CHILDREN and all(each.home_count >= HOMES for each in found)

    await havn.until("matching", known)


async def offers(client: Client, request: str) -> list[pb.Offer]:
    listed = await client.placements.ListOffers(pb.ListOffersRequest(request=f"requests/{request}"))
    return list(listed.offers)


async def form_of(client: httpx2.AsyncClient, request: str, home: str) -> tuple[str, dict[str, str]]:
    """Where the form that asks a home is sent, and what is in it."""
    found = await client.get(f"/waiting-list/{request}/suggestions", follow_redirects=True)
    query = found.url.query.decode()
    path = f"/waiting-list/{request}/suggestions/ask?{query}"
    page = (await client.get(f"{path}&place={home}")).text
    hidden = {
        part.split('"')[0]: unescape(part.split('value="')[1].split('"')[0])
        for part in page.split('<input type="hidden" name="')[1:]
    }
    return path, {name: value for name, value in hidden.items() if name != "back"} | {"reason": "Near its school"}


@pytest.mark.parametrize(("script", "request_id"), [(True, "r-ask-0"), (False, "r-ask-1")])
async def test_from_the_suggestions_to_the_answer(
    havn: Havn, browsing: Browsing, request_id: str, *, script: bool
) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    async with browsing.as_("coordinator", script=script) as page:
        await page.goto(f"/waiting-list/{request_id}/suggestions")
        async with next_page(page):
            await page.get_by_role("link", name="Ask the family").first.click()
        assert "The answer is due by" in await page.inner_text("main")
        async with next_page(page):
            await page.get_by_role("button", name="Ask the family").click()
        assert "Say in a few words why this place" in await page.inner_text("main")
        await page.get_by_label("Why this place?").fill(f"Near its school {EVIL}")
        async with next_page(page):
            await page.get_by_role("button", name="Ask the family").click()
        await page.get_by_text("is asked", exact=False).first.wait_for()
        [offer] = await offers(coordinator, request_id)
        assert offer.reason == f"Near its school {EVIL}"
        assert offer.suggestions.startswith("suggestions/")
        row = page.locator(f"#{offer.name.replace('offers/', 'offer-')}")
        assert f"Near its school {EVIL}" in await row.inner_text()
        assert "Waits for an answer" in await row.inner_text()
        if script:
            await page.locator("#live[data-state=live]").wait_for()
        await says_no(havn, offer)
        if not script:
            await page.goto("/offers")
        await row.get_by_text(f"We move house {EVIL}").wait_for()
        assert "No" in await row.locator("[aria-current=step]").inner_text()


async def says_no(havn: Havn, offer: pb.Offer) -> None:
    consultant = havn.as_(cast.CONSULTANT)
    name = f"{offer.home}/inquiries/{offer.name.removeprefix('offers/')}"
    inquiry = await consultant.placements.GetInquiry(pb.GetInquiryRequest(name=name))
    await consultant.placements.AnswerOffer(cast.declining(inquiry, reason=f"We move house {EVIL}"))


async def test_two_who_ask_for_the_same_last_place_at_once(havn: Havn, visitor: Visitor) -> None:
    one, other = await visitor("coordinator"), await visitor("coordinator")
    forms = [await form_of(one, "r-ask-2", "families/f-ask-11"), await form_of(other, "r-ask-3", "families/f-ask-11")]
    answers = await asyncio.gather(
        *(client.post(path, data=form) for client, (path, form) in zip((one, other), forms, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [refused] = [answer.text for answer in answers if answer.status_code == 409]
    assert "Den sidste plads gik til et andet barn imens" in refused
    assert "Find forslag igen" in refused
    assert "Near its school" in refused
    coordinator = havn.as_(cast.COORDINATOR)
    kept = [*await offers(coordinator, "r-ask-2"), *await offers(coordinator, "r-ask-3")]
    assert [offer.home for offer in kept] == ["families/f-ask-11"]


async def test_a_double_click_asks_once(havn: Havn, visitor: Visitor) -> None:
    client = await visitor("coordinator")
    path, form = await form_of(client, "r-ask-4", "families/f-ask-10")
    answers = [await client.post(path, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(await offers(havn.as_(cast.COORDINATOR), "r-ask-4")) == 1
    again = await client.get(f"{path}&place=families/f-ask-9")
    assert again.status_code == 409
    assert "Der er allerede spurgt et hjem for barnet" in again.text
    assert "Hvorfor dette sted?" not in again.text


async def test_a_question_is_taken_back_with_a_reason(havn: Havn, browsing: Browsing) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    asking = pb.OfferPlaceRequest(
        request="requests/r-ask-5", home="families/f-ask-8", reason="Near", request_id=cast.fresh()
    )
    offer = await coordinator.placements.OfferPlace(asking)
    own = f"#{offer.name.replace('offers/', 'offer-')}"
    async with browsing.as_("coordinator") as page:
        await page.goto("/offers")
        await page.locator("#live[data-state=live]").wait_for()
        await page.locator(f"{own} summary").click()
        # The page that says what is wrong is live too, and fetches its list anew.
        async with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true") as fetched:
            await page.locator(own).get_by_role("button", name="Take back").click()
        assert (await fetched.value).status == 200
        await expect(page.locator(own)).to_contain_text("it stands with the offer")
    async with browsing.as_("coordinator", script=False) as page:
        await page.goto("/offers?state=asked")
        row = page.locator(own)
        await row.locator("summary").click()
        async with next_page(page):
            await row.get_by_role("button", name="Take back").click()
        assert "it stands with the offer" in await page.inner_text("main")
        await row.get_by_label("Why is it taken back?").fill(f"An aunt {EVIL}")
        async with next_page(page):
            await row.get_by_role("button", name="Take back").click()
        assert "is taken back" in await page.inner_text("main")
        assert f"An aunt {EVIL}" in await row.inner_text()
        assert await row.locator("summary").count() == 0
    [kept] = await offers(coordinator, "r-ask-5")
    assert (kept.state, kept.withdrawal_reason) == (pb.OFFER_STATE_WITHDRAWN, f"An aunt {EVIL}")


async def test_what_is_over_can_not_be_taken_back(havn: Havn, visitor: Visitor) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    asking = pb.OfferPlaceRequest(
        request="requests/r-ask-6", home="families/f-ask-7", reason="Near", request_id=cast.fresh()
    )
    offer = await coordinator.placements.OfferPlace(asking)
    await says_no(havn, offer)
    client = await visitor("coordinator")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "etag": offer.etag, "reason": "Why"}
    answer = await client.post(f"/{offer.name}/withdraw", data=form)
    assert answer.status_code == 409
    assert "Forespørgslen er allerede afsluttet" in answer.text


async def test_who_may_not_ask_sees_no_way_to(visitor: Visitor) -> None:
    council = await visitor("council")
    page = await council.get("/waiting-list/r-ask-7/suggestions", follow_redirects=True)
    assert "Plejefamilie i Nuuk" in page.text
    assert "Spørg familien" not in page.text
    listed = (await council.get("/offers")).text
    assert "offer-steps" in listed
    assert "/withdraw" not in listed


async def test_a_caseworker_sees_offers_without_the_names_of_families(visitor: Visitor) -> None:
    listed = (await (await visitor("caseworker")).get("/offers")).text
    assert "f-ask-11" in listed
    assert "Family 11" not in listed


async def test_asking_by_keyboard_alone(havn: Havn, browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list/r-ask-7/suggestions")
        await page.get_by_role("link", name="Ask the family").first.focus()
        async with next_page(page):
            await page.keyboard.press("Enter")
        await page.get_by_label("Why this place?").focus()
        await page.keyboard.type("Near its school")
        await page.keyboard.press("Tab")
        async with next_page(page):
            await page.keyboard.press("Enter")
        await page.get_by_text("is asked", exact=False).first.wait_for()
    assert len(await offers(havn.as_(cast.COORDINATOR), "r-ask-7")) == 1


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_pages_can_be_used_by_all(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("coordinator", width, language) as page:
        await page.goto("/waiting-list/r-ask-1/suggestions")
        await page.goto(page.url.replace("/suggestions?", "/suggestions/ask?") + "&place=families/f-ask-6")
        assert await page.locator("textarea").count() == 1
        for path in ("", "/offers", "/offers?state=no", "/offers?state=expired"):
            if path:
                await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
