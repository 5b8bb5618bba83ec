"""Publishes many messages at a time to a stream, and hears of each whether NATS has it on disk.

nats-py's own publish waits for each message in a task of its own, which costs more than the message itself.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import NamedTuple
from weakref import WeakValueDictionary

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NoStreamResponseError


class Outgoing(NamedTuple):
    """A message that is to be published."""

    subject: str
    body: bytes
    headers: dict[str, str]


class Sent:
    """Messages that were sent together, each known by its place, until NATS has told of all of them."""

    def __init__(self, number: int) -> None:
        self._untold = set(range(number))
        self._refusals: dict[int, Exception] = {}
        self._all_told = asyncio.Event()

    def tell(self, place: int, refusal: Exception | None) -> None:
        """What became of a message: None once NATS has it."""
        self._untold.discard(place)
        if refusal:
            self._refusals[place] = refusal
        if not self._untold:
            self._all_told.set()

    async def refusals(self, seconds: float) -> dict[int, Exception]:
        """Why NATS does not have some, by their places; what it does not tell of in time is among them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_told.wait()
        return self._refusals | {place: NatsTimeout() for place in self._untold}


class Publisher:
    """Publishes over one connection. All that NATS tells of comes to one subscription."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._hears = False
        self._numbers = count()
        # Of what nobody waits for any more, nothing is kept.
        self._sent = WeakValueDictionary[str, Sent]()

    async def send(self, messages: Sequence[Outgoing]) -> Sent:
        """Writes messages to the connection in their order."""
        if not self._hears:
            await self._client.subscribe(f"{self._inbox}.>", cb=self._told)
            self._hears = True
        number = str(next(self._numbers))
        self._sent[number] = sent = Sent(len(messages))
        for place, message in enumerate(messages):
            reply = f"{self._inbox}.{number}.{place}"
            try:
                await self._client.publish(message.subject, message.body, reply, message.headers)
            except (NatsError, OSError) as error:
                sent.tell(place, error)
        return sent

    async def _told(self, message: Msg) -> None:
        number, place = message.subject.rsplit(".", 2)[1:]
        if sent := self._sent.get(number):
            sent.tell(int(place), _refusal(message))


def _refusal(told: Msg) -> Exception | None:
    """What NATS tells against a message; where nothing listens to its subject, it answers without a body."""
    if not told.data:
        return NoStreamResponseError()
    error = json.loads(told.data).get("error")
    return APIError(**error) if error else None
