"""Who gets in, what keeps strangers and forged forms out, and what every answer carries."""

import io
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey

from services.console import server, sessions
from services.console.app import HEADERS
from services.console.sessions import LIFETIME_SECONDS, Session
from services.shared import access, logs, revoked
from tests import cast
from tests.conftest import Havn, eventually
from tests.console.conftest import Visitor, anybody, csrf, logged_in

TYPED = "marker-2011111234"
"""Such as somebody should not type."""


async def test_whoever_is_not_logged_in_is_sent_to_the_login(console: server.Running) -> None:
    async with anybody(console) as client:
        answer = await client.get("/waiting-list?town=Nuuk")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?back=%2Fwaiting-list%3Ftown%3DNuuk"


async def test_a_part_of_a_page_leads_to_the_login_and_back_to_the_whole_page(console: server.Running) -> None:
    headers = {"hx-request": "true", "hx-current-url": f"{console.address}/waiting-list?town=Nuuk"}
    async with anybody(console) as client:
        answer = await client.get("/waiting-list/places?request=r-1", headers=headers)
        assert answer.headers["hx-redirect"] == "/login?back=%2Fwaiting-list%3Ftown%3DNuuk"


async def test_a_login_leads_back_to_the_page_that_was_asked_for(console: server.Running) -> None:
    async with anybody(console) as client:
        answer = await client.post("/login", data={"person": "coordinator", "back": "/waiting-list?town=Nuuk"})
        assert answer.headers["location"] == "/waiting-list?town=Nuuk"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/a\r\nb: c"]
)
async def test_a_login_leads_to_no_other_site(console: server.Running, elsewhere: str) -> None:
    async with anybody(console) as client:
        answer = await client.post("/login", data={"person": "coordinator", "back": elsewhere})
        assert answer.headers["location"] == "/"


async def test_a_token_logs_in_and_a_wrong_one_does_not(havn: Havn, console: server.Running) -> None:
    async with anybody(console) as client:
        wrong = await client.post("/login", data={"token": "wrong"})
        assert (wrong.status_code, sessions.COOKIE in client.cookies) == (401, False)
        right = await client.post("/login", data={"token": havn.signer.token(cast.LEADER)})
        assert (right.status_code, sessions.COOKIE in client.cookies) == (303, True)
        assert ">users/leader<" not in (await client.get("/")).text
        assert ">leader<" in (await client.get("/")).text


async def test_nobody_logs_in_as_whom_there_is_not(console: server.Running) -> None:
    async with anybody(console) as client:
        assert (await client.post("/login", data={"person": "nobody"})).status_code == 401


def cookie(havn: Havn, session: Session, kind: str = "havn-session") -> dict[str, str]:
    return {"cookie": f"{sessions.COOKIE}={havn.signer.signed(kind, session.claims())}"}


async def test_a_session_ends_after_a_day_and_can_be_neither_forged_nor_made_of_a_token(
    havn: Havn, console: server.Running
) -> None:
    now = int(time.time())
    session = Session(cast.LEADER, "s-1", now, "csrf")
    stranger = access.Signer(ECKey.generate_key("P-256"))
    forged = {"cookie": f"{sessions.COOKIE}={stranger.signed('havn-session', session.claims())}"}
    old = replace(session, begun=now - LIFETIME_SECONDS - 1)
    async with anybody(console) as client:
        assert (await client.get("/", headers=cookie(havn, session))).status_code == 200
        for refused in (forged, cookie(havn, old), cookie(havn, session, kind="other")):
            assert (await client.get("/", headers=refused)).status_code == 303
        token = {"cookie": f"{sessions.COOKIE}={havn.signer.token(cast.LEADER)}"}
        assert (await client.get("/", headers=token)).status_code == 303


async def test_a_revoked_session_shows_nothing_more(havn: Havn, console: server.Running) -> None:
    """Also where services would take a token that the console makes for it now."""
    now = datetime.now(UTC)
    begun = int(now.timestamp()) - 120
    session = Session(replace(cast.LEADER, subject="users/left-yesterday"), "s-2", begun, "csrf")
    async with anybody(console) as client:
        assert (await client.get("/", headers=cookie(havn, session))).status_code == 200
        revoked.add(havn.platform.settings.revoked_tokens, "users/left-yesterday", now - timedelta(seconds=60))

        async def refused() -> bool:
            return (await client.get("/", headers=cookie(havn, session))).status_code == 303

        await eventually(refused)
        assert (await client.get("/", headers=cookie(havn, replace(session, caller=cast.LEADER)))).status_code == 200


