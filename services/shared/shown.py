"""Which records a message shows: every name that stands in it, by the authority whose record it stands in."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from havn.terms.v1.terms_pb2 import Words
from services.shared.names import looks_like_cpr

COLLECTIONS = (
    "breaches",
    "centralListApplications",
    "centralListEntries",
    "children",
    "families",
    "institutions",
    "matchRuns",
    "offers",
    "parkedEvents",
    "placements",
    "rebuilds",
    "requests",
    "suggestions",
    "supportPolicies",
    "waitingListEntries",
    "wellbeingObservations",
)
"""The first parts of the names of what case content is about, and of what operators do."""

Shown = dict[str, list[str]]
"""Names of records, by the authority that they were shown as records of."""

SEEN = 20_000
"""Texts of which it is kept whether they are names: lists show the same ones again and again. No sentence is among
them, for a sentence does not begin as a name does."""

_COLLECTIONS = frozenset(COLLECTIONS)

# A sentence never is a name by itself, so that no free text gets in.
_NAME = re.compile(rf"({'|'.join(COLLECTIONS)})(/[A-Za-z0-9-]{{1,40}}){{1,5}}")


@dataclass(frozen=True)
class Telling:
    """Where a message may hold names: made once, because a list shows hundreds of records of one type."""

    of_authority: bool
    text: Callable[[Any], Iterable[str]]
    """All of its texts that stand alone."""
    texts: tuple[str, ...]
    inner: tuple[str, ...]
    inners: tuple[str, ...]


def shown(message: Message, authority: str) -> Shown:
    """The names in a message. Those that stand in no record of an authority are of the one given."""
    found: dict[str, dict[str, None]] = {}
    _look(message, authority, found)
    return {owner: list(names) for owner, names in found.items()}


def _look(message: Any, authority: str, found: dict[str, dict[str, None]]) -> None:  # noqa: ANN401  # any message
    telling = _telling(message.DESCRIPTOR)
    if telling.of_authority:
        authority = message.authority or authority
    for text in telling.text(message):
        # Most texts are no names, and a list has thousands of them.
        if "/" in text:
            _note(text, authority, found)
    for field in telling.texts:
        for text in getattr(message, field):
            _note(text, authority, found)
    for field in telling.inner:
        if message.HasField(field):
            _look(getattr(message, field), authority, found)
    for field in telling.inners:
        for item in getattr(message, field):
            _look(item, authority, found)


def _note(text: str, authority: str, found: dict[str, dict[str, None]]) -> None:
    if text.partition("/")[0] in _COLLECTIONS and _is_name(text):
        found.setdefault(authority, {})[text] = None


@lru_cache(SEEN)
def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not any(looks_like_cpr(part) for part in text.split("/"))


@cache
def _telling(descriptor: Descriptor) -> Telling:
    fields = [field for field in descriptor.fields if _may_tell(field, frozenset())]

    def named(*, message: bool, repeated: bool) -> tuple[str, ...]:
        of_kind = [field for field in fields if (field.message_type is not None) == message]
        return tuple(field.name for field in of_kind if field.is_repeated == repeated)

    return Telling(
        of_authority="authority" in descriptor.fields_by_name,
        text=_together(named(message=False, repeated=False)),
        texts=named(message=False, repeated=True),
        inner=named(message=True, repeated=False),
        inners=named(message=True, repeated=True),
    )


def _together(fields: tuple[str, ...]) -> Callable[[Any], Iterable[str]]:
    """What reads these fields of a message at once."""
    if len(fields) < 2:
        return lambda message: [getattr(message, field) for field in fields]
    return attrgetter(*fields)


def _may_tell(field: FieldDescriptor, within: frozenset[str]) -> bool:
    inner = field.message_type
    if inner is None:
        return bool(field.type == FieldDescriptor.TYPE_STRING)
    if inner.full_name == Words.DESCRIPTOR.full_name or inner.full_name in within:
        return False
    return any(_may_tell(each, within | {inner.full_name}) for each in inner.fields)
