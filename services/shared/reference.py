"""Reference data that all services read: data/README.md has the sources."""

import csv
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, cast

from havn.terms.v1 import terms_pb2 as terms

DATA = Path(__file__).parents[2] / "data"


CertificateField: TypeAlias = Literal["criminal_record", "child_certificate", "health_certificate"]


@dataclass(frozen=True, slots=True)
class CertificateDuty:
    """A certificate that is asked of everybody in a household from an age on, or of foster parents alone.

    `certificate` is the field of a household member that holds it; `newest_months` how old it may be at the first
    approval, 0 where that is not said. Its renewal is told `warn_days` before its last day, and is to be there within
    `grace_days` after it.
    """

    certificate: CertificateField
    from_age: int
    of_foster_parents: bool = False
    newest_months: int = 0
    warn_days: int = 0
    grace_days: int = 0

    def deadline(self, renew_by: date) -> date:
        """By when a renewal that is overdue is to be there: the last day of the calendar, where that ends before."""
        return renew_by + min(timedelta(days=self.grace_days), date.max - renew_by)


GREENLAND = "GL"
"""The jurisdiction of an authority that data/authorities.csv does not name."""


def towns() -> Set[str]:
    """Names of the towns and settlements that Havn knows."""
    return inhabitants().keys()


@cache
def inhabitants() -> Mapping[str, int]:
    """How many people live in each town and settlement; 0 where that is not known."""
    return {row["town"]: int(row["population"] or 0) for row in rows("towns.csv")}


@cache
def days_of_trust() -> tuple[int, int]:
    """How many days a confirmed free place is fresh, and how many it is trusted at all: as the policy has them."""
    policy = json.loads((DATA / "policy.json").read_text("utf-8"))
    return policy["fresh_days"], policy["ageing_days"]


@cache
def ladder() -> Mapping[int, terms.Words]:
    """The steps of the ladder by their numbers, least intrusive first."""
    return {int(row["step"]): terms.Words(da=row["da"], en=row["en"]) for row in rows("ladder.csv")}


def jurisdiction(authority: str) -> str:
    """The jurisdiction of "authorities/{authority}"."""
    return _jurisdictions().get(authority.removeprefix("authorities/"), GREENLAND)


@cache
def authority_names() -> Mapping[str, str]:
    """What the authorities that data/authorities.csv names call themselves, by their keys."""
    return {row["authority"]: row["name"] for row in rows("authorities.csv")}


def family_types(authority: str) -> Mapping[str, frozenset[int]]:
    """The types of foster family that an authority's jurisdiction has, each with the need levels that it covers (F1).

    By the name of the type without its prefix.
    """
    return _family_types()[jurisdiction(authority)]


def certificate_duties(authority: str) -> tuple[CertificateDuty, ...]:
    """The certificates that an authority's jurisdiction asks for (R2)."""
    return _certificate_duties()[jurisdiction(authority)]


@cache
def _jurisdictions() -> Mapping[str, str]:
    return {row["authority"]: row["jurisdiction"] for row in rows("authorities.csv")}


@cache
def _family_types() -> Mapping[str, Mapping[str, frozenset[int]]]:
    found: dict[str, dict[str, frozenset[int]]] = {}
    for row in rows("family_types.csv"):
        levels = (terms.NeedLevel.Value(f"NEED_LEVEL_{level}") for level in row["need_levels"].split(";"))
        found.setdefault(row["jurisdiction"], {})[row["type"]] = frozenset(levels)
    return found


@cache
def _certificate_duties() -> Mapping[str, tuple[CertificateDuty, ...]]:
    found: dict[str, tuple[CertificateDuty, ...]] = {}
    for row in rows("certificates.csv"):
        duty = CertificateDuty(
            cast(CertificateField, row["certificate"]),
            int(row["from_age"]),
            of_foster_parents=row["of"] == "foster parents",
            newest_months=int(row["newest_months"] or 0),
            warn_days=int(row["warn_days"]),
            grace_days=int(row["grace_days"]),
        )
        found[row["jurisdiction"]] = (*found.get(row["jurisdiction"], ()), duty)
    return found


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of reference data, by column."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
