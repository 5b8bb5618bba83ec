"""A thousand made-up people, each with a mark: what is told of them is kept, and in no log, error, trace or event.

Every text field of every request gets marks, in requests that pass and in such that do not; so do files and options of
the command line. HAVN_MARKERS_SEED makes other people.
"""

import asyncio
import csv
import os
import random
import re
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from grpc_status import rpc_status
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from sqlmodel import Session, select

from services.havn import running
from services.havn.system import DEFINITIONS
from services.shared import access, needs
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Havn, eventually, running_havn
from tests.contract.descriptors import call
from tests.contract.test_fuzz import callers, good_requests, seeded, targets
from tests.spans import Spans, traced

MANY = 1_000
ROUNDS_MORE = 3
"""After each mark was sent once: so that enough of what people write is taken, too, and not refused."""

SEED = int(os.environ.get("HAVN_MARKERS_SEED", "20261122"))

ON_THE_BUS = {
    "havn.families.v1.FosterFamily.display_name",
    "havn.families.v1.FosterFamily.schools",
    "havn.families.v1.Approval.reference",
    "havn.capacity.v1.Institution.display_name",
    "havn.capacity.v1.InstitutionUnit.display_name",
    "havn.capacity.v1.InstitutionUnit.schools",
}
"""Homes travel with what they are called and where their children may go to school: docs/security.md."""

COLUMNS = {
    "requests.csv": (
        "need_step_assessor ceiling_author ceiling_reason danger_assessor school child_words basis_paragraph".split()
    ),
    "families.csv": "confirmed_by paused_by pause_reason course_waived_by".split(),
    "vacancies.csv": ["confirmed_by"],
    "deliveries.csv": "what recorded_by".split(),
    "units.csv": ["target_groups"],
}
"""Text that people write into files."""

Path_ = tuple[str, ...]


