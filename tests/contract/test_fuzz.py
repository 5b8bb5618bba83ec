"""Mutated requests over all RPCs, as all roles: only declared codes come back, and no word that was sent.

HAVN_FUZZ says how many, and `make fuzz` sends 100,000. HAVN_FUZZ_SEED makes others, or the same ones again.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from havn.access.v1 import access_pb2
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as placements
from services.havn.system import DEFINITIONS
from services.placements.offer_rules import inquiry_name
from services.shared import access, readiness
from services.shared.access import Caller
from services.shared.clients import OPTIONS, Token, Tokens
from services.shared.errors import HavnError
from tests import cast
from tests.conftest import Havn, running_havn
from tests.contract.descriptors import METHODS, SHARED, service_of
from tests.contract.mutations import MARK, Mutator

MANY = int(os.environ.get("HAVN_FUZZ", "10000"))
SEED = int(os.environ.get("HAVN_FUZZ_SEED", "20261122"))
WORKERS = 24
LONGEST_SECONDS = 600 + MANY / 20
DEADLINE = 20.0

DECLARED = {(error.code, error.reason) for error in HavnError.__subclasses__()}
"""Codes with their reasons. INTERNAL is none of them."""

WITHOUT_A_REFUSAL = {("OK", ""), ("CANCELLED", "")}
"""How else a call ends at a service: its client may leave."""

RARE = {"CreateMatchRun": 0.02, "SuggestMatches": 0.2, "WatchMatchRun": 0.2, "CheckAudit": 0.02}
"""What takes long where it passes, in shares of the others."""

OF_THE_CLIENT = "Internal error from Core"
"""What gRPC's own client makes of a stream that was refused while it still wrote; no such answer was sent."""

BEHIND_THE_GATE = {"OK", "NOT_FOUND", "ABORTED", "ALREADY_EXISTS", "FAILED_PRECONDITION"}
"""What a handler answers to a message that it understood."""

Target = tuple[str, MethodDescriptor]
"""A service by name, and one of its RPCs: those that all services have, of each of them."""


def targets() -> Iterator[Target]:
    for method in METHODS:
        shared = str(method.full_name).split(".")[1] in SHARED
        for service in [definition.name for definition in DEFINITIONS] if shared else [service_of(method)]:
            yield service, method


@dataclass
class Fuzz:
    """What was sent, and what came back."""

    channels: dict[str, grpc.aio.Channel]
    tokens: dict[str, Token]
    mutator: Mutator
    good: dict[str, list[Message]]
    codes: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def send_many(self, number: int) -> None:
        all_targets = list(targets())
        weights = [RARE.get(str(method.name), 1.0) for _, method in all_targets]
        for service, method in self.mutator.chance.choices(all_targets, weights, k=number):
            await self._send(service, method)

    def unreached(self) -> list[Target]:
        """Those that are sent often, and of which no handler understood one yet."""
        often = [each for each in targets() if each[1].name not in RARE]
        return [(service, method) for service, method in often if not self.reached[f"{service} {method.name}"]]

    async def send_to_unreached(self, most: int) -> None:
        """Sends to each of them until one is understood, `most` times at most: of some, few are by chance."""
        for service, method in self.unreached():
            for _ in range(most):
                await self._send(service, method)
                if self.reached[f"{service} {method.name}"]:
                    break

    async def _send(self, service: str, method: MethodDescriptor) -> None:
        good = self.good.get(str(method.input_type.full_name), [])
        rows = self.mutator.chance.choice((1, 1, 2, 5)) if method.client_streaming else 1
        sent = [self.mutator.request(method.input_type, good) for _ in range(rows)]
        user = self._user(method)
        try:
            await self._call(service, method, sent, user)
            self._count("OK", service, method)
        except grpc.aio.AioRpcError as error:
            self._count(error.code().name, service, method)
            if fault := wrong(error, service):
                hexes = [data[:400].hex() for data in sent]
                self.faults.append(f"{fault}: {service} {method.full_name} as {user}, sent {hexes}")

    def _count(self, code: str, service: str, method: MethodDescriptor) -> None:
        self.codes[code] += 1
        self.reached[f"{service} {method.name}"] += code in BEHIND_THE_GATE

    def _user(self, method: MethodDescriptor) -> str:
        roles = access.permission(method).roles
        may = [name for name, caller in cast.USERS.items() if not caller.roles.isdisjoint(roles)] or ["service"]
        return self.mutator.chance.choice(may if self.mutator.chance.random() < 0.93 else list(self.tokens))

    async def _call(self, service: str, method: MethodDescriptor, sent: Sequence[bytes], user: str) -> None:
        path = f"/{method.containing_service.full_name}/{method.name}"
        given: dict[str, Any] = {"metadata": (("authorization", f"Bearer {self.tokens[user]()}"),), "timeout": DEADLINE}
        # Bytes as they are: gRPC's types know messages only.
        channel: Any = self.channels[service]
        if method.client_streaming:
            await channel.stream_unary(path)(cast.one_by_one(sent), **given)
        elif method.server_streaming:
            # Some streams have no end: the first answer shows that the request was understood.
            watching = channel.unary_stream(path)(sent[0], **given)
            await anext(aiter(watching), None)
            watching.cancel()
        else:
            await channel.unary_unary(path)(sent[0], **given)


