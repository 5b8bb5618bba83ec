"""The demo, taken in once: on the first start, or on the next one when the first was cut short."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from havn.capacity.v1.capacity_pb2 import ListVacanciesRequest, ListWaitingListRequest
from havn.families.v1.families_pb2 import ListFosterFamiliesRequest
from havn.matching.v1.matching_pb2 import ListHomesRequest
from havn.placements.v1.placements_pb2 import REQUEST_STATE_OPEN, ListPlacementsRequest, ListRequestsRequest
from services.havn.commands.asking import all_pages
from services.havn.commands.demo import SEED
from services.havn.commands.failures import Failed, FileUnusable
from services.havn.commands.import_folder import clients
from services.havn.commands.lived import As, follow, look_again, notice, observed, offer, seek_centrally
from services.havn.connection import Connection
from services.havn.demo.generator import make_demo
from services.havn.importing.problems import Problems
from services.havn.importing.reading import read
from services.havn.importing.sending import send

CATCH_UP_SECONDS = 120.0
# A look at all homes costs a tenth of a second, which those that catch up could use.
POLL_SECONDS = 0.25


def is_done(data: Path) -> bool:
    """Whether the demo of a data folder was taken in and everywhere known."""
    return _marker(data).exists()


def take_in(data: Path, today: date, as_user: As) -> int:
    """Makes the demo, takes it in, and waits until all services know of it; the number of its rows.

    Cut short at any point, it is completed by the same call: a folder is whole or not there, and the same rows are
    taken once. Raises FileUnusable for a folder that was changed since, Failed where services don't catch up.
    """
    folder = data / "demo"
    if not folder.exists():
        _make(folder, today)
    rows = read(folder)
    if isinstance(rows, Problems):
        raise FileUnusable(f"{folder}: {rows.found[0]}. Remove the folder to have it made anew.")
    sent = send(rows, clients(as_user("administrator")))
    if isinstance(sent, Problems):
        raise FileUnusable(f"{folder}: {sent.found[0]}.")
    # The others hear of the rows meanwhile.
    follow(as_user, today)
    offer(as_user)
    notice(as_user, today)
    coordinator = as_user("coordinator")
    to_hear = known(coordinator)
    _wait_until(lambda: caught_up(coordinator, to_hear))
    seek_centrally(as_user, _wait_until)
    _wait_until(lambda: observed(as_user, today))
    _wait_until(lambda: look_again(as_user))
    _marker(data).touch()
    return sum(rows.counts.values())


@dataclass(frozen=True)
class Known:
    """What those who own it know of one authority: what the others are still to hear of."""

    requests: frozenset[str]
    families: frozenset[str]
    living: Counter[str]
    units: frozenset[str]


def known(connection: Connection) -> Known:
    """What placements, families and capacity know of the user's authority."""
    open_requests = ListRequestsRequest(state=REQUEST_STATE_OPEN)
    requests = all_pages(connection.placements.ListRequests, open_requests).requests
    placements = all_pages(connection.placements.ListPlacements, ListPlacementsRequest()).placements
    families = all_pages(connection.families.ListFosterFamilies, ListFosterFamiliesRequest()).families
    vacancies = all_pages(connection.capacity.ListVacancies, ListVacanciesRequest()).vacancies
    return Known(
        frozenset(request.name for request in requests),
        frozenset(family.name for family in families),
        # Who moved out lives nowhere any more.
        Counter(placement.home for placement in placements if not placement.HasField("end_date")),
        frozenset(vacancy.name.removesuffix("/vacancy") for vacancy in vacancies),
    )


def caught_up(connection: Connection, to_hear: Known) -> bool:
    """Whether the waiting list and matching heard of all that.

    Matching's requests come to it before the placements, and units before vacancies: those that are last stand for all.
    """
    waiting = all_pages(connection.capacity.ListWaitingList, ListWaitingListRequest()).entries
    if not to_hear.requests <= {entry.request for entry in waiting}:
        return False
    listed = all_pages(connection.matching.ListHomes, ListHomesRequest()).homes
    homes = {home.name: home for home in listed}
    return (
        to_hear.families <= homes.keys()
        and all(homes[name].resident_count >= number for name, number in to_hear.living.items() if name in homes)
        and all(homes[name].HasField("confirmed_time") for name in to_hear.units if name in homes)
    )


def _make(folder: Path, today: date) -> None:
    part = folder.with_name("demo.part")
    shutil.rmtree(part, ignore_errors=True)
    make_demo(part, SEED, today)
    part.rename(folder)


def _marker(data: Path) -> Path:
    return data / "demo.taken-in"


def _wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise Failed(
                "The services do not catch up with each other: the log in the data folder says why.", "ABORTED"
            )
        time.sleep(POLL_SECONDS)
