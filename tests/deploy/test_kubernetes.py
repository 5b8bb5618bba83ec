"""The manifests: valid to Kubernetes, and true of each other and of Havn. No cluster runs here."""

import copy
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from deploy.development import make
from services.console.app import ALIVE
from services.havn.system import DEFINITIONS
from services.shared import production
from services.shared.readiness import LIVENESS
from services.shared.settings import CONSOLE_HOSTS, Settings
from tests import nodes
from tests.deploy.kustomization import KUBERNETES, Document, containers, documents, rendered

OVERLAYS = ("development", "production")
OLDEST, NEWEST = "1.33", "1.37"
"""Versions of Kubernetes."""

SERVICES = [definition.name for definition in DEFINITIONS]
CONSOLE = production.CONSOLE
PROCESSES = [*SERVICES, CONSOLE]

SETTINGS = {f"HAVN_{name.upper()}" for name in Settings.model_fields}
SECRETS = {*PROCESSES, "nats", "owner"}
"""What people make by hand: docs/operations.md."""


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Document]:
    return rendered(KUBERNETES / "overlays" / request.param)


def of_kind(manifests: list[Document], *kinds: str) -> dict[str, Document]:
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] in kinds}


def pods(manifests: list[Document]) -> dict[str, Document]:
    """What makes pods, by name."""
    return of_kind(manifests, "Deployment", "StatefulSet", "Job")


def labels(document: Document) -> dict[str, str]:
    found: dict[str, str] = document["spec"]["template"]["metadata"]["labels"]
    return found


def ports(document: Document) -> dict[str, int]:
    (container,) = containers(document)
    return {port["name"]: port["containerPort"] for port in container.get("ports", [])}


def selected(selector: dict[str, Any], manifests: list[Document]) -> set[str]:
    """The names of those whose pods a selector takes."""
    return {name for name, each in pods(manifests).items() if matches(selector, labels(each))}


