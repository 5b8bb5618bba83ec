"""Every RPC × every role × every scope × every side's records, and × every token that is none, as the .proto files say.

One test calls all cells of its kind and tells those that are wrong: by themselves they would be ten thousand tests.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from joserfc.jwk import ECKey

from havn.access.v1.access_pb2 import Role
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.matching.v1 import matching_pb2 as matching
from services.shared import access, revoked
from services.shared.access import EVERYWHERE, Caller
from tests import cast, databases
from tests.conftest import Havn, refusal, running_havn
from tests.contract.descriptors import METHODS, SHARED, call, service_of
from tests.contract.forged import FORGED, bearer, signed
from tests.contract.twins import AIMED, HERE, NOWHERE, SIDES, THERE, Aim, Side, a_request, made

TOGETHER = 16
"""Calls at a time: the services are to be quick, not drowned."""

ROLES = [name.removeprefix("ROLE_") for name in Role.keys()[1:]]
RUNNING = ("placements", "families", "capacity", "matching")


@dataclass(frozen=True)
class Rpc:
    """A method at a service that has it."""

    service: str
    method: MethodDescriptor

    @property
    def aim(self) -> Aim:
        return AIMED[self.method.name]


def _rpcs() -> Iterator[Rpc]:
    for method in METHODS:
        shared = method.full_name.split(".")[1] in SHARED
        yield from (Rpc(service, method) for service in (RUNNING if shared else (service_of(method),)))


RPCS = tuple(_rpcs())


@dataclass(frozen=True)
class Answer:
    """What came back, down to the bytes."""

    code: str
    reason: str
    told: bytes

    def without(self, side: Side) -> "Answer":
        """The same, whichever side's records were asked for by name."""
        told = self.told
        for name in sorted(vars(side).values(), key=len, reverse=True):
            told = told.replace(name.encode(), b"NAME") if "/" in name else told
        return replace(self, told=told)


class Twins:
    """A system with the same records on each side."""

    def __init__(self, havn: Havn, sides: Sequence[Side], channels: dict[str, grpc.aio.Channel]) -> None:
        self.havn = havn
        self.sides = sides
        self.channels = channels
        self._nowhere: dict[Rpc, asyncio.Task[Answer]] = {}
        self._borne: dict[Caller, tuple[tuple[str, str], ...]] = {}
        self._slots = asyncio.Semaphore(TOGETHER)

    async def ask(self, rpc: Rpc, side: Side, metadata: tuple[tuple[str, str], ...]) -> Answer:
        async with self._slots:
            try:
                answer = await call(self.channels[rpc.service], rpc.method, rpc.aim.request(side), metadata)
            except grpc.aio.AioRpcError as error:
                told = refusal(error)
                text = f"{told.message} {told.fields}".replace(told.reference, "")
                return Answer(told.code, told.reason, text.encode())
        return Answer("OK", "", answer.SerializeToString() if answer else b"")

    def borne(self, caller: Caller) -> tuple[tuple[str, str], ...]:
        """Metadata with somebody's token; signed once, as people have theirs."""
        if caller not in self._borne:
            self._borne[caller] = bearer(self.havn.signer.token(caller))
        return self._borne[caller]

    async def of_nothing(self, rpc: Rpc) -> Answer:
        """What is told of records that are not there, to somebody who may ask for them."""
        if rpc not in self._nowhere:
            role = next(role for role in ROLES if may(role, rpc))
            own = {"INSTITUTION": NOWHERE.institution, "FOSTER_FAMILY": ""}.get(role, "")
            caller = Caller("users/of-nothing", frozenset({access.role(role)}), HERE, institution=own)
            asked = self.ask(rpc, NOWHERE, self.borne(caller))
            self._nowhere[rpc] = asyncio.create_task(asked)
        return (await self._nowhere[rpc]).without(NOWHERE)


@pytest_asyncio.fixture(scope="module")
async def twins(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Twins]:
    async with running_havn(tmp_path_factory.mktemp("twins")) as havn:
        sides = [await made(havn, side) for side in SIDES]
        channels = {name: grpc.aio.insecure_channel(running.address) for name, running in havn.services.items()}
        yield Twins(havn, sides, channels)
        for channel in channels.values():
            await channel.close()


Cell = Callable[[], Awaitable[str]]
"""Gives what is wrong with one call; nothing where all is right."""


async def wrong(cells: Sequence[Cell]) -> list[str]:
    assert len(cells) > 50
    return [told for told in await asyncio.gather(*(cell() for cell in cells)) if told]


def test_every_rpc_is_aimed_at_something() -> None:
    assert {method.name for method in METHODS} == set(AIMED)


# Tokens that are none.


def _bad_tokens(havn: Havn, key: ECKey) -> dict[str, tuple[tuple[str, str], ...]]:
    """Metadata of calls that nobody may make: each could call everything, if it were good."""
    tokens = {fault: bearer(forge(key)) for fault, forge in FORGED.items()}
    for role in ROLES:
        own = {"roles": [role], "authority": EVERYWHERE, "sub": f"users/revoked-{role}"}
        tokens[f"revoked {role}"] = bearer(signed(key, **own))
        tokens[f"expired {role}"] = bearer(signed(key, **own, exp=1))
    return {"none": ()} | tokens


