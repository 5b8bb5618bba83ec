"""From one Havn through files into an empty one, and out again: the files are the same, byte for byte."""

import asyncio
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from havn.placements.v1 import placements_pb2 as placements
from services.havn.commands.import_folder import clients
from services.havn.connection import Connection, connect
from services.havn.demo.generator import make_demo
from services.havn.exporting.files import write_export
from services.havn.exporting.registries import REGISTRIES, Table
from services.havn.importing.outcome import CREATED, UNCHANGED, Sent
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import send
from services.havn.importing.sheets import LISTS
from services.havn.importing.writing import Format
from services.shared.access import EVERYWHERE, Caller
from services.shared.clients import Tokens
from tests import cast
from tests.conftest import Havn, running_havn

EVERYTHING = Caller("users/auditor-of-all", cast.AUDITOR.roles, EVERYWHERE)


@pytest_asyncio.fixture(scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    """A Havn with the demo, one of whose children no longer waits and one of whose units reported since."""
    folder = tmp_path_factory.mktemp("filled")
    async with running_havn(folder / "data") as havn:
        await asyncio.to_thread(make_demo, folder / "demo", 1, cast.TODAY)
        assert (await imported(havn, folder / "demo")).count(CREATED)
        coordinator = havn.as_(cast.COORDINATOR)
        page = await coordinator.placements.ListRequests(placements.ListRequestsRequest())
        withdrawn = placements.WithdrawRequestRequest(
            name=page.requests[0].name, etag=page.requests[0].etag, reason="=cmd|' went home", request_id=cast.fresh()
        )
        await coordinator.placements.WithdrawRequest(withdrawn)
        staff = havn.as_(cast.staff_of("institutions/i-nuuk-01"))
        await staff.capacity.ReportVacancy(cast.reporting("institutions/i-nuuk-01/units/a"))
        yield havn


def as_(havn: Havn, caller: Caller) -> Connection:
    return connect({name: running.address for name, running in havn.services.items()}, Tokens(havn.signer, caller))


async def imported(havn: Havn, folder: Path) -> Sent:
    """The folder in Havn, sent by a thread as the command line does."""
    rows = read(folder)
    assert isinstance(rows, Rows), [str(problem) for problem in rows.found]
    connection = as_(havn, cast.ADMINISTRATOR)
    sent = await asyncio.to_thread(send, rows, clients(connection))
    connection.close()
    assert isinstance(sent, Sent), [str(problem) for problem in sent.found]
    return sent


async def exported(havn: Havn, folder: Path, form: Format = Format.CSV) -> dict[str, bytes]:
    """The files of an export."""

    def tables(importable: bool) -> list[Table]:
        return [
            table
            for registry in REGISTRIES
            if registry.importable is importable
            for table in registry.tables(connection, lambda _number: None)
        ]

    connection = as_(havn, EVERYTHING)
    registries, lists = await asyncio.to_thread(tables, True), await asyncio.to_thread(tables, False)
    connection.close()
    write_export(folder, registries, lists, form)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("form", Format)
async def test_an_export_into_an_empty_havn_exports_as_the_same_bytes(
    filled: Havn, tmp_path: Path, form: Format
) -> None:
    first = await exported(filled, tmp_path / "first", form)
    async with running_havn(tmp_path / "data") as empty:
        sent = await imported(empty, tmp_path / "first")
        assert sent.count(CREATED) == len(sent.outcomes) > 1_000
        assert await exported(empty, tmp_path / "second", form) == first


async def test_an_export_taken_again_changes_nothing(filled: Havn, tmp_path: Path) -> None:
    await exported(filled, tmp_path / "out")
    sent = await imported(filled, tmp_path / "out")
    assert sent.count(UNCHANGED) == len(sent.outcomes)


async def test_files_are_their_owners_and_nothing_in_them_is_run(filled: Havn, tmp_path: Path) -> None:
    await exported(filled, tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    of_support = {"agreed_actions.csv", "supervision_visits.csv", "support_agreements.csv"}
    of_waiting = {f"{name}.csv" for name in ("waiting_list", "waiting_list_exits", "central_list")}
    of_waiting |= {"central_list_applications.csv", "offers.csv", "vacancy_changes.csv"}
    lists = {"follow_ups.csv", "breaches.csv", "risk_views.csv", "wellbeing.csv", *of_waiting, *of_support}
    assert {path.name for path in (tmp_path / "out" / LISTS).iterdir()} == lists
    assert b";'=cmd|' went home" in (tmp_path / "out" / "requests.csv").read_bytes()
    exits = (tmp_path / "out" / LISTS / "waiting_list_exits.csv").read_bytes()
    assert b";withdrawn;'=cmd|' went home;" in exits


async def test_what_happened_to_the_free_places_of_all_units_is_told(filled: Havn, tmp_path: Path) -> None:
    await exported(filled, tmp_path / "out")
    path = tmp_path / "out" / LISTS / "vacancy_changes.csv"
    changes = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert {each["unit"] for each in changes} >= {"i-nuuk-01/a", "i-nuuk-01/b", "i-qaqortoq-01/a"}
    assert [each["what"] for each in changes if each["unit"] == "i-nuuk-01/a"] == ["reported", "imported"]


async def test_nobody_is_shown_more_than_by_the_calls_themselves(filled: Havn, tmp_path: Path) -> None:
    connection = as_(filled, cast.elsewhere(cast.COORDINATOR))
    [requests] = [registry for registry in REGISTRIES if registry.name == "requests"]
    tables = await asyncio.to_thread(requests.tables, connection, lambda _number: None)
    connection.close()
    assert {row["authority"] for _, rows in tables for row in rows} == {"qeqqata"}


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError):
        write_export(tmp_path, [], [], Format.CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