def matches(selector: dict[str, Any], given: dict[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    assert all(each["operator"] == "In" for each in selector.get("matchExpressions", []))
    return selector.get("matchLabels", {}).items() <= given.items() and all(
        given.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", [])
    )


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_takes_each_document(version: str, manifests: list[Document]) -> None:
    for each in manifests:
        kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_key_would_be_found(manifests: list[Document]) -> None:
    misspelt = copy.deepcopy(pods(manifests)["placements"])
    misspelt["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, NEWEST, strict=True)


def test_every_file_is_part_of_it() -> None:
    for folder in (KUBERNETES / "base", *(KUBERNETES / "overlays").iterdir()):
        (given,) = documents(folder / "kustomization.yaml")
        named = {*given["resources"], *(patch["path"] for patch in given.get("patches", []))}
        assert {path.name for path in folder.iterdir()} - {"kustomization.yaml"} <= named


def test_each_service_runs_two_times_at_least_and_is_not_stopped_as_a_whole(manifests: list[Document]) -> None:
    assert of_kind(manifests, "Deployment").keys() == set(PROCESSES)
    scalers = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]["minReplicas"]
        for each in of_kind(manifests, "HorizontalPodAutoscaler").values()
    }
    assert scalers.keys() == set(PROCESSES)
    assert min(scalers.values()) >= 2
    for name, budget in of_kind(manifests, "PodDisruptionBudget").items():
        assert selected(budget["spec"]["selector"], manifests) == {name}
        assert budget["spec"]["maxUnavailable"] == 1
    assert of_kind(manifests, "PodDisruptionBudget").keys() == {*PROCESSES, "nats"}


def test_three_nodes_of_nats_are_on_three_machines(manifests: list[Document]) -> None:
    nats = of_kind(manifests, "StatefulSet")["nats"]["spec"]
    assert nats["replicas"] == 3
    (rule,) = nats["template"]["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert selected(rule["labelSelector"], manifests) == {"nats"}
    names = {f"nats-{nats['ordinals']['start'] + number}" for number in range(nats["replicas"])}
    assert names | {"nats"} <= of_kind(manifests, "Service").keys()


def test_a_node_of_nats_is_started_again_by_the_probe_that_storms_use(manifests: list[Document]) -> None:
    (node,) = containers(of_kind(manifests, "StatefulSet")["nats"])
    assert node["livenessProbe"]["httpGet"]["path"] == nodes.LIVENESS


def test_probes_ask_for_what_services_tell(manifests: list[Document]) -> None:
    for definition in DEFINITIONS:
        deployment = pods(manifests)[definition.name]
        (container,) = containers(deployment)
        assert container["args"] == ["serve", definition.name]
        answers = f"havn.{definition.name}.v1.{definition.name.capitalize()}Service"
        asked = {probe: container[f"{probe}Probe"]["grpc"] for probe in ("startup", "liveness", "readiness")}
        assert {probe: each["service"] for probe, each in asked.items()} == {
            "startup": LIVENESS,
            "liveness": LIVENESS,
            "readiness": answers,
        }
        assert {each["port"] for each in asked.values()} == {ports(deployment)["health"]}


def test_probes_of_the_console_ask_over_https_whether_it_serves(manifests: list[Document]) -> None:
    deployment = pods(manifests)[CONSOLE]
    (container,) = containers(deployment)
    assert container["args"] == ["serve", CONSOLE]
    for probe in ("startup", "liveness", "readiness"):
        assert container[f"{probe}Probe"]["httpGet"] == {"path": ALIVE, "port": "https", "scheme": "HTTPS"}


def test_a_stop_has_the_time_that_it_needs(manifests: list[Document]) -> None:
    told = of_kind(manifests, "ConfigMap")["settings"]["data"]
    needed = float(told["HAVN_NOTICE_SECONDS"]) + float(told["HAVN_DRAIN_SECONDS"])
    for service in PROCESSES:
        assert pods(manifests)[service]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= needed + 10


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_are_those_of_havn(
    service: str, manifests: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = of_kind(manifests, "ConfigMap")["settings"]["data"]
    assert told.keys() <= SETTINGS
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value.replace("/run/secrets/havn", "/tmp"))
    settings = Settings()
    assert settings.addresses() == {
        owner: f"dns:///{owner}:{ports(pods(manifests)[owner])['grpc']}"
        for owner in ("placements", "families", "capacity")
    }
    assert list(production.of_database("HAVN_DATABASE_URL", settings.database(service))) == []
    assert not settings.database_owner_url
    assert settings.metrics_port == ports(pods(manifests)[service])["metrics"]


def test_the_console_is_told_where_all_services_are_and_its_own_port(
    manifests: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    (container,) = containers(pods(manifests)[CONSOLE])
    configured = [each["configMapRef"]["name"] for each in container["envFrom"]]
    told = {name: value for each in configured for name, value in of_kind(manifests, "ConfigMap")[each]["data"].items()}
    assert told.keys() <= SETTINGS
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value.replace("/run/secrets/havn", "/tmp"))
    settings = Settings()
    assert settings.addresses() == {name: f"dns:///{name}:{ports(pods(manifests)[name])['grpc']}" for name in SERVICES}
    assert settings.console_port == ports(pods(manifests)[CONSOLE])["https"]
    assert settings.production == (settings.console_hosts != CONSOLE_HOSTS)


@pytest.mark.parametrize("service", PROCESSES)
def test_what_a_service_needs_is_told_or_in_its_secret(service: str, manifests: list[Document], tmp_path: Path) -> None:
    make(tmp_path)
    secret = {path.name for path in (tmp_path / service).iterdir()}
    told = of_kind(manifests, "ConfigMap")["settings"]["data"]
    assert {"HAVN_NATS_URL", "HAVN_DATABASE_URL", "HAVN_PRODUCTION"} <= told.keys() | {name.upper() for name in secret}
    files = {value.rpartition("/")[2] for value in told.values() if value.startswith("/run/secrets/havn/")}
    assert files <= secret


def test_what_the_nodes_configuration_includes_is_beside_it(manifests: list[Document]) -> None:
    files = of_kind(manifests, "ConfigMap")["nats"]["data"]
    included = re.findall(r"^\s*include\s+[\"']?([^\s\"']+)", files["cluster.conf"], re.MULTILINE)
    assert {name.removeprefix("./") for name in included} <= files.keys()


def test_only_the_overlay_for_development_is_no_production() -> None:
    told = {
        name: of_kind(rendered(KUBERNETES / "overlays" / name), "ConfigMap")["settings"]["data"]["HAVN_PRODUCTION"]
        for name in OVERLAYS
    }
    assert told == {"development": "false", "production": "true"}


def test_no_pod_may_more_than_it_needs(manifests: list[Document]) -> None:
    for name, each in pods(manifests).items():
        pod = each["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["automountServiceAccountToken"] is False
        assert pod["serviceAccountName"] in of_kind(manifests, "ServiceAccount")
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert container["resources"]["limits"]["memory"]
    assert not any(account["automountServiceAccountToken"] for account in of_kind(manifests, "ServiceAccount").values())


def test_secrets_come_as_files_from_outside_and_each_reads_its_own(manifests: list[Document]) -> None:
    assert not of_kind(manifests, "Secret")
    for name, each in pods(manifests).items():
        volumes = each["spec"]["template"]["spec"]["volumes"]
        (secret,) = [volume["secret"] for volume in volumes if "secret" in volume]
        assert secret == {"secretName": "owner" if name == "migrate" else name, "defaultMode": 0o440}
        assert secret["secretName"] in SECRETS
        configured = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
        assert configured <= of_kind(manifests, "ConfigMap").keys()


def test_services_lead_to_ports_that_pods_have(manifests: list[Document]) -> None:
    for name, service in of_kind(manifests, "Service").items():
        pod = pods(manifests)["nats" if name.startswith("nats") else name]
        # Clients share their calls among all addresses of a name; for browsers somebody else does.
        assert service["spec"].get("clusterIP") == (None if name == CONSOLE else "None")
        for port in service["spec"]["ports"]:
            assert ports(pod)[port["targetPort"]] == port["port"]
        own = {key: value for key, value in service["spec"]["selector"].items() if key.startswith("app.")}
        assert own.items() <= labels(pod).items()


def may_call(manifests: list[Document], caller: dict[str, str], called: str, port: int) -> bool:
    """Whether network policies let a pod with the caller's labels in at a port of another one."""
    for policy in of_kind(manifests, "NetworkPolicy").values():
        spec = policy["spec"]
        if not matches(spec["podSelector"], labels(pods(manifests)[called])):
            continue
        for rule in spec.get("ingress", []):
            at = any(each["port"] == port for each in rule["ports"])
            if at and any(matches(each["podSelector"], caller) for each in rule["from"] if "podSelector" in each):
                return True
    return False


def may_reach(manifests: list[Document], caller: str, called: dict[str, str], port: int) -> bool:
    """Whether network policies let a pod out to one with the labels at a port."""
    for policy in of_kind(manifests, "NetworkPolicy").values():
        spec = policy["spec"]
        if not matches(spec["podSelector"], labels(pods(manifests)[caller])):
            continue
        for rule in spec.get("egress", []):
            at = any(each["port"] == port for each in rule["ports"])
            if at and any(matches(each["podSelector"], called) for each in rule.get("to", []) if "podSelector" in each):
                return True
    return False


def test_who_may_speak_with_whom(manifests: list[Document]) -> None:
    everybody = of_kind(manifests, "NetworkPolicy")["nobody"]["spec"]
    assert everybody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    wanted = {(service, "nats", 4222) for service in SERVICES} | {("nats", "nats", 6222)}
    wanted |= {(CONSOLE, service, 50051) for service in SERVICES}
    wanted |= {(service, "placements", 50051) for service in ("families", "capacity", "matching")}
    wanted |= {(asks, owner, 50051) for asks in ("placements", "matching") for owner in ("families", "capacity")}
    let = {
        (caller, called, port)
        for caller in pods(manifests)
        for called in pods(manifests)
        for port in ports(pods(manifests)[called]).values()
        if may_call(manifests, labels(pods(manifests)[caller]), called, port)
        and may_reach(manifests, caller, labels(pods(manifests)[called]), port)
    }
    assert let == wanted
    assert all(may_call(manifests, {"havn/client": "true"}, service, 50051) for service in SERVICES)
    assert not may_call(manifests, {"app": "stranger"}, "placements", 50051)


def test_browsers_reach_the_console_by_what_ends_their_tls_alone(manifests: list[Document]) -> None:
    policies = of_kind(manifests, "NetworkPolicy").values()
    takes = [
        each["spec"] for each in policies if matches(each["spec"]["podSelector"], labels(pods(manifests)[CONSOLE]))
    ]
    (rule,) = [rule for each in takes for rule in each.get("ingress", [])]
    (only,) = rule["from"]
    assert only == {"namespaceSelector": {"matchLabels": {"havn/ingress": "true"}}}
    assert [each["port"] for each in rule["ports"]] == [ports(pods(manifests)[CONSOLE])["https"]]


def test_the_console_reaches_services_and_names_alone(manifests: list[Document]) -> None:
    policies = of_kind(manifests, "NetworkPolicy").values()
    takes = [
        each["spec"] for each in policies if matches(each["spec"]["podSelector"], labels(pods(manifests)[CONSOLE]))
    ]
    reached = {each["port"] for spec in takes for rule in spec.get("egress", []) for each in rule["ports"]}
    assert reached == {53, 50051}
