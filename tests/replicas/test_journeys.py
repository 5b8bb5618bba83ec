"""The journeys on Havn as it is deployed, while one of each of its processes is killed."""

import json
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import httpx2
import psycopg
import pytest

from deploy.certificates import issue, write
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from services.havn.command_line import run
from services.havn.commands.first_start import take_in
from services.havn.connection import Connection, connect
from services.havn.demo.journey import REPORTING_UNIT
from services.havn.journeys import JOURNEYS
from services.havn.users import USERS
from services.havn.views.phrases import Lang
from services.shared.clients import Tokens
from services.shared.clock import SystemClock
from services.shared.production import CONSOLE
from services.shared.settings import SERVICES
from services.shared.wire import date_message
from tests import cast
from tests.topology import CONSOLE_HOST, Console, Topology, topology

TODAY = SystemClock("America/Nuuk").today()
NEXT_VISIT = date_message(TODAY + timedelta(weeks=4))
FAMILY = "families/f-002"
WAIT_SECONDS = 90.0
ENOUGH = 20
"""Follow-ups that are logged before each kill, and after it."""


@dataclass
class Deployed:
    """The topology, called as users of the demo."""

    topology: Topology
    connections: dict[str, Connection] = field(default_factory=dict)

    def as_user(self, user: str) -> Connection:
        return self.connections[user]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """All of it, with the demo taken in."""
    with topology() as made, ExitStack() as opened:
        known = Deployed(made, {name: opened.enter_context(made.connected(caller)) for name, caller in USERS.items()})
        take_in(made.folder, TODAY, known.as_user)
        yield known


def scenes(deployed: Deployed, journey: str) -> list[dict[str, Any]]:
    """What a journey of `havn up --demo` comes to here."""
    return [scene.document for scene in JOURNEYS[journey](deployed.as_user, TODAY, Lang.EN)]


def assert_journeys_hold(deployed: Deployed) -> None:
    plan, suggestions = scenes(deployed, "plan")
    assert plan["state"] == "RUN_STATE_DONE"
    assert suggestions["suggestions"]
    (follow_up,) = scenes(deployed, "follow_up")
    assert follow_up["name"].startswith("families/f-001/followUps/")
    _report, change = scenes(deployed, "vacancy")
    before, after = ([each["home"]["name"] for each in change[when]["suggestions"]] for when in ("before", "after"))
    assert REPORTING_UNIT not in before
    assert REPORTING_UNIT in after


class Phones:
    """Consultants who log follow-ups all the time, each until it is answered, and remember the answers."""

    def __init__(self, consultant: Connection) -> None:
        self._consultant = consultant
        self._ending = threading.Event()
        self.ledger: dict[str, str] = {}
        self.repeated = 0
        self.refused: list[str] = []
        """Answers that no fault here explains."""
        self._thread = threading.Thread(target=self._log_many)

    def __enter__(self) -> "Phones":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._thread.join(WAIT_SECONDS)
        assert not self._thread.is_alive()

    def wait_for_more(self) -> None:
        """Returns once some more are answered."""
        enough = len(self.ledger) + ENOUGH
        wait_until(lambda: len(self.ledger) >= enough or bool(self.refused))
        assert not self.refused

    def _log_many(self) -> None:
        while not self._ending.is_set():
            key = uuid.uuid4().hex
            while key not in self.ledger and not self.refused:
                try:
                    self.ledger[key] = self._log(key).name
                except grpc.RpcError as error:
                    self._again_or_refused(error)

    def _again_or_refused(self, error: grpc.RpcError) -> None:
        assert isinstance(error, grpc.Call)
        self.repeated += 1
        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            self.refused.append(f"{error.code()} {error.details()}")
        self._ending.wait(0.1)

    def _log(self, key: str) -> families.FollowUp:
        follow_up = cast.a_follow_up(visit_date=date_message(TODAY), actions=[], next_visit_date=NEXT_VISIT)
        request = families.LogFollowUpRequest(parent=FAMILY, follow_up=follow_up, request_id=key)
        return self._consultant.families.LogFollowUp(request, timeout=5)


