"""What somebody says of a record on the command line: COLUMN=VALUE, by the columns and cells of the import's files."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from services.havn.importing.cells import NotAllowed
from services.havn.importing.columns import Column, FieldPath, Needed, Sheet, field_path, made

FORM = "COLUMN=VALUE"

Changes = Annotated[
    list[str],
    typer.Argument(
        metavar=f"{FORM}…",
        help="A column and a cell of the import's file, as HELP.txt of `havn template` tells them; no value clears it.",
        show_default=False,
    ),
]
Etag = Annotated[
    str, typer.Option(metavar="ETAG", help="Only while it is as --json told it; else as it is now, read just before.")
]

Said = Sequence[tuple[Column, object]]
"""Columns with what they are to hold; None clears."""


def said(sheet: Sheet, given: Iterable[str], fields: Collection[str]) -> Said:
    """What somebody says of a sheet's record, of these fields of it. Raises typer.BadParameter."""
    known = {column.name: column for column in sheet.content if column.field.partition(".")[0] in fields}
    told: dict[str, tuple[Column, object]] = {}
    for each in given:
        name, separator, text = each.partition("=")
        if not separator or name not in known:
            raise typer.BadParameter(f"{each!r} is not {FORM} with one of these columns: {', '.join(known)}")
        told[name] = (known[name], _value(known[name], text.strip()))
    return list(told.values())


def require_all(sheet: Sheet, given: Said) -> None:
    """Passes what says all that a new record needs. Raises typer.BadParameter."""
    filled = {column.name for column, value in given if value is not None}
    missing = [column.name for column in sheet.content if column.needed is Needed.ALWAYS and column.name not in filled]
    if missing:
        raise typer.BadParameter(f"say also: {', '.join(missing)}")


def put(record: Message, changes: Said) -> FieldMask:
    """Puts what was said into a record, and leaves all else; the mask names the fields that it touched."""
    for column, _ in changes:
        _clear(record, field_path(column.field))
    record.MergeFrom(
        made(type(record), ((field_path(column.field), value) for column, value in changes if value is not None))
    )
    return FieldMask(paths=sorted({column.field.partition(".")[0] for column, _ in changes}))


def _value(column: Column, text: str) -> object:
    if not text:
        return None
    try:
        return column.cell.parse(text)
    except NotAllowed as error:
        raise typer.BadParameter(
            f"{column.name}: {text!r} can't be read; allowed is {column.cell.allowed.en}"
        ) from error


def _clear(record: Any, path: FieldPath) -> None:  # noqa: ANN401  # a message of any type
    """Clears a field, and the messages on the way to it that say nothing without it."""
    name, *rest = path
    if not rest:
        record.ClearField(name)
    elif record.HasField(name):
        inner = getattr(record, name)
        _clear(inner, tuple(rest))
        if not inner.ByteSize():
            record.ClearField(name)
