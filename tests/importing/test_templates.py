from pathlib import Path

import pytest

from services.havn.importing import one_file
from services.havn.importing.columns import Sheet
from services.havn.importing.reading import read
from services.havn.importing.rows import Part, Rows
from services.havn.importing.sheets import BY_ITSELF, LISTS, SHEETS
from services.havn.importing.templates import HELP_FILE, LISTS_FILE, write_templates
from services.havn.importing.writing import Format
from services.shared.reference import towns

# It meets no database.
pytestmark = pytest.mark.once


def test_templates_are_files_without_rows(tmp_path: Path) -> None:
    write_templates(tmp_path / "new")
    found = read(tmp_path / "new")
    assert isinstance(found, Rows)
    assert found.counts == {}


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("sheet", BY_ITSELF, ids=lambda sheet: sheet.name)
def test_there_is_a_template_for_what_is_taken_by_itself(sheet: Sheet, form: Format, tmp_path: Path) -> None:
    write_templates(tmp_path, form)
    found = one_file.read(tmp_path / LISTS / (sheet.file if form is Format.CSV else LISTS_FILE), sheet)
    assert isinstance(found, Part)
    assert found.rows == ()
    assert found.headers == {sheet.name: tuple(column.name for column in sheet.columns)}


def test_the_help_file_names_every_file_and_column(tmp_path: Path) -> None:
    write_templates(tmp_path)
    text = (tmp_path / HELP_FILE).read_text("utf-8")
    sheets = (*SHEETS, *BY_ITSELF)
    assert all(f"\n  {column.name}" in text for sheet in sheets for column in sheet.columns)
    assert all(f"\n{sheet.file}\n{sheet.da}\n{sheet.en}\n" in text for sheet in sheets)
    assert all(f"import {sheet.name} {LISTS}/{sheet.file}\n" in text for sheet in BY_ITSELF[:-1])


def test_the_help_file_names_every_town_and_fits_a_screen(tmp_path: Path) -> None:
    write_templates(tmp_path)
    text = (tmp_path / HELP_FILE).read_text("utf-8")
    assert all(town in text for town in towns())
    assert max(map(len, text.splitlines())) <= 120


def test_nobodys_work_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("work", "utf-8")
    with pytest.raises(FileExistsError):
        write_templates(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["units.csv"]


def test_every_word_of_a_list_is_explained_in_danish() -> None:
    allowed = [column.cell.allowed for sheet in (*SHEETS, *BY_ITSELF) for column in sheet.columns]
    assert sum("(" in each.da for each in allowed if each.en.startswith("one of: ")) > 10
    assert all(f"{word} (" in each.da for each in allowed for word in one_of(each.en))


def one_of(words: str) -> list[str]:
    return words.removeprefix("one of: ").partition(";")[0].split(", ") if words.startswith("one of: ") else []
