"""An institution reports its free places: in two taps, in one when nothing changed, and in words when it is wrong."""

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import PHONE, WIDTHS, Browsing, Visitor, csrf, next_page, violations

INSTITUTION = cast.USERS["institution"].institution


@pytest_asyncio.fixture(scope="module", autouse=True)
async def unit(havn: Havn) -> str:
    administrator = havn.as_(cast.ADMINISTRATOR)
    name = INSTITUTION.removeprefix("institutions/")
    await administrator.capacity.CreateInstitution(cast.founding(cast.an_institution(), id=name))
    opened = await administrator.capacity.CreateUnit(cast.opening(INSTITUTION, cast.a_unit(place_count=6), id="a"))
    return opened.name


@pytest.fixture
def institution(havn: Havn) -> Client:
    return havn.as_(cast.USERS["institution"])


async def reported(institution: Client) -> pb.Vacancy:
    [vacancy] = (await institution.capacity.ListVacancies(pb.ListVacanciesRequest())).vacancies
    return vacancy


async def happened(institution: Client) -> list[pb.VacancyChange]:
    asked = pb.ListVacancyChangesRequest(parent=f"{INSTITUTION}/units/a", page_size=200)
    changes = (await institution.capacity.ListVacancyChanges(asked)).changes
    return sorted(changes, key=lambda change: int(change.name.rpartition("/")[2]))


@pytest.mark.parametrize("script", [True, False])
async def test_two_taps_report_and_one_says_unchanged(browsing: Browsing, institution: Client, *, script: bool) -> None:
    async with browsing.as_("institution", PHONE, script=script) as page:
        await page.goto("/vacancies")
        await page.get_by_label("3", exact=True).click(force=True)
        async with next_page(page):
            await page.get_by_role("button", name="Report").click()
        assert "3 free places are reported." in await page.inner_text("main")
        first = await reported(institution)
        assert (first.free_place_count, first.from_date) == (3, cast.day(0))
        async with next_page(page):
            await page.get_by_role("button", name="Unchanged").click()
        assert "3 free places are reported." in await page.inner_text("main")
        again = await reported(institution)
        assert int(again.etag) > int(first.etag)
        assert (again.free_place_count, again.from_date) == (3, cast.day(0))
        [*_, last] = await happened(institution)
        assert last.kind == pb.VACANCY_CHANGE_KIND_CONFIRMED


async def test_what_is_not_as_it_was_shown_is_not_unchanged(visitor: Visitor, institution: Client) -> None:
    client = await visitor("institution")
    shown = await reported(institution)
    await institution.capacity.ReportVacancy(cast.reporting(f"{INSTITUTION}/units/a", cast.a_vacancy()))
    form = {"csrf": await csrf(client), "key": cast.fresh(), "unit": "a", "etag": shown.etag}
    before = await happened(institution)
    assert (await client.post("/vacancies/unchanged", data=form)).status_code == 409
    assert await happened(institution) == before


async def test_more_places_from_a_later_day(browsing: Browsing, institution: Client) -> None:
    async with browsing.as_("institution") as page:
        await page.goto("/vacancies")
        await page.get_by_text("Another day or more places").click()
        await page.get_by_label("Free from").fill(cast.TODAY.replace(day=20).isoformat())
        await page.get_by_label("More places than on the buttons").fill("6")
        await page.get_by_role("button", name="Report").click()
        await page.get_by_text("6 free places are reported.").wait_for()
    vacancy = await reported(institution)
    assert (vacancy.free_place_count, vacancy.from_date.day) == (6, 20)


async def test_by_keyboard_alone(browsing: Browsing, institution: Client) -> None:
    async with browsing.as_("institution") as page:
        await page.goto("/vacancies")
        await page.locator("input[type=radio]").first.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        await page.get_by_text("1 free place is reported.").wait_for()
    assert (await reported(institution)).free_place_count == 1


@pytest.mark.parametrize(
    ("free", "day"), [("", ""), ("<script>alert(1)</script>", ""), ("1", "yesterday"), ("1", "x'\"<")]
)
async def test_what_can_be_no_report_is_told_in_words_and_changes_nothing(
    visitor: Visitor, institution: Client, free: str, day: str
) -> None:
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "unit": "a", "free": free, "from": day}
    before = await reported(institution)
    answer = await client.post("/vacancies", data=form)
    assert answer.status_code == 422
    assert "form-error-message" in answer.text
    assert "<script>alert" not in answer.text
    assert await reported(institution) == before


async def test_more_than_there_are_is_refused_by_the_service(visitor: Visitor) -> None:
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "unit": "a", "free": "7"}
    answer = await client.post("/vacancies", data=form)
    assert answer.status_code == 422
    assert "Noget mangler eller er forkert" in answer.text


async def test_the_unit_of_another_institution_is_not_there(visitor: Visitor) -> None:
    client = await visitor("institution")
    form = {"csrf": await csrf(client), "key": cast.fresh(), "unit": "../i-2/units/a", "free": "1"}
    assert (await client.post("/vacancies", data=form)).status_code == 404


async def test_a_form_without_its_seal_does_nothing(visitor: Visitor, institution: Client) -> None:
    before = await reported(institution)
    client = await visitor("institution")
    answer = await client.post("/vacancies", data={"csrf": "forged", "unit": "a", "free": "0"})
    assert answer.status_code == 409
    assert await reported(institution) == before


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["da", "en"])
async def test_all_can_use_it(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("institution", width, language) as page:
        await page.goto("/vacancies")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
