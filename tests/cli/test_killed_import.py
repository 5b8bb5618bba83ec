"""kill -9 of the whole of Havn in the middle of an import: running it again completes it, and nothing is doubled."""

import os
import signal
from pathlib import Path

import grpc
import pytest

from havn.families.v1 import families_pb2 as families
from services.havn.commands.asking import all_pages
from services.havn.commands.import_folder import clients
from services.havn.demo.generator import make_demo
from services.havn.importing.outcome import CREATED, UNCHANGED, Sent
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import parcels, send
from services.shared.clock import SystemClock
from tests.cli.test_killed import connected, started


def test_an_import_that_is_cut_in_the_middle_is_completed_by_running_it_again(tmp_path: Path) -> None:
    make_demo(tmp_path / "demo", 1, SystemClock("America/Nuuk").today())
    rows = read(tmp_path / "demo")
    assert isinstance(rows, Rows)
    havn = started(tmp_path / "data")
    sent_rows = 0
    with connected(tmp_path / "data", "administrator") as connection:
        *others, last = (len(parcel.part.rows) for parcel in parcels(rows, clients(connection)))

        def kill(number: int) -> None:
            # All are checked and the last service has written; the others are to write now.
            nonlocal sent_rows
            sent_rows += number
            if sent_rows > sum(others) + last:
                os.kill(havn.pid, signal.SIGKILL)

        with pytest.raises(grpc.RpcError):
            send(rows, clients(connection), kill)
    havn.communicate()

    again = started(tmp_path / "data")
    try:
        with connected(tmp_path / "data", "administrator") as connection:
            completed = send(rows, clients(connection))
            assert isinstance(completed, Sent)
            assert completed.count(UNCHANGED) >= last
            assert completed.count(CREATED) + completed.count(UNCHANGED) == sum(others) + last
            once_more = send(rows, clients(connection))
            assert isinstance(once_more, Sent)
            assert once_more.count(UNCHANGED) == sum(others) + last
        with connected(tmp_path / "data", "consultant") as connection:
            listed = all_pages(connection.families.ListFosterFamilies, families.ListFosterFamiliesRequest()).families
            assert {family.etag for family in listed} == {"1"}
    finally:
        again.terminate()
        again.communicate()
