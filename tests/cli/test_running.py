import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.conftest import Havn, Ran, caller, process, started, staying
from tests.conftest import PAUSE_SECONDS, WAIT_SECONDS

# Five parts, each a note.
NOTES = ["--competences", "k", "--resources", "r", "--involvement", "i", "--trust", "t", "--everyday-life", "h"]


@pytest.fixture(scope="module")
def completed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A data folder whose first start was killed, and what the next one printed; it has ended, too."""
    data = tmp_path_factory.mktemp("completed") / "data"
    killed = process(data, "up", "--demo", "--once")
    assert killed.stdout
    for line in killed.stdout:
        if line.startswith("First start"):
            break
    while not (data / "demo").exists():
        assert killed.poll() is None
        time.sleep(PAUSE_SECONDS)
    killed.kill()
    killed.communicate()
    return data, started(data)


def test_a_first_start_that_was_killed_is_completed_by_the_next(completed: tuple[Path, Ran]) -> None:
    _, ran = completed
    assert ran.code == 0, ran.out
    assert "The plan covers" in ran.out


def test_the_demo_can_be_imported_again_and_stays_the_same(
    completed: tuple[Path, Ran], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _ = completed
    monkeypatch.setenv("HAVN_DATA", str(data))
    havn = caller(capsys)
    folder = data / "demo"
    with staying(data):
        assert havn("import", folder, "--dry-run", "--json").code == 0
        again = havn("import", folder, "--json").document
    # The journeys of the first start changed one vacancy.
    assert (again["created_count"], again["updated_count"]) == (0, 1)
    assert again["unchanged_count"] > 500
    assert again["rows"]["requests.csv"] == 60 + 20


def test_the_first_start_shows_three_journeys_and_ends_with_0(first_start: tuple[Path, Ran]) -> None:
    _, started = first_start
    assert started.code == 0, started.out
    told = re.sub(r"\s+", " ", started.out)
    for part in (
        "asks for a plan for all who wait",
        "no plan is better",
        "Suggestions for r-001",
        "[the plan's place]",
        "homes do not fit:",
        "KRITH follow-up of f-001",
        "An institution reports a free place",
        "ms from the report until matching knew of it",
        "Havn is ready",
    ):
        assert part in told
    assert "Traceback" not in told


def test_what_is_told_fits_100_columns_and_needs_no_colour(first_start: tuple[Path, Ran]) -> None:
    _, started = first_start
    assert max(len(line) for line in started.out.splitlines()) <= 100
    assert "\x1b" not in started.out


def test_all_services_serve(asked: Havn) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    # On a busy machine a service may be behind with its events for a moment, and says so.
    while (answer := asked("status", "--json")).code and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    assert answer.code == 0
    assert [service["name"] for service in answer.document["services"]] == [
        "placements",
        "families",
        "capacity",
        "matching",
    ]
    assert {service["status"] for service in answer.document["services"]} == {"SERVING"}


def test_a_second_havn_on_the_same_data_is_refused(asked: Havn) -> None:
    answer = asked("up", "--once", "--json")
    assert answer.code == 1
    assert answer.error["reason"] == "DATA_IN_USE"


def test_the_waiting_list_comes_whole(asked: Havn) -> None:
    entries = asked("waiting-list", "--json").document["entries"]
    assert [entry["position"] for entry in entries] == list(range(1, len(entries) + 1))
    assert "children wait, in this order" in asked("waiting-list").out
    assert "I fare" in asked("waiting-list", "--lang", "da").out


def test_of_the_waiting_list_some_may_be_asked_for(asked: Havn) -> None:
    whole = asked("waiting-list", "--json").document["entries"]
    some = asked("waiting-list", "--town", "Nuuk", "--step", "2", "--step", "3", "--json").document
    expected = [entry for entry in whole if entry["town"] == "Nuuk" and entry["need_step"] in (2, 3)]
    assert some["entries"] == expected
    assert some["total_count"] == len(expected) > 1
    assert len(asked("waiting-list", "--search", "R-001", "--json").document["entries"]) == 1
    for option, field in (("--in-danger", "in_danger"), ("--overdue", "days_overdue"), ("--siblings", "sibling_count")):
        found = asked("waiting-list", option, "--json").document["entries"]
        assert found == [entry for entry in whole if entry.get(field)]
        assert 0 < len(found) < len(whole)
    assert "Ingen venter, som svarer" in asked("waiting-list", "--town", "Qaanaaq", "--step", "8", "--lang", "da").out


def test_families_are_listed_by_the_day_that_they_are_to_be_followed_up(asked: Havn) -> None:
    told = asked("follow-ups", "--due", "--json").document
    dates = [due["next_visit_date"] for due in told["follow_ups_due"]]
    days = [(found["year"], found["month"], found["day"]) for found in dates]
    assert days == sorted(days)
    assert told["total_count"] == len(days) > 50
    ours = asked("follow-ups", "--due", "--consultant", "consultant", "--json").document["follow_ups_due"]
    assert ours == [due for due in told["follow_ups_due"] if due["consultant"] == "users/consultant"]
    assert 0 < len(ours) < len(days)
    assert "Dage over" in asked("follow-ups", "--due", "--lang", "da").out


def test_a_family_is_paused_and_resumed_and_says_what_is_so(asked: Havn) -> None:
    assert "approved" in asked("families", "show", "f-004").out
    assert "ill (invented)" in asked("families", "pause", "f-004", "--reason", "ill (invented)").out
    assert "godkendt" in asked("families", "resume", "f-004", "--reason", "well", "--lang", "da").out
    told = asked("families", "refuse", "f-004", "--reason", "x", "--json")
    assert (told.code, told.error["reason"]) == (1, "STATE_NOT_ALLOWED")
    assert "the family says “Two dogs”" in asked("families", "state", "f-001", "pets", "Two dogs").out
    settled = asked("families", "resolve", "f-001", "pets", "Seen", "--json").document
    assert settled["conflicts"][-1]["resolution"] == "Seen"
    looks = asked("families", "views", "f-001", "--json").document["profile_views"]
    said = {(*look["roles"], look["purpose"]) for look in looks if "purpose" in look}
    assert {("ROLE_CONSULTANT", "PURPOSE_REGISTRY"), ("ROLE_FOSTER_FAMILY", "PURPOSE_OWN_RECORD")} <= said
    living = asked("families", "children", "f-013", "--json").document["residents"]
    assert {child["child"] for child in living} >= {"children/k-1003", "children/k-1004"}
    assert "k-1003   20" in asked("families", "children", "f-013", "--lang", "da").out
    listed = asked("families", "--json").document["families"]
    assert "FAMILY_STATE_APPROVED" in {family["state"] for family in listed}
    ours = asked("families", "--consultant", "consultant", "--search", "F-001", "--json").document["families"]
    assert [family["name"] for family in ours] == ["families/f-001"]


def test_a_supervision_visit_is_logged_and_support_agreed_on_and_ended_once(asked: Havn) -> None:
    visit = ["krith", "log-visit", "f-001", "--note", "Calm (invented)", "--on", "2026-01-05", "--talk"]
    assert "k-1: ikke talt med. At school" in asked(*visit, "k-1 | none | At school", "--lang", "da").out
    assert asked(*visit, "k-1 | present | It was ill", "--json").document["talks"][0]["held"]
    told = asked(*visit, "k-1 | whispered")
    assert told.code == 2
    assert "is no talk" in told.err
    made = asked("krith", "visited", "f-001", "--json").document["visits"]
    assert {talk["reason"] for visit in made for talk in visit["talks"]} >= {"At school", "It was ill"}
    assert "f-001 skal følges op den" in asked("krith", "next-visit", "f-001", "--lang", "da").out
    agree = ["krith", "agree", "f-001", "--what", "Talks (invented)", "--from", "2026-01-05", "--kind"]
    [agreed] = asked(*agree, "supervision", "--json").document["agreements"]
    assert agreed["name"] in "".join(asked("krith", "support").out.split())
    end = ["krith", "end-support", agreed["name"], "--reason", "Not needed (invented)", "--on", "2026-02-02", "--json"]
    assert asked(*end).document["agreements"][0]["end_reason"] == "Not needed (invented)"
    assert asked(*end).code == 1


def test_a_follow_up_is_corrected_by_a_file_and_what_stood_there_is_kept(asked: Havn, tmp_path: Path) -> None:
    command = ["log-follow-up", "f-005", *NOTES, "--visit-date", "2026-01-05", "--next-visit", "2026-01-12", "--json"]
    logged = asked(*command).document
    logged["trust"]["note"] = "Heard better (invented)"
    right = tmp_path / "right.json"
    right.write_text(json.dumps(logged))
    corrected = asked("krith", "correct", logged["name"], "--file", right, "--reason", "Misheard", "--json").document
    assert (corrected["trust"]["note"], corrected["correction"]["reason"]) == ("Heard better (invented)", "Misheard")
    earlier = asked("krith", "versions", logged["name"], "--json").document["versions"]
    assert earlier[0]["trust"]["note"] == "t"
    assert "1 udgave." in asked("krith", "versions", logged["name"], "--lang", "da").out
    assert "Corrected by users/consultant" in asked("follow-ups", "f-005").out
    right.write_text("[]")
    told = asked("krith", "correct", logged["name"], "--file", right, "--reason", "x", "--json")
    assert (told.code, told.error["reason"]) == (1, "FILE_UNUSABLE")
    assert asked("krith", "drafts", "--json").code == 0


def test_a_policy_is_read_and_decided_anew_by_a_file(asked: Havn, tmp_path: Path) -> None:
    authority = asked("families", "show", "f-001", "--json").document["authority"]
    held = asked("krith", "policy", authority, "--json").document
    decided = tmp_path / "policy.json"
    decided.write_text(json.dumps(held | {"light_weeks": 12}))
    anew = asked("krith", "publish-policy", decided, "--reason", "Closer (invented)", "--json").document
    assert (anew["light_weeks"], anew["reason"]) == (12, "Closer (invented)")
    assert anew["version"] in asked("krith", "policy", authority, "--lang", "da").out
    assert "Closer (invented)" in asked("krith", "policies", authority, "--lang", "da").out
    told = asked("krith", "publish-policy", decided, "--reason", "x", "--as", "consultant", "--json")
    assert told.error["reason"] == "ROLE_NOT_ALLOWED"


def test_the_plan_says_who_is_not_in_it(asked: Havn) -> None:
    assert "Children who wait to step down are not in it" in asked("plan").out
    assert "Den er et forslag: mennesker" in " ".join(asked("plan", "--lang", "da").out.split())


def test_units_with_free_places_come_first(asked: Havn) -> None:
    rows = [line.split() for line in asked("vacancies").out.splitlines() if line.startswith("i-")]
    free = [int(row[1]) > 0 for row in rows]
    assert free == sorted(free, reverse=True)
    assert "UTC" not in " ".join(rows[-1])
    assert "Hvor sikkert det er" in asked("vacancies", "--lang", "da").out


def test_a_family_without_follow_ups_is_no_empty_answer(asked: Havn) -> None:
    assert asked("follow-ups", "f-009").out == "No follow-up of f-009 yet.\n"


def test_a_day_beyond_all_days_is_refused_in_words(asked: Havn) -> None:
    told = asked("log-follow-up", "f-002", *NOTES, "--visit-date", "9999-12-31", "--json")
    assert told.code == 1
    assert told.error["fields"]


def test_suggestions_tell_why_and_why_not(asked: Havn) -> None:
    found = asked("suggest", "requests/r-001", "--json").document
    assert found["suggestions"][0]["reasons"][0]["words"]["en"]
    assert found["levels"][0]["result"]["value"] >= 0
    excluded = found["excluded_homes"][0]
    told = asked("suggest", "r-001", "--why-not", excluded["home"]["name"])
    assert excluded["refusals"][0]["rule"] in told.out
    assert "fit" in asked("suggest", "r-001", "--why-not", found["suggestions"][0]["home"]["name"]).out
    assert asked("suggest", "r-001", "--why-not", "f-none", "--json").error["reason"] == "NOT_FOUND"
    assert len(asked("suggest", "r-001", "--all").out) > len(asked("suggest", "r-001").out)


def test_a_plan_comes_with_its_certificates(asked: Havn) -> None:
    run = asked("plan", "--json").document
    assert run["state"] == "RUN_STATE_DONE"
    assert run["request_count"] >= sum(len(place["requests"]) for place in run["places"])
    assert all(level["result"]["proven"] for level in run["levels"])


def test_a_follow_up_logged_twice_is_saved_once(asked: Havn) -> None:
    command = ["log-follow-up", "f-002", *NOTES, "--trust-child", "Det går", "--visit-date", "2026-01-05"]
    first = asked(*command, "--next-visit", "2026-02-02", "--json").document
    again = asked(*command, "--next-visit", "2026-02-02", "--json").document
    assert first["name"] == again["name"]
    assert first["trust"] == {"note": "t", "child_words": "Det går", "scale": 0}
    assert "Det går" in asked("follow-ups", "families/f-002").out


def test_the_same_key_for_another_content_is_refused(asked: Havn) -> None:
    command = ["log-follow-up", "f-003", "--visit-date", "2026-01-05", "--next-visit", "2026-02-02", "--key", "k-1"]
    assert asked(*command, *NOTES).code == 0
    assert asked(*command, *NOTES, "--concern", "--json").error["reason"] == "REQUEST_ID_REUSED"


def test_fields_that_are_missing_are_told_one_a_line(asked: Havn) -> None:
    told = asked("log-follow-up", "f-002", "--competences", "k")
    assert told.code == 1
    assert "follow_up.trust: must be given\n" in told.err
    assert "Reference: " in told.err


def test_an_institution_reports_its_own_units_only(asked: Havn) -> None:
    reported = asked("report-vacancy", "i-nuuk-01/a", "--free", "1", "--json").document
    assert reported["free_place_count"] == 1
    assert "i-nuuk-01/a" in asked("vacancies").out
    assert asked("report-vacancy", "i-nuuk-02/a", "--free", "1", "--json").error["reason"] == "NOT_FOUND"


def test_a_unit_is_asked_says_no_and_is_asked_again_and_says_yes(asked: Havn) -> None:
    assert asked("report-vacancy", "i-nuuk-01/a", "--free", "1").code == 0
    ask = ["offer", "r-002", "i-nuuk-01/a", "--reason", "Near its school", "--json"]
    assert "has not assigned" in asked(*ask).error["message"]
    applied = asked("central-list", "applications", "--json").document["applications"]
    [entry] = [each["name"] for each in applied if each["request"] == "requests/r-002"]
    assert "i-nuuk-01/a" in asked("central-list", "places", "--lang", "da").out
    assign = ["central-list", "assign", entry.removeprefix("centralListApplications/"), "i-nuuk-01/a"]
    assert "may ask for it" in asked(*assign, "--reason", "The only one of that age").out
    assert asked(*assign, "--reason", "Again", "--json").error["code"] == "FAILED_PRECONDITION"
    assert "i-nuuk-01/a" in asked("central-list", "list").out
    offer = asked(*ask).document
    assert offer["state"] == "OFFER_STATE_ASKED"
    assert "1 held place" in asked("offers", "--home", "i-nuuk-01/a").out
    inquiry = f"{offer['home']}/inquiries/{offer['name'].removeprefix('offers/')}"
    assert inquiry in "".join(asked("inquiries", "i-nuuk-01/a").out.split())
    assert asked("answer", inquiry, "--decline", "--json").error["reason"] == "FIELD_INVALID"
    assert asked("answer", inquiry, "--decline", "--reason", "We are full").out.strip() == "i-nuuk-01/a has said no."

    again = asked(*ask).document
    inquiry = inquiry.replace(offer["name"].removeprefix("offers/"), again["name"].removeprefix("offers/"))
    answered = asked("answer", inquiry, "--accept", "--json").document
    assert answered["accepted_children"][0]["request"] == "requests/r-002"
    assert "ja" in asked("offers", "--request", "r-002", "--lang", "da").out
    withdrawn = asked("withdraw-offer", again["name"], "--reason", "The aunt takes the child", "--json").document
    assert withdrawn["state"] == "OFFER_STATE_WITHDRAWN"


@pytest.mark.parametrize(
    "command",
    [
        ["waiting-list"],
        ["plan"],
        ["suggest", "r-001"],
        ["follow-ups", "f-001"],
        ["vacancies"],
        ["offers"],
        ["inquiries"],
    ],
    ids=lambda command: command[0],
)
def test_a_stranger_is_refused(command: list[str], asked: Havn) -> None:
    answer = asked(*command, "--as", "stranger", "--json")
    assert answer.code == 1
    assert answer.error["reason"] == "ROLE_NOT_ALLOWED"
    told = asked(*command, "--as", "stranger").err
    assert told.startswith("Your roles may not do this.\n")
    assert "--as" in told


def test_a_token_is_made_for_a_user(asked: Havn) -> None:
    [line] = asked("token", "--as", "leader").out.splitlines()
    assert line.count(".") == 2
    assert asked("token", "--json").document["user"] == "coordinator"


def test_havn_once_in_the_environment_ends_it_when_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAVN_ONCE", "1")
    leader, follower = os.openpty()
    started = subprocess.Popen(
        [sys.executable, "-m", "services.havn", "up"],
        env=os.environ | {"HAVN_DATA": str(tmp_path / "data")},
        stdin=follower,
        stdout=follower,
    )
    os.close(follower)
    told = b""
    while started.poll() is None or b"ready" not in told:
        try:
            told += os.read(leader, 4096)
        except OSError:
            break
    assert started.wait() == 0
    assert b"Havn is ready" in told


def test_the_central_list_is_seen_left_and_applied_for_again(asked: Havn) -> None:
    def listed() -> list[int]:
        return [entry["position"] for entry in asked("central-list", "list", "--json").document["entries"]]

    def left() -> int:
        return len(asked("central-list", "list", "--left", "--json").document["entries"])

    assert listed() == [1, 2, 3, 4, 5]
    before = left()
    assert "står ikke længere" in asked("central-list", "withdraw", "r-012", "--reason", "x", "--lang", "da").out
    assert asked("central-list", "withdraw", "r-012", "--reason", "x", "--json").error["code"] == "NOT_FOUND"
    assert left() == before + 1
    assert "withdrawn" in asked("central-list", "list", "--left").out
    application = asked("central-list", "apply", "r-012", "--json").document["name"]
    entry = application.replace("centralListApplications/", "centralListEntries/")
    assert entry in {each["name"] for each in asked("central-list", "list", "--json").document["entries"]}
    assert asked("central-list", "remove", entry, "--reason", "No such place").code == 0
    assert "No such place" in asked("central-list", "applications").out
    assert asked("central-list", "apply", "r-012").code == 0
    assert listed() == [1, 2, 3, 4, 5]


def test_how_long_they_wait_and_how_children_are_is_told(asked: Havn) -> None:
    whole, told = (asked("waiting-times", *more, "--json").document for more in ([], ["--for-others"]))
    assert whole["all"]["longest_days"]
    assert told["all"]["longest_days"] == 0
    assert "vises ikke" in asked("waiting-times", "--for-others", "--lang", "da").out
    observed = asked("wellbeing", "list", "--json").document["observations"]
    assert [each["value"] for each in observed if each.get("fell")] == [2]
    assert "En moster har taget barnet til sig (opdigtet)" in asked("waiting-list", "--left").out


def test_the_demo_lives_what_comes_in_no_file(asked: Havn) -> None:
    states = Counter(offer["state"] for offer in asked("offers", "--json").document["offers"])
    assert set(states) >= {f"OFFER_STATE_{state}" for state in ("ASKED", "ACCEPTED", "DECLINED", "WITHDRAWN")}
    of_one = asked("offers", "--request", "r-004", "--json").document["offers"]
    assert [offer["state"].removeprefix("OFFER_STATE_") for offer in of_one] == ["ASKED", "DECLINED", "DECLINED"]
    assert all(offer["answer_reason"].endswith("(opdigtet)") for offer in of_one[1:])
    breaches = asked("suppliers", "breaches", "--json").document["breaches"]
    assert [bool(breach.get("closed_by")) for breach in breaches] == [False, False, True]
    views = asked("krith", "concerns", "--json").document["risk_views"]
    assert {view["state"] for view in views} == {"RISK_VIEW_STATE_OPEN", "RISK_VIEW_STATE_CLOSED"}
    assert all(view["told"].endswith("(opdigtet)") for view in views if "RISK_REASON_CONCERN" in view["reasons"])
    followed = [asked("follow-ups", family, "--json").document["follow_ups"] for family in ("f-013", "f-034")]
    assert any("correction" in follow_up for follow_up in followed[0])
    assert [follow_up["trust"]["scale"] for follow_up in followed[1]] == [2, 4]
