"""What families announces: families but for what nobody else needs, follow-ups by reference; and what it hears."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias

from grpc.aio import Channel

from havn.families.v1 import events_pb2 as pb
from havn.families.v1.families_pb2 import FollowUp, FosterFamily
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.events_pb2 import PlacementChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.families import fees, wire
from services.families.rules import conflicts
from services.families.store import STAYS
from services.shared.consumers import Effect
from services.shared.events import Announcement
from services.shared.names import last_part, parent
from services.shared.rebuilding import Pages, pages
from services.shared.records import Change
from services.shared.together import Together

if TYPE_CHECKING:
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

_Own: TypeAlias = Literal[
    "consultant",
    "application",
    "assessment",
    "refusal",
    "ending",
    "history",
    "school_district",
    "pets",
    "wishes",
    "conflicts",
]

_OWN: tuple[_Own, ...] = (
    "consultant",
    "application",
    "assessment",
    "refusal",
    "ending",
    "history",
    "school_district",
    "pets",
    "wishes",
    "conflicts",
)
"""What is the family's and its consultant's own: who is approved, and for what, is all that others need of its way."""

_UNTOLD: tuple[tuple[Literal["approval", "limits", "pause", "training", "availability"], str], ...] = (
    ("approval", "conditions"),
    ("approval", "approved_by"),
    ("limits", "note"),
    ("pause", "author"),
    ("pause", "reason"),
    ("training", "waived_by"),
    ("training", "goals"),
    ("training", "days"),
    ("availability", "confirmed_by"),
)
"""Words and names of people: the bus keeps what it was told, and no other service reads them."""


def family_created(family: FosterFamily) -> Announcement:
    """A family was entered."""
    return _family_changed(family, "created")


def family_updated(family: FosterFamily) -> Announcement:
    """A family was changed."""
    return _family_changed(family, "updated")


def follow_up_logged(follow_up: FollowUp) -> Announcement:
    """A follow-up was logged."""
    event = pb.FollowUpLogged(name=follow_up.name, version=int(follow_up.etag))
    family = last_part(parent(follow_up.name))
    return f"havn.families.v1.follow_up.logged.{family}.{last_part(follow_up.name)}", event


def follow_up_corrected(follow_up: FollowUp) -> Announcement:
    """A follow-up was corrected."""
    event = pb.FollowUpCorrected(name=follow_up.name, version=int(follow_up.etag))
    family = last_part(parent(follow_up.name))
    return f"havn.families.v1.follow_up.corrected.{family}.{last_part(follow_up.name)}", event


def concern_raised(follow_up: FollowUp) -> Announcement:
    """A follow-up tells of a concern."""
    event = pb.ConcernRaised(name=follow_up.name, version=int(follow_up.etag))
    family = last_part(parent(follow_up.name))
    return f"havn.families.v1.concern.raised.{family}.{last_part(follow_up.name)}", event


class Residents:
    """Keeps who lives in families, as placements say."""

    def __init__(self, placements_stub: "PlacementsServiceAsyncStub") -> None:
        self._placements = placements_stub
        self._stays = Together(self._read)

    async def placement_changed(self, event: PlacementChanged) -> Effect:
        """Keeps the placement as it is now."""
        copy = wire.copied_placement(await self._stays.get(event.name))

        def keep(change: Change) -> None:
            change.put_newer(STAYS, copy)

        return keep

    async def all_stays(self, channel: Channel) -> Pages:
        """Every placement as it is now."""
        asked = placements.ListPlacementsRequest()
        async for page in pages(PlacementsServiceStub(channel).ListPlacements, asked, "placements"):
            yield [wire.copied_placement(placement) for placement in page]

    async def _read(self, names: list[str]) -> Iterable[placements.Placement]:
        asked = placements.ListPlacementsRequest(names=names, page_size=len(names))
        return (await self._placements.ListPlacements(asked)).placements


def _family_changed(family: FosterFamily, word: str) -> Announcement:
    event = pb.FosterFamilyChanged(family=family, version=int(family.etag))
    event.family.ClearField("costs")
    event.family.costs.extend(fees.told(family))
    event.family.disputed_facts.extend(conflicts.disputed(family))
    for own in _OWN:
        event.family.ClearField(own)
    if family.limits.note:
        event.family.limits.has_note = True
    for part, text in _UNTOLD:
        if event.family.HasField(part):
            getattr(event.family, part).ClearField(text)
    return f"havn.families.v1.family.{word}.{last_part(family.name)}", event
