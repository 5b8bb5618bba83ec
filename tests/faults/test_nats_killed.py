"""nats-server is killed while requests are filed: writes go on, and every event arrives once."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nats
import pytest
from sqlmodel import Session
from sqlmodel import select as query

from havn.capacity.v1 import capacity_pb2 as capacity
from services.capacity.api import DEFINITION as CAPACITY
from services.havn import nats_server
from services.havn.nats_server import NatsServer
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.grants import Grants
from services.shared.tables import OutboxEvent
from tests import cast
from tests.conftest import WAIT_SECONDS, Havn, eventually, running_havn

WRITES = 40
"""Between one kill and the next."""


async def waiting(havn: Havn) -> Counter[str]:
    names: Counter[str] = Counter()
    token = ""
    while True:
        asked = capacity.ListWaitingListRequest(page_size=200, page_token=token)
        page = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(asked)
        names.update(entry.request for entry in page.entries)
        if not (token := page.next_page_token):
            return names


async def event_ids(havn: Havn) -> list[str]:
    """What lies on placements' stream."""
    client = await nats.connect(havn.nats.root)
    stream = client.jetstream()
    count = (await stream.stream_info("placements")).state.messages
    subscription = await stream.subscribe("havn.placements.>", ordered_consumer=True)
    messages = [await subscription.next_msg(WAIT_SECONDS) for _ in range(count)]
    await client.close()
    return [(message.headers or {})["ce-id"] for message in messages]


async def file_some(havn: Havn, ledger: list[str]) -> None:
    for _ in range(WRITES):
        ledger.append((await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())).name)


async def test_events_of_all_writes_arrive_once_however_often_nats_is_killed(tmp_path: Path) -> None:
    ledger: list[str] = []
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY]) as havn:
        url = havn.nats.root

        async def back() -> bool:
            await havn.rows("placements", lambda session: None)
            return havn.nats.pid != killed

        async def all_wait() -> bool:
            return set(ledger) <= set(await waiting(havn))

        await file_some(havn, ledger)
        for _ in range(2):
            killed = havn.nats.pid
            writing = asyncio.create_task(file_some(havn, ledger))
            await asyncio.sleep(0)
            os.kill(killed, signal.SIGKILL)
            await writing
            await file_some(havn, ledger)
            await eventually(back)
        assert havn.nats.root == url
        await file_some(havn, ledger)
        await havn.until("capacity", all_wait)

        assert await waiting(havn) == Counter(dict.fromkeys(ledger, 1))
        assert len(ledger) == 6 * WRITES

        def written(session: Session) -> list[str]:
            return list(session.exec(query(OutboxEvent.event_id)))

        assert sorted(await event_ids(havn)) == sorted(await havn.rows("placements", written))


START = """
import asyncio, sys
from pathlib import Path
from services.havn.nats_server import NatsServer

async def main():
    server = NatsServer(Path(sys.argv[1]), {})
    await server.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_nats_server_ends_with_the_havn_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    ended = select.poll()
    ended.register(child, select.POLLIN)
    assert ended.poll(1000 * WAIT_SECONDS)
    os.close(child)


async def test_a_second_one_waits_until_the_first_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the first one's Havn was killed, and only its child still runs."""
    first, second = NatsServer(tmp_path, {}), NatsServer(tmp_path, {})
    await first.start()
    # For the second alone: on a busy machine a nats-server takes longer to start.
    with monkeypatch.context() as impatient:
        impatient.setattr(nats_server, "START_SECONDS", 0.3)
        with pytest.raises(RuntimeError, match="another nats-server runs"):
            await second.start()
        assert first._lock is not None
        first._lock.close()
        with pytest.raises(RuntimeError, match="another nats-server runs"):
            await second.start()
    await first.stop()
    await second.start()
    await second.stop()


def test_only_its_owner_reads_its_passwords_and_only_this_machine_reaches_it(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, {"capacity": Grants((), ())})
    config = server._write_config()
    assert config.stat().st_mode & 0o777 == 0o600
    assert 'listen: "127.0.0.1:' in config.read_text()
    assert server.url("capacity") != NatsServer(tmp_path, {"capacity": Grants((), ())}).url("capacity")
