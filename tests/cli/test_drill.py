"""The drill: Havn is backed up while people write, killed, restored elsewhere, verified, and goes on.

What was answered before the backup is there, what was answered after it is lost and known to be lost, and nobody is
left with a copy of what is lost.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pysqlite3.dbapi2
import pytest

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest, WaitingListEntry
from havn.matching.v1.matching_pb2 import ListHomesRequest
from havn.placements.v1 import placements_pb2 as placements
from services.havn.backup import making, sealed
from services.havn.backup.checking import Fault, problems
from services.havn.backup.contents import SERVICES
from services.havn.backup.copying import of_folder, pin
from services.havn.backup.manifest import Manifest
from services.havn.commands.asking import all_pages
from services.havn.connection import Connection
from services.havn.system import DEFINITIONS
from services.shared.clock import SystemClock
from services.shared.settings import Settings
from services.shared.wire import date_message
from tests import cast, databases
from tests.cli.conftest import process
from tests.cli.test_killed import connected, wait_until

of_folders = pytest.mark.skipif(databases.on_postgres(), reason="is about data folders")

WRITERS = 3
ENOUGH = 30
TODAY = SystemClock("America/Nuuk").today()
WATCHED = "requests/watched"


def a_request(place_by: int = 30) -> placements.PlacementRequest:
    day = date_message(TODAY - timedelta(days=3000))
    return cast.a_request(
        child=cast.a_child(birth_date=day),
        need_step=placements.NeedStep(step=3, assessor="Assessor (invented)", assessed_date=date_message(TODAY)),
        from_date=date_message(TODAY),
        place_by_date=date_message(TODAY + timedelta(days=place_by)),
    )


@dataclass
class Ledger:
    """What was asked and answered, kept by those who asked: requests by key, with the moment of the first answer."""

    asked: dict[str, placements.CreateRequestRequest] = field(default_factory=dict)
    answered: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def names(self, until: datetime | None = None) -> set[str]:
        return {name for name, moment in self.answered.values() if until is None or moment <= until}


@dataclass
class Writers:
    """People who file requests until Havn is gone, or they are told to stop."""

    data: Path
    ledger: Ledger
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._write, args=[number]) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def write_more(self) -> None:
        """Returns when so many more are answered."""
        enough = len(self.ledger.answered) + ENOUGH
        wait_until(lambda: len(self.ledger.answered) >= enough)

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        with connected(self.data, "coordinator") as coordinator, contextlib.suppress(grpc.RpcError):
            for number in range(100_000):
                if self._ended.is_set():
                    return
                key = f"drill-{writer}-{number}"
                request = placements.CreateRequestRequest(request=a_request(), request_id=key)
                self.ledger.asked[key] = request
                name = coordinator.placements.CreateRequest(request, timeout=5).name
                self.ledger.answered[key] = (name, datetime.now(UTC))


@contextmanager
def up(data: Path) -> Iterator[subprocess.Popen[str]]:
    havn = process(data, "up", "--stay")
    try:
        assert havn.stdout
        assert any(line.startswith("Havn is ready") for line in havn.stdout), havn.wait()
        yield havn
    finally:
        havn.kill()
        havn.communicate()


def command(data: Path, *arguments: str | Path) -> str:
    return ended(process(data, *(str(argument) for argument in arguments)))


def ended(ran: subprocess.Popen[str]) -> str:
    """What a command printed, which ended well."""
    out, _ = ran.communicate()
    assert ran.returncode == 0, out
    return out


def requests(connection: Connection) -> dict[str, placements.PlacementRequest]:
    page = all_pages(connection.placements.ListRequests, placements.ListRequestsRequest())
    return {request.name: request for request in page.requests}


def waiting(connection: Connection) -> dict[str, WaitingListEntry]:
    page = all_pages(connection.capacity.ListWaitingList, ListWaitingListRequest())
    return {entry.request: entry for entry in page.entries}


def change(connection: Connection, place_by: int) -> placements.PlacementRequest:
    """Moves the watched request's date, and waits until the waiting list shows it."""
    watched = requests(connection)[WATCHED]
    watched.place_by_date.CopyFrom(date_message(TODAY + timedelta(days=place_by)))
    changed = connection.placements.UpdateRequest(cast.updating(watched, "place_by_date"))
    wait_until(lambda: waiting(connection)[WATCHED].place_by_date == changed.place_by_date)
    return changed


