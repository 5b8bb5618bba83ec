"""A concern shows to caseworker and leader, who say what came of it."""

import pytest
import pytest_asyncio

from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest_asyncio.fixture(scope="module")
async def concerns(havn: Havn) -> list[pb.RiskView]:
    """Three children of one family whose every word is hostile, each of them with a concern."""
    consultant, coordinator = havn.as_(cast.CONSULTANT), havn.as_(cast.COORDINATOR)
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family(display_name=PAYLOAD)))
    for _ in range(3):
        await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=family.name)))
    worrying = cast.a_follow_up(children=[], concern_words=PAYLOAD)
    await consultant.families.LogFollowUp(cast.logging(family.name, worrying))

    async def have_come() -> bool:
        return len(await views(havn)) == 3

    await havn.until("placements", have_come)
    return await views(havn)


async def views(havn: Havn) -> list[pb.RiskView]:
    listed = await havn.as_(cast.LEADER).placements.ListRiskViews(pb.ListRiskViewsRequest())
    return list(listed.risk_views)


async def test_where_nobody_is_concerned_the_page_says_so(visitor: Visitor) -> None:
    client = await visitor("caseworker")
    assert "Ingen venter på at blive set til" in (await client.get("/risk-views")).text


@pytest.mark.usefixtures("concerns")
@pytest.mark.parametrize("script", [True, False])
async def test_a_caseworker_looks_and_says_what_came_of_it(browsing: Browsing, havn: Havn, *, script: bool) -> None:
    waiting = [view for view in await views(havn) if view.state == pb.RISK_VIEW_STATE_OPEN]
    child = waiting[0].child.removeprefix("children/")
    async with browsing.as_("caseworker", PHONE, script=script) as page:
        await page.goto("/")
        assert "concerns to look at" in await page.inner_text("main")
        await page.goto("/risk-views")
        article = page.locator("article", has=page.get_by_role("heading", name=child, exact=True))
        assert PAYLOAD in await article.inner_text()
        async with next_page(page):
            await article.get_by_role("button", name="I have looked").click()
        assert "Say in a few words" in await page.inner_text("main")
        await article.get_by_role("textbox").fill(f"Talked with it {PAYLOAD}")
        async with next_page(page):
            await article.get_by_role("button", name="I have looked").click()
        assert f"Talked with it {PAYLOAD}" in await page.inner_text("main")
        assert await page.locator("img[src=x]").count() == 0
    (closed,) = [view for view in await views(havn) if view.name == waiting[0].name]
    assert (closed.state, closed.closed_by) == (pb.RISK_VIEW_STATE_CLOSED, cast.CASEWORKER.subject)


@pytest.mark.usefixtures("concerns")
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_and_nothing_is_too_wide(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("leader", width, language) as page:
        await page.goto("/risk-views")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.usefixtures("concerns")
async def test_a_concern_that_somebody_else_closed_is_told(visitor: Visitor, havn: Havn) -> None:
    open_one = next(view for view in await views(havn) if view.state == pb.RISK_VIEW_STATE_OPEN)
    form = {"name": open_one.name, "etag": open_one.etag, "words": "Seen"}
    answers = []
    for user in ("leader", "caseworker"):
        client = await visitor(user)
        sent = form | {"csrf": await csrf(client), "key": cast.fresh()}
        answers.append((await client.post("/risk-views", data=sent)).status_code)
    assert answers == [303, 409]


async def test_a_fall_leads_to_what_was_observed(visitor: Visitor, havn: Havn) -> None:
    administrator, coordinator = havn.as_(cast.ADMINISTRATOR), havn.as_(cast.COORDINATOR)
    institution = await administrator.capacity.CreateInstitution(cast.founding())
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name))
    lives = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit.name, step=5)))
    staff = havn.as_(cast.staff_of(institution.name))

    async def lives_there() -> bool:
        return bool((await staff.wellbeing.ListWellbeing(wellbeing.ListWellbeingRequest())).residents)

    async def has_come() -> bool:
        return any(view.child == lives.child for view in await views(havn))

    await havn.until("capacity", lives_there)
    await staff.wellbeing.RecordWellbeing(cast.observing(lives.child, value=4))
    await staff.wellbeing.RecordWellbeing(cast.observing(lives.child, value=1, observed_date=cast.day()))
    await havn.until("placements", has_come)
    client = await visitor("caseworker")
    path = f"/wellbeing/{lives.child.removeprefix('children/')}"
    assert f'href="{path}"' in (await client.get("/risk-views")).text
    assert (await client.get(path)).status_code == 200
