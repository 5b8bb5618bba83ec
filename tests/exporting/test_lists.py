"""What a row of each list tells, and that a spreadsheet runs nothing of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from google.protobuf.message import Message

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.placements.v1 import placements_pb2 as placements
from services.havn.exporting.files import write_export
from services.havn.exporting.registries import REGISTRIES
from services.havn.exporting.rows import row
from services.havn.importing.one_file import read
from services.havn.importing.problems import Problems
from services.havn.importing.sheets import LISTS
from services.havn.importing.wellbeing_file import WELLBEING
from services.havn.importing.writing import Format
from services.shared.wire import timestamp
from tests import cast

# It meets no database.
pytestmark = pytest.mark.once

NOW = timestamp(cast.NOW)
TOLD = "2026-03-02T12:00:00Z"
UNIT = "institutions/i/units/a"
OBSERVED = wellbeing.WellbeingObservation(
    child="children/k-1", observed_date=cast.day(), value=3, note="Slept", recorded_by="users/night-watch"
)

ROWS: Mapping[str, tuple[Message, Mapping[str, str]]] = {
    "offers": (
        placements.Offer(
            name="offers/o-1",
            request="requests/r-1",
            sibling_requests=["requests/r-2", "requests/r-3"],
            home=UNIT,
            place_count=3,
            state=placements.OFFER_STATE_DECLINED,
            answer_reason="No room",
            answered_by="users/night-watch",
            answer_time=NOW,
        ),
        {
            "key": "o-1",
            "request": "r-1",
            "sibling_requests": "r-2 | r-3",
            "home": "i/a",
            "places": "3",
            "held_places": "0",
            "state": "declined",
            "answer_reason": "No room",
            "answered_by": "users/night-watch",
            "answered_on": TOLD,
            "answer_by": "",
        },
    ),
    "waiting_list_exits": (
        capacity.WaitingListExit(
            request="requests/r-1", child="children/k-1", reason=capacity.EXIT_REASON_WITHDRAWN, words="=1+1"
        ),
        {"request": "r-1", "child": "k-1", "reason": "withdrawn", "words": "=1+1", "left_on": ""},
    ),
    "central_list_applications": (
        waiting.CentralListApplication(
            name="centralListApplications/a-1",
            request="requests/r-1",
            create_time=NOW,
            state=waiting.CENTRAL_LIST_STATE_REMOVED,
            closing_reason="Two of the same",
        ),
        {"key": "a-1", "request": "r-1", "applied_on": TOLD, "state": "removed", "closing_reason": "Two of the same"},
    ),
    "central_list": (
        waiting.CentralListEntry(name="centralListEntries/e-1", position=2, age=9, in_danger=True),
        {"key": "e-1", "position": "2", "age": "9", "in_danger": "yes", "languages": "", "gender": ""},
    ),
    "risk_views": (
        placements.RiskView(
            name="placements/p-1/riskViews/v-1",
            home="families/f-1",
            source="families/f-1/followUps/u-1",
            reasons=[placements.RISK_REASON_CONCERN, placements.RISK_REASON_FALLING_WELLBEING],
            told_date=cast.day(),
            state=placements.RISK_VIEW_STATE_CLOSED,
            words="Talked with all",
        ),
        {
            "placement": "p-1",
            "key": "v-1",
            "home": "f-1",
            "source": "families/f-1/followUps/u-1",
            "reasons": "concern | falling_wellbeing",
            "told_on": "2026-03-02",
            "state": "closed",
            "words": "Talked with all",
        },
    ),
    "vacancy_changes": (
        capacity.VacancyChange(
            name=f"{UNIT}/vacancyChanges/2-asked",
            kind=capacity.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED,
            changed_by="services/capacity",
            blocked=[capacity.BlockedPlaces(place_count=1, reason=capacity.BLOCK_REASON_CALM, note="A: calm")],
        ),
        {
            "unit": "i/a",
            "key": "2-asked",
            "what": "confirmation_asked",
            "changed_by": "services/capacity",
            "blocked": "1:calm::A\\: calm",
        },
    ),
    "wellbeing": (
        OBSERVED,
        {
            "child": "k-1",
            "date": "2026-03-02",
            "value": "3",
            "note": "Slept",
            "child_words": "",
            "recorded_by": "users/night-watch",
        },
    ),
}
REGISTRY = {registry.name: registry for registry in REGISTRIES}


def cells(name: str) -> dict[str, str]:
    registry, record = REGISTRY[name], ROWS[name][0]
    return row(registry.sheets[0], registry.told(record), registry.identity(record))


@pytest.mark.parametrize("name", ROWS)
def test_a_row_tells_of_its_record(name: str) -> None:
    told, expected = cells(name), ROWS[name][1]
    assert {column: told[column] for column in expected} == expected
    assert list(told) == [column.name for column in REGISTRY[name].sheets[0].columns]


def test_nothing_of_a_list_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    exits = REGISTRY["waiting_list_exits"].sheets[0]
    write_export(tmp_path / "out", [], [(exits, [cells("waiting_list_exits")])], Format.CSV)
    assert ";'=1+1;" in (tmp_path / "out" / LISTS / exits.file).read_text("utf-8")


def test_a_registry_that_stands_among_lists_in_a_workbook_is_taken_from_it_alone(tmp_path: Path) -> None:
    tables = [(REGISTRY[name].sheets[0], [cells(name)]) for name in ("offers", "wellbeing")]
    write_export(tmp_path / "out", [], tables, Format.XLSX)
    book = tmp_path / "out" / LISTS / f"{LISTS}.xlsx"
    part = read(book, WELLBEING)
    assert not isinstance(part, Problems), [str(problem) for problem in part.found]
    [taken] = part.rows
    assert taken.message == wellbeing.RecordWellbeingRequest(observation=OBSERVED)
    assert isinstance(read(book, REGISTRY["follow_ups"].sheets[0]), Problems)
