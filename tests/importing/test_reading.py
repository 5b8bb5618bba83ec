from pathlib import Path
from unicodedata import normalize

import pytest

from havn.capacity.v1 import capacity_pb2
from havn.families.v1 import families_pb2
from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.problems import Problem, Problems
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.templates import write_templates
from tests.importing.conftest import GOOD, Put

# It meets no database.
pytestmark = pytest.mark.once


def rows(folder: Path) -> Rows:
    found = read(folder)
    assert isinstance(found, Rows), found
    return found


def problems(folder: Path) -> list[tuple[str, int, str]]:
    return [(problem.place.file, problem.row, problem.column) for problem in found(folder)]


def found(folder: Path) -> tuple[Problem, ...]:
    answer = read(folder)
    assert isinstance(answer, Problems), answer
    return answer.found


def family(folder: Path) -> families_pb2.FosterFamily:
    message = rows(folder).families.rows[0].message
    assert isinstance(message, families_pb2.CreateFosterFamilyRequest)
    return message.family


def request(folder: Path) -> placements_pb2.PlacementRequest:
    message = rows(folder).placements.rows[0].message
    assert isinstance(message, placements_pb2.CreateRequestRequest)
    return message.request


@pytest.mark.usefixtures("put_all")
def test_a_row_of_every_file_becomes_a_message(tmp_path: Path) -> None:
    counts = rows(tmp_path).counts
    assert counts == dict.fromkeys(counts, 1)
    assert set(counts) == set(GOOD)


def test_files_are_optional(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {})
    assert rows(tmp_path).counts == {"requests.csv": 1}


def test_text_that_a_program_took_apart_is_composed(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {"child_words": normalize("NFD", "Må jeg bo her?")})
    assert request(tmp_path).wish.child_words == "Må jeg bo her?"


def test_a_family_has_its_household(tmp_path: Path, put: Put) -> None:
    put("families.csv", {"key": "f-2"}, {"key": "f-1"})
    put("household.csv", {"person": "p-2"}, {"family": "f-2"}, {"person": "p-3", "role": "own_child"})
    of_second = rows(tmp_path).families.rows[1]
    assert isinstance(of_second.message, families_pb2.CreateFosterFamilyRequest)
    assert of_second.message.id == "f-1"
    assert [member.person for member in of_second.message.family.household] == ["persons/p-2", "persons/p-3"]
    assert [part.number for part in of_second.parts] == [2, 4]


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_what_excel_saves_is_read(tmp_path: Path, put: Put, separator: str, encoding: str) -> None:
    put("requests.csv", {"child_words": "Æblegrød på Øen"}, separator=separator, encoding=encoding)
    assert request(tmp_path).wish.child_words == "Æblegrød på Øen"


@pytest.mark.parametrize("cell", ["2026-03-31", "31-03-2026", "31-3-2026"])
def test_days_are_iso_or_danish(tmp_path: Path, put: Put, cell: str) -> None:
    put("requests.csv", {"place_by": cell})
    day = request(tmp_path).place_by_date
    assert (day.year, day.month, day.day) == (2026, 3, 31)


@pytest.mark.parametrize("cell", ["2026-02-30", "03/31/2026", "31-03-26", "i dag", "31.03.2026", "٣١-03-2026"])
def test_other_days_are_refused(tmp_path: Path, put: Put, cell: str) -> None:
    put("requests.csv", {"place_by": cell})
    assert problems(tmp_path) == [("requests.csv", 2, "place_by")]


@pytest.mark.parametrize(
    ("cell", "units", "nanos"), [("174", 174, 0), ("173,52", 173, 520_000_000), ("0.5", 0, 500_000_000)]
)
def test_money_is_kroner(tmp_path: Path, put: Put, cell: str, units: int, nanos: int) -> None:
    put("families.csv", {"daily_rate": cell})
    put("household.csv", {})
    rate = family(tmp_path).daily_rate
    assert (rate.currency_code, rate.units, rate.nanos) == ("DKK", units, nanos)


@pytest.mark.parametrize("cell", ["1.000,50", "-5", "174 kr", "1e3"])
def test_other_amounts_are_refused(tmp_path: Path, put: Put, cell: str) -> None:
    put("placements.csv", {"daily_cost": cell})
    assert problems(tmp_path) == [("placements.csv", 2, "daily_cost")]


