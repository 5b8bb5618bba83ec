"""The demo municipality, imported into a running system."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import Session, col, select

from havn.matching.v1 import matching_pb2 as matching
from services.capacity.api import DEFINITION as CAPACITY
from services.families.api import DEFINITION as FAMILIES
from services.havn.connection import connect
from services.havn.demo.generator import make_demo
from services.havn.importing.outcome import Sent
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import Clients, send
from services.matching.api import DEFINITION as MATCHING
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.clients import Tokens
from services.shared.tables import InboxEvent, OutboxEvent
from tests import cast
from tests.conftest import Client, Havn, running_havn

SEED = 1
PASSED_OVER = (
    "havn.families.v1.FollowUpLogged",
    "havn.families.v1.FollowUpCorrected",
    "havn.families.v1.ConcernRaised",
    "havn.placements.v1.RiskViewChanged",
    "havn.capacity.v1.InstitutionChanged",
    "havn.capacity.v1.BreachRecorded",
    "havn.capacity.v1.BreachClosed",
    "havn.capacity.v1.VacancyConfirmationAsked",
    "havn.capacity.v1.DeliveryChanged",
    "havn.capacity.v1.WellbeingRecorded",
    "havn.capacity.v1.WellbeingFell",
)
"""Events that matching has no use for."""


@pytest_asyncio.fixture(scope="session")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    """All services, with the demo municipality in them, and matching up to date."""
    data = tmp_path_factory.mktemp("journey")
    async with running_havn(data, (PLACEMENTS, FAMILIES, CAPACITY, MATCHING)) as running:
        make_demo(data / "demo", SEED, cast.TODAY)
        await asyncio.to_thread(load, running, data / "demo")
        await running.until("matching", lambda: everything_arrived(running))
        yield running


@pytest_asyncio.fixture(autouse=True)
async def settled(havn: Havn) -> None:
    """Each journey begins where all that the ones before did has arrived: what was just ended is suggested no more."""
    await havn.until("matching", lambda: everything_arrived(havn))


def load(havn: Havn, folder: Path) -> None:
    rows = read(folder)
    assert isinstance(rows, Rows), rows
    addresses = {name: service.address for name, service in havn.services.items()}
    connection = connect(addresses, Tokens(havn.signer, cast.ADMINISTRATOR))
    try:
        sent = send(rows, Clients(connection.families, connection.capacity, connection.placements))
    finally:
        connection.close()
    assert isinstance(sent, Sent), sent


async def everything_arrived(havn: Havn) -> bool:
    """Whether matching applied every event that concerns it and that the others wrote."""
    written: set[str] = set()
    for service in ("placements", "families", "capacity"):
        written |= await havn.rows(service, _written)
    return written <= await havn.rows("matching", _applied)


def _written(session: Session) -> set[str]:
    concerning = select(OutboxEvent.event_id).where(col(OutboxEvent.kind).not_in(PASSED_OVER))
    return set(session.exec(concerning))


def _applied(session: Session) -> set[str]:
    return set(session.exec(select(InboxEvent.event_id)))


async def suggestions(client: Client, request: str) -> matching.Suggestions:
    """What the coordinator is shown for a request."""
    return await client.matching.SuggestMatches(matching.SuggestMatchesRequest(request=request))


async def plan(client: Client) -> matching.MatchRun:
    """A run, watched to its end."""
    run = await client.matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh("plan")))
    async for seen in client.matching.WatchMatchRun(matching.WatchMatchRunRequest(name=run.name)):
        run = seen
    return run
