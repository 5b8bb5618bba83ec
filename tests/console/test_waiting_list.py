"""The waiting list in the console: found, filtered, kept current, and left with a reason."""

import re
from collections.abc import AsyncIterator
from itertools import product

import httpx2
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Page, expect

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.matching.v1.matching_pb2 import CountSuitablePlacesRequest
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.console.searches import Search
from services.placements.offer_rules import inquiry_name
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<img src=x onerror=\"document.title='hit'\">'\"&lt;"
OTHERS = 51
"""Children of whom there is nothing to say: one page and one more with the two that stand out."""

LATE = "r-late"
IN_DANGER = "r-danger"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def waiting(havn: Havn) -> None:
    """Who waits in the tests of this module; what a test takes off the list it files itself."""
    coordinator = havn.as_(cast.COORDINATOR)
    danger = cast.a_full_request(
        child=cast.a_child(reference="children/c-danger", town="Tasiilaq"), waiting_since_date=cast.day(-40)
    )
    late = cast.a_request(
        child=cast.a_child(reference="children/c-late", town="Sisimiut"),
        needs=placements.NeedsProfile(level=terms.NEED_LEVEL_SEVERE),
        need_step=placements.NeedStep(step=5, assessor="Assessor (invented)", assessed_date=cast.day(-30)),
        place_by_date=cast.day(-45),
        kind=placements.REQUEST_KIND_PARENT_WITH_CHILD,
    )
    await coordinator.placements.CreateRequest(cast.filing(danger, id=IN_DANGER))
    await coordinator.placements.CreateRequest(cast.filing(late, id=LATE))
    for number in range(OTHERS):
        await coordinator.placements.CreateRequest(cast.filing(id=f"r-{number:02}"))
    await until_listed(havn, OTHERS + 2)


@pytest.fixture
def coordinator(havn: Havn) -> Client:
    return havn.as_(cast.COORDINATOR)


@pytest_asyncio.fixture
async def filed(havn: Havn, coordinator: Client) -> AsyncIterator[placements.PlacementRequest]:
    """One more who waits, in a town of its own; off the list again after the test."""
    child = cast.a_child(town="Ittoqqortoormiit")
    request = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(child=child)))
    await until_listed(havn, OTHERS + 3)
    yield request
    now = await coordinator.placements.GetRequest(placements.GetRequestRequest(name=request.name))
    if now.state == placements.REQUEST_STATE_OPEN:
        await coordinator.placements.WithdrawRequest(cast.withdrawing(now))
    await until_listed(havn, OTHERS + 2)


async def until_listed(havn: Havn, number: int) -> None:
    async def all_wait() -> bool:
        answer = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest(page_size=1))
        return answer.total_count == number

    await havn.until("capacity", all_wait)


def short(request: placements.PlacementRequest) -> str:
    return request.name.removeprefix("requests/")


async def shown(page: Page) -> list[str]:
    """The requests of the rows, in order."""
    return await page.locator("[data-row] .who-request").all_inner_texts()


async def settled(page: Page, *rows: str) -> None:
    """Returns once these are the rows, and no other."""
    await expect(page.locator("[data-row] .who-request")).to_have_text(list(rows))


async def cells(page: Page, request: str) -> str:
    return re.sub(r"\s+", " ", await page.locator(f"#row-{request}").inner_text())


@given(
    st.builds(
        Search,
        text=st.text(max_size=30).map(str.strip),
        town=st.text(max_size=30).map(str.strip),
        step=st.integers(0, 8),
        danger=st.booleans(),
        overdue=st.booleans(),
        siblings=st.booleans(),
        page=st.integers(1, 1000),
    )
)
def test_an_address_says_all_that_a_search_asks(search: Search) -> None:
    assert Search.told(search.query()) == search


@pytest.mark.parametrize("asked", ["page=0", "page=-1", "page=²", "page=x", "step=x", "step=", "danger=no", "other=1"])
def test_what_an_address_can_not_ask_is_left_out(asked: str) -> None:
    assert Search.told(asked) == Search()


