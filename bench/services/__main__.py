"""Reads, writes and events per second of the services, each a process of its own. Prints tables, writes JSON.

`python -m bench.services [--database postgresql]`; the figures land in bench/results/services-sqlite.json, or
services-postgresql.json. A call is compared with an echo behind the
same gate, events with a bare chain of outbox, JetStream and inbox. Rounds alternate, so that what else the machine does
weighs on both.
"""

import argparse
import asyncio
import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import nats
import uvloop

from bench.services import chain, echo, events, report, seed
from bench.services.calls import Calls
from bench.services.place import ECHO, SERVICES, Place
from bench.services.processes import Served
from havn.capacity.v1.capacity_pb2 import GetUnitRequest
from havn.families.v1.families_pb2 import GetFosterFamilyRequest, LogFollowUpRequest
from havn.placements.v1.placements_pb2 import GetRequestRequest
from services.havn.commands.surroundings import settings, today
from services.havn.demo.visit import visit
from services.havn.nats_server import NatsServer
from services.shared.grants import Grants
from tests.databases import make
from tests.postgres import Server

RESULTS = Path(__file__).parents[1] / "results"
ALL = "bench"
ROUNDS = 5
SECONDS = 1.0
CALLERS = (1, 16)
EVENTS = 1_000


def kinds(place: Place, servers: dict[str, Served], day: date) -> list[Calls]:
    """The calls that are compared, the echo first."""
    coordinator, consultant = place.token("coordinator"), place.token("consultant")
    request = GetRequestRequest(name=seed.REQUEST).SerializeToString()
    unit = GetUnitRequest(name=seed.UNIT).SerializeToString()
    follow_up = LogFollowUpRequest(parent=seed.FAMILY, follow_up=visit(day)).SerializeToString()

    def a_follow_up() -> bytes:
        # Two messages in a row are read as one.
        return follow_up + LogFollowUpRequest(request_id=uuid.uuid4().hex).SerializeToString()

    return [
        Calls("echo", servers[ECHO], echo.PATH, coordinator, lambda: request),
        Calls("read", servers["capacity"], "/havn.capacity.v1.CapacityService/GetUnit", coordinator, lambda: unit),
        Calls(
            "audited read",
            servers["placements"],
            "/havn.placements.v1.PlacementsService/GetRequest",
            coordinator,
            lambda: request,
        ),
        Calls("write", servers["families"], "/havn.families.v1.FamiliesService/LogFollowUp", consultant, a_follow_up),
    ]


async def measure_calls(calls: list[Calls]) -> None:
    """Measures each kind in turn, round by round."""
    for callers in CALLERS:
        for _ in range(ROUNDS):
            for kind in calls:
                await kind.measure(callers, SECONDS)


async def measure_events(place: Place, chains: list[events.Chain]) -> None:
    """Measures each chain in turn, round by round, after one to warm up."""
    client = await nats.connect(place.nats_url)
    jetstream = client.jetstream()
    for each in chains:
        await each.caught_up(jetstream, 0)
        await each.measure(jetstream, EVENTS)
        each.rates.clear()
    for _ in range(ROUNDS):
        for each in chains:
            await each.measure(jetstream, EVENTS)
    await client.close()


async def measure(place: Place) -> dict[str, list[report.Row]]:
    """Starts everything and measures it."""
    day = today(settings())
    with ExitStack() as running:
        servers = {name: running.enter_context(place.service(name)) for name in SERVICES}
        servers[ECHO] = running.enter_context(place.echo())
        idle = {name: server.megabytes() for name, server in servers.items()}
        administrator, consultant = place.connected("administrator"), place.connected("consultant")
        await asyncio.to_thread(seed.take_in, administrator, place, day)
        calls = kinds(place, servers, day)
        await measure_calls(calls)
        for end in chain.ENDS:
            chain.create(end, place.database(end))
            running.enter_context(place.end_of_chain(end))
        model = consultant.families.GetFosterFamily(GetFosterFamilyRequest(name=seed.FAMILY))
        chains = [events.bare(place.database("outbox"), model), events.families(administrator, model)]
        await measure_events(place, chains)
        return {
            "processes": report.of_processes(servers, idle),
            "calls": [row for callers in CALLERS for row in report.of_calls(calls, callers)],
            "events": report.of_events(chains),
        }


@contextmanager
def databases(kind: str) -> Iterator[str]:
    """What is measured on: a PostgreSQL of its own, as the tests have one, or SQLite files."""
    if kind == "sqlite":
        yield ""
        return
    server = Server()
    try:
        for service in SERVICES:
            make(server, service, service)
        server.execute(*(f"CREATE DATABASE {end} OWNER havn" for end in chain.ENDS))
        yield server.url("{service}", "havn")
    finally:
        server.stop()


async def main(kind: str) -> None:
    """Measures in a folder that is gone afterwards, and shows what came of it."""
    with tempfile.TemporaryDirectory() as folder, databases(kind) as url:
        server = NatsServer(Path(folder) / "nats", {ALL: Grants((">",), (">",))})
        await server.start()
        try:
            found = await measure(Place(Path(folder), server.url(ALL), url))
        finally:
            await server.stop()
    for rows in found.values():
        report.show(rows)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"services-{kind}.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    uvloop.run(main(options.parse_args().database))
