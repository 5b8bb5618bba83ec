"""Reference data that all services read: data/README.md has the sources."""

import csv
import json
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path

from havn.terms.v1 import terms_pb2 as terms

DATA = Path(__file__).parents[2] / "data"


def towns() -> Set[str]:
    """Names of the towns and settlements that Havn knows."""
    return inhabitants().keys()


@cache
def inhabitants() -> Mapping[str, int]:
    """How many people live in each town and settlement; 0 where that is not known."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        return {row["town"]: int(row["population"] or 0) for row in csv.DictReader(file)}


@cache
def ladder() -> Mapping[int, terms.Words]:
    """The steps of the ladder by their numbers, least intrusive first."""
    with (DATA / "ladder.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["step"]): terms.Words(da=row["da"], en=row["en"]) for row in csv.DictReader(file)}


@cache
def certificate_age() -> int:
    """From how many years on a household member needs certificates (R2), by the default policy: data/policy.json."""
    age: int = json.loads((DATA / "policy.json").read_text("utf-8"))["certificate_age"]
    return age
