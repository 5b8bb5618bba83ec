"""Requests and placements of one child."""

from pathlib import Path

from sqlalchemy import text

from havn.placements.v1 import placements_pb2 as pb
from services.shared import migrate, sqlite
from tests import cast
from tests.conftest import Client


async def test_requests_and_placements_are_found_by_child(coordinator: Client, coordinator_elsewhere: Client) -> None:
    child = cast.a_child()
    await coordinator.placements.CreateRequest(cast.filing())
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(child=child)))
    placed = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(child=child.reference)))
    requests, placements = (
        pb.ListRequestsRequest(child=child.reference),
        pb.ListPlacementsRequest(child=child.reference),
    )
    assert list((await coordinator.placements.ListRequests(requests)).requests) == [filed]
    assert list((await coordinator.placements.ListPlacements(placements)).placements) == [placed]
    assert not (await coordinator_elsewhere.placements.ListRequests(requests)).requests
    assert not (await coordinator_elsewhere.placements.ListPlacements(placements)).placements


async def test_those_of_before_are_found_too(tmp_path: Path) -> None:
    database = sqlite.database(tmp_path / "data.sqlite")
    migrate.upgrade("placements", database.engine, to="0003")
    request, placement = cast.a_request(), cast.a_placement()
    with database.engine.begin() as connection:
        insert = "INSERT INTO {} (name, authority, sort_key, version, body, {}) VALUES ('n', 'a', 'n', 1, :body, '1')"
        connection.execute(text(insert.format("requests", "state")), {"body": request.SerializeToString()})
        connection.execute(text(insert.format("placements", "home")), {"body": placement.SerializeToString()})
    migrate.upgrade("placements", database.engine)
    with database.engine.begin() as connection:
        assert connection.scalar(text("SELECT child FROM requests")) == request.child.reference
        assert connection.scalar(text("SELECT child FROM placements")) == placement.child
    database.close()
