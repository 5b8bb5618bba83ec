"""Events over NATS JetStream: how they and their streams are named, and the connection that carries them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import structlog
from google.protobuf.message import Message
from nats.aio.client import Client, Srv
from nats.errors import Error as NatsError
from nats.errors import NoServersError
from nats.protocol.parser import PERMISSIONS_ERR

from services.shared import ending
from services.shared.tls import NATS, Identity

log = structlog.get_logger()

_PARKED = "-parked"

CONNECT_SECONDS = 15.0
CLOSE_SECONDS = 2.0
RECONNECT_SECONDS = 0.2

TRACE = "ce-traceparent"
"""The header with the trace that an event belongs to. NATS would trace by itself what has a plain traceparent."""

Announcement = tuple[str, Message]
"""Subject and event."""


class Listening(NamedTuple):
    """What a service listens to: one stream, for one purpose; all of it, or what the subjects say that it is `about`.

    NATS keeps the rest to itself: an event that is only passed over costs a good part of one that is applied.
    """

    stream: str
    purpose: str
    about: str = ""

    @property
    def subjects(self) -> str:
        """The subjects of the events that come."""
        return f"havn.{self.stream}.v1.{self.about}.>" if self.about else all_subjects(self.stream)


class Unsent(NamedTuple):
    """An event of the outbox that is to be published."""

    sequence: int
    event_id: str
    subject: str
    kind: str
    body: bytes
    time: str
    traceparent: str


class _Returning(Client):
    """A client that comes back after an -ERR too, such as a slow consumer's: nats-py 2.16 would close for good."""

    async def _process_err(self, err_msg: str) -> None:
        if PERMISSIONS_ERR in err_msg:
            await super()._process_err(err_msg)
            return
        error = NatsError(err_msg)
        await _report(error)
        await self._process_op_err(error)

    async def _connect_to_server(self, s: Srv) -> None:
        # Where something else answered at that port, nats-py would drop the connection without ending it.
        if self._transport:
            self._transport.close()  # type: ignore[no-untyped-call]
        await super()._connect_to_server(s)


async def connect(url: str, service: str, identity: Identity | None = None) -> Client:
    """A connection that comes back by itself, however long NATS is away. Raises NatsError where it never was there.

    `url` names one node, or several with commas between. With an identity it is made over TLS, to whoever's certificate
    names NATS.
    """
    client = _Returning()
    connecting = asyncio.create_task(
        client.connect(
            url.split(","),
            name=service,
            inbox_prefix=inbox(service),
            **_secured(identity),
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # nats-py sleeps it: a float will do
            error_cb=_report,
        )
    )
    try:
        if not (await asyncio.wait([connecting], timeout=CONNECT_SECONDS))[0]:
            raise NoServersError
        connecting.result()
    except BaseException:
        await ending.cancelled([connecting])
        await close(client)
        raise
    return client


async def close(client: Client) -> None:
    """Lets go of a connection for good, also of one that is lost just now."""
    # nats-py 2.16 asks its way back once to end.
    await ending.cancelled([task for task in [client._reconnection_task] if task])
    # Not drain(): after an empty fetch nats-py 2.16 waits there until its time-out. close() would wait for ever where a
    # handshake was cut off, or where NATS takes no more.
    closing = asyncio.create_task(client.close())
    try:
        await asyncio.wait([closing], timeout=CLOSE_SECONDS)
    finally:
        await ending.cancelled([closing])
    # A way back that ended while it waited for its socket to close cancels whoever else waits for that.
    with suppress(NatsError, OSError, asyncio.CancelledError):
        closing.result()


def parked_stream(service: str) -> str:
    """The stream of the events that a service could not apply: its own, because it may tell what it alone may hear."""
    return f"{service}{_PARKED}"


def consumer_name(service: str, purpose: str) -> str:
    """The name of a service's consumer for a purpose, in the stream and in the inbox."""
    return f"{service}-{purpose}-v1"


def given_up_subject(stream: str, consumer: str) -> str:
    """What NATS tells under that it delivers an event no more."""
    return f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{stream}.{consumer}"


def inbox(service: str) -> str:
    """What a service hears answers under: its own, so that it hears nobody else's."""
    return f"_INBOX_{service}"


def all_subjects(stream: str) -> str:
    """The subjects of a stream: of a service's events, or of those it parked."""
    return f"{stream}.>" if stream.endswith(_PARKED) else f"havn.{stream}.>"


def headers(event: Unsent, source: str) -> dict[str, str]:
    """What travels beside an event's body: the key that removes doubles, and CloudEvents' attributes."""
    traced = {TRACE: event.traceparent} if event.traceparent else {}
    return traced | {
        "Nats-Msg-Id": event.event_id,
        "ce-id": event.event_id,
        "ce-type": event.kind,
        "ce-source": f"havn/{source}",
        "ce-time": event.time,
    }


def header(given: Mapping[str, str] | None, name: str) -> str:
    """A header's value; empty where it is missing."""
    return (given or {}).get(name, "")


def _secured(identity: Identity | None) -> dict[str, Any]:
    """What a connection over TLS is made with; the certificate is read anew whenever one was lost."""
    if identity is None:
        return {}
    context = identity.context()

    async def renew() -> None:
        try:
            identity.renew(context)
        except OSError as error:
            log.warning("certificate.unreadable", error=type(error).__name__)

    return {"tls": context, "tls_hostname": NATS, "disconnected_cb": renew}


async def _report(error: Exception) -> None:
    log.warning("nats.disturbed", error=type(error).__name__)
