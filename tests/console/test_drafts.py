"""A follow-up is kept as a draft, gone on with, and discarded: by whoever writes it, and nobody else."""

import html

import pytest
from playwright.async_api import expect

from havn.families.v1 import support_pb2 as pb
from services.console.pages import drafts
from services.console.pages.follow_up_form import Filled
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import DESK, PHONE, Browsing, Visitor, csrf, next_page, violations

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


async def test_two_devices_overwrite_nothing_of_each_other_unseen(visitor: Visitor, havn: Havn) -> None:
    family = await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    here, there = await visitor("consultant"), await visitor("consultant")
    path, typed = f"/{family.name}/follow-up", {"keep-draft": "yes", "everyday_life-note": "Both wrote this"}

    def sent(page: str, client_csrf: str, **written: str) -> dict[str, str]:
        etag = page.split('name="draft-etag" value="')[1].split('"')[0]
        return {**typed, "csrf": client_csrf, "draft-etag": etag} | {f"{part}-note": at for part, at in written.items()}

    mine, yours = await csrf(here), await csrf(there)
    opened = (await here.get(path)).text
    assert (await there.post(path, data=sent(opened, yours, trust=PAYLOAD))).status_code == 303
    refused = await here.post(path, data=sent(opened, mine, trust="Written here", resources="A <b>neighbour"))
    assert refused.status_code == 409
    told, form = refused.text.split('class="other-draft"')[1].split("</dl>", 1)
    assert html.unescape(told.split("<dd")[1].split(">", 1)[1].split("</dd>")[0]) == PAYLOAD
    assert "Both wrote this" not in told
    assert all(words in form for words in ("Written here", "A &lt;b&gt;neighbour", "Both wrote this"))
    again = sent(refused.text, mine, trust="Written here", resources="A neighbour")
    assert (await here.post(path, data=again)).status_code == 303
    begun_anew = (await there.get(path)).text
    assert (await there.post(path, data=sent(begun_anew, yours, trust="Anew"))).status_code == 409
    taken_up = (await there.get(f"{path}?draft=yes")).text
    assert "Written here" in taken_up
    assert (await there.post(path, data=sent(taken_up, yours, trust="Taken up"))).status_code == 303
    asked = pb.ListFollowUpDraftsRequest(parent=family.name)
    listed = await havn.as_(cast.CONSULTANT).support.ListFollowUpDrafts(asked)
    assert {each.field: each.text for each in listed.drafts[0].fields} == {
        "trust.note": "Taken up",
        "everyday_life.note": "Both wrote this",
    }


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
