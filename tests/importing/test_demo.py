import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from havn.capacity.v1.capacity_pb2 import (
    CreateInstitutionRequest,
    CreateUnitRequest,
    Institution,
    InstitutionUnit,
    RecordDeliveryRequest,
    ReportVacancyRequest,
)
from havn.families.v1.families_pb2 import CreateFosterFamilyRequest, FamilyState
from havn.placements.v1.placements_pb2 import CreateRequestRequest, RecordPlacementRequest
from havn.terms.v1.terms_pb2 import NeedLevel
from services.capacity.rules.institutions import check_delivery, check_institution
from services.capacity.rules.units import check_unit
from services.capacity.rules.vacancies import check_vacancy
from services.families import policies
from services.families.rules import agreements, arrivals, follow_ups, supervision, way
from services.families.rules.arrivals import Stay
from services.families.rules.cadence import check_policy, next_visit
from services.families.rules.family import check_family
from services.havn.demo import followed, reviewed
from services.havn.demo.generator import README_FILE, demo_rows, make_demo
from services.havn.demo.institutions import INSTITUTIONS, UNITS
from services.havn.demo.people import Cells
from services.havn.demo.towns import TOWNS
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.placements.rules import check_placement, check_request
from services.shared.checks import check
from services.shared.wire import day

# It meets no database.
pytestmark = pytest.mark.once

TODAY = date(2026, 3, 2)
DATA = Path(__file__).parents[2] / "data"
SEEDS = (1, 2, 3)
Demo = dict[str, list[Cells]]


@pytest.fixture(params=SEEDS)
def demo(request: pytest.FixtureRequest) -> Demo:
    return demo_rows(request.param, TODAY)


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    make_demo(tmp_path, 1, TODAY)
    found = read(tmp_path)
    assert isinstance(found, Rows), found
    return found


def data(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


def living(demo: Demo) -> list[Cells]:
    return [row for row in demo["placements.csv"] if not row["end_date"]]


def waiting(demo: Demo) -> list[Cells]:
    """Requests that are open: those that were closed say so."""
    return [row for row in demo["requests.csv"] if "state" not in row]


def age(row: Cells) -> int:
    born = date.fromisoformat(row["birth_date"])
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def is_over(family: Cells) -> bool:
    """Whether it was refused or has ended: it is no foster family."""
    return bool(family.get("refused_by") or family.get("ended_by"))


def by_key(rows: list[Cells]) -> dict[str, Cells]:
    return {row["key"]: row for row in rows}


def test_it_is_the_same_for_the_same_seed_and_day(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        make_demo(tmp_path / folder, 7, TODAY)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("one", "two"))
    assert one == two
    assert len(one) == 9


def test_another_seed_is_another_demo() -> None:
    assert demo_rows(1, TODAY) != demo_rows(2, TODAY)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2026, 12, 31)])
def test_the_reader_takes_it(tmp_path: Path, seed: int, today: date) -> None:
    make_demo(tmp_path, seed, today)
    assert isinstance(read(tmp_path), Rows)


def test_it_says_that_it_is_made_up(tmp_path: Path) -> None:
    make_demo(tmp_path, 1, TODAY)
    readme = (tmp_path / README_FILE).read_text("utf-8")
    assert "OPDIGTET" in readme
    assert "MADE UP" in readme


def test_every_name_says_that_it_is_made_up(demo: Demo) -> None:
    named = demo["families.csv"] + demo["institutions.csv"] + demo["units.csv"]
    assert all("opdigtet" in row["display_name"].lower() for row in named)
    assert len({row["display_name"] for row in demo["families.csv"]}) == 260 + 2


def test_no_institution_has_a_real_name() -> None:
    real = " ".join(row["name"] for row in data("institutions.csv")).lower()
    assert not [name for name, *_ in INSTITUTIONS.values() if name.lower() in real.split()]


def test_its_towns_are_real() -> None:
    municipality = {row["town"]: row["municipality"].lower() for row in data("towns.csv")}
    assert all(town.authority in municipality[town.name] for town in TOWNS)


def test_families_and_their_children_follow_the_public_counts(demo: Demo) -> None:
    families = by_key([row for row in demo["families.csv"] if not is_over(row)])
    assert len(families) == 260
    assert Counter(row["authority"] for row in families.values())["kujalleq"] == 80
    assert Counter(row["authority"] for row in families.values())["sermersooq"] == 100
    towns = Counter(families[row["home"]]["town"] for row in living(demo) if row["home"] in families)
    assert towns.total() == 380
    assert (towns["Nuuk"], towns["Tasiilaq"]) == (66, 78)
    professional = [
        k for k, row in families.items() if row["type"] == "professional" and row["authority"] == "sermersooq"
    ]
    assert len(professional) == 3
    assert sum(row["home"] in professional for row in living(demo)) == 6


