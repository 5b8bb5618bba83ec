"""A follow-up is corrected: what stood there before stays readable."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from havn.families.v1 import families_pb2 as families
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest_asyncio.fixture
async def follow_up(havn: Havn) -> families.FollowUp:
    consultant = havn.as_(cast.CONSULTANT)
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    part = families.FollowUpPart(note=PAYLOAD, child_words=PAYLOAD)
    logged = cast.a_follow_up(trust=part, concern_words=PAYLOAD)
    return await consultant.families.LogFollowUp(cast.logging(family.name, logged))


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_follow_up_is_corrected_without_script_and_axe_finds_nothing(
    browsing: Browsing, follow_up: families.FollowUp, havn: Havn, width: int, language: str
) -> None:
    address = f"/{follow_up.name.replace('followUps', 'follow-ups')}"
    script = (width, language) != (PHONE, "en")
    async with browsing.as_("consultant", width, language, script=script) as page:
        await page.goto(f"{address}/correct")
        await expect(page.locator("#trust-note")).to_have_value(PAYLOAD)
        async with next_page(page):
            await page.locator("main button[type=submit]").click()
        await expect(page.locator(".form-error-message")).to_have_count(1)
        await page.locator("#trust-note").fill(f"Right {width} {language}")
        await page.locator("#reason").fill(f"Reason {PAYLOAD}")
        if script:
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        async with next_page(page):
            await page.locator("main button[type=submit]").click()
        await expect(page.locator("main")).to_contain_text(f"Right {width} {language}")
        await expect(page.locator("#versions")).to_be_visible()
        await expect(page.locator("img[src=x]")).to_have_count(0)
        if script:
            assert await violations(page) == []
    kept = await havn.as_(cast.CONSULTANT).families.GetFollowUp(families.GetFollowUpRequest(name=follow_up.name))
    assert kept.trust.note == f"Right {width} {language}"
    assert (list(kept.actions), list(kept.children)) == (list(follow_up.actions), list(follow_up.children))
    assert (kept.concern, kept.concern_words, kept.trust.child_words) == (True, PAYLOAD, PAYLOAD)


async def test_who_may_not_correct_reads_it_all_the_same(visitor: Visitor, follow_up: families.FollowUp) -> None:
    address = f"/{follow_up.name.replace('followUps', 'follow-ups')}"
    answer = await (await visitor("leader")).get(address)
    assert answer.status_code == 200
    assert f"{address}/correct" not in answer.text
