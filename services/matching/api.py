"""The RPCs of matching."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import aclosing

from havn.matching.v1 import matching_pb2 as pb
from havn.matching.v1 import matching_pb2_grpc as rpc
from havn.placements.v1.placements_pb2 import REQUEST_STATE_OPEN
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.matching import data, events, reading
from services.matching.counting import MOST_REQUESTS, Counting
from services.matching.home_versions import HomeVersions
from services.matching.planning import Planner, Runner
from services.matching.rules import explain
from services.matching.store import REQUESTS, RUNS, SUGGESTIONS, Matching
from services.matching.wire import home_message
from services.shared import access, names, turns, wire
from services.shared.access import EVERYWHERE
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.errors import BadInput, RoleNotAllowed, StateNotAllowed
from services.shared.records import Change, positions
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched

WATCH_SECONDS = 5.0
"""How long a watcher waits before it looks by itself."""


class MatchingApi(rpc.MatchingServiceServicer):
    """Suggestions, and plans for all who wait."""

    def __init__(self, store: Store, clock: Clock, planner: Planner, runner: Runner) -> None:
        self.homes = Watched(store, access.service("matching"), HomeVersions().read)
        self._counting = Counting(store, clock, planner)
        self._store = store
        self._clock = clock
        self._planner = planner
        self._runner = runner

    async def ListHomes(self, request: pb.ListHomesRequest, context: Context) -> pb.ListHomesResponse:
        """A page of the homes that the authority may search."""
        caller = current().caller
        world = await self._planner.world(caller.authority)
        usable = [home for home in world.usable_homes if caller.sees(caller.authority, home.name)]
        homes = [home_message(home, world.residents.get(home.name, ()), world.held_places(home)) for home in usable]
        page = positions(homes, request.page_size, request.page_token)
        return pb.ListHomesResponse(homes=page.items, next_page_token=page.next_token)

    async def WatchHomes(self, request: pb.WatchHomesRequest, context: Context) -> AsyncIterator[pb.WatchHomesResponse]:
        """The version of the homes that the authority may search, whenever it is another."""
        caller, seen = current().caller, None
        async with aclosing(self.homes.each()) as states:
            async for state in states:
                version = state.version_for(caller)
                if version != seen:
                    yield pb.WatchHomesResponse(version=version)
                seen = version

    async def CountSuitablePlaces(
        self, request: pb.CountSuitablePlacesRequest, context: Context
    ) -> pb.CountSuitablePlacesResponse:
        """How many homes fit each request that waits."""
        if len(request.requests) > MOST_REQUESTS:
            raise BadInput.of("requests", f"may hold at most {MOST_REQUESTS} names")
        found = await self._store.view(lambda view: view.among(REQUESTS, "name", request.requests))
        asked = [each for each in found if each.state == REQUEST_STATE_OPEN]
        by_authority = defaultdict(list)
        for each in asked:
            by_authority[each.authority].append(each.name)
        counts = [await self._counting.counts(authority, names) for authority, names in by_authority.items()]
        places = {name: each for count in counts for name, each in count.found.items()}
        return pb.CountSuitablePlacesResponse(
            suitable_places=[places[name] for name in dict.fromkeys(request.requests) if name in places],
            plan_current=bool(counts) and all(count.plan_current for count in counts),
        )

    async def SuggestMatches(self, request: pb.SuggestMatchesRequest, context: Context) -> pb.Suggestions:
        """Suggestions for one child, kept as they are shown."""
        asked = await self._store.view(lambda view: view.get(REQUESTS, request.request))
        if asked.state != REQUEST_STATE_OPEN:
            raise StateNotAllowed("the request is not open: it was placed or withdrawn")
        world, plan = await self._planner.plan(asked.authority)
        suggestions = await turns.computed(explain.suggest, world, plan, asked.name)
        suggestions.name = f"suggestions/{names.new_id()}"
        suggestions.authority = asked.authority
        suggestions.engine_version = data.engine_version()
        suggestions.create_time.CopyFrom(wire.timestamp(self._clock.now()))
        await self._store.add(lambda change: change.add(SUGGESTIONS, suggestions))
        return suggestions

    async def GetSuggestions(self, request: pb.GetSuggestionsRequest, context: Context) -> pb.Suggestions:
        """Suggestions as they were shown."""
        return await self._store.view(lambda view: view.get(SUGGESTIONS, request.name))

    async def GetSuggestionsPart(self, request: pb.GetSuggestionsPartRequest, context: Context) -> pb.SuggestionsPart:
        """A part of suggestions as they were shown, and the version of the homes now."""
        if request.suggestion_count < 0:
            raise BadInput.of("suggestion_count", "must be 0 or more")
        kept = await self._store.view(lambda view: view.get(SUGGESTIONS, request.name))
        homes = await self.homes.now()
        return reading.part(kept, request, homes.version_for(current().caller))

    async def CreateMatchRun(self, request: pb.CreateMatchRunRequest, context: Context) -> pb.MatchRun:
        """Starts a plan."""

        def create(change: Change) -> pb.MatchRun:
            if change.caller.authority == EVERYWHERE:
                raise RoleNotAllowed("a plan is for one authority: come with a token of one")
            run = pb.MatchRun(
                name=f"matchRuns/{names.new_id()}",
                authority=change.caller.authority,
                state=pb.RUN_STATE_RUNNING,
                create_time=wire.timestamp(change.now),
                plan_date=wire.date_message(self._clock.today()),
            )
            return change.add(RUNS, run)

        return await self._store.change(request, pb.MatchRun, create)

    async def GetMatchRun(self, request: pb.GetMatchRunRequest, context: Context) -> pb.MatchRun:
        """A run as it stands."""
        return await self._store.view(lambda view: view.get(RUNS, request.name))

    async def WatchMatchRun(self, request: pb.WatchMatchRunRequest, context: Context) -> AsyncIterator[pb.MatchRun]:
        """The run at each change, until it is over."""
        seen = ""
        while True:
            changes = self._runner.changes
            run = await self._store.view(lambda view: view.get(RUNS, request.name))
            if run.etag != seen:
                yield run
            if run.state != pb.RUN_STATE_RUNNING:
                return
            seen = run.etag
            await self._runner.next_change(changes, WATCH_SECONDS)


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    planner = Planner(store, platform.clock, platform.settings.plan_seconds)
    runner = Runner(store, platform.clock, planner)
    api = MatchingApi(store, platform.clock, planner, runner)
    channel = platform.channel("matching", to="placements")
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["MatchingService"],
        register=lambda server: rpc.add_MatchingServiceServicer_to_server(api, server),
        subscriptions=events.subscriptions(PlacementsServiceStub(channel)),
        tasks=[runner.run],
        channels=[channel],
        copies=events.copies(),
        watched=[api.homes],
    )


DEFINITION = Definition("matching", Matching.metadata, build, listens=events.LISTENS)
