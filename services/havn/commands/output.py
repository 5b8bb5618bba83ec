"""What a command prints: a JSON document for programs, or words for people.

A stream is None where whoever started the command had closed it: then nothing is printed.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from rich.console import Console, RenderableType

from services.havn.views.words import Verbatim

WIDTH = 100
FILLING = re.compile(r" +$", re.MULTILINE)


def show(document: Mapping[str, Any], told: Iterable[RenderableType], as_json: bool) -> None:
    """Prints the document, or else tells it."""
    if as_json:
        print_document(document)
    else:
        tell(told)


def tell(told: Iterable[RenderableType]) -> None:
    """Prints for people, piece by piece."""
    _tell(told, sys.stdout)


def tell_fault(told: Iterable[RenderableType]) -> None:
    """Prints what could not be done, beside the output."""
    _tell(told, sys.stderr)


def print_document(document: Mapping[str, Any]) -> None:
    """Prints one JSON document."""
    out: TextIO | None = sys.stdout
    if out is None:
        return
    told = json.dumps(document, indent=2, ensure_ascii=False)
    print(told if told == _writable(told, out) else json.dumps(document, indent=2), file=out, flush=True)


def _tell(told: Iterable[RenderableType], out: TextIO | None) -> None:
    if out is None:
        return
    # Names may hold square brackets: nothing is markup.
    console = Console(width=_width(), markup=False, highlight=False, emoji=False, file=out)
    for piece in told:
        with console.capture() as captured:
            console.print(piece, soft_wrap=isinstance(piece, Verbatim))
        out.write(_writable(FILLING.sub("", captured.get()), out))
    out.flush()


def _width() -> int:
    """At most 100 columns, and as many where no terminal says otherwise."""
    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)


def _writable(text: str, out: TextIO) -> str:
    """The text with a question mark for each character that the output's encoding does not know."""
    return text.encode(out.encoding, "replace").decode(out.encoding)