def test_lists_and_languages(tmp_path: Path, put: Put) -> None:
    put(
        "families.csv",
        {"competences": "adhd |Trauma", "schools": "Skolen A, Nuuk | Skolen B", "agreements": "kujalleq"},
    )
    put("household.csv", {})
    read_family = family(tmp_path)
    assert [(spoken.language, spoken.level) for spoken in read_family.languages] == [
        (terms_pb2.LANGUAGE_KALAALLISUT, terms_pb2.LANGUAGE_LEVEL_FLUENT),
        (terms_pb2.LANGUAGE_DANISH, terms_pb2.LANGUAGE_LEVEL_GOOD),
    ]
    assert list(read_family.competences) == [terms_pb2.COMPETENCE_ADHD, terms_pb2.COMPETENCE_TRAUMA]
    assert list(read_family.schools) == ["Skolen A, Nuuk", "Skolen B"]
    assert list(read_family.agreements) == ["authorities/kujalleq"]


def test_siblings_have_rules_authors_and_reasons(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {"siblings": "k-2:together | k-3:apart:Leder:Utrygge: begge to"})
    together, apart = request(tmp_path).siblings
    assert (together.child, together.rule) == ("children/k-2", placements_pb2.SIBLING_RULE_TOGETHER)
    assert (apart.child, apart.author, apart.reason) == ("children/k-3", "Leder", "Utrygge: begge to")


@pytest.mark.parametrize("cell", ["k-2", "k-2:near", "k-2:apart", "k-2:apart:Leder", "K 2:together"])
def test_other_bonds_are_refused(tmp_path: Path, put: Put, cell: str) -> None:
    put("requests.csv", {"siblings": cell})
    assert problems(tmp_path) == [("requests.csv", 2, "siblings")]


def test_names_may_be_keys_or_whole(tmp_path: Path, put: Put) -> None:
    put(
        "placements.csv",
        {"home": "institutions/i-1/units/a", "child": "children/k-7"},
        {"key": "pl-2", "home": "i-1/a"},
    )
    first, second = (row.message for row in rows(tmp_path).placements.rows)
    assert isinstance(first, placements_pb2.RecordPlacementRequest)
    assert isinstance(second, placements_pb2.RecordPlacementRequest)
    assert first.placement.home == second.placement.home == "institutions/i-1/units/a"
    assert first.placement.child == "children/k-7"


def test_a_group_is_absent_unless_a_cell_is_filled(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {"current_step": "0"})
    read_request = request(tmp_path)
    assert read_request.HasField("current_home")
    assert not any(read_request.HasField(group) for group in ("ceiling", "danger", "school", "contact", "legal_basis"))


def test_a_group_is_whole_or_absent(tmp_path: Path, put: Put) -> None:
    missing = ["ceiling_author", "ceiling_reason", "ceiling_until"]
    put("requests.csv", {"ceiling_step": "5"} | dict.fromkeys(missing, ""))
    assert problems(tmp_path) == [("requests.csv", 2, column) for column in missing]
    assert "ceiling_step, ceiling_reason, ceiling_until" in str(found(tmp_path)[0])


def test_a_required_cell_is_missing(tmp_path: Path, put: Put) -> None:
    put("placements.csv", {"child": ""}, {"key": "pl-2", "gender": " "})
    assert problems(tmp_path) == [("placements.csv", 2, "child"), ("placements.csv", 3, "gender")]


def test_the_key_is_the_one_column_that_every_file_has(tmp_path: Path) -> None:
    (tmp_path / "placements.csv").write_text("authority;child;start_date\n", "utf-8")
    assert problems(tmp_path) == [("placements.csv", 1, "key")]


def test_an_unknown_column_is_named_by_its_letter_and_never_repeated(tmp_path: Path, put: Put) -> None:
    put("placements.csv", {"Aviaja Hansen": "1"})
    (problem,) = found(tmp_path)
    assert (problem.place.file, problem.row, problem.column) == ("placements.csv", 1, "J")
    assert "Aviaja" not in str(problem)


def test_an_unknown_column_is_told_which_ones_are_left(tmp_path: Path, put: Put) -> None:
    put("vacancies.csv", {"places": "1"})
    (problem,) = found(tmp_path)
    assert problem.words.en == "unknown column; the file may also have: confirmed_on, confirmed_by, blocked"


def test_a_file_without_a_header_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "vacancies.csv").write_text("i-1/a;1;2026-03-02\n", "utf-8")
    (problem,) = found(tmp_path)
    assert (problem.row, problem.column) == (1, "")
    assert "i-1" not in str(problem)
    assert "no header" in str(problem)


