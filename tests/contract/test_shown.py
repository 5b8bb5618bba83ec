"""No RPC with case content shows a record that its audit row does not name: made from the descriptors."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from havn.terms.v1.terms_pb2 import Words
from services.shared import access
from services.shared.shown import COLLECTIONS, shown
from tests import cast
from tests.contract.descriptors import METHODS

# It meets no database.
pytestmark = pytest.mark.once

PROTOS = Path(__file__).parents[2] / "protos" / "havn"
MANY = 3

NO_CASE_CONTENT = {"authorities", "persons", "services", "users"}
"""Collections that tell nothing of a child or a family by a name alone."""


def filled(message: Message, numbers: Iterator[int]) -> list[str]:
    """Puts a name of its own into each text of the message, however deep it stands; gives the names."""
    names: list[str] = []
    for field in message.DESCRIPTOR.fields:
        for _ in range(MANY if field.is_repeated else 1):
            names += put(message, field, numbers)
    return names


def put(message: Message, field: Any, numbers: Iterator[int]) -> list[str]:  # noqa: ANN401  # upb has its own type
    if field.message_type is not None:
        if field.message_type.full_name == Words.DESCRIPTOR.full_name:
            return []
        held: Any = getattr(message, field.name)
        inner = held.add() if field.is_repeated else held
        inner.SetInParent()
        return filled(inner, numbers)
    if field.type != FieldDescriptor.TYPE_STRING or field.name == "authority":
        return []
    number = next(numbers)
    name = f"{COLLECTIONS[number % len(COLLECTIONS)]}/x-{number}"
    if field.is_repeated:
        getattr(message, field.name).append(name)
    else:
        setattr(message, field.name, name)
    return [name]


TELLING = [method for method in METHODS if access.permission(method).case_content]


@pytest.mark.parametrize("method", TELLING, ids=lambda method: method.full_name)
def test_whatever_name_stands_in_an_answer_is_found(method: MethodDescriptor) -> None:
    answer = GetMessageClass(method.output_type)()
    names = filled(answer, count())
    assert names
    assert sorted(shown(answer, cast.MUNICIPALITY)[cast.MUNICIPALITY]) == sorted(names)


def test_each_collection_of_the_contracts_is_known() -> None:
    written = "".join(path.read_text() for path in PROTOS.rglob("*.proto"))
    named = set(re.findall(r'"([a-zA-Z]+)/\{', written))
    assert named - NO_CASE_CONTENT == set(COLLECTIONS)


@pytest.mark.parametrize(
    "name",
    ["families/f-1/followUps/9c1e", "institutions/i/units/u/vacancy", "matchRuns/m/record", "children/C-1"],
)
def test_a_name_may_be_one_of_a_record_within_a_record(name: str) -> None:
    family = GetMessageClass(METHODS_BY_NAME["GetFosterFamily"].output_type)(name=name)
    assert shown(family, "authorities/a") == {"authorities/a": [name]}


@pytest.mark.parametrize("free_text", ["mother/father", "see children/c-1", "children/c-1\n", "children/", "users/u"])
def test_free_text_gets_into_no_audit_row(free_text: str) -> None:
    family = GetMessageClass(METHODS_BY_NAME["GetFosterFamily"].output_type)(display_name=free_text)
    assert shown(family, "authorities/a") == {}


METHODS_BY_NAME = {method.name: method for method in METHODS}


def test_a_name_is_of_the_authority_of_the_record_that_it_stands_in() -> None:
    runs = GetMessageClass(METHODS_BY_NAME["GetMatchRun"].output_type)
    run: Any = runs(name="matchRuns/m", authority="authorities/a")
    place = run.places.add(requests=["requests/r"])
    place.home.name, place.home.authority = "families/f", "authorities/b"
    place.home.display_name = "families/f"
    assert shown(run, "authorities/c") == {
        "authorities/a": ["matchRuns/m", "requests/r"],
        "authorities/b": ["families/f"],
    }
