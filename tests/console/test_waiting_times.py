"""How long groups wait, who left the list, and the central list: told as services tell it, small groups never."""

import csv
import io

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as pb
from havn.placements.v1.placements_pb2 import NeedStep, PlacementRequest
from havn.terms.v1 import terms_pb2 as terms
from services.console import languages
from services.console.languages import Language
from services.console.pages.waiting_times import dimensions, written
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
TOWN, LANGUAGE, GENDER, SIBLINGS = (
    pb.WAITING_DIMENSION_TOWN,
    pb.WAITING_DIMENSION_LANGUAGE,
    pb.WAITING_DIMENSION_GENDER,
    pb.WAITING_DIMENSION_SIBLINGS,
)


@pytest_asyncio.fixture(scope="module")
async def waiting(havn: Havn) -> list[PlacementRequest]:
    """Three who wait for a place in an institution, and one who was taken off with hostile words."""
    coordinator = havn.as_(cast.COORDINATOR)
    step = NeedStep(step=5, assessor="Assessor (invented)", assessed_date=cast.day(-30))
    filed = [
        await coordinator.placements.CreateRequest(cast.filing(cast.a_request(need_step=step, child=cast.a_child())))
        for _ in range(4)
    ]

    async def four_wait() -> bool:
        listed = await coordinator.capacity.ListWaitingList(capacity.ListWaitingListRequest())
        return listed.total_count == 4

    async def one_left() -> bool:
        return bool((await coordinator.waiting.ListWaitingListExits(pb.ListWaitingListExitsRequest())).exits)

    await havn.until("capacity", four_wait)
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed[3], reason=PAYLOAD))
    await havn.until("capacity", one_left)
    return filed[:3]


async def test_where_nobody_waits_the_pages_say_so(visitor: Visitor) -> None:
    client = await visitor("leader")
    for path, told in (
        ("/waiting-list/times", "Ingen venter."),
        ("/waiting-list/exits", "Ingen er kommet af listen på den måde"),
        ("/waiting-list/applications", "Ingen står på den centrale venteliste"),
    ):
        assert told in (await client.get(path)).text, path
    assert "Kommuner søger for børn" in (await (await visitor("central-list")).get("/waiting-list/central")).text


