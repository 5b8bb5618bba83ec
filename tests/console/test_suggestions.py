"""Places for one child: with reasons, none chosen, names closed until a card is opened, none changing by itself."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import pytest_asyncio
from playwright.async_api import expect

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1.terms_pb2 import Words
from services.console import languages, maps, server
from services.console.languages import Language
from services.console.maps import Mark
from services.console.pages.suggestions import Shown, compared, further, may_open
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import DESK, PHONE, WIDTHS, Browsing, Visitor, logged_in, next_page, violations

EVIL = "<img src=x onerror=alert(1)>"
TOWNS = ("Nuuk", "Paamiut", "Tasiilaq", "Sisimiut", "Nuuk")
FREE_HOMES = len(TOWNS)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def waiting(havn: Havn) -> placements.PlacementRequest:
    """A child that five families fit, and one does not."""
    coordinator, administrator = havn.as_(cast.COORDINATOR), havn.as_(cast.CONSULTANT)
    contact = placements.Contact(town="Paamiut", visits_per_month=1)
    request = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(contact=contact), id="r-first"))
    for number, town in enumerate(TOWNS, 1):
        family = cast.a_full_family(display_name=f"Family {number} {EVIL}", town=town, pause=None, agreements=[])
        await administrator.families.CreateFosterFamily(cast.entering(family, id=f"f-fits-{number}"))
    paused = cast.a_full_family(display_name="Family Paused", agreements=[])
    await administrator.families.CreateFosterFamily(cast.entering(paused, id="f-paused"))
    await havn.until("matching", lambda: knows(coordinator, request.name))
    return request


async def knows(coordinator: Client, request: str) -> bool:
    homes = (await coordinator.matching.ListHomes(pb.ListHomesRequest())).homes
    counting = pb.CountSuitablePlacesRequest(requests=[request])
    return len(homes) > FREE_HOMES and bool((await coordinator.matching.CountSuitablePlaces(counting)).suitable_places)


PATH = "/waiting-list/r-first/suggestions"


async def shown(visitor: Visitor, path: str = PATH, user: str = "coordinator") -> tuple[str, str]:
    """The page after it found suggestions, and its address."""
    client = await visitor(user)
    client.cookies.set("havn-language", "en")
    answer = await client.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text, str(answer.url.path) + "?" + answer.url.query.decode()


@pytest.mark.parametrize("language", ["da", "en", "kl"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_of_it_can_be_used_by_all(browsing: Browsing, width: int, language: str) -> None:
    if language == "kl" and width == DESK:
        return
    async with browsing.as_("coordinator", width, language) as page:
        await page.goto(PATH)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        query = page.url.split("?")[1]
        places = "&place=families/f-fits-1&place=families/f-fits-2"
        for part in (f"/compare?{query}{places}", f"/compare?{query}", f"/excluded?{query}"):
            await page.goto(PATH + part)
            assert await violations(page) == [], part
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, part


async def test_three_places_with_a_figure_for_each_reason_and_none_chosen(visitor: Visitor) -> None:
    page, _ = await shown(visitor)
    assert page.count('<article class="place"') in (3, 4)
    assert page.count("In the plan for all who wait") == 1
    assert " checked" not in page
    for card in page.split("<article ")[1:]:
        summary, reasons, cost = (card.index(mark) for mark in ("place-summary", 'class="reasons"', 'class="price"'))
        assert summary < reasons < cost
        assert len(re.findall(r'<th scope="row">[^<]+</th><td>\d+</td><td>\d+</td>', card)) > 5


@pytest.mark.parametrize("script", [True, False])
async def test_a_name_shows_once_its_card_is_opened(browsing: Browsing, *, script: bool) -> None:
    async with browsing.as_("coordinator", script=script) as page:
        await page.goto(PATH)
        assert EVIL not in await page.inner_text("main")
        assert "Family 1" not in await page.content()
        await page.get_by_label("Compare: suggestion 2").check(force=True)
        first = page.locator("article.place").first
        await first.get_by_role("link", name="Open the card").click()
        await first.get_by_role("link", name="Hide the name").wait_for()
        name = await first.locator("h3").inner_text()
        assert name.startswith("Family ")
        assert name.endswith(EVIL)
        assert await page.get_by_label("Compare: suggestion 2").is_checked() is script


@pytest.mark.parametrize("user", ["coordinator", "council"])
async def test_an_opened_card_leads_to_the_profile_and_the_family_is_told(
    visitor: Visitor, havn: Havn, user: str
) -> None:
    closed, address = await shown(visitor, user=user)
    link = '<a class="no-print" href="/families/f-fits-1?from=suggestions">'
    assert link not in closed
    opened, _ = await shown(visitor, f"{address}&count=10&open=families/f-fits-1", user)
    assert "Family 1 &lt;img" in opened
    assert link in opened
    asked = families.ListProfileViewsRequest(name="families/f-fits-1")
    looks = (await havn.as_(cast.USERS["auditor"]).families.ListProfileViews(asked)).profile_views
    told = {(look.kind, look.purpose) for look in looks if look.person == f"users/{user}"}
    assert told == {(families.PROFILE_VIEW_KIND_SUGGESTED, PURPOSE_FINDING_HOME)}


def test_a_profile_opens_for_whoever_may_read_it() -> None:
    own, other = (pb.Home(name="families/f-1", authority=each) for each in (cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY))
    assert may_open(cast.COORDINATOR, own)
    assert not may_open(cast.COORDINATOR, other)
    assert not may_open(cast.CASEWORKER, own)


async def test_names_show_at_once_where_the_setting_says_so(havn: Havn) -> None:
    settings = havn.platform.settings.model_copy(update={"console_hides_names": False})
    running = await server.start(replace(havn.platform, settings=settings), cast.USERS)
    async with logged_in(running, "coordinator") as client:
        page = (await client.get(PATH, follow_redirects=True)).text
    await running.stop()
    assert "Family 1 &lt;img" in page


async def test_reloading_and_opening_compute_nothing_anew(havn: Havn, visitor: Visitor) -> None:
    first, address = await shown(visitor)
    again, _ = await shown(visitor, address)
    assert cards(again) == cards(first)
    _, other = await shown(visitor)
    assert other != address


def cards(page: str) -> list[str]:
    return re.findall(r"<article.*?</article>", page, re.DOTALL)


@pytest.mark.parametrize("script", [True, False])
async def test_more_places_on_demand(browsing: Browsing, *, script: bool) -> None:
    async with browsing.as_("coordinator", script=script) as page:
        await page.goto(PATH)
        before = await page.locator("article.place").count()
        await page.get_by_role("link", name=re.compile(r"^Show \d+ more")).click()
        await page.locator("#place-5").wait_for()
        await expect(page.locator("article.place")).to_have_count(FREE_HOMES)
        assert before < FREE_HOMES
        await expect(page.locator("#more")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
async def test_two_places_side_by_side_with_only_what_differs(browsing: Browsing, *, script: bool) -> None:
    async with browsing.as_("coordinator", PHONE, script=script) as page:
        await page.goto(PATH)
        for rank in (1, 3):
            await page.locator(f"#compare-{rank}").check(force=True)
        async with next_page(page):
            await page.get_by_role("button", name="Compare").click()
        table = page.locator("table.comparison")
        assert await table.locator("thead th").count() == 2
        titles = await table.locator("tbody th").all_inner_texts()
        assert "Town" in titles
        assert titles[-1] == "Public cost"
        assert "Language" not in titles
        assert EVIL not in await page.content()
        told = await table.inner_text()
        assert re.search(r"Town\s.*1 leg, \d.\d hours", told, re.DOTALL)
        assert re.search(r"A visit with the parents\s.*kr\., 1 a month", told, re.DOTALL)


async def test_a_card_tells_the_ways_in_figures_and_the_price_of_a_visit_with_the_price(visitor: Visitor) -> None:
    page, _ = await shown(visitor)
    first = page.split("<article")[1].split("</article>")[0]
    assert re.search(r"To the parents: 1 leg, \d.\d hours", first)
    assert first.index("a day</strong>") < first.index("A visit with the parents: ")


def test_suggestions_that_were_kept_without_figures_of_travel_are_compared_by_their_sentences() -> None:
    said = pb.Reason(criterion="town", words=Words(en="Same town"), met=100, weight=15)
    before = pb.Suggestion(reasons=[said])
    after = pb.Suggestion(reasons=[said], travel=pb.Travel(to_home=pb.Trip(leg_count=2, hours=4.5)))
    languages.speak(Language.EN)
    town = compared([before, after])[0]
    assert town.cells == [["Same town"], ["Same town"]]
    assert town.figures == [["100 of 100"], ["2 legs, 4.5 hours", "100 of 100"]]


async def test_one_place_or_four_are_no_comparison(visitor: Visitor) -> None:
    _, address = await shown(visitor)
    client = await visitor("coordinator")
    query = address.split("?")[1]
    for places in ([], [1], [1, 2, 3, 4]):
        chosen = "".join(f"&place=families/f-fits-{number}" for number in places)
        answer = await client.get(f"{PATH}/compare?{query}{chosen}")
        assert answer.status_code == 422
        assert "Sæt kryds ved to eller tre steder." in answer.text
        assert answer.text.count(" checked") == len(places)


async def test_a_home_that_is_sorted_out_says_by_which_rule_and_what_would_include_it(visitor: Visitor) -> None:
    page, address = await shown(visitor)
    assert "1 home was sorted out – see why" in page
    excluded, _ = await shown(visitor, address.replace("/suggestions?", "/suggestions/excluded?"))
    assert "Approval, certificates or a pause" in excluded
    assert "It would fit if:" in excluded
    assert "Family Paused" not in excluded


async def test_a_page_says_that_homes_changed_and_stays_as_it_was(
    havn: Havn, browsing: Browsing, visitor: Visitor
) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto(PATH)
        await page.locator("#live[data-state=live]").wait_for()
        assert "Homes changed" not in await page.inner_text("main")
        before = await page.locator(".places").inner_text()
        consultant = havn.as_(cast.CONSULTANT)
        family = await consultant.families.GetFosterFamily(families.GetFosterFamilyRequest(name="families/f-paused"))
        family.display_name = "Family Paused Longer"
        await consultant.families.UpdateFosterFamily(cast.changing(family, "display_name"))
        await page.get_by_text("Homes changed since").wait_for()
        assert await page.locator(".places").inner_text() == before
        _, address = await shown(visitor, page.url.removeprefix(browsing.console.address))
        await page.locator("#news").get_by_role("link", name="Find suggestions again").click()
        await page.wait_for_url(lambda url: address not in url)
        assert "Homes changed" not in await page.inner_text("main")


def test_the_plans_place_is_shown_at_once_and_never_twice() -> None:
    kept = pb.Suggestions(suggestions=[pb.Suggestion(rank=rank, in_plan=rank == 5) for rank in range(1, 8)])
    found = Shown(pb.SuggestionsPart(suggestions=kept), [], "")
    assert [place.rank for place in found.first(3)] == [1, 2, 3, 5]
    assert [place.rank for place in further(found, 3, 13)] == [4, 6, 7]


async def test_suggestions_belong_to_their_child(havn: Havn, visitor: Visitor) -> None:
    await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing(id="r-other"))
    _, address = await shown(visitor)
    client = await visitor("coordinator")
    for part in ("", "/compare", "/excluded", "/news", "/map.svg"):
        other = address.replace("r-first", "r-other").replace("/suggestions?", f"/suggestions{part}?")
        assert (await client.get(other)).status_code == 404, part
        wrong = f"{PATH}{part}?shown=%3Cscript%3E"
        assert (await client.get(wrong)).status_code in (404, 422), part


async def test_the_map_is_one_picture_that_says_what_it_shows(visitor: Visitor) -> None:
    page, _ = await shown(visitor)
    source = re.findall(r'<img src="([^"]+)"', page)[0].replace("&amp;", "&")
    client = await visitor("coordinator")
    answer = await client.get(source)
    assert answer.headers["content-type"] == "image/svg+xml"
    picture = ElementTree.fromstring(answer.text)
    assert picture.get("role") == "img"
    assert "Nuuk" in str(picture.get("aria-label"))
    assert [each for each in picture.iter() if each is not picture and ("role" in each.attrib)] == []


def test_a_map_leaves_out_towns_whose_place_is_unknown() -> None:
    svg = maps.drawn((Mark("Nuuk", "child", ("home",)), Mark("Kulusuk", "place", ("first",))), 'A <map> & "more"')
    assert ">Nuuk<" in svg
    assert "Kulusuk" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == 'A <map> & "more"'


async def test_a_request_that_is_not_open_is_refused_in_words(havn: Havn, visitor: Visitor) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    request = await coordinator.placements.CreateRequest(cast.filing(id="r-over"))
    await coordinator.placements.WithdrawRequest(cast.withdrawing(request))
    client = await visitor("coordinator")

    async def refused() -> bool:
        return (await client.get("/waiting-list/r-over/suggestions")).status_code == 409

    await havn.until("matching", refused)


async def test_a_console_draws_a_map_before_anybody_asks_for_one(havn: Havn) -> None:
    maps.drawn.cache_clear()
    await (await server.start(havn.platform)).stop()
    assert maps.drawn.cache_info().currsize == 1
