"""Names, ids, and the tokens of pages."""

from base64 import urlsafe_b64encode

import pytest

from services.shared import fields, names, records
from services.shared.access import EVERYWHERE, Caller
from services.shared.errors import BadInput
from tests import cast


@pytest.mark.parametrize("given", ["a", "7", "f-001", "a" * 40, "a--b"])
def test_an_id_may_be_chosen(given: str) -> None:
    assert names.chosen_id(given) == given


@pytest.mark.parametrize("given", ["-a", "a-", "A", "a b", "a/b", "a.b", "å", "a" * 41, "a\n", "*", ">"])
def test_an_id_may_not_be(given: str) -> None:
    with pytest.raises(BadInput, match=r"^id: "):
        names.chosen_id(given)


@pytest.mark.parametrize("given", ["010112-1234", "0101121234"])
def test_a_cpr_number_is_no_id_and_in_no_name(given: str) -> None:
    with pytest.raises(BadInput, match="CPR"):
        names.chosen_id(given)
    [problem] = fields.named("child", f"children/{given}", "children/{child}")
    assert "CPR" in problem.description
    assert given not in problem.description


@pytest.mark.parametrize("given", ["2026-010112-1234", "010112-12345", "20260302"])
def test_other_numbers_are(given: str) -> None:
    assert names.chosen_id(given) == given


def test_an_id_is_made_where_none_is_chosen() -> None:
    made = {names.chosen_id("") for _ in range(100)}
    assert len(made) == 100
    assert all(names.chosen_id(one) == one for one in made)


def test_a_name_has_a_last_part_and_a_parent() -> None:
    name = "families/f-1/followUps/k"
    assert (names.last_part(name), names.parent(name)) == ("k", "families/f-1")


@pytest.mark.parametrize("given", ["children/c-1", "children/C1", f"children/{'c' * 40}"])
def test_a_name_passes_that_looks_like_its_pattern(given: str) -> None:
    assert not list(fields.named("child", given, "children/{child}"))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "children/",
        "children",
        "children/a/b",
        "child/a",
        "children/a b",
        "children/a\n",
        f"children/{'c' * 41}",
        "xchildren/a",
    ],
)
def test_a_name_is_refused_that_does_not(given: str) -> None:
    assert [problem.field for problem in fields.named("child", given, "children/{child}")] == ["child"]


def test_a_caller_sees_its_authority_or_all() -> None:
    assert cast.COORDINATOR.sees(cast.MUNICIPALITY, "requests/r")
    assert not cast.COORDINATOR.sees(cast.OTHER_MUNICIPALITY, "requests/r")
    assert Caller("x", authority=EVERYWHERE).sees(cast.OTHER_MUNICIPALITY, "requests/r")
    assert not cast.STRANGER.sees(cast.MUNICIPALITY, "requests/r")


def test_a_narrowed_caller_sees_its_own_record_and_what_belongs_to_it() -> None:
    member = cast.member_of("families/f-1")
    seen = ["families/f-1", "families/f-1/followUps/k", "families/f-10", "families/f"]
    assert [member.sees(cast.MUNICIPALITY, name) for name in seen] == [True, True, False, False]


@pytest.mark.parametrize(("asked", "size"), [(0, 50), (1, 1), (199, 199), (200, 200), (201, 200), (2**31 - 1, 200)])
def test_a_page_has_the_size_asked_for_within_bounds(asked: int, size: int) -> None:
    assert records.page_size(asked) == size


def test_a_page_below_none_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^page_size: "):
        records.page_size(-1)


def test_a_token_leads_behind_where_it_was_made() -> None:
    assert records.after(records.next_token("requests/å")) == "requests/å"
    assert records.after("") == ""


MALFORMED = ["x", "!!!!", "a===", "YQ==!", "Y Q==", "å", urlsafe_b64encode(b"\xff\xfe").decode(), "=" * 4]


@pytest.mark.parametrize("token", MALFORMED)
def test_a_token_that_was_never_given_out_is_refused(token: str) -> None:
    with pytest.raises(BadInput, match=r"^page_token: "):
        records.after(token)


@pytest.mark.parametrize("position", ["x", "-1", "²", "1.5", " 1", "9" * 5000, "requests/r"])
def test_a_token_of_a_position_that_no_list_has_is_refused(position: str) -> None:
    with pytest.raises(BadInput, match=r"^page_token: "):
        records.positions([cast.a_family()], 10, records.next_token(position))


def test_positions_beyond_the_end_are_an_empty_page() -> None:
    page = records.positions([cast.a_family()], 10, records.next_token("7"))
    assert (page.items, page.next_token) == ([], "")


def test_a_page_begins_so_many_behind_its_token() -> None:
    page = records.positions(range(10), 3, records.next_token("2"), skip=4)
    assert (page.items, records.after(page.next_token)) == ([6, 7, 8], "9")
    assert records.positions(range(10), 3, page.next_token).items == [9]


def test_nothing_is_before_the_beginning() -> None:
    with pytest.raises(BadInput, match=r"^skip: "):
        records.positions(range(10), 3, "", skip=-1)
