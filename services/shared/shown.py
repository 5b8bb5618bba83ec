"""Which records a message shows: every name that stands in it, by the authority whose record it stands in."""

import re
from collections.abc import Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from havn.terms.v1.terms_pb2 import Words
from services.shared.names import looks_like_cpr

COLLECTIONS = (
    "children",
    "families",
    "institutions",
    "matchRuns",
    "parkedEvents",
    "placements",
    "rebuilds",
    "requests",
    "suggestions",
    "waitingListEntries",
)
"""The first parts of the names of what case content is about, and of what operators do."""

Shown = dict[str, list[str]]
"""Names of records, by the authority that they were shown as records of."""

# A sentence never is a name by itself, so that no free text gets in.
_NAME = re.compile(rf"({'|'.join(COLLECTIONS)})(/[A-Za-z0-9-]{{1,40}}){{1,4}}")


def shown(message: Message, authority: str) -> Shown:
    """The names in a message. Those that stand in no record of an authority are of the one given."""
    found: dict[str, dict[str, None]] = {}
    for owner, name in _names(message, authority):
        found.setdefault(owner, {})[name] = None
    return {owner: list(names) for owner, names in found.items()}


def _names(message: Message, authority: str) -> Iterator[tuple[str, str]]:
    authority = getattr(message, "authority", "") or authority
    for field in _telling(message.DESCRIPTOR):
        value = getattr(message, field.name)
        if field.message_type is None:
            texts = value if field.is_repeated else (value,)
            yield from ((authority, text) for text in texts if _is_name(text))
        elif field.is_repeated:
            for item in value:
                yield from _names(item, authority)
        elif message.HasField(field.name):
            yield from _names(value, authority)


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not any(looks_like_cpr(part) for part in text.split("/"))


@cache
def _telling(descriptor: Descriptor) -> tuple[FieldDescriptor, ...]:
    """The fields of a message that may hold a name, themselves or further inside."""
    return tuple(field for field in descriptor.fields if _may_tell(field, frozenset()))


def _may_tell(field: FieldDescriptor, within: frozenset[str]) -> bool:
    inner = field.message_type
    if inner is None:
        return bool(field.type == FieldDescriptor.TYPE_STRING)
    if inner.full_name == Words.DESCRIPTOR.full_name or inner.full_name in within:
        return False
    return any(_may_tell(each, within | {inner.full_name}) for each in inner.fields)
