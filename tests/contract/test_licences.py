import json
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from deploy import licences
from deploy.licences import POLICY

# It meets no database.
pytestmark = pytest.mark.once

ALLOWED = tomllib.loads(POLICY.read_text("utf-8"))
LOCKED = licences.locked_versions(
    'planted==1.0 \\\n    --hash=sha256:00\nnumpy==2.4.6 ; python_version < "3.12"\nnumpy==2.5.0\n'
)


def a_package(*told: dict[str, Any], name: str = "planted", version: str = "1.0") -> dict[str, Any]:
    return {"components": [{"name": name, "version": version, "licenses": list(told)}]}


def problems(materials: dict[str, Any]) -> list[str]:
    return list(licences.problems(materials, ALLOWED, LOCKED))


@pytest.mark.parametrize(
    "told",
    [
        {"license": {"id": "MIT"}},
        {"license": {"name": "License :: OSI Approved :: Apache Software License"}},
        {"expression": "GPL-3.0-only OR MIT"},
        {"expression": "BSD-3-Clause AND (MIT OR Apache-2.0)"},
    ],
)
def test_a_licence_on_the_list_passes(told: dict[str, Any]) -> None:
    assert problems(a_package(told)) == []


@pytest.mark.parametrize(
    "told",
    [
        [],
        [{"license": {"id": "AGPL-3.0-only"}}],
        [{"license": {"name": "Ask the author"}}],
        [{"expression": "MIT AND GPL-3.0-only"}],
        [{"license": {"id": "MIT"}}, {"license": {"id": "GPL-3.0-only"}}],
    ],
    ids=["none", "not on the list", "in words of its own", "in part", "beside another"],
)
def test_a_planted_package_with_another_licence_is_named(told: list[dict[str, Any]]) -> None:
    (problem,) = problems(a_package(*told))
    assert problem.startswith("planted 1.0 has a licence that is not allowed")


def test_a_package_that_was_looked_at_is_named_again_when_it_says_something_else() -> None:
    lgpl, gpl = ({"license": {"id": f"{name}-3.0-only"}} for name in ("LGPL", "GPL"))
    assert not [each for each in problems(a_package(lgpl, name="psycopg")) if "licence" in each]
    assert [each for each in problems(a_package(gpl, name="psycopg")) if "licence" in each]


def test_a_package_that_is_not_locked_is_named() -> None:
    mit = {"license": {"id": "MIT"}}
    assert problems(a_package(mit, name="numpy", version="2.5.0")) == []
    (problem,) = problems(a_package(mit, version="1.1"))
    assert "planted 1.1 is installed but not locked" in problem


def test_the_bill_of_materials_holds_what_is_imported_here() -> None:
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "cyclonedx_py",
            "environment",
            "--no-validate",
            "--pyproject",
            "pyproject.toml",
            sys.executable,
        ],
        cwd=licences.LOCK.parent,
        capture_output=True,
        check=True,
    )
    materials = json.loads(made.stdout)
    assert materials["bomFormat"] == "CycloneDX"
    assert {"grpcio", "ortools", "SQLAlchemy", "nats-py"} <= {each["name"] for each in materials["components"]}
    assert not list(licences.problems(materials, ALLOWED, licences.locked_versions(licences.LOCK.read_text("utf-8"))))
