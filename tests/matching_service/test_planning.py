"""Plans are made once per state of the world, however impatient those are who ask."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.matching.planning import Planner
from services.shared.database import Database
from services.shared.store import Store
from tests import cast, databases


class Watched(cast.FixedClock):
    """A clock that counts its readings, and ends somebody's wait at one of them."""

    readings = 0
    last_reading = 0
    waiting: "asyncio.Task[object] | None" = None

    def today(self) -> date:
        self.readings += 1
        if self.waiting and self.readings == self.last_reading:
            self.waiting.cancel()
        return super().today()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = databases.of_service("matching", tmp_path)
    yield made
    made.close()


async def test_a_plan_that_its_asker_gave_up_is_found_by_the_next(database: Database) -> None:
    clock = Watched()
    planner = Planner(Store(database, clock), clock, 5.0)
    clock.waiting = asyncio.create_task(planner.plan(cast.MUNICIPALITY))
    # The first reading is for the plan's key, the second in its making.
    clock.last_reading = 2
    with pytest.raises(asyncio.CancelledError):
        await clock.waiting
    world, _plan = await planner.plan(cast.MUNICIPALITY)
    assert world.authority == cast.MUNICIPALITY
    assert clock.readings == 3


async def test_the_same_state_of_the_world_is_planned_once(database: Database) -> None:
    clock = cast.FixedClock()
    planner = Planner(Store(database, clock), clock, 5.0)
    plans = await asyncio.gather(*(planner.plan(cast.MUNICIPALITY) for _ in range(5)))
    assert all(plan is plans[0][1] for _world, plan in plans)
