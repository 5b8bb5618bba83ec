"""havn audit and havn revoke, beside the running demo."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from havn.placements.v1.placements_pb2 import GetRequestRequest
from services.havn.commands.asking import asking
from services.havn.commands.revoke import revocable
from services.shared.access import Signer, key_from
from services.shared.database import Database
from tests import cast, databases
from tests.cli.conftest import Havn, Ran
from tests.conftest import PAUSE_SECONDS

REQUEST = "requests/r-001"

# Each shows the child in another way, and none names it but by its request.
LOOKS = (["suggest", "r-001"], ["waiting-list"], ["plan"])


def looks(ran: Ran) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.out + ran.err
    found: list[dict[str, Any]] = ran.document["looks"]
    return found


@pytest.fixture
def child(asked: Havn) -> str:
    with asking("council") as connection:
        return connection.placements.GetRequest(GetRequestRequest(name=REQUEST)).child.reference


def test_who_saw_a_child_is_told_over_all_services(child: str, asked: Havn, tmp_path: Path) -> None:
    before = looks(asked("audit", "who-saw", child, "--json"))
    for command in LOOKS:
        assert asked(*command, "--json").code == 0
    exported = tmp_path / "looks.csv"
    found = looks(asked("audit", "who-saw", child, "--export", exported, "--json"))
    new = [look for look in found if look not in before and look["subject"] == "users/coordinator"]
    ways = {(look["service"], look["rpc"].rsplit("/", 1)[1]) for look in new}
    assert {("matching", "SuggestMatches"), ("capacity", "ListWaitingList")} <= ways
    assert ("matching", "WatchMatchRun") in ways or ("matching", "GetMatchRun") in ways
    assert [look["time"] for look in found] == sorted(look["time"] for look in found)
    assert not any(look["subject"].startswith("services/") for look in found)
    with exported.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["By"] for row in rows] == [look["rpc"].rsplit("/", 1)[1] for look in found]
    assert "users/" not in exported.read_text("utf-8-sig")
    assert "right of access" in {row["What for"] for row in rows}  # Whoever asked is among them.


def test_only_the_childs_own_names_are_told(child: str, asked: Havn) -> None:
    asked("waiting-list", "--json")
    told = {
        name
        for look in looks(asked("audit", "who-saw", child, "--services", "--json"))
        for records in look["records"]
        for name in records["names"]
    }
    assert {child, REQUEST} <= told <= {child, REQUEST, "waitingListEntries/r-001"}


def test_it_is_told_in_words_of_both_languages(child: str, asked: Havn) -> None:
    assert f"The trails name {child}" in asked("audit", "who-saw", child).out
    danish = asked("audit", "who-saw", child, "--lang", "da").out
    assert f"Sporene nævner {child}" in danish
    assert "visitator" in danish


def test_who_may_not_read_the_trail_is_told_so(child: str, asked: Havn) -> None:
    answer = asked("audit", "who-saw", child, "--as", "coordinator", "--json")
    assert (answer.code, answer.error["reason"]) == (1, "ROLE_NOT_ALLOWED")


def test_trails_are_as_written_and_hold_the_heads_that_were_kept(asked: Havn, tmp_path: Path) -> None:
    kept = tmp_path / "heads.txt"
    kept.write_text(asked("audit", "head").out)
    told = asked("audit", "verify", "--head", kept, "--json")
    assert told.code == 0
    assert [each["name"] for each in told.document["services"]] == ["placements", "families", "capacity", "matching"]
    assert asked("audit", "verify", "--head", kept).out.count("It holds the head that was kept.") == 4
    assert asked("audit", "verify", "--lang", "da").out.count("som de blev skrevet") == 4


def test_a_file_without_heads_is_none(asked: Havn, tmp_path: Path) -> None:
    (tmp_path / "heads.txt").write_text("nothing.of.that")
    assert asked("audit", "verify", "--head", tmp_path / "heads.txt", "--json").error["reason"] == "FILE_UNUSABLE"


@pytest.fixture
def changed(first_start: tuple[Path, Ran]) -> Iterator[int]:
    """A row of the trail of families, while somebody who owns the tables has changed it; then it is as it was."""
    database = databases.of_service("families", first_start[0])
    kept = _set_subject(database, "users/nobody")
    yield 1
    _set_subject(database, kept)
    database.close()


def _set_subject(database: Database, subject: str) -> str:
    """Changes who stands in the first row, past what refuses it; who stood there before."""
    with databases.owner(database) as owner:
        before: str = owner.scalar(text("SELECT subject FROM audit WHERE sequence = 1"))
        if databases.on_postgres():
            off, on = (f"ALTER TABLE audit {word} TRIGGER audit_unchanged" for word in ("DISABLE", "ENABLE"))
        else:
            on = owner.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'audit_unchanged'"))
            off = "DROP TRIGGER audit_unchanged"
        owner.execute(text(off))
        owner.execute(text("UPDATE audit SET subject = :subject WHERE sequence = 1"), {"subject": subject})
        owner.execute(text(on))
    return before


def test_a_changed_row_is_named(asked: Havn, changed: int) -> None:
    told = asked("audit", "verify", "--json")
    assert told.code == 1
    faults = {each["name"]: each.get("fault") for each in told.document["services"]}
    assert faults.pop("families") == {"sequence": changed, "kind": "AUDIT_FAULT_KIND_CHANGED"}
    assert not any(faults.values())
    assert "families: row 1 was changed." in asked("audit", "verify").out
    assert "families: række 1 er ændret." in asked("audit", "verify", "--lang", "da").out


def test_a_revoked_token_is_refused_from_then_on(asked: Havn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = asked("token", "--as", "council", "--json").document["token"]
    (tmp_path / "token").write_text(token)
    monkeypatch.setenv("HAVN_TOKEN_FILE", str(tmp_path / "token"))
    assert asked("waiting-list").code == 0
    assert asked("revoke", token).code == 0
    while (refused := asked("waiting-list", "--json")).code == 0:
        time.sleep(PAUSE_SECONDS)
    assert refused.error["reason"] == "TOKEN_REVOKED"
    monkeypatch.delenv("HAVN_TOKEN_FILE")
    assert asked("waiting-list", "--as", "council").code == 0


def test_what_can_be_revoked_is_a_user_a_token_or_its_id(tmp_path: Path) -> None:
    token = Signer(key_from(tmp_path / "token.pem")).token(cast.COORDINATOR)
    assert revocable("coordinator") == revocable("users/coordinator") == "users/coordinator"
    assert revocable("services/matching") == "services/matching"
    assert len(revocable(token)) == 32
    assert revocable("a" * 32) == "a" * 32


@pytest.mark.parametrize("given", ["", "families/f-001", "two words", "users/", "line\nbreak"])
def test_nothing_else_can(given: str, havn: Havn, data: Path) -> None:
    answer = havn("revoke", given, "--json")
    assert answer.code == 2
    assert not data.exists()


def test_a_user_is_revoked_without_a_running_system(havn: Havn, data: Path) -> None:
    assert havn("revoke", "coordinator", "--json").document["revoked"] == "users/coordinator"
    assert (data / "revoked").read_text().startswith("users/coordinator 20")
    assert "Alle adgangstegn" in havn("revoke", "coordinator", "--lang", "da").out
