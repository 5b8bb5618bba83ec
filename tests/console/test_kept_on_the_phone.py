"""What a phone keeps of follow-ups: whose it is, who can read it, how long it stays, and what sends it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import Dialog, Page, Route, expect

from havn.families.v1 import families_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, Browsing, Visitor, violations
from tests.console.phone import OPENED, fill, save, waiting

OWN, OTHERS = "families/f-own", "families/f-others"
FORM = f"/{OWN}/follow-up"
LATER = cast.TODAY + timedelta(weeks=4)
OFFLINE_DAYS = 14

STORED = """async () => {
  const asked = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const [{ name }] = await indexedDB.databases();
  const database = await asked(indexedDB.open(name));
  const key = await asked(database.transaction("keys").objectStore("keys").get("own"));
  const [entry] = await asked(database.transaction("entries").objectStore("entries").getAll());
  database.close();
  const bytes = new TextDecoder("latin1").decode(entry.sealed);
  return { extractable: key.extractable, shown: JSON.stringify(entry) + bytes };
}"""


LEFT = """async () => [
  (await indexedDB.databases()).filter(({ name }) => name.includes("consultant")),
  await caches.keys(),
]"""


@pytest_asyncio.fixture(scope="module", autouse=True)
async def families(havn: Havn) -> None:
    consultant = havn.as_(cast.CONSULTANT)
    for name, followed_by in ((OWN, cast.CONSULTANT.subject), (OTHERS, "users/somebody-else")):
        family = cast.a_family(approval=cast.an_approval(), consultant=followed_by)
        await consultant.families.CreateFosterFamily(cast.entering(family, id=name.removeprefix("families/")))


@asynccontextmanager
async def form(browsing: Browsing, text: str) -> AsyncIterator[Page]:
    """The form of an own family, filled in and kept as a draft."""
    async with browsing.as_("consultant", PHONE) as page:
        await page.goto(FORM)
        await page.wait_for_selector(OPENED)
        await fill(page, text, cast.TODAY, LATER)
        await page.wait_for_selector("#saved[data-state=draft]")
        yield page


async def log_in(page: Page, user: str) -> None:
    """Logs in where a session ended by itself."""
    await page.context.clear_cookies()
    await page.goto("/login?back=/families")
    await page.click(f"button[value={user}]")


async def times_saved(consultant: Client, text: str) -> int:
    page = await consultant.families.ListFollowUps(pb.ListFollowUpsRequest(parent=OWN, page_size=200))
    return [each.trust.note for each in page.follow_ups].count(text)


async def queued(page: Page) -> None:
    """Saves while there is no network."""
    await page.context.set_offline(True)
    await save(page)
    await page.locator("#queued h2").wait_for()


async def test_what_is_kept_can_be_read_by_nobody_who_takes_it_away(browsing: Browsing) -> None:
    async with form(browsing, "Nobody reads this") as page:
        stored = await page.evaluate(STORED)
        assert stored["extractable"] is False
        assert "Nobody" not in stored["shown"]
        assert OWN not in stored["shown"]


async def test_it_waits_while_a_session_is_over_and_goes_on_as_the_same_person(
    browsing: Browsing, consultant: Client
) -> None:
    async with form(browsing, "From an older session") as page:
        await page.context.clear_cookies()
        await save(page)
        await expect(page.locator("#waiting")).to_contain_text("waits until you are logged in again")
        assert await violations(page) == []
        assert await times_saved(consultant, "From an older session") == 0
        await log_in(page, "consultant")
        await expect(page.locator("#waiting")).to_contain_text("1 follow-up was sent")
    assert await times_saved(consultant, "From an older session") == 1


async def test_somebody_else_who_logs_in_finds_and_sends_nothing_of_it(browsing: Browsing, consultant: Client) -> None:
    async with form(browsing, "Of the consultant alone") as page:
        await queued(page)
        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await log_in(page, "leader")
        await expect(page.locator("body")).to_have_attribute("data-user", "users/leader")
        await forgotten(page)
    assert await times_saved(consultant, "Of the consultant alone") == 0


async def forgotten(page: Page) -> None:
    """Returns once the phone keeps nothing of the consultant's."""
    deadline = time.monotonic() + 20
    while await page.evaluate(LEFT) != [[], []]:
        assert time.monotonic() < deadline


