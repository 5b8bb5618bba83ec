"""What matching loads, from a database of its own."""

from pathlib import Path

from sqlmodel import Session

from havn.placements.v1 import placements_pb2 as placements
from services.matching.store import REQUESTS
from services.matching.world import load
from services.shared import access
from services.shared.records import Change, View
from tests import cast, databases

MATCHING = access.service("matching")


def keep(session: Session, name: str, **differing: cast.Value) -> None:
    request = cast.a_request(name=f"requests/{name}", etag="1", **differing)
    Change(session, MATCHING, cast.NOW).put_newer(REQUESTS, request)


async def test_children_who_have_their_place_are_known_in_every_authority_and_wait_in_none(tmp_path: Path) -> None:
    database = databases.of_service("matching", tmp_path)
    opened, placed = placements.REQUEST_STATE_OPEN, placements.REQUEST_STATE_PLACED

    def keep_three(session: Session) -> None:
        keep(session, "waits", state=opened)
        keep(session, "waits-elsewhere", state=opened, authority=cast.OTHER_MUNICIPALITY)
        keep(session, "placed-elsewhere", state=placed, authority=cast.OTHER_MUNICIPALITY)

    await database.write(keep_three)
    world = await database.read(lambda session: load(View(session, MATCHING), cast.MUNICIPALITY, cast.FixedClock()))
    database.close()
    assert [child.request for child in world.children] == ["requests/waits"]
    assert [child.request for child in world.placed] == ["requests/placed-elsewhere"]