async def test_a_row_says_in_words_what_a_list_needs_to_know(browsing: Browsing) -> None:
    async with browsing.as_("coordinator", script=False) as page:
        await page.goto("/waiting-list")
        assert (await shown(page))[:2] == [IN_DANGER, LATE]
        danger, late = await cells(page, IN_DANGER), await cells(page, LATE)
    for words in ("1 c-danger", "In danger", "needs a safe place tonight", "8 years", "Tasiilaq", "Kalaallisut"):
        assert words in danger
    for words in ("1 sibling", "3 foster family", "moderate", "40 days", "lives in a foster family for now"):
        assert words in danger
    for words in ("2 c-late", "45 days past the deadline", "31–90 days", "5 open residential", "severe"):
        assert words in late
    assert "parent with child" in late
    assert "0 days" in late


async def test_a_row_tells_what_homes_said(
    browsing: Browsing, havn: Havn, coordinator: Client, filed: placements.PlacementRequest
) -> None:
    # For light needs: it fits none of those who wait, and is counted for none of them.
    light = cast.a_ready_family(approval=cast.an_approval(need_level=terms.NEED_LEVEL_LIGHT))
    family = await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(light))
    offer = await coordinator.placements.OfferPlace(cast.offering(filed, family.name))
    member = havn.as_(cast.member_of(family.name)).placements
    inquiry = await member.GetInquiry(placements.GetInquiryRequest(name=inquiry_name(offer)))
    await member.AnswerOffer(cast.declining(inquiry))

    async def answered() -> bool:
        answer = await coordinator.capacity.ListWaitingList(ListWaitingListRequest(query=short(filed)))
        return [each.state for each in answer.entries[0].offers] == [placements.OFFER_STATE_DECLINED]

    await havn.until("capacity", answered)
    async with browsing.as_("coordinator", script=False) as page:
        await page.goto(f"/waiting-list?q={short(filed)}")
        assert "1 home said no" in await cells(page, short(filed))
        row = page.locator(f"#row-{short(filed)}")
        await row.locator("summary").click()
        said = f"{family.name.removeprefix('families/')}: “{cast.declining(inquiry).reason}”"
        await expect(row.locator("details li")).to_have_text(said)
        await row.get_by_role("link", name="All homes that were asked").click()
        await expect(page.locator("article.offer")).to_have_count(1)
        await expect(page.locator("main")).to_contain_text(f"For {short(filed)} alone.")
        await page.goto("/offers?request=r-none")
        await expect(page.locator("main")).to_contain_text("No home is asked for r-none yet")


async def test_pages_of_fifty_lead_on_and_back(browsing: Browsing) -> None:
    async with browsing.as_("coordinator", script=False) as page:
        await page.goto("/waiting-list")
        first = await shown(page)
        assert len(first) == 50
        assert "1 to 50 of 53" in await page.inner_text("main")
        async with next_page(page):
            await page.get_by_role("link", name="Next").click()
        assert "51 to 53 of 53" in await page.inner_text("main")
        second = await shown(page)
        assert len({*first, *second}) == 53
        async with next_page(page):
            await page.get_by_role("link", name="Previous").click()
        assert await shown(page) == first
        await page.goto("/waiting-list?page=9")
        assert await shown(page) == second


@pytest.mark.parametrize("script", [True, False])
async def test_filters_narrow_the_list(browsing: Browsing, *, script: bool) -> None:
    async with browsing.as_("coordinator", script=script) as page:
        await page.goto("/waiting-list?page=2")
        await page.get_by_label("Town", exact=True).select_option("Sisimiut")
        await page.get_by_label("past their deadline").check(force=True)
        if not script:
            await page.get_by_role("button", name="Search", exact=True).click()
        await settled(page, LATE)
        await expect(page.locator("main")).to_contain_text("1 child is like that")
        if script:
            await page.wait_for_url("**/waiting-list?town=Sisimiut&overdue=yes")
        await page.get_by_label("Sought step").select_option("3")
        if not script:
            await page.get_by_role("button", name="Search", exact=True).click()
        await page.get_by_text("Nobody who waits is like that").wait_for()
        async with next_page(page):
            await page.get_by_role("link", name="Show the whole list").click()
        assert len(await shown(page)) == 50


