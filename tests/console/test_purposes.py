"""What calls are for, by who makes them and on which page."""

import pytest

from havn.access.v1 import access_pb2
from services.console import purposes as pages
from services.shared import purposes
from services.shared.access import claimed
from tests import cast

# It meets no database.
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("path", "user", "came_from", "word"),
    [
        ("/families/{family}", "consultant", "", "REGISTRY"),
        ("/families/{family}", "coordinator", "", "FINDING_HOME"),
        ("/families/{family}", "leader", "", "SUPERVISION"),
        ("/families/{family}", "leader", "suggestions", "FINDING_HOME"),
        ("/families/{family}", "leader", "curiosity", "SUPERVISION"),
        ("/families/{family}", "foster-family", "suggestions", "OWN_RECORD"),
        ("/families/{family}", "auditor", "suggestions", "SUPERVISION"),
        ("/families/{family}/follow-up", "consultant", "", "FOLLOW_UP"),
        ("/families/{family}/supervision-visit", "consultant", "", "SUPERVISION"),
        ("/families/{family}/approve", "leader", "", "REGISTRY"),
        ("/families/{family}/history", "leader", "", "SUPERVISION"),
        ("/families", "consultant", "", "FOLLOW_UP"),
        ("/waiting-list/{request}/suggestions", "council", "", "FINDING_HOME"),
        ("/", "caseworker", "", "CASE"),
        ("/", "institution", "", ""),
    ],
)
def test_f8_a_page_says_what_it_is_opened_for(path: str, user: str, came_from: str, word: str) -> None:
    assert pages.purpose(path, cast.USERS[user], came_from) == word


def test_f8_purposes_are_a_closed_list_and_each_has_its_word() -> None:
    numbers = [number for number in access_pb2.Purpose.values() if number]
    assert [purposes.number(word) for word in purposes.WORDS] == numbers
    assert purposes.number("") == access_pb2.PURPOSE_UNSPECIFIED


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.e30.c", "a.W10.c"])
def test_of_a_token_that_says_nothing_no_purpose_is_guessed(token: str) -> None:
    assert purposes.word(purposes.purpose(claimed(token))) == ""