def test_a_header_may_shout(tmp_path: Path) -> None:
    (tmp_path / "vacancies.csv").write_text("UNIT;Free_places;Free_From\ni-1/a;1;2026-03-02\n", "utf-8")
    assert rows(tmp_path).counts == {"vacancies.csv": 1}


def test_a_column_stands_there_twice(tmp_path: Path) -> None:
    header = ";".join(GOOD["vacancies.csv"]) + ";unit"
    (tmp_path / "vacancies.csv").write_text(f"{header}\n", "utf-8")
    assert problems(tmp_path) == [("vacancies.csv", 1, "unit")]


def test_no_cell_is_ever_repeated(tmp_path: Path, put: Put) -> None:
    secret = "Aviaja-0102031234"
    for file in GOOD:
        put(file, dict.fromkeys(GOOD[file], secret), {"Aviaja": secret})
    assert found(tmp_path)
    assert not any("Aviaja" in text or "010203" in text for p in found(tmp_path) for text in (str(p), p.words.da))


def test_problems_say_what_is_allowed_in_two_languages(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {"gender": "x"})
    (problem,) = found(tmp_path)
    assert str(problem) == "requests.csv, row 2, gender: can't be read; allowed is one of: girl, boy"
    assert problem.words.da == "kan ikke læses; tilladt er et af: girl (pige), boy (dreng)"


def test_all_problems_of_all_files_come_in_order(tmp_path: Path, put: Put) -> None:
    put("placements.csv", {"step": "x", "gender": "x"})
    put("requests.csv", {}, {"key": "r-2", "child": "?"}, {"key": "R 3"})
    assert problems(tmp_path) == [
        ("requests.csv", 3, "child"),
        ("requests.csv", 4, "key"),
        ("placements.csv", 2, "gender"),
        ("placements.csv", 2, "step"),
    ]


def test_keys_are_unique(tmp_path: Path, put: Put) -> None:
    put("units.csv", {}, {"institution": "i-2"}, {})
    put("vacancies.csv", {}, {"unit": "institutions/i-1/units/a"})
    assert problems(tmp_path) == [
        ("units.csv", 4, "key"),
        ("vacancies.csv", 3, "unit"),
    ]


@pytest.mark.usefixtures("put_all")
def test_a_member_belongs_to_a_family_of_the_folder(tmp_path: Path, put: Put) -> None:
    put("household.csv", {}, {"family": "f-9", "person": "p-2"})
    assert problems(tmp_path) == [("household.csv", 3, "family")]


@pytest.mark.usefixtures("put_all")
@pytest.mark.parametrize(
    ("file", "column", "cell"),
    [("requests.csv", "current_home", "f-9"), ("placements.csv", "home", "f-9"), ("placements.csv", "home", "i-1/z")],
)
def test_a_home_that_the_folder_does_not_hold_is_noted(
    tmp_path: Path, put: Put, file: str, column: str, cell: str
) -> None:
    put(file, {}, {column: cell, "key": "n-2"})
    notes = rows(tmp_path).notes
    assert [(note.place.file, note.row, note.column) for note in notes] == [(file, 3, column)]


def test_homes_that_the_folder_does_not_list_are_left_to_the_services(tmp_path: Path, put: Put) -> None:
    put("placements.csv", {"home": "f-9"}, {"key": "pl-2", "home": "i-9/z"})
    put("vacancies.csv", {"unit": "i-9/z"})
    assert rows(tmp_path).counts == {"vacancies.csv": 1, "placements.csv": 2}


def test_a_template_that_nobody_filled_lists_no_homes(tmp_path: Path, put: Put) -> None:
    write_templates(tmp_path)
    put("placements.csv", {"home": "f-9"}, {"key": "pl-2", "home": "i-9/z"})
    assert rows(tmp_path).counts == {"placements.csv": 2}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_what_excel_calls_text_and_csv_is_read(tmp_path: Path, put: Put, encoding: str, separator: str) -> None:
    put("requests.csv", {"child_words": "Æblegrød på Øen – “tit”"}, encoding=encoding, separator=separator)
    assert request(tmp_path).wish.child_words == "Æblegrød på Øen – “tit”"


# In these the letters are other ones: they are never guessed.
@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "utf-32"])
def test_another_encoding_is_told_how_to_save(tmp_path: Path, put: Put, encoding: str) -> None:
    put("vacancies.csv", {"confirmed_by": "Søren"}, encoding=encoding)
    (problem,) = found(tmp_path)
    assert "choose Save as, CSV UTF-8" in str(problem)
    assert "Gem som" in problem.words.da


