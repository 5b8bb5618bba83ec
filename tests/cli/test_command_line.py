import csv
import json
from pathlib import Path

import pytest

from havn.families.v1.families_pb2 import FollowUp, LogFollowUpRequest, ProfileFact
from services.havn.commands.families import Fact
from services.havn.commands.follow_up_content import action, content_key
from services.havn.commands.json_files import message_in
from services.havn.commands.lazy import MODULES
from services.havn.commands.options import User, day
from services.havn.users import USERS
from tests.cli.conftest import Havn

UNTIL = "--from 2026-03-02 --until 2027-03-02 --reason x".split()
AT_HOME = ["--language", "danish | good", "--member", "foster-parent | 1980-02-03"]
NEED_A_SYSTEM = [
    ["status"],
    ["plan"],
    ["suggest", "r-001"],
    ["waiting-list"],
    ["waiting-list", "--left"],
    ["waiting-times"],
    ["central-list", "apply", "r-001"],
    ["central-list", "places"],
    ["central-list", "assign", "1", "i/u"],
    ["central-list", "take-back", "1", "--reason", "x"],
    ["wellbeing", "list"],
    ["wellbeing", "correct", "1", "--step", "3", "--reason", "x"],
    ["vacancies"],
    ["report-vacancy", "i/u", "--free", "1"],
    ["vacancies", "--stale"],
    ["vacancies", "report", "i/u", "--free", "1"],
    ["vacancies", "confirm", "i/u"],
    ["vacancies", "block", "i/u", "--places", "1", "--reason", "calm"],
    ["vacancies", "history", "i/u"],
    ["vacancies", "differences"],
    ["suppliers"],
    ["suppliers", "sheet", "i"],
    ["suppliers", "deliver", "i", "--service", "talks", "--what", "x"],
    ["suppliers", "breaches"],
    ["suppliers", "breach", "kujalleq", "--what", "x", "--at", "i/u"],
    ["suppliers", "deliveries", "i"],
    ["suppliers", "units", "i"],
    ["suppliers", "profile", "i/u"],
    ["suppliers", "create", "i", "authority=kujalleq", "display_name=x", "owner_type=private", "town=Nuuk"],
    ["suppliers", "update", "i/u", "places=3"],
    ["offer", "r-001", "f-001", "--reason", "x"],
    ["offers"],
    ["withdraw-offer", "1", "--reason", "x"],
    ["inquiries"],
    ["answer", "families/f-001/inquiries/1", "--accept"],
    ["families"],
    ["families", "show", "f-001"],
    [*"families apply Family --authority kujalleq --town Nanortalik".split(), *AT_HOME],
    ["families", "assess", "f-001", "--care", "Calm", "--visit", "2026-03-02 | Me | Room"],
    [*"families approve f-001 --reference A --places 1 --oldest 9 --need-level light".split(), *UNTIL],
    ["families", "refuse", "f-001", "--reason", "x"],
    ["families", "pause", "f-001", "--reason", "x", "--until", "2026-03-02"],
    ["families", "resume", "f-001", "--reason", "x"],
    ["families", "end", "f-001", "--reason", "x"],
    ["families", "state", "f-001", "pets", "x"],
    ["families", "resolve", "f-001", "pets", "x"],
    ["families", "views", "f-001"],
    ["families", "profile", "f-001"],
    ["families", "update", "f-001", "pets=A dog"],
    ["families", "member", "f-001", "p-1", "--remove"],
    ["families", "certificates"],
    ["families", "children", "f-001"],
    ["families", "fees"],
    ["follow-ups", "f-001"],
    ["follow-ups", "--due"],
    ["log-follow-up", "f-001"],
    ["krith", "actions"],
    ["krith", "look", "placements/p/riskViews/r", "--words", "x"],
    ["krith", "cost", "f-001"],
    ["krith", "concerns"],
    ["krith", "versions", "families/f-001/followUps/u"],
    ["krith", "discard", "f-001"],
    ["krith", "policies", "kujalleq"],
    ["krith", "visited"],
    ["krith", "next-visit", "f-001", "--after", "2026-03-02"],
    ["krith", "drafts"],
    ["krith", "policy", "kujalleq"],
    ["krith", "log-visit", "f-001", "--note", "x", "--talk", "k-1 | present | x"],
    ["krith", "agree", "f-001", "--kind", "relief", "--what", "x", "--from", "2026-03-02"],
    ["krith", "end-support", "families/f-001/supportAgreements/a", "--reason", "x"],
    ["parked"],
    ["rebuild", "matching"],
    ["parked", "retry"],
    ["parked", "dismiss", "matching/1", "--reason", "x"],
    ["audit", "verify"],
    ["token"],
]