# The gate refuses them before any database is met.
@pytest.mark.once
async def test_no_token_that_is_none_opens_any_rpc(twins: Twins) -> None:
    key = access.key_from(twins.havn.data / "keys" / "token.pem")
    # What is made after a revocation, if only a moment, is good.
    tokens = _bad_tokens(twins.havn, key)
    for role in ROLES:
        revoked.add(twins.havn.platform.settings.revoked_tokens, f"users/revoked-{role}", datetime.now(UTC))
    assert len(tokens) > 25 + 2 * len(ROLES)
    await asyncio.sleep(revoked.LOOK_SECONDS)  # The file is looked at once a second, and that is what is waited for.

    def cell(fault: str, rpc: Rpc, side: Side) -> Cell:
        async def ask() -> str:
            answer = await twins.ask(rpc, side, tokens[fault])
            reason = {"none": "TOKEN_MISSING", "revoked": "TOKEN_REVOKED"}.get(fault.split()[0], "TOKEN_INVALID")
            right = (answer.code, answer.reason) == ("UNAUTHENTICATED", reason) and not _words(answer, twins.sides)
            return "" if right else f"{fault} {rpc.service} {rpc.method.name}: {answer}"

        return ask

    side = twins.sides[0]
    assert await wrong([cell(fault, rpc, side) for fault in tokens for rpc in RPCS]) == []


def _words(answer: Answer, sides: Sequence[Side]) -> list[str]:
    return [word for side in sides for word in (side.word, side.open_word) if word.encode() in answer.told]


# Good tokens.


def scopes(sides: Sequence[Side]) -> dict[str, Caller]:
    """Every scope that a token can give: a municipality, a home or an institution of it, none at all, and all."""
    first, _second, third = sides
    return {
        "here": Caller("", authority=HERE),
        "there": Caller("", authority=THERE),
        "first home": Caller("", authority=HERE, home=first.family),
        "first institution": Caller("", authority=HERE, institution=first.institution),
        "third institution": Caller("", authority=THERE, institution=third.institution),
        "first home, as if it were of the other municipality": Caller("", authority=THERE, home=first.family),
        "no authority": Caller(""),
        "all authorities": Caller("", authority=EVERYWHERE),
    }


def narrowed(caller: Caller) -> str:
    return caller.home or caller.institution


def sees(caller: Caller, aim: Aim, side: Side) -> bool:
    """Whether a record is in a scope: written here once more, to hold against what the services do."""
    record, own = getattr(side, aim.of or aim.record), narrowed(caller)
    within = not own or record == own or record.startswith(f"{own}/")
    return within and (aim.is_open or caller.authority in (aim.owner or side.authority, EVERYWHERE))


def hidden(caller: Caller, sides: Sequence[Side]) -> list[str]:
    """Words that nothing which the caller is shown may hold."""
    own = narrowed(caller)
    case = [side for side in sides if caller.authority in (side.authority, EVERYWHERE) and own in ("", side.family)]
    known_to_all = [side for side in sides if own in ("", side.institution)]
    words = [side.word for side in sides if side not in case]
    return words + [side.open_word for side in sides if side not in known_to_all]


ONLY_FOR_ALL = ("ListParked", "RetryParked", "DismissParked", "CreateRebuild", "GetRebuild")
"""Events, and copies made from them, are of all authorities."""


def fault_of(caller: Caller, role: str, rpc: Rpc, side: Side, answer: Answer) -> str:
    """What is wrong with an answer, in a word."""
    own = narrowed(caller)
    lacking = {"INSTITUTION": not caller.institution, "FOSTER_FAMILY": not caller.home}.get(role, False)
    if lacking or (role and not caller.authority):
        return "" if answer.reason == "TOKEN_INVALID" else "the token is good"
    if not may(role, rpc):
        return "" if answer.reason == "ROLE_NOT_ALLOWED" else "the role may"
    if rpc.method.name in ONLY_FOR_ALL and caller.authority != EVERYWHERE:
        return "" if answer.reason == "ROLE_NOT_ALLOWED" else "one authority may"
    if rpc.method.name == "CreateMatchRun" and caller.authority == EVERYWHERE:
        return "" if answer.reason == "ROLE_NOT_ALLOWED" else "a run for all"
    if rpc.method.name == "CreateMatchRun" and own:
        return "" if answer.code == "NOT_FOUND" else "a run in a narrow view"
    if rpc.aim.record and not sees(caller, rpc.aim, side):
        return "" if answer.code == "NOT_FOUND" else "foreign"
    if rpc.aim.record and rpc.aim.reads:
        shown = side.open_word if rpc.aim.is_open else side.word
        return "" if answer.code == "OK" and shown.encode() in answer.told else "own, and not shown"
    if rpc.method.name in ONLY_FOR_ALL:
        return "" if answer.code in ("OK", "NOT_FOUND", "FAILED_PRECONDITION") else "not done"
    return "" if answer.code in ("OK", "ABORTED") else "not done"


