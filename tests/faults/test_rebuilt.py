"""Copies that were damaged or lost are made anew from their owners, with the streams and without them."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from sqlmodel import Session, delete, select, update

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.families.v1 import families_pb2 as families
from havn.operations.v1 import operations_pb2 as pb
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from services.capacity.api import DEFINITION as CAPACITY
from services.capacity.store import COPIES as OF_CAPACITY
from services.families.store import COPIES as OF_FAMILIES
from services.havn import running
from services.havn.command_line import run
from services.matching.store import COPIES as OF_MATCHING
from services.shared import scope
from services.shared.rebuilding import Copy, Rebuilding
from tests import cast
from tests.conftest import Havn, eventually, refused, running_havn

COPIES = {"matching": OF_MATCHING, "capacity": OF_CAPACITY, "families": OF_FAMILIES}

Kept = dict[str, dict[str, tuple[int, bytes]]]
"""Version and content of each copy, by table and name."""


@pytest_asyncio.fixture
async def havn(tmp_path: Path) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path) as started:
        await filled(started)
        yield started


async def filled(havn: Havn) -> None:
    """Enters some of everything, and waits until all know of it."""
    coordinator, administrator = havn.as_(cast.COORDINATOR), havn.as_(cast.ADMINISTRATOR)
    for _ in range(3):
        await coordinator.placements.CreateRequest(cast.filing())
        await coordinator.placements.RecordPlacement(cast.recording())
        await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_full_family()))
    home = await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    disputed = families.StateFactRequest(
        name=home.name, etag=home.etag, fact=families.PROFILE_FACT_PETS, says="Two dogs", request_id=cast.fresh()
    )
    stated = await havn.as_(cast.CONSULTANT).families.StateFact(disputed)
    asked = await coordinator.placements.CreateRequest(cast.filing())
    await coordinator.placements.OfferPlace(cast.offering(asked, home.name))
    institution = await administrator.capacity.CreateInstitution(cast.founding())
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name))
    await havn.as_(cast.staff_of(institution.name)).capacity.ReportVacancy(cast.reporting(unit.name))
    await eventually_kept(havn, "matching", 14)
    await eventually_as_new(havn, "matching", stated)
    await eventually_kept(havn, "capacity", 9)
    await eventually_kept(havn, "families", 3)


async def eventually_kept(havn: Havn, service: str, number: int) -> None:
    async def known() -> bool:
        return sum(len(rows) for rows in (await kept(havn, service)).values()) == number

    await eventually(known)


async def eventually_as_new(havn: Havn, service: str, family: families.FosterFamily) -> None:
    async def known() -> bool:
        version, _body = (await kept(havn, service))["families"][family.name]
        return version == int(family.etag)

    await eventually(known)


async def kept(havn: Havn, service: str) -> Kept:
    def read(session: Session) -> Kept:
        return {
            str(kind.table.__tablename__): {
                row.name: (row.version, row.body) for row in session.exec(select(kind.table))
            }
            for kind in COPIES[service]
        }

    return await havn.rows(service, read)


def damage(session: Session, service: str) -> None:
    """Loses one table, and makes another one wrong in a way that no event would ever mend."""
    scope.narrow(session.connection(), cast.SERVICE)
    lost, *wrong = [kind.table for kind in COPIES[service]]
    if wrong:
        session.exec(delete(lost))
    for table in wrong or [lost]:
        session.exec(update(table).values(version=1_000_000, body=b""))
        [row] = session.exec(select(table).limit(1))
        stray = {**row.model_dump(), "name": "strays/s", "sort_key": "strays/s"}
        session.add(table(**stray))


async def rebuilt(havn: Havn, service: str) -> pb.Rebuild:
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels[service])
    begun = await operations.CreateRebuild(pb.CreateRebuildRequest(request_id=cast.fresh()))
    return await finished(havn, service, begun.name)


async def finished(havn: Havn, service: str, name: str) -> pb.Rebuild:
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels[service])
    found = pb.Rebuild()

    async def done() -> bool:
        found.CopyFrom(await operations.GetRebuild(pb.GetRebuildRequest(name=name)))
        return found.done

    await eventually(done)
    return found


@pytest.mark.parametrize("service", COPIES)
async def test_copies_that_were_lost_or_wrong_are_as_they_were(service: str, havn: Havn) -> None:
    before = await kept(havn, service)
    await havn.database(service).write(lambda session: damage(session, service))
    assert await kept(havn, service) != before
    told = await rebuilt(havn, service)
    assert await kept(havn, service) == before
    assert told.record_count == sum(len(rows) for rows in before.values())
    assert (await rebuilt(havn, service)).done
    assert await kept(havn, service) == before


async def test_so_they_are_when_the_streams_are_lost_too(havn: Havn) -> None:
    before = await kept(havn, "matching")
    await havn.nats.stop()
    shutil.rmtree(havn.data / "nats" / "jetstream")
    await havn.database("matching").write(lambda session: damage(session, "matching"))
    await havn.nats.start()
    await rebuilt(havn, "matching")
    assert await kept(havn, "matching") == before


async def test_what_happens_meanwhile_is_not_lost(havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of the owners and the end, an event brings what no page had."""
    read, filed = asyncio.Event(), asyncio.Event()
    pages = Rebuilding._read

    async def then_wait(self: Rebuilding, copy: Copy) -> None:
        await pages(self, copy)
        if copy.kind.table.__tablename__ == "requests":
            read.set()
            await filed.wait()

    monkeypatch.setattr(Rebuilding, "_read", then_wait)
    making = asyncio.create_task(rebuilt(havn, "matching"))
    await read.wait()
    late = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
    await eventually_kept(havn, "matching", 15)
    filed.set()
    await making
    assert late.name in (await kept(havn, "matching"))["requests"]