def wrong(error: grpc.aio.AioRpcError, service: str) -> str:
    """What is wrong with a refusal; nothing where it is one that the contract declares."""
    code, status = error.code().name, rpc_status.from_call(error)  # type: ignore[arg-type]
    if (error.details() or "") == OF_THE_CLIENT:
        return ""
    if status is None:
        by_grpc = code == "RESOURCE_EXHAUSTED" and "larger than max" in (error.details() or "")
        return "" if by_grpc else f"{code} without details: {error.details()}"
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    if (code, info.reason) not in DECLARED or info.domain != f"havn.{service}":
        return f"{code} {info.reason} {info.domain} is not declared"
    return "an answer repeats what was sent" if repeats(status) else ""


def answers(log: str) -> set[tuple[str, str]]:
    """Code and reason of all that services answered, also of calls that the client then tried again."""
    told = [json.loads(line) for line in log.splitlines()]
    return {(each["code"], each.get("reason", "")) for each in told if each["event"] == "rpc.answered"}


def repeats(status: status_pb2.Status) -> bool:
    return MARK.encode() in status.SerializeToString()


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


async def seeded(havn: Havn) -> list[Message]:
    """One record of each kind."""
    coordinator, consultant = havn.as_(cast.COORDINATOR), havn.as_(cast.CONSULTANT)
    administrator = havn.as_(cast.ADMINISTRATOR)
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_full_request()))
    placed = await coordinator.placements.RecordPlacement(cast.recording())
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family()))
    follow_up = await consultant.families.LogFollowUp(cast.logging(family.name))
    institution = await administrator.capacity.CreateInstitution(cast.founding())
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name))
    offer, inquiry = await offered(havn)
    run = await coordinator.matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh()))
    return [filed, placed, family, follow_up, institution, unit, run, offer, inquiry]


async def offered(havn: Havn) -> tuple[placements.Offer, placements.Inquiry]:
    """A home is asked for a child."""
    coordinator, consultant = havn.as_(cast.COORDINATOR), havn.as_(cast.CONSULTANT)
    home = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    filed = await coordinator.placements.CreateRequest(cast.filing())
    offer = await coordinator.placements.OfferPlace(cast.offering(filed, home.name))
    asked = placements.GetInquiryRequest(name=inquiry_name(offer))
    return offer, await consultant.placements.GetInquiry(asked)


def good_requests(records: Sequence[Message]) -> dict[str, list[Message]]:
    """Requests that pass, by the name of their type."""
    filed, _placed, family, follow_up, institution, unit, _run, offer, inquiry = records
    assert isinstance(filed, placements.PlacementRequest)
    assert isinstance(family, families.FosterFamily)
    assert isinstance(follow_up, families.FollowUp)
    assert isinstance(institution, capacity.Institution)
    assert isinstance(unit, capacity.InstitutionUnit)
    assert isinstance(offer, placements.Offer)
    assert isinstance(inquiry, placements.Inquiry)
    whole: list[Message] = [
        cast.offering(filed, offer.home),
        cast.withdrawing_offer(offer),
        cast.answering(inquiry),
        cast.declining(inquiry),
        placements.ListOffersRequest(request=offer.request, home=offer.home),
        placements.ListInquiriesRequest(parent="-"),
        cast.filing(cast.a_full_request(), id=""),
        cast.updating(filed, "needs", "wish", "siblings"),
        cast.withdrawing(filed),
        cast.recording(id=""),
        cast.entering(cast.a_full_family(), id=""),
        cast.changing(family, "display_name", "household", "availability"),
        cast.logging(family.name),
        cast.founding(id=""),
        cast.opening(institution.name, id=""),
        cast.reporting(unit.name),
        families.ImportFamiliesRequest(request_id="k", family=cast.entering(id="")),
        placements.ImportPlacementsRequest(request_id="k", request=cast.filing(id="")),
        capacity.ListWaitingListRequest(town="Nuuk", need_steps=[3], in_danger=True, with_siblings=True, query="c-"),
        families.ListFollowUpsDueRequest(consultant="users/consultant", soon_until_date=cast.day(7)),
        families.GetFamiliesOverviewRequest(consultant="users/consultant", soon_until_date=cast.day(7)),
        *about_the_way(family),
        *about_support(family, follow_up),
        *about_suppliers(institution, unit),
        cast.observing("children/c-1"),
        cast.correcting_observation(wellbeing.WellbeingObservation(name="wellbeingObservations/none", etag="1")),
        matching.CountSuitablePlacesRequest(requests=[filed.name]),
    ]
    found: dict[str, list[Message]] = {}
    for message in whole:
        found.setdefault(message.DESCRIPTOR.full_name, []).append(message)
    return named(records) | found


