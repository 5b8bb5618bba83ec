"""A running system for each module of tests, callers of it, and what a refusal looks like."""

import asyncio
import faulthandler
import gc
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
import hypothesis
import nats.aio.client as nats
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from sqlalchemy import text
from sqlmodel import Session

from havn.audit.v1.audit_pb2_grpc import AuditServiceStub
from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.capacity.v1.waiting_pb2_grpc import WaitingListsServiceStub
from havn.capacity.v1.wellbeing_pb2_grpc import WellbeingServiceStub
from havn.families.v1.families_pb2_grpc import FamiliesServiceStub
from havn.families.v1.support_pb2_grpc import SupportServiceStub
from havn.matching.v1.matching_pb2_grpc import MatchingServiceStub
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.havn.system import DEFINITIONS
from services.shared import access, logs, runtime, scope
from services.shared.access import Caller
from services.shared.clients import DEADLINE_SECONDS, Tokens
from services.shared.database import Database
from tests import cast, databases, hanging
from tests.bus import OpenServer

if TYPE_CHECKING:
    from havn.audit.v1.audit_pb2_grpc import AuditServiceAsyncStub
    from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceAsyncStub
    from havn.capacity.v1.waiting_pb2_grpc import WaitingListsServiceAsyncStub
    from havn.capacity.v1.wellbeing_pb2_grpc import WellbeingServiceAsyncStub
    from havn.families.v1.families_pb2_grpc import FamiliesServiceAsyncStub
    from havn.families.v1.support_pb2_grpc import SupportServiceAsyncStub
    from havn.matching.v1.matching_pb2_grpc import MatchingServiceAsyncStub
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

T = TypeVar("T")

Part = Any
"""gRPC gives its interceptors no types."""

WAIT_SECONDS = 45.0
"""How long a test waits for what must happen; it fails by this, and passes without waiting."""

PAUSE_SECONDS = 0.02
"""Between two looks at what announces no change."""

END_SECONDS = 300.0
"""How long the process may take to end after its last test. One that waits for ever fails, and tells where."""

YOUNG_OBJECTS = 20_000
"""So many more than before are looked through for garbage. At Python's own 700 that took an eighth of the time."""


# How long an example takes depends on who else uses the machine.
hypothesis.settings.register_profile("havn", deadline=None)
hypothesis.settings.load_profile("havn")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    if config.getoption("--database") == "postgresql":
        databases.use_postgres()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if databases.on_postgres():
        once = [item for item in items if item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=once)
        items[:] = [item for item in items if not item.get_closest_marker("once")]
    # The system that the journeys share runs until the end, and would run beside whatever came after them.
    items.sort(key=lambda item: item.path.parent.name == "journeys")


def pytest_collection_finish() -> None:
    # Modules and tests stay to the end: looking for garbage among them, again and again, took a sixth of the time.
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo and "pytest-timeout" in str(call.excinfo.value):
        report.sections.append(("What the tasks of asyncio wait for", hanging.told()))
    return report


def pytest_unconfigure() -> None:
    faulthandler.dump_traceback_later(END_SECONDS, exit=True)
    databases.finish()