async def test_who_logs_in_again_after_a_revocation_is_let_in(havn: Havn, console: server.Running) -> None:
    somebody = replace(cast.LEADER, subject="users/found-the-phone")
    async with anybody(console) as client:
        before = Session(somebody, "s-3", int(time.time()), "csrf")
        assert (await client.get("/", headers=cookie(havn, before))).status_code == 200
        revoked.add(havn.platform.settings.revoked_tokens, somebody.subject, datetime.now(UTC))
        anew = replace(before, id="s-4", begun=before.begun + 60)

        async def refused() -> bool:
            return (await client.get("/", headers=cookie(havn, before))).status_code == 303

        async def let_in() -> bool:
            return (await client.get("/", headers=cookie(havn, anew))).status_code == 200

        await eventually(refused)
        await eventually(let_in)


async def test_nothing_that_people_type_is_in_the_log(visitor: Visitor, console: server.Running) -> None:
    logged = io.StringIO()
    logs.configure(logged)
    client = await visitor("leader")
    await client.get(f"/waiting-list?q={TYPED}")
    await client.get(f"/{TYPED}")
    await client.post("/waiting-list/searches", data={"csrf": await csrf(client), "name": TYPED, "q": TYPED})
    await client.post(f"/offers/{TYPED}/withdraw", data={"csrf": await csrf(client), "reason": TYPED})
    async with anybody(console) as stranger:
        await stranger.post("/login", data={"token": TYPED, "back": f"/{TYPED}"})
        await stranger.get(f"/waiting-list?q={TYPED}")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    answered = [line for line in lines if line["event"] == "page.answered"]
    assert {"page", "code", "milliseconds", "actor", "roles", "reference"} <= answered[0].keys()
    assert "/waiting-list/searches" in {line["page"] for line in answered}
    assert TYPED not in logged.getvalue()


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(console: server.Running) -> None:
    async with anybody(console) as client:
        answer = await client.post("/login", data={"person": "leader"})
        told = answer.headers["set-cookie"]
        assert "HttpOnly" in told
        assert "SameSite=lax" in told


async def test_a_form_of_another_site_does_nothing(console: server.Running) -> None:
    async with logged_in(console, "leader") as client:
        crossed = {"sec-fetch-site": "cross-site"}
        assert (await client.post("/logout", headers=crossed)).headers["location"] == "/"
        assert sessions.COOKIE in client.cookies
        assert (await client.post("/logout")).headers["location"] == "/login?out=1"
        assert sessions.COOKIE not in client.cookies


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/assets/nothing.css"])
async def test_every_answer_carries_the_headers(visitor: Visitor, path: str) -> None:
    answer = await (await visitor("leader")).get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_an_asset_is_kept_for_good_and_compressed(visitor: Visitor) -> None:
    client = await visitor("leader")
    page = (await client.get("/")).text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await client.get(path)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


async def test_another_name_of_the_host_is_refused(visitor: Visitor) -> None:
    assert (await (await visitor("leader")).get("/", headers={"host": "example.org"})).status_code == 400


async def test_what_is_not_there_is_said_so(visitor: Visitor) -> None:
    answer = await (await visitor("leader")).get("/nowhere")
    assert answer.status_code == 404
    assert "Siden findes ikke" in answer.text


async def test_a_language_is_chosen_and_kept(visitor: Visitor) -> None:
    client = await visitor("leader")
    answer = await client.post("/language", data={"language": "en", "back": "/nowhere"})
    assert answer.headers["location"] == "/nowhere"
    assert "There is no such page" in (await client.get("/nowhere")).text


@pytest.mark.parametrize(
    ("sent", "back"),
    [("/waiting-list/searches?town=Nuuk", "/waiting-list?town=Nuuk"), ("/offers/o-1/withdraw", "/offers")],
)
async def test_a_language_chosen_after_a_refused_form_leads_to_the_page_above_it(
    visitor: Visitor, sent: str, back: str
) -> None:
    client = await visitor("coordinator")
    answer = await client.post(sent, data={"csrf": "forged"})
    assert answer.status_code == 409
    assert f'name="back" value="{back}"' in answer.text
    assert (await client.get(back)).status_code == 200
