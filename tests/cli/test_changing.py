"""What is entered and changed from the command line."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from services.havn import running
from services.havn.command_line import run
from tests import cast
from tests.cli.conftest import Ran
from tests.conftest import Havn, running_havn

Asked = Callable[..., Awaitable[Ran]]


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    """A system with a family of the demo's municipality, whom nothing is missing."""
    folder = tmp_path_factory.mktemp("changing")
    async with running_havn(folder) as started:
        running.announce(folder, started.platform.addresses)
        family = cast.a_family(household=[cast.a_sound_member()])
        await started.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(family, id="f-1"))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HAVN_DATA", str(folder))
            yield started


@pytest.fixture
def asked(havn: Havn, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Runs a command beside the running system."""

    async def call(*arguments: str) -> Ran:
        code = await asyncio.to_thread(run, list(arguments))
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


async def test_a_family_and_its_household_are_changed_by_the_columns_of_their_files(asked: Asked) -> None:
    before = (await asked("families", "show", "f-1", "--json")).document
    changed = (await asked("families", "update", "f-1", "pets=Two dogs | A cat", "wished_age_max=9", "--json")).document
    assert (changed["pets"], changed["wishes"]["ages"]["max"]) == (["Two dogs", "A cat"], 9)
    assert changed["household"] == before["household"]
    stale = await asked("families", "update", "f-1", "pets=", "--etag", before["etag"], "--json")
    assert (stale.code, stale.error["reason"]) == (1, "ETAG_STALE")
    assert "read it again" in stale.error["message"]
    assert (await asked("families", "update", "f-1", "free_places=1")).code == 2
    moved_in = await asked("families", "member", "f-1", "p-new", "role=adult", "birth_date=1990-02-03")
    assert "p-new another adult 1990-02-03" in " ".join(moved_in.out.split())
    due = (await asked("families", "certificates", "f-1", "--json")).document["certificates_due"]
    assert {each["person"] for each in due if each["missing"]} == {"persons/p-new"}
    seen = ("criminal_record_issued=2026-01-02", "criminal_record_renew_by=2029-01-02")
    assert "2029-01-02" in (await asked("families", "member", "f-1", "p-new", *seen, "--lang", "da")).out
    left = (await asked("families", "member", "f-1", "p-new", "--remove", "--json")).document
    assert left["household"] == before["household"]
    assert (await asked("families", "member", "f-1", "p-new", "--remove")).code == 2
    assert "Two dogs | A cat" in (await asked("families", "profile", "f-1")).out
    assert "akutvederlag" in (await asked("families", "fees", "--lang", "da")).out


async def test_institutions_and_units_are_entered_and_changed_by_the_columns_of_their_files(asked: Asked) -> None:
    home = ["display_name=Home (invented)", "owner_type=self_owned", "town=Nuuk", "approved=yes"]
    lacking = await asked("suppliers", "create", "i-new", *home)
    assert (lacking.code, "say also: authority" in lacking.err) == (2, True)
    entered = (await asked("suppliers", "create", "i-new", *home, "authority=self-government", "--json")).document
    assert (entered["name"], entered["approved"]) == ("institutions/i-new", True)
    unit = "kind=residential step=5 places=4 age_max=17 gender_rule=all need_level=moderate disposal=own".split()
    unit += ["display_name=A (invented)", "town=Nuuk", "languages=danish:good"]
    assert (await asked("suppliers", "create", "i-new/a", *unit)).code == 0
    changed = (await asked("suppliers", "update", "i-new/a", "places=3", "adults_by_day=2", "--json")).document
    assert (changed["place_count"], changed["staffing"]["adults_by_day"], changed["town"]) == (3, 2, "Nuuk")
    assert "åben" not in (await asked("suppliers", "profile", "i-new", "--lang", "da")).out
    assert "open" in (await asked("suppliers", "update", "i-new", "kind=open")).out
    stale = await asked("suppliers", "update", "i-new", "kind=secure", "--etag", "1", "--json")
    assert stale.error["reason"] == "ETAG_STALE"
    assert (await asked("suppliers", "update", "i-new", "kind=secure", "--as", "leader")).code == 1
    [told] = (await asked("suppliers", "units", "i-new", "--json")).document["units"]
    assert told["name"] == "institutions/i-new/units/a"
    assert "0 deliveries." in (await asked("suppliers", "deliveries", "i-new")).out


async def test_a_breach_is_recorded_and_closed_once(asked: Asked) -> None:
    record = ["suppliers", "breach", "sermersooq", "--what", "A flat (invented)", "--at", "i-new/a"]
    [breach] = (await asked(*record, "--since", "2026-03-01", "--json")).document["breaches"]
    assert (breach["home"], breach["noticed_by"]) == ("institutions/i-new/units/a", "users/coordinator")
    assert "A flat" in " ".join((await asked("suppliers", "breaches")).out.split())
    close = ["suppliers", "close-breach", breach["name"], "--reason", "Nobody lives there (invented)"]
    assert (await asked(*close)).code == 0
    assert (await asked(*close)).code == 1


async def test_places_are_blocked_beside_others_and_used_again(asked: Asked, havn: Havn) -> None:
    administrator = havn.as_(cast.ADMINISTRATOR)
    await administrator.capacity.CreateInstitution(cast.founding(id="i-nuuk-01"))
    await administrator.capacity.CreateUnit(cast.opening("institutions/i-nuuk-01", id="a"))
    block = ["vacancies", "block", "i-nuuk-01/a", "--json"]
    assert (await asked(*block, "--places", "1", "--reason", "calm")).error["reason"] == "STATE_NOT_ALLOWED"
    await asked("vacancies", "report", "i-nuuk-01/a", "--free", "4", "--from", "2026-03-02")
    await asked(*block, "--places", "1", "--reason", "calm", "--until", "2026-04-02")
    both = (await asked(*block, "--places", "2", "--reason", "staffing")).document
    assert [(each["place_count"], each["reason"]) for each in both["blocked"]] == [
        (1, "BLOCK_REASON_CALM"),
        (2, "BLOCK_REASON_STAFFING"),
    ]
    assert both["free_place_count"] == 1
    fewer = (await asked(*block, "--remove", "--places", "1", "--reason", "staffing")).document
    assert ([each["place_count"] for each in fewer["blocked"]], fewer["free_place_count"]) == ([1, 1], 2)
    assert (await asked(*block, "--remove")).document["free_place_count"] == 4
    assert (await asked(*block)).code == 2
    assert (await asked(*block, "--places", "1", "--reason", "boredom")).code == 2


async def test_a_draft_is_thrown_away_by_who_wrote_it(asked: Asked, havn: Havn) -> None:
    await havn.as_(cast.CONSULTANT).support.SaveFollowUpDraft(cast.drafting("families/f-1"))
    assert "Half a sent" in (await asked("krith", "drafts")).out
    assert (await asked("krith", "discard", "f-1", "--lang", "da")).out == "Din kladde om f-1 er væk.\n"
    assert "Half a sent" not in (await asked("krith", "drafts")).out
