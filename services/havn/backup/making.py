"""A backup from databases to a file, and back into databases."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from services.havn.backup import archive, postgres
from services.havn.backup.checking import Problem, problems, problems_of_copies
from services.havn.backup.copying import Engines, copy, of_settings, pinned
from services.havn.backup.files import file_of, sqlite, sync, whole, workshop
from services.havn.backup.manifest import Manifest
from services.havn.backup.unusable import Unusable
from services.shared import migrate
from services.shared.settings import LAST_BACKUP, Settings


def back_up(settings: Settings, path: Path, key: bytes) -> Manifest:
    """Puts a backup of the settings' databases at `path`; they may be in use meanwhile. Raises Unusable."""
    if path.exists():
        raise Unusable(f"{path}: exists, and nothing is overwritten; name a new file")
    engines = of_settings(settings)
    with workshop(settings.data / "backup.part") as work:
        # Before the databases are looked at: what was answered by then is in the backup.
        time = datetime.now(UTC)
        with pinned(engines) as connections:
            copies = {service: copy(service, connections[service], work / file_of(service)) for service in connections}
        manifest = Manifest.now(time, copies)
        if wrong := problems_of_copies(work, manifest):
            raise Unusable(f"{wrong[0].service}: is not well, so that no backup is made; ask havn verify")
        archive.write(path, key, manifest, {service: work / file_of(service) for service in copies})
    with whole(settings.data / LAST_BACKUP) as part:
        part.write_text(json.dumps({"time": manifest.time.isoformat()}))
    return manifest


def restore(path: Path, key: bytes, folder: Path) -> Manifest:
    """Makes a data folder from a backup, whole or not at all. Raises Unusable.

    Its streams are made anew from the outbox: every event is published again, and each consumer passes over those that
    it has marked.
    """
    folder = folder.resolve()
    _require_empty(folder)
    with workshop(folder.with_name(f"{folder.name}.part")) as work:
        manifest = _extracted(path, key, work)
        for service in manifest.services:
            _publish_again(work / file_of(service))
        sync(work)
        work.rename(folder)
        sync(folder.parent)
    return manifest


def restore_databases(path: Path, key: bytes, settings: Settings, room: Path) -> Manifest:
    """Fills the empty PostgreSQL databases that the settings name, as the owner of their tables. Raises Unusable.

    Each is filled whole or not at all. Cut off in between, it is completed by doing it again.
    """
    with workshop(room) as work, ExitStack() as opened:
        manifest = _extracted(path, key, work)
        for service in manifest.services:
            file = sqlite(work / file_of(service))
            migrate.upgrade(service, file)
            _publish_again(work / file_of(service))
            copied = opened.enter_context(file.connect())
            target = postgres.engine(settings.owner_database(service))
            postgres.fill(opened.enter_context(target.begin()), copied)
    return manifest


def verify_backup(path: Path, key: bytes, room: Path) -> tuple[Manifest, list[Problem]]:
    """What a backup says of itself, and what is wrong with it; `room` is a folder to work in. Raises Unusable."""
    with workshop(room) as work, archive.reading(path, key) as opened:
        opened.extract(work)
        return opened.manifest, problems_of_copies(work, opened.manifest)


def verify_databases(engines: Engines) -> list[Problem]:
    """What is wrong with the databases of all services, which may be in use."""
    with pinned(engines) as connections:
        return list(problems(connections, {}))


def _extracted(path: Path, key: bytes, work: Path) -> Manifest:
    with archive.reading(path, key) as opened:
        opened.extract(work)
    for problem in problems_of_copies(work, opened.manifest):
        raise Unusable(f"{path}: {problem.service} is not well ({problem.fault}: {problem.detail})")
    return opened.manifest


def _publish_again(database: Path) -> None:
    engine = sqlite(database)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE outbox SET sent_time = NULL"))
    sync(database)


def _require_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Unusable(f"{folder}: is in use or holds something; name a new folder")
