"""make chaos: a storm over the distributed form, judged. Ends with 0 when nothing was lost, doubled or made up."""

import argparse
import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos import report
from tests.chaos.faults import Faults
from tests.chaos.landscape import Landscape
from tests.chaos.ledger import Ledger
from tests.chaos.storm import Storm

MOST_THREADS = 256
"""Far more than a storm has faults that are looked after at a time."""


def main() -> int:
    """The exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of all chance")
    asked.add_argument("--seconds", type=float, default=0.0, help="at least; 0 for one fault of each kind")
    asked.add_argument("--keep", action="store_true", help="keep the logs and the ledger")
    asked.add_argument("--only", action="append", default=[], metavar="KIND", help="a kind of fault; may be repeated")
    given = asked.parse_args()
    _in_own_mounts()
    print(f"seed {given.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
    # PostgreSQL does not run as root, and has to reach its own folder.
    folder.chmod(0o755)
    code = asyncio.run(_storm(folder, given.seed, given.seconds, tuple(given.only)))
    if code or given.keep:
        print(f"logs and ledger are in {folder}")
    else:
        shutil.rmtree(folder)
    return code


async def _storm(folder: Path, seed: int, seconds: float, kinds: tuple[str, ...]) -> int:
    # Whoever looks after a fault may wait in a thread for a database that stands still until another thread goes on.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS))
    landscape, ledger, begun = Landscape(folder), Ledger(folder / "ledger"), time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begun:7.1f} s  {line}", flush=True)

    storm = Storm(landscape, ledger, seed, tell)
    try:
        landscape.start()
        left_out = Faults(landscape, random.Random()).left_out
        found = await storm.run(seconds, kinds)
    finally:
        landscape.stop()
    known = report.figures(storm, found, left_out)
    report.keep(known)
    print(report.table(known))
    wrong = report.complaints(found)
    if not found.doubled_without_inbox:
        wrong.append("without inbox nothing was doubled: this storm shows nothing")
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong else 0


def _in_own_mounts() -> None:
    """Goes on where nobody else sees what is mounted; it is gone with the last process, however that ends."""
    if os.geteuid() == 0 and "HAVN_CHAOS_MOUNTS" not in os.environ and (unshare := shutil.which("unshare")):
        command = [unshare, "--mount", sys.executable, "-m", "tests.chaos", *sys.argv[1:]]
        # gRPC tells of each fork of a process that uses it; those here start programs alone.
        os.execve(unshare, command, os.environ | {"HAVN_CHAOS_MOUNTS": "own", "GRPC_ENABLE_FORK_SUPPORT": "0"})


if __name__ == "__main__":
    sys.exit(main())
