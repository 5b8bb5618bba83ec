"""Reference data that all services read: data/README.md has the sources."""

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


@cache
def towns() -> frozenset[str]:
    """Names of the towns and settlements that Havn knows."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["town"] for row in csv.DictReader(file))
