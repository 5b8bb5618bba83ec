"""Events come in any order, in any batches, any number of times: what is kept is as if they had come one by one."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from havn.capacity.v1.capacity_pb2 import Vacancy
from havn.capacity.v1.events_pb2 import VacancyReported
from havn.families.v1.events_pb2 import FosterFamilyChanged
from havn.families.v1.families_pb2 import FosterFamily
from services.matching import events
from services.matching.store import FamilyRow, VacancyRow
from services.shared.consumers import Effect
from services.shared.database import Database
from services.shared.names import new_id
from services.shared.records import View
from services.shared.store import Store
from services.shared.tables import Record
from tests import cast, databases

CONSUMER = "matching-homes-v1"

Told = tuple[int, int]
"""Which record, and its version."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = databases.of_service("matching", tmp_path_factory.mktemp("disorder"))
    yield made
    made.close()


async def effect(prefix: str, told: Told) -> Effect:
    """What matching does with the event: families have even numbers, vacancies odd ones."""
    number, version = told
    if number % 2:
        vacancy = Vacancy(name=f"{prefix}-{number}", etag=str(version), free_place_count=version)
        return await events.vacancy_reported(VacancyReported(vacancy=vacancy, version=version))
    family = FosterFamily(name=f"{prefix}-{number}", etag=str(version), display_name=f"As of {version}")
    return await events.family_changed(FosterFamilyChanged(family=family, version=version))


async def kept(database: Database, deliveries: Sequence[Sequence[Told]]) -> dict[str, tuple[int, bytes]]:
    """What is kept after these batches, by the end of each record's name."""
    prefix, store = new_id(), Store(database, cast.FixedClock())
    for batch in deliveries:
        effects = {f"{prefix}-{told}": await effect(prefix, told) for told in batch}
        await store.receive(CONSUMER, cast.SERVICE, effects)

    def read(view: View) -> list[Record]:
        return [*view.session.exec(select(FamilyRow)), *view.session.exec(select(VacancyRow))]

    return {
        row.name.removeprefix(prefix): (row.version, row.body.replace(prefix.encode(), b""))
        for row in await store.view_as(cast.SERVICE, read)
        if row.name.startswith(prefix)
    }


made = st.lists(st.integers(0, 4), min_size=1, max_size=12).map(
    lambda numbers: [(number, numbers[: place + 1].count(number)) for place, number in enumerate(numbers)]
)
"""Changes of some records in the order that they were made: each is the next version of its record."""


@given(in_order=made, data=st.data())
def test_disorder_and_doubles_change_nothing(database: Database, in_order: list[Told], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(in_order), max_size=6))
    disordered = data.draw(st.permutations([*in_order, *again]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(disordered)), max_size=4)))
    batches = [disordered[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(disordered)], strict=True)]
    one_by_one = [[told] for told in in_order]
    # Hypothesis calls no coroutines; a loop of its own leaves that of the other tests alone.
    loop = asyncio.new_event_loop()
    try:
        found, expected = (loop.run_until_complete(kept(database, given)) for given in (batches, one_by_one))
    finally:
        loop.close()
    assert found == expected
