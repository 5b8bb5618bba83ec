"""What happened to vacancies, noted in the transaction in which it happens (V7)."""

from collections.abc import Sequence

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import events
from services.capacity.store import VACANCIES, VACANCY_CHANGES, VacancyChangeRow, VacancyRow
from services.shared.records import Change, adding, row_values
from services.shared.wire import timestamp

TOGETHER = 500


def keep(change: Change, vacancy: pb.Vacancy, kind: pb.VacancyChangeKind.ValueType, etag: str) -> None:
    """Keeps a vacancy as it is now, tells of it, and notes who changed it. Raises EtagStale unless `etag` is kept."""
    if etag:
        change.save(VACANCIES, vacancy, etag)
    else:
        change.add(VACANCIES, vacancy)
    change.announce(*events.vacancy_reported(vacancy))
    note(change, [vacancy], kind)


def note(change: Change, vacancies: Sequence[pb.Vacancy], kind: pb.VacancyChangeKind.ValueType) -> None:
    """Notes what happened to vacancies just now, and who did it."""
    rows = (row_values(VACANCY_CHANGES, _noted(change, vacancy, kind)) for vacancy in vacancies)
    adding(VacancyChangeRow).change_each(change.connection, rows)


def note_imported(change: Change) -> None:
    """Notes all vacancies that an import wrote."""
    names = [name for name in change.touched if name.endswith("/vacancy")]
    for begin in range(0, len(names), TOGETHER):
        written = change.all(VACANCIES, col(VacancyRow.name).in_(names[begin : begin + TOGETHER]))
        note(change, written, pb.VACANCY_CHANGE_KIND_IMPORTED)


def _noted(change: Change, vacancy: pb.Vacancy, kind: pb.VacancyChangeKind.ValueType) -> pb.VacancyChange:
    # A version is confirmed, reported or blocked once; it may be asked for once more when it is stale.
    asked = kind == pb.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED
    key = f"{vacancy.etag}-asked" if asked else vacancy.etag
    return pb.VacancyChange(
        name=f"{vacancy.name.removesuffix('/vacancy')}/vacancyChanges/{key}",
        etag="1",
        authority=vacancy.authority,
        kind=kind,
        change_time=timestamp(change.now),
        changed_by=change.caller.subject,
        free_place_count=vacancy.free_place_count,
        from_date=vacancy.from_date,
        blocked=vacancy.blocked,
    )
