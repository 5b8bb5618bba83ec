"""Everybody sees what waits for them, and each count opens its list."""

import pytest

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
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


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("user", ["coordinator", "institution", "consultant", "stranger"])
async def test_all_can_use_it(browsing: Browsing, width: int, user: str) -> None:
    async with browsing.as_(user, width, "da") as page:
        await page.goto("/")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
