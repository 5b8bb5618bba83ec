"""COLUMN=VALUE: what is named changes, and nothing else."""

import re

import pytest
import typer

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.families.rules.family import CHANGEABLE
from services.havn.commands.record_changes import put, require_all, said
from services.havn.importing.family_columns import FAMILIES, HOUSEHOLD
from tests import cast

# It meets no database.
pytestmark = pytest.mark.once


def changed(family: pb.FosterFamily, *given: str) -> list[str]:
    """Makes the changes; the fields that the mask names."""
    return list(put(family, said(FAMILIES, given, CHANGEABLE)).paths)


def test_what_is_named_changes_and_all_else_stays() -> None:
    family = cast.a_family(pets=["A dog"], wishes=pb.Wishes(siblings=True, note="Two sisters"))
    expected = pb.FosterFamily()
    expected.CopyFrom(family)
    expected.wishes.note = "Anybody=all"
    del expected.languages[:]
    expected.languages.add(language=terms.LANGUAGE_INUKTUN, level=terms.LANGUAGE_LEVEL_BASIC)
    expected.languages.add(language=terms.LANGUAGE_DANISH, level=terms.LANGUAGE_LEVEL_GOOD)
    mask = changed(family, "wishes=Anybody=all", "languages=inuktun:basic | danish:good")
    assert mask == ["languages", "wishes"]
    assert family == expected


def test_no_value_clears_and_a_message_that_says_nothing_is_gone() -> None:
    family = cast.a_family(pets=["A dog"], wishes=pb.Wishes(note="Two sisters"))
    assert changed(family, "pets=", "wishes=", "taken_age_max=") == ["limits", "pets", "wishes"]
    assert not family.pets
    assert not family.HasField("wishes")
    assert not family.HasField("limits")


def test_the_last_word_about_a_column_holds() -> None:
    family = cast.a_family()
    changed(family, "pets=A cat", "pets=A bird")
    assert family.pets == ["A bird"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("town=Nowhere", "town: 'Nowhere' can't be read; allowed is a town"),
        ("pets", "'pets' is not COLUMN=VALUE"),
        ("approved_places=9", "is not COLUMN=VALUE with one of these columns: display_name,"),
        ("key=f-2", "is not COLUMN=VALUE"),
    ],
)
def test_what_cannot_be_said_is_told_with_what_can(given: str, told: str) -> None:
    with pytest.raises(typer.BadParameter, match=re.escape(told)):
        said(FAMILIES, [given], CHANGEABLE)


def test_a_new_record_is_said_whole() -> None:
    fields = pb.HouseholdMember.DESCRIPTOR.fields_by_name
    require_all(HOUSEHOLD, said(HOUSEHOLD, ["role=adult", "birth_date=1990-02-03"], fields))
    with pytest.raises(typer.BadParameter, match="say also: birth_date"):
        require_all(HOUSEHOLD, said(HOUSEHOLD, ["role=adult", "birth_date="], fields))
