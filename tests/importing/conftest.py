from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = {
    "families.csv": {
        "key": "f-1",
        "authority": "sermersooq",
        "display_name": "Familien Siku (opdigtet)",
        "type": "municipal",
        "town": "Nuuk",
        "languages": "kalaallisut:fluent | danish:good",
    },
    "household.csv": {"family": "f-1", "person": "p-1", "role": "foster_parent", "birth_date": "1980-02-29"},
    "institutions.csv": {
        "key": "i-1",
        "authority": "self-government",
        "display_name": "Opdigtet hjem Siku",
        "owner_type": "self_government",
        "town": "Nuuk",
    },
    "units.csv": {
        "institution": "i-1",
        "key": "a",
        "display_name": "A (opdigtet)",
        "town": "Nuuk",
        "kind": "residential",
        "step": "5",
        "places": "6",
        "age_max": "17",
        "gender_rule": "all",
        "need_level": "severe",
        "languages": "kalaallisut:fluent",
        "disposal": "central_list",
    },
    "vacancies.csv": {"unit": "i-1/a", "free_places": "1", "free_from": "2026-03-02"},
    "deliveries.csv": {
        "institution": "i-1",
        "key": "d-1",
        "service": "talks",
        "delivered_on": "2026-03-01",
        "what": "A talk (invented)",
    },
    "requests.csv": {
        "key": "r-1",
        "authority": "sermersooq",
        "kind": "placement",
        "from_date": "2026-03-02",
        "place_by": "2026-04-02",
        "child": "k-1",
        "birth_date": "2018-05-06",
        "gender": "girl",
        "home_town": "Nuuk",
        "languages": "kalaallisut:fluent",
        "need_level": "moderate",
        "need_step": "3",
        "need_step_assessor": "Rådgiver (opdigtet)",
        "need_step_assessed": "2026-02-02",
    },
    "placements.csv": {
        "key": "pl-1",
        "authority": "sermersooq",
        "child": "k-2",
        "birth_date": "2015-05-06",
        "gender": "boy",
        "need_level": "light",
        "home": "f-1",
        "step": "3",
        "start_date": "2024-01-02",
    },
}

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file with one row for each mapping of cells that differ from the good row."""

    def write(file: str, *rows: dict[str, str], separator: str = ";", encoding: str = "utf-8") -> None:
        filled = [GOOD[file] | row for row in rows]
        header = list(dict.fromkeys(column for row in filled for column in row))
        lines = [separator.join(header), *(separator.join(row.get(column, "") for column in header) for row in filled)]
        (tmp_path / file).write_text("\n".join(lines), encoding=encoding)

    return write


@pytest.fixture
def put_all(put: Put) -> None:
    for file in GOOD:
        put(file, {})
