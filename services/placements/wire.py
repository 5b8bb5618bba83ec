"""Homes, asked for where they are kept and read as the facts that offers need."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

import grpc
from grpc.aio import Channel

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.capacity.v1.waiting_pb2_grpc import WaitingListsServiceStub
from havn.capacity.v1.wellbeing_pb2 import WellbeingObservation
from havn.families.v1 import families_pb2 as families
from havn.families.v1.families_pb2_grpc import FamiliesServiceStub
from havn.families.v1.support_pb2 import Concern
from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.placements.homes import FAMILY, Home
from services.shared.errors import PeerAway
from services.shared.names import last_part
from services.shared.wire import day

REASONS = {
    families.CONCERN_KIND_CONCERN: pb.RISK_REASON_CONCERN,
    families.CONCERN_KIND_FALLING: pb.RISK_REASON_FALLING_WELLBEING,
}
"""Why somebody has to look, by what families tells."""


def risk_view_of_fall(observation: WellbeingObservation, placement: pb.Placement) -> pb.RiskView:
    """What a fall is for the placement where the child lives: the same one, however often it is told."""
    return pb.RiskView(
        name=f"{placement.name}/riskViews/{last_part(observation.name)}",
        authority=placement.authority,
        placement=placement.name,
        child=placement.child,
        home=placement.home,
        source=observation.name,
        reasons=[pb.RISK_REASON_FALLING_WELLBEING],
        told_date=observation.observed_date,
        state=pb.RISK_VIEW_STATE_OPEN,
    )


class Homes:
    """Asks the owners of homes."""

    def __init__(self, channel: Callable[[str], Channel]) -> None:
        self._channel = channel

    async def get(self, name: str, requests: Sequence[str]) -> Home | None:
        """The home of that name as it is now, wanted for these requests; None where there is none. Raises PeerAway."""
        try:
            return await (self._family(name) if name.startswith(FAMILY) else self._unit(name, requests))
        except KeyError as error:
            raise PeerAway from error
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    async def _family(self, name: str) -> Home:
        async with self._channel("families") as channel:
            asked = families.GetFosterFamilyRequest(name=name)
            return family_home(await FamiliesServiceStub(channel).GetFosterFamily(asked))

    async def _unit(self, name: str, requests: Sequence[str]) -> Home:
        async with self._channel("capacity") as channel:
            stub = CapacityServiceStub(channel)
            asked = capacity.ListVacanciesRequest(names=[f"{name}/vacancy"])
            unit, found = await asyncio.gather(
                stub.GetUnit(capacity.GetUnitRequest(name=name)), stub.ListVacancies(asked)
            )
            home = unit_home(unit, next(iter(found.vacancies), None))
            applications = await _applications(channel, requests) if home.is_assigned_centrally else ()
        return with_applications(home, applications)


async def _applications(channel: Channel, requests: Sequence[str]) -> list[waiting.CentralListApplication]:
    """What stands on the central list for these requests."""
    stub, on_it = WaitingListsServiceStub(channel), waiting.CENTRAL_LIST_STATE_WAITING
    asked = (waiting.ListCentralListApplicationsRequest(request=each, state=on_it) for each in requests)
    answers = await asyncio.gather(*(stub.ListCentralListApplications(each) for each in asked))
    return [application for answer in answers for application in answer.applications]


def family_home(family: families.FosterFamily) -> Home:
    """A foster family as a home."""
    approval, free = family.approval, family.availability
    pause = day(family.pause.until_date) if family.pause.HasField("until_date") else date.max
    return Home(
        name=family.name,
        authority=family.authority,
        town=family.town,
        place_count=approval.place_count,
        agreements=frozenset(family.agreements),
        approval=(
            (day(approval.valid_from_date), day(approval.valid_until_date)) if family.HasField("approval") else None
        ),
        pause=pause if family.HasField("pause") else None,
        free_place_count=free.free_place_count,
        free_from=day(free.from_date) if family.HasField("availability") else None,
        persons=frozenset(member.person for member in family.household),
    )


def unit_home(unit: capacity.InstitutionUnit, vacancy: capacity.Vacancy | None) -> Home:
    """A unit as a home, with its vacancy if one was ever reported."""
    by_agreement = unit.agreements if unit.disposal == terms.DISPOSAL_BY_AGREEMENT else ()
    return Home(
        name=unit.name,
        authority=unit.authority,
        town=unit.town,
        place_count=unit.place_count,
        agreements=None if unit.disposal == terms.DISPOSAL_CENTRAL_LIST else frozenset(by_agreement),
        approval=(date.min, date.max) if unit.approved else None,
        free_place_count=vacancy.free_place_count if vacancy else 0,
        free_from=day(vacancy.from_date) if vacancy else None,
    )


def with_applications(home: Home, applications: Iterable[waiting.CentralListApplication]) -> Home:
    """The home, with whom the central list knows of, and to whom it assigned a place there."""
    known = {application.request: application.assigned.home for application in applications}
    assigned = frozenset(request for request, place in known.items() if place == home.name)
    return replace(home, applied=frozenset(known), assigned=assigned)


def risk_view(concern: Concern, placement: pb.Placement) -> pb.RiskView:
    """What a concern of a follow-up is for a placement: the same one, however often it is told."""
    return pb.RiskView(
        name=f"{placement.name}/riskViews/{last_part(concern.follow_up)}",
        authority=placement.authority,
        placement=placement.name,
        child=placement.child,
        home=placement.home,
        source=concern.follow_up,
        reasons=[REASONS[kind] for kind in concern.kinds],
        told_date=concern.visit_date,
        state=pb.RISK_VIEW_STATE_OPEN,
    )