def logged(consultant: Connection) -> list[str]:
    names: list[str] = []
    asked = families.ListFollowUpsRequest(parent=FAMILY, page_size=200)
    while True:
        page = consultant.families.ListFollowUps(asked)
        names += [follow_up.name for follow_up in page.follow_ups]
        asked.page_token = page.next_page_token
        if not asked.page_token:
            return names


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kill_one_of_each(topology: Topology, number: int) -> None:
    """kill -9 of a node of NATS and of a replica of each service; what is left goes on."""
    list(topology.cluster.nodes.values())[number].process.kill()
    for service in SERVICES:
        topology.replicas[service][number].process.kill()


def start_again(topology: Topology, number: int) -> None:
    list(topology.cluster.nodes.values())[number].process.start()
    for service in SERVICES:
        topology.replicas[service][number].process.start()
    topology.wait_until_ready()


def test_the_journeys_hold(deployed: Deployed) -> None:
    assert_journeys_hold(deployed)


def test_they_hold_while_one_of_each_is_killed_and_nothing_that_was_answered_is_lost(deployed: Deployed) -> None:
    consultant = deployed.as_user("consultant")
    before = set(logged(consultant))
    with Phones(consultant) as phones:
        for number in (0, 1):
            phones.wait_for_more()
            kill_one_of_each(deployed.topology, number)
            assert_journeys_hold(deployed)
            phones.wait_for_more()
            start_again(deployed.topology, number)
        deployed.topology.database.restart()
        phones.wait_for_more()
        deployed.topology.wait_until_ready()
    kept = logged(consultant)
    assert len(kept) == len(set(kept))
    assert set(kept) - before == set(phones.ledger.values())
    assert len(set(phones.ledger.values())) == len(phones.ledger)
    assert_journeys_hold(deployed)


def test_certificates_are_renewed_while_calls_go_on_and_none_fails(deployed: Deployed) -> None:
    made = deployed.topology
    with Phones(deployed.as_user("consultant")) as phones:
        phones.wait_for_more()
        for service in SERVICES:
            issue(made.authority, made.folder / service, service)
        with made.connected(USERS["consultant"]) as anew:
            logged(anew)
        phones.wait_for_more()
    assert phones.repeated == 0
    assert shown(made.replicas["families"][0].port, made) == renewed(made)


def shown(port: int, made: Topology) -> bytes | None:
    """The certificate that a replica shows."""
    with handshake(port, made, ssl.TLSVersion.TLSv1_3) as wrapped:
        return wrapped.getpeercert(binary_form=True)


def renewed(made: Topology) -> bytes:
    return ssl.PEM_cert_to_DER_cert((made.folder / "families" / "certificate.pem").read_text("ascii"))


@contextmanager
def handshake(port: int, made: Topology, newest: ssl.TLSVersion) -> Iterator[ssl.SSLSocket]:
    context = made.operator.context()
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, newest
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="families") as wrapped,
    ):
        yield wrapped


def test_services_speak_nothing_older_than_tls_1_3(deployed: Deployed) -> None:
    made = deployed.topology
    for replica in made.replicas["families"]:
        with handshake(replica.port, made, ssl.TLSVersion.TLSv1_3) as wrapped:
            assert wrapped.version() == "TLSv1.3"
        with pytest.raises((ssl.SSLError, OSError)), handshake(replica.port, made, ssl.TLSVersion.TLSv1_2):
            pass


def test_who_speaks_without_tls_is_not_answered(deployed: Deployed) -> None:
    made = deployed.topology
    plain = connect(made.addresses, Tokens(made.signer, USERS["consultant"]))
    try:
        with pytest.raises(grpc.RpcError) as caught:
            logged(plain)
        assert isinstance(caught.value, grpc.Call)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    finally:
        plain.close()


