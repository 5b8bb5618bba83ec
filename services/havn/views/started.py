"""What a start of Havn says."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import RenderableType
from rich.rule import Rule

from havn.access.v1 import access_pb2
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import Verbatim, table, title

TO_TRY = (
    ("waiting-list", "who waits, in order"),
    ("suggest r-001", "places for one child, with reasons; --all tells why not the others"),
    ("plan", "the plan for all who wait"),
    ("follow-ups f-001", "KRITH follow-ups of a family"),
    ("vacancies", "free places, and how far to trust them"),
    ("suppliers sheet i-nuuk-01", "an institution: price, occupancy, what it delivered, what came of placements"),
    ("status", "the health of each service"),
)


def starting(data: Path, lang: Lang) -> Iterator[RenderableType]:
    """What begins, and where."""
    yield phrase("Havn starts on the data folder {data} (log: havn.log) ...", lang, data=data)


def started(seconds: float, lang: Lang) -> Iterator[RenderableType]:
    """That the services run."""
    yield phrase("NATS and the services run: {seconds} s.", lang, seconds=f"{seconds:.1f}")


def first_start(lang: Lang) -> Iterator[RenderableType]:
    """That the demo is being made."""
    yield phrase("First start: making up the demo and taking it in; this takes some seconds ...", lang)


def demo_is_in(number: int, folder: Path, seconds: float, lang: Lang) -> Iterator[RenderableType]:
    """That the demo is there, and everywhere known."""
    rows = count(number, "row", lang)
    told = "{rows} of {folder} are in, and known everywhere: {seconds} s."
    yield phrase(told, lang, rows=rows, folder=folder, seconds=f"{seconds:.1f}")


def ended(lang: Lang) -> Iterator[RenderableType]:
    """That Havn is no more."""
    yield ""
    yield phrase("Havn has ended.", lang)


def heading(text: str, command: str, lang: Lang) -> Iterator[RenderableType]:
    """What happened, and the command that does the same."""
    yield ""
    yield Rule()
    yield title(text)
    yield f"$ {_program()} {command}{' --lang da' if lang is Lang.DA else ''}"
    yield ""


def ready(
    data: Path, addresses: Mapping[str, str], seconds: float, stays: bool, lang: Lang
) -> Iterator[RenderableType]:
    """That everything runs, where it is, and what to try."""
    yield ""
    yield Rule()
    yield title(phrase("Havn is ready after {seconds} s", lang, seconds=f"{seconds:.1f}"))
    services = table("Service", "Address (gRPC)", lang=lang)
    for name, address in addresses.items():
        services.add_row(name, address)
    yield services
    yield ""
    yield from _to_try(data, stays, lang)
    yield phrase("Ctrl-C ends it." if stays else "It ends now: this is no terminal, or it was asked to.", lang)


def console(address: str, roles: Mapping[str, access_pb2.Role.ValueType], lang: Lang) -> Iterator[RenderableType]:
    """Where the console is, and who may log in there with one click."""
    yield ""
    yield title(phrase("The console, in a browser:", lang))
    yield Verbatim(f"  {address}")
    yield phrase("Log in there with one click as one of the demo's users:", lang)
    users = table("=", "", lang=lang)
    users.show_header = False
    for user, role in roles.items():
        users.add_row(f"  {user}", phrase(_role(role), lang))
    yield users


def _role(role: access_pb2.Role.ValueType) -> str:
    name = access_pb2.Role.Name(role).removeprefix("ROLE_").lower().replace("_", " ")
    return name if role else "no role: may nothing"


def _to_try(data: Path, stays: bool, lang: Lang) -> Iterator[RenderableType]:
    here, later = "To try next, in another terminal:", "To try next, while it runs (havn up --demo in a terminal):"
    yield phrase(here if stays else later, lang)
    if "HAVN_DATA" in os.environ:
        yield Verbatim(f"  export HAVN_DATA={shlex.quote(str(data))}")
    if lang is Lang.DA:
        yield "  export HAVN_LANG=da"
    tries = table("=", "", lang=lang)
    tries.show_header = False
    for command, what in TO_TRY:
        tries.add_row(f"  {_program()} {command}", phrase(what, lang))
    yield tries


def _program() -> str:
    """How this user calls havn."""
    return "havn" if shutil.which("havn") else os.path.relpath(sys.argv[0])
