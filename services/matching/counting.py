"""How many places there are for those who wait: counted once for as long as nothing that matching knows changes."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from havn.matching.v1 import matching_pb2 as pb
from services.matching.planning import Planner
from services.matching.rules.children import Child
from services.matching.rules.facts import World
from services.matching.rules.suitable import Suitable, suitable
from services.matching.world import revision
from services.shared import access, turns
from services.shared.clock import Clock
from services.shared.store import Store

MOST_REQUESTS = 200


@dataclass(frozen=True)
class Counted:
    """What was counted in one world so far."""

    day: date
    revision: int
    world: World
    waiting: Mapping[str, Child]
    found: dict[str, Suitable] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """The counts of one authority's requests; those that do not wait are missing."""

    found: Mapping[str, pb.SuitablePlaces]
    plan_current: bool


class Counting:
    """Counts, and keeps what it counted last for each authority."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner
        self._caller = access.service("matching")
        self._last: dict[str, Counted] = {}
        self._one_at_a_time = asyncio.Lock()

    async def counts(self, authority: str, requests: Iterable[str]) -> Counts:
        """How many homes fit each of the requests that waits in the authority."""
        async with self._one_at_a_time:
            counted = await self._now(authority)
            asked = [request for request in requests if request in counted.waiting]
            missing = [counted.waiting[request] for request in asked if request not in counted.found]
            if missing:
                counted.found.update(await turns.computed(suitable, missing, counted.world))
        newest = await self._planner.newest(authority)
        found = {request: _message(request, counted.found[request]) for request in asked}
        for request in asked:
            found[request].plan_place = newest.place_of(request)
        return Counts(found, newest.revision == counted.revision)

    async def _now(self, authority: str) -> Counted:
        today, now = self._clock.today(), await self._store.view_as(self._caller, revision)
        last = self._last.get(authority)
        if last is None or (last.day, last.revision) != (today, now):
            world = await self._planner.world(authority)
            last = Counted(today, now, world, {child.request: child for child in world.children})
            self._last[authority] = last
        return last


def _message(request: str, found: Suitable) -> pb.SuitablePlaces:
    return pb.SuitablePlaces(request=request, home_count=found.homes, free_place_count=found.free_places)
