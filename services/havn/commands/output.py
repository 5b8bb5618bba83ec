"""What a command prints: a JSON document for programs, or words for people."""

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, RenderableType

WIDTH = 100


def show(document: Mapping[str, Any], told: Iterable[RenderableType], as_json: bool) -> None:
    """Prints the document, or else tells it."""
    if as_json:
        print_document(document)
    else:
        tell(told)


def tell(told: Iterable[RenderableType]) -> None:
    """Prints for people, piece by piece."""
    out = console()
    for piece in told:
        out.print(piece)


def console(error: bool = False) -> Console:
    """Where people read: at most 100 columns wide, and as wide where no terminal says otherwise."""
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    # Names may hold square brackets: nothing is markup.
    return Console(width=width, markup=False, highlight=False, emoji=False, stderr=error)


def print_document(document: Mapping[str, Any]) -> None:
    """Prints one JSON document."""
    print(json.dumps(document, indent=2, ensure_ascii=False))
    sys.stdout.flush()


def tell_fault(told: Iterable[RenderableType]) -> None:
    """Prints what could not be done, beside the output."""
    out = console(error=True)
    for piece in told:
        out.print(piece)
