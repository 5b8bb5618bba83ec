"""What matching loads, from a database of its own."""

from pathlib import Path

from sqlmodel import Session, delete

from havn.placements.v1 import placements_pb2 as placements
from services.matching.rules.children import Child
from services.matching.rules.facts import World
from services.matching.store import REQUESTS, RequestRow
from services.matching.world import Children, load
from services.shared import access
from services.shared.records import Change, View
from tests import cast, databases

MATCHING = access.service("matching")
OPEN, PLACED = placements.REQUEST_STATE_OPEN, placements.REQUEST_STATE_PLACED


def keep(session: Session, name: str, etag: str = "1", **differing: cast.Value) -> None:
    request = cast.a_request(name=f"requests/{name}", etag=etag, **differing)
    Change(session, MATCHING, cast.NOW).put_newer(REQUESTS, request)


def loaded(session: Session, children: Children) -> World:
    return load(View(session, MATCHING), cast.MUNICIPALITY, cast.FixedClock(), children)


async def test_children_who_have_their_place_are_known_in_every_authority_and_wait_in_none(tmp_path: Path) -> None:
    database = databases.of_service("matching", tmp_path)

    def keep_three(session: Session) -> None:
        keep(session, "waits", state=OPEN)
        keep(session, "waits-elsewhere", state=OPEN, authority=cast.OTHER_MUNICIPALITY)
        keep(session, "placed-elsewhere", state=PLACED, authority=cast.OTHER_MUNICIPALITY)

    await database.write(keep_three)
    world = await database.read(lambda session: loaded(session, Children()))
    database.close()
    assert [child.request for child in world.children] == ["requests/waits"]
    assert [child.request for child in world.placed] == ["requests/placed-elsewhere"]


async def test_a_child_is_read_again_when_its_request_changed_and_only_then(tmp_path: Path) -> None:
    database, children = databases.of_service("matching", tmp_path), Children()

    async def waiting() -> dict[str, Child]:
        world = await database.read(lambda session: loaded(session, children))
        return {child.request: child for child in world.children}

    def keep_three(session: Session) -> None:
        for name in ("changes", "leaves", "stays"):
            keep(session, name, state=OPEN)

    await database.write(keep_three)
    first = await waiting()

    def change_two(session: Session) -> None:
        keep(session, "changes", "2", state=OPEN, child=cast.a_child(town="Sisimiut"))
        keep(session, "leaves", "2", state=placements.REQUEST_STATE_WITHDRAWN)

    await database.write(change_two)
    second = await waiting()
    assert sorted(second) == ["requests/changes", "requests/stays"]
    assert second["requests/changes"].town == "Sisimiut"
    assert second["requests/stays"] is first["requests/stays"]
    database.close()


async def test_copies_that_are_being_made_anew_are_read_each_time(tmp_path: Path) -> None:
    database, children = databases.of_service("matching", tmp_path), Children()
    for town in ("Nuuk", "Sisimiut"):

        def begin_again(session: Session, town: str = town) -> None:
            session.exec(delete(RequestRow))
            keep(session, "waits", "0", state=OPEN, child=cast.a_child(town=town))

        await database.write(begin_again)
        [child] = (await database.read(lambda session: loaded(session, children))).children
        assert child.town == town
    database.close()