async def test_a_rebuild_that_was_cut_off_goes_on_after_the_next_start(
    havn: Havn, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await kept(havn, "capacity")
    cut = asyncio.Event()

    async def never(self: Rebuilding, copy: Copy) -> None:
        cut.set()
        await asyncio.Event().wait()

    await havn.database("capacity").write(lambda session: damage(session, "capacity"))
    with monkeypatch.context() as broken:
        broken.setattr(Rebuilding, "_read", never)
        operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["capacity"])
        begun = await operations.CreateRebuild(pb.CreateRebuildRequest(request_id=cast.fresh()))
        await cut.wait()
        await havn.forget_clients()
        await havn.services.pop("capacity").stop()
    await havn.start_service(CAPACITY)
    assert (await finished(havn, "capacity", begun.name)).done
    assert await kept(havn, "capacity") == before


async def test_calls_are_answered_meanwhile(havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    read = asyncio.Event()

    async def waits(self: Rebuilding, copy: Copy) -> None:
        await read.wait()

    with monkeypatch.context() as slow:
        slow.setattr(Rebuilding, "_read", waits)
        making = asyncio.create_task(rebuilt(havn, "capacity"))
        listed = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest())
        assert len(listed.entries) == 4
        making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making


async def test_a_service_that_copies_nothing_says_so(havn: Havn) -> None:
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["placements"])
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await operations.CreateRebuild(pb.CreateRebuildRequest(request_id=cast.fresh()))
    with refused("NOT_FOUND"):
        await operations.GetRebuild(pb.GetRebuildRequest(name="rebuilds/none"))


async def test_an_owner_whose_address_nobody_told_is_named(havn: Havn) -> None:
    del havn.platform.addresses["families"]
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["matching"])
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as seen:
        await operations.CreateRebuild(pb.CreateRebuildRequest(request_id=cast.fresh()))
    assert "HAVN_FAMILIES_ADDRESS" in seen[0].message


async def test_an_owner_that_is_away_is_waited_for(havn: Havn) -> None:
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["matching"])
    address = havn.platform.addresses["families"]
    havn.platform.addresses["families"] = "127.0.0.1:1"
    begun = await operations.CreateRebuild(pb.CreateRebuildRequest(request_id=cast.fresh()))

    async def waits() -> bool:
        with pytest.raises(grpc.aio.AioRpcError):
            await operations.GetRebuild(pb.GetRebuildRequest(name="rebuilds/none"))
        return '"rebuild.waits"' in havn.log.getvalue()

    await eventually(waits)
    havn.platform.addresses["families"] = address
    assert (await finished(havn, "matching", begun.name)).done


async def test_the_command_waits_until_it_is_done(
    havn: Havn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running.announce(havn.data, havn.platform.addresses)
    monkeypatch.setenv("HAVN_DATA", str(havn.data))
    assert await asyncio.to_thread(run, ["rebuild", "matching"]) == 0
    assert "14 records are as their owners have them" in capsys.readouterr().out
    assert await asyncio.to_thread(run, ["rebuild", "capacity", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["record_count"] == 9
    assert await asyncio.to_thread(run, ["rebuild", "placements"]) == 1
