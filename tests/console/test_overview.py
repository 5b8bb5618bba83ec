"""Everybody sees what waits for them, and each count opens its list."""

import pytest

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest, TownWait
from services.console import languages
from services.console.languages import Language
from services.console.pages.overview import waits_by_town
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import WIDTHS, Browsing, Visitor, violations


async def waits(coordinator: Client) -> bool:
    return (await coordinator.capacity.ListWaitingList(ListWaitingListRequest())).total_count > 0


@pytest.mark.parametrize("user", cast.USERS)
async def test_everybody_has_an_overview(visitor: Visitor, user: str) -> None:
    answer = await (await visitor(user)).get("/")
    assert answer.status_code == 200
    assert "Mit overblik" in answer.text


async def test_a_count_opens_its_list(havn: Havn, browsing: Browsing, coordinator: Client) -> None:
    await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("capacity", lambda: waits(coordinator))
    async with browsing.as_("coordinator") as page:
        await page.goto("/")
        link = page.get_by_role("link", name="wait").first
        await link.wait_for()
        assert await link.get_attribute("href") == "/waiting-list"


def test_a_chart_says_in_words_and_lengths_who_waits_longest() -> None:
    languages.speak(Language.EN)
    told = {"Nuuk": (2, 30), "Maniitsoq": (1, 40), "Ilulissat": (1, 0)}
    towns = [TownWait(town=town, child_count=count, median_days=days) for town, (count, days) in told.items()]
    chart = waits_by_town(towns)
    assert [(top, share, bar.label) for top, share, bar in chart.lines] == [
        (0, 100, "Maniitsoq"),
        (44, 75, "Nuuk"),
        (88, 0, "Ilulissat"),
    ]
    assert chart.alternative == (
        "Days waited. Maniitsoq: 40 days, 1 child; Nuuk: 30 days, 2 children; Ilulissat: 0 days, 1 child"
    )
    assert chart.bars[0].path == "/waiting-list?town=Maniitsoq"


async def test_a_leader_sees_how_long_children_wait_and_opens_the_list_of_a_town(
    havn: Havn, visitor: Visitor, coordinator: Client
) -> None:
    await coordinator.placements.CreateRequest(cast.filing(cast.a_request(child=cast.a_child(town="Paamiut"))))

    async def told() -> bool:
        listed = await coordinator.capacity.ListWaitingList(ListWaitingListRequest(town="Paamiut"))
        return listed.total_count > 0

    await havn.until("capacity", told)
    page = (await (await visitor("leader")).get("/")).text
    assert '<svg class="chart-bars" role="img" aria-label="Dage ventet. ' in page
    assert '<a href="/waiting-list?town=Paamiut">Paamiut</a>' in page
    assert "style=" not in page
    assert "chart-bars" not in (await (await visitor("coordinator")).get("/")).text


async def test_what_others_have_in_hand_stands_as_begun(
    havn: Havn, visitor: Visitor, coordinator: Client, consultant: Client
) -> None:
    assert "I gang" not in (await (await visitor("coordinator")).get("/")).text
    request = await coordinator.placements.CreateRequest(cast.filing())
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    await coordinator.placements.OfferPlace(cast.offering(request, family.name))
    page = (await (await visitor("coordinator")).get("/")).text
    begun = page.split("I gang: andre svarer")[1].split("<h2>")[0]
    assert 'href="/offers?state=asked"' in begun


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("user", ["leader", "coordinator", "institution", "consultant", "stranger"])
async def test_all_can_use_it(browsing: Browsing, width: int, user: str) -> None:
    async with browsing.as_(user, width, "da") as page:
        await page.goto("/")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