def test_institutions_are_nearly_full(demo: Demo) -> None:
    assert Counter(row["owner_type"] for row in demo["institutions.csv"]) == {
        "self_government": 11,
        "self_owned": 11,
        "municipal": 3,
        "private": 1,
    }
    private = {row["key"] for row in demo["institutions.csv"] if row["owner_type"] == "private"}
    assert sum(unit.places for unit in UNITS if unit.institution not in private) == 325
    lived_in = [row["home"].split("/")[0] for row in living(demo) if "/" in row["home"]]
    assert sum(institution not in private for institution in lived_in) == 310
    assert {row["free_places"] for row in demo["vacancies.csv"]} == {"0", "1", "2"}
    stale = [row for row in demo["vacancies.csv"] if row["confirmed_on"] < (TODAY - timedelta(days=21)).isoformat()]
    assert len(stale) == 3


def test_most_institution_children_are_sermersooqs(demo: Demo) -> None:
    assert 180 <= sum("/" in row["home"] and row["authority"] == "sermersooq" for row in living(demo)) <= 240


def test_45_families_have_a_free_place(demo: Demo) -> None:
    free = [row for row in demo["families.csv"] if int(row.get("free_places") or 0)]
    assert Counter(row["type"] for row in free) == {
        "municipal": 25,
        "emergency": 11,
        "network": 5,
        "relief": 3,
        "professional": 1,
    }
    waiting = {row["child"]: row for row in demo["requests.csv"]}
    named = [waiting[row["approved_child"]] for row in free if row["type"] == "network"]
    assert all(row["need_step"] == "2" for row in named)


def test_no_home_has_more_children_than_it_is_approved_for(demo: Demo) -> None:
    residents = Counter(row["home"] for row in living(demo))
    places = {row["key"]: int(row.get("approved_places") or 0) for row in demo["families.csv"]}
    places |= {f"{row['institution']}/{row['key']}": int(row["places"]) for row in demo["units.csv"]}
    free = Counter({row["key"]: int(row.get("free_places") or 0) for row in demo["families.csv"]})
    free.update({row["unit"]: int(row["free_places"]) for row in demo["vacancies.csv"]})
    assert all(residents[home] + free[home] <= count for home, count in places.items())


def test_children_live_where_their_age_and_need_are_approved(demo: Demo) -> None:
    levels = ("light", "moderate", "severe")
    homes = {
        row["key"]: (row["approved_age_min"], row["approved_age_max"], row["approved_need_level"])
        for row in demo["families.csv"]
        if row.get("approved_places")
    }
    homes |= {
        f"{u['institution']}/{u['key']}": (u["age_min"], u["age_max"], u["need_level"]) for u in demo["units.csv"]
    }
    waiting = {row["child"] for row in demo["requests.csv"]}
    for row in living(demo):
        youngest, oldest, highest = homes[row["home"]]
        assert int(youngest) <= age(row) <= int(oldest)
        # Who waits for another home may need more than the home can give.
        assert levels.index(row["need_level"]) <= levels.index(highest) or row["child"] in waiting


def test_every_child_lives_in_one_home(demo: Demo) -> None:
    assert max(Counter(row["child"] for row in demo["placements.csv"]).values()) == 1


def test_network_families_are_approved_for_the_child_they_have(demo: Demo) -> None:
    families = by_key(demo["families.csv"])
    for row in living(demo):
        if families.get(row["home"], {}).get("type") == "network":
            assert families[row["home"]]["approved_child"] == row["child"]


def test_60_children_wait(demo: Demo) -> None:
    requests = waiting(demo)
    assert Counter(row["authority"] for row in requests) == {
        "sermersooq": 24,
        "kujalleq": 10,
        "qeqqata": 10,
        "avannaata": 10,
        "qeqertalik": 6,
    }
    assert sum("danger_since" in row for row in requests) == 4
    assert sum("ceiling_step" in row for row in requests) == 4
    assert sum(row["solo_placement"] == "yes" for row in requests) == 2
    assert Counter(row["kind"] for row in requests) == {"placement": 53, "step_down": 4, "parent_with_child": 3}
    assert sum("basis_kind" not in row for row in requests) == 5


