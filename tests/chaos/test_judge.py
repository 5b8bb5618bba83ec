"""A judge that finds nothing wrong with what is wrong would show nothing."""

import asyncio
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import cast

import pysqlite3.dbapi2
import pytest
import pytest_asyncio
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from havn.families.v1.families_pb2 import FosterFamily
from havn.matching.v1.matching_pb2 import RUN_STATE_RUNNING, MatchRun
from havn.placements.v1.placements_pb2 import OFFER_STATE_ASKED, Offer
from services.shared.clock import SystemClock
from tests import databases
from tests.cast import FixedClock
from tests.chaos import witness
from tests.chaos.judge import RUNS_START, Findings, Judge
from tests.chaos.landscape import Landscape
from tests.chaos.ledger import Ledger, Told
from tests.chaos.load import Office, Person
from tests.conftest import eventually, running_havn

TODAY = SystemClock("America/Nuuk").today()
NOON = datetime.combine(TODAY, time(12), UTC)

AGAIN = "INSERT INTO outbox (event_id, subject, kind, body, time) SELECT event_id || 'x', subject, kind, body, time"
REQUEST = "(SELECT min(name) FROM requests)"
FAMILY = "families/f-chaos-1"
UNLOCKED = "DROP TRIGGER audit_unchanged"

WRONG = {
    "a record is gone": ("placements", [f"DELETE FROM requests WHERE name = {REQUEST}"], {"lost", "differing"}),
    "a write is taken back": ("families", ["UPDATE families SET body = :family"], {"lost", "differing"}),
    "an event is gone": ("capacity", ["DELETE FROM outbox WHERE sequence = 1"], {"lost", "phantom"}),
    "an event was written twice": ("families", [f"{AGAIN} FROM outbox LIMIT 1"], {"doubled", "unsettled"}),
    "an event was never sent": ("families", ["UPDATE outbox SET sent_time = NULL"], {"unsettled"}),
    "a copy is old": ("matching", [f"UPDATE requests SET body = :nothing WHERE name = {REQUEST}"], {"differing"}),
    "an entry is missing": ("capacity", ["DELETE FROM waiting_list"], {"differing"}),
    "an answer is gone": ("placements", ["DELETE FROM inquiries"], {"lost", "differing"}),
    "an offer stands as before its answer": ("placements", ["UPDATE offers SET body = :offer"], {"differing"}),
    "a run is not over": ("matching", ["UPDATE match_runs SET body = :run"], {"unsettled"}),
    "an event was applied twice": (
        "witness",
        ["INSERT INTO seen (witness, event) SELECT witness, event FROM seen LIMIT 1"],
        {"doubled"},
    ),
    "an event was not applied": ("witness", ["DELETE FROM seen WHERE number = 1"], {"lost"}),
    "an event was made up": (
        "witness",
        ["INSERT INTO seen (witness, event) VALUES ('witness', 'requests/nobody@1')"],
        {"phantom"},
    ),
    "the trail was changed": ("capacity", [UNLOCKED, "UPDATE audit SET subject = 'users/somebody'"], {"audit"}),
}
"""What is done to a service's database behind its back, and what the judge is to find."""


class Files:
    """As much of a landscape as a judge needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def engine(self, service: str) -> Engine:
        return create_engine(f"sqlite:///{self._folder / service}.sqlite", module=pysqlite3.dbapi2)


@contextmanager
def judging(folder: Path) -> Iterator[Judge]:
    judge = Judge(cast(Landscape, Files(folder)))
    yield judge
    judge.close()


def judged(folder: Path, told: Told) -> Findings:
    with judging(folder) as judge:
        found = judge.judge(told)
        judge.check_audit(found)
    return found


@pytest_asyncio.fixture(scope="module")
async def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """What a Havn without faults leaves, of which the witness saw all, and its ledger."""
    if databases.on_postgres():
        pytest.skip("the files of SQLite are copied and changed")
    folder = tmp_path_factory.mktemp("kept")
    ledger = Ledger(folder / "ledger")
    with judging(folder) as judge:
        engine = Files(folder).engine(witness.NAME)
        witness.make_tables(engine)
        async with running_havn(folder, clock=FixedClock(NOON, TODAY)) as havn:
            office = Office(lambda caller: havn.as_(caller).channels, ledger)
            person = Person(1, office, random.Random(1))
            await person.settle_in()
            of_requests = (person.file, person.change, person.file, person.plan, person.ask, person.decline)
            for act in (*of_requests, person.report, person.visit, person.tell):
                await act()

            def settled() -> bool:
                with Session(engine) as session:
                    session.add_all(witness.Seen(witness=witness.NAME, event=event) for event in judge.unseen())
                    session.commit()
                return judge.judge(ledger.read()).clean

            await eventually(lambda: asyncio.to_thread(settled))
        engine.dispose()
    return folder, ledger.read()


def test_what_was_left_alone_is_clean(kept: tuple[Path, Told]) -> None:
    assert judged(*kept).clean


@pytest.mark.parametrize("wrong", WRONG)
def test_the_judge_finds(wrong: str, kept: tuple[Path, Told], tmp_path: Path) -> None:
    folder, told = kept
    for file in folder.glob("*.sqlite*"):
        shutil.copy(file, tmp_path)
    service, statements, expected = WRONG[wrong]
    engine = Files(tmp_path).engine(service)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), bodies(statement, told))
    engine.dispose()
    found = judged(tmp_path, told)
    assert {name for name, count in found.counts.items() if count} == expected, found


def bodies(statement: str, told: Told) -> dict[str, bytes]:
    """Records as they were at first."""
    (run,) = (each.name for each in told.answered if each.rpc == RUNS_START)
    (offer,) = (each.name for each in told.answered if each.rpc == "OfferPlace")
    known = {
        "family": FosterFamily(name=FAMILY, etag="1").SerializeToString(),
        "offer": Offer(name=offer, etag="1", state=OFFER_STATE_ASKED).SerializeToString(),
        "run": MatchRun(name=run, etag="1", state=RUN_STATE_RUNNING).SerializeToString(),
        "nothing": b"",
    }
    return {name: body for name, body in known.items() if f":{name}" in statement}


def test_the_judge_finds_who_was_refused_or_never_answered(kept: tuple[Path, Told], tmp_path: Path) -> None:
    folder, _ = kept
    shutil.copy(folder / "ledger", tmp_path)
    ledger = Ledger(tmp_path / "ledger")
    ledger.asked("k-never")
    ledger.refused("k-no", "ABORTED")
    found = judged(folder, ledger.read())
    assert (len(found.unsettled), len(found.refused)) == (1, 1)
