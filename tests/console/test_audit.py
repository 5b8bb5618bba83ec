"""An auditor finds who saw and changed what."""

import pytest
import pytest_asyncio

from havn.placements.v1 import placements_pb2 as placements
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import WIDTHS, Browsing, Visitor, next_page, violations

CHILD = "children/seen-1"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def seen(havn: Havn) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    filing = cast.filing(cast.a_request(child=cast.a_child(reference=CHILD)), id="seen-1")
    await coordinator.placements.CreateRequest(filing)
    await havn.as_(cast.LEADER).placements.GetRequest(placements.GetRequestRequest(name="requests/seen-1"))


async def test_an_auditor_finds_everybody_who_saw_a_child(browsing: Browsing) -> None:
    async with browsing.as_("auditor") as page:
        await page.goto("/audit")
        await page.get_by_label("About").fill("seen-1")
        async with next_page(page):
            await page.get_by_role("button", name="Search").click()
        rows = [await row.inner_text() for row in await page.locator("tbody tr").all()]
        assert any("leader" in row and "saw" in row and "requests/seen-1" in row for row in rows)
        assert any("coordinator" in row and "changed" in row for row in rows)
        async with next_page(page):
            await page.get_by_role("link", name="requests/seen-1").first.click()
        assert "about=requests" in page.url


async def test_rows_of_one_person_alone(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get("/audit?about=seen-1&person=leader")
    assert ">leader<" in answer.text
    assert ">coordinator<" not in answer.text


async def test_nothing_found_says_what_to_do(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get("/audit?about=nobody-1&from=2020-01-01&until=2020-01-02")
    assert "Ingen har set noget" in answer.text


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", "\"'><img src=x>", "children/" + "x" * 300, "æ\u202e"])
async def test_whatever_is_typed_is_answered_in_words_and_never_run(visitor: Visitor, given: str) -> None:
    client = await visitor("auditor")
    answer = await client.get("/audit", params={"about": given, "person": given, "from": given, "until": given})
    assert answer.status_code in (200, 422)
    assert given not in answer.text or "<" not in given


@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(browsing: Browsing, width: int) -> None:
    async with browsing.as_("auditor", width, "da") as page:
        await page.goto("/audit?about=seen-1&services=yes")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
