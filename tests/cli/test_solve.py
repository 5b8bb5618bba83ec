import json
from pathlib import Path

import pytest

from havn.matching.v1.problem_pb2 import Problem
from tests.cli.conftest import Havn

# It meets no database.
pytestmark = pytest.mark.once

PROBLEM = {
    "levels": [{"name": "placed", "sense": "MAXIMIZE"}, {"name": "misfit", "sense": "MINIMIZE"}],
    "homes": [{"name": "near", "places": 1}, {"name": "far", "places": 1}],
    "units": [{"name": "a"}, {"name": "b"}],
    "options": [
        {"unit": "a", "home": "near", "places": 1, "scores": [1, 2]},
        {"unit": "a", "home": "far", "places": 1, "scores": [1, 3]},
        {"unit": "b", "home": "near", "places": 1, "scores": [1, 5]},
    ],
}


@pytest.fixture
def as_json(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM))
    return path


@pytest.fixture
def as_binary(tmp_path: Path) -> Path:
    from google.protobuf.json_format import ParseDict

    path = tmp_path / "problem.bin"
    path.write_bytes(ParseDict(PROBLEM, Problem()).SerializeToString())
    return path


@pytest.mark.parametrize("form", ["as_json", "as_binary"])
def test_a_problem_is_solved_and_needs_no_running_havn(
    form: str, havn: Havn, request: pytest.FixtureRequest, data: Path
) -> None:
    answer = havn("solve", request.getfixturevalue(form), "--json")
    assert answer.code == 0
    assert answer.document["assignments"] == [{"unit": "a", "home": "far"}, {"unit": "b", "home": "near"}]
    assert answer.document["levels"] == [
        {"name": "placed", "value": 2, "bound": 2, "proven": True},
        {"name": "misfit", "value": 8, "bound": 8, "proven": True},
    ]
    assert set(answer.document["seconds"]) == {"build", "solve"}
    assert not data.exists()


def test_people_read_who_goes_where_and_how_sure_that_is(havn: Havn, as_json: Path) -> None:
    told = havn("solve", as_json).out
    assert "2 of 2 units assigned." in told
    assert "proven best" in told


def test_a_byte_order_mark_is_no_part_of_a_problem(havn: Havn, tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM), encoding="utf-8-sig")
    assert havn("solve", path).code == 0


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"{", b'{"homes": 3}', b'{"unknown": 1}', b"{\xff}", b"neither", b"[]", b"\xff\xff\xff", b"{" * 5000],
)
def test_a_file_that_holds_no_problem_is_refused_in_words(content: bytes, havn: Havn, tmp_path: Path) -> None:
    path = tmp_path / "problem"
    path.write_bytes(content)
    answer = havn("solve", path, "--json")
    assert answer.code == 1
    assert answer.error["reason"] == "FILE_UNUSABLE"
    assert str(path) in answer.error["message"]


def test_a_problem_that_is_not_well_formed_is_refused_by_its_field(havn: Havn, tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM | {"homes": [{"name": "near", "places": -1}]}))
    answer = havn("solve", path)
    assert answer.code == 1
    assert "homes[0].places" in answer.err


@pytest.mark.parametrize("missing", ["problem.json", "."])
def test_a_file_that_is_not_there_is_named(missing: str, havn: Havn, tmp_path: Path) -> None:
    answer = havn("solve", tmp_path / missing, "--json")
    assert answer.code == 1
    assert str(tmp_path) in answer.error["message"]


def test_a_deadline_below_0_is_a_wrong_command_line(havn: Havn, as_json: Path) -> None:
    assert havn("solve", as_json, "--seconds", "-1").code == 2