class _Signed:
    """Puts a token and a deadline on each call."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    async def sent(self, continuation: Part, details: Part, request: Part) -> Part:
        metadata = grpc.aio.Metadata(*(details.metadata or ()), ("authorization", f"Bearer {self._token()}"))
        signed = details._replace(metadata=metadata, timeout=details.timeout or DEADLINE_SECONDS)
        return await continuation(signed, request)


# gRPC takes an object as an interceptor of one shape of call only.
class _SignedUnary(_Signed, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Part, client_call_details: Part, request: Part) -> Part:
        return await self.sent(continuation, client_call_details, request)


class _SignedWatch(_Signed, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Part, client_call_details: Part, request: Part) -> Part:
        return await self.sent(continuation, client_call_details, request)


class _SignedImport(_Signed, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self, continuation: Part, client_call_details: Part, request_iterator: Part
    ) -> Part:
        return await self.sent(continuation, client_call_details, request_iterator)


MANY_CALLS: Mapping[str, Any] = {"calls_per_second": 1e6}
"""Tests call in one name as often as they can."""


@dataclass(frozen=True)
class Client:
    """The services, called as one person."""

    caller: Caller
    channels: dict[str, grpc.aio.Channel]

    @property
    def placements(self) -> "PlacementsServiceAsyncStub":
        return PlacementsServiceStub(self.channels["placements"])

    @property
    def families(self) -> "FamiliesServiceAsyncStub":
        return FamiliesServiceStub(self.channels["families"])

    @property
    def support(self) -> "SupportServiceAsyncStub":
        return SupportServiceStub(self.channels["families"])

    @property
    def capacity(self) -> "CapacityServiceAsyncStub":
        return CapacityServiceStub(self.channels["capacity"])

    @property
    def waiting(self) -> "WaitingListsServiceAsyncStub":
        return WaitingListsServiceStub(self.channels["capacity"])

    @property
    def wellbeing(self) -> "WellbeingServiceAsyncStub":
        return WellbeingServiceStub(self.channels["capacity"])

    def audit(self, service: str) -> "AuditServiceAsyncStub":
        return AuditServiceStub(self.channels[service])

    @property
    def matching(self) -> "MatchingServiceAsyncStub":
        return MatchingServiceStub(self.channels["matching"])


class Havn:
    """Services over one nats-server and one data folder."""

    def __init__(self, data: Path, clock: cast.FixedClock, limits: Mapping[str, Any]) -> None:
        self.data = data
        self.limits = limits
        self.clock = clock
        self.nats = OpenServer(data / "nats")
        self.signer = access.Signer(access.key_from(data / "keys" / "token.pem"))
        self.log = io.StringIO()
        self.services: dict[str, runtime.Running] = {}
        self.platform: runtime.Platform
        self._clients: dict[Caller, Client] = {}
        self._changed: dict[str, asyncio.Event] = {}

    async def start(self, definitions: Sequence[runtime.Definition] = DEFINITIONS) -> None:
        logs.configure(self.log)
        self.nats = OpenServer(self.data / "nats", definitions)
        await self.nats.start()
        settings = databases.settings(self.data, nats_url=self.nats.root).model_copy(update=self.limits)
        self.platform = runtime.Platform(settings, self.clock, self.signer, nats_urls=self.nats.urls)
        for definition in definitions:
            await self.start_service(definition)

    async def start_service(self, definition: runtime.Definition) -> None:
        running = await runtime.start(definition, self.platform)
        self.services[definition.name] = running
        self._changed[definition.name] = happened = asyncio.Event()
        running.store.on_change(happened.set)

    async def stop(self) -> None:
        await self.stop_services()
        await self.nats.stop()

    async def stop_services(self) -> None:
        await self.forget_clients()
        while self.services:
            await self.services.popitem()[1].stop()

    async def forget_clients(self) -> None:
        while self._clients:
            for channel in self._clients.popitem()[1].channels.values():
                await channel.close()

    def as_(self, caller: Caller) -> Client:
        """The services as somebody calls them."""
        if caller not in self._clients:
            self._clients[caller] = Client(caller, self.channels(Tokens(self.signer, caller)))
        return self._clients[caller]

    def channels(self, token: Callable[[], str]) -> dict[str, grpc.aio.Channel]:
        """Channels with any token, which the caller closes."""
        signed: list[grpc.aio.ClientInterceptor] = [_SignedUnary(token), _SignedWatch(token), _SignedImport(token)]
        return {
            name: grpc.aio.insecure_channel(running.address, interceptors=signed)
            for name, running in self.services.items()
        }

    def database(self, service: str) -> Database:
        """The database of a running service."""
        return self.services[service]._database

    async def rows(self, service: str, read: Callable[[Session], T]) -> T:
        """What is kept, behind the service's back."""

        def everything(session: Session) -> T:
            scope.narrow(session.connection(), cast.SERVICE)
            return read(session)

        return await self.database(service).read(everything)

    async def alter(self, service: str, statement: str) -> None:
        """Changes a service's tables as their owner."""

        def alter() -> None:
            with databases.owner(self.database(service)) as connection:
                connection.execute(text(statement))

        await asyncio.to_thread(alter)

    async def until(self, service: str, condition: Callable[[], Awaitable[bool]]) -> None:
        """Returns once the condition holds, which is asked after each change that the service commits."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                self._changed[service].clear()
                if await condition():
                    return
                await self._changed[service].wait()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns once the condition holds, for what announces no change; each try asks a server or reads a file."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if await condition():
                return
            # Whoever asks without a pause takes the time of those whom it waits for.
            await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def running_havn(
    data: Path,
    definitions: Sequence[runtime.Definition] = DEFINITIONS,
    clock: cast.FixedClock | None = None,
    limits: Mapping[str, Any] = MANY_CALLS,
) -> AsyncIterator[Havn]:
    """A system that ends with the block."""
    havn = Havn(data, clock or cast.FixedClock(), limits)
    try:
        await havn.start(definitions)
        yield havn
    finally:
        await havn.stop()
    assert not left_at_nats(), "a client that nobody closed comes back for ever, to whatever has the port by then"


def left_at_nats() -> list[str]:
    """What still tries to come back to a nats-server that is gone."""
    coming_back = nats.Client._attempt_reconnect.__qualname__
    told = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    return [each for each in told if coming_back in each]


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("havn")) as running:
        yield running


@pytest.fixture
def coordinator(havn: Havn) -> Client:
    return havn.as_(cast.COORDINATOR)


@pytest.fixture
def coordinator_elsewhere(havn: Havn) -> Client:
    return havn.as_(cast.elsewhere(cast.COORDINATOR))


@pytest.fixture
def consultant(havn: Havn) -> Client:
    return havn.as_(cast.CONSULTANT)


@pytest.fixture
def consultant_elsewhere(havn: Havn) -> Client:
    return havn.as_(cast.elsewhere(cast.CONSULTANT))


@pytest.fixture
def administrator(havn: Havn) -> Client:
    return havn.as_(cast.ADMINISTRATOR)


@dataclass(frozen=True)
class Refusal:
    """What a caller is told."""

    code: str
    message: str
    reason: str
    domain: str
    reference: str
    fields: dict[str, str]
    rule: str = ""


def refusal(error: grpc.RpcError) -> Refusal:
    """A refusal, read from the status that it left as."""
    assert isinstance(error, grpc.aio.AioRpcError | grpc.Call)
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None, f"{error.code()} came without details: {error.details()}"
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(fields)
    return Refusal(
        error.code().name,
        status.message,
        info.reason,
        info.domain,
        info.metadata["reference"],
        {violation.field: violation.description for violation in fields.field_violations},
        info.metadata.get("rule", ""),
    )


@contextmanager
def refused(code: str, reason: str = "", field: str = "") -> Iterator[list[Refusal]]:
    """Passes when the block is refused with the code, the reason (the code's own name if none) and that field alone."""
    seen: list[Refusal] = []
    with pytest.raises(grpc.RpcError) as caught:
        yield seen
    found = refusal(caught.value)
    seen.append(found)
    assert (found.code, found.reason) == (code, reason or code), found
    assert re.fullmatch(r"havn\.(placements|families|capacity|matching)", found.domain)
    assert re.fullmatch(r"[A-Za-z0-9-]{8,64}", found.reference)
    assert list(found.fields) == ([field] if field else []), found


@contextmanager
def refused_fields(*fields: str) -> Iterator[None]:
    """Passes when the block is refused for these fields, all of them and no other."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    found = refusal(caught.value)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID"), found
    assert sorted(found.fields) == sorted(fields)
