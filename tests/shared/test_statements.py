"""Statements that go past SQLAlchemy, on either database."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import bindparam, func, insert, null, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from services.shared.database import Database
from services.shared.statements import Statement, Values
from services.shared.tables import Lease
from tests import databases

ADD = Statement(insert(Lease).inline())
ALL = Statement(select(*Lease.__table__.columns).order_by(col(Lease.name)))  # type: ignore[attr-defined]
EXTEND = Statement(update(Lease).where(col(Lease.holder) == bindparam("of_holder")))
SUM = Statement(select(func.count(), func.sum(Lease.claims), func.max(Lease.until), null()))
BODY = Statement(text("SELECT CAST(:body AS bytea), CAST(:nothing AS text)"))

MIDDAY = 1_700_000_000.5


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A service's own."""
    made = databases.of_service("families", tmp_path)
    yield made
    await asyncio.to_thread(made.close)


def lease(name: str, holder: str = "me", until: float = MIDDAY, claims: int = 1) -> Values:
    return {"name": name, "holder": holder, "until": until, "claims": claims}


def added(rows: list[Values], session: Session) -> list[tuple[object, ...]]:
    ADD.change_each(session.connection(), rows)
    return ALL.rows(session.connection(), {})


@pytest.mark.parametrize("number", [0, 1, 2, 30])
async def test_what_was_given_is_found_again(number: int, database: Database) -> None:
    rows = [lease(f"ærø-{place:02} 'of' %s $1", claims=place - 1) for place in range(number)]
    assert await database.write(partial(added, rows)) == [tuple(row.values()) for row in rows]


async def test_how_many_rows_were_changed_is_told(database: Database) -> None:
    await database.write(partial(added, [lease("one"), lease("two"), lease("three", holder="another")]))

    def extended(holder: str, session: Session) -> int:
        return EXTEND.change(session.connection(), {"until": MIDDAY + 1, "of_holder": holder})

    assert await database.write(partial(extended, "me")) == 2
    assert await database.write(partial(extended, "nobody")) == 0


async def test_numbers_of_any_size_come_back_as_numbers(database: Database) -> None:
    await database.write(partial(added, [lease("one", claims=2**31 - 1), lease("two", claims=2**31 - 1)]))
    found = await database.read(lambda session: SUM.first(session.connection(), {}))
    assert found == (2, 2 * (2**31 - 1), MIDDAY, None)


@pytest.mark.skipif(not databases.on_postgres(), reason="SQLite has no types to hold values to")
async def test_bytes_and_nothing_stay_what_they_are(database: Database) -> None:
    body = bytes(range(256))
    assert await database.read(lambda session: BODY.rows(session.connection(), {"body": body, "nothing": None})) == [
        (body, None)
    ]


@pytest.mark.skipif(not databases.on_postgres(), reason="SQLite keeps them")
async def test_words_with_a_zero_are_refused_and_never_cut_off(database: Database) -> None:
    with pytest.raises(DBAPIError, match="0x00"):
        await database.write(partial(added, [lease("cut\0off")]))
    assert await database.read(lambda session: ALL.rows(session.connection(), {})) == []
