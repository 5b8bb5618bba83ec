"""The services, asked in the name of whoever looks: what a person may see is decided there, and only there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import grpc

from havn.audit.v1 import audit_pb2_grpc
from havn.capacity.v1 import capacity_pb2_grpc, waiting_pb2_grpc, wellbeing_pb2_grpc
from havn.families.v1 import families_pb2_grpc, support_pb2_grpc
from havn.matching.v1 import matching_pb2_grpc
from havn.placements.v1 import placements_pb2_grpc
from services.shared import clients, tls
from services.shared.access import Caller
from services.shared.call import current
from services.shared.clients import Tokens
from services.shared.runtime import Platform

if TYPE_CHECKING:
    from havn.audit.v1.audit_pb2_grpc import AuditServiceAsyncStub
    from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceAsyncStub
    from havn.capacity.v1.waiting_pb2_grpc import WaitingListsServiceAsyncStub
    from havn.capacity.v1.wellbeing_pb2_grpc import WellbeingServiceAsyncStub
    from havn.families.v1.families_pb2_grpc import FamiliesServiceAsyncStub
    from havn.families.v1.support_pb2_grpc import SupportServiceAsyncStub
    from havn.matching.v1.matching_pb2_grpc import MatchingServiceAsyncStub
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

PEOPLE = 1_000
"""Callers whose tokens are kept at hand."""


@dataclass(frozen=True)
class Services:
    """The services, with those that one of them answers beside its own, and each one's audit trail by its name."""

    placements: "PlacementsServiceAsyncStub"
    families: "FamiliesServiceAsyncStub"
    support: "SupportServiceAsyncStub"
    capacity: "CapacityServiceAsyncStub"
    waiting: "WaitingListsServiceAsyncStub"
    wellbeing: "WellbeingServiceAsyncStub"
    matching: "MatchingServiceAsyncStub"
    audit: dict[str, "AuditServiceAsyncStub"]
    channels: dict[str, grpc.aio.Channel]
    forget_tokens: Callable[[], None]
    """Has tokens made anew: some that are at hand were revoked, and whoever logged in since would be refused too."""

    async def close(self) -> None:
        """Lets go of the channels."""
        for channel in self.channels.values():
            await channel.close()


def connect(platform: Platform) -> Services:
    """The services at the platform's addresses. Each call carries a token of whoever looks."""

    @lru_cache(maxsize=PEOPLE)
    def tokens(caller: Caller) -> Tokens:
        return Tokens(platform.signer, caller)

    identity = tls.identity(platform.settings)
    channels = {
        service: clients.channel(service, address, lambda: tokens(current().caller)(), identity)
        for service, address in platform.addresses.items()
    }
    return Services(
        placements=placements_pb2_grpc.PlacementsServiceStub(channels["placements"]),
        families=families_pb2_grpc.FamiliesServiceStub(channels["families"]),
        support=support_pb2_grpc.SupportServiceStub(channels["families"]),
        capacity=capacity_pb2_grpc.CapacityServiceStub(channels["capacity"]),
        waiting=waiting_pb2_grpc.WaitingListsServiceStub(channels["capacity"]),
        wellbeing=wellbeing_pb2_grpc.WellbeingServiceStub(channels["capacity"]),
        matching=matching_pb2_grpc.MatchingServiceStub(channels["matching"]),
        audit={service: audit_pb2_grpc.AuditServiceStub(channel) for service, channel in channels.items()},
        channels=channels,
        forget_tokens=tokens.cache_clear,
    )
