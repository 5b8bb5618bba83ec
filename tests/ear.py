"""Families with an ear for placements: what a test lets it hear, and how it fails."""

from dataclasses import dataclass, field, replace

from havn.families.v1.families_pb2 import FollowUp
from havn.placements.v1.events_pb2 import PlacementRequestChanged
from services.families.api import DEFINITION as FAMILIES
from services.families.store import FOLLOW_UPS
from services.shared.consumers import Effect, Subscription
from services.shared.events import Listening
from services.shared.names import new_id
from services.shared.records import Change
from services.shared.runtime import Definition, Parts, Platform
from services.shared.store import Store
from tests import cast

NOTES = Listening("placements", "notes")


@dataclass
class Ear:
    """Notes each request that it hears of as a follow-up, unless it is broken."""

    broken: bool = True
    heard: list[str] = field(default_factory=list)

    async def request_changed(self, event: PlacementRequestChanged) -> Effect:
        if self.broken:
            raise KeyError(event.name)
        self.heard.append(event.name)
        follow_up = cast.a_follow_up(name=f"families/f/followUps/{new_id()}", authority=cast.MUNICIPALITY)
        follow_up.consultant = event.name

        def note(change: Change) -> FollowUp:
            return change.add(FOLLOW_UPS, follow_up)

        return note

    def families(self) -> Definition:
        def build(platform: Platform, store: Store) -> Parts:
            listens = Subscription(NOTES, {PlacementRequestChanged: self.request_changed})
            return replace(FAMILIES.build(platform, store), subscriptions=[listens])

        return replace(FAMILIES, build=build, listens=[NOTES])
