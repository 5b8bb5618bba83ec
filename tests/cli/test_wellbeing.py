"""An institution's series of observations, from a file and back into one."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import select

from services.capacity.store import StayRow
from services.havn import running
from services.havn.command_line import run
from services.havn.users import USERS
from tests import cast
from tests.cli.conftest import Ran
from tests.conftest import Havn, running_havn

INSTITUTION = USERS["institution"].institution
HEAD = "child;date;value;note\n"
SERIES = "k-1;2026-02-20;4;God dag\nk-1;21-02-2026;4;\n"
WRONG = "k-1;2026-02-22;;\nk-1;2026-13-01;4;\nk-1;2026-02-20;3;\nk-1;2026-02-23;9;\nk-9;2026-02-20;3;\n"


@pytest_asyncio.fixture
async def havn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Havn]:
    """A system in which the demo's institution has one child."""
    monkeypatch.setenv("HAVN_DATA", str(tmp_path))
    async with running_havn(tmp_path) as started:
        running.announce(tmp_path, started.platform.addresses)
        administrator, coordinator = started.as_(cast.ADMINISTRATOR), started.as_(cast.COORDINATOR)
        await administrator.capacity.CreateInstitution(cast.founding(id=INSTITUTION.removeprefix("institutions/")))
        unit = await administrator.capacity.CreateUnit(cast.opening(INSTITUTION))
        lives = cast.a_placement(child="children/k-1", home=unit.name, step=5)
        await coordinator.placements.RecordPlacement(cast.recording(lives))

        async def known() -> bool:
            return bool(await started.rows("capacity", lambda session: session.exec(select(StayRow.name)).all()))

        await started.until("capacity", known)
        yield started


async def test_a_series_comes_from_a_file_and_goes_into_one(
    havn: Havn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def asked(*arguments: str) -> Ran:
        code = await asyncio.to_thread(run, ["wellbeing", *arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    file, book = tmp_path / "bosted.csv", tmp_path / "ud.xlsx"
    assert (await asked("template", str(file))).code == 0
    assert file.read_text("utf-8-sig").startswith("child;date;value;note;")
    file.write_text(HEAD + SERIES + WRONG)
    refused = await asked("import", str(file), "--json")
    problems = [(each["row"], each["column"]) for each in json.loads(refused.out)["problems"]]
    assert (refused.code, problems) == (1, [(4, "value"), (5, "date"), (6, "date")])
    file.write_text(HEAD + SERIES + "".join(f"{row}\n" for row in WRONG.splitlines()[3:]))
    refused = await asked("import", str(file), "--lang", "da")
    assert refused.code == 1
    assert "Intet blev skrevet: 2 ting at rette." in refused.out

    file.write_text(HEAD + SERIES)
    checked = await asked("import", str(file), "--dry-run")
    assert "2 rows can be taken; nothing was written." in checked.out
    assert (await asked("list")).out == "Nothing was observed that you may see.\n"
    assert json.loads((await asked("import", str(file), "--json")).out)["created_count"] == 2
    recorded = await asked("record", "k-1", "--step", "2", "--on", "2026-03-01", "--child-words", "Jeg er træt")
    assert "Less well than usual" in recorded.out
    listed = json.loads((await asked("list", "k-1", "--json", "--as", "caseworker")).out)["observations"]
    assert [each["value"] for each in listed] == [2, 4, 4]

    assert json.loads((await asked("export", str(book), "--json")).out)["rows"] == 3
    again = json.loads((await asked("import", str(book), "--json")).out)
    assert (again["unchanged_count"], again["created_count"]) == (3, 0)
    name = listed[0]["name"]
    corrected = await asked("correct", name, "--step", "3", "--reason", "Wrong child", "--json")
    [earlier] = json.loads(corrected.out)["earlier"]
    assert (earlier["value"], earlier["child_words"], earlier["reason"]) == (2, "Jeg er træt", "Wrong child")
    assert (await asked("export", str(book))).code == 1
    assert "In words" in (await asked("scale")).out
