"""Vacancies as a stream shows them: those that were reported between two moments."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import select

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.store import VacancyRow
from services.shared.records import View

Reported = Mapping[str, bytes]
"""All vacancies as they are kept, by name."""


def reported(view: View) -> Reported:
    """All vacancies now."""
    return dict(view.session.exec(select(VacancyRow.name, VacancyRow.body)).all())


class Reports:
    """What was reported between two moments: found once for all who watched both."""

    def __init__(self, describe: Callable[[Sequence[pb.Vacancy]], Coroutine[Any, Any, Sequence[pb.Vacancy]]]) -> None:
        self._last: tuple[Reported, Reported, Sequence[pb.Vacancy]] = ({}, {}, ())
        self._describe = describe
        self._shown: tuple[Sequence[pb.Vacancy], asyncio.Task[Sequence[pb.Vacancy]]] | None = None

    def between(self, before: Reported | None, after: Reported) -> Sequence[pb.Vacancy]:
        """The vacancies of `after` that are newer than those of `before`; of one's first moment none."""
        if before is None:
            return ()
        if self._last[0] is not before or self._last[1] is not after:
            self._last = (before, after, list(_newer(before, after)))
        return self._last[2]

    async def shown(self, news: Sequence[pb.Vacancy]) -> Sequence[pb.Vacancy]:
        """The same vacancies as they are shown: described once for all who watch."""
        if self._shown is None or self._shown[0] is not news:
            self._shown = (news, asyncio.ensure_future(self._describe(news)))
        # Who stops to watch meanwhile takes it from nobody else.
        return await asyncio.shield(self._shown[1])


def _newer(before: Reported, after: Reported) -> Iterator[pb.Vacancy]:
    for name, body in after.items():
        if before.get(name) != body:
            vacancy = pb.Vacancy.FromString(body)
            earlier = pb.Vacancy.FromString(before.get(name, b""))
            if int(vacancy.etag) > int(earlier.etag or 0):
                yield vacancy
