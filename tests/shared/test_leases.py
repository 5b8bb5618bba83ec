"""Work that one replica does at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from sqlmodel import Session

from services.shared import leases
from services.shared.leases import Leases
from services.shared.tables import Lease
from tests import databases
from tests.conftest import eventually


@pytest_asyncio.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[list[Leases]]:
    made = [databases.of_service("matching", tmp_path) for _ in range(2)]
    for number, database in enumerate(made):
        database.replica = f"replica-{number}"
    yield [Leases(database) for database in made]
    for database in made:
        await asyncio.to_thread(database.close)


async def test_a_lease_has_one_holder(replicas: list[Leases]) -> None:
    one, other = replicas
    assert await one.claim("work", 60)
    assert not await other.claim("work", 60)
    assert await other.claim("other work", 60)


async def test_a_holder_that_is_silent_for_too_long_loses_it(replicas: list[Leases]) -> None:
    one, other = replicas
    await one.claim("work", -1)
    assert await other.claim("work", 60) == 2
    assert not await one.claim("work", 60)


async def test_whoever_comes_back_to_its_own_work_is_counted(replicas: list[Leases]) -> None:
    assert [await replicas[0].claim("work", 60) for _ in range(3)] == [1, 2, 3]


async def test_a_lease_is_kept_through_the_work_and_free_after_it(
    replicas: list[Leases], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas
    moment = 1000.0
    monkeypatch.setattr(leases, "time", SimpleNamespace(time=lambda: moment))

    def until(session: Session) -> float:
        return session.get_one(Lease, "work").until

    async def kept_on() -> bool:
        return await one._database.read(until) == moment + 0.3

    await one.claim("work", 0.3)
    async with one.kept("work", 0.3):
        for _ in range(2):
            moment += 0.2
            await eventually(kept_on)
        assert not await other.claim("work", 60)
    assert await other.claim("work", 60)


async def test_nobody_lets_go_of_anothers_lease(replicas: list[Leases]) -> None:
    one, other = replicas
    await one.claim("work", 60)
    await other.release("work")
    assert not await other.claim("work", 60)


async def test_of_many_who_claim_at_once_one_gets_it(replicas: list[Leases]) -> None:
    claims = await asyncio.gather(*(replica.claim("work", 60) for replica in replicas * 5))
    held = {number % 2 for number, claim in enumerate(claims) if claim}
    assert len(held) == 1
