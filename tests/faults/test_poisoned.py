"""An event that ends each process that tries it is parked, and the others beside it are applied."""

import asyncio
import os
import sys
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NotFoundError
from sqlmodel import col, select

from havn.placements.v1 import events_pb2 as events
from services.shared import access
from services.shared.tables import InboxEvent
from tests import databases
from tests.bus import OpenServer
from tests.conftest import PAUSE_SECONDS, WAIT_SECONDS

EVENTS = 20
DEADLY, HARMLESS = "requests/deadly", "requests/harmless"

APPLIED = select(InboxEvent.event_id).where(col(InboxEvent.consumer) == "capacity-requests-v1")

# The real service, whose handler ends the process at one event, as a fault in a C library would.
SERVE = f"""
import os
from services.capacity import events
from services.capacity.api import DEFINITION
from services.shared import consumers, streams
from services.shared.alone import serve

streams.ACK_WAIT_SECONDS = consumers.FIRST_RETRY_SECONDS = 0.2

async def request_changed(self, event):
    if event.name == "{DEADLY}":
        os._exit(9)
    return lambda change: None

events.WaitingList.request_changed = request_changed
serve(DEFINITION)
"""


async def test_an_event_that_ends_every_process_is_parked_and_the_others_are_applied(tmp_path: Path) -> None:
    server = OpenServer(tmp_path / "nats")
    await server.start()
    root = await nats.connect(server.root)
    await root.jetstream().add_stream(name="placements", subjects=["havn.placements.>"])
    for number in range(EVENTS):
        name = DEADLY if number == 7 else f"{HARMLESS}-{number}"
        body = events.PlacementRequestChanged(name=name, version=1).SerializeToString()
        kind = {"ce-type": "havn.placements.v1.PlacementRequestChanged", "ce-id": f"event-{number}"}
        await root.jetstream().publish(f"havn.placements.v1.request.created.{number}", body, headers=kind)
    access.key_from(tmp_path / "keys" / "token.pem")
    environment = (
        os.environ
        | databases.environment(tmp_path)
        | {
            "HAVN_DATA": str(tmp_path),
            "HAVN_NATS_URL": server.url("capacity"),
            "HAVN_PLACEMENTS_ADDRESS": "127.0.0.1:1",
        }
    )
    heard = await root.subscribe("capacity-parked.>")
    dealing = asyncio.create_task(dealt_with(root))
    ended = 0
    while not dealing.done():
        with (tmp_path / "capacity.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, env=environment, stderr=log)
        ending = asyncio.create_task(process.wait())
        await asyncio.wait({dealing, ending}, timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ended += process.returncode == 9
        if process.returncode is None:
            process.kill()
        await ending
    await dealing
    told = (await heard.next_msg(WAIT_SECONDS)).headers or {}
    assert (told["havn-error"], told["ce-id"]) == ("ProcessEnded", "event-7")
    assert 3 <= ended <= 10
    await root.close()
    await server.stop()
    database = databases.of_service("capacity", tmp_path)
    applied = await database.read(lambda session: set(session.exec(APPLIED)))
    database.close()
    assert applied == {f"event-{number}" for number in range(EVENTS) if number != 7}


async def dealt_with(root: Client) -> None:
    """Returns once every event was applied or parked."""
    jetstream = root.jetstream()
    while True:
        try:
            info = await jetstream.consumer_info("placements", "capacity-requests-v1")
        except (NotFoundError, NatsTimeout):
            # Not made yet, or a machine so busy that NATS answers late.
            info = None
        # What a consumer that was made just now tells of what is pending is not yet so; its floor only rises.
        if info and info.ack_floor and info.ack_floor.stream_seq == EVENTS:
            return
        await asyncio.sleep(PAUSE_SECONDS)