def about_the_way(family: families.FosterFamily) -> list[Message]:
    step: Any = {"name": family.name, "etag": family.etag, "reason": "x", "request_id": "k"}
    fact: Any = {"name": family.name, "etag": family.etag, "fact": families.PROFILE_FACT_PETS, "request_id": "k"}
    return [
        cast.assessing(family),
        cast.approving(family),
        families.RefuseFamilyRequest(**step),
        cast.pausing(family),
        families.ResumeFamilyRequest(**step),
        families.EndFamilyRequest(**step),
        families.StateFactRequest(**fact, says="x"),
        families.ResolveConflictRequest(**fact, resolution="x"),
        families.NoteProfileViewsRequest(names=[family.name]),
    ]


def about_support(family: families.FosterFamily, follow_up: families.FollowUp) -> list[Message]:
    action = support.AgreedAction(name=f"{follow_up.name}/actions/1", etag="1")
    return [
        support.GetSupportPolicyRequest(authority=cast.MUNICIPALITY),
        support.ListSupportPoliciesRequest(authority=cast.MUNICIPALITY),
        cast.publishing(cast.a_policy(scale=[])),
        support.GetNextVisitRequest(name=family.name),
        cast.correcting(follow_up),
        support.ListFollowUpVersionsRequest(parent=follow_up.name),
        cast.drafting(family.name),
        support.DiscardFollowUpDraftRequest(parent=family.name, request_id="k"),
        support.ListFollowUpDraftsRequest(parent=family.name),
        support.ListActionsRequest(parent=family.name),
        support.GetFollowUpTrendRequest(name=family.name, child="children/c-1"),
        cast.visiting(family.name),
        cast.agreeing(family.name),
        support.ListResidentsRequest(parent=family.name),
        cast.ending(support.SupportAgreement(name=f"{family.name}/supportAgreements/a", etag="1")),
        support.GetFamilyCostRequest(name=family.name, age=9, child_number=3),
        support.ListConcernsRequest(follow_ups=[follow_up.name]),
        cast.settling(action),
        cast.settling(action, state=support.ACTION_STATE_NOT_DONE),
    ]


def about_suppliers(institution: capacity.Institution, unit: capacity.InstitutionUnit) -> list[Message]:
    return [
        cast.changing_institution(institution, "display_name", "kind", "promised_services"),
        cast.changing_unit(unit, "daily_rates", "target_groups", "staffing"),
        cast.delivering(institution.name, id=""),
        cast.confirming(unit.name),
        cast.blocking(unit.name, cast.blocked(note="x")),
        cast.recording_breach(home=unit.name),
        capacity.ListVacanciesRequest(differing=True, stale=True, told_apart=True, with_units=True),
    ]


def named(records: Sequence[Message]) -> dict[str, list[Message]]:
    """Requests that name one record, or belong to one."""
    found: dict[str, list[Message]] = {}
    for method in METHODS:
        asked = GetMessageClass(method.input_type)
        for name in ("name", "parent", "request"):
            taken = method.input_type.fields_by_name.get(name)
            if taken is not None and taken.message_type is None:
                found[str(method.input_type.full_name)] = [
                    asked(**{name: getattr(record, "name")})  # noqa: B009  # of a Message
                    for record in records
                ]
    return found


def callers() -> dict[str, Caller]:
    service = Caller("services/fuzz", frozenset({access_pb2.ROLE_SERVICE}), "*")
    return {**cast.USERS, "service": service, "elsewhere": cast.elsewhere(cast.COORDINATOR)}


@pytest.mark.timeout(LONGEST_SECONDS)
async def test_whatever_is_sent_only_declared_refusals_come_back_and_nothing_breaks(havn: Havn) -> None:
    print(f"{MANY} requests, HAVN_FUZZ_SEED={SEED}")
    records = await seeded(havn)
    names = [getattr(record, "name") for record in records]  # noqa: B009
    words = ["Nuuk", "Sisimiut", cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY, "1", "2", *names]
    fuzz = Fuzz(
        {name: grpc.aio.insecure_channel(each.address, options=OPTIONS) for name, each in havn.services.items()},
        {name: Tokens(havn.signer, caller) for name, caller in callers().items()},
        Mutator(SEED, names, words),
        good_requests(records),
    )
    await asyncio.gather(*(fuzz.send_many(MANY // WORKERS) for _ in range(WORKERS)))
    await fuzz.send_to_unreached(MANY // WORKERS)
    print(dict(fuzz.codes))
    assert not fuzz.faults, "\n".join(fuzz.faults[:20])
    assert not fuzz.unreached()
    for channel in fuzz.channels.values():
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
        assert (await check(health_pb2.HealthCheckRequest(service="readiness"), timeout=DEADLINE)).status == (
            readiness.SERVING
        )
        await channel.close()
    log = havn.log.getvalue()
    assert MARK not in log
    assert "rpc.failed" not in log
    assert {("OK", "")} < answers(log) <= DECLARED | WITHOUT_A_REFUSAL
