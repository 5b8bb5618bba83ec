"""Registries that stand in a file by themselves: what their commands of import and template share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from havn.access.v1.access_pb2 import PURPOSE_OPERATION
from services.havn.commands.asking import asking
from services.havn.commands.failures import FileUnusable
from services.havn.commands.import_folder import refused
from services.havn.commands.options import User
from services.havn.commands.output import show
from services.havn.commands.progress import bar
from services.havn.connection import Connection
from services.havn.exporting.rows import Cells
from services.havn.importing.columns import Sheet
from services.havn.importing.one_file import read, write_file
from services.havn.importing.outcome import CREATED, UNCHANGED, UPDATED, Sent, outcomes
from services.havn.importing.problems import Problems
from services.havn.importing.sending import Parcel
from services.havn.views import wellbeing as view
from services.havn.views.phrases import Lang


@dataclass(frozen=True)
class Import:
    """How a file is taken: as whom, and how it is told."""

    as_user: User
    dry_run: bool
    errors: Path | None
    lang: Lang
    json: bool


def take(file: Path, sheet: Sheet, request: type[Any], call: Callable[[Connection], Any], how: Import) -> None:
    """Takes all rows of a registry's file by an RPC, or none, with a list of what to mend."""
    part = read(file, sheet)
    if isinstance(part, Problems):
        refused(part, how.errors, how.lang, how.json)
    with bar(how.json, how.lang) as shown, asking(how.as_user, PURPOSE_OPERATION) as connection:
        shown.begin("Checking" if how.dry_run else "Checking and writing", len(part.rows))
        parcel = Parcel(part, request, call(connection))
        answer = parcel.send(shown.advance, validate_only=how.dry_run) if part.rows else None
    if answer and (problems := parcel.problems(answer)).found:
        refused(problems, how.errors, how.lang, how.json)
    sent = Sent(tuple(outcomes(part.rows, answer)) if answer else ())
    counts = {f"{word}_count": sent.count(word) for word in (CREATED, UPDATED, UNCHANGED)}
    show({**counts, "dry_run": how.dry_run, "problems": []}, view.taken(sent, how.dry_run, how.lang), how.json)


def write(file: Path, sheet: Sheet, rows: Sequence[Cells], lang: Lang, json: bool) -> None:
    """Writes a registry's file, with no row as a template. Raises FileUnusable for one that is there."""
    try:
        write_file(file, sheet, rows)
    except FileExistsError as error:
        raise FileUnusable(f"{file}: is there already, and nothing is overwritten; name a new file.") from error
    show({"file": str(file), "rows": len(rows)}, view.written(file, len(rows), lang), json)