def enter_family(connection: Connection, id: str) -> None:
    old = cast.a_member(birth_date=date_message(TODAY - timedelta(days=15000)))
    connection.families.CreateFosterFamily(cast.entering(cast.a_family(household=[old]), id=id))


def homes(connection: Connection) -> set[str]:
    return {home.name for home in all_pages(connection.matching.ListHomes, ListHomesRequest()).homes}


@dataclass(frozen=True)
class Drilled:
    """A system that was killed, the backup made before, and what was answered."""

    data: Path
    file: Path
    key: Path
    manifest: Manifest
    ledger: Ledger
    lost_version: str


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    folder = tmp_path_factory.mktemp("drill")
    data, file, key = folder / "data", folder / "backup", folder / "key"
    ledger = Ledger()
    with up(data) as havn, connected(data, "coordinator") as coordinator, connected(data, "consultant") as consultant:
        watched = coordinator.placements.CreateRequest(cast.filing(a_request(), id="watched"))
        ledger.answered["watched"] = (watched.name, datetime.now(UTC))
        enter_family(consultant, "kept")
        writers = Writers(data, ledger)
        writers.start()
        writers.write_more()
        command(data, "backup", file, "--key", key, "--new-key")
        lost = change(coordinator, place_by=50)
        enter_family(consultant, "lost")
        wait_until(lambda: "families/lost" in homes(coordinator))
        writers.write_more()
        os.kill(havn.pid, signal.SIGKILL)
        writers.end()
    manifest, problems = making.verify_backup(file, sealed.read_key(key), folder / "room")
    assert problems == []
    return Drilled(data, file, key, manifest, ledger, lost.etag)


def restore(drilled: Drilled, folder: Path) -> str:
    """Restores into a new data folder, or on PostgreSQL into its new databases; what the command printed."""
    where = ["--to-databases"] if databases.on_postgres() else ["--to", str(folder)]
    named = ["--key", str(drilled.key), "--json"]
    return ended(process(folder, "restore", str(drilled.file), *where, *named, **databases.of_owner(folder)))


def restored(drilled: Drilled, folder: Path) -> Path:
    restore(drilled, folder)
    return folder


def test_the_services_of_a_backup_are_all_in_their_order() -> None:
    assert tuple(definition.name for definition in DEFINITIONS) == SERVICES


@dataclass(frozen=True)
class Restored:
    """A running system that was restored, of which time it is, and what was wrong with it before it ran."""

    data: Path
    time: datetime
    problems: list[object]


