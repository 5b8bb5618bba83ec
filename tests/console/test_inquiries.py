"""A home reads what is sought of it, and answers; whoever waits for the answer sees it at once."""

import pytest
import pytest_asyncio

from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

INSTITUTION = cast.USERS["institution"].institution
UNIT = f"{INSTITUTION}/units/a"
PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def unit(havn: Havn) -> None:
    administrator = havn.as_(cast.ADMINISTRATOR)
    institution = cast.an_institution(authority=cast.SELF_GOVERNMENT)
    founding = cast.founding(institution, id=INSTITUTION.removeprefix("institutions/"))
    await administrator.capacity.CreateInstitution(founding)
    opening = cast.opening(INSTITUTION, cast.a_unit(place_count=20, display_name="Unit A (invented)"), id="a")
    await administrator.capacity.CreateUnit(opening)
    staff = havn.as_(cast.USERS["institution"])
    await staff.capacity.ReportVacancy(cast.reporting(UNIT, cast.a_vacancy(free_place_count=20)))


@pytest.fixture
def coordinator(havn: Havn) -> Client:
    return havn.as_(cast.COORDINATOR)


async def asked(coordinator: Client, **differing: cast.Value) -> pb.Offer:
    request = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(**differing)))
    return await coordinator.placements.OfferPlace(cast.offering(request, UNIT))


async def state(coordinator: Client, offer: pb.Offer) -> pb.Offer:
    return await coordinator.placements.GetOffer(pb.GetOfferRequest(name=offer.name))


def article(offer: pb.Offer) -> str:
    return f"#inquiry-{offer.name.removeprefix('offers/')}"


@pytest.mark.parametrize("script", [True, False])
async def test_a_yes_tells_who_the_child_is(browsing: Browsing, coordinator: Client, *, script: bool) -> None:
    offer = await asked(coordinator)
    request = await coordinator.placements.GetRequest(pb.GetRequestRequest(name=offer.request))
    async with browsing.as_("institution", PHONE, script=script) as page:
        await page.goto("/inquiries")
        assert request.child.reference not in await page.content()
        async with next_page(page):
            await page.locator(article(offer)).get_by_role("button", name="We can").click()
        assert "You said yes" in await page.inner_text("main")
        assert request.child.reference in await page.inner_text(article(offer))
    assert (await state(coordinator, offer)).state == pb.OFFER_STATE_ACCEPTED


async def test_a_yes_tells_where_the_parents_live_and_who_asked(
    havn: Havn, visitor: Visitor, coordinator: Client
) -> None:
    offer = await asked(coordinator, contact=pb.Contact(town="Paamiut", visits_per_month=1.5))
    page = await visitor("institution")
    assert "Paamiut" not in (await page.get("/inquiries")).text
    staff = havn.as_(cast.USERS["institution"]).placements
    name = f"{UNIT}/inquiries/{offer.name.removeprefix('offers/')}"
    inquiry = await staff.GetInquiry(pb.GetInquiryRequest(name=name))
    await staff.AnswerOffer(cast.answering(inquiry))
    told = (await page.get("/inquiries")).text
    assert "Forældrene bor i Paamiut; samvær pr. måned: 1,5" in told
    assert "Spurgt af coordinator, Kommuneqarfik Sermersooq." in told


async def test_a_no_needs_a_reason_and_keeps_what_was_typed(browsing: Browsing, coordinator: Client) -> None:
    offer = await asked(coordinator)
    async with browsing.as_("institution") as page:
        await page.goto("/inquiries")
        inquiry = page.locator(article(offer))
        await inquiry.get_by_text("We can't").click()
        async with next_page(page):
            await inquiry.get_by_role("button", name="Say no").click()
        assert "Say why" in await page.locator(article(offer)).inner_text()
        assert await violations(page) == []
        await page.locator(article(offer)).get_by_label("Why not?").fill(PAYLOAD)
        async with next_page(page):
            await page.locator(article(offer)).get_by_role("button", name="Say no").click()
        assert PAYLOAD in await page.locator(article(offer)).inner_text()
    answered = await state(coordinator, offer)
    assert (answered.state, answered.answer_reason) == (pb.OFFER_STATE_DECLINED, PAYLOAD)


async def test_an_inquiry_comes_to_the_open_page_and_what_is_typed_there_stays(
    browsing: Browsing, coordinator: Client
) -> None:
    first = await asked(coordinator)
    async with browsing.as_("institution") as page:
        await page.goto("/inquiries")
        await page.locator("#live[data-state=live]").wait_for()
        await page.locator(article(first)).get_by_text("We can't").click()
        await page.locator(article(first)).get_by_label("Why not?").fill("Half a sentence")
        second = await asked(coordinator)
        await page.locator(article(second)).wait_for()
        assert await page.locator(article(first)).get_by_label("Why not?").input_value() == "Half a sentence"


async def test_who_answers_too_late_is_told_so(visitor: Visitor, coordinator: Client) -> None:
    offer = await asked(coordinator)
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "name": f"{UNIT}/inquiries/{offer.name.removeprefix('offers/')}", "etag": "1"}
    await coordinator.placements.WithdrawOffer(cast.withdrawing_offer(offer))
    answer = await client.post("/inquiries", data=form | {"key": cast.fresh(), "answer": "yes"})
    assert answer.status_code == 409
    assert "Intet" in answer.text or "ikke" in answer.text


async def test_an_empty_list_says_what_will_come(visitor: Visitor) -> None:
    answer = await (await visitor("consultant")).get("/inquiries")
    assert "Ingen spørger jer lige nu" in answer.text


@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(browsing: Browsing, coordinator: Client, width: int) -> None:
    danger = pb.Danger(assessor="users/caseworker", since_date=cast.day(0))
    await asked(coordinator, danger=danger)
    async with browsing.as_("institution", width, "da") as page:
        await page.goto("/inquiries")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
