"""Plans made once per state of the world, and match runs computed in the order that they were asked for."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import partial

import structlog
from sqlmodel import col

from havn.matching.v1 import matching_pb2 as pb
from services.matching import data, events
from services.matching.rules.explain import plan_message
from services.matching.rules.facts import World
from services.matching.rules.plan import Plan, make_plan
from services.matching.store import RUN_RECORDS, RUNS, RunRow
from services.matching.world import RUNS_CONSUMER, Children, load, revision
from services.shared import access, metrics, traces, turns, wire
from services.shared.clock import Clock
from services.shared.errors import DatabaseAway
from services.shared.records import Change
from services.shared.store import Store

log = structlog.get_logger()

KEPT_PLANS = 8
POLL_SECONDS = 1.0
LEASE_SECONDS = 10.0
MOST_CLAIMS = 3

Key = tuple[str, date, int]
"""Authority, day and revision: what a plan depends on."""

Making = asyncio.Task[tuple[World, Plan]]
"""A plan that is being made, or was."""


@dataclass(frozen=True)
class Newest:
    """The newest plan: of which revision, if that is known, whom it has a place for, and whom it has none for."""

    revision: int | None
    places: Container[str]
    others: Container[str]

    def place_of(self, request: str) -> pb.PlanPlace.ValueType:
        """Whether it has a place for the request; not given where it knows nothing of it."""
        if request in self.places:
            return pb.PLAN_PLACE_YES
        return pb.PLAN_PLACE_NO if request in self.others else pb.PLAN_PLACE_UNSPECIFIED


class Planner:
    """Makes the plan of an authority, and keeps the last few."""

    def __init__(self, store: Store, clock: Clock, seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._seconds = seconds
        self._caller = access.service("matching")
        self._children = Children()
        self._plans: OrderedDict[Key, Making] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def plan(self, authority: str) -> tuple[World, Plan]:
        """The plan for all who wait in the authority today, and the world that it is for.

        Whoever stops waiting leaves it in the making: a plan may take longer than a call, and who asks again finds it.
        """
        async with self._one_at_a_time:
            key = (authority, self._clock.today(), await self._store.view_as(self._caller, revision))
            return await asyncio.shield(self._making(key))

    async def newest(self, authority: str) -> Newest:
        """The newest plan of today that was made here, else the last run's. Nothing is planned for it."""
        ours = {key: making for key, making in self._plans.items() if key[:2] == (authority, self._clock.today())}
        made = [key for key, making in ours.items() if _is_made(making)]
        if made:
            newest = max(made)
            world, plan = await ours[newest]
            return Newest(newest[2], plan.place_of, world.requests_that_wait)
        last = await self._last_run(authority) or pb.MatchRun()
        places = {request for place in last.places for request in place.requests}
        return Newest(None, places, {request for unplaced in last.unplaced for request in unplaced.requests})

    async def world(self, authority: str) -> World:
        """What is known today for the authority."""
        return await self._store.view_as(self._caller, lambda view: load(view, authority, self._clock, self._children))

    def _making(self, key: Key) -> Making:
        if key not in self._plans:
            authority, _day, _revision = key
            self._plans[key] = asyncio.create_task(self._made(authority))
            self._plans[key].add_done_callback(partial(self._forget_failed, key))
        self._plans.move_to_end(key)
        while len(self._plans) > KEPT_PLANS:
            self._plans.popitem(last=False)
        return self._plans[key]

    def _forget_failed(self, key: Key, making: Making) -> None:
        if making.cancelled() or making.exception():
            self._plans.pop(key, None)

    async def _made(self, authority: str) -> tuple[World, Plan]:
        world = await self.world(authority)
        shown = await self._shown_before(authority)
        begun = time.perf_counter()
        with traces.part("matching", "plan"), metrics.PLANS_FAILED.count_exceptions():
            plan = await turns.computed(make_plan, world, shown, self._seconds)
            proven, levels = sum(level.proven for level in plan.solution.levels), len(plan.solution.levels)
            traces.note(proven=proven, levels=levels)
        metrics.planned(time.perf_counter() - begun, proven, levels)
        return world, plan

    async def _shown_before(self, authority: str) -> dict[str, str]:
        """Home by request of the last plan that was shown: where all else is equal a plan does not change (L9)."""
        last = await self._last_run(authority)
        return {request: place.home.name for place in last.places for request in place.requests} if last else {}

    async def _last_run(self, authority: str) -> pb.MatchRun | None:
        done = [col(RunRow.state) == pb.RUN_STATE_DONE, col(RunRow.authority) == authority]
        return await self._store.view_as(self._caller, lambda view: view.last(RUNS, *done))


def _is_made(making: Making) -> bool:
    return making.done() and not making.cancelled() and making.exception() is None


class Runner:
    """Computes match runs. They wait in the database, so that no crash forgets one; each replica takes those it can."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner
        self._caller = access.service("matching")
        self._changed = asyncio.Event()
        self.changes = 0
        """Grows with every change of the records; read it before a run, and no change of it is missed."""
        store.on_change(self._tell)

    async def run(self) -> None:
        """Computes until cancelled."""
        while True:
            seen = self.changes
            for run in await self._waiting():
                await self._take(run)
            await self.next_change(seen, POLL_SECONDS)

    async def next_change(self, seen: int, seconds: float) -> None:
        """Returns when there are other `changes` than those seen, or after so many seconds."""
        if self.changes != seen:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _tell(self) -> None:
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def _take(self, run: pb.MatchRun) -> None:
        claims = await self._store.leases.claim(run.name, LEASE_SECONDS)
        if not claims:
            return
        async with self._store.leases.kept(run.name, LEASE_SECONDS):
            if claims <= MOST_CLAIMS:
                await self._compute(run)
            else:
                # Each who took it up ended in the middle: it may be the run that ends them.
                log.error("run.given_up")
                await self._finish(run, pb.RUN_STATE_FAILED)

    async def _waiting(self) -> list[pb.MatchRun]:
        running = col(RunRow.state) == pb.RUN_STATE_RUNNING
        return await self._store.view_as(self._caller, lambda view: view.all(RUNS, running))

    async def _compute(self, run: pb.MatchRun) -> None:
        try:
            world, plan = await self._planner.plan(run.authority)
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001  # a run that can't be computed is over, and says so
            log.error("run.failed", exception=error)
            await self._finish(run, pb.RUN_STATE_FAILED)
            return
        run.MergeFrom(plan_message(world, plan))
        run.engine_version = data.engine_version()
        record = pb.RunRecord(policy=data.policy_text(), problem=plan.problem, solution=plan.solution)
        await self._finish(run, pb.RUN_STATE_DONE, record)

    async def _finish(self, run: pb.MatchRun, state: pb.RunState.ValueType, record: pb.RunRecord | None = None) -> None:
        run.state = state
        run.finish_time.CopyFrom(wire.timestamp(self._clock.now()))
        record = record or pb.RunRecord()
        record.name, record.authority = f"{run.name}/record", run.authority

        def save(change: Change) -> None:
            change.save(RUNS, run, run.etag)
            change.add(RUN_RECORDS, record)
            change.announce(*events.run_finished(run))

        await self._store.receive(RUNS_CONSUMER, self._caller, {run.name: save})
