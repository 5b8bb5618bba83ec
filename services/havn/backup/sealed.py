"""A file that only whoever has the key can read, and that nobody changes unseen.

AES-256-GCM in segments of 1 MB, joined as in STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-
Encryption and its Nonce-Reuse Misuse-Resistance, 2015), which Tink and age use too: each file has a key of its own,
made from the given one and a random salt by HKDF, and a segment's nonce holds its number and whether it is the last.
So no segment can be changed, moved, left out or cut off.

    magic, fingerprint of the key (8), salt (32), nonce prefix (7) | segments of 1 MB and a tag (16) | end mark (8)
"""

import hashlib
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.havn.backup.unusable import Unusable

MAGIC = b"havn backup 1\n"
END = b"\nhavnend"
SEGMENT = 2**20

_KEY_BYTES = 32
_TAG_BYTES = 16
_FINGERPRINT_BYTES, _SALT_BYTES, _PREFIX_BYTES = 8, 32, 7
_HEADER_BYTES = len(MAGIC) + _FINGERPRINT_BYTES + _SALT_BYTES + _PREFIX_BYTES


def new_key(path: Path) -> bytes:
    """A new key, kept at `path` for its owner alone. Raises FileExistsError: a key is never overwritten."""
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """The key kept at `path`. Raises Unusable for a file that holds none."""
    try:
        key = b64decode(path.read_bytes().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise Unusable(f"{path}: holds no key for backups, which is {_KEY_BYTES} bytes as base64")
    return key


class SealedWriter:
    """Writes such a file to a stream; what is written last is `finish`."""

    def __init__(self, stream: BinaryIO, key: bytes) -> None:
        salt, prefix = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_PREFIX_BYTES)
        header = MAGIC + _fingerprint(key) + salt + prefix
        self._stream = stream
        self._segments = _Segments(key, header)
        self._waiting = bytearray()
        self._number = 0
        stream.write(header)

    def write(self, data: bytes) -> int:
        """Takes more content."""
        self._waiting += data
        # The last segment is marked, so that one always waits to see whether it is.
        while len(self._waiting) > SEGMENT:
            self._put(bytes(self._waiting[:SEGMENT]), last=False)
            del self._waiting[:SEGMENT]
        return len(data)

    def finish(self) -> None:
        """Ends the content; nothing may be written after it."""
        self._put(bytes(self._waiting), last=True)
        self._stream.write(END)

    def _put(self, content: bytes, last: bool) -> None:
        self._stream.write(self._segments.seal(self._number, last, content))
        self._number += 1


class SealedReader:
    """Reads such a file. Raises Unusable for another file, another key, and a file that was changed or cut off."""

    def __init__(self, path: Path, stream: BinaryIO, key: bytes) -> None:
        self._content = _opened(path, stream, key)
        self._ready = b""

    def read(self, size: int) -> bytes:
        """So many bytes of content, fewer only at the end."""
        while len(self._ready) < size:
            following = next(self._content, b"")
            if not following:
                break
            self._ready += following
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken


class _Segments:
    """Seals and opens the segments of one file."""

    def __init__(self, key: bytes, header: bytes) -> None:
        salt = header[-_SALT_BYTES - _PREFIX_BYTES : -_PREFIX_BYTES]
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=header).derive(key)
        self._cipher = AESGCM(derived)
        self._prefix = header[-_PREFIX_BYTES:]

    def seal(self, number: int, last: bool, content: bytes) -> bytes:
        return self._cipher.encrypt(self._nonce(number, last), content, None)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        return self._cipher.decrypt(self._nonce(number, last), sealed, None)

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4) + bytes([last])


def _opened(path: Path, stream: BinaryIO, key: bytes) -> Iterator[bytes]:
    header = stream.read(_HEADER_BYTES)
    if not header.startswith(MAGIC):
        raise Unusable(f"{path}: is no backup of Havn")
    if header[len(MAGIC) :][:_FINGERPRINT_BYTES] != _fingerprint(key):
        raise Unusable(f"{path}: was encrypted with another key")
    left = os.fstat(stream.fileno()).st_size - len(header) - len(END)
    if left < _TAG_BYTES or not _ends_well(stream):
        raise Unusable(f"{path}: is cut off: it does not end as a backup does")
    segments, number = _Segments(key, header), 0
    while left:
        sealed = stream.read(min(left, SEGMENT + _TAG_BYTES))
        left -= len(sealed)
        try:
            yield segments.open(number, not left, sealed)
        except InvalidTag:
            raise Unusable(f"{path}: was changed, in its {number + 1}. megabyte") from None
        number += 1


def _ends_well(stream: BinaryIO) -> bool:
    here = stream.tell()
    stream.seek(-len(END), os.SEEK_END)
    ends = stream.read() == END
    stream.seek(here)
    return ends


def _fingerprint(key: bytes) -> bytes:
    """Tells one key from another, and nothing of either."""
    return hashlib.sha256(b"havn backup key" + key).digest()[:_FINGERPRINT_BYTES]
