"""Commands for a Havn that runs elsewhere: addresses and tokens by settings."""

from pathlib import Path

import pytest

from services.shared.clients import TokenFile
from services.shared.settings import SERVICES
from tests.cli.conftest import Havn


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in SERVICES:
        # Nobody listens there.
        monkeypatch.setenv(f"HAVN_{service.upper()}_ADDRESS", "127.0.0.1:1")


@pytest.mark.usefixtures("addresses")
def test_addresses_lead_to_a_havn_elsewhere(havn: Havn) -> None:
    ran = havn("status", "--json")
    assert ran.code == 1
    assert set(ran.document) == {"services"}
    assert {
        service["name"]: (service["address"], service["status"]) for service in ran.document["services"]
    } == dict.fromkeys(SERVICES, ("127.0.0.1:1", "UNAVAILABLE"))


def test_one_address_is_too_few(havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVN_PLACEMENTS_ADDRESS", "127.0.0.1:1")
    ran = havn("waiting-list", "--json")
    assert (ran.code, ran.error["reason"]) == (2, "SETTING_INVALID")
    assert "HAVN_FAMILIES_ADDRESS and HAVN_CAPACITY_ADDRESS and HAVN_MATCHING_ADDRESS" in ran.error["message"]


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("placements", "HAVN_FAMILIES_ADDRESS and HAVN_CAPACITY_ADDRESS: must be given"),
        ("capacity", "HAVN_PLACEMENTS_ADDRESS: must be given"),
        ("families", "HAVN_PLACEMENTS_ADDRESS: must be given"),
    ],
)
def test_a_service_alone_says_whose_address_it_lacks(
    service: str, told: str, havn: Havn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAVN_NATS_URL", "nats://127.0.0.1:1")
    ran = havn("serve", service, "--json")
    assert (ran.code, ran.error["reason"]) == (2, "SETTING_INVALID")
    assert told in ran.error["message"]


@pytest.mark.usefixtures("addresses")
@pytest.mark.parametrize("command", [["up", "--once"], ["token"], ["waiting-list"]])
def test_there_are_no_demo_users_in_production(command: list[str], havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVN_PRODUCTION", "true")
    ran = havn(*command, "--json")
    assert (ran.code, ran.error["reason"]) == (2, "SETTING_INVALID")


def test_a_token_is_read_at_each_call(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    token = TokenFile(path)
    assert token() == "first"
    path.write_text("second\n")
    assert token() == "second"


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("HAVN_TLS_KEY", "HAVN_TLS_CERTIFICATE and HAVN_TLS_AUTHORITY must be given too"),
        ("HAVN_SECRETS", "HAVN_SECRETS"),
    ],
)
def test_settings_that_can_not_be_are_told(
    variable: str, told: str, havn: Havn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/none")
    ran = havn("status", "--json")
    assert (ran.code, ran.error["reason"]) == (2, "SETTING_INVALID")
    assert told in ran.error["message"]
