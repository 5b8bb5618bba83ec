"""Registries at size: `havn import` and `havn export` as people run them, beside a Havn that runs alone.

`python -m bench.imports [rows]`; prints a table, and the figures land in bench/results/imports.json. Each registry gets
so many rows: families (each with a row of household), requests, placements, units with their vacancies, observations
of the wellbeing of the 48 children of one institution.

A command begins once every service has applied the events of the one before. `seconds` are the command's, from its
start to its end, and Havn's CPU in them also has what the other services do with the first events; `known everywhere`
is how long after its start every service had applied the last of them.
"""

import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client.parser import text_string_to_metric_families

from bench.registries import living_there, observation, put, registries
from services.havn.importing.wellbeing_file import WELLBEING
from services.havn.importing.workbook_writing import SheetOut, write_workbook
from services.havn.importing.writing import write_table
from services.havn.system import DEFINITIONS
from tests.processes import free_port

RESULTS = Path(__file__).parent / "results" / "imports.json"
ROWS = 20_000
WAITING = {
    "havn_outbox_events": len(DEFINITIONS),
    "havn_consumer_behind_events": sum(len(tuple(each.listens)) for each in DEFINITIONS),
}
"""What counts events that some service does not know of yet, and how many of each there are."""

LOOK_SECONDS = 0.25
NEVER_SECONDS = 600.0
TABLE = "{:<30}{:>8}{:>9}{:>18}{:>9}{:>12}{:>20}"


@dataclass(frozen=True)
class Figure:
    """One command, measured."""

    command: str
    rows: int
    seconds: float
    known_everywhere_seconds: float
    command_cpu_seconds: float
    havn_cpu_seconds: float
    havn_cpu_until_known_seconds: float


@dataclass(frozen=True)
class Havn:
    """A Havn of its own."""

    data: Path
    pid: int
    metrics_port: int
    console: str
    """Where browsers find it."""

    def run(self, *arguments: str | Path) -> None:
        """Runs one of its commands, to its end."""
        command = [sys.executable, "-m", "services.havn", *map(str, arguments)]
        environment = os.environ | {"HAVN_DATA": str(self.data)}
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self) -> float:
        """Waits until every event is sent and applied; since when it is so, by time.perf_counter()."""
        end = time.perf_counter() + NEVER_SECONDS
        while time.perf_counter() < end:
            looked = time.perf_counter()
            # One look may see an event neither here nor there, on its way from the outbox to a consumer.
            if not self._waiting() and not self._waiting():
                return looked
            time.sleep(LOOK_SECONDS)
        raise TimeoutError("events still wait to be applied")

    def _waiting(self) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as page:
            found = list(text_string_to_metric_families(page.read().decode()))
        told = {family.name: [sample.value for sample in family.samples] for family in found if family.name in WAITING}
        # What can't be looked up just now is missing on the page: it may be anything.
        looked_up = all(len(told.get(name, ())) == number for name, number in WAITING.items())
        return sum(map(sum, told.values())) if looked_up else 1.0


@contextmanager
def running(data: Path, *options: str, **settings: str) -> Iterator[Havn]:
    """A Havn with options and settings of its own, until the block ends."""
    command, port, console = [sys.executable, "-m", "services.havn", "up", "--stay", *options], free_port(), free_port()
    ports = {"HAVN_METRICS_PORT": str(port), "HAVN_CONSOLE_PORT": str(console)}
    environment = os.environ | {"HAVN_DATA": str(data)} | ports | settings
    havn = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        if havn.stdout is None or not any(line.startswith("Havn is ready") for line in havn.stdout):
            raise RuntimeError("Havn does not start")
        yield Havn(data, havn.pid, port, f"http://127.0.0.1:{console}")
    finally:
        havn.terminate()
        havn.communicate()


def measured(name: str, rows: int, havn: Havn, *arguments: str | Path) -> Figure:
    """One command, from its start to its end and until all know of it."""
    havn.settle()
    used, of_havn, begun = resource.getrusage(resource.RUSAGE_CHILDREN), havn.cpu_seconds(), time.perf_counter()
    havn.run(*arguments)
    seconds, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    meanwhile = havn.cpu_seconds() - of_havn
    known = max(havn.settle() - begun, seconds)
    own = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    whole = havn.cpu_seconds() - of_havn
    figure = Figure(name, rows, *(round(value, 2) for value in (seconds, known, own, meanwhile, whole)))
    print(TABLE.format(*asdict(figure).values()), flush=True)
    return figure


def measure(rows: int, folder: Path) -> Iterator[Figure]:
    """Every registry new, the largest again in other ways, and all of it out."""
    made = registries(rows)
    folders = {name: put(folder / name, tables) for name, tables in made.items()}
    with running(folder / "data") as havn:
        for name, tables in made.items():
            yield measured(f"import {name}, new", sum(map(len, tables.values())), havn, "import", folders[name])
        both = 2 * rows
        yield measured("import families, dry run", both, havn, "import", folders["families"], "--dry-run")
        yield measured("import families, unchanged", both, havn, "import", folders["families"])
        changed = {"families": [row | {"daily_rate": "600"} for row in made["families"]["families"]]}
        yield measured("import families, all changed", rows, havn, "import", put(folder / "changed", changed))
        book = folder / "families.xlsx"
        write_workbook(book, (SheetOut(name, list(found[0]), found) for name, found in made["families"].items()))
        yield measured("import families, workbook", both, havn, "import", book)
        yield from _wellbeing(rows, folder, havn)
        for form in ("csv", "xlsx"):
            yield measured(f"export all, {form}", 7 * rows, havn, "export", folder / f"out-{form}", "--format", form)


def _wellbeing(rows: int, folder: Path, havn: Havn) -> Iterator[Figure]:
    """An institution's series of years, taken, taken again, and out."""
    havn.run("import", put(folder / "residents", living_there()))
    series, out = folder / "wellbeing.csv", folder / "wellbeing-out.csv"
    write_table(series, [column.name for column in WELLBEING.columns], map(observation, range(rows)))
    yield measured("import wellbeing, new", rows, havn, "wellbeing", "import", series)
    yield measured("import wellbeing, unchanged", rows, havn, "wellbeing", "import", series)
    yield measured("export wellbeing", rows, havn, "wellbeing", "export", out)


def main() -> None:
    """Measures, prints and writes."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    columns = "", "rows", "seconds", "known everywhere", "its CPU", "Havn's CPU", "Havn's until known"
    print(TABLE.format(*columns))
    with TemporaryDirectory() as folder:
        figures = [asdict(figure) for figure in measure(rows, Path(folder))]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"rows": rows, "load": os.getloadavg()[0], "figures": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
