"""The encrypted file: what is written is read, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.havn.backup import sealed
from services.havn.backup.sealed import SEGMENT, SealedReader, SealedWriter
from services.havn.backup.unusable import Unusable

KEY = bytes(range(32))
CONTENT = bytes(range(256)) * 40
SIZES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 5]


def write(path: Path, *pieces: bytes, key: bytes = KEY) -> None:
    with path.open("wb") as stream:
        writer = SealedWriter(stream, key)
        for piece in pieces:
            writer.write(piece)
        writer.finish()


def read(path: Path, key: bytes = KEY, at_once: int = 70_000) -> bytes:
    taken = b""
    with path.open("rb") as stream:
        reader = SealedReader(path, stream, key)
        while piece := reader.read(at_once):
            taken += piece
    return taken


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read_again(size: int, tmp_path: Path) -> None:
    content = (CONTENT * (size // len(CONTENT) + 1))[:size]
    write(tmp_path / "file", content[: size // 3], content[size // 3 :])
    assert read(tmp_path / "file") == content


def test_nothing_of_it_stands_in_the_file(tmp_path: Path) -> None:
    write(tmp_path / "file", b"Malik Petersen")
    assert b"Malik" not in (tmp_path / "file").read_bytes()


def test_the_same_content_is_never_the_same_file(tmp_path: Path) -> None:
    write(tmp_path / "one", CONTENT)
    write(tmp_path / "two", CONTENT)
    one, two = (tmp_path / "one").read_bytes(), (tmp_path / "two").read_bytes()
    begun = len(sealed.MAGIC) + 8
    assert one[:begun] == two[:begun]
    assert one[begun : begun + 40] != two[begun : begun + 40]
    assert one[-5000:-8] != two[-5000:-8]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_500), flipped=st.integers(1, 255))
def test_a_changed_byte_is_found_wherever_it_is(place: int, flipped: int, tmp_path: Path) -> None:
    write(tmp_path / "file", CONTENT)
    file = bytearray((tmp_path / "file").read_bytes())
    file[place % len(file)] ^= flipped
    (tmp_path / "file").write_bytes(file)
    with pytest.raises(Unusable):
        read(tmp_path / "file")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=st.integers(0, 10_300))
def test_a_file_that_is_cut_off_is_found_wherever_that_is(left: int, tmp_path: Path) -> None:
    write(tmp_path / "file", CONTENT)
    (tmp_path / "file").write_bytes((tmp_path / "file").read_bytes()[:left])
    with pytest.raises(Unusable):
        read(tmp_path / "file")


def segments(path: Path) -> list[bytes]:
    """The header, the segments, the end."""
    file, header = path.read_bytes(), sealed._HEADER_BYTES
    step = SEGMENT + 16
    body = file[header : -len(sealed.END)]
    return [file[:header], *(body[at : at + step] for at in range(0, len(body), step)), file[-len(sealed.END) :]]


def three_segments(path: Path) -> list[bytes]:
    write(path, b"a" * SEGMENT, b"b" * SEGMENT, b"c" * SEGMENT)
    return segments(path)


def test_segments_can_not_be_left_out_moved_or_repeated(tmp_path: Path) -> None:
    path = tmp_path / "file"
    header, one, two, three, end = three_segments(path)
    for spoilt in ([one, two], [two, one, three], [one, three], [one, two, two, three], [one, one, three]):
        path.write_bytes(b"".join([header, *spoilt, end]))
        with pytest.raises(Unusable, match="was changed"):
            read(path)
    path.write_bytes(b"".join([header, one, two, three, end]))
    assert len(read(path)) == 3 * SEGMENT


def test_a_segment_of_another_file_does_not_fit(tmp_path: Path) -> None:
    header, one, _, three, end = three_segments(tmp_path / "file")
    other = three_segments(tmp_path / "other")
    (tmp_path / "file").write_bytes(b"".join([header, one, other[2], three, end]))
    with pytest.raises(Unusable, match=r"was changed, in its 2\. megabyte"):
        read(tmp_path / "file")


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(path, CONTENT)
    with pytest.raises(Unusable, match="with another key"):
        read(path, key=bytes(32))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(Unusable, match="is cut off"):
        read(path)
    path.write_bytes(b"PK\x03\x04" + whole)
    with pytest.raises(Unusable, match="is no backup of Havn"):
        read(path)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = sealed.new_key(tmp_path / "key")
    assert sealed.read_key(tmp_path / "key") == key
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        sealed.new_key(tmp_path / "key")


@pytest.mark.parametrize("content", [b"", b"no base64", b"c2hvcnQ=", b"\xff" * 44])
def test_a_file_that_holds_no_key_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(Unusable, match="holds no key"):
        sealed.read_key(tmp_path / "key")
