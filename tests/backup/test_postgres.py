"""PostgreSQL and SQLite give the same backup, and either is restored from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.placements.v1 import placements_pb2 as placements
from services.havn.backup import making, postgres
from services.havn.backup.contents import SERVICES, Contents
from services.havn.backup.copying import of_folder, of_settings
from services.havn.backup.files import sqlite
from services.havn.backup.manifest import Manifest
from services.havn.backup.unusable import Unusable
from services.shared.settings import Settings
from tests import cast, databases
from tests.conftest import Havn, running_havn
from tests.postgres import Server

KEY = bytes(range(32))

pytestmark = pytest.mark.skipif(databases.on_postgres(), reason="begins with SQLite, and has a PostgreSQL of its own")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server(fsync="off")
    yield started
    started.stop()


def empty(server: Server, name: str, data: Path) -> Settings:
    """Settings with a new database for each service."""
    for service in SERVICES:
        databases.make(server, f"{name}_{service}", service)
    return Settings(
        data=data,
        database_url=server.url(f"{name}_{{service}}", "havn"),
        database_owner_url=server.url(f"{name}_{{service}}", "owner"),
    )


async def waiting(havn: Havn) -> set[str]:
    page = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest(page_size=200))
    return {entry.request for entry in page.entries}


async def filed(havn: Havn, request: placements.CreateRequestRequest) -> str:
    """Files a request, and waits until the waiting list has it."""
    name = (await havn.as_(cast.COORDINATOR).placements.CreateRequest(request)).name

    async def listed() -> bool:
        return name in await waiting(havn)

    await havn.until("capacity", listed)
    return name


def held(manifest: Manifest) -> dict[str, Contents]:
    return {service: copied.contents for service, copied in manifest.services.items()}


async def test_a_backup_of_files_is_restored_into_postgresql_and_back(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = cast.filing(cast.a_full_request())
    async with running_havn(tmp_path / "data") as havn:
        await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_full_family()))
        name = await filed(havn, request)
        from_files = making.back_up(Settings(data=havn.data), tmp_path / "from-files", KEY)

    found = empty(server, "first", tmp_path / "there")
    found.data.mkdir()
    making.restore_databases(tmp_path / "from-files", KEY, found, tmp_path / "room")
    assert making.verify_databases(of_settings(found)) == []
    from_postgres = making.back_up(found, tmp_path / "from-postgres", KEY)
    assert held(from_postgres) == held(from_files)
    assert from_postgres.services["placements"].contents.tables["requests"].count == 1

    making.restore(tmp_path / "from-postgres", KEY, tmp_path / "back")
    assert making.verify_databases(of_folder(tmp_path / "back")) == []

    def settings(data: Path, nats_url: str = "") -> Settings:
        return found.model_copy(update={"data": data, "nats_url": nats_url})

    monkeypatch.setattr(databases, "settings", settings)
    async with running_havn(found.data) as havn:
        again = await havn.as_(cast.COORDINATOR).placements.CreateRequest(request)
        assert again.name == name
        new = await filed(havn, cast.filing())
        assert {name, new} <= await waiting(havn)
    assert making.verify_databases(of_settings(found)) == []
    with pytest.raises(Unusable, match="is in use or holds something"):
        making.restore_databases(tmp_path / "from-files", KEY, found, tmp_path / "room")


async def test_a_restore_that_was_cut_off_between_databases_is_completed(server: Server, tmp_path: Path) -> None:
    async with running_havn(tmp_path / "data") as havn:
        await filed(havn, cast.filing())
        made = making.back_up(Settings(data=havn.data), tmp_path / "file", KEY)
    making.restore(tmp_path / "file", KEY, tmp_path / "copies")
    found = empty(server, "second", tmp_path)
    with (
        sqlite(tmp_path / "copies" / "placements.sqlite").connect() as copy,
        postgres.engine(found.owner_database("placements")).begin() as target,
    ):
        postgres.fill(target, copy)
    making.restore_databases(tmp_path / "file", KEY, found, tmp_path / "room")
    assert making.verify_databases(of_settings(found)) == []
    assert held(making.back_up(found, tmp_path / "again", KEY)) == held(made)


def test_a_database_that_was_not_migrated_is_named(server: Server, tmp_path: Path) -> None:
    made = empty(server, "third", tmp_path)
    making.back_up(made, tmp_path / "file", KEY)
    found = empty(server, "fourth", tmp_path)
    with postgres.engine(found.owner_database("families")).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(Unusable, match="run havn migrate"):
        making.restore_databases(tmp_path / "file", KEY, found, tmp_path / "room")
