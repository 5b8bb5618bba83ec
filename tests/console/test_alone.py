"""The console as a process of its own: what it starts with, what browsers are shown, how it ends."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import trustme

from deploy.certificates import issue
from services.shared import access
from services.shared.settings import SERVICES
from services.shared.tls import Identity
from tests import cast
from tests.conftest import WAIT_SECONDS
from tests.processes import Process, free_port

# It meets no database.
pytestmark = pytest.mark.once

PUBLIC = trustme.CA(organization_name="An authority that browsers know")
PRIVATE = trustme.CA(organization_name="Havn tests")
HOST = "console.example"
COMMAND = [sys.executable, "-m", "services.havn", "serve", "console"]
PORT = free_port()
NOTICE_SECONDS = 3


def environment(folder: Path, **given: object) -> dict[str, str]:
    """What a console is told whose services are all away."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")}
    told: dict[str, object] = {f"{service}_address": "127.0.0.1:1" for service in SERVICES}
    told |= {"data": folder / "data", "console_port": PORT, "console_hosts": HOST} | given
    return own | {f"HAVN_{name.upper()}": str(value) for name, value in told.items()}


@pytest.fixture
def shown(tmp_path: Path) -> Identity:
    """What browsers are shown."""
    return issue(PUBLIC, tmp_path / "browsers", HOST)


@pytest.fixture
def console(tmp_path: Path, shown: Identity) -> Iterator[Process]:
    """One with two certificates: for services, and for browsers."""
    own = issue(PRIVATE, tmp_path / "console", "console")
    files = {"tls_certificate": own.certificate, "tls_key": own.key, "tls_authority": own.authority}
    files |= {"console_tls_certificate": shown.certificate, "console_tls_key": shown.key}
    process = Process(
        "console", COMMAND, environment(tmp_path, notice_seconds=NOTICE_SECONDS, **files), tmp_path / "console.log"
    )
    process.start()
    until_told(process, "service.started")
    yield process
    process.kill()


def until_told(process: Process, event: str) -> None:
    """Returns when its log has the event."""
    deadline = time.monotonic() + WAIT_SECONDS
    while event not in process.told():
        assert process.lives, process.told()
        assert time.monotonic() < deadline, process.told()
        time.sleep(0.05)


def trusting() -> ssl.SSLContext:
    """A browser's."""
    context = ssl.create_default_context()
    PUBLIC.configure_trust(context)
    return context


def browser() -> httpx2.Client:
    """One that finds the console under its name."""
    return httpx2.Client(
        base_url=f"https://127.0.0.1:{PORT}", headers={"host": HOST}, verify=trusting(), timeout=WAIT_SECONDS
    )


def get(client: httpx2.Client, path: str, **given: object) -> httpx2.Response:
    """An answer; the console's certificate must name its host, wherever it is."""
    return client.get(path, extensions={"sni_hostname": HOST}, **given)  # type: ignore[arg-type]


def certificate() -> bytes | None:
    with (
        socket.create_connection(("127.0.0.1", PORT)) as plain,
        trusting().wrap_socket(plain, server_hostname=HOST) as wrapped,
    ):
        return wrapped.getpeercert(binary_form=True)


@pytest.mark.usefixtures("console")
def test_browsers_are_shown_a_certificate_of_its_own_and_a_renewed_one_without_a_restart(shown: Identity) -> None:
    assert certificate() == ssl.PEM_cert_to_DER_cert(shown.certificate.read_text("ascii"))
    issue(PUBLIC, shown.certificate.parent, HOST)
    assert certificate() == ssl.PEM_cert_to_DER_cert(shown.certificate.read_text("ascii"))
    shown.certificate.write_text("nothing")
    assert certificate()


@pytest.mark.usefixtures("console")
def test_browsers_are_spoken_with_over_tls_1_3_alone() -> None:
    older = trusting()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", PORT)) as plain,
        pytest.raises(ssl.SSLError),
        older.wrap_socket(plain, server_hostname=HOST),
    ):
        pass
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"http://127.0.0.1:{PORT}/alive")
    with browser() as client:
        assert get(client, "/login").headers["strict-transport-security"]


@pytest.mark.usefixtures("console")
def test_a_probe_knows_an_address_alone_and_is_told_that_it_lives() -> None:
    with browser() as client:
        by_address = {"host": f"127.0.0.1:{PORT}"}
        assert get(client, "/alive", headers=by_address).text == "alive"
        assert get(client, "/login", headers=by_address).status_code == 400
        assert get(client, "/login").status_code == 200


@pytest.mark.usefixtures("console")
def test_a_console_whose_services_are_away_says_so(tmp_path: Path) -> None:
    signer = access.Signer(access.key_from(tmp_path / "data" / "keys" / "token.pem"))
    with browser() as client:
        answer = client.post(
            "/login", data={"token": signer.token(cast.COORDINATOR)}, extensions={"sni_hostname": HOST}
        )
        assert "Secure" in answer.headers["set-cookie"]
        answer = get(client, "/waiting-list", headers={"accept-language": "en"})
        assert answer.status_code == 503
        assert "Havn can&#39;t answer just now" in answer.text


def test_a_console_that_ends_still_answers_until_others_notice(console: Process) -> None:
    console.send(signal.SIGTERM)
    until = time.monotonic() + NOTICE_SECONDS / 2
    while time.monotonic() < until:
        with browser() as client:
            assert get(client, "/alive").text == "alive"
    assert console.running
    assert console.running.wait(WAIT_SECONDS) == 0, console.told()


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ({"matching_address": ""}, 2, "HAVN_MATCHING_ADDRESS: must be given"),
        ({"console_tls_key": "/key.pem"}, 2, "HAVN_CONSOLE_TLS_CERTIFICATE must be given too"),
        ({"production": "true"}, 1, "HAVN_TLS_CERTIFICATE"),
    ],
)
def test_it_does_not_start_without_what_it_needs(given: dict[str, str], code: int, told: str, tmp_path: Path) -> None:
    ended = subprocess.run(COMMAND, env=environment(tmp_path, **given), capture_output=True, text=True)
    assert ended.returncode == code
    assert told in " ".join(ended.stderr.split())


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", PORT)):
        ended = subprocess.run(COMMAND, env=environment(tmp_path), capture_output=True, text=True)
    assert ended.returncode == 1
    assert "Console does not start" in ended.stderr