def test_children_are_overdue_in_every_class(demo: Demo) -> None:
    days = [(TODAY - date.fromisoformat(row["place_by"])).days for row in waiting(demo)]
    assert [sum(low <= day <= high for day in days) for low, high in ((1, 30), (31, 90), (91, 999))] == [15, 11, 6]


def test_siblings_name_each_other_alike(demo: Demo) -> None:
    bonds = {
        (row["child"], part.split(":")[0].strip()): part.split(":")[1].strip()
        for row in waiting(demo)
        for part in row["siblings"].split("|")
        if part
    }
    placed = {row["child"] for row in living(demo)}
    assert Counter(bonds.values()) == {"together": 13, "together_if_possible": 4, "apart": 2}
    assert all(bonds.get((other, one)) == rule for (one, other), rule in bonds.items() if other not in placed)
    assert [pair for pair in bonds if pair[1] in placed] == [("k-018", "k-061")]


def test_children_who_step_down_are_placed_above_their_need(demo: Demo) -> None:
    step = {row["child"]: int(row["step"]) for row in living(demo)}
    down = [row for row in demo["requests.csv"] if row["kind"] == "step_down"]
    assert all(step[row["child"]] > int(row["need_step"]) for row in down)


def test_who_waits_in_a_home_lives_there(demo: Demo) -> None:
    home = {row["child"]: row["home"] for row in living(demo)}
    waiting = [row for row in demo["requests.csv"] if "current_home" in row]
    assert len(waiting) == 6
    assert all(home[row["child"]] == row["current_home"] for row in waiting)


def test_the_first_of_sermersooqs_list_is_the_journeys(demo: Demo) -> None:
    danger = [row for row in demo["requests.csv"] if "danger_since" in row and row["authority"] == "sermersooq"]
    assert min(danger, key=lambda row: (row["place_by"], row["waiting_since"]))["key"] == "r-001"


def test_homes_of_the_journey_can_take_its_first_child(demo: Demo) -> None:
    child = by_key(demo["requests.csv"])["r-001"]
    members = demo["household.csv"]
    for key in ("f-001", "f-002", "f-083"):
        family = by_key(demo["families.csv"])[key]
        assert family["authority"] == child["authority"]
        assert family["type"] == "municipal"
        assert int(family["free_places"]) >= 1
        assert family["free_from"] <= child["from_date"]
        assert family["approved_until"] > (TODAY + timedelta(days=365)).isoformat()
        assert int(family["approved_age_min"]) <= age(child) <= int(family["approved_age_max"])
        assert family["approved_need_level"] in ("moderate", "severe")
        assert family["course_completed"]
        assert "paused_by" not in family
        adults = [row for row in members if row["family"] == key and age(row) >= 15]
        assert all(row["criminal_record_issued"] and row["child_certificate_issued"] for row in adults)
    assert child["home_town"] == by_key(demo["families.csv"])["f-001"]["town"] == "Nuuk"


def test_others_left_the_list_and_each_says_why(demo: Demo) -> None:
    left = [row for row in demo["requests.csv"] if "state" in row]
    assert Counter(row["state"] for row in left) == {"placed": 15, "withdrawn": 5}
    home = {row["child"]: row for row in living(demo)}
    for row in left:
        closed = row["closed_on"].partition("T")[0]
        assert row["waiting_since"] <= closed <= TODAY.isoformat()
        if row["state"] == "placed":
            assert home[row["child"]]["start_date"] == closed
        else:
            assert "(opdigtet)" in row["withdrawal_reason"]
            assert row["child"] not in home


def test_a_child_who_cannot_live_with_others_has_a_unit_alone(demo: Demo) -> None:
    [vacancy] = [row for row in demo["vacancies.csv"] if "solo_placement" in row["blocked"]]
    [unit] = [row for row in demo["units.csv"] if f"{row['institution']}/{row['key']}" == vacancy["unit"]]
    out_of_use = int(vacancy["blocked"].split(":")[0])
    assert sum(row["home"] == vacancy["unit"] for row in living(demo)) == 1 == int(unit["places"]) - out_of_use