async def test_a_logout_asks_before_it_forgets_what_was_not_sent(browsing: Browsing) -> None:
    async with form(browsing, "Not sent") as page:
        asked: list[str] = []

        async def stay_at_first(dialog: Dialog) -> None:
            asked.append(dialog.message)
            await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

        page.on("dialog", stay_at_first)
        await page.get_by_role("button", name="Log out").click()
        await expect(page.locator("#trust-note")).to_have_value("Not sent")
        await page.get_by_role("button", name="Log out").click()
        await page.wait_for_url("**/login?out=1")
        assert ["were not sent are deleted: 1" in each for each in asked] == [True, True]
        await forgotten(page)
        assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


async def test_it_is_forgotten_after_its_days(browsing: Browsing) -> None:
    async with form(browsing, "Old") as page:
        await page.clock.set_fixed_time(time.time() + (OFFLINE_DAYS - 1) * 86_400)
        await page.reload()
        await page.wait_for_selector(OPENED)
        assert await waiting(page) == ["draft"]
        await page.clock.set_fixed_time(time.time() + (OFFLINE_DAYS + 1) * 86_400)
        await page.reload()
        await page.wait_for_selector(OPENED)
        assert await waiting(page) == []


async def test_a_page_that_stands_between_does_not_pass_for_the_server(browsing: Browsing, consultant: Client) -> None:
    async def portal(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our network</h1>")

    async with form(browsing, "Through a portal") as page:
        await page.route("**/follow-ups/session", portal)
        await save(page)
        await expect(page.locator("#waiting")).to_be_visible()
        await page.unroute("**/follow-ups/session")
        await page.route(f"**{FORM}", portal)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("#waiting")).to_contain_text("waits for a connection")
        assert await waiting(page) == ["waiting"]
        await page.unroute(f"**{FORM}")
        await page.evaluate("dispatchEvent(new Event('online'))")
        await page.wait_for_url("**/follow-ups/*")
    assert await times_saved(consultant, "Through a portal") == 1


async def test_what_is_refused_later_comes_back_to_be_corrected(browsing: Browsing, consultant: Client) -> None:
    async with form(browsing, "Wrong at first") as page:
        await page.fill("#next-visit-date", cast.TODAY.isoformat())
        await queued(page)
        await page.context.set_offline(False)
        await page.goto("/families")
        await page.get_by_role("link", name="Correct it").click()
        await page.locator("#next-visit-date-error").wait_for()
        assert await page.input_value("#trust-note") == "Wrong at first"
        await page.fill("#next-visit-date", LATER.isoformat())
        await save(page)
        await page.wait_for_url("**/follow-ups/*")
        assert await waiting(page) == []
    assert await times_saved(consultant, "Wrong at first") == 1


async def test_two_tabs_of_one_family_are_two_follow_ups(browsing: Browsing, consultant: Client) -> None:
    async with form(browsing, "The first tab") as page:
        other = await page.context.new_page()
        await other.goto(FORM)
        await other.wait_for_selector(OPENED)
        assert await other.input_value("#trust-note") == ""
        for tab, text in ((other, "The second tab"), (page, "The first tab")):
            await fill(tab, text, cast.TODAY, LATER)
            await save(tab)
            await tab.wait_for_url("**/follow-ups/*")
    assert [await times_saved(consultant, f"The {each} tab") for each in ("first", "second")] == [1, 1]


async def test_of_forms_those_of_own_families_alone_are_kept(browsing: Browsing) -> None:
    async with browsing.as_("consultant", PHONE) as page:
        for family in (OTHERS, OWN):
            await page.goto(f"/{family}/follow-up")
            await page.wait_for_selector(OPENED)
        await page.wait_for_selector("[data-taken]")
        kept = await page.evaluate(
            "caches.open('havn-pages').then((cache) => cache.keys()).then((all) => all.map(({ url }) => url))"
        )
        assert [each for each in kept if OWN in each]
        assert not [each for each in kept if OTHERS in each]


async def test_another_site_learns_nothing_of_the_session(visitor: Visitor) -> None:
    client = await visitor("consultant")
    assert (await client.get("/follow-ups/session")).json()["user"] == cast.CONSULTANT.subject
    assert (await client.get("/follow-ups/session", headers={"sec-fetch-site": "cross-site"})).status_code == 403
