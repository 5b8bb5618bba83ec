"""What an import found out, and what changed before it was written."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from havn.families.v1 import families_pb2 as pb
from services.families.api import FAMILY
from services.families.store import FAMILIES, FamilyRow
from services.shared import call
from services.shared.drafts import Draft
from services.shared.errors import EtagStale
from services.shared.records import Change, View
from services.shared.store import Store
from tests import cast
from tests.conftest import Client, Havn


@pytest.fixture
def store(havn: Havn) -> Store:
    call.begin(call.Call("/test", "reference", cast.ADMINISTRATOR))
    return havn.services["families"].store


async def judged(store: Store, *families: pb.FosterFamily) -> Draft:
    """A draft that holds the families."""
    draft = Draft(cast.ADMINISTRATOR, cast.NOW)

    def judge(view: View) -> None:
        draft.look(view.session, [(FamilyRow, family.name) for family in families])
        for family in families:
            draft.kept(FAMILY, family, FieldMask())
            draft.put(FAMILY, family)

    await store.view(judge)
    return draft


async def write(store: Store, draft: Draft) -> None:
    def written(change: Change) -> pb.FosterFamily:
        draft.write(change)
        return pb.FosterFamily()

    await store.change_all(cast.fresh(), b"", pb.FosterFamily, written)


async def test_a_record_that_changed_since_it_was_judged_keeps_all_out(store: Store, consultant: Client) -> None:
    kept = await consultant.families.CreateFosterFamily(cast.entering(id="raced"))
    later = cast.a_family(name="families/raced", town="Sisimiut")
    draft = await judged(store, later, cast.a_family(name="families/raced-new"))
    kept.town = "Maniitsoq"
    await consultant.families.UpdateFosterFamily(cast.changing(kept, "town"))
    with pytest.raises(EtagStale):
        await write(store, draft)
    assert (await store.view(lambda view: view.get(FAMILIES, "families/raced"))).town == "Maniitsoq"
    assert await store.view(lambda view: view.find(FAMILIES, "families/raced-new")) is None


async def test_a_record_that_came_to_be_since_keeps_all_out(store: Store, consultant: Client) -> None:
    draft = await judged(store, cast.a_family(name="families/first"))
    await consultant.families.CreateFosterFamily(cast.entering(id="first"))
    with pytest.raises(EtagStale):
        await write(store, draft)


async def test_a_row_sees_what_earlier_rows_bring(store: Store) -> None:
    draft = await judged(store, cast.a_family(name="families/early", town="Sisimiut"))
    assert draft.get(FAMILIES, "families/early").town == "Sisimiut"
    await write(store, draft)
    assert (await store.view(lambda view: view.get(FAMILIES, "families/early"))).etag == "1"