def people(seed: int) -> list[str]:
    """Names, addresses, CPR numbers and children's words, each with a part that nothing else has."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < MANY:
        mark = f"Qm{len(found):04}z{chance.getrandbits(32):08x}"
        kind = chance.choice(("name", "address", "cpr", "words"))
        found[
            {
                "name": f"Aviaaja {mark} Petersen",
                "address": f"{mark}vej {chance.randrange(99)}, 3900 Nuuk",
                "cpr": f"{chance.randrange(1, 32):02}{chance.randrange(1, 13):02}{chance.randrange(7, 26):02}-"
                f"{chance.randrange(10_000):04}",
                "words": f"jeg vil hjem til mor {mark}, sagde hun",
            }[kind]
        ] = None
    return list(found)


def mark_of(person: str) -> bytes:
    """The part of a text that tells who it is."""
    found = re.search(r"Qm\w+|\d{6}-\d{4}", person)
    assert found
    return found[0].removesuffix("vej").encode()


def texts(message: Message, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """The paths of all text fields of a message, of those that it holds and of itself."""
    for field in message.DESCRIPTOR.fields:
        name = str(field.name)
        if field.type == FieldDescriptor.TYPE_STRING:
            yield (*path, name), str(field.full_name)
        elif field.message_type and field.message_type.full_name.startswith("havn."):
            value = getattr(message, name)
            if field.is_repeated and value:
                yield from texts(value[0], (*path, name))
            elif not field.is_repeated and message.HasField(name):
                yield from texts(value, (*path, name))


def with_text(message: Message, path: Path_, text: str) -> Message:
    """A copy of a message with a text at a path."""
    copy = type(message)()
    copy.CopyFrom(message)
    holder: Any = copy
    for step in path[:-1]:
        below = getattr(holder, step)
        holder = below if isinstance(below, Message) else below[0]
    field = holder.DESCRIPTOR.fields_by_name[path[-1]]
    if field.is_repeated:
        holder.ClearField(path[-1])
        getattr(holder, path[-1]).append(text)
    else:
        setattr(holder, path[-1], text)
    if "request_id" in copy.DESCRIPTOR.fields_by_name and path != ("request_id",):
        setattr(copy, "request_id", cast.fresh("marked"))  # noqa: B010  # of a Message
    return copy


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("markers")) as running:
        yield running


@pytest.fixture
def spans() -> Iterator[Spans]:
    """Of every call, and of all that it leads to."""
    with traced(1.0) as found:
        yield found


class Marked:
    """Sends marks everywhere, and keeps what was answered."""

    def __init__(self, havn: Havn) -> None:
        self._havn = havn
        self._people = cycle(people(SEED))
        self.on_the_bus: set[bytes] = set()
        self.elsewhere: set[bytes] = set()
        self.errors: list[bytes] = []
        self.taken = 0

    def next(self, field: str) -> str:
        """A text for a field, by its full name."""
        person = next(self._people)
        (self.on_the_bus if field in ON_THE_BUS else self.elsewhere).add(mark_of(person))
        return person

    async def send_all(self, records: list[Message]) -> None:
        good, tokens = good_requests(records), {name: self._havn.signer.token(who) for name, who in callers().items()}
        channels = {name: grpc.aio.insecure_channel(one.address) for name, one in self._havn.services.items()}
        for service, method in targets():
            user = next(name for name, who in callers().items() if not who.roles.isdisjoint(_roles(method)))
            for message in good.get(str(method.input_type.full_name), []):
                for path, field in texts(message):
                    sent = with_text(message, path, self.next(field))
                    await self._send(channels[service], method, sent, tokens[user])
        for channel in channels.values():
            await channel.close()

    async def _send(self, channel: grpc.aio.Channel, method: MethodDescriptor, sent: Message, token: str) -> None:
        person = next(self._people)
        self.elsewhere.add(mark_of(person))
        # Metadata are what people send, too; gRPC takes printable ASCII there.
        metadata = (("authorization", f"Bearer {token}"), ("x-request-id", person), ("x-note", person))
        try:
            await call(channel, method, sent, metadata)
            self.taken += 1
        except grpc.aio.AioRpcError as error:
            status = rpc_status.from_call(error)  # type: ignore[arg-type]
            self.errors.append(status.SerializeToString() if status else (error.details() or "").encode())

    def fill(self, folder: Path) -> None:
        """Puts marks into the cells of files."""
        for file, columns in COLUMNS.items():
            path = folder / file
            with path.open(encoding="utf-8-sig", newline="") as read:
                rows = list(csv.DictReader(read, delimiter=";"))
            for row in rows:
                for column in columns:
                    if row[column]:
                        row[column] = self._told()
            with path.open("w", encoding="utf-8-sig", newline="") as written:
                writer = csv.DictWriter(written, list(rows[0]), delimiter=";")
                writer.writeheader()
                writer.writerows(rows)

    async def command(self, *arguments: str, marks: int = 0) -> int:
        """Runs a command beside the running system, with so many marks behind its arguments."""
        told = [self._told() for _ in range(marks)]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.havn", *arguments, *told),
            env=os.environ | {"HAVN_DATA": str(self._havn.data)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await child.communicate()
        print(out.decode())  # pytest shows it where the test fails
        return child.returncode or 0

    def told(self, *options: str) -> list[str]:
        """Each option with a mark."""
        return [part for option in options for part in (option, self._told())]

    def _told(self) -> str:
        person = next(self._people)
        self.elsewhere.add(mark_of(person))
        return person


def _roles(method: MethodDescriptor) -> list[Any]:
    return list(access.permission(method).roles)


def audit(session: Session) -> bytes:
    return repr([tuple(row.model_dump().values()) for row in session.exec(select(AuditRow))]).encode()


def bus(data: Path) -> bytes:
    """All that NATS keeps, and its log."""
    return b"".join(path.read_bytes() for path in sorted((data / "nats").rglob("*")) if path.is_file())


def exported(spans: Spans) -> bytes:
    """All that a collector was told, as it is sent."""
    return encode_spans(spans()).SerializeToString()


def found(marks: set[bytes], where: bytes) -> list[bytes]:
    return sorted(mark for mark in marks if mark in where)


async def test_what_is_told_of_people_stands_in_no_log_error_audit_row_trace_or_event(
    havn: Havn, tmp_path: Path, spans: Spans
) -> None:
    marked = Marked(havn)
    records = await seeded(havn)
    while len(marked.on_the_bus | marked.elsewhere) < MANY:
        await marked.send_all(records)
    for _ in range(ROUNDS_MORE):
        await marked.send_all(records)
    assert marked.taken > MANY / 10
    assert len(marked.errors) > MANY / 10

    running.announce(havn.data, havn.platform.addresses)
    folder = tmp_path / "filled"
    assert await marked.command("demo", str(folder), "--today", str(cast.TODAY)) == 0
    marked.fill(folder)
    assert await marked.command("import", str(folder)) == 0
    parts = ("--competences", "--resources", "--involvement", "--trust", "--everyday-life", "--trust-child")
    visit = ("--visit-date", "2026-03-01", "--next-visit", "2026-03-08")
    assert await marked.command("log-follow-up", "f-001", *visit, *marked.told(*parts)) == 0
    for command in ("suggest", "follow-ups", "who-saw", "log-follow-up", "report-vacancy"):
        assert await marked.command(command, marks=1) != 0

    async def sent() -> bool:
        return all([await havn.rows(each.name, _waiting) == 0 for each in DEFINITIONS])

    await eventually(sent)
    marks = marked.on_the_bus | marked.elsewhere
    assert found(marks, b"\n".join(marked.errors)) == []
    assert found(marks, havn.log.getvalue().encode()) == []
    assert len(spans()) > marked.taken + len(marked.errors)
    assert found(marks, exported(spans)) == []
    for definition in DEFINITIONS:
        assert found(marks, await havn.rows(definition.name, audit)) == []
    kept = bus(havn.data)
    assert found(marked.elsewhere - marked.on_the_bus, kept) == []
    assert found(marked.on_the_bus, kept)


def _waiting(session: Session) -> int:

    return needs._unsent(session)[0]