async def test_a_text_finds_references_and_towns(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list")
        for text, found in (("c-DANG", IN_DANGER), ("sisi", LATE), ("r-07", "r-07")):
            await page.get_by_label("Reference or town").fill(text)
            await settled(page, found)
        assert await page.evaluate("document.activeElement.id") == "q"


async def test_keys_lead_to_the_search_and_along_the_rows(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list")
        row = "document.activeElement.closest('[data-row]')?.id"
        await page.keyboard.press("/")
        assert await page.evaluate("document.activeElement.id") == "q"
        await page.keyboard.type("j")
        assert await page.input_value("#q") == "j"
        await page.goto("/waiting-list")
        for key, where in (("j", IN_DANGER), ("j", LATE), ("k", IN_DANGER), ("k", IN_DANGER), ("J", LATE)):
            await page.keyboard.press(key)
            assert await page.evaluate(row) == f"row-{where}"
        await page.get_by_role("button", name="Row above").click()
        assert await page.evaluate(row) == f"row-{IN_DANGER}"
        await page.get_by_role("button", name="Row below").click()
        assert await page.evaluate(row) == f"row-{LATE}"
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/waiting-list/{LATE}/suggestions*")


async def test_who_comes_and_leaves_is_seen_at_once_and_nothing_typed_is_lost(
    browsing: Browsing, coordinator: Client, filed: placements.PlacementRequest
) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list?town=Ittoqqortoormiit")
        await page.locator("#live[data-state=live]").wait_for()
        await settled(page, short(filed))
        await page.fill("#name", "East")
        await page.set_viewport_size({"width": 1280, "height": 200})
        await page.evaluate("scrollTo(0, 150)")
        late = cast.a_request(child=filed.child, place_by_date=cast.day(-3))
        another = await coordinator.placements.CreateRequest(cast.filing(late))
        await settled(page, short(another), short(filed))
        assert await page.input_value("#name") == "East"
        assert await page.evaluate("[document.activeElement.id, scrollY]") == ["name", 150]
        await coordinator.placements.WithdrawRequest(cast.withdrawing(another))
        await settled(page, short(filed))
        assert await page.evaluate("[document.activeElement.id, scrollY]") == ["name", 150]


async def test_a_row_keeps_the_focus_when_another_comes_above_it(
    browsing: Browsing, coordinator: Client, filed: placements.PlacementRequest
) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list?town=Ittoqqortoormiit")
        await page.locator("#live[data-state=live]").wait_for()
        await page.keyboard.press("j")
        late = cast.a_request(child=filed.child, place_by_date=cast.day(-3))
        another = await coordinator.placements.CreateRequest(cast.filing(late))
        await settled(page, short(another), short(filed))
        assert await page.evaluate("document.activeElement.closest('[data-row]').id") == f"row-{short(filed)}"
        await coordinator.placements.WithdrawRequest(cast.withdrawing(another))
        await settled(page, short(filed))


async def enter_a_family(havn: Havn, homes: int) -> None:
    """One more home that fits children who need what most families give; so many do then."""

    async def counted() -> bool:
        answer = await havn.as_(cast.COORDINATOR).matching.CountSuitablePlaces(asked)
        return [each.home_count for each in answer.suitable_places] == [homes]

    asked = CountSuitablePlacesRequest(requests=["requests/r-00"])
    family = cast.a_full_family(pause=None, agreements=[])
    await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(family))
    await havn.until("matching", counted)


async def test_homes_that_fit_are_counted_after_the_list_and_again_when_homes_change(
    havn: Havn, browsing: Browsing
) -> None:
    await enter_a_family(havn, 1)
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list?q=r-00")
        await expect(page.locator("#places-r-00")).to_have_text("1")
        await page.locator("#live[data-state=live]").wait_for()
        await enter_a_family(havn, 2)
        await expect(page.locator("#places-r-00")).to_have_text("2", timeout=15_000)
        await page.fill("#q", "r-0")
        await expect(page.locator("#places-r-09")).to_have_text("2")
    async with browsing.as_("coordinator", script=False) as page:
        await page.goto("/waiting-list?q=r-00")
        assert await page.inner_text("#places-r-00") == "…"
        async with next_page(page):
            await page.get_by_role("link", name="Count the homes that fit").click()
        assert await page.inner_text("#places-r-00") == "2"


async def test_what_can_not_be_asked_is_said_above_the_list_which_stays(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list?danger=yes")
        await page.locator("#live[data-state=live]").wait_for()
        await page.fill("#q", "a\u202eb")
        await page.get_by_role("alert").get_by_text("Something is missing or wrong").wait_for()
        await settled(page, IN_DANGER)
        await page.fill("#q", "c-")
        await expect(page.locator("#trouble")).to_be_empty()


@pytest.mark.parametrize("script", [True, False])
async def test_a_search_is_kept_under_a_name_and_forgotten(browsing: Browsing, *, script: bool) -> None:
    async with browsing.as_("coordinator", script=script) as page:
        await page.goto("/waiting-list?town=Sisimiut&page=1")
        await page.get_by_label("Keep this search as").fill(f"West {PAYLOAD}"[:60])
        async with next_page(page):
            await page.get_by_role("button", name="Keep the search").click()
        await page.goto("/waiting-list")
        await page.get_by_role("link", name="West <img").click()
        await page.wait_for_url("**/waiting-list?town=Sisimiut")
        assert await page.title() == "Waiting list – Havn"
        async with next_page(page):
            await page.get_by_role("button", name="Remove the search “West").click()
        await expect(page.locator(".kept-list")).to_have_count(0)
        assert await shown(page) == [LATE]


async def test_searches_are_the_persons_own(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    await keep(client, "Mine")
    assert ">Mine</a>" in (await client.get("/waiting-list")).text
    assert (await client.post("/login", data={"person": "leader"})).status_code == 303
    assert ">Mine</a>" not in (await client.get("/waiting-list")).text


async def keep(client: httpx2.AsyncClient, name: str, query: str = "town=Nuuk") -> httpx2.Response:
    form = {"csrf": await csrf(client), "name": name, "query": query}
    return await client.post("/waiting-list/searches", data=form)


async def test_a_search_of_the_same_name_takes_the_place_of_the_first(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    await keep(client, "Mine", "town=Nuuk")
    await keep(client, "Mine", "town=Sisimiut&page=7")
    text = (await client.get("/waiting-list")).text
    assert text.count(">Mine</a>") == 1
    assert 'href="/waiting-list?town=Sisimiut"' in text


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
async def test_a_search_needs_a_name(visitor: Visitor, name: str) -> None:
    answer = await keep(await visitor("coordinator"), name)
    assert answer.status_code == 422
    assert "Giv den et navn" in answer.text


async def test_there_is_an_end_to_what_a_browser_keeps(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    answers = [await keep(client, f"Søgning {number} {'ø' * 40}") for number in range(60)]
    assert answers[0].status_code == 303
    assert answers[-1].status_code == 422
    assert "Der er ikke plads til flere" in answers[-1].text


async def test_a_broken_cookie_is_as_none(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    await keep(client, "Mine")
    [name] = [name for name in client.cookies if name.startswith("havn-searches")]
    for broken in ("", "x", "bnVsbA==", "W1sxXV0=", "eyJhIjoxfQ==", "W251bGxd"):
        client.cookies.set(name, broken, domain="127.0.0.1", path="/")
        answer = await client.get("/waiting-list")
        assert answer.status_code == 200


@pytest.mark.parametrize("script", [True, False])
async def test_a_child_is_taken_off_the_list_with_a_reason(
    browsing: Browsing, coordinator: Client, filed: placements.PlacementRequest, *, script: bool
) -> None:
    async with browsing.as_("coordinator", PHONE, script=script) as page:
        await page.goto("/waiting-list?town=Ittoqqortoormiit")
        await page.get_by_role("link", name="Take off the list").click()
        await page.get_by_label("Why does the child leave the list?").fill(f"Stays with its aunt {PAYLOAD}")
        async with next_page(page):
            await page.get_by_role("button", name="Take off the list").click()
        assert f"{short(filed)} is off the list" in await page.inner_text("main")
        assert "/waiting-list?town=Ittoqqortoormiit" in page.url
        await page.goto(f"/waiting-list/{short(filed)}/withdraw")
        assert f"Stays with its aunt {PAYLOAD}" in await page.inner_text("main")
        assert await page.get_by_role("button", name="Take off the list").count() == 0
        assert await page.title() == "Take off the list – Havn"
    now = await coordinator.placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    assert now.withdrawal_reason == f"Stays with its aunt {PAYLOAD}"


async def form_of(client: httpx2.AsyncClient, path: str) -> dict[str, str]:
    """What the form of a page sends, but for what a person fills in."""
    text = (await client.get(path)).text
    whole = text.split('<form method="post" action="/waiting-list/')[1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', whole.split("</form>")[0]))


async def test_a_reason_must_be_given_and_what_was_written_is_kept(
    visitor: Visitor, filed: placements.PlacementRequest
) -> None:
    client, path = await visitor("caseworker"), f"/waiting-list/{short(filed)}/withdraw"
    answer = await client.post(path, data=await form_of(client, path) | {"reason": "  "})
    assert (answer.status_code, "skal udfyldes" in answer.text) == (422, True)
    written = f"{'<b>' * 4000}"
    answer = await client.post(path, data=await form_of(client, path) | {"reason": written})
    assert answer.status_code == 422
    assert "&lt;b&gt;" * 4000 in answer.text


async def test_a_change_meanwhile_is_told_and_the_reason_can_be_sent_again(
    visitor: Visitor, coordinator: Client, filed: placements.PlacementRequest
) -> None:
    client, path = await visitor("coordinator"), f"/waiting-list/{short(filed)}/withdraw"
    sent = await form_of(client, path) | {"reason": "Stays with its aunt"}
    filed.place_by_date.CopyFrom(cast.day(5))
    await coordinator.placements.UpdateRequest(cast.updating(filed, "place_by_date"))
    answer = await client.post(path, data=sent)
    assert answer.status_code == 409
    assert "Nogen har ændret det imens" in answer.text
    assert ">Stays with its aunt</textarea>" in answer.text
    assert '<input type="hidden" name="etag" value="2">' in answer.text


async def test_who_comes_second_reads_why_the_first_took_it_off(
    visitor: Visitor, coordinator: Client, filed: placements.PlacementRequest
) -> None:
    client, path = await visitor("coordinator"), f"/waiting-list/{short(filed)}/withdraw"
    sent = await form_of(client, path) | {"reason": "Second"}
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed))
    answer = await client.post(path, data=sent)
    assert answer.status_code == 409
    assert "Det kan ikke gøres mere" in answer.text
    assert "Stays with its aunt" in answer.text


async def test_a_form_that_is_sent_twice_is_done_once(visitor: Visitor, filed: placements.PlacementRequest) -> None:
    client, path = await visitor("coordinator"), f"/waiting-list/{short(filed)}/withdraw"
    sent = await form_of(client, path) | {"reason": "Stays with its aunt"}
    assert [(await client.post(path, data=sent)).status_code for _ in range(2)] == [303, 303]


async def test_nobody_takes_off_whom_there_is_not(visitor: Visitor) -> None:
    assert (await (await visitor("coordinator")).get("/waiting-list/r-nobody/withdraw")).status_code == 404


async def test_each_role_sees_what_it_may_do(visitor: Visitor) -> None:
    acts = {
        "coordinator": (True, True),
        "caseworker": (False, True),
        "council": (True, False),
        "auditor": (False, False),
    }
    for user, allowed in acts.items():
        text = (await (await visitor(user)).get("/waiting-list?danger=yes")).text
        assert ("/suggestions" in text, "/withdraw" in text) == allowed, user
        assert ("places-r-danger" in text) == (user in ("coordinator", "council")), user


async def test_texts_of_an_address_are_texts(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        for name in ("q", "town", "taken", "step", "page"):
            await page.goto(f"/waiting-list?{httpx2.QueryParams({name: PAYLOAD})}")
            assert await page.title() == "Waiting list – Havn"
            assert await page.locator("img").count() == 0
        await page.goto("/waiting-list?taken=r-1 is off; call 123")
        assert "call 123" not in await page.inner_text("main")


async def test_an_empty_list_says_what_fills_it(havn: Havn, visitor: Visitor) -> None:
    client = await visitor("coordinator")
    elsewhere = havn.signer.token(cast.elsewhere(cast.COORDINATOR))
    await client.post("/login", data={"token": elsewhere})
    text = (await client.get("/waiting-list")).text
    assert "Ingen venter" in text
    assert "<table" not in text


@pytest.mark.parametrize(("width", "language"), [*product(WIDTHS, ("da", "en")), (PHONE, "kl")])
async def test_all_can_use_it(browsing: Browsing, width: int, language: str) -> None:
    paths = ["danger=yes", "overdue=yes", "page=2", "town=Qaanaaq"]
    async with browsing.as_("coordinator", width, language) as page:
        for path in [*(f"/waiting-list?{query}" for query in paths), f"/waiting-list/{LATE}/withdraw"]:
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_a_card_on_a_phone_has_four_lines(browsing: Browsing) -> None:
    async with browsing.as_("coordinator", PHONE, "da") as page:
        await page.goto("/waiting-list")
        heights = "[...document.querySelectorAll('[data-row]')].map((row) => row.getBoundingClientRect().height)"
        assert max(await page.evaluate(heights)) <= 130
