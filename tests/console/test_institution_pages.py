"""An institution on a phone: its places and why some are out of use, how its children are, and what it delivered."""

from datetime import date, timedelta
from itertools import count

import pytest
import pytest_asyncio
from google.type.date_pb2 import Date

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import wellbeing_pb2 as pb
from services.console import languages
from services.console.charts import Point, Series
from services.console.languages import Language
from services.console.pages.wellbeing import short
from services.shared import wire
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

STAFF = cast.USERS["institution"]
UNIT = f"{STAFF.institution}/units/a"
CHILD = "children/lives-here"
PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def unit(havn: Havn) -> None:
    """A unit whose every word is hostile, with one child that leaves in forty days."""
    administrator = havn.as_(cast.ADMINISTRATOR)
    id = STAFF.institution.removeprefix("institutions/")
    founded = cast.an_institution(display_name=PAYLOAD, promised_services=[cast.a_promise(service=PAYLOAD)])
    await administrator.capacity.CreateInstitution(cast.founding(founded, id=id))
    rate = capacity.DailyRate(from_date=cast.day(-50), amount=cast.kroner(2540), source=PAYLOAD)
    opened = cast.a_unit(display_name=PAYLOAD, target_groups=[PAYLOAD], daily_rates=[rate])
    await administrator.capacity.CreateUnit(cast.opening(STAFF.institution, opened, id="a"))
    lives = cast.a_placement(child=CHILD, home=UNIT, step=5, planned_end_date=cast.day(40))
    await havn.as_(cast.COORDINATOR).placements.RecordPlacement(cast.recording(lives))

    async def known() -> bool:
        told = await havn.as_(STAFF).wellbeing.ListWellbeing(pb.ListWellbeingRequest())
        return bool(told.residents)

    await havn.until("capacity", known)


@pytest.fixture
def staff(havn: Havn) -> Client:
    return havn.as_(STAFF)


@pytest_asyncio.fixture
async def reported(staff: Client) -> capacity.Vacancy:
    """Five places are free, and none is out of use."""
    said = await staff.capacity.ReportVacancy(cast.reporting(UNIT, cast.a_vacancy(free_place_count=0)))
    asked = capacity.BlockPlacesRequest(parent=UNIT, etag=said.etag, request_id=cast.fresh())
    await staff.capacity.BlockPlaces(asked)
    return await staff.capacity.ReportVacancy(cast.reporting(UNIT, cast.a_vacancy(free_place_count=5)))


async def vacancy(staff: Client) -> capacity.Vacancy:
    listed = await staff.capacity.ListVacancies(capacity.ListVacanciesRequest(names=[f"{UNIT}/vacancy"]))
    return listed.vacancies[0]


@pytest.mark.usefixtures("reported")
@pytest.mark.parametrize("script", [True, False])
async def test_a_place_is_taken_out_of_use_with_a_reason_and_used_again(
    browsing: Browsing, staff: Client, *, script: bool
) -> None:
    async with browsing.as_("institution", PHONE, script=script) as page:
        await page.goto("/vacancies/a")
        await page.get_by_text("Take places out of use").click()
        await page.get_by_label("Rebuilding or damage").click(force=True)
        await page.get_by_label("Last day out of use").fill("2026-03-20")
        await page.get_by_label("More about it").fill(PAYLOAD)
        async with next_page(page):
            await page.get_by_role("button", name="Take out of use", exact=True).click()
        text = await page.inner_text("main")
        assert f"1 place: Rebuilding or damage ({PAYLOAD})" in text
        assert "until 20 Mar 2026" in text
        assert "2 Mar 2026" in text.split("What was said, and by whom")[1]
        [blocked] = (await vacancy(staff)).blocked
        assert (blocked.place_count, blocked.reason) == (1, capacity.BLOCK_REASON_BUILDING)
        assert (blocked.until_date, blocked.note) == (Date(year=2026, month=3, day=20), PAYLOAD)
        assert (await vacancy(staff)).free_place_count == 4
        async with next_page(page):
            await page.get_by_role("button", name="Use again").click()
        assert not (await vacancy(staff)).blocked
        assert (await vacancy(staff)).free_place_count == 5
        async with next_page(page):
            await page.get_by_role("button", name="Unchanged").click()
        assert "5 free places are reported." in await page.inner_text("main")
    changes = await staff.capacity.ListVacancyChanges(capacity.ListVacancyChangesRequest(parent=UNIT, page_size=1))
    assert changes.changes[0].kind == capacity.VACANCY_CHANGE_KIND_CONFIRMED


