"""Those who seek places see what institutions report, where it differs, and what an institution costs and does."""

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
from services.console import capacity_terms, languages
from services.console.languages import Language
from services.console.pages.institutions import outcomes, prices
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

PAYLOAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
INSTITUTION = "institutions/seen"
UNIT = f"{INSTITUTION}/units/a"
PATHS = ("/places", "/places?show=differing", "/places/institutions", f"/places/{INSTITUTION}", "/places/breaches")


@pytest_asyncio.fixture(scope="module")
async def place(havn: Havn) -> str:
    """A unit whose every word is hostile: six places, of which two are reported free and one is used."""
    administrator, staff = havn.as_(cast.ADMINISTRATOR), havn.as_(cast.staff_of(INSTITUTION))
    document = pb.Document(reference="journal-1", title=PAYLOAD, dated_date=cast.day(-9))
    founded = cast.an_institution(
        display_name=PAYLOAD, promised_services=[cast.a_promise(service=PAYLOAD)], documents=[document]
    )
    await administrator.capacity.CreateInstitution(cast.founding(founded, id="seen"))
    rates = [pb.DailyRate(from_date=cast.day(-day), amount=cast.kroner(kr)) for day, kr in ((400, 2400), (30, 2500))]
    opened = cast.a_unit(display_name=PAYLOAD, daily_rates=rates)
    await administrator.capacity.CreateUnit(cast.opening(INSTITUTION, opened, id="a"))
    await staff.capacity.ReportVacancy(cast.reporting(UNIT, cast.a_vacancy(free_place_count=2)))
    await staff.capacity.RecordDelivery(cast.delivering(INSTITUTION, cast.a_delivery(what=PAYLOAD)))
    await havn.as_(cast.COORDINATOR).placements.RecordPlacement(cast.recording(cast.a_placement(home=UNIT, step=5)))
    names = pb.ListVacanciesRequest(names=[f"{UNIT}/vacancy"])

    async def known() -> bool:
        [vacancy] = (await staff.capacity.ListVacancies(names)).vacancies
        return vacancy.occupancy.used_place_count == 1

    await havn.until("capacity", known)
    return UNIT


async def test_where_nothing_is_reported_the_pages_say_so(visitor: Visitor) -> None:
    client = await visitor("leader")
    for path, told in (
        ("/places", "Ingen institution har meldt ledige pladser endnu"),
        ("/places?show=stale", "Ingen melding er over 21 dage gammel"),
        ("/places?show=differing", "Meldinger og anbringelser stemmer"),
        ("/places/institutions", "Der er ingen institution her endnu"),
        ("/places/breaches", "Der er ingen kendte."),
    ):
        assert told in (await client.get(path)).text, path


@pytest.mark.usefixtures("place")
async def test_what_differs_from_placements_is_counted_listed_and_told(visitor: Visitor) -> None:
    client = await visitor("coordinator")
    overview = (await client.get("/")).text
    assert 'href="/places?show=differing"><span class="task-count">1</span>' in overview
    listed = (await client.get("/places?show=differing")).text
    assert "Der er meldt 3 ledige pladser færre, end anbringelserne levner" in listed
    assert "1 brugt, 0 ude af brug, 5 tilbage" in listed
    assert "Ring til institutionen" in listed
    assert "/places/institutions/seen/units/a" in listed
    assert "efter aftale · kørestol" in listed
    assert "efter aftale · kørestol" in (await client.get("/places/institutions/seen")).text
    unit = (await client.get("/places/institutions/seen/units/a")).text
    assert "efter aftale: Kommuneqarfik Sermersooq" in unit
    assert "kørestol" in unit


def test_the_words_of_freshness_follow_the_days_that_are_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    languages.speak(Language.DA)
    monkeypatch.setattr(capacity_terms, "days_of_trust", lambda: (1, 30))
    told = [
        capacity_terms.freshness(number) for number in (pb.FRESHNESS_FRESH, pb.FRESHNESS_AGEING, pb.FRESHNESS_STALE)
    ]
    assert told == ["Bekræftet inden for 1 dag", "Over 1 dag gammel", "Over 30 dage gammel"]


async def test_what_is_stale_is_listed(visitor: Visitor, havn: Havn, place: str) -> None:
    staff = havn.as_(cast.staff_of(INSTITUTION))
    havn.clock.moment = cast.NOW.replace(month=1)
    await staff.capacity.ReportVacancy(cast.reporting(place, cast.a_vacancy(free_place_count=2)))
    havn.clock.moment = cast.NOW
    client = await visitor("central-list")
    assert "Over 21 dage gammel" in (await client.get("/places?show=stale")).text.split("<table")[1]
    assert 'href="/places?show=stale"><span class="task-count">1</span>' in (await client.get("/")).text
    await staff.capacity.ReportVacancy(cast.reporting(place, cast.a_vacancy(free_place_count=5)))
    for chosen in ("stale", "differing"):
        assert "<table" not in (await client.get(f"/places?show={chosen}")).text
    await staff.capacity.ReportVacancy(cast.reporting(place, cast.a_vacancy(free_place_count=2)))


