"""The file of a backup: a tar of the manifest and the databases, sealed."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from services.havn.backup.files import CHUNK, file_of, whole
from services.havn.backup.manifest import Manifest
from services.havn.backup.sealed import SEGMENT, SealedReader, SealedWriter
from services.havn.backup.unusable import Unusable

MANIFEST = "manifest.json"


def write(path: Path, key: bytes, manifest: Manifest, databases: Mapping[str, Path]) -> None:
    """Puts a backup at `path`, whole or not at all."""
    with whole(path) as part, part.open("wb") as stream:
        sealed = SealedWriter(stream, key)
        with tarfile.open(fileobj=cast(BinaryIO, sealed), mode="w|", bufsize=SEGMENT) as tar:
            told = manifest.written()
            tar.addfile(_entry(MANIFEST, len(told)), io.BytesIO(told))
            for service, database in databases.items():
                with database.open("rb") as content:
                    tar.addfile(_entry(file_of(service), database.stat().st_size), content)
        sealed.finish()


@contextmanager
def reading(path: Path, key: bytes) -> Iterator["Archive"]:
    """A backup to read, in its own order. Raises Unusable for one that is not as it was written."""
    with path.open("rb") as stream:
        sealed = SealedReader(path, stream, key)
        try:
            with tarfile.open(fileobj=cast(BinaryIO, sealed), mode="r|", bufsize=SEGMENT) as tar:
                yield Archive(path, tar)
        except tarfile.TarError as error:
            raise Unusable(f"{path}: does not hold what a backup holds ({error})") from error


class Archive:
    """A backup that is being read."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path = path
        self._tar = tar
        name, content = self._next()
        if name != MANIFEST:
            raise Unusable(f"{path}: begins with {name!r} and not with its manifest")
        self.manifest = Manifest.read(content.read())

    def extract(self, folder: Path) -> None:
        """Puts every database into a folder, each as the manifest has it. Raises Unusable for one that is not."""
        for service, copied in self.manifest.services.items():
            name, content = self._next()
            target = folder / file_of(service)
            if name != target.name or _copied(content, target) != copied.sha256:
                raise Unusable(f"{self._path}: {name} is not what the manifest says")

    def _next(self) -> tuple[str, IO[bytes]]:
        entry = self._tar.next()
        content = self._tar.extractfile(entry) if entry else None
        if entry is None or content is None:
            raise Unusable(f"{self._path}: ends before all databases that it should hold")
        return entry.name, content


def _copied(content: IO[bytes], target: Path) -> str:
    target.touch(mode=0o600)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry
