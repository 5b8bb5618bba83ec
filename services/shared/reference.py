"""Reference data that all services read: data/README.md has the sources."""

import csv
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def towns() -> Set[str]:
    """Names of the towns and settlements that Havn knows."""
    return inhabitants().keys()


@cache
def inhabitants() -> Mapping[str, int]:
    """How many people live in each town and settlement; 0 where that is not known."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        return {row["town"]: int(row["population"] or 0) for row in csv.DictReader(file)}