@pytest.mark.parametrize("command", NEED_A_SYSTEM, ids=" ".join)
def test_without_a_system_a_command_says_how_to_start_one(command: list[str], havn: Havn, data: Path) -> None:
    told = havn(*command)
    assert told.code == 1
    assert str(data) in "".join(told.err.split())
    assert "havn up" in told.err
    answer = havn(*command, "--json")
    assert answer.code == 1
    assert answer.error["reason"] == "NOT_RUNNING"
    assert not data.exists()


def test_a_system_that_was_killed_does_not_run(havn: Havn, data: Path) -> None:
    data.mkdir()
    (data / "system.json").write_text(json.dumps({"pid": 2**22 + 1, "addresses": {"families": "127.0.0.1:1"}}))
    assert havn("status", "--json").error["reason"] == "NOT_RUNNING"


@pytest.mark.parametrize("pid", [-1, 0, 10**30, "x", None])
def test_a_system_of_no_process_does_not_run(pid: object, havn: Havn, data: Path) -> None:
    data.mkdir()
    (data / "system.json").write_text(json.dumps({"pid": pid, "addresses": {"families": "127.0.0.1:1"}}))
    assert havn("plan", "--json").error["reason"] == "NOT_RUNNING"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": 1, "addresses": {}}', '{"pid": 1, "addresses": 3}'])
def test_a_description_that_a_power_cut_left_is_of_no_system(content: str, havn: Havn, data: Path) -> None:
    data.mkdir()
    (data / "system.json").write_text(content)
    assert havn("plan", "--json").error["reason"] == "NOT_RUNNING"


@pytest.mark.parametrize("command", MODULES)
def test_every_command_explains_itself(command: str, havn: Havn) -> None:
    assert f"havn {command}" in havn(command, "--help").out
    assert f" {command} " in havn("--help").out
    assert "completion" not in havn(command, "--help").out


def test_the_version_is_told(havn: Havn) -> None:
    assert havn("version").out.startswith("havn ")
    assert set(havn("version", "--json").document) == {"version"}


def test_a_family_may_speak_about_what_the_contract_names() -> None:
    assert [f"PROFILE_FACT_{fact.name}" for fact in Fact] == ProfileFact.keys()[1:]


def test_the_users_to_ask_as_are_the_demos() -> None:
    assert [user.value for user in User] == list(USERS)


