"""Statements that go to the driver by the shortest way.

SQLAlchemy makes the text of each once. Its own execution would take several times as long as the statement itself, and
of a call that writes it would take the most.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.elements import ClauseElement

from services.shared import libpq
from services.shared.driver_errors import as_sqlalchemy_tells

Values = Mapping[str, object]
"""Named values of a statement."""

_Text = tuple[str, Callable[[Values], Any]]
"""What a driver is told, and how it takes the values."""

_DOLLARS = "numeric_dollar"
"""How libpq itself has the values: $1 for the first of them."""


class Statement:
    """A statement that is told again and again: always with values of the same names in the same order."""

    def __init__(self, meant: Executable, end: str = "") -> None:
        """`end` is what follows, where both databases say it alike and SQLAlchemy does not."""
        self._meant = meant
        self._end = end
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What it finds."""
        found: list[tuple[Any, ...]] = self._told(connection, values).fetchall()
        return found

    def first(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first that it finds, or None."""
        return next(iter(self.rows(connection, values)), None)

    def change(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        changed: int = self._told(connection, values).rowcount
        return changed

    def change_each(self, connection: Connection, each: Iterable[Values]) -> None:
        """Is told for each of the values, if there are any."""
        listed = list(each)
        if len(listed) == 1:
            self._told(connection, listed[0])
        elif listed:
            text, taken = self._text(connection, listed[0])
            _told(connection, "executemany", text, [taken(values) for values in listed])

    def _told(self, connection: Connection, values: Values) -> Any:  # noqa: ANN401  # the drivers' types differ
        if connection.dialect.name == "postgresql":
            text, taken = self._text(connection, values, _DOLLARS)
            return libpq.ask(connection, text, taken(values))
        text, taken = self._text(connection, values)
        return _told(connection, "execute", text, taken(values))

    def _text(self, connection: Connection, values: Values, style: str = "") -> _Text:
        # No two drivers write their values alike.
        style = style or connection.dialect.paramstyle
        if style not in self._texts:
            self._texts[style] = self._made(type(connection.dialect)(paramstyle=style), values)  # type: ignore[call-arg]
        return self._texts[style]

    def _made(self, dialect: Dialect, values: Values) -> _Text:
        assert isinstance(self._meant, ClauseElement)
        made: Any = self._meant.compile(dialect=dialect, column_keys=list(values))
        fixed = {name: value for name, value in made.params.items() if name not in values}
        return f"{made}{self._end}", _taken(made.positiontup if made.positional else None, fixed)


def tell(connection: Connection, command: str) -> None:
    """Tells the driver a command that has no values."""
    _told(connection, "execute", command)


def _told(connection: Connection, how: str, *told: object) -> Any:  # noqa: ANN401
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    try:
        getattr(cursor, how)(*told)
    except driver.Error as error:
        raise as_sqlalchemy_tells(connection, error) from error
    return cursor


def _taken(positions: list[str] | None, fixed: Values) -> Callable[[Values], Any]:
    """How values are given to the driver, with those that are fixed: by their positions, or by their names."""
    if positions is None:
        return lambda values: {**fixed, **values}
    if fixed or len(positions) < 2:
        return lambda values: [{**fixed, **values}[name] for name in positions]
    return itemgetter(*positions)
