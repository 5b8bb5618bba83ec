"""A follow-up is kept as a draft, gone on with, and discarded: by whoever writes it, and nobody else."""

import pytest
from playwright.async_api import expect

from havn.families.v1 import support_pb2 as pb
from services.console.pages import drafts
from services.console.pages.follow_up_form import Filled
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import DESK, PHONE, Browsing, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
WRITTEN = {
    "visit-date": "2026-02-30",
    "trust-note": PAYLOAD,
    "trust-words": "It sings",
    "concern": "yes",
    "child-1": "children/k-7",
    "action-2-what": "Call",
    "action-2-due": "soon",
}


@pytest.mark.parametrize(("width", "script"), [(DESK, True), (PHONE, False)])
async def test_a_draft_is_kept_gone_on_with_and_discarded(
    browsing: Browsing, havn: Havn, width: int, *, script: bool
) -> None:
    consultant = havn.as_(cast.CONSULTANT)
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family(display_name=PAYLOAD)))
    async with browsing.as_("consultant", width, script=script) as page:
        await page.goto(f"/{family.name}/follow-up")
        if script:
            await expect(page.locator("form#follow-up[data-ready=yes]")).to_be_visible()
        await page.locator("#trust-note").fill(f"Half a sentence {PAYLOAD}")
        async with next_page(page):
            await page.get_by_role("button", name="Keep as a draft").click()
        await expect(page.get_by_text("The draft is kept")).to_be_visible()
        await expect(page.locator("main")).to_contain_text("Half a sentence")
        await expect(page.locator("img[src=x]")).to_have_count(0)
        if script:
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        async with next_page(page):
            await page.get_by_role("link", name="Go on writing").click()
        await expect(page.locator("#trust-note")).to_have_value(f"Half a sentence {PAYLOAD}")
        await page.goto("/drafts")
        async with next_page(page):
            await page.get_by_role("button", name="Discard the draft").click()
        await expect(page.get_by_text("You have no drafts")).to_be_visible()
    listed = await consultant.support.ListFollowUpDrafts(pb.ListFollowUpDraftsRequest(parent=family.name))
    assert [each for each in listed.drafts if each.fields] == []


def test_what_is_typed_comes_back_as_it_was() -> None:
    given = Filled(WRITTEN)
    back = Filled(drafts.values(drafts.fields(given)))
    assert back.children == ["children/k-7"]
    assert {name: back[name] for name in ("visit-date", "trust-note", "trust-words", "concern")} == {
        name: WRITTEN[name] for name in ("visit-date", "trust-note", "trust-words", "concern")
    }
    assert (back["action-1-what"], back["action-1-due"], back.actions) == ("Call", "soon", [1])


def test_ticks_stand_at_the_numbers_of_the_form() -> None:
    given = Filled({"child-9": "children/b", "trust-note": "Calm"}).ticked(["children/a", "children/b"])
    assert (given["child-2"], given["child-9"], given["trust-note"]) == ("children/b", "", "Calm")
