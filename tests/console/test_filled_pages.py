"""What holds for pages that show something: they are light, keys are enough, and each language stands."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import families_pb2 as families
from havn.placements.v1 import placements_pb2 as placements
from services.console import languages
from services.shared.names import last_part
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import DESK, PHONE, WIDTHS, Browsing, Visitor, violations

INSTITUTION = cast.USERS["institution"].institution
FAMILY, APPLIES, REQUEST = "families/f-filled", "families/f-applies", "requests/r-filled"
FILLED = {
    "consultant": (
        f"/{FAMILY}",
        f"/{FAMILY}/history",
        f"/{FAMILY}/support",
        f"/{FAMILY}/pause",
        f"/{FAMILY}/approve",
        f"/{FAMILY}/profile",
        f"/{FAMILY}/wishes",
        f"/{FAMILY}/household",
        f"/{FAMILY}/pay",
        f"/{FAMILY}/availability",
        f"/{FAMILY}/agree",
        f"/{FAMILY}/training",
        f"/{FAMILY}/supervision-visit",
        f"/{FAMILY}/follow-ups/LOGGED/correct",
        f"/{APPLIES}/assess",
        "/registry",
        "/applications",
        "/applications/new",
        "/actions",
        "/drafts",
        "/coverage",
    ),
    "institution": ("/vacancies/a", "/wellbeing", "/wellbeing/lives-here", "/deliveries"),
    "leader": (
        "/policy",
        "/policy/new",
        "/places",
        f"/places/{INSTITUTION}",
        "/places/breaches",
        "/places/breaches/new",
        "/waiting-list/times",
        "/waiting-list/exits",
    ),
    "coordinator": (
        "/waiting-list/applications",
        "/waiting-list/r-filled/withdraw",
        "/waiting-list/new",
        "/waiting-list/r-filled/edit",
    ),
    "central-list": ("/waiting-list/central",),
}
"""Pages that show what there is, by who opens them."""

NOT_ELSEWHERE = {
    "consultant": (
        "/drafts",
        "/applications",
        "/applications/new",
        *(f"/{FAMILY}/{part}" for part in ("profile", "wishes", "household")),
    ),
    "leader": ("/places/breaches",),
    "coordinator": ("/waiting-list/r-filled/edit",),
}
"""Pages that no other test looks at with axe in each language at each width."""

COLD_BYTES, WARM_BYTES = 150_000, 30_000


@pytest_asyncio.fixture(scope="module")
async def filled(havn: Havn) -> str:
    """One of everything, with the id of the follow-up that was logged."""
    consultant, coordinator = havn.as_(cast.CONSULTANT), havn.as_(cast.COORDINATOR)
    administrator, staff = havn.as_(cast.ADMINISTRATOR), havn.as_(cast.USERS["institution"])
    await administrator.capacity.CreateInstitution(
        cast.founding(cast.an_institution(promised_services=[cast.a_promise()]), id=INSTITUTION.split("/")[1])
    )
    unit = await administrator.capacity.CreateUnit(cast.opening(INSTITUTION, id="a"))
    family = cast.a_ready_family(consultant="users/consultant")
    await consultant.families.CreateFosterFamily(cast.entering(family, id="f-filled"))
    application = families.Application(applied_date=cast.day(-9), motivation="Room for one more (invented)")
    applies = cast.a_family(consultant="users/consultant", application=application)
    await consultant.families.CreateFosterFamily(cast.entering(applies, id="f-applies"))
    for home, child in ((FAMILY, "children/in-family"), (unit.name, "children/lives-here")):
        step = 3 if home == FAMILY else 5
        await coordinator.placements.RecordPlacement(
            cast.recording(cast.a_placement(home=home, child=child, step=step))
        )
    logged = await consultant.families.LogFollowUp(cast.logging(FAMILY))
    await consultant.support.SaveFollowUpDraft(cast.drafting(FAMILY))
    await consultant.support.AgreeSupport(cast.agreeing(FAMILY, cast.an_agreement()))
    await havn.as_(cast.LEADER).capacity.RecordBreach(cast.recording_breach())
    await staff.capacity.ReportVacancy(cast.reporting(unit.name))
    sought = placements.NeedStep(step=5, assessor="Assessor (invented)", assessed_date=cast.day(-30))
    for id in ("r-filled", "r-left"):
        filing = cast.filing(cast.a_request(need_step=sought, child=cast.a_child()), id=id)
        filed = await coordinator.placements.CreateRequest(filing)
    await havn.until("capacity", lambda: waits(havn, 2))
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed))
    await havn.until("capacity", lambda: waits(havn, 1))
    await coordinator.waiting.ApplyToCentralList(cast.applying(REQUEST))

    async def lives_there() -> bool:
        return "lives-here" in str(await staff.wellbeing.ListWellbeing(wellbeing.ListWellbeingRequest()))

    await havn.until("capacity", lives_there)
    await staff.wellbeing.RecordWellbeing(cast.observing("children/lives-here"))
    await staff.capacity.RecordDelivery(cast.delivering(INSTITUTION))
    return last_part(logged.name)


async def waits(havn: Havn, count: int) -> bool:
    listed = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(capacity.ListWaitingListRequest())
    return listed.total_count == count


WATCH_KEYS = """() => {
    window.reached = new Set();
    window.sent = new Set();
    const named = (at) => at.type === "radio" ? `${at.form?.action} ${at.name}` : at;
    const seen = (at) => at.checkVisibility() && !at.disabled && !at.closest("[aria-hidden=true]");
    const all = (what) => [...document.querySelectorAll(what)];
    const told = (at) => at.outerHTML.slice(0, 120);
    for (const each of all("main details")) each.open = true;
    addEventListener("focusin", ({ target }) => window.reached.add(named(target)), true);
    addEventListener("submit", (event) => {
        window.sent.add(event.target);
        event.preventDefault();
        event.stopImmediatePropagation();
    }, true);
    // A form whose first answer is missing says so instead.
    addEventListener("invalid", ({ target }) => window.sent.add(target.form), true);
    window.buttons = all("main form").map((form) => [...form.elements].find((at) => at.type === "submit" && seen(at)));
    window.unreached = () => all("main :is(input, select, textarea, button, summary, a[href])")
        .filter((at) => seen(at) && !window.reached.has(named(at))).map(told);
    window.unsent = () => all("main form").filter((form) => !window.sent.has(form)).map(told);
    // A day has a stop for each of its parts, and one for its calendar.
    const stops = all("a[href], input, select, textarea, button, summary").filter(seen);
    return [stops.length + 4 * stops.filter((at) => at.type === "date").length + 1, window.buttons.length];
}"""


async def out_of_reach(page: Page) -> list[str]:
    """Controls of a page that Tab does not come to, and forms that Enter on their first button does not send."""
    stops, forms = await page.evaluate(WATCH_KEYS)
    await asyncio.gather(*(page.keyboard.press("Tab") for _ in range(stops)))
    left: list[str] = await page.evaluate("unreached()")
    for number in range(forms):
        await page.evaluate("(number) => buttons[number]?.focus()", number)
        await page.keyboard.press("Enter")
    left += await page.evaluate("unsent()")
    return left


class Weighed:
    """What a page's answers weigh as they came over the wire: all of them, and those that no visit keeps."""

    def __init__(self) -> None:
        self.sizes: dict[str, float] = {}
        self.addresses: dict[str, str] = {}

    async def watch(self, page: Page) -> None:
        session = await page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, event: Mapping[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def _came(self, event: Mapping[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def total(self, *, warm: bool) -> float:
        """Of all, or without what a browser keeps for good."""
        of = (size for id, size in self.sizes.items() if not (warm and "/assets/" in self.addresses.get(id, "")))
        return sum(of)


@pytest.mark.parametrize("user", FILLED)
async def test_each_page_is_light_and_all_of_it_is_reached_and_sent_by_keys(
    browsing: Browsing, filled: str, user: str
) -> None:
    async with browsing.as_(user, DESK, "da") as page:
        weighed = Weighed()
        await weighed.watch(page)
        for path in FILLED[user]:
            weighed.sizes.clear()
            answer = await page.goto(path.replace("LOGGED", filled))
            assert answer is not None
            assert answer.status == 200, path
            assert await out_of_reach(page) == [], path
            assert 1_000 < weighed.total(warm=True) <= WARM_BYTES, path
            assert weighed.total(warm=True) < weighed.total(warm=False) <= COLD_BYTES, path


@pytest.mark.parametrize("user", FILLED)
async def test_each_page_stands_in_kalaallisut_with_danish_where_that_lacks(
    visitor: Visitor, filled: str, user: str
) -> None:
    client = await visitor(user)
    client.cookies.set(languages.COOKIE, languages.Language.KL)
    for path in FILLED[user]:
        answer = await client.get(path.replace("LOGGED", filled))
        assert answer.status_code == 200, path
        assert '<html lang="kl">' in answer.text, path
        assert "Havn foreslår. Mennesker bestemmer." in answer.text, path


@pytest.mark.parametrize("language", languages.NAMES)
@pytest.mark.parametrize("user", NOT_ELSEWHERE)
async def test_axe_finds_nothing_where_no_other_test_looks(
    browsing: Browsing, filled: str, user: str, language: str
) -> None:
    async with browsing.as_(user, PHONE, language) as page:
        for path in NOT_ELSEWHERE[user]:
            await page.goto(path.replace("LOGGED", filled))
            await page.locator("main details").evaluate_all("all => all.forEach((each) => { each.open = true })")
            for width in [PHONE] if language == "kl" else WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                assert await violations(page) == [], (path, width)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
