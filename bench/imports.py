"""Registries at size: `havn import` and `havn export` as people run them, beside a Havn that runs alone.

`python -m bench.imports [rows]`; prints a table, and the figures land in bench/results/imports.json. Each registry gets
so many rows: families (each with a row of household), requests, placements, and units with their vacancies. CPU is that
of the command and of Havn together; Havn's also has what the other services do with the events.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from services.havn.exporting.rows import Cells
from services.havn.importing.sheets import SHEETS
from services.havn.importing.workbook_writing import SheetOut, write_workbook
from services.havn.importing.writing import write

RESULTS = Path(__file__).parent / "results" / "imports.json"
ROWS = 20_000
UNITS_OF_AN_INSTITUTION = 100
TODAY = date.today()  # noqa: DTZ011  # the day of this machine will do
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
CHANCE = random.Random(1)


@dataclass(frozen=True)
class Figure:
    """One command, measured."""

    command: str
    rows: int
    seconds: float
    command_cpu_seconds: float
    havn_cpu_seconds: float


def day(least: int, most: int) -> str:
    """A day so many days from today."""
    return (TODAY + timedelta(days=CHANCE.randint(least, most))).isoformat()


def family(number: int) -> Cells:
    """A family with most of what a family can say."""
    return {
        **{"key": f"b-{number:06}", "authority": "sermersooq", "display_name": f"Familien {number} (opdigtet)"},
        **{"type": "municipal", "town": "Nuuk", "languages": "kalaallisut:fluent | danish:good"},
        **{"approval_reference": f"T-{number}", "approved_places": "2", "approved_age_min": "0"},
        **{"approved_age_max": "17", "approved_need_level": "moderate", "approved_from": day(-900, -10)},
        **{"approved_until": day(30, 900), "competences": "adhd | trauma", "schools": "Skolen i byen | Skole B"},
        **{"experience_age_min": "2", "experience_age_max": "9", "accessibility": "wheelchair", "free_places": "1"},
        **{"free_from": day(-30, 30), "confirmed_on": day(-30, -1), "confirmed_by": "Konsulent (opdigtet)"},
        **{"course_completed": day(-900, -10), "daily_rate": "512.5", "agreements": "kujalleq"},
    }


def member(number: int) -> Cells:
    """The foster parent of a family."""
    return {
        **{"family": f"b-{number:06}", "person": f"p-{number:06}", "role": "foster_parent"},
        **{"birth_date": day(-20_000, -9_000), "criminal_record_issued": day(-300, -10)},
        "criminal_record_renew_by": day(30, 300),
    }


def request(number: int) -> Cells:
    """A child that waits."""
    return {
        **{"key": f"r-{number:06}", "authority": "sermersooq", "kind": "placement", "from_date": day(1, 30)},
        **{"place_by": day(31, 90), "child": f"k-{number:06}", "birth_date": day(-6_000, -400), "gender": "girl"},
        **{"home_town": "Nuuk", "languages": "kalaallisut:fluent", "need_level": "moderate", "need_step": "3"},
        **{"need_step_assessor": "Rådgiver (opdigtet)", "need_step_assessed": day(-60, -1)},
        **{"needed_competences": "adhd", "school": "Skolen i byen", "school_town": "Nuuk", "parents_town": "Nuuk"},
        **{"visits_per_month": "2.5", "child_words": "Vil gerne bo nær skolen"},
    }


def placement(number: int) -> Cells:
    """A child that lives in a family."""
    return {
        **{"key": f"pl-{number:06}", "authority": "sermersooq", "child": f"k-p{number:06}", "gender": "boy"},
        **{"birth_date": day(-6_000, -1_000), "need_level": "light", "home": f"b-{number:06}", "step": "3"},
        **{"start_date": day(-900, -1), "daily_cost": "612"},
    }


def institution(number: int) -> Cells:
    """An institution of many units."""
    return {
        **{"key": f"bi-{number:04}", "authority": "self-government", "display_name": f"Hjem {number} (opdigtet)"},
        **{"owner_type": "municipal", "town": "Nuuk", "approved": "yes"},
    }


def unit(number: int) -> Cells:
    """A unit."""
    parent, key = divmod(number, UNITS_OF_AN_INSTITUTION)
    return {
        **{"institution": f"bi-{parent:04}", "key": f"u{key}", "display_name": f"Afdeling {number} (opdigtet)"},
        **{"town": "Nuuk", "kind": "residential", "step": "5", "places": "6", "age_max": "17", "gender_rule": "all"},
        **{"need_level": "severe", "languages": "kalaallisut:fluent | danish:good", "disposal": "own"},
        "daily_rate": "2500",
    }


def vacancy(number: int) -> Cells:
    """What a unit reported."""
    parent, key = divmod(number, UNITS_OF_AN_INSTITUTION)
    return {
        **{"unit": f"bi-{parent:04}/u{key}", "free_places": "1", "free_from": day(-30, 30)},
        **{"confirmed_on": day(-30, -1), "confirmed_by": "Vagthavende (opdigtet)"},
    }


def registries(rows: int) -> dict[str, dict[str, list[Cells]]]:
    """The tables of each folder."""
    many = range(rows)
    institutions = range(rows // UNITS_OF_AN_INSTITUTION + 1)
    return {
        "families": {"families": [family(n) for n in many], "household": [member(n) for n in many]},
        "requests": {"requests": [request(n) for n in many]},
        "placements": {"placements": [placement(n) for n in many]},
        "vacancies": {
            **{"institutions": [institution(n) for n in institutions], "units": [unit(n) for n in many]},
            "vacancies": [vacancy(n) for n in many],
        },
    }


def put(folder: Path, tables: dict[str, list[Cells]]) -> Path:
    """Writes tables as CSV files."""
    folder.mkdir()
    for name, rows in tables.items():
        write(folder, BY_NAME[name], rows)
    return folder


@contextmanager
def running(data: Path) -> Iterator[int]:
    """A Havn of its own, by its process id."""
    command = [sys.executable, "-m", "services.havn", "up", "--stay"]
    havn = subprocess.Popen(command, env=os.environ | {"HAVN_DATA": str(data)}, stdout=subprocess.PIPE, text=True)
    try:
        if havn.stdout is None or not any(line.startswith("Havn is ready") for line in havn.stdout):
            raise RuntimeError("Havn does not start")
        yield havn.pid
    finally:
        havn.terminate()
        havn.communicate()


def cpu_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(name: str, rows: int, havn: int, data: Path, *arguments: str | Path) -> Figure:
    """One command, from its start to its end."""
    used, of_havn, begun = resource.getrusage(resource.RUSAGE_CHILDREN), cpu_seconds(havn), time.perf_counter()
    command = [sys.executable, "-m", "services.havn", *map(str, arguments)]
    subprocess.run(command, env=os.environ | {"HAVN_DATA": str(data)}, stdout=subprocess.DEVNULL, check=True)
    seconds, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    own = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    figure = Figure(name, rows, round(seconds, 2), round(own, 2), round(cpu_seconds(havn) - of_havn, 2))
    print(f"{name:<34}{rows:>8}{figure.seconds:>9}{own:>12.2f}{figure.havn_cpu_seconds:>12}", flush=True)
    return figure


def measure(rows: int, folder: Path) -> Iterator[Figure]:
    """Every registry new, the largest again in other ways, and all of it out."""
    data, made = folder / "data", registries(rows)
    folders = {name: put(folder / name, tables) for name, tables in made.items()}
    with running(data) as havn:
        for name, tables in made.items():
            yield measured(f"import {name}, new", sum(map(len, tables.values())), havn, data, "import", folders[name])
        both = 2 * rows
        yield measured("import families, dry run", both, havn, data, "import", folders["families"], "--dry-run")
        yield measured("import families, unchanged", both, havn, data, "import", folders["families"])
        changed = {"families": [row | {"daily_rate": "600"} for row in made["families"]["families"]]}
        target = put(folder / "changed", changed)
        yield measured("import families, all changed", rows, havn, data, "import", target)
        book = folder / "families.xlsx"
        write_workbook(book, (SheetOut(name, list(found[0]), found) for name, found in made["families"].items()))
        yield measured("import families, workbook", both, havn, data, "import", book)
        for form in ("csv", "xlsx"):
            out = folder / f"out-{form}"
            yield measured(f"export all, {form}", 7 * rows, havn, data, "export", out, "--format", form)


def main() -> None:
    """Measures, prints and writes."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{'':<34}{'rows':>8}{'seconds':>9}{'its CPU s':>12}{'Havn CPU s':>12}")
    with TemporaryDirectory() as folder:
        figures = [asdict(figure) for figure in measure(rows, Path(folder))]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"rows": rows, "load": os.getloadavg()[0], "figures": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
