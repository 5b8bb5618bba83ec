"""Production refuses to start insecure: each danger by itself, and all of them at once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from joserfc.jwk import ECKey

from deploy.certificates import issue, write
from services.shared import access, production
from services.shared.production import DEVELOPMENT, Insecure
from services.shared.settings import CONSOLE_HOSTS, Settings

# It meets no database.
pytestmark = pytest.mark.once

TESTS = trustme.CA(organization_name="Havn tests")


@pytest.fixture
def secure(tmp_path: Path) -> Settings:
    """Settings of placements in a production that is secure."""
    identity = issue(TESTS, tmp_path / "placements", "placements")
    key = tmp_path / "token.pem"
    write(key, ECKey.generate_key("P-256").as_pem(private=True))
    return Settings(
        production=True,
        data=tmp_path,
        key_file=key,
        database_url="postgresql://havn_{service}@postgres/{service}",
        nats_url="tls://nats-1:4222,tls://nats-2:4222",
        tls_certificate=identity.certificate,
        tls_key=identity.key,
        tls_authority=identity.authority,
    )


def reissued(settings: Settings, authority: trustme.CA, *names: str, days: float = 1) -> Settings:
    assert settings.tls_certificate
    issue(authority, settings.tls_certificate.parent, *names, days=days)
    return settings


def opened(settings: Settings, path: Path | None, mode: int) -> Settings:
    assert path
    path.chmod(mode)
    return settings


def with_key(settings: Settings, content: bytes) -> Settings:
    assert settings.key_file
    write(settings.key_file, content)
    return settings


def changed(**values: object) -> Callable[[Settings], Settings]:
    return lambda settings: settings.model_copy(update=values)


FILES = "HAVN_TLS_CERTIFICATE, HAVN_TLS_KEY, HAVN_TLS_AUTHORITY"

DANGERS: dict[str, tuple[Callable[[Settings], Settings], str]] = {
    "no TLS": (
        changed(
            tls_certificate=None,
            tls_key=None,
            tls_authority=None,
            database_url="postgresql://havn_placements@postgres/placements?sslmode=verify-full",
        ),
        f"{FILES}: must be given",
    ),
    "no such file": (changed(tls_certificate=Path("/none")), f"{FILES}: can't be read"),
    "a key of another certificate": (
        lambda settings: changed(tls_key=issue(TESTS, settings.data / "other", "placements").key)(settings),
        f"{FILES}: can't be read, or don't belong together",
    ),
    "an authority for development": (
        lambda settings: reissued(settings, trustme.CA(organization_name=DEVELOPMENT), "placements"),
        "HAVN_TLS_AUTHORITY: is an authority for development",
    ),
    "an expired certificate": (
        lambda settings: reissued(settings, TESTS, "placements", days=-1),
        "HAVN_TLS_CERTIFICATE, HAVN_TLS_AUTHORITY: have expired",
    ),
    "another service's certificate": (
        lambda settings: reissued(settings, TESTS, "families", "127.0.0.1"),
        "HAVN_TLS_CERTIFICATE: must name placements",
    ),
    "a key that others read": (
        lambda settings: opened(settings, settings.tls_key, 0o604),
        "HAVN_TLS_KEY: can be read by others",
    ),
    "no key for tokens": (changed(key_file=None), "HAVN_KEY_FILE: must be given"),
    "a key for tokens that is not there": (changed(key_file=Path("/none")), "HAVN_KEY_FILE: can't be read"),
    "a key for tokens that Havn made": (
        lambda settings: with_key(settings, access.development_key()),
        "HAVN_KEY_FILE: is a key for development",
    ),
    "a key for tokens that others read": (
        lambda settings: opened(settings, settings.key_file, 0o644),
        "HAVN_KEY_FILE: can be read by others",
    ),
    "NATS in the clear": (
        changed(nats_url="tls://nats-1:4222,nats://nats-2:4222"),
        "HAVN_NATS_URL: each server must begin with tls://",
    ),
    "SQLite": (changed(database_url=""), "HAVN_DATABASE_URL: must be given"),
    "a database in the clear": (
        changed(database_url="postgresql://havn_placements@postgres/placements?sslmode=prefer"),
        "HAVN_DATABASE_URL: sslmode must be verify-full",
    ),
    "the tables' owner": (
        changed(database_owner_url="postgresql://havn_owner@postgres/placements"),
        "HAVN_DATABASE_OWNER_URL: is for havn migrate alone",
    ),
}


def test_a_secure_production_may_start(secure: Settings) -> None:
    production.require_secure(secure, "placements")


@pytest.mark.parametrize("danger", DANGERS)
def test_it_is_refused_with(danger: str, secure: Settings) -> None:
    make, told = DANGERS[danger]
    endangered = make(secure)
    (found,) = production.dangers(endangered, "placements")
    assert found.startswith(told)
    with pytest.raises(Insecure):
        production.require_secure(endangered, "placements")
    production.require_secure(changed(production=False)(endangered), "placements")


@pytest.fixture
def secure_console(tmp_path: Path, secure: Settings) -> Settings:
    """Settings of a console in a production that is secure, with a certificate for browsers of its own."""
    browsers = issue(trustme.CA(), tmp_path / "browsers", "havn.example")
    return reissued(secure, TESTS, "console").model_copy(
        update={
            "nats_url": "",
            "database_url": "",
            "console_hosts": "havn.example",
            "console_tls_certificate": browsers.certificate,
            "console_tls_key": browsers.key,
        }
    )


CONSOLE_FILES = "HAVN_CONSOLE_TLS_CERTIFICATE, HAVN_CONSOLE_TLS_KEY"

CONSOLE_DANGERS: dict[str, tuple[Callable[[Settings], Settings], str]] = {
    "no TLS": (changed(tls_certificate=None, tls_key=None, tls_authority=None), f"{FILES}: must be given"),
    "names of the browser's own machine": (changed(console_hosts=CONSOLE_HOSTS), "HAVN_CONSOLE_HOSTS: must be"),
    "any name": (changed(console_hosts="havn.example,*"), "HAVN_CONSOLE_HOSTS: must be"),
    "no such file for browsers": (
        changed(console_tls_certificate=Path("/none")),
        f"{CONSOLE_FILES}: can't be read",
    ),
    "a key of another certificate for browsers": (
        lambda settings: changed(console_tls_key=settings.tls_key)(settings),
        f"{CONSOLE_FILES}: can't be read, or don't belong together",
    ),
    "a key for browsers that others read": (
        lambda settings: opened(settings, settings.console_tls_key, 0o604),
        "HAVN_CONSOLE_TLS_KEY: can be read by others",
    ),
    "an expired certificate for browsers": (
        lambda settings: changed(
            console_tls_certificate=(old := issue(TESTS, settings.data / "old", "havn.example", days=-1)).certificate,
            console_tls_key=old.key,
        )(settings),
        "HAVN_CONSOLE_TLS_CERTIFICATE: has expired",
    ),
}


def test_a_secure_console_may_start(secure_console: Settings) -> None:
    production.require_secure(secure_console, production.CONSOLE)


@pytest.mark.parametrize("danger", CONSOLE_DANGERS)
def test_a_console_is_refused_with(danger: str, secure_console: Settings) -> None:
    make, told = CONSOLE_DANGERS[danger]
    (found,) = production.dangers(make(secure_console), production.CONSOLE)
    assert found.startswith(told)


def test_a_group_may_read_what_root_owns(secure: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes hands secrets out so: to root, and to the group of the pod."""
    opened(secure, secure.tls_key, 0o440)
    found = list(production.dangers(secure, "placements"))
    assert len(found) == (0 if os.geteuid() == 0 else 1)


def test_a_service_that_would_be_insecure_ends_and_says_everything_at_once(tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")} | {
        "HAVN_PRODUCTION": "true",
        "HAVN_DATA": str(tmp_path / "data"),
        "HAVN_NATS_URL": "nats://127.0.0.1:4222",
        "HAVN_FAMILIES_ADDRESS": "127.0.0.1:1",
        "HAVN_CAPACITY_ADDRESS": "127.0.0.1:1",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "services.havn", "serve", "placements"], env=variables, capture_output=True, text=True
    )
    assert ended.returncode == 1
    told = "".join(ended.stderr.split("\n"))
    for setting in ("HAVN_TLS_CERTIFICATE", "HAVN_KEY_FILE", "HAVN_NATS_URL"):
        assert setting in told
    assert not (tmp_path / "data").exists()
