"""An auditor finds who saw and changed what."""

import csv
import io
import re
from html import unescape

import pytest
import pytest_asyncio

from havn.audit.v1 import audit_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.console import languages
from services.console.audit_trail import Look, written
from services.console.languages import Language
from services.console.pages import audit
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import WIDTHS, Browsing, Visitor, next_page, violations

CHILD = "children/seen-1"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def seen(havn: Havn) -> None:
    coordinator = havn.as_(cast.COORDINATOR)
    filing = cast.filing(cast.a_request(child=cast.a_child(reference=CHILD)), id="seen-1")
    await coordinator.placements.CreateRequest(filing)
    await havn.as_(cast.LEADER).placements.GetRequest(placements.GetRequestRequest(name="requests/seen-1"))


async def test_an_auditor_finds_everybody_who_saw_a_child(browsing: Browsing) -> None:
    async with browsing.as_("auditor") as page:
        await page.goto("/audit")
        await page.get_by_label("About").fill("seen-1")
        async with next_page(page):
            await page.get_by_role("button", name="Search").click()
        rows = [await row.inner_text() for row in await page.locator("tbody tr").all()]
        assert any("leader" in row and "saw" in row and "requests/seen-1" in row for row in rows)
        assert any("coordinator" in row and "changed" in row for row in rows)
        async with next_page(page):
            await page.get_by_role("link", name="requests/seen-1").first.click()
        assert "about=requests" in page.url


async def test_rows_of_one_person_alone(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get("/audit?about=seen-1&person=leader")
    assert ">leader<" in answer.text
    assert ">coordinator<" not in answer.text


async def test_what_is_shown_is_exported_as_a_file(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get(
        "/audit/export.csv?about=seen-1&person=leader&from=2026-03-01&until=2026-03-02"
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="havn-audit_2026-03-01_2026-03-02.csv"'
    assert answer.content.startswith("\ufeffHvornår;Hvem;Roller;".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert {row["Hvem"] for row in rows} == {"users/leader"}
    assert any("requests/seen-1" in row["Poster"].split() and row["Kald"] == "GetRequest" for row in rows)


async def test_each_look_stands_once_on_the_pages_from_the_newest_to_the_oldest(
    havn: Havn, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = havn.as_(cast.LEADER)
    for _ in range(3):
        await leader.placements.GetRequest(placements.GetRequestRequest(name="requests/seen-1"))
    client, address = await visitor("auditor"), "/audit?person=leader&from=2026-03-01&until=2026-03-02"
    whole = _whens_and_names((await client.get(address)).text)
    assert len(whole) >= 4
    monkeypatch.setattr(audit, "SHOWN_ROWS", 3)
    found: list[str] = []
    for _ in range(len(whole)):
        page = (await client.get(address)).text
        found += _whens_and_names(page)
        older = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', page)
        if older is None:
            break
        address = unescape(older[1])
    assert len(found) == len(whole)
    assert found == whole


def _whens_and_names(page: str) -> list[str]:
    return re.findall(r"<tr data-row.*?</tr>", page, re.DOTALL)


async def test_an_old_address_that_was_written_by_hand_shows_the_newest(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get("/audit?person=leader&before=placements.x+<b>.2+families.")
    assert answer.status_code == 200
    assert "Nyeste opslag" not in answer.text


async def test_a_file_holds_all_or_nothing(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_EXPORTED", 1)
    answer = await (await visitor("auditor")).get("/audit/export.csv")
    assert answer.status_code == 422
    assert "Vælg færre dage" in answer.text


def test_a_spreadsheet_runs_nothing_of_a_file() -> None:
    languages.speak(Language.EN)
    row = pb.AuditRow(subject="=cmd|' /C calc'!A0", reference="@ref", action=pb.AUDIT_ACTION_READ)
    line = written([Look("families", row)], "America/Nuuk").decode("utf-8-sig").splitlines()[1].split(";")
    assert line[1] == "'=cmd|' /C calc'!A0"
    assert line[-1] == "'@ref"


def test_a_row_of_which_somebody_sees_other_names_is_another_look() -> None:
    mine, theirs = (
        Look("families", pb.AuditRow(sequence=1, records=[pb.ShownRecords(authority=cast.MUNICIPALITY, names=names)]))
        for names in (["families/a"], ["families/a", "families/b"])
    )
    assert len({mine, theirs, Look("families", mine.row), Look("capacity", mine.row)}) == 3


async def test_nothing_found_says_what_to_do(visitor: Visitor) -> None:
    answer = await (await visitor("auditor")).get("/audit?about=nobody-1&from=2020-01-01&until=2020-01-02")
    assert "Ingen har set noget" in answer.text


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", "\"'><img src=x>", "children/" + "x" * 300, "æ\u202e"])
async def test_whatever_is_typed_is_answered_in_words_and_never_run(visitor: Visitor, given: str) -> None:
    client = await visitor("auditor")
    answer = await client.get("/audit", params={"about": given, "person": given, "from": given, "until": given})
    assert answer.status_code in (200, 422)
    assert given not in answer.text or "<" not in given


@pytest.mark.parametrize("width", WIDTHS)
async def test_all_can_use_it(browsing: Browsing, width: int) -> None:
    async with browsing.as_("auditor", width, "da") as page:
        await page.goto("/audit?about=seen-1&services=yes")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