@pytest.mark.parametrize(
    ("holder", "user", "database", "mode"),
    [
        ("families", "havn_placements", "placements", "verify-full"),
        ("families", "havn_families", "placements", "verify-full"),
        ("families", "havn_owner", "families", "verify-full"),
        ("families", "postgres", "families", "verify-full"),
        ("operator", "havn_families", "families", "verify-full"),
        ("families", "havn_families", "families", "disable"),
    ],
)
def test_postgresql_lets_each_service_into_its_own_database_alone(
    holder: str, user: str, database: str, mode: str, deployed: Deployed
) -> None:
    with connected_to_postgres(deployed.topology, "families", "havn_families", "families", "verify-full") as own:
        assert own.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (
            True,
            "TLSv1.3",
        )
    with (
        pytest.raises(psycopg.OperationalError),
        connected_to_postgres(deployed.topology, holder, user, database, mode),
    ):
        pass


def connected_to_postgres(
    made: Topology, holder: str, user: str, database: str, mode: str
) -> psycopg.Connection[tuple[object, ...]]:
    files = made.folder / holder
    return psycopg.connect(
        host="postgres",
        hostaddr="127.0.0.1",
        port=made.database.port,
        user=user,
        dbname=database,
        sslmode=mode,
        sslcert=str(files / "certificate.pem"),
        sslkey=str(files / "key.pem"),
        sslrootcert=str(files / "authority.pem"),
    )


def test_commands_reach_it(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = deployed.topology
    token = made.folder / "operator" / "token"
    write(token, made.signer.token(USERS["coordinator"]).encode())
    variables = {f"{service}_address": address for service, address in made.addresses.items()} | {
        "production": "true",
        "tls_certificate": str(made.operator.certificate),
        "tls_key": str(made.operator.key),
        "tls_authority": str(made.operator.authority),
        "token_file": str(token),
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"HAVN_{name.upper()}", value)
    assert run(["status", "--json"]) == 0
    assert {each["status"] for each in json.loads(capsys.readouterr().out)["services"]} == {"SERVING"}
    assert run(["waiting-list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"]


def at(console: Console, path: str) -> str:
    return f"https://127.0.0.1:{console.port}{path}"


@contextmanager
def logged_in(made: Topology, console: Console, user: str) -> Iterator[httpx2.Client]:
    """A browser where a user logged in by a token at one console.

    It reaches the console as through what ends browsers' TLS: that checks the console's name, and passes on the host's.
    """
    trusted = ssl.create_default_context(cafile=str(made.operator.authority))
    named = {"request": [lambda request: request.extensions.update(sni_hostname=CONSOLE)]}
    with httpx2.Client(verify=trusted, headers={"host": CONSOLE_HOST}, event_hooks=named, timeout=30) as browser:
        answer = browser.post(at(console, "/login"), data={"token": made.signer.token(USERS[user])})
        assert answer.status_code == 303, answer.text
        yield browser


def reported(institution: Connection) -> capacity.Vacancy:
    vacancies = institution.capacity.ListVacancies(capacity.ListVacanciesRequest(page_size=200)).vacancies
    return next(each for each in vacancies if each.name.startswith(f"{REPORTING_UNIT}/"))


def test_a_session_goes_on_with_the_other_console_when_one_is_killed(deployed: Deployed) -> None:
    made = deployed.topology
    first, second = made.consoles
    with logged_in(made, first, "coordinator") as coordinator, logged_in(made, first, "institution") as institution:
        assert "r-001" in coordinator.get(at(first, "/waiting-list")).text
        before = reported(deployed.as_user("institution"))
        page = institution.get(at(first, "/vacancies")).text
        first.process.kill()
        form = {
            "csrf": page.split('name="csrf" value="')[1].split('"')[0],
            "key": uuid.uuid4().hex,
            "unit": REPORTING_UNIT.rpartition("/")[2],
            "free": str(1 - min(before.free_place_count, 1)),
        }
        for _ in range(2):
            answer = institution.post(at(second, "/vacancies"), data=form)
            assert answer.status_code == 303, answer.text
        assert "r-001" in coordinator.get(at(second, "/waiting-list")).text
    after = reported(deployed.as_user("institution"))
    assert after.free_place_count == 1 - min(before.free_place_count, 1)
    assert int(after.etag) == int(before.etag) + 1
    first.process.start()
    first.wait_until_ready()
