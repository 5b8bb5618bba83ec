import re
from typing import Any

import jsonschema
import pytest

from services.havn.system import DEFINITIONS
from services.shared.settings import Settings
from tests.deploy.compose_schema import COMPOSE
from tests.deploy.files import compose, filled_in, image_environment

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = {name: service for name, service in SERVICES.items() if "HAVN_NATS_URL" in service["environment"]}
NODES = {name: service for name, service in SERVICES.items() if name not in OURS}
SETTINGS = {f"HAVN_{name.upper()}" for name in Settings.model_fields}
PASSWORD = {"NATS_PASSWORD": "havn-secret"}


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
        definition.name: ["serve", definition.name] for definition in DEFINITIONS
    }


def test_every_variable_is_a_setting() -> None:
    given = {name for service in OURS.values() for name in service["environment"]} | image_environment().keys()
    assert {name for name in given if name.startswith("HAVN_")} <= SETTINGS


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_a_service_are_those_that_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in SETTINGS:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in (image_environment() | OURS[name]["environment"]).items():
        monkeypatch.setenv(variable, filled_in(value, PASSWORD))
    settings = Settings()
    assert (str(settings.data), settings.host, settings.port(name)) == ("/data", "0.0.0.0", 50051)
    assert settings.nats_url == "nats://havn:havn-secret@nats:4222"
    assert settings.addresses() == {"placements": f"placements:{settings.placements_port}"}
    assert str(settings.key_file) == f"/run/secrets/{OURS[name]['secrets'][0]}"


def test_no_two_services_share_a_data_folder() -> None:
    volumes = [volume for service in SERVICES.values() for volume in service["volumes"] if volume.endswith(":/data")]
    assert len(set(volumes)) == len(SERVICES)
    assert {volume.partition(":")[0] for volume in volumes} == set(compose()["volumes"])


def test_whoever_is_waited_for_is_there() -> None:
    for service in OURS.values():
        assert service["depends_on"].keys() <= SERVICES.keys()
        assert NODES.keys() <= service["depends_on"].keys()


def test_there_are_three_nodes_that_know_each_other() -> None:
    assert len(NODES) == 3
    for name, node in NODES.items():
        assert node["command"][-2:] == ["--name", name]
        assert node["networks"]["default"]["aliases"] == ["nats"]
        assert set(re.findall(r"@([\w-]+):6222", node["environment"]["NATS_ROUTES"])) == NODES.keys()


def test_secrets_come_by_file_or_variable_and_stand_nowhere() -> None:
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            if "password" in variable.lower() or "://" in value:
                assert "${NATS_PASSWORD" in value, (name, variable)
    assert set(compose()["secrets"]) == {secret for service in OURS.values() for secret in service["secrets"]}


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
