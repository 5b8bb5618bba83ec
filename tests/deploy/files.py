"""The files of the deployment, read as their readers do."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
NATS_CONFIG = ROOT / "deploy" / "nats" / "cluster.conf"


def compose() -> dict[str, Any]:
    """The compose file, merges done, variables left as they are."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return read


def filled_in(text: str, values: dict[str, str]) -> str:
    """The text with ${NAME}, ${NAME:?…} and ${NAME:-…} replaced."""
    return re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", lambda found: values[found[1]], text)


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    word: str
    rest: str

    @property
    def listed(self) -> list[str]:
        """What stands there, as arguments: as JSON or as a shell splits it."""
        if self.rest.startswith("["):
            parsed: list[str] = json.loads(self.rest)
            return parsed
        return shlex.split(self.rest)


def instructions() -> list[Instruction]:
    """Those of the image that runs, in order."""
    return stages()[-1]


def stages() -> list[list[Instruction]]:
    """The Dockerfile's instructions by stage: each begins with its FROM."""
    found: list[list[Instruction]] = []
    for each in _all_instructions():
        if each.word == "FROM":
            found.append([])
        found[-1].append(each)
    return found


def _all_instructions() -> list[Instruction]:
    text = "\n".join(line for line in DOCKERFILE.read_text("utf-8").splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]


def image_environment() -> dict[str, str]:
    """What the image sets."""
    pairs = (pair for each in instructions() if each.word == "ENV" for pair in each.listed)
    return dict(pair.split("=", 1) for pair in pairs)


def health_check() -> list[str]:
    """The command that tells whether a service is well."""
    (found,) = [each for each in instructions() if each.word == "HEALTHCHECK"]
    command: list[str] = json.loads(found.rest.partition("CMD ")[2])
    return command
