"""The consoles as people's browsers reach them: one after the other, until one answers."""

import itertools
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2

from services.shared.access import Caller, Signer
from services.shared.production import CONSOLE

ATTEMPT_SECONDS = 8.0
"""How long a browser waits for a page: longer than a console waits for its services."""

GONE = {429, 503, 504}
"""The status of a page that says that a service is away or has too much to do: nobody knows whether it was done."""


class Unanswered(Exception):
    """No page, or one that says that a service is away."""


@dataclass(frozen=True)
class Consoles:
    """Where they are, and who signs what people log in with."""

    addresses: Sequence[str]
    signer: Signer
    trusted: ssl.SSLContext

    def browser(self, caller: Caller) -> "Browser":
        """A browser of somebody who logs in when it is first needed."""
        return Browser(self, caller)


class Browser:
    """One person's. It reaches consoles as through what ends browsers' TLS, that checks their name."""

    def __init__(self, consoles: Consoles, caller: Caller) -> None:
        self._consoles = consoles
        self._caller = caller
        self._addresses = itertools.cycle(consoles.addresses)
        self._cookies = httpx2.Cookies()

    async def send(self, path: str, **fields: str) -> str:
        """Sends the form of a page to the next console; where it leads.

        Raises Unanswered, and ValueError for a refusal.
        """
        try:
            async with AsyncExitStack() as opened:
                client = await opened.enter_async_context(self._client())
                return await self._send(client, path, fields)
        except httpx2.TransportError as error:
            raise Unanswered(type(error).__name__) from error

    async def _send(self, client: httpx2.AsyncClient, path: str, fields: dict[str, str]) -> str:
        if not self._cookies:
            token = self._consoles.signer.token(self._caller)
            self._told(await client.post("/login", data={"token": token}), 303)
            self._cookies = client.cookies
        page = self._told(await client.get(path), 200).text
        sealed = page.split('name="csrf" value="')[1].split('"')[0]
        return self._told(await client.post(path, data={**fields, "csrf": sealed}), 303).headers["location"]

    def _told(self, answer: httpx2.Response, expected: int) -> httpx2.Response:
        if answer.status_code in GONE:
            raise Unanswered(f"status {answer.status_code}")
        if answer.status_code != expected:
            raise ValueError(f"status {answer.status_code}, to {answer.headers.get('location', 'nowhere')}")
        return answer

    def _client(self) -> httpx2.AsyncClient:
        async def named(request: httpx2.Request) -> None:
            request.extensions["sni_hostname"] = CONSOLE

        return httpx2.AsyncClient(
            base_url=next(self._addresses),
            verify=self._consoles.trusted,
            cookies=self._cookies,
            event_hooks={"request": [named]},
            timeout=ATTEMPT_SECONDS,
        )
