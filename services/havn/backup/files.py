"""Files that are whole or not there, and a service's SQLite file as an engine."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Engine, NullPool, create_engine, event

from services.havn.backup.unusable import Unusable

CHUNK = 2**20


def file_of(service: str) -> str:
    """The name of a service's database in a data folder, and in a backup."""
    return f"{service}.sqlite"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """An empty folder to work in, gone afterwards; what a killed one left in it is cleared.

    Raises Unusable where somebody else works in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(f"{folder}: another command works in it; wait until it has ended") from None
        _clear(folder)
        try:
            yield folder
        finally:
            if folder.exists():
                shutil.rmtree(folder)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write a file that is put at `path` when it is whole, and on disk."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        yield part
        sync(part)
        part.rename(path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Returns when a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hashed(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sqlite(path: Path, *, readonly: bool = False) -> Engine:
    """An engine for a service's file: each of its transactions sees one state. It makes no file."""
    # Of a copy that nobody writes nothing is left beside it.
    mode = "mode=ro&immutable=1" if readonly else "mode=rw"

    def connect() -> Any:  # noqa: ANN401  # the driver has no types
        return pysqlite3.dbapi2.connect(f"file:{_quoted(path)}?{mode}", uri=True, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, module=pysqlite3.dbapi2)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # noqa: ANN401
        connection.exec_driver_sql("BEGIN")

    return engine


def _quoted(path: Path) -> str:
    return path.absolute().as_uri().removeprefix("file://")


def _clear(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left.name != "lock":
            left.unlink()
