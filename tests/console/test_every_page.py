"""What holds for every page: whom it refuses, and that all can use it."""

import pytest

from services.console import languages
from services.console.app import PAGES
from services.console.visits import Page, rpc
from services.shared import access
from tests import cast
from tests.console.conftest import WIDTHS, Browsing, Visitor, csrf, violations

PLAIN = ["/", "/nowhere"]
"""Pages that need nothing to be there."""


@pytest.mark.parametrize("page", [page for page in PAGES if page.asks], ids=lambda page: f"{page.method} {page.path}")
async def test_a_page_refuses_all_but_those_who_may_call_its_rpc(visitor: Visitor, page: Page) -> None:
    roles = access.permission(rpc(page.asks)).roles
    path = page.path.replace("{", "").replace("}", "")
    for user, caller in cast.USERS.items():
        if caller.roles.isdisjoint(roles):
            client = await visitor(user)
            form = {"csrf": await csrf(client)} if page.method == "POST" else None
            answer = await client.request(page.method, path, data=form)
            assert answer.status_code == 403, user


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "POST"], ids=lambda page: page.path)
async def test_a_form_that_is_not_of_this_login_and_this_site_does_nothing(visitor: Visitor, page: Page) -> None:
    client = await visitor("coordinator")
    path = page.path.replace("{", "").replace("}", "")
    own = await csrf(client)
    for form, headers in (
        ({}, {}),
        ({"csrf": await csrf(await visitor("leader"))}, {}),
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
