"""Writes the demo: a folder of CSV files, the same for the same seed and day."""

from datetime import date
from pathlib import Path
from random import Random

from services.havn.demo.capacity_rows import delivery_rows, institution_rows, unit_row, vacancy_row
from services.havn.demo.families import families
from services.havn.demo.family_rows import amiss, family_row, household_rows
from services.havn.demo.family_way import expired_until, over_rows, way_cells
from services.havn.demo.institutions import UNITS
from services.havn.demo.left import left_rows
from services.havn.demo.people import Cells
from services.havn.demo.placement_rows import placement_rows
from services.havn.demo.residents import former_residents, residents
from services.havn.demo.waiting_rows import request_row, waiting
from services.havn.importing.sheets import SHEETS
from services.havn.importing.writing import write

README_FILE = "README.txt"
README = """\
OPDIGTET. Alle børn, familier, institutioner, skoler, takster og sager i denne mappe er opdigtet af et program til at
prøve Havn med. Byerne er virkelige, og antallene følger offentlige tal i store træk; ingen række er et virkeligt
menneske eller sted. Plejevederlagene følger en offentlig takst; døgntaksterne for institutioner og professionelle
plejefamilier er opdigtet.

MADE UP. All children, families, institutions, schools, rates and cases in this folder were made up by a program, to try
Havn with. The towns are real and the counts roughly follow public figures; no row is a real person or place. Foster
fees follow a published rate; the daily rates of institutions and professional families are made up.
"""


def make_demo(folder: Path, seed: int, today: date) -> None:
    """Writes the demo's files into `folder`, byte for byte the same for the same seed and day."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = demo_rows(seed, today)
    for sheet in SHEETS:
        write(folder, sheet, rows[sheet.file])
    (folder / README_FILE).write_text(README, encoding="utf-8", newline="\n")


def demo_rows(seed: int, today: date) -> dict[str, list[Cells]]:
    """The rows of each file."""
    # One stream of chance for each concept: a change to one leaves the others as they are.
    children = waiting(today, Random(f"{seed} waiting"))
    homes = families(children, today, Random(f"{seed} families"))
    units = residents(children, today, Random(f"{seed} residents"))
    former = former_residents(today, Random(f"{seed} former"))
    faults = amiss(homes, Random(f"{seed} amiss"))
    of_families, of_units, of_requests = (Random(f"{seed} {name} rows") for name in ("family", "unit", "request"))
    over, of_over = over_rows(homes, today), Random(f"{seed} over")
    of_ways, expired = Random(f"{seed} ways"), expired_until(homes, faults, today)
    return {
        "families.csv": [
            family_row(family, faults, today, of_families)
            | way_cells(family, today, of_ways)
            | expired.get(family.key, {})
            for family in homes
        ]
        + [family_row(family, faults, today, of_over) | way for family, way in over],
        "household.csv": [row for home in homes for row in household_rows(home, faults, today, of_families)]
        + [row for home, _ in over for row in household_rows(home, faults, today, of_over)],
        "institutions.csv": institution_rows(today),
        "units.csv": [unit_row(unit, today, of_units) for unit in UNITS],
        "vacancies.csv": [vacancy_row(unit, today, of_units) for unit in UNITS],
        "deliveries.csv": delivery_rows(today),
        "requests.csv": [request_row(child, today, of_requests) for child in children]
        + left_rows(homes, today, Random(f"{seed} left")),
        "placements.csv": placement_rows(homes, units + former),
    }
