import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from havn.operations.v1.operations_pb2 import ListParkedRequest
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from services.havn import running
from services.havn.command_line import run
from services.havn.system import DEFINITIONS
from services.shared import consumers
from tests import cast
from tests.cli.conftest import Ran
from tests.conftest import Havn, eventually, running_havn
from tests.ear import Ear

Asked = Callable[..., "asyncio.Future[Ran]"]


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest_asyncio.fixture
async def havn(tmp_path: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Havn]:
    monkeypatch.setattr(consumers, "MOST_DELIVERIES", 1)
    monkeypatch.setenv("HAVN_DATA", str(tmp_path))
    definitions = [ear.families() if definition.name == "families" else definition for definition in DEFINITIONS]
    async with running_havn(tmp_path, definitions) as started:
        running.announce(tmp_path, started.platform.addresses)
        yield started


async def parked_events(havn: Havn, ear: Ear, count: int) -> None:
    """Lets so many events be parked."""
    ear.broken = True
    for _ in range(count):
        await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["families"])

    async def parked() -> bool:
        return len((await operations.ListParked(ListParkedRequest())).parked_events) == count

    await eventually(parked)


async def test_parked_events_are_listed_retried_and_dismissed(
    havn: Havn, ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    async def asked(*arguments: str) -> Ran:
        code = await asyncio.to_thread(run, arguments)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    assert (await asked("parked")).out == "No event is parked.\n"
    await parked_events(havn, ear, 3)

    listed = (await asked("parked", "--json")).document["parked_events"]
    assert [(each["service"], each["error"]) for each in listed] == [("families", "KeyError")] * 3
    told = await asked("parked")
    assert "3 events could not be applied" in told.out
    assert all(f"families/{number} " in told.out for number in (1, 2, 3))
    assert "3 hændelser kunne ikke anvendes" in (await asked("parked", "--lang", "da")).out

    gone = await asked("parked", "dismiss", "families/2", "--reason", "A test", "--json")
    assert gone.document["dismissal"] == {"author": "users/administrator", "reason": "A test"}

    failed = await asked("parked", "retry", "families/1")
    assert (failed.code, "still can't be applied" in failed.err) == (1, True)
    all_failed = await asked("parked", "retry")
    assert (all_failed.code, all_failed.out) == (1, "Still parked: families/1\nStill parked: families/3\n")

    ear.broken = False
    assert (await asked("parked", "retry", "families/3")).out == "Applied: families/3\n"
    assert [each["name"] for each in (await asked("parked", "retry", "--json")).document["applied"]] == [
        "parkedEvents/1"
    ]
    assert json.loads((await asked("parked", "--json")).out) == {"parked_events": []}
    assert len(ear.heard) == 2


@pytest.mark.parametrize("event", ["nobody/1", "families", "families/x", "families/99"])
async def test_one_that_is_not_there_is_told(event: str, havn: Havn, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(run, ["parked", "retry", event, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["reason"] == "NOT_FOUND"
