"""Logs hold no personal data, whatever a caller writes into whichever field."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
import structlog
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.shared import access, logs
from tests import cast
from tests.conftest import Havn, eventually
from tests.contract.descriptors import METHODS, call, service_of

MARKER = "Malik-010112"

WHOLE: dict[str, Message] = {
    "CreateRequest": cast.filing(cast.a_full_request(), id=""),
    "UpdateRequest": cast.updating(cast.a_full_request(name="requests/r", etag="1"), "school"),
    "WithdrawRequest": cast.withdrawing(cast.a_request(name="requests/r", etag="1")),
    "RecordPlacement": cast.recording(id=""),
    "CreateFosterFamily": cast.entering(cast.a_full_family(), id=""),
    "UpdateFosterFamily": cast.changing(cast.a_full_family(name="families/f", etag="1"), "town"),
    "LogFollowUp": cast.logging("families/f"),
    "CreateInstitution": cast.founding(id=""),
    "CreateUnit": cast.opening("institutions/i", id=""),
    "ReportVacancy": cast.reporting("institutions/i/units/a"),
}


def texts(message: Message, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of each text field that the message has or could have."""
    for field in message.DESCRIPTOR.fields:
        if field.cpp_type == field.CPPTYPE_STRING and field.type == field.TYPE_STRING and not field.is_repeated:
            yield (*path, field.name)
    for field, value in message.ListFields():
        if field.cpp_type == field.CPPTYPE_STRING and field.is_repeated:
            yield from ((*path, field.name, position) for position in range(len(value)))
        elif field.cpp_type == field.CPPTYPE_MESSAGE:
            items = value if field.is_repeated else [value]
            for position, item in enumerate(items):
                yield from texts(item, (*path, field.name, position) if field.is_repeated else (*path, field.name))


def marked(message: Message, path: tuple[str | int, ...]) -> Message:
    """A copy with the marker in one field."""
    result = type(message)()
    result.CopyFrom(message)
    holder: cast.Value = result
    for step in path[:-1]:
        holder = holder[step] if isinstance(step, int) else getattr(holder, step)
    if isinstance(path[-1], int):
        holder[path[-1]] = MARKER
    else:
        setattr(holder, path[-1], MARKER)
    return result


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
async def test_no_text_of_a_request_reaches_the_log(method: cast.Value, havn: Havn) -> None:
    caller = havn.as_(cast.with_role(access.permission(method).roles[0]))
    message = WHOLE.get(method.name) or GetMessageClass(method.input_type)()
    sent, codes = 0, set()
    for path in texts(message):
        try:
            await call(caller.channels[service_of(method)], method, marked(message, path))
        except grpc.aio.AioRpcError as error:
            codes.add(error.code().name)
        sent += 1

    async def told() -> bool:
        await asyncio.sleep(0)
        return sum(f"/{method.name}" in line for line in havn.log.getvalue().splitlines()) >= sent

    await eventually(told)
    assert codes.isdisjoint({"UNKNOWN", "INTERNAL"})
    assert MARKER not in havn.log.getvalue()


@pytest.fixture
def restored() -> Iterator[None]:
    before, last_resort = structlog.get_config(), logging.lastResort
    yield
    structlog.configure(**before)
    logging.lastResort = last_resort


@pytest.fixture
def log(restored: None) -> io.StringIO:
    stream = io.StringIO()
    logs.configure(stream)
    return stream


@pytest.mark.usefixtures("restored")
def test_a_line_that_a_full_disk_does_not_take_is_lost_and_what_it_tells_of_goes_on() -> None:
    # Unbuffered: nothing is left to be written when it is closed.
    with Path("/dev/full").open("wb", buffering=0) as full, io.TextIOWrapper(full, write_through=True) as stream:
        logs.configure(stream)
        structlog.get_logger().warning("event.failed")


def test_a_key_that_is_not_on_the_list_is_left_out(log: io.StringIO) -> None:
    structlog.get_logger().info("place.offered", child=MARKER, rpc="/x")
    [line] = map(json.loads, log.getvalue().splitlines())
    assert line.keys() == {"event", "rpc", "level", "timestamp"}


def test_of_what_a_library_warns_only_the_library_and_the_place_are_told(log: io.StringIO) -> None:
    try:
        raise ValueError(MARKER)
    except ValueError:
        logging.Logger("asyncio").exception("Task of %s", MARKER)
    [line] = map(json.loads, log.getvalue().splitlines())
    assert (line["event"], line["library"], line["exc_type"]) == ("library.warned", "asyncio", "ValueError")
    assert MARKER not in log.getvalue()


def test_of_an_exception_its_type_and_place_are_told_and_not_its_text(log: io.StringIO) -> None:
    def broken() -> None:
        try:
            raise LookupError(MARKER)
        except LookupError as cause:
            raise ValueError(MARKER) from cause

    try:
        broken()
    except ValueError as error:
        structlog.get_logger().error("task.failed", exception=error, exc_info=True)
    [line] = map(json.loads, log.getvalue().splitlines())
    assert line["exc_type"] == "ValueError"
    assert len(line["exc_where"]) == 2
    assert MARKER not in log.getvalue()
