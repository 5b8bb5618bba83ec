"""havn backup, restore and verify, as people meet them."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pysqlite3.dbapi2
import pytest

from services.havn.backup.contents import SERVICES
from services.havn.backup.files import sqlite, workshop
from services.havn.backup.sealed import new_key
from services.shared import migrate
from tests import databases
from tests.cli.conftest import Havn, Ran

pytestmark = pytest.mark.skipif(
    databases.on_postgres(), reason="is about data folders; tests/backup/test_postgres.py is about PostgreSQL"
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    for service in SERVICES:
        pysqlite3.dbapi2.connect(folder / f"{service}.sqlite").close()
        migrate.upgrade(service, sqlite(folder / f"{service}.sqlite"))
    return folder


@pytest.fixture
def filled(template: Path, data: Path) -> Path:
    """A data folder with the databases of all services, and nothing in them."""
    shutil.copytree(template, data)
    return data


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def file(havn: Havn, filled: Path, key: Path, tmp_path: Path) -> Path:
    """A backup."""
    assert havn("backup", tmp_path / "backup", "--key", key, "--new-key").code == 0
    return tmp_path / "backup"


def refusal(ran: Ran) -> str:
    """What a command that was asked for JSON could not do."""
    assert ran.code == 1, ran.out
    message: str = ran.error["message"]
    return message


def test_a_backup_tells_what_it_holds_and_that_its_key_is_to_be_kept_apart(
    havn: Havn, filled: Path, key: Path, tmp_path: Path
) -> None:
    ran = havn("backup", tmp_path / "backup", "--key", key, "--new-key")
    assert ran.code == 0
    assert all(service in ran.out for service in SERVICES)
    assert f"{key} is its key" in ran.out.replace("\n", " ")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_it_speaks_danish(havn: Havn, file: Path, key: Path, tmp_path: Path) -> None:
    assert "rummer Havn" in havn("verify", file, "--key", key, "--lang", "da").out
    assert "Start det:" in havn("restore", file, "--to", tmp_path / "new", "--key", key, "--lang", "da").out
    assert "er i orden" in havn("verify", tmp_path / "new", "--lang", "da").out


def test_the_token_key_and_the_streams_are_no_part_of_it(havn: Havn, filled: Path, key: Path, tmp_path: Path) -> None:
    (filled / "keys").mkdir()
    (filled / "keys" / "token.pem").write_text("secret")
    havn("backup", tmp_path / "backup", "--key", key, "--new-key")
    havn("restore", tmp_path / "backup", "--to", tmp_path / "new", "--key", key)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{name}.sqlite" for name in SERVICES} | {"lock"}


def test_every_event_is_published_again_after_a_restore(havn: Havn, filled: Path, key: Path, tmp_path: Path) -> None:
    with contextlib.closing(pysqlite3.dbapi2.connect(filled / "families.sqlite", isolation_level=None)) as families:
        families.execute(
            "INSERT INTO outbox (event_id, subject, kind, body, time, sent_time) "
            "VALUES ('e', 's', 'k', x'', 't', 'sent')"
        )
    havn("backup", tmp_path / "backup", "--key", key, "--new-key")
    assert havn("restore", tmp_path / "backup", "--to", tmp_path / "new", "--key", key).code == 0
    with contextlib.closing(pysqlite3.dbapi2.connect(tmp_path / "new" / "families.sqlite")) as families:
        assert families.execute("SELECT event_id, sent_time FROM outbox").fetchall() == [("e", None)]


def test_nothing_is_overwritten(havn: Havn, file: Path, filled: Path, key: Path, tmp_path: Path) -> None:
    assert "nothing is overwritten" in refusal(havn("backup", file, "--key", key, "--json"))
    assert "File exists" in refusal(havn("backup", tmp_path / "other", "--key", key, "--new-key", "--json"))
    assert "in use or holds something" in refusal(havn("restore", file, "--to", filled, "--key", key, "--json"))


def test_an_empty_folder_may_be_restored_into(havn: Havn, file: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert havn("restore", file, "--to", tmp_path / "empty", "--key", key).code == 0
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o700


def test_two_do_not_work_in_one_folder(havn: Havn, file: Path, key: Path, tmp_path: Path) -> None:
    with workshop(tmp_path / "new.part"):
        ran = havn("restore", file, "--to", tmp_path / "new", "--key", key, "--json")
    assert "another command works in it" in refusal(ran)


def test_a_folder_without_databases_is_none(havn: Havn, data: Path, key: Path, tmp_path: Path) -> None:
    ran = havn("backup", tmp_path / "backup", "--key", key, "--new-key", "--json")
    assert (ran.code, ran.error["reason"]) == (1, "FILE_UNUSABLE")
    assert not data.exists()
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file[:-1000], "is cut off"),
        (lambda file: file[:-10_000] + bytes([file[-10_000] ^ 1]) + file[-9_999:], "was changed"),
        (lambda file: b"PK" + file, "is no backup of Havn"),
    ],
    ids=["cut off", "a changed byte", "another file"],
)
@pytest.mark.parametrize("command", ["verify", "restore"])
def test_a_spoilt_backup_is_named_and_nothing_is_left_of_it(
    havn: Havn, file: Path, key: Path, tmp_path: Path, spoil: object, told: str, command: str
) -> None:
    assert callable(spoil)
    file.write_bytes(spoil(file.read_bytes()))
    to = ["--to", tmp_path / "new"] if command == "restore" else []
    assert f"{file}: {told}" in refusal(havn(command, file, *to, "--key", key, "--json"))
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.rglob("*.part"))


def test_another_key_is_named(havn: Havn, file: Path, tmp_path: Path) -> None:
    new_key(tmp_path / "other")
    ran = havn("verify", file, "--key", tmp_path / "other", "--json")
    assert "was encrypted with another key" in refusal(ran)


def test_a_backup_is_not_read_without_its_key(havn: Havn, file: Path) -> None:
    assert "is read with its key" in refusal(havn("verify", file, "--json"))


def test_a_damaged_database_is_named_and_not_backed_up(havn: Havn, filled: Path, key: Path, tmp_path: Path) -> None:
    database = filled / "capacity.sqlite"
    content = bytearray(database.read_bytes())
    content[8192:12288] = os.urandom(4096)
    database.write_bytes(content)
    ran = havn("verify", filled, "--json")
    assert ran.code == 1
    assert [(each["service"], each["fault"]) for each in ran.document["problems"]] == [("capacity", "DAMAGED")]
    backed_up = havn("backup", tmp_path / "backup", "--key", key, "--new-key")
    assert backed_up.code == 1
    assert not (tmp_path / "backup").exists()


def test_a_changed_row_of_the_audit_trail_is_named(havn: Havn, filled: Path) -> None:
    with contextlib.closing(pysqlite3.dbapi2.connect(filled / "families.sqlite", isolation_level=None)) as families:
        families.execute(
            "INSERT INTO audit (sequence, time, subject, roles, authority, rpc, reference, action, names, purpose, "
            "outcome, previous_hash, hash) VALUES (1, 't', 's', '', '', '', '', '', '{}', '', '', zeroblob(32), x'00')"
        )
    ran = havn("verify", filled, "--json")
    assert ran.code == 1
    assert ran.document["problems"] == [{"service": "families", "fault": "AUDIT_CHANGED", "detail": "1"}]


def test_a_backup_of_a_newer_havn_is_named(havn: Havn, filled: Path, key: Path, tmp_path: Path) -> None:
    havn("backup", tmp_path / "backup", "--key", key, "--new-key")
    with contextlib.closing(pysqlite3.dbapi2.connect(filled / "families.sqlite", isolation_level=None)) as families:
        families.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = havn("verify", filled)
    assert ran.code == 1
    assert "its shape 9999 is unknown here" in ran.out


def test_a_full_disk_leaves_no_half_backup(filled: Path, key: Path, tmp_path: Path) -> None:
    """The limit of a file's size stands for the disk's: it fails the same write."""
    script = 'ulimit -f 100; exec "$0" -m services.havn backup "$1" --key "$2" --new-key'
    ran = subprocess.run(
        ["bash", "-c", script, sys.executable, tmp_path / "backup", key],
        env=os.environ | {"HAVN_DATA": str(filled)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "backup").exists()
    assert not list(tmp_path.rglob("*.part"))
