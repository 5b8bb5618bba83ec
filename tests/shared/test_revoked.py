"""Tokens that are refused before they end."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as pb
from services.matching.api import DEFINITION as MATCHING
from services.matching.store import RUNS
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import logs, revoked
from services.shared.errors import TokenInvalid, TokenRevoked
from services.shared.records import Change
from services.shared.revoked import Revoked, add, read
from services.shared.runtime import Definition, Parts, Platform
from services.shared.store import Store
from tests import cast
from tests.conftest import Havn, eventually, refused, running_havn

ID = "0" * 32
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Seconds:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.shown = 0.0

    def __call__(self) -> float:
        return self.shown


def claims(**differing: object) -> dict[str, object]:
    return {"sub": "users/x", "jti": ID, "iat": int(NOW.timestamp())} | differing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "revoked"


def test_without_a_file_every_token_stands(file: Path) -> None:
    Revoked(file).refuse(claims())
    Revoked().refuse(claims())


def test_a_token_is_revoked_by_its_id(file: Path) -> None:
    add(file, ID, NOW)
    with pytest.raises(TokenRevoked):
        Revoked(file).refuse(claims())
    Revoked(file).refuse(claims(jti="1" * 32))


def test_of_a_caller_all_tokens_until_the_moment_are_revoked_and_none_after(file: Path) -> None:
    add(file, "users/x", NOW)
    with pytest.raises(TokenRevoked):
        Revoked(file).refuse(claims())
    Revoked(file).refuse(claims(iat=int(NOW.timestamp()) + 1))
    Revoked(file).refuse(claims(sub="users/y"))


def test_the_last_of_several_moments_counts(file: Path) -> None:
    for hours in (1, 3, 2):
        add(file, "users/x", NOW + timedelta(hours=hours))
    assert read(file.read_text())["users/x"] == (NOW + timedelta(hours=3)).timestamp()


def test_a_change_of_the_file_is_seen_within_a_second(file: Path) -> None:
    clock = Seconds()
    known = Revoked(file, clock)
    known.refuse(claims())
    add(file, ID, NOW)
    known.refuse(claims())
    clock.shown = revoked.LOOK_SECONDS
    with pytest.raises(TokenRevoked):
        known.refuse(claims())
    add(file, "users/y", NOW)
    clock.shown *= 2
    with pytest.raises(TokenRevoked):
        known.refuse(claims(sub="users/y", jti="1" * 32))


def test_the_list_is_readable_for_its_owner_alone(file: Path) -> None:
    add(file, ID, NOW)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"users/x", b"users/x tomorrow", b"users/x 2026-03-02T12:00:00", b"\xff"])
def test_a_list_that_cannot_be_read_lets_nobody_in_until_it_is_mended(content: bytes, file: Path) -> None:
    logged = io.StringIO()
    logs.configure(logged)
    clock = Seconds()
    add(file, "users/y", NOW)
    known = Revoked(file, clock)
    known.refuse(claims())
    file.write_bytes(content)
    clock.shown = 1.0
    with pytest.raises(TokenInvalid):
        known.refuse(claims())
    assert "revoked.unreadable" in logged.getvalue()
    file.unlink()
    clock.shown = 2.0
    known.refuse(claims())


async def test_a_revoked_token_opens_nothing_and_says_so_in_the_log(havn: Havn) -> None:
    somebody = replace(cast.COORDINATOR, subject="users/leaves-tonight")
    token = havn.signer.token(somebody)
    channels = havn.channels(lambda: token)
    listing = channels["placements"].unary_unary(
        "/havn.placements.v1.PlacementsService/ListRequests",
        pb.ListRequestsRequest.SerializeToString,
        pb.ListRequestsResponse.FromString,
    )

    async def is_refused() -> bool:
        try:
            await listing(pb.ListRequestsRequest())
        except grpc.aio.AioRpcError as error:
            return error.code() is grpc.StatusCode.UNAUTHENTICATED
        return False

    assert not await is_refused()
    add(havn.platform.settings.revoked_tokens, somebody.subject, datetime.now(UTC))
    await eventually(is_refused)
    with refused("UNAUTHENTICATED", "TOKEN_REVOKED"):
        await listing(pb.ListRequestsRequest())
    lines = [json.loads(line) for line in havn.log.getvalue().splitlines()]
    assert {line["actor"] for line in lines if line.get("reason") == "TOKEN_REVOKED"} == {somebody.subject}
    for channel in channels.values():
        await channel.close()


def _idle(platform: Platform, store: Store) -> Parts:
    return replace(MATCHING.build(platform, store), tasks=[])


async def test_a_stream_shows_nothing_more_once_its_token_is_revoked(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, Definition("matching", MATCHING.records, _idle)]) as havn:
        client = havn.as_(replace(cast.COORDINATOR, subject="users/watches"))
        asked = matching.CreateMatchRunRequest(request_id="watched")
        run = await havn.as_(cast.COORDINATOR).matching.CreateMatchRun(asked)
        watching = client.matching.WatchMatchRun(matching.WatchMatchRunRequest(name=run.name))
        answers = aiter(watching)
        assert await anext(answers) == run

        async def is_refused() -> bool:
            try:
                await client.matching.GetMatchRun(matching.GetMatchRunRequest(name=run.name))
            except grpc.aio.AioRpcError:
                return True
            return False

        add(havn.platform.settings.revoked_tokens, client.caller.subject, datetime.now(UTC))
        await eventually(is_refused)
        await havn.database("matching").write(
            lambda session: Change(session, cast.SERVICE, cast.NOW).save(RUNS, run, run.etag)
        )
        await havn.as_(cast.COORDINATOR).matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id="wakes"))
        with refused("UNAUTHENTICATED", "TOKEN_REVOKED"):
            await anext(answers)
