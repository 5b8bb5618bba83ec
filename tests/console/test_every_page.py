"""What holds for every page: whom it refuses, and that all can use it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from services.console import languages, server
from services.console.app import PAGES
from services.console.visits import Page, rpc
from services.shared import access
from tests import cast
from tests.console.conftest import WIDTHS, Browsing, csrf, logged_in, violations

PLAIN = ["/", "/nowhere"]
"""Pages that need nothing to be there."""


@dataclass(frozen=True)
class Login:
    """A client as which somebody is logged in, and what its forms carry."""

    client: httpx2.AsyncClient
    csrf: str


Logins = dict[str, Login]


@pytest_asyncio.fixture(scope="module")
async def logins(console: server.Running) -> AsyncIterator[Logins]:
    """Of every user one, for all pages."""
    async with AsyncExitStack() as opened:
        clients = {user: await opened.enter_async_context(logged_in(console, user)) for user in cast.USERS}
        yield {user: Login(client, await csrf(client)) for user, client in clients.items()}


@pytest.mark.parametrize("page", [page for page in PAGES if page.asks], ids=lambda page: f"{page.method} {page.path}")
async def test_a_page_refuses_all_but_those_who_may_call_its_rpc(logins: Logins, page: Page) -> None:
    roles = access.permission(rpc(page.asks)).roles
    path = page.path.replace("{", "").replace("}", "")
    for user, caller in cast.USERS.items():
        if caller.roles.isdisjoint(roles):
            form = {"csrf": logins[user].csrf} if page.method == "POST" else None
            answer = await logins[user].client.request(page.method, path, data=form)
            assert answer.status_code == 403, user


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "POST"], ids=lambda page: page.path)
async def test_a_form_that_is_not_of_this_login_and_this_site_does_nothing(logins: Logins, page: Page) -> None:
    client, own = logins["coordinator"].client, logins["coordinator"].csrf
    path = page.path.replace("{", "").replace("}", "")
    for form, headers in (
        ({}, {}),
        ({"csrf": logins["leader"].csrf}, {}),
        ({"csrf": own}, {"sec-fetch-site": "cross-site"}),
        ({"csrf": own}, {"sec-fetch-site": "same-site"}),
    ):
        assert (await client.post(path, data=form, headers=headers)).status_code == 409


@pytest.mark.parametrize("language", languages.NAMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing(browsing: Browsing, width: int, language: str) -> None:
    async with browsing.as_("coordinator", width, language) as page:
        for path in PLAIN:
            await page.goto(path)
            assert await violations(page) == [], path
        await page.context.clear_cookies()
        await page.goto("/login")
        assert await violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_wider_than_the_screen(browsing: Browsing, width: int) -> None:
    async with browsing.as_("coordinator", width) as page:
        for path in PLAIN:
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
