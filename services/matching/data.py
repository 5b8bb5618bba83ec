"""Reads the reference data that matching's rules are given."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from services.matching.rules import policy, travel
from services.shared.reference import DATA, family_types


@cache
def default_policy() -> policy.Policy:
    """The policy of data/policy.json: own defaults until leaders publish another."""
    return policy.policy(json.loads(policy_text()), _rows("ladder.csv"), _rows("languages.csv"))


@cache
def policy_text() -> str:
    """The default policy as its file says it, for runs to keep."""
    return (DATA / "policy.json").read_text("utf-8")


@cache
def engine_version() -> str:
    """What computes plans: the same engine gives the same bytes."""
    return f"havn {version('havn')}, OR-Tools {version('ortools')}"


@cache
def known_travel() -> travel.Travel:
    """Trips between the towns of data/towns.csv."""
    return travel.travel(_rows("towns.csv"), _rows("travel.csv"))


@cache
def family_steps() -> Mapping[str, int]:
    """Step of the ladder of each family type, by the name of the type without its prefix."""
    return {kind: int(row["step"]) for row in _rows("ladder.csv") for kind in row["family_types"].split(";") if kind}


def covered_needs(authority: str, kind: str) -> frozenset[int]:
    """Need levels that a family type covers in the authority's jurisdiction; of a type that it does not have, none."""
    return family_types(authority).get(kind, frozenset())


def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
