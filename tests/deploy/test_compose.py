import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.development import make
from services.havn.system import DEFINITIONS
from services.shared import production, tls
from services.shared.settings import CONSOLE_HOSTS, Settings
from tests.deploy.compose_schema import COMPOSE
from tests.deploy.files import ROOT, compose, filled_in, image_environment

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: service for name, service in SERVICES.items() if "HAVN_SECRETS" in service["environment"]}
KEEPING = {name: service for name, service in OURS.items() if name != production.CONSOLE}
"""Those of Havn that have a database and hear events."""
NODES = {name: service for name, service in SERVICES.items() if name.startswith("nats-")}
HOLDERS = {name: "owner" if name == "migrate" else name for name in SERVICES}
"""Whose folder of secrets a container reads."""
SETTINGS = {f"HAVN_{name.upper()}" for name in Settings.model_fields}
FILLED_IN = {"NATS_PASSWORD": "havn-secret", "HAVN_PRODUCTION": "false", "HAVN_CONSOLE_HOSTS": "havn.example"}
IN_CONTAINER = "/run/secrets/havn"


def test_it_keeps_the_specification() -> None:
    jsonschema.validate(compose(), COMPOSE)


@pytest.mark.parametrize("part", ["imgae", "volume", "enviroment"])
def test_a_misspelt_key_would_be_found(part: str) -> None:
    misspelt = compose()
    misspelt["services"]["placements"][part] = []
    with pytest.raises(jsonschema.ValidationError, match=part):
        jsonschema.validate(misspelt, COMPOSE)


def test_every_service_of_havn_is_there_once_under_its_name() -> None:
    assert {name: service["command"] for name, service in OURS.items()} == {
        name: ["serve", name] for name in [*(definition.name for definition in DEFINITIONS), production.CONSOLE]
    }


def test_every_variable_is_a_setting() -> None:
    given = {name for service in OURS.values() for name in service["environment"]} | image_environment().keys()
    assert {name for name in given if name.startswith("HAVN_")} <= SETTINGS


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What make development-ca makes."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder)
    return folder


def settings_of(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What a container of the service would read, with the development's secrets."""
    for variable in SETTINGS:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in (image_environment() | OURS[name]["environment"]).items():
        monkeypatch.setenv(variable, filled_in(value, FILLED_IN).replace(IN_CONTAINER, str(secrets / name)))
    return Settings()


@pytest.mark.parametrize("name", KEEPING)
def test_the_settings_of_a_service_are_those_that_it_needs(
    name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(name, secrets, monkeypatch)
    assert (str(settings.data), settings.host, settings.port(name)) == ("/data", "0.0.0.0", 50051)
    assert settings.database(name).startswith(f"postgresql://havn_{name}@postgres/{name}?sslmode=verify-full&")
    assert settings.nats_url == ",".join(f"tls://{node}:4222" for node in NODES)
    assert settings.addresses() == {
        owner: f"dns:///{owner}:{settings.port(owner)}" for owner in ("placements", "families", "capacity")
    }
    identity = tls.identity(settings)
    assert identity is not None
    assert identity.context().get_ca_certs()


def test_the_console_knows_all_services_and_neither_nats_nor_a_database(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(production.CONSOLE, secrets, monkeypatch)
    assert settings.addresses() == {name: f"dns:///{name}:{settings.port(name)}" for name in KEEPING}
    assert (settings.host, settings.nats_url, settings.database_url) == ("0.0.0.0", "", "")
    assert f":{settings.console_port}/alive" in OURS[production.CONSOLE]["healthcheck"]["test"][-1]
    identity = tls.identity(settings)
    assert identity is not None
    assert identity.context().get_ca_certs()


def test_the_console_does_not_start_in_production_before_it_is_told_its_names() -> None:
    told = OURS[production.CONSOLE]["environment"]["HAVN_CONSOLE_HOSTS"]
    assert told == f"${{HAVN_CONSOLE_HOSTS:-{CONSOLE_HOSTS}}}"


@pytest.mark.parametrize("name", OURS)
def test_nothing_but_the_marks_of_development_makes_it_insecure(
    name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(production.dangers(settings_of(name, secrets, monkeypatch), name))
    assert [danger.partition(":")[0] for danger in found] == ["HAVN_TLS_AUTHORITY", "HAVN_KEY_FILE"]
    assert all("development" in danger for danger in found)


def test_it_is_production_unless_it_is_told_otherwise() -> None:
    assert image_environment()["HAVN_PRODUCTION"] == "true"
    assert {service["environment"]["HAVN_PRODUCTION"] for service in OURS.values()} == {"${HAVN_PRODUCTION:-true}"}


def test_each_reads_its_own_secrets_and_nobody_elses(secrets: Path) -> None:
    for name, service in SERVICES.items():
        mounted = [volume for volume in service["volumes"] if volume.endswith(f":{IN_CONTAINER}:ro")]
        assert mounted == [f"./deploy/secrets/{HOLDERS[name]}:{IN_CONTAINER}:ro"]
        assert (secrets / HOLDERS[name]).is_dir()


def test_each_volume_is_of_one_container_and_replicas_have_none() -> None:
    named = {name: kept for name, service in SERVICES.items() for kept in service["volumes"] if kept[0] not in "./"}
    assert {volume.partition(":")[0] for volume in named.values()} == set(compose()["volumes"])
    assert named.keys() == {*NODES, "postgres"}


def test_each_service_has_two_replicas_with_a_port_each() -> None:
    ports: list[int] = []
    for service in OURS.values():
        (published,) = service["ports"]
        first, last = map(int, published.split(":")[1].split("-"))
        assert service["deploy"]["replicas"] == last - first + 1 == 2
        ports += [first, last]
    assert len(set(ports)) == len(ports)


def test_what_is_mounted_is_there() -> None:
    mounted = {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert all((ROOT / path).exists() for path in mounted if path.startswith("./") and "secrets" not in path)


def test_whoever_is_waited_for_is_there() -> None:
    for service in OURS.values():
        assert service["depends_on"].keys() <= SERVICES.keys()
    assert OURS[production.CONSOLE]["depends_on"].keys() == KEEPING.keys()
    for service in KEEPING.values():
        assert {*NODES, "migrate"} <= service["depends_on"].keys()
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_only_the_migration_has_the_tables_owner() -> None:
    assert [name for name, one in SERVICES.items() if "HAVN_DATABASE_OWNER_URL" in one["environment"]] == ["migrate"]


def test_there_are_three_nodes_that_know_each_other() -> None:
    assert len(NODES) == 3
    for name, node in NODES.items():
        assert node["command"][-2:] == ["--name", name]
        assert {node["environment"][f"NATS_{file.upper()}"] for file in ("certificate", "key", "authority")} == {
            f"{IN_CONTAINER}/{file}.pem" for file in ("certificate", "key", "authority")
        }
        assert set(re.findall(r"@([\w-]+):6222", node["environment"]["NATS_ROUTES"])) == NODES.keys()


def test_secrets_come_by_file_or_variable_and_stand_nowhere() -> None:
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if "password" in variable.lower() or re.search("://[^/]+:[^/]+@", value):
                assert "${NATS_PASSWORD" in value or value.startswith(IN_CONTAINER), (name, variable)


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
