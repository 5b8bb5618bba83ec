"""How families are followed: everybody of the municipality reads it, a leader decides it anew."""

import pytest
from playwright.async_api import expect

from havn.families.v1 import support_pb2 as pb
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


async def test_a_leader_decides_anew_without_script_and_what_held_before_stays(browsing: Browsing, havn: Havn) -> None:
    async with browsing.as_("leader", PHONE, script=False) as page:
        await page.goto("/policy")
        await expect(page.get_by_text("this is Havn's own default")).to_be_visible()
        for weeks, reason in (("1, 3", "Closer at first (invented)"), ("1, 2, 3", PAYLOAD)):
            async with next_page(page):
                await page.get_by_role("link", name="Decide anew").click()
            await page.get_by_label("Visits of the first period").fill("one, two")
            async with next_page(page):
                await page.get_by_role("button", name="Publish").click()
            await expect(page.get_by_text("Write whole numbers")).to_be_visible()
            await page.get_by_label("Visits of the first period").fill(weeks)
            await page.get_by_label("Then, for light needs").fill("40")
            await page.get_by_label("Scale").fill(f"Low {PAYLOAD}\n\nHigh")
            await page.get_by_label("Why").fill(reason)
            async with next_page(page):
                await page.get_by_role("button", name="Publish").click()
            await expect(page.locator(".form-error-message")).to_have_text("Error: must be 1 to 26")
            await page.get_by_label("Then, for light needs").fill("20")
            async with next_page(page):
                await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_text("Closer at first (invented)")).to_be_visible()
        await expect(page.locator("img[src=x]")).to_have_count(0)
    held = await havn.as_(cast.LEADER).support.GetSupportPolicy(pb.GetSupportPolicyRequest(authority=cast.MUNICIPALITY))
    assert (list(held.first_weeks), held.light_weeks, held.reason) == ([1, 2, 3], 20, PAYLOAD)
    assert [step.wording for step in held.scale] == [f"Low {PAYLOAD}", "High"]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_and_nothing_is_too_wide(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("leader", width, language) as page:
        for path in ("/policy", "/policy/new"):
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_others_read_it_and_who_serves_all_chooses_whose(visitor: Visitor) -> None:
    for user in ("consultant", "auditor", "administrator"):
        answer = await (await visitor(user)).get("/policy")
        assert answer.status_code == 200, user
        assert "/policy/new" not in answer.text
        assert "Sådan følges familier" in answer.text
