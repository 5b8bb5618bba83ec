"""Records by the columns of the files that an import reads: what stands there, as it is written there."""

from collections.abc import Collection, Iterable, Iterator

from google.protobuf.message import Message
from rich.console import RenderableType

from services.havn.exporting.rows import cell
from services.havn.importing.columns import Column, Sheet
from services.havn.views.phrases import Lang
from services.havn.views.words import table, title


def record(name: str, columns: Iterable[Column], message: Message, lang: Lang) -> Iterator[RenderableType]:
    """What a record tells in these columns."""
    yield title(name)
    rows = table("=Column", "What it is", "Value", lang=lang)
    for column in columns:
        rows.add_row(column.name, column.da if lang is Lang.DA else column.en, cell(column, message))
    yield rows


def filled(sheet: Sheet, message: Message, but: Collection[str] = ()) -> list[Column]:
    """The columns in which a record tells something, but those named."""
    return [column for column in sheet.content if column.name not in but and cell(column, message)]
