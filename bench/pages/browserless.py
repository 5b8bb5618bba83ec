"""A client of the console that computes as little as it can: on a small machine it shares the processors with Havn."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from urllib.parse import urlencode, urlsplit

from services.console import sessions

MOST_BYTES = 2**20


@dataclass(frozen=True)
class Answer:
    """What came back; the content as it travelled."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Visitor:
    """Somebody who is logged in. Each connection leads to the next of the console's replicas, without an end."""

    consoles: Iterator[str]
    cookie: str

    async def connected(self) -> "Connection":
        """A connection of its own, kept open."""
        where = urlsplit(next(self.consoles))
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=MOST_BYTES)
        return Connection(reader, writer, f"Host: {where.netloc}\r\nCookie: {self.cookie}\r\nAccept-Encoding: ")

    async def get(self, path: str) -> Answer:
        """One page, uncompressed."""
        connection = await self.connected()
        with closing(connection.writer):
            return await connection.get(path, compressed=False)

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """What a form sends."""
        connection = await self.connected()
        with closing(connection.writer):
            return await connection.post(path, form)


@dataclass(frozen=True)
class Connection:
    """One connection, for one request after another."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    common: str

    async def get(self, path: str, *, compressed: bool = True) -> Answer:
        """One page, as a browser asks for it."""
        self.ask(path, compressed=compressed)
        return await self._answer()

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """What a form sends."""
        content = urlencode(form)
        head = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}"
        self.writer.write(f"POST {path} HTTP/1.1\r\n{self.common}identity\r\n{head}\r\n\r\n{content}".encode())
        return await self._answer()

    def ask(self, path: str, *, compressed: bool = False) -> None:
        """Asks for a page, or for a stream of events."""
        encoding = "gzip" if compressed else "identity"
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.common}{encoding}\r\n\r\n".encode())

    async def _answer(self) -> Answer:
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(first.split()[1]), headers, content)


async def logged_in(consoles: Sequence[str], form: Mapping[str, str]) -> Visitor:
    """Somebody who logged in by what the form of the login says."""
    answer = await Visitor(cycle(consoles), "").post("/login", form)
    if answer.status != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"the login was answered by {answer.status}")
    cookie = answer.headers["set-cookie"].split(";")[0]
    assert cookie.startswith(sessions.COOKIE)
    return Visitor(cycle(consoles), cookie)