@pytest.mark.usefixtures("waiting")
async def test_a_leader_reads_all_and_what_leaves_tells_nobody(visitor: Visitor) -> None:
    client = await visitor("leader")
    own = (await client.get("/waiting-list/times")).text
    assert "3 børn venter" in own
    assert 'href="/waiting-list?town=Nuuk"' in own
    for_others = (await client.get("/waiting-list/times?for-others=yes")).text
    assert "Så få venter, at intet oplyses." in for_others
    assert "Nuuk" not in for_others.split("<main")[1]
    file = await client.get("/waiting-list/times.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="havn-waiting-times_2026-03-02.csv"'
    assert "Nuuk" not in file.text
    assert (await (await visitor("coordinator")).get("/waiting-list/times.csv")).status_code == 403


@pytest.mark.usefixtures("waiting")
async def test_who_left_is_listed_by_reason_with_counts(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    page = (await client.get("/waiting-list/exits?reason=withdrawn")).text
    assert "Taget af, med en grund (1)" in page
    assert "Barnet har fået sin plads (0)" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;script&gt;" not in (await client.get("/waiting-list/exits?reason=placed")).text


@pytest.mark.parametrize("script", [True, False])
async def test_a_coordinator_applies_and_takes_back_with_a_reason(
    browsing: Browsing, havn: Havn, waiting: list[PlacementRequest], *, script: bool
) -> None:
    request = waiting[script].name
    async with browsing.as_("coordinator", PHONE, script=script) as page:
        await page.goto("/waiting-list/applications")
        async with next_page(page):
            await page.get_by_role("button", name="Apply").click()
        assert "Give the reference of the request" in await page.inner_text("main")
        field = page.get_by_label("Apply for a place in an institution for")
        await field.fill("r-none")
        async with next_page(page):
            await page.get_by_role("button", name="Apply").click()
        assert "Nobody of your waiting list has this reference." in await page.inner_text("main")
        await field.fill(request.removeprefix("requests/"))
        async with next_page(page):
            await page.get_by_role("button", name="Apply").click()
        assert "On the central list, as number 1" in await page.inner_text("main")
        await page.get_by_text("Take back").first.click()
        await page.get_by_label("Why is it taken back?").first.fill(PAYLOAD)
        async with next_page(page):
            await page.get_by_role("button", name="Take back").first.click()
        assert PAYLOAD in await page.inner_text("main")
    asked = pb.ListCentralListApplicationsRequest(request=request)
    [kept] = (await havn.as_(cast.COORDINATOR).waiting.ListCentralListApplications(asked)).applications
    assert (kept.state, kept.closing_reason) == (pb.CENTRAL_LIST_STATE_WITHDRAWN, PAYLOAD)


async def test_whoever_keeps_the_central_list_reads_no_reference_and_removes_with_a_reason(
    visitor: Visitor, havn: Havn, waiting: list[PlacementRequest]
) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    await coordinator.waiting.ApplyToCentralList(cast.applying(waiting[2].name))
    client = await visitor("coordinator")
    again = {"csrf": await csrf(client), "key": cast.fresh(), "request": waiting[2].name}
    assert "Den står allerede" in (await client.post("/waiting-list/applications", data=again)).text
    keeper = await visitor("central-list")
    page = (await keeper.get("/waiting-list/central")).text
    assert "1 på listen" in page
    assert "Kommuneqarfik Sermersooq" in page
    for secret in (waiting[2].name.removeprefix("requests/"), waiting[2].child.reference.removeprefix("children/")):
        assert secret not in page
    [entry] = (await havn.as_(cast.USERS["central-list"]).waiting.ListCentralList(pb.ListCentralListRequest())).entries
    path = f"/waiting-list/central/{entry.name.removeprefix('centralListEntries/')}/remove"
    form = {"csrf": await csrf(keeper), "key": cast.fresh(), "etag": entry.etag}
    unsaid = await keeper.post(path, data=form)
    assert (unsaid.status_code, "Skriv kort hvorfor." in unsaid.text) == (422, True)
    assert (await keeper.post(path, data=form | {"reason": PAYLOAD})).status_code == 303
    assert "&lt;script&gt;" in (await keeper.get("/waiting-list/central?show=left")).text
    assert "Fjernet af den centrale venteliste" in (await client.get("/waiting-list/applications")).text
    assert (await keeper.post(path, data=form | {"reason": "Again", "key": cast.fresh()})).status_code == 409


async def test_whoever_keeps_the_central_list_assigns_places_in_its_order_and_takes_them_back(
    visitor: Visitor, havn: Havn, waiting: list[PlacementRequest]
) -> None:
    """It leaves one entry with a place and one without, for the pages to be looked at."""
    coordinator, administrator = havn.as_(cast.COORDINATOR), havn.as_(cast.ADMINISTRATOR)
    for request in waiting[1:]:
        await coordinator.waiting.ApplyToCentralList(cast.applying(request.name))
    keeper, client = await visitor("central-list"), await visitor("coordinator")
    assert "Ingen plads, som den centrale" in (await keeper.get("/waiting-list/central")).text
    institution = await administrator.capacity.CreateInstitution(cast.founding())
    unit = cast.a_unit(disposal=terms.DISPOSAL_CENTRAL_LIST, agreements=[], display_name=PAYLOAD)
    home = (await administrator.capacity.CreateUnit(cast.opening(institution.name, unit))).name
    staff = havn.as_(cast.staff_of(institution.name))
    await staff.capacity.ReportVacancy(cast.reporting(home, cast.a_vacancy(free_place_count=2)))
    assert "2 pladser kan tildeles." in (await keeper.get("/waiting-list/central")).text

    async def sent(step: str, reason: str) -> tuple[int, str]:
        listed = await havn.as_(cast.USERS["central-list"]).waiting.ListCentralList(pb.ListCentralListRequest())
        entry = listed.entries[1]
        path = f"/waiting-list/central/{entry.name.removeprefix('centralListEntries/')}/{step}"
        form = {"csrf": await csrf(keeper), "key": cast.fresh(), "etag": entry.etag, "home": home, "reason": reason}
        answer = await keeper.post(path, data=form)
        return answer.status_code, answer.text

    status, page = await sent("assign", "")
    assert (status, "Skriv kort hvorfor." in page) == (422, True)
    assert (await sent("assign", PAYLOAD))[0] == 303
    assert (await sent("assign", "Again"))[0] == 409
    assert "1 plads kan tildeles." in (await keeper.get("/waiting-list/central")).text
    told = (await client.get("/waiting-list/applications")).text
    assert f"har tildelt en plads: {'/'.join(home.split('/')[1::2])}" in told
    assert "&lt;script&gt;" in told
    assert (await sent("take-back", ""))[0] == 422
    assert (await sent("take-back", "The unit closes"))[0] == 303
    assert "“The unit closes”" in (await client.get("/waiting-list/applications")).text
    assert (await sent("assign", PAYLOAD))[0] == 303


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(browsing: Browsing, width: int, language: str) -> None:
    for user, paths in (
        ("leader", ("times", "times?for-others=yes", "exits", "applications")),
        ("central-list", ("central", "central?show=left", "times")),
    ):
        async with browsing.as_(user, width, language) as page:
            for path in paths:
                await page.goto(f"/waiting-list/{path}")
                assert await violations(page) == [], path
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
                assert await page.locator("img[src=x]").count() == 0


def test_groups_are_named_the_longest_wait_first_and_hidden_ones_said_to_be() -> None:
    languages.speak(Language.EN)
    times = pb.WaitingTimes(
        groups=[
            group(TOWN, "Nuuk", 9, 10),
            group(TOWN, "", 6, 30),
            pb.WaitingGroup(dimension=TOWN, suppressed=True),
            group(LANGUAGE, "LANGUAGE_TUNUMIISUT", 7, 3),
            group(GENDER, "GENDER_GIRL", 7, 3),
            group(SIBLINGS, "WITH_SIBLINGS", 7, 3),
        ]
    )
    told = dimensions(times, links=True)
    assert [(each.id, [name for name, _ in each.groups], each.hidden) for each in told] == [
        ("town", ["not stated", "Nuuk"], True),
        ("language", ["Tunumiisut"], False),
        ("gender", ["Girls"], False),
        ("siblings", ["With siblings"], False),
    ]
    paths = [bar.path for each in told if each.chart for bar in each.chart.bars]
    assert paths == ["", "/waiting-list?town=Nuuk", "", "", "/waiting-list?siblings=yes"]
    assert not any(bar.path for each in dimensions(times, links=False) if each.chart for bar in each.chart.bars)


def test_a_file_has_no_figure_of_a_group_that_is_not_told_and_runs_nothing() -> None:
    languages.speak(Language.EN)
    times = pb.WaitingTimes(
        all=group(pb.WAITING_DIMENSION_UNSPECIFIED, "", 20, 12),
        groups=[group(TOWN, "=1+1", 15, 9), pb.WaitingGroup(dimension=TOWN, suppressed=True)],
    )
    content = written(times)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1:] == [
        ["All", "", "20", "12"],
        ["Town", "'=1+1", "15", "9"],
        ["Town", "", "not told: 5 or fewer", ""],
    ]


def group(dimension: pb.WaitingDimension.ValueType, key: str, count: int, days: int) -> pb.WaitingGroup:
    return pb.WaitingGroup(dimension=dimension, key=key, child_count=count, median_days=days)
