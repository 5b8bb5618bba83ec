"""A power cut that loses nothing would show nothing."""

import os
from pathlib import Path

import pytest

from tests.chaos.disk import Disk


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    made = Disk(tmp_path / "image", tmp_path / "folder", megabytes=32)
    made.make()
    if made.why_not:
        pytest.skip(made.why_not)
    return made


def test_after_a_power_cut_there_is_what_was_synced_and_nothing_else(disk: Disk) -> None:
    kept, lost = disk.folder / "kept", disk.folder / "lost"
    with kept.open("wb") as file:
        file.write(b"synced")
        file.flush()
        os.fsync(file.fileno())
    lost.write_bytes(b"only written")
    disk.copy()
    disk.lose()
    assert kept.read_bytes() == b"synced"
    assert not lost.exists() or lost.read_bytes() == b""
    disk.remove()


def test_a_full_disk_takes_nothing_until_there_is_room_again(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        (disk.folder / "more").write_bytes(bytes(1 << 20))
    disk.free()
    (disk.folder / "more").write_bytes(bytes(1 << 20))
    disk.remove()
