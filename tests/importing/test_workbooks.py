"""Workbooks as offices make them, and files that only look like workbooks."""

import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from havn.capacity.v1 import capacity_pb2
from havn.placements.v1 import placements_pb2
from services.havn.importing.problems import Problem, Problems
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.workbook_reader import MOST_UNPACKED
from tests.importing.conftest import GOOD

# It meets no database.
pytestmark = pytest.mark.once

Row = dict[str, Any]


def rows(path: Path) -> Rows:
    answer = read(path)
    assert isinstance(answer, Rows), [str(problem) for problem in answer.found]
    return answer


def found(path: Path) -> tuple[Problem, ...]:
    answer = read(path)
    assert isinstance(answer, Problems), answer
    return answer.found


def told(path: Path) -> list[tuple[str, int, str]]:
    return [(str(problem.place), problem.row, problem.column) for problem in found(path)]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Makes a workbook of sheets, each with good rows and what differs; `change` may do more to it."""

    def make(file: str = "havn.xlsx", change: Callable[[Any], None] = lambda _book: None, **sheets: list[Row]) -> Path:
        workbook = xlsxwriter.Workbook(tmp_path / file, {"default_date_format": "dd-mm-yyyy"})
        for name, differing in sheets.items():
            page = workbook.add_worksheet(name)
            filled = [GOOD[f"{name}.csv"] | row if f"{name}.csv" in GOOD else row for row in differing]
            header = list(dict.fromkeys(column for row in filled for column in row))
            page.write_row(0, 0, header)
            for number, row in enumerate(filled, start=1):
                for column, cell in enumerate(header):
                    page.write(number, column, row.get(cell, ""))
        change(workbook)
        workbook.close()
        return tmp_path / file

    return make


Book = Callable[..., Path]


def request(path: Path) -> placements_pb2.PlacementRequest:
    message = rows(path).placements.rows[0].message
    assert isinstance(message, placements_pb2.CreateRequestRequest)
    return message.request


def test_each_sheet_is_a_registry(book: Book) -> None:
    path = book(families=[{}], household=[{}, {"person": "p-2"}], requests=[{}])
    assert rows(path).counts == {"families.csv": 1, "requests.csv": 1, "household.csv": 2}
    assert rows(path.parent).counts == rows(path).counts


def test_the_one_sheet_of_a_workbook_may_have_any_name(book: Book, tmp_path: Path) -> None:
    book("requests.xlsx", Ark1=[GOOD["requests.csv"]])
    assert rows(tmp_path).counts == {"requests.csv": 1}


def test_cells_are_what_they_are_typed_as(book: Book) -> None:
    typed = {
        "birth_date": date(2018, 5, 6),
        "need_step": 3,
        "visits_per_month": 2.5,
        "parents_town": "Nuuk",
        "solo_placement": True,
        "child_words": "  æblegrød\nog ’noget’  ",
    }
    read_request = request(book(requests=[typed]))
    assert (read_request.child.birth_date.year, read_request.child.birth_date.day) == (2018, 6)
    assert (read_request.need_step.step, read_request.contact.visits_per_month) == (3, 2.5)
    assert read_request.solo_placement
    assert read_request.wish.child_words == "æblegrød\nog ’noget’"


@pytest.mark.parametrize(("cell", "units", "nanos"), [(174.0, 174, 0), (173.52, 173, 520_000_000), ("0174", 174, 0)])
def test_amounts_have_the_digits_that_they_show(book: Book, cell: object, units: int, nanos: int) -> None:
    message = rows(book(placements=[{"daily_cost": cell}])).placements.rows[0].message
    assert isinstance(message, placements_pb2.RecordPlacementRequest)
    assert (message.placement.daily_cost.units, message.placement.daily_cost.nanos) == (units, nanos)


def test_text_that_is_all_digits_keeps_its_zeros(book: Book) -> None:
    text = {"key": "0012", "school": "0800", "school_town": "Nuuk"}
    path = book(requests=[text])
    assert request(path).school.school == "0800"
    assert rows(path).placements.rows[0].message.id == "0012"  # type: ignore[attr-defined]


@pytest.mark.parametrize("cell", [102031234, 3112991234.0])
@pytest.mark.parametrize("column", ["key", "child", "school"])
def test_a_number_that_may_be_a_cpr_number_is_refused_in_a_column_of_text(book: Book, column: str, cell: float) -> None:
    problems = found(book(requests=[{"school_town": "Nuuk", "school": "x", column: cell}]))
    assert ("requests", 2, column) in [(problem.place.sheet, problem.row, problem.column) for problem in problems]
    assert any("CPR" in problem.words.en for problem in problems)
    assert not any(str(int(cell)) in str(problem) for problem in problems)


def test_other_numbers_are_text_there(book: Book) -> None:
    assert rows(book(requests=[{"key": 1042}])).placements.rows[0].message.id == "1042"  # type: ignore[attr-defined]


def test_a_percentage_or_a_time_is_no_whole_number_or_day(book: Book) -> None:
    def percent(workbook: Any) -> None:  # noqa: ANN401
        page = workbook.get_worksheet_by_name("requests")
        header = list(GOOD["requests.csv"])
        page.write_number(1, header.index("need_step"), 0.5, workbook.add_format({"num_format": "0%"}))
        moment = datetime(2026, 3, 2, 14, 5, tzinfo=UTC).replace(tzinfo=None)
        page.write_datetime(1, header.index("place_by"), moment, workbook.add_format({"num_format": "hh:mm"}))

    path = book(requests=[{}], change=percent)
    assert told(path) == [("havn.xlsx, requests", 2, "place_by"), ("havn.xlsx, requests", 2, "need_step")]


def test_a_formula_counts_as_its_value_and_one_without_is_told(book: Book) -> None:
    def formulas(workbook: Any) -> None:  # noqa: ANN401
        page = workbook.get_worksheet_by_name("vacancies")
        page.write_formula(1, 1, "=1+1", None, 2)
        page.write_formula(2, 1, "=1/0", None, "#DIV/0!")

    path = book(vacancies=[{}, {"unit": "i-1/b"}], change=formulas)
    assert told(path) == [("havn.xlsx, vacancies", 3, "B")]
    path = book(
        vacancies=[{}], change=lambda it: it.get_worksheet_by_name("vacancies").write_formula(1, 1, "=1", None, 2)
    )
    taken = rows(path).capacity.rows[0].message
    assert isinstance(taken, capacity_pb2.ReportVacancyRequest)
    assert taken.vacancy.free_place_count == 2


def test_rows_are_counted_as_the_spreadsheet_shows_them(book: Book) -> None:
    empty = dict.fromkeys(GOOD["vacancies.csv"], "")
    path = book(vacancies=[{}, empty, empty, {"unit": "i-1/b", "free_places": "x"}])
    assert told(path) == [("havn.xlsx, vacancies", 5, "free_places")]


def test_a_hidden_sheet_of_a_registry_is_told_and_any_other_is_passed_over(book: Book) -> None:
    path = book(
        requests=[{}], notes=[{"a": "b"}], change=lambda workbook: workbook.get_worksheet_by_name("notes").hide()
    )
    assert rows(path).counts == {"requests.csv": 1}
    path = book(
        requests=[{}], placements=[{}], change=lambda workbook: workbook.get_worksheet_by_name("placements").hide()
    )
    assert told(path) == [("havn.xlsx, placements", 0, "")]


def test_an_unknown_sheet_is_a_slip(book: Book) -> None:
    assert told(book(requests=[{}], familes=[{"a": "b"}])) == [("havn.xlsx, familes", 0, "")]


def test_merged_cells_are_told_where_they_stand(book: Book) -> None:
    def merge(workbook: Any) -> None:  # noqa: ANN401
        page = workbook.get_worksheet_by_name("requests")
        page.merge_range(0, 1, 0, 2, "authority")
        page.merge_range(1, 0, 2, 0, "r-1")

    problems = told(book(requests=[{}, {"key": "r-2"}], change=merge))
    assert {("havn.xlsx, requests", 1, "B"), ("havn.xlsx, requests", 2, "A")} <= set(problems)


def test_a_registry_stands_in_one_place(book: Book, tmp_path: Path) -> None:
    book(requests=[{}])
    book("requests.xlsx", requests=[{}])
    assert told(tmp_path) == [("requests.xlsx, requests", 0, "")]


@pytest.mark.parametrize("suffix", [".xls", ".ods", ".xlsm", ".xlsb"])
def test_another_format_is_told_how_to_save(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"requests{suffix}").write_bytes(b"anything")
    assert told(tmp_path) == [(f"requests{suffix}", 0, "")]


def zipped(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return path


WORKBOOK = {"xl__workbook_dot_xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "can't be read"),
        (b"PK\x03\x04 cut", "can't be read"),
        (b"key;authority\n", "can't be read"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), "password"),
    ],
)
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "requests.xlsx").write_bytes(content)
    (problem,) = found(tmp_path)
    assert why in problem.words.en


def test_a_text_document_and_one_with_macros_are_told(tmp_path: Path) -> None:
    zipped(tmp_path / "requests.xlsx", content_dot_xml=b"<office/>")
    assert "no Excel workbook" in found(tmp_path)[0].words.en
    zipped(tmp_path / "requests.xlsx", **WORKBOOK, xl__vbaProject_dot_bin=b"x")
    assert "macros" in found(tmp_path)[0].words.en
    zipped(tmp_path / "requests.xlsx", **WORKBOOK)
    assert "can't be read" in found(tmp_path)[0].words.en


def test_a_zip_bomb_is_refused_by_what_it_says_it_unpacks_to(tmp_path: Path) -> None:
    path = zipped(tmp_path / "requests.xlsx", **WORKBOOK, xl__sharedStrings_dot_xml=bytes(2**20))
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 2**20), struct.pack("<I", MOST_UNPACKED + 1)))
    assert "too large" in found(tmp_path)[0].words.en


def test_a_zip_bomb_that_lies_is_refused_too(book: Book, tmp_path: Path) -> None:
    path = book("requests.xlsx", requests=[{}])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb", bytes(2**20))
    content = path.read_bytes()
    # The size of the unpacked part, in the directory at the end and before the part itself.
    path.write_bytes(content.replace(struct.pack("<I", 2**20), struct.pack("<I", 10)))
    read(path)  # Whatever it is taken for, it ends.


def test_a_cell_far_away_ends_the_reader_and_nothing_else(book: Book) -> None:
    path = book(
        requests=[{}],
        change=lambda workbook: workbook.get_worksheet_by_name("requests").write(1_048_575, 16_383, "far"),
    )
    assert "delete empty rows" in found(path)[0].words.en


def test_a_million_rows_that_are_only_coloured_are_no_rows(book: Book) -> None:
    def colour(workbook: Any) -> None:  # noqa: ANN401
        page, yellow = workbook.get_worksheet_by_name("requests"), workbook.add_format({"bg_color": "yellow"})
        for number in range(2, 2_000):
            page.write_blank(number, 0, None, yellow)
        page.write_blank(1_048_575, 0, None, yellow)

    assert rows(book(requests=[{}], change=colour)).counts == {"requests.csv": 1}
