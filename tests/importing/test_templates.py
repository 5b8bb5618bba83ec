from pathlib import Path

import pytest

from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sheets import SHEETS
from services.havn.importing.templates import HELP_FILE, write_templates
from services.shared.reference import towns

# It meets no database.
pytestmark = pytest.mark.once


def test_templates_are_files_without_rows(tmp_path: Path) -> None:
    write_templates(tmp_path / "new")
    found = read(tmp_path / "new")
    assert isinstance(found, Rows)
    assert found.counts == {}


def test_the_help_file_names_every_file_and_column(tmp_path: Path) -> None:
    write_templates(tmp_path)
    text = (tmp_path / HELP_FILE).read_text("utf-8")
    assert all(f"\n  {column.name}" in text for sheet in SHEETS for column in sheet.columns)
    assert all(f"\n{sheet.file}\n{sheet.da}\n{sheet.en}\n" in text for sheet in SHEETS)


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
    allowed = [column.cell.allowed for sheet in SHEETS for column in sheet.columns]
    assert sum("(" in each.da for each in allowed if each.en.startswith("one of: ")) > 10
    assert all(f"{word} (" in each.da for each in allowed for word in one_of(each.en))


def one_of(words: str) -> list[str]:
    return words.removeprefix("one of: ").partition(";")[0].split(", ") if words.startswith("one of: ") else []
