from pathlib import Path

import pytest

from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sheets import SHEETS
from services.havn.importing.templates import HELP_FILE, write_templates


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


def test_nobodys_work_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("work", "utf-8")
    with pytest.raises(FileExistsError):
        write_templates(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["units.csv"]