WRONG = [
    ["suggest"],
    ["no-such-command"],
    ["waiting-list", "--as", "nobody"],
    ["waiting-list", "--lang", "xx"],
    ["waiting-list", "--step", "9"],
    ["families", "assess", "f-001", "--visit", "2026-03-02"],
    ["families", "pause", "f-001"],
    [*"families apply Family --town Nuuk".split(), *AT_HOME],
    [*"families apply Family --authority kujalleq --town Nuuk".split(), "--language", "danish"],
    [*"families apply Family --authority kujalleq --town Nuuk".split(), *AT_HOME, "--member", "dog | 2019-01-01"],
    ["families", "state", "f-001", "weather", "x"],
    ["follow-ups"],
    ["follow-ups", "f-001", "--due"],
    ["follow-ups", "f-001", "--consultant", "consultant"],
    ["report-vacancy", "i/u", "--free", "1", "--from", "2026-02-30"],
    ["report-vacancy", "i/u", "--free", "1", "--from", "tomorrow"],
    ["report-vacancy", "i/u", "--free", "-1"],
    ["report-vacancy", "i/u", "--free", "99999999999999"],
    ["report-vacancy", "i/u", "--free", "1", "--from", "20260302"],
    ["report-vacancy", "i/u", "--free", "1", "--from", "2026-W10"],
    ["report-vacancy", "i/units/u", "--free", "1"],
    ["report-vacancy", "requests/r-001", "--free", "1"],
    ["offer", "r-001", "f-001"],
    ["offer", "families/f-001", "f-001", "--reason", "x"],
    ["withdraw-offer", "1"],
    ["answer", "families/f-001/inquiries/1"],
    ["suggest", ""],
    ["suggest", "families/f-001"],
    ["suggest", "r-001", "--why-not", "requests/r-001"],
    ["follow-ups", "i-nuuk-01/a"],
    ["import", ""],
    ["template", ""],
    ["demo", ""],
    ["demo", "folder", "--today", "9999-12-31"],
    ["demo", "folder", "--today", "0001-01-01"],
    ["log-follow-up", "f-001", "--visit-date", "0"],
    ["log-follow-up", "f-001", "--action", "only what"],
    ["demo", "folder", "--today", "2026"],
    ["serve", "everything"],
    ["migrate", "console"],
    ["rebuild", "console"],
    ["serve", "families"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_command_line_ends_with_2_and_words(arguments: list[str], havn: Havn) -> None:
    told = havn(*arguments)
    assert told.code == 2
    assert told.err
    assert not told.out


def test_a_wrong_command_line_is_told_as_json_too(havn: Havn) -> None:
    answer = havn("waiting-list", "--as", "nobody", "--json")
    assert answer.code == 2
    assert answer.error["reason"] == "COMMAND_LINE_INVALID"
    assert "coordinator" in answer.error["message"]


@pytest.mark.parametrize(("name", "value"), [("HAVN_PLAN_SECONDS", "long"), ("HAVN_TIME_ZONE", "Moon/Sea")])
def test_a_setting_that_cannot_be_is_named(name: str, value: str, havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    answer = havn("up", "--once", "--json")
    assert answer.code == 2
    assert name in answer.error["message"]


def test_an_empty_data_folder_is_not_the_folder_one_stands_in(havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVN_DATA", "")
    answer = havn("status", "--json")
    assert answer.code == 2
    assert "HAVN_DATA" in answer.error["message"]


def test_days_are_written_as_in_files() -> None:
    assert day("02-03-2026") == day("2026-03-02")


@pytest.mark.parametrize("command", ["template", "demo"])
def test_a_file_is_no_folder(command: str, havn: Havn, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in havn(command, tmp_path / "file", "--json").error["message"]


def test_templates_are_written_once_and_an_import_of_them_reads_nothing_wrong(havn: Havn, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    written = havn("template", folder, "--json")
    assert written.code == 0
    assert "families.csv" in written.document["files"]
    assert havn("template", folder, "--json").error["reason"] == "FILE_UNUSABLE"
    assert havn("import", folder, "--dry-run", "--json").error["reason"] == "NOT_RUNNING"


def test_what_is_wrong_with_a_folder_is_told_by_file_and_row_before_any_system_is_asked(
    havn: Havn, tmp_path: Path
) -> None:
    (tmp_path / "vacancies.csv").write_text("unit;free_places;free_from\ni-1/a;many;2026-03-02\n")
    answer = havn("import", tmp_path, "--json")
    assert answer.code == 1
    assert [(each["file"], each["row"], each["column"]) for each in answer.document["problems"]] == [
        ("vacancies.csv", 2, "free_places")
    ]
    assert "free_places" in havn("import", tmp_path).out


def test_what_is_wrong_goes_to_a_file_that_a_spreadsheet_opens(havn: Havn, tmp_path: Path) -> None:
    rows = "".join(f"i-1/a{number};many;2026-03-02\n" for number in range(200))
    (tmp_path / "vacancies.csv").write_text(f"unit;free_places;free_from\n{rows}")
    told = havn("import", tmp_path, "--errors", tmp_path / "mend.txt").out
    assert "Nothing was written: 200 things to mend." in told
    assert "And 100 more" in told
    found = list(csv.reader((tmp_path / "mend.txt").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert found[0][:4] == ["file", "sheet", "row", "column"]
    assert found[200][:4] == ["vacancies.csv", "", "201", "free_places"]
    assert (tmp_path / "mend.txt").stat().st_mode & 0o777 == 0o600


def test_templates_are_a_workbook_where_asked_for(havn: Havn, tmp_path: Path) -> None:
    written = havn("template", tmp_path / "new", "--format", "xlsx", "--json")
    assert written.document["files"] == ["HELP.txt", "havn.xlsx", "lists/lists.xlsx"]
    assert havn("import", tmp_path / "new", "--dry-run", "--json").error["reason"] == "NOT_RUNNING"


def test_an_import_names_a_folder_that_is_none(havn: Havn, tmp_path: Path) -> None:
    answer = havn("import", tmp_path / "missing", "--json")
    assert answer.code == 1
    assert "missing" in answer.error["message"]


def test_an_import_of_a_file_that_is_no_table_says_which_ones_are(havn: Havn, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    answer = havn("import", tmp_path / "notes.txt", "--json")
    assert answer.code == 1
    assert "*.xlsx" in answer.document["problems"][0]["words"]["en"]


def test_an_export_is_of_registries_that_are_there(havn: Havn, tmp_path: Path) -> None:
    assert havn("export", tmp_path / "out", "--only", "children", "--json").code == 2
    assert havn("export", tmp_path / "out", "--json").error["reason"] == "NOT_RUNNING"
    assert not (tmp_path / "out").exists()


def test_a_demo_goes_into_an_empty_folder_only(havn: Havn, tmp_path: Path) -> None:
    made = havn("demo", tmp_path / "demo", "--seed", "7", "--today", "2026-03-02", "--json")
    assert made.document["today"] == "2026-03-02"
    assert "requests.csv" in made.document["files"]
    assert havn("demo", tmp_path / "demo").code == 1


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"visit_date": "2026-02-30"}', '{"visit_date": "2026-W10"}', '{"score": 4}', '{"concern": "?"}'],
)
def test_a_file_that_holds_no_follow_up_is_refused(content: str, havn: Havn, tmp_path: Path) -> None:
    path = tmp_path / "follow_up.json"
    path.write_text(content)
    answer = havn("log-follow-up", "f-001", "--file", path, "--json")
    assert answer.code == 1
    assert answer.error["reason"] == "FILE_UNUSABLE"


def test_a_follow_up_file_takes_days_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "follow_up.json"
    path.write_text('{"visit_date": "2026-03-02", "actions": [{"what": "ring", "dueDate": "09-03-2026"}]}')
    found = message_in(path, FollowUp(), "follow-up")
    assert (found.visit_date.month, found.actions[0].due_date.day) == (3, 9)


def test_an_action_says_what_who_and_when() -> None:
    found = action("Ring the school | the consultant | 2026-03-09")
    assert (found.what, found.owner, found.due_date.day) == ("Ring the school", "the consultant", 9)


def test_the_key_follows_the_content() -> None:
    one = LogFollowUpRequest(parent="families/f-001", follow_up=FollowUp(concern=True))
    other = LogFollowUpRequest(parent="families/f-001", follow_up=FollowUp(concern=False))
    assert content_key(one) == content_key(one)
    assert content_key(one) != content_key(other)
