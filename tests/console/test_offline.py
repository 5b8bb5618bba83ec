"""Follow-ups on a phone whose network is cut and whose Havn is killed: nothing is lost, nothing is doubled."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, expect

from havn.families.v1 import families_pb2 as pb
from services.console.pages.follow_up_form import PARTS
from services.shared.wire import date_message
from tests import cast
from tests.console.phone import NEXT_VISIT, PATIENCE_SECONDS, TODAY, Cuts, Embedded, Phone, phone, waiting

CUTS = int(os.environ.get("HAVN_CUTS", "12"))
FAMILIES = ("families/f-1", "families/f-2", "families/f-3")
JOURNEY_SECONDS = 0.6
"""About so long it takes from the first field to the server's answer: a cut falls anywhere in it."""


@pytest_asyncio.fixture(scope="module")
async def embedded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    havn = Embedded(tmp_path_factory.mktemp("embedded") / "data")
    await havn.start()
    with havn.asked() as consultant:
        for name in FAMILIES:
            approval = cast.an_approval(valid_from_date=date_message(TODAY), valid_until_date=date_message(NEXT_VISIT))
            family = cast.a_family(approval=approval, consultant=cast.CONSULTANT.subject)
            consultant.families.CreateFosterFamily(cast.entering(family, id=name.removeprefix("families/")))
    yield havn
    havn.process.stop()


@pytest_asyncio.fixture
async def taken(chromium: Browser, embedded: Embedded, tmp_path: Path) -> AsyncIterator[Phone]:
    """A phone that took the families along."""
    await embedded.start()
    async with phone(chromium, tmp_path / "phone", embedded) as found:
        await found.log_in_and_take_along()
        yield found


def saved(havn: Embedded) -> Counter[str]:
    """How often each follow-up is there, by its note."""
    found: Counter[str] = Counter()
    token = ""
    with havn.asked() as consultant:
        while True:
            request = pb.ListFollowUpsRequest(parent="families/-", page_size=200, page_token=token)
            page = consultant.families.ListFollowUps(request)
            found.update(each.trust.note for each in page.follow_ups)
            token = page.next_page_token
            if not token:
                return found


def repeated(havn: Embedded) -> int:
    """How many requests came again under a key that was done."""
    with sqlite3.connect(havn.data / "families.sqlite") as database:
        [count] = database.execute("select count(*) from audit where action = 'repeat'").fetchone()
        return int(count)


async def journey(phone: Phone, text: str) -> None:
    """Fills the form in and saves it, unless it is cut short."""
    with suppress(Error):
        await phone.fill(text)
        await phone.save()


async def finished(phone: Phone, family: str, text: str) -> None:
    """Goes on with a form that was cut short: with the draft, or anew where the phone had promised nothing yet."""
    promised = phone.promised.draft
    await phone.open(family)
    while "draft" in await waiting(phone.page) or not promised:
        notes = [await phone.page.input_value(f"#{part}-note") for part in PARTS]
        assert text in notes or not promised, "the draft that was promised is another one"
        await journey(phone, text)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await phone.promised.form.wait()
        promised = True
        await phone.open(family)


async def cut_short(phone: Phone, family: str, text: str, chance: random.Random) -> str:
    """One follow-up that is cut off somewhere between its first field and the server's answer; gives by what."""
    cuts, kind = Cuts(phone), chance.choice(Cuts.KINDS)
    await phone.open(family)
    if chance.random() < 0.5:
        await cuts.mend()
    phone.promised.forget()
    under_way = asyncio.create_task(journey(phone, text))
    await asyncio.sleep(chance.uniform(0, JOURNEY_SECONDS))
    await cuts.cut(kind)
    await under_way
    if chance.random() < 0.5:
        await cuts.mend()
    return kind


async def test_nothing_is_lost_and_nothing_doubled_at_random_moments(taken: Phone, embedded: Embedded) -> None:
    chance = random.Random(CUTS)
    kinds, written, restarts = Counter[str](), [], 0
    for number in range(CUTS):
        text, family = f"Moment {number}", chance.choice(FAMILIES)
        written.append(text)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                kinds[await cut_short(taken, family, text, chance)] += 1
                await finished(taken, family, text)
        except TimeoutError:
            # A browser that hangs is one more cut: what it promised must be there when it is started again.
            restarts += 1
            await taken.restart()
            await finished(taken, family, text)
    await Cuts(taken).mend()
    await taken.until_all_is_sent()
    found = saved(embedded)
    lost = [text for text in written if found[text] == 0]
    doubled = [text for text in written if found[text] > 1]
    figures = f"{repeated(embedded)} sent again, {restarts} restarts of a browser that hung"
    print(f"\n{CUTS} cuts {dict(kinds)}: {len(lost)} lost, {len(doubled)} doubled, {figures}")
    assert (lost, doubled) == ([], [])


async def test_a_draft_outlives_the_browser_and_opens_without_havn(taken: Phone, embedded: Embedded) -> None:
    await taken.open(FAMILIES[0])
    await taken.fill("A draft")
    await taken.drafted()
    embedded.process.kill()
    await taken.restart()
    await taken.open(FAMILIES[0])
    assert [await taken.page.input_value(f"#{part}-note") for part in PARTS] == ["A draft"] * len(PARTS)
    await taken.page.goto(f"/{FAMILIES[0]}")
    assert await taken.page.inner_text("h1") == "No connection"
    await taken.open(FAMILIES[0])
    await taken.save()
    await taken.promised.form.wait()
    await taken.page.goto("/families")
    await expect(taken.page.locator("#waiting")).to_contain_text("1 follow-up waits for a connection")
    await embedded.start()
    await taken.until_all_is_sent()
    assert saved(embedded)["A draft"] == 1
