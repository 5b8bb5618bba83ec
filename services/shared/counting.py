"""How many records a caller sees, by statements that are made once and read no record."""

from typing import Any

from sqlalchemy import ColumnElement

from services.shared.listings import counted, scope_of
from services.shared.records import Kind, View


def count(view: View, kind: Kind[Any], *standing: ColumnElement[bool], **values: object) -> int:
    """How many records of a kind the view's caller sees that meet what stands, with the values that it names.

    What stands is made once, with its module: never for one call.
    """
    scope = scope_of(view.caller, open_to_all=kind.open_to_all)
    statement = counted(kind.table, "of_authority" in scope, len(view.caller.narrowed()), standing)
    [(found,)] = statement.rows(view.connection, {**scope, **values})
    return int(found)