@pytest.mark.parametrize("column", ["home_town", "protect_from_towns"])
def test_a_town_is_one_that_havn_knows(tmp_path: Path, put: Put, column: str) -> None:
    put("requests.csv", {column: "Godthåb"})
    assert problems(tmp_path) == [("requests.csv", 2, column)]


def test_an_unreadable_file_makes_no_other_file_wrong(tmp_path: Path, put: Put) -> None:
    put("placements.csv", {"home": "f-9"})
    put("household.csv", {"family": "f-9"})
    (tmp_path / "families.csv").write_bytes(b"key;authority\nf-1;\xff\n")
    assert problems(tmp_path) == [("families.csv", 0, "")]


def test_a_family_has_a_household(tmp_path: Path, put: Put) -> None:
    put("families.csv", {}, {"key": "f-2"})
    put("household.csv", {})
    assert problems(tmp_path) == [("families.csv", 3, "key")]


def test_a_household_needs_its_families(tmp_path: Path, put: Put) -> None:
    put("household.csv", {})
    assert problems(tmp_path) == [("household.csv", 0, "")]


def test_families_without_household_are_those_that_havn_has(tmp_path: Path, put: Put) -> None:
    put("families.csv", {})
    assert "household" not in rows(tmp_path).families.told["family"]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path, put: Put) -> None:
    put("vacancies.csv", {"confirmed_by": '"to\nlinjer"'}, {"unit": "i-1/b"})
    lines = (tmp_path / "vacancies.csv").read_text("utf-8") + "\n;;;\n\ni-1/c;x;2026-03-02;\n"
    (tmp_path / "vacancies.csv").write_text(lines, "utf-8")
    assert problems(tmp_path) == [("vacancies.csv", 6, "free_places")]


def test_a_row_is_longer_than_the_header(tmp_path: Path, put: Put) -> None:
    put("vacancies.csv", {"free_from": "2026-03-02;overflow"})
    assert problems(tmp_path) == [("vacancies.csv", 2, "")]


@pytest.mark.parametrize("cell", ['"a"b', '"never closed', "x" * 700_000])
def test_a_file_that_is_no_csv_file_is_one_from_a_row_on(tmp_path: Path, put: Put, cell: str) -> None:
    put("vacancies.csv", {}, {"unit": "i-1/b", "confirmed_by": cell})
    assert problems(tmp_path) == [("vacancies.csv", 3, "")]


def test_an_unknown_file_is_a_slip(tmp_path: Path, put: Put) -> None:
    put("requests.csv", {})
    (tmp_path / "familes.csv").touch()
    for others in ("README.txt", "._requests.csv", "~$requests.csv", ".~lock.requests.csv#"):
        (tmp_path / others).touch()
    assert problems(tmp_path) == [("familes.csv", 0, "")]


def test_an_empty_folder_is_a_slip(tmp_path: Path) -> None:
    assert problems(tmp_path) == [("", 0, "")]


@pytest.mark.usefixtures("put_all")
def test_the_files_tell_the_fields_that_they_have_columns_of(tmp_path: Path, put: Put) -> None:
    put("families.csv", {"approved_age_max": "", "free_from": "", "free_places": "", "confirmed_on": ""})
    told = rows(tmp_path).families.told["family"]
    assert set(told) == {
        *("authority", "display_name", "type", "town", "languages"),
        *("approval.ages.max", "availability.free_place_count", "availability.from_date"),
        *("availability.confirmed_time", "household.role", "household.birth_date"),
    }


def test_a_message_of_which_all_is_told_is_told_whole(tmp_path: Path) -> None:
    write_templates(tmp_path)
    told = rows(tmp_path).families.told["family"]
    assert {"approval", "availability", "pause", "training", "experience", "household"} <= set(told)
    assert not any("." in path for path in told)


def test_a_vacancy_tells_when_and_by_whom_it_was_confirmed(tmp_path: Path, put: Put) -> None:
    put("vacancies.csv", {"confirmed_on": "28-02-2026", "confirmed_by": "Vagthavende (opdigtet)"})
    message = rows(tmp_path).capacity.rows[0].message
    assert isinstance(message, capacity_pb2.ReportVacancyRequest)
    assert message.parent == "institutions/i-1/units/a"
    assert message.vacancy.confirmed_time.ToJsonString() == "2026-02-28T00:00:00Z"
    assert message.vacancy.confirmed_by == "Vagthavende (opdigtet)"