def test_a_full_unit_has_a_place_that_nobody_reported(demo: Demo) -> None:
    unit = next(row for row in demo["units.csv"] if (row["institution"], row["key"]) == ("i-nuuk-01", "a"))
    vacancy = next(row for row in demo["vacancies.csv"] if row["unit"] == "i-nuuk-01/a")
    child = by_key(demo["requests.csv"])["r-002"]
    assert vacancy["free_places"] == "0"
    assert sum(row["home"] == "i-nuuk-01/a" for row in living(demo)) == int(unit["places"]) - 1
    assert (unit["step"], unit["need_level"], unit["disposal"]) == (child["need_step"], "severe", "central_list")
    assert int(unit["age_min"]) <= age(child) <= int(unit["age_max"])
    assert child["needed_competences"] in unit["competences"].split(" | ")


def test_something_is_amiss_with_a_few_families(demo: Demo) -> None:
    families, soon = [row for row in demo["families.csv"] if not is_over(row)], (TODAY + timedelta(days=90)).isoformat()
    adults = [row for row in demo["household.csv"] if age(row) >= 15]
    assert sum("paused_by" in row for row in families) == 7
    assert sum("" < row.get("approved_until", "") < soon for row in families) == 8
    assert sum(not row["child_certificate_issued"] for row in adults) == 5
    overdue = [row for row in adults if row["criminal_record_renew_by"] < TODAY.isoformat()]
    assert 9 <= len(overdue) <= 12
    assert sum("approved_places" not in row for row in families) == 2


def test_the_services_own_rules_take_it(rows: Rows) -> None:
    institutions: dict[str, Institution] = {}
    units: dict[str, InstitutionUnit] = {}
    for row in rows.families.rows + rows.capacity.rows + rows.placements.rows:
        match row.message:
            case CreateFosterFamilyRequest() as family:
                check_family(family.family, TODAY)
            case CreateInstitutionRequest() as institution:
                check_institution(institution.institution)
                institutions[f"institutions/{institution.id}"] = institution.institution
            case CreateUnitRequest() as unit:
                check_unit(unit.unit, institutions[unit.parent])
                units[f"{unit.parent}/units/{unit.id}"] = unit.unit
            case ReportVacancyRequest() as vacancy:
                check_vacancy(vacancy.vacancy, units[vacancy.parent], TODAY)
            case RecordDeliveryRequest() as delivery:
                check_delivery(delivery.delivery, institutions[delivery.parent], TODAY)
            case CreateRequestRequest() as request:
                check_request(request.request, TODAY)
            case RecordPlacementRequest() as placement:
                check_placement(placement.placement, TODAY)


def test_its_families_stand_in_every_state_and_what_is_told_of_their_way_is_made_up(rows: Rows) -> None:
    messages = (row.message for row in rows.families.rows)
    families = [message.family for message in messages if isinstance(message, CreateFosterFamilyRequest)]
    assert {way.state(family, TODAY) for family in families} == set(FamilyState.values()) - {0}
    told = ((each.assessment.care, each.refusal.reason, each.ending.reason) for each in families)
    assert all("opdigtet" in text for texts in told for text in texts if text)


def test_the_consultants_visits_of_the_demo_are_of_children_who_live_there_and_in_time() -> None:
    rows = demo_rows(1, TODAY)
    homes = {row["key"]: row for row in rows["families.csv"]}
    held = policies.default(reviewed.AUTHORITY)
    policy = reviewed.scale(held).policy
    check_policy(policy, held)
    for visit, request in followed.visits(TODAY):
        home, follow_up = homes[visit.family], request.follow_up
        stays = [
            Stay(f"children/{row['child']}", date.fromisoformat(row["start_date"]))
            for row in living(rows)
            if row["home"] == visit.family
        ]
        visited, approved = day(follow_up.visit_date), date.fromisoformat(home["approved_from"])
        begun = arrivals.begun(approved, stays, visited)
        need = NeedLevel.Value(f"NEED_LEVEL_{home['approved_need_level'].upper()}")
        proposed = arrivals.due_after(visited, next_visit(policy, begun, need, visited), stays)
        check(request)
        follow_ups.check_follow_up(follow_up, policy, proposed, TODAY)
        assert home["consultant"] == "consultant"
        assert set(follow_up.children) <= {stay.child for stay in stays if stay.lasts_on(visited)}, visit.family
        assert all("(opdigtet)" in getattr(follow_up, part).note for part in follow_ups.PARTS)
    for supervised in followed.supervision_visits(TODAY):
        supervision.check_visit(supervised.visit, TODAY)
    for agreed in followed.agreements(TODAY):
        agreements.check_agreement(agreed.agreement)
