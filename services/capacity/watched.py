"""What capacity's streams show: vacancies that were reported, and that the waiting list is another."""

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import col, func, select

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.store import VacancyRow, WaitingListRow
from services.shared.access import EVERYWHERE, Caller
from services.shared.rebuilding import rebuilds
from services.shared.records import View

Reported = Mapping[str, bytes]
"""All vacancies as they are kept, by name."""

Versions = Mapping[str, str]
"""A version of each authority's waiting list, and of all of them."""


def reported(view: View) -> Reported:
    """All vacancies now."""
    return dict(view.session.exec(select(VacancyRow.name, VacancyRow.body)).all())


class Reports:
    """What was reported between two moments: found once for all who watched both."""

    def __init__(self) -> None:
        self._last: tuple[Reported, Reported, Sequence[pb.Vacancy]] = ({}, {}, ())

    def between(self, before: Reported | None, after: Reported) -> Sequence[pb.Vacancy]:
        """The vacancies of `after` that are newer than those of `before`; of one's first moment none."""
        if before is None:
            return ()
        if self._last[0] is not before or self._last[1] is not after:
            self._last = (before, after, list(_newer(before, after)))
        return self._last[2]


def versions(view: View) -> Versions:
    """The versions of all waiting lists: each change of a request makes its entry's version greater, or adds one.

    What a rebuild drops is no change of a request: rebuilds count as well.
    """
    counted = select(WaitingListRow.authority, func.count(), func.sum(WaitingListRow.version))
    found = view.session.exec(counted.group_by(col(WaitingListRow.authority))).all()
    done = rebuilds(view.session, "capacity")
    told = {authority: f"{done}-{count}-{total}" for authority, count, total in found}
    return told | {EVERYWHERE: f"{done}-{sum(row[1] for row in found)}-{sum(row[2] for row in found)}"}


def version_for(caller: Caller, known: Versions) -> str:
    """The version of the list that the caller sees."""
    # Nothing that waits belongs to a home or an institution.
    return "" if caller.narrowed() else known.get(caller.authority, "")


def _newer(before: Reported, after: Reported) -> Iterator[pb.Vacancy]:
    for name, body in after.items():
        if before.get(name) != body:
            vacancy = pb.Vacancy.FromString(body)
            earlier = pb.Vacancy.FromString(before.get(name, b""))
            if int(vacancy.etag) > int(earlier.etag or 0):
                yield vacancy
