"""The part of the compose specification that docker-compose.yml uses, and nothing beside it.

The specification's own schema is in none of the locked packages. This one is stricter: a key that is not here is
refused.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}


def closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def keyed(values: Any) -> dict[str, Any]:  # noqa: ANN401  # a schema is any JSON
    """An object from names to values of one kind."""
    return {"type": "object", "propertyNames": {"pattern": "^[a-zA-Z0-9._-]+$"}, "additionalProperties": values}


HEALTH_CHECK = closed(
    {
        "test": {"type": "array", "prefixItems": [{"enum": ["CMD", "CMD-SHELL", "NONE"]}], "items": TEXT},
        "interval": DURATION,
        "timeout": DURATION,
        "start_period": DURATION,
        "retries": {"type": "integer", "minimum": 1},
    },
    ["test"],
)
CONDITION = {"enum": ["service_started", "service_healthy", "service_completed_successfully"]}
SERVICE = closed(
    {
        "image": TEXT,
        "user": {"type": "string", "pattern": r"^\d+:\d+$"},
        "deploy": closed({"replicas": {"type": "integer", "minimum": 1}}, ["replicas"]),
        "build": closed({"context": TEXT, "dockerfile": TEXT}, ["context"]),
        "entrypoint": TEXTS,
        "command": TEXTS,
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "read_only": {"type": "boolean"},
        "tmpfs": TEXTS,
        "cap_drop": TEXTS,
        "security_opt": TEXTS,
        "stop_grace_period": DURATION,
        "environment": keyed({"type": "string"}),
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d+(-\d+)?:\d+$"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^[^:]+:/[^:]+(:ro)?$"}},
        "depends_on": keyed(closed({"condition": CONDITION}, ["condition"])),
        "healthcheck": HEALTH_CHECK,
    },
    ["image", "command"],
)
COMPOSE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": keyed(SERVICE),
        "volumes": keyed({"type": "null"}),
    },
    "patternProperties": {"^x-": {}},
    "required": ["services"],
    "additionalProperties": False,
}