@pytest.mark.usefixtures("place")
async def test_a_sheet_tells_price_use_promises_and_documents(visitor: Visitor) -> None:
    page = (await (await visitor("coordinator")).get(f"/places/{INSTITUTION}")).text.replace("\N{NO-BREAK SPACE}", " ")
    for told in ("2.400 kr.", "2.500 kr. i døgnet", "1 af 6 pladser brugt i dag", "1 leverance", "journal-1"):
        assert told in page
    assert "Oplyses ikke: Det handler om 5 børn eller færre." in page
    assert "<script>alert" not in page
    assert (await (await visitor("leader")).get("/places/institutions/none")).status_code == 404
    assert (await (await visitor("consultant")).get(f"/places/{INSTITUTION}")).status_code == 403


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("script", [True, False])
async def test_an_unapproved_place_is_recorded_once(browsing: Browsing, havn: Havn, *, script: bool) -> None:
    what = f"{cast.fresh()} {PAYLOAD}"
    async with browsing.as_("leader", PHONE, script=script) as page:
        await page.goto(f"/places/{INSTITUTION}")
        async with next_page(page):
            await page.get_by_role("link", name="Record an unapproved place").click()
        await page.get_by_label("How many places?").fill("0")
        async with next_page(page):
            await page.get_by_role("button", name="Record", exact=True).click()
        text = await page.inner_text("main")
        assert "Say how many places: 1 to 200." in text
        assert "Say in a few words what it is." in text
        await page.get_by_label("How many places?").fill("2")
        await page.get_by_label("What is it?").fill(what)
        async with next_page(page):
            await page.get_by_role("button", name="Record", exact=True).click()
        assert what in await page.inner_text("main")
        await page.goto(f"/places/{INSTITUTION}")
        assert what in await page.inner_text("main")
    listed = (await havn.as_(cast.LEADER).capacity.ListBreaches(pb.ListBreachesRequest(home=INSTITUTION))).breaches
    assert [(each.place_count, each.home) for each in listed if each.what == what] == [(2, INSTITUTION)]


async def test_a_leader_closes_a_breach_with_a_reason(visitor: Visitor, havn: Havn) -> None:
    leader = havn.as_(cast.LEADER)
    breach = await leader.capacity.RecordBreach(cast.recording_breach())
    client = await visitor("leader")
    path, form = f"/places/{breach.name}/close", {"csrf": await csrf(client), "etag": breach.etag}
    unsaid = await client.post(path, data=form | {"key": cast.fresh()})
    assert (unsaid.status_code, "Skriv kort, hvad der kom ud af det." in unsaid.text) == (422, True)
    said = form | {"reason": PAYLOAD}
    closed = await client.post(path, data=said | {"key": cast.fresh()}, follow_redirects=True)
    assert "Afsluttet: &lt;script&gt;" in closed.text
    assert (await client.post(path, data=said | {"key": cast.fresh()})).status_code == 409
    of_auditor = (await (await visitor("auditor")).get("/places/breaches")).text
    assert "Afsluttet: " in of_auditor
    assert "/close" not in of_auditor


async def test_who_may_record_but_not_list_is_told_that_it_is_kept(visitor: Visitor) -> None:
    client = await visitor("caseworker")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "count": "1", "day": "2026-03-01", "what": "A flat"}
    answer = await client.post("/places/breaches/new", data=form | {"home": ""}, follow_redirects=True)
    assert "Ledere og revisorer ser det i deres liste." in answer.text
    late = await client.post("/places/breaches/new", data=form | {"key": cast.fresh(), "day": "2027-01-01"})
    assert late.status_code == 422
    assert "Må ikke være efter i dag" in late.text
    assert "A flat</textarea>" in late.text


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("leader", width, language) as page:
        for path in (*PATHS, f"/places/{UNIT}", f"/places/breaches/new?home={INSTITUTION}"):
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.locator("img[src=x]").count() == 0


def test_what_is_not_told_is_none_and_never_nought() -> None:
    languages.speak(Language.EN)
    told = pb.Outcomes(started_count=7, ended_count=0)
    rows = outcomes(pb.SupplierSheet(own_outcomes=told, all_outcomes=pb.Outcomes()))
    assert rows[:3] == [("Began", 7, None), ("Ended", 0, None), ("Ended by the plan", None, None)]


def test_a_price_that_never_changed_has_no_chart() -> None:
    languages.speak(Language.EN)
    rates = [pb.DailyRate(from_date=cast.day(-day), amount=cast.kroner(kr)) for day, kr in ((90, 2000), (1, 2500))]
    assert prices(pb.SupplierUnit(daily_rates=rates[:1])) is None
    chart = prices(pb.SupplierUnit(daily_rates=rates))
    assert chart is not None
    assert [(share, bar.told.replace("\N{NO-BREAK SPACE}", " ")) for _, share, bar in chart.lines] == [
        (80, "2,000 kr."),
        (100, "2,500 kr."),
    ]
