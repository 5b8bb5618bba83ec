"""Takes a durable consumer's messages from NATS, many at a time.

nats-py's own fetch makes two tasks for each message, which cost more than the message itself.
"""

import asyncio
import json
import time
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import Header, StatusCode
from nats.js.errors import APIError

from services.shared.streams import MOST_PENDING

BATCH = MOST_PENDING // 2
FETCH_SECONDS = 1.0
LULL_SECONDS = 0.005
"""While messages follow one another closer than this, a batch grows: each one costs a transaction."""

_PASSING = (StatusCode.NO_MESSAGES, StatusCode.REQUEST_TIMEOUT, StatusCode.CONFLICT)


class Pull:
    """What one consumer is asked for, and what came of it."""

    def __init__(self, client: Client, stream: str, consumer: str) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._requests = 0
        self._missing = 0
        """Messages that may still come of the newest request."""
        self._until = 0.0
        self._came: list[Msg] = []
        self._refusal: Msg | None = None
        self._news = asyncio.Event()

    async def open(self) -> None:
        """Begins to hear what is sent. Raises NatsError."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._heard)

    async def close(self) -> None:
        """Hears nothing more. What came and was not taken comes again, to whoever asks."""
        self._missing, self._came, self._refusal = 0, [], None
        if self._subscription:
            await self._subscription.unsubscribe()

    async def ask(self) -> None:
        """Asks for another batch, unless one is on its way."""
        if self._missing and time.monotonic() < self._until:
            return
        self._requests, self._missing, self._until = self._requests + 1, BATCH, time.monotonic() + FETCH_SECONDS
        request = {"batch": BATCH, "expires": int(FETCH_SECONDS * 1e9)}
        await self._client.publish(self._subject, json.dumps(request).encode(), self._reply)

    async def batch(self) -> list[Msg]:
        """What there is; after FETCH_SECONDS nothing, where nothing came. Raises NatsError where NATS refuses."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FETCH_SECONDS):
                await self._first()
        before = 0
        while before < len(self._came) < BATCH:
            before = len(self._came)
            await asyncio.sleep(LULL_SECONDS)
        taken, self._came = self._came, []
        return taken

    @property
    def _reply(self) -> str:
        return f"{self._inbox}.{self._requests}"

    async def _first(self) -> None:
        await self.ask()
        while not self._came:
            self._news.clear()
            await self._news.wait()
            if self._refusal:
                refusal, self._refusal = self._refusal, None
                APIError.from_msg(refusal)

    async def _heard(self, message: Msg) -> None:
        if message.reply:
            # Messages are to be acknowledged; what NATS says of a request is not.
            self._came.append(message)
            self._missing -= 1
        elif message.subject == self._reply:
            await self._over(message)
        self._news.set()

    async def _over(self, told: Msg) -> None:
        self._missing = 0
        status = (told.headers or {}).get(Header.STATUS)
        if status == StatusCode.REQUEST_TIMEOUT:
            await self.ask()
        elif status not in _PASSING:
            self._refusal = told
