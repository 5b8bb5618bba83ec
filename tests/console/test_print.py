"""On paper a page says what it is, when and to whom it was shown, and what stands in it: nothing one would click."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import Browsing

A4 = 718
"""Pixels between the margins of an upright sheet."""


@pytest_asyncio.fixture(scope="module", autouse=True)
async def waiting(havn: Havn) -> None:
    coordinator: Client = havn.as_(cast.COORDINATOR)
    await coordinator.placements.CreateRequest(cast.filing(id="r-paper"))

    async def listed() -> bool:
        return (await coordinator.capacity.ListWaitingList(ListWaitingListRequest())).total_count > 0

    await havn.until("capacity", listed)


@pytest_asyncio.fixture
async def paper(browsing: Browsing) -> AsyncIterator[Page]:
    async with browsing.as_("coordinator", A4) as page:
        await page.emulate_media(media="print")
        yield page


async def test_a_sheet_says_what_it_is_and_leaves_out_what_one_would_click(paper: Page) -> None:
    for path in ("/", "/waiting-list", "/offers", "/waiting-list/r-paper/withdraw"):
        await paper.goto(path)
        await expect(paper.locator(".print-head")).to_contain_text("to coordinator")
        await expect(
            paper.locator(".masthead, .foot, .live, button, .button, input, textarea").locator("visible=true")
        ).to_have_count(0)
        assert await paper.evaluate("document.documentElement.scrollWidth") <= A4, path


async def test_a_table_is_whole_on_paper_and_no_row_is_torn_apart(paper: Page) -> None:
    await paper.goto("/waiting-list")
    table = paper.locator("table.waiting-list")
    await expect(table.locator("thead")).to_have_css("display", "table-header-group")
    row = table.locator("tbody tr").first
    await expect(row).to_have_css("display", "table-row")
    await expect(row).to_have_css("break-inside", "avoid")
    await expect(row.locator(".acts")).to_be_hidden()


async def test_a_screen_shows_no_head_of_a_sheet(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/")
        await expect(page.locator(".print-head")).to_be_hidden()