async def test_what_else_is_out_of_use_stays_so(visitor: Visitor, staff: Client, reported: capacity.Vacancy) -> None:
    blocked = [cast.blocked(note=note) for note in ("Roof", "Floor", "Wall")]
    asked = capacity.BlockPlacesRequest(parent=UNIT, blocked=blocked, etag=reported.etag, request_id=cast.fresh())
    kept = await staff.capacity.BlockPlaces(asked)
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "etag": kept.etag, "line": "1"}
    assert (await client.post("/vacancies/a/unblock", data=form)).status_code == 303
    assert [each.note for each in (await vacancy(staff)).blocked] == ["Roof", "Wall"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"count": "x"}, "Skriv, hvor mange pladser der er ude af brug."),
        ({"count": "9"}, "Afdelingen har færre pladser end det."),
        ({"reason": ""}, "Vælg hvorfor."),
        ({"reason": "5"}, "Skriv hvorfor, når det er en anden grund."),
        ({"until": "soon"}, "Skriv dagen som år, måned og dag"),
    ],
)
async def test_what_can_not_be_out_of_use_is_told_at_its_field_and_kept_there(
    visitor: Visitor, staff: Client, reported: capacity.Vacancy, given: dict[str, str], told: str
) -> None:
    client = await visitor("institution")
    form = {"count": "1", "reason": "2", "until": "", "note": ""} | given
    sealed = {"csrf": await csrf(client), "key": cast.fresh(), "etag": reported.etag}
    answer = await client.post("/vacancies/a/block", data=form | sealed)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{form["count"]}"' in answer.text
    assert not (await vacancy(staff)).blocked


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    visitor: Visitor, staff: Client, reported: capacity.Vacancy
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(UNIT))
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "etag": reported.etag, "count": "1", "reason": "2", "line": "0", "unit": "a"}
    for path in ("a/block", "a/unblock", "unchanged"):
        answer = await client.post(f"/vacancies/{path}", data=form | {"key": cast.fresh()})
        assert answer.status_code == 409, path


@pytest.mark.usefixtures("reported")
async def test_the_difference_the_plan_the_price_and_the_history_are_told(visitor: Visitor) -> None:
    answer = (await (await visitor("institution")).get("/vacancies/a")).text
    assert "11. apr. 2026: 1 plads" in answer
    assert "2.540 kr." in answer.replace("\N{NO-BREAK SPACE}", " ")
    assert "Meldt" in answer.split('id="history"')[1]
    of_others = await (await visitor("coordinator")).get(f"/places/{UNIT}")
    assert of_others.status_code == 200
    assert "<form" not in of_others.text.split("<main")[1].split("</main>")[0]
    assert (await (await visitor("institution")).get("/vacancies/none")).status_code == 404


EARLIER = count(2)


def a_note_of_another_day(**differing: cast.Value) -> pb.RecordWellbeingRequest:
    """What is observed of a day of which nothing is written yet."""
    return cast.observing(CHILD, observed_date=cast.day(-next(EARLIER)), **differing)


@pytest.mark.parametrize("script", [True, False])
async def test_how_a_child_is_is_written_and_a_fall_is_told(browsing: Browsing, staff: Client, *, script: bool) -> None:
    usual, on = cast.day(-60 + script), cast.day(-1 + script)
    await staff.wellbeing.RecordWellbeing(cast.observing(CHILD, value=5, observed_date=usual))
    async with browsing.as_("institution", PHONE, script=script) as page:
        await page.goto("/wellbeing")
        async with next_page(page):
            await page.get_by_role("link", name="Write how it is").click()
        async with next_page(page):
            await page.locator("section[aria-labelledby=new]").get_by_role("button", name="Save").click()
        assert "Choose what fits the child best." in await page.inner_text("main")
        await page.get_by_role("radio", name="Struggles greatly").click(force=True)
        new = page.locator("section[aria-labelledby=new]")
        await new.locator("#day").fill(wire.day(on).isoformat())
        await new.get_by_label("What you saw").fill(PAYLOAD)
        await new.get_by_label("The child's own words").fill("I want to go home")
        async with next_page(page):
            await new.get_by_role("button", name="Save").click()
        text = await page.inner_text("main")
        assert "Saved: the child is less well than usual" in text
        assert "last 14 days" in text
        assert PAYLOAD in text
        assert "I want to go home" in text
        assert await page.locator(".series-ring").count() >= 1
    known = (await staff.wellbeing.ListWellbeing(pb.ListWellbeingRequest(child=CHILD))).observations
    [written] = [each for each in known if each.observed_date == on]
    assert (written.value, written.fell, written.note) == (1, True, PAYLOAD)


