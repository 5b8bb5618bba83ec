"""What a service may do at NATS: the least that it needs. One table makes the users of every NATS, embedded or not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.shared.events import Listening, all_subjects, consumer_name, given_up_subject, inbox, parked_stream

Listens = Sequence[Listening]


@dataclass(frozen=True)
class Grants:
    """The subjects that a user may publish to and subscribe to; every other one is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def grants(service: str, listens: Listens) -> Grants:
    """Those of a service: its own streams to make and fill, its own consumers to make and acknowledge, its own inbox.

    Nobody may delete or purge a stream, look into another's, or acknowledge in another's name.
    """
    own = [*_stream(service), *_stream(parked_stream(service)), f"$JS.API.STREAM.MSG.GET.{parked_stream(service)}"]
    heard = [subject for each in listens for subject in _consumer(service, each)]
    given_up = [given_up_subject(each.stream, consumer_name(service, each.purpose)) for each in listens]
    return Grants(tuple(own + heard), (f"{inbox(service)}.>", *given_up))


def users(granted: Mapping[str, Grants], passwords: Mapping[str, str] | None = None) -> str:
    """The users as nats-server's configuration has them; without passwords where certificates say who is who."""
    return "\n".join(_user(name, each, (passwords or {}).get(name)) for name, each in granted.items())


def _user(name: str, granted: Grants, password: str | None) -> str:
    known_by = {"user": name} | ({"password": password} if password else {})
    permissions = {"publish": {"allow": granted.publish}, "subscribe": {"allow": granted.subscribe}}
    return json.dumps(known_by | {"permissions": permissions}, indent=2)


def _stream(name: str) -> list[str]:
    return [all_subjects(name), *(f"$JS.API.STREAM.{verb}.{name}" for verb in ("INFO", "CREATE", "UPDATE"))]


def _consumer(service: str, listening: Listening) -> list[str]:
    of = f"{listening.stream}.{consumer_name(service, listening.purpose)}"
    return [
        f"$JS.API.STREAM.INFO.{listening.stream}",
        *(f"$JS.API.CONSUMER.{verb}.{of}" for verb in ("INFO", "MSG.NEXT", "RESET")),
        f"$JS.API.CONSUMER.CREATE.{of}.{listening.subjects}",
        f"$JS.ACK.{of}.>",
        # As later servers name it, with a domain and an account before.
        f"$JS.ACK.*.*.{of}.>",
    ]
