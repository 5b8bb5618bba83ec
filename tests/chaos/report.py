"""The figures of a storm, as a table and as JSON."""

import json
import math
import platform
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.judge import Findings
from tests.chaos.ledger import Answered, Told
from tests.chaos.storm import Happened, Storm

RESULTS = Path(__file__).parents[2] / "bench" / "results" / "chaos.json"
AFTER_SECONDS = 2.0
"""So long after its end a fault is still felt."""

SHOWN = 10
"""Lines of each kind of finding that are printed."""

COLUMNS = ("fault", "times", "acknowledged", "failed", "wait p99 s", "wait max s", "consistent s")


def figures(storm: Storm, found: Findings, left_out: str) -> dict[str, Any]:
    """All that is known of a storm."""
    ledger = storm.ledger.read()
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {platform.system()}",
        "seed": storm.seed,
        "left_out": left_out,
        "writes": {
            "acknowledged": len(ledger.answered),
            "after more than one attempt": sum(each.attempts > 1 for each in ledger.answered),
            "attempts that failed": len(ledger.failed),
        },
        "starts": storm.landscape.supervisor.starts,
        "faults": [_row(kind, some, ledger) for kind, some in _by_kind(storm.happened).items()],
        "all": _row("all", storm.happened, ledger),
        "seconds until all was consistent": round(storm.quiet_after, 1),
        "findings": found.counts,
        "doubled without inbox": found.doubled_without_inbox,
    }


def _by_kind(happened: Sequence[Happened]) -> dict[str, list[Happened]]:
    found = defaultdict(list)
    for each in happened:
        found[each.kind].append(each)
    return dict(found)


def _row(kind: str, happened: Sequence[Happened], ledger: Told) -> dict[str, Any]:
    felt = [each for each in ledger.answered if any(_meets(each, one) for one in happened)]
    failed = sum(
        any(one.began <= each.moment <= one.ended + AFTER_SECONDS for one in happened) for each in ledger.failed
    )
    waits = sorted(each.seconds for each in felt)
    return {
        "fault": kind,
        "times": len(happened),
        "acknowledged": len(felt),
        "failed": failed,
        "wait p99 s": round(waits[math.ceil(len(waits) * 0.99) - 1], 2) if waits else 0.0,
        "wait max s": round(waits[-1], 2) if waits else 0.0,
        "consistent s": round(max((one.consistent - one.ended for one in happened), default=0.0), 1),
    }


def _meets(written: Answered, happened: Happened) -> bool:
    return written.asked <= happened.ended + AFTER_SECONDS and written.answered >= happened.began


def table(known: dict[str, Any]) -> str:
    """The figures for people."""
    rows = [[str(row[name]) for name in COLUMNS] for row in (*known["faults"], known["all"])]
    widths = [max(len(row[at]) for row in (COLUMNS, *rows)) for at in range(len(COLUMNS))]
    lines = [_line(row, widths) for row in (COLUMNS, *rows)]
    findings = ", ".join(f"{count} {name}" for name, count in known["findings"].items())
    writes = ", ".join(f"{count} {name}" for name, count in known["writes"].items())
    lines += ["", f"writes: {writes}; {known['starts']} processes started again", f"found: {findings}"]
    lines += [f"without inbox: {known['doubled without inbox']} events applied more than once"]
    lines += [f"all consistent {known['seconds until all was consistent']} s after the last write"]
    if known["left_out"]:
        lines.append(f"left out are full disks and power cuts: {known['left_out']}")
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join((first.strip().ljust(widths[0]), *others))


def keep(known: dict[str, Any]) -> None:
    """Writes the figures where those of other measurements lie."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(known | {"kept": time.strftime("%F")}, indent=2) + "\n", "utf-8")


def complaints(found: Findings) -> list[str]:
    """What is wrong, in lines: the first few of each kind."""
    lines = []
    for name, some in found.lists().items():
        lines += [f"{name}: {line}" for line in some[:SHOWN]]
        if len(some) > SHOWN:
            lines.append(f"{name}: and {len(some) - SHOWN} more")
    return lines
