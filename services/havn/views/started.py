"""What a start of Havn says."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import RenderableType
from rich.rule import Rule

from services.havn.views.words import table, title

TO_TRY = (
    ("waiting-list", "who waits, in order"),
    ("suggest r-001", "places for one child, with reasons; --all tells why not the others"),
    ("plan", "the plan for all who wait"),
    ("follow-ups f-001", "KRITH follow-ups of a family"),
    ("vacancies", "free places, and how far to trust them"),
    ("status", "the health of each service"),
)


def starting(data: Path) -> Iterator[RenderableType]:
    """What begins, and where."""
    yield f"Havn starts on the data folder {data} (log: havn.log) ..."


def started(seconds: float) -> Iterator[RenderableType]:
    """That the services run."""
    yield f"NATS and the services run: {seconds:.1f} s."


def heading(text: str, command: str) -> Iterator[RenderableType]:
    """What happened, and the command that does the same."""
    yield ""
    yield Rule()
    yield title(text)
    yield f"$ {_program()} {command}"
    yield ""


def ready(data: Path, addresses: Mapping[str, str], seconds: float, stays: bool) -> Iterator[RenderableType]:
    """That everything runs, where it is, and what to try."""
    yield ""
    yield Rule()
    yield title(f"Havn is ready after {seconds:.1f} s")
    services = table("Service", "Address (gRPC)")
    for name, address in addresses.items():
        services.add_row(name, address)
    yield services
    yield ""
    yield "To try next, in another terminal:" if stays else "To try next, while it runs (havn up --demo in a terminal):"
    if "HAVN_DATA" in os.environ:
        yield f"  export HAVN_DATA={shlex.quote(str(data))}"
    tries = table("", "")
    tries.show_header = False
    for command, what in TO_TRY:
        tries.add_row(f"  {_program()} {command}", what)
    yield tries
    yield "Ctrl-C ends it." if stays else "It ends now: this is no terminal, or it was asked to."


def _program() -> str:
    """How this user calls havn."""
    return "havn" if shutil.which("havn") else os.path.relpath(sys.argv[0])