def may(role: str, rpc: Rpc) -> bool:
    return bool(role) and Role.Value(f"ROLE_{role}") in access.permission(rpc.method).roles


def cells(twins: Twins, rpcs: Sequence[Rpc]) -> Iterator[Cell]:
    """Every role, and none, in every scope, at each RPC; who may call it, at each side's records."""
    # Of one who may not call the request is not read, whatever it is aimed at, nor whatever database is behind it.
    refused_at = () if databases.on_postgres() else twins.sides[:1]
    for scope, caller in scopes(twins.sides).items():
        for role in ("", *ROLES):
            for rpc in rpcs:
                for side in twins.sides if may(role, rpc) else refused_at:
                    yield cell(twins, scope, caller, role, rpc, side)


def cell(twins: Twins, scope: str, caller: Caller, role: str, rpc: Rpc, side: Side) -> Cell:
    roles = frozenset({access.role(role)}) if role else frozenset()
    somebody = replace(caller, subject=f"users/{role or 'nobody'}-{scope.replace(' ', '-')}", roles=roles)

    async def ask() -> str:
        answer = await twins.ask(rpc, side, twins.borne(somebody))
        typed = answer.without(side) if answer.code == "NOT_FOUND" else answer
        told = [word for word in hidden(caller, twins.sides) if word.encode() in typed.told]
        fault = fault_of(caller, role, rpc, side, answer) or (f"tells {told}" if told else "")
        if not fault and answer.code == "NOT_FOUND" and rpc.aim.record not in ("", "new"):
            nowhere = await twins.of_nothing(rpc)
            fault = "" if nowhere == typed else f"unlike one that is not there: {nowhere}"
        return (
            fault and f"{role or 'nobody'}, {scope}, {rpc.service} {rpc.method.name} of {side.word}: {fault}: {answer}"
        )

    return ask


LISTS = [
    rpc
    for rpc in RPCS
    if "next_page_token" in rpc.method.output_type.fields_by_name and rpc.method.name not in ONLY_FOR_ALL
]


@pytest.mark.parametrize("rpc", LISTS, ids=lambda rpc: f"{rpc.service}-{rpc.method.name}")
async def test_a_page_token_of_another_municipality_shows_nothing_of_it(rpc: Rpc, twins: Twins) -> None:
    """Neither when its own people use it, nor when others do, nor in the token itself, which holds its last name."""
    role = next(role for role in ROLES if may(role, rpc) and role not in ("INSTITUTION", "FOSTER_FAMILY"))
    roles = frozenset({access.role(role)})
    here, there = (Caller(f"users/{cast.fresh('pages')}", roles, authority) for authority in (HERE, THERE))
    side = {HERE: twins.sides[0], THERE: twins.sides[2]}
    for caller, other in ((here, there), (there, here)):
        asked = rpc.aim.request(side[caller.authority])
        asked.page_size = 1  # type: ignore[attr-defined]
        first = await call(twins.channels[rpc.service], rpc.method, asked, bearer(twins.havn.signer.token(caller)))
        again = rpc.aim.request(side[other.authority])
        again.page_token = first.next_page_token  # type: ignore[union-attr, attr-defined]
        answer = await call(twins.channels[rpc.service], rpc.method, again, bearer(twins.havn.signer.token(other)))
        assert answer is not None
        for word in hidden(other, twins.sides):
            assert word.encode() not in answer.SerializeToString()


async def test_each_role_in_each_scope_sees_its_own_and_nothing_else(twins: Twins) -> None:
    # Trails first: they tell whom one's own people asked for by name, which they do below. Writes last: after each of
    # them the plan has to be made again for whoever asks for suggestions.
    trails = [rpc for rpc in RPCS if rpc.method.full_name.startswith("havn.audit.")]
    reads = [rpc for rpc in RPCS if rpc.aim.reads and rpc not in trails]
    writes = [rpc for rpc in RPCS if not rpc.aim.reads]
    for rpcs in (trails, reads, writes):
        assert await wrong(list(cells(twins, rpcs))) == []


async def test_counts_are_of_ones_own(twins: Twins) -> None:
    """A plan counts the children of its own municipality, however many wait elsewhere."""
    coordinator = twins.havn.as_(replace(cast.COORDINATOR, subject="users/counts"))

    async def waiting() -> int:
        page = await coordinator.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_size=200))
        return len(page.entries)

    async def planned() -> matching.MatchRun:
        run = await coordinator.matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh()))
        watch = coordinator.matching.WatchMatchRun(matching.WatchMatchRunRequest(name=run.name))
        return [seen async for seen in watch][-1]

    before, plan = await waiting(), await planned()
    elsewhere = twins.havn.as_(cast.elsewhere(cast.COORDINATOR))
    filed = await elsewhere.placements.CreateRequest(cast.filing(a_request(twins.sides[2]), id=""))

    async def known_there() -> bool:
        entries = await elsewhere.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_size=200))
        return filed.name in {entry.request for entry in entries.entries}

    await twins.havn.until("capacity", known_there)
    after = await planned()
    assert await waiting() == before
    assert (after.request_count, after.home_count, after.option_count) == (
        plan.request_count,
        plan.home_count,
        plan.option_count,
    )