async def test_what_was_written_is_corrected_and_stays_beside_the_correction(visitor: Visitor, staff: Client) -> None:
    written = await staff.wellbeing.RecordWellbeing(a_note_of_another_day(note=PAYLOAD))
    client = await visitor("institution")
    day = wire.day(written.observed_date).isoformat()
    form = {"csrf": await csrf(client), "key": cast.fresh(), "value": "3", "day": day, "note": "Kept"}
    again = await client.post("/wellbeing/lives-here", data=form)
    assert (again.status_code, "Ret det nedenfor." in again.text) == (422, True)
    correction = form | {"name": written.name, "etag": written.etag, "note": "Played outside", "key": cast.fresh()}
    unsaid = await client.post("/wellbeing/lives-here/correct", data=correction)
    assert (unsaid.status_code, "Played outside</textarea>" in unsaid.text) == (422, True)
    assert "Skriv kort hvorfor." in unsaid.text
    saved = await client.post("/wellbeing/lives-here/correct", data=correction | {"reason": PAYLOAD})
    assert saved.status_code == 303
    page = (await (await visitor("caseworker")).get("/wellbeing/lives-here")).text
    assert "Rettet: det, der stod her før" in page
    assert "Ret</" not in page
    assert page.count("&lt;script&gt;") >= 2


async def test_others_read_what_is_written_and_write_nothing(visitor: Visitor, staff: Client) -> None:
    await staff.wellbeing.RecordWellbeing(a_note_of_another_day(note=PAYLOAD))
    for user in ("caseworker", "leader"):
        client = await visitor(user)
        assert "/wellbeing/lives-here" in (await client.get("/wellbeing")).text
        page = (await client.get("/wellbeing/lives-here")).text
        assert "&lt;script&gt;" in page
        assert 'name="value"' not in page


async def test_a_day_on_which_the_child_lived_elsewhere_is_told_at_the_day(visitor: Visitor) -> None:
    client = await visitor("institution")
    for day, told in (("2025-01-01", "hvor barnet boede i jeres institution"), ("", "Skriv dagen som")):
        form = {"csrf": await csrf(client), "key": cast.fresh(), "value": "3", "day": day, "note": "Kept"}
        answer = await client.post("/wellbeing/lives-here", data=form)
        assert answer.status_code == 422
        assert told in answer.text
        assert "Kept</textarea>" in answer.text


async def test_a_delivery_is_noted(browsing: Browsing, staff: Client) -> None:
    async with browsing.as_("institution", PHONE) as page:
        await page.goto("/deliveries")
        async with next_page(page):
            await page.get_by_role("button", name="Save the delivery").click()
        text = await page.inner_text("main")
        assert "Choose which service it was." in text
        assert "Say in a few words what was delivered." in text
        await page.locator("#service-1").click(force=True)
        await page.get_by_label("What was delivered?").fill(PAYLOAD)
        async with next_page(page):
            await page.get_by_role("button", name="Save the delivery").click()
        assert PAYLOAD in await page.inner_text("main ul")
    listed = await staff.capacity.ListDeliveries(capacity.ListDeliveriesRequest(parent=STAFF.institution))
    assert [(each.promised_service, each.what) for each in listed.deliveries] == [("talks", PAYLOAD)]


async def test_a_delivery_of_a_day_without_a_contract_is_told_at_the_day(visitor: Visitor) -> None:
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "service": "talks", "day": "2020-01-01", "what": "A talk"}
    answer = await client.post("/deliveries", data=form)
    assert answer.status_code == 422
    assert "skal ligge i den tid, som ydelsen er aftalt for" in answer.text


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(
    browsing: Browsing, staff: Client, reported: capacity.Vacancy, width: int, language: str
) -> None:
    request = capacity.BlockPlacesRequest(parent=UNIT, blocked=[cast.blocked(note=PAYLOAD)], request_id=cast.fresh())
    await staff.capacity.BlockPlaces(request)
    await staff.wellbeing.RecordWellbeing(a_note_of_another_day())
    async with browsing.as_("institution", width, language) as page:
        for path in ("/vacancies/a", "/wellbeing", "/wellbeing/lives-here", "/deliveries"):
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("img[src=x]").count() == 0


def test_a_series_says_in_words_and_places_how_it_went() -> None:
    languages.speak(Language.EN)
    first = date(2026, 1, 1)
    told = [(0, 5, False), (50, 4, False), (100, 1, True)]
    points = [Point(first + timedelta(days=on), value, f"step {value}", f"day {on}", fell) for on, value, fell in told]
    series = Series("How", points, ["1", "2", "3", "4", "5"])
    assert [(share, top) for share, top, _ in series.dots] == [(2, 33), (50, 77), (98, 209)]
    assert series.grid[0] == (33, "5")
    assert series.grid[-1] == (209, "1")
    assert series.alternative == "How. day 0: step 5; day 50: step 4; day 100: step 1"
    assert Series("How", points[:1], ["1", "2", "3", "4", "5"]).dots[0][0] == 50
    assert short("Is well: mostly good days") == "Is well"
