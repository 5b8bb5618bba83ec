"""A user's way into a running system."""

from dataclasses import dataclass

import grpc

from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.capacity.v1.waiting_pb2_grpc import WaitingListsServiceStub
from havn.capacity.v1.wellbeing_pb2_grpc import WellbeingServiceStub
from havn.families.v1.families_pb2_grpc import FamiliesServiceStub
from havn.families.v1.support_pb2_grpc import SupportServiceStub
from havn.matching.v1.matching_pb2_grpc import MatchingServiceStub
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.shared.clients import Token, blocking_channel
from services.shared.tls import Identity


@dataclass(frozen=True)
class Connection:
    """The four services, called as one user. Blocking; every call has a deadline."""

    placements: PlacementsServiceStub
    families: FamiliesServiceStub
    support: SupportServiceStub
    capacity: CapacityServiceStub
    waiting: WaitingListsServiceStub
    wellbeing: WellbeingServiceStub
    matching: MatchingServiceStub
    channels: dict[str, grpc.Channel]

    def close(self) -> None:
        """Lets go of the channels."""
        for channel in self.channels.values():
            channel.close()


def connect(addresses: dict[str, str], token: Token, identity: Identity | None = None, purpose: str = "") -> Connection:
    """A connection for whoever has the token, to services by name and address; with an identity over TLS."""
    channels = {
        service: blocking_channel(service, address, token, identity, purpose) for service, address in addresses.items()
    }
    return Connection(
        placements=PlacementsServiceStub(channels["placements"]),
        families=FamiliesServiceStub(channels["families"]),
        support=SupportServiceStub(channels["families"]),
        capacity=CapacityServiceStub(channels["capacity"]),
        waiting=WaitingListsServiceStub(channels["capacity"]),
        wellbeing=WellbeingServiceStub(channels["capacity"]),
        matching=MatchingServiceStub(channels["matching"]),
        channels=channels,
    )