@pytest.fixture(scope="module")
def again(drilled: Drilled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    data = tmp_path_factory.mktemp("again") / "new"
    told = datetime.fromisoformat(json.loads(restore(drilled, data))["time"])
    problems = json.loads(command(data, "verify", "--json"))["problems"]
    with up(data):
        yield Restored(data, told, problems)


def test_what_was_answered_before_the_backup_is_there_and_what_is_lost_is_told(
    drilled: Drilled, again: Restored
) -> None:
    told = again.time
    assert again.problems == []
    with connected(again.data, "coordinator") as coordinator:
        kept = set(requests(coordinator))
        lost = drilled.ledger.names() - kept
        assert drilled.ledger.names(until=told) <= kept
        assert len(lost) >= ENOUGH
        assert all(moment > told for name, moment in drilled.ledger.answered.values() if name in lost)

        # Whoever repeats gets the first answer where it is kept, and a new one where it is lost: nothing twice.
        repeated = {
            key: coordinator.placements.CreateRequest(request).name for key, request in drilled.ledger.asked.items()
        }
        for key, (name, _) in drilled.ledger.answered.items():
            assert name in lost or repeated.get(key, name) == name
        assert set(requests(coordinator)) == kept | set(repeated.values())
        wait_until(lambda: waiting(coordinator).keys() == requests(coordinator).keys())


def test_nobody_is_left_with_a_copy_of_what_is_lost(drilled: Drilled, tmp_path: Path) -> None:
    data = restored(drilled, tmp_path / "new")
    with up(data), connected(data, "coordinator") as coordinator:
        wait_until(lambda: waiting(coordinator).keys() == requests(coordinator).keys())
        assert "families/kept" in homes(coordinator)
        assert "families/lost" not in homes(coordinator)
        # The number of the lost version is given again, to another change: it must be taken for new.
        assert change(coordinator, place_by=70).etag == drilled.lost_version


@of_folders
def test_databases_copied_in_the_other_order_are_found_out(again: Restored) -> None:
    with connected(again.data, "coordinator") as coordinator, contextlib.ExitStack() as opened:
        engines = of_folder(again.data)
        pinned = {"placements": opened.enter_context(pin(engines["placements"]))}
        change(coordinator, place_by=80)
        pinned |= {service: opened.enter_context(pin(engines[service])) for service in SERVICES[1:]}
        found = list(problems(pinned, {}))
        assert "capacity" in {problem.service for problem in found}
        assert {problem.fault for problem in found} == {Fault.AHEAD}


def test_the_backup_is_at_most_a_moment_older_than_the_command(drilled: Drilled) -> None:
    before = max(moment for _, moment in drilled.ledger.answered.values() if moment <= drilled.manifest.time)
    assert drilled.manifest.time - before < timedelta(seconds=30)


def killed_while(part: Path, data: Path, *arguments: str | Path) -> None:
    """Runs a command and kills it as soon as it has begun to write."""
    ran = process(data, *(str(argument) for argument in arguments))
    deadline = time.monotonic() + 30
    while not part.exists():
        assert ran.poll() is None, ran.communicate()[0]
        assert time.monotonic() < deadline
    os.kill(ran.pid, signal.SIGKILL)
    ran.communicate()
    assert ran.returncode == -signal.SIGKILL


@pytest.fixture
def large(drilled: Drilled, tmp_path: Path) -> Path:
    """A data folder so large that a backup of it takes a while."""
    data = restored(drilled, tmp_path / "large")
    with contextlib.closing(pysqlite3.dbapi2.connect(data / "families.sqlite", isolation_level=None)) as database:
        row = "INSERT INTO answers VALUES ('drill', 'drill', ?, x'00', randomblob(1000000), '[]', '')"
        for number in range(30):
            database.execute(row, [f"large-{number}"])
    return data


@of_folders
def test_a_backup_that_is_killed_leaves_no_half_file_and_the_next_one_is_well(
    large: Path, drilled: Drilled, tmp_path: Path
) -> None:
    file, key = tmp_path / "file", sealed.read_key(drilled.key)
    killed_while(tmp_path / "file.part", large, "backup", file, "--key", drilled.key)
    assert not file.exists()
    making.back_up(Settings(data=large), file, key)
    assert making.verify_backup(file, key, tmp_path / "room")[1] == []
    assert not list(tmp_path.rglob("*.part"))


@of_folders
def test_a_restore_that_is_killed_leaves_no_half_folder_and_the_next_one_is_well(
    large: Path, drilled: Drilled, tmp_path: Path
) -> None:
    file, folder, key = tmp_path / "file", tmp_path / "restored", sealed.read_key(drilled.key)
    making.back_up(Settings(data=large), file, key)
    begun = tmp_path / "restored.part" / "families.sqlite"
    killed_while(begun, large, "restore", file, "--to", folder, "--key", drilled.key)
    assert not folder.exists()
    making.restore(file, key, folder)
    assert making.verify_databases(of_folder(folder)) == []
    assert not list(tmp_path.rglob("*.part"))
