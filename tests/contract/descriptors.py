"""All that the .proto files say, and calls made from it."""

from collections.abc import AsyncIterator, Iterator

import grpc
from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2
from havn.capacity.v1 import capacity_pb2, waiting_pb2, wellbeing_pb2
from havn.capacity.v1 import events_pb2 as capacity_events
from havn.families.v1 import events_pb2 as families_events
from havn.families.v1 import families_pb2, support_pb2
from havn.matching.v1 import events_pb2 as matching_events
from havn.matching.v1 import matching_pb2, problem_pb2
from havn.operations.v1 import operations_pb2
from havn.placements.v1 import events_pb2 as placements_events
from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2

EVENT_FILES: tuple[FileDescriptor, ...] = tuple(
    module.DESCRIPTOR for module in (placements_events, families_events, capacity_events, matching_events)
)
FILES: tuple[FileDescriptor, ...] = (
    *(module.DESCRIPTOR for module in (placements_pb2, families_pb2, support_pb2)),
    *(module.DESCRIPTOR for module in (capacity_pb2, waiting_pb2, wellbeing_pb2, matching_pb2)),
    *(module.DESCRIPTOR for module in (audit_pb2, operations_pb2, problem_pb2, terms_pb2, access_pb2)),
    *EVENT_FILES,
)
CALL_SECONDS = 30.0
"""As long as a service lets a call take: the machine may be busy."""

METHODS: tuple[MethodDescriptor, ...] = tuple(
    method for file in FILES for service in file.services_by_name.values() for method in service.methods
)
SHARED = {"audit", "operations"}
"""Packages of what every service has."""
MESSAGES: tuple[Descriptor, ...] = tuple(message for file in FILES for message in file.message_types_by_name.values())
EVENTS: tuple[Descriptor, ...] = tuple(
    message for file in EVENT_FILES for message in file.message_types_by_name.values()
)
ENUMS: tuple[EnumDescriptor, ...] = tuple(enum for file in FILES for enum in file.enum_types_by_name.values())


def service_of(method: MethodDescriptor) -> str:
    """The name of a method's service, such as "placements"; of those that all have, of one of them."""
    package = str(method.full_name).split(".")[1]
    return "capacity" if package in SHARED else package


def unary(method: MethodDescriptor) -> bool:
    return not (method.client_streaming or method.server_streaming)


def behaviour(field: FieldDescriptor) -> list[int]:
    found: list[int] = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]  # type: ignore[index]
    return list(found)


def required(message: Descriptor) -> list[str]:
    return [field.name for field in message.fields if field_behavior_pb2.REQUIRED in behaviour(field)]


def reachable(message: Descriptor) -> Iterator[Descriptor]:
    """A message and all that it may hold."""
    seen: set[str] = set()
    waiting = [message]
    while waiting:
        one = waiting.pop()
        if one.full_name not in seen:
            seen.add(one.full_name)
            yield one
            waiting += [field.message_type for field in one.fields if field.message_type is not None]


async def call(
    channel: grpc.aio.Channel,
    method: MethodDescriptor,
    request: Message | None = None,
    metadata: tuple[tuple[str, str], ...] = (),
) -> Message | None:
    """Calls a method, whatever its shape, with one request, the empty one where none is given; its first answer."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    message = request or GetMessageClass(method.input_type)()
    answer = GetMessageClass(method.output_type)
    if method.client_streaming:
        take = channel.stream_unary(path, type(message).SerializeToString, answer.FromString)
        return await take(_one(message), metadata=metadata, timeout=CALL_SECONDS)
    if method.server_streaming:
        watch = channel.unary_stream(path, type(message).SerializeToString, answer.FromString)
        async for item in watch(message, metadata=metadata, timeout=CALL_SECONDS):
            return item
        return None
    ask = channel.unary_unary(path, type(message).SerializeToString, answer.FromString)
    return await ask(message, metadata=metadata, timeout=CALL_SECONDS)


async def _one(message: Message) -> AsyncIterator[Message]:
    yield message
