"""kill -9 of the whole of Havn in the middle of the journeys: nothing acknowledged is lost, nothing is doubled."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import grpc

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as matching
from services.havn.connection import Connection, connect
from services.havn.demo.journey import REPORTING_UNIT, RESIDENTIAL_REQUEST
from services.havn.running import find
from services.havn.users import USERS
from services.shared import access
from services.shared.clients import Tokens
from services.shared.clock import SystemClock
from services.shared.settings import Settings
from services.shared.wire import date_message
from tests import cast
from tests.cli.conftest import Ran, process
from tests.conftest import PAUSE_SECONDS

FAMILY = "families/f-002"
CALLS_BEFORE_THE_KILL = 12
CALLS_IN_ALL = 15
PATIENCE_SECONDS = 20

TODAY = date_message(SystemClock("America/Nuuk").today())
NEXT_VISIT = date_message(SystemClock("America/Nuuk").today() + timedelta(weeks=4))

Havn = subprocess.Popen[str]


def started(data: Path) -> Havn:
    havn = process(data, "up", "--stay")
    assert havn.stdout
    assert any(line.startswith("Havn is ready") for line in havn.stdout), havn.wait()
    return havn


@contextmanager
def connected(data: Path, user: str) -> Iterator[Connection]:
    system = find(data)
    assert system
    signer = access.Signer(access.key_from(Settings(data=data).signing_key))
    connection = connect(system.addresses, Tokens(signer, USERS[user]))
    try:
        yield connection
    finally:
        connection.close()


def log_follow_up(connection: Connection, key: str) -> families.FollowUp:
    follow_up = cast.a_follow_up(visit_date=TODAY, actions=[], next_visit_date=NEXT_VISIT)
    request = families.LogFollowUpRequest(parent=FAMILY, follow_up=follow_up, request_id=key)
    return connection.families.LogFollowUp(request, timeout=5)


def follow_ups(connection: Connection) -> list[families.FollowUp]:
    page = connection.families.ListFollowUps(families.ListFollowUpsRequest(parent=FAMILY, page_size=200))
    return list(page.follow_ups)


def report_one_free(connection: Connection) -> None:
    vacancy = capacity.Vacancy(free_place_count=1, from_date=TODAY)
    request = capacity.ReportVacancyRequest(parent=REPORTING_UNIT, vacancy=vacancy, request_id="killed-vacancy")
    connection.capacity.ReportVacancy(request)


def is_suggested(connection: Connection) -> bool:
    request = matching.SuggestMatchesRequest(request=f"requests/{RESIDENTIAL_REQUEST}")
    shown = connection.matching.SuggestMatches(request)
    return REPORTING_UNIT in [suggestion.home.name for suggestion in shown.suggestions]


def test_kill_9_in_the_middle_loses_nothing_and_doubles_nothing(first_start: tuple[Path, Ran]) -> None:
    data = first_start[0]
    havn = started(data)
    ledger: dict[str, str] = {}
    with connected(data, "consultant") as consultant, connected(data, "institution") as institution:
        before = {kept.name for kept in follow_ups(consultant)}
        report_one_free(institution)
        for number in range(CALLS_IN_ALL):
            if number == CALLS_BEFORE_THE_KILL:
                os.kill(havn.pid, signal.SIGKILL)
            with contextlib.suppress(grpc.RpcError):
                ledger[f"phone-{number}"] = log_follow_up(consultant, f"phone-{number}").name
    havn.communicate()
    assert CALLS_BEFORE_THE_KILL <= len(ledger) < CALLS_IN_ALL

    again = started(data)
    try:
        with connected(data, "consultant") as consultant, connected(data, "coordinator") as coordinator:
            repeated = {key: log_follow_up(consultant, key).name for key in map("phone-{}".format, range(CALLS_IN_ALL))}
            assert ledger.items() <= repeated.items()
            assert {kept.name for kept in follow_ups(consultant)} - before == set(repeated.values())
            assert len(set(repeated.values())) == CALLS_IN_ALL
            wait_until(lambda: is_suggested(coordinator))
    finally:
        again.terminate()
        again.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(PAUSE_SECONDS)


def test_the_killed_havns_nats_server_dies_with_it(first_start: tuple[Path, Ran]) -> None:
    data = first_start[0]
    havn = started(data)
    children = Path(f"/proc/{havn.pid}/task/{havn.pid}/children").read_text().split()
    assert children
    os.kill(havn.pid, signal.SIGKILL)
    havn.communicate()
    wait_until(lambda: not any(is_alive(int(child)) for child in children))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
