"""Backups: made, restored, verified."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import RenderableType

from services.havn.backup.checking import Fault, Problem
from services.havn.backup.manifest import Manifest
from services.havn.views.phrases import Lang, phrase
from services.havn.views.words import Verbatim, table

FAULTS = {
    Fault.DAMAGED: "the database is damaged: {detail}",
    Fault.SHAPE_UNKNOWN: "its shape {detail} is unknown here: a newer Havn made it",
    Fault.ROWS_DIFFER: "the table {detail} does not hold what the backup says of it",
    Fault.AUDIT_CHANGED: "row {detail} of its audit trail is missing, or not as it was written",
    Fault.AHEAD: "it heard of changes that their owner does not have: {detail}",
}


def made(path: Path, size: int, manifest: Manifest, new_key: Path | None, lang: Lang) -> Iterator[RenderableType]:
    """What a backup holds, and what to keep."""
    yield phrase("{file} holds Havn as it was on {moment}.", lang, file=path, moment=_moment(manifest))
    yield _databases(manifest, lang)
    if new_key:
        yield phrase(
            "{key} is its key: without it nobody reads the backup. Keep it apart from backups, and twice.",
            lang,
            key=new_key,
        )
    yield phrase("Now take it to another machine, and see there whether it is well:", lang)
    yield Verbatim(f"  havn verify {quote(str(path))} --key KEY")


def restored(folder: Path | None, manifest: Manifest, lang: Lang) -> Iterator[RenderableType]:
    """What was restored, into a folder or into PostgreSQL, what is lost, and how to go on."""
    where = folder or "PostgreSQL"
    yield phrase("{folder} holds Havn as it was on {moment}.", lang, folder=where, moment=_moment(manifest))
    yield _databases(manifest, lang)
    yield phrase("What was changed later is not in it.", lang)
    if folder:
        yield phrase("Start it:", lang)
        yield Verbatim(f"  HAVN_DATA={quote(str(folder))} havn up")


def verified(
    path: Path | str, manifest: Manifest | None, problems: Sequence[Problem], lang: Lang
) -> Iterator[RenderableType]:
    """Whether a backup or a folder is well."""
    if manifest:
        yield phrase("{file} holds Havn as it was on {moment}.", lang, file=path, moment=_moment(manifest))
        yield _databases(manifest, lang)
    told = [phrase(FAULTS[each.fault], lang, detail=each.detail) for each in problems]
    if not told:
        yield phrase("{path} is well.", lang, path=path)
        return
    yield phrase("{path} is not well:", lang, path=path)
    rows = table("=Service", "What is wrong", lang=lang)
    for problem, words in zip(problems, told, strict=True):
        rows.add_row(problem.service, words)
    yield rows


def manifest_document(manifest: Manifest | None) -> dict[str, Any]:
    """What a backup says of itself, for programs."""
    if manifest is None:
        return {}
    services = {
        name: {
            "shape": copied.contents.shape,
            "bytes": copied.bytes,
            "sha256": copied.sha256,
            "rows": {table: rows.count for table, rows in copied.contents.tables.items()},
        }
        for name, copied in manifest.services.items()
    }
    return {"time": manifest.time.isoformat(), "version": manifest.version, "services": services}


def problem_documents(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """What is wrong, for programs."""
    return [{"service": each.service, "fault": each.fault.value, "detail": each.detail} for each in problems]


def _databases(manifest: Manifest, lang: Lang) -> RenderableType:
    rows = table("=Service", "#Rows", "#MB", lang=lang)
    for name, copied in manifest.services.items():
        rows.add_row(name, str(copied.contents.row_count), f"{copied.bytes / 1e6:.1f}")
    return rows


def _moment(manifest: Manifest) -> str:
    return f"{manifest.time:%Y-%m-%d %H:%M:%S} UTC"
