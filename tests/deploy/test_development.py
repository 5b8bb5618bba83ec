"""What make development-ca makes."""

import stat
from pathlib import Path

import pytest
from cryptography import x509

from deploy import development
from services.shared import access
from tests.deploy.files import compose


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    development.make(folder)
    return folder


def names(certificate: Path) -> list[str]:
    extensions = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    return extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)


def test_nobody_else_reads_it(secrets: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in secrets.rglob("*")}
    assert modes == {path: 0o700 if path.is_dir() else 0o600 for path in modes}


def test_every_container_has_a_certificate_that_names_what_it_is(secrets: Path) -> None:
    for holder in compose()["services"].keys() - {"migrate"}:
        assert {"nats" if holder.startswith("nats-") else holder, holder} <= set(
            names(secrets / holder / "certificate.pem")
        )


def test_services_share_the_key_for_tokens_and_the_nodes_do_not_have_it(secrets: Path) -> None:
    keys = {path.parent.name: path.read_bytes() for path in secrets.glob("*/token.pem")}
    assert set(keys) == {*development.SERVICES, "operator"}
    (key,) = set(keys.values())
    assert access.is_for_development(key)


def test_the_authoritys_key_is_not_kept(secrets: Path) -> None:
    kept = {path.name for path in secrets.rglob("*") if path.is_file()}
    assert kept == {
        "certificate.pem",
        "key.pem",
        "authority.pem",
        "token.pem",
        "password",
        "havn_database_owner_url",
        "compose.env",
    }


def test_it_can_be_made_again(secrets: Path, tmp_path: Path) -> None:
    development.make(tmp_path)
    before = (tmp_path / "placements" / "key.pem").read_bytes()
    development.make(tmp_path)
    assert (tmp_path / "placements" / "key.pem").read_bytes() != before
