"""Who saw a child: rows of all services' trails that name the child or a record of it."""

import csv
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from havn.audit.v1.audit_pb2 import AuditRow, ListAuditRowsRequest
from havn.audit.v1.audit_pb2_grpc import AuditServiceStub
from havn.placements.v1.placements_pb2 import ListPlacementsRequest, ListRequestsRequest
from services.havn.commands.asking import all_pages
from services.havn.connection import Connection
from services.havn.views.audit import Look, cells, headings
from services.havn.views.phrases import Lang

SECONDS = 30.0
"""For one page: many rows may have to be looked through."""

_PURPOSE = (("x-purpose", "RIGHT_OF_ACCESS"),)


def looks_at(connection: Connection, child: str) -> list[Look]:
    """All looks at the child, in the order of time."""
    names = names_of(connection, child)
    looks = [Look(service, row) for service in connection.channels for row in _rows(connection, service, names)]
    return sorted(looks, key=lambda look: (look.row.time.ToNanoseconds(), look.service, look.row.sequence))


def names_of(connection: Connection, child: str) -> list[str]:
    """The child, its requests, their entries of the waiting list, and its placements: what rows name it by.

    Suggestions, runs, families and follow-ups need no names here: their rows name the request or the child.
    """
    placements = connection.placements
    requests = all_pages(_asking(placements.ListRequests), ListRequestsRequest(child=child)).requests
    placed = all_pages(_asking(placements.ListPlacements), ListPlacementsRequest(child=child)).placements
    waiting = [f"waitingListEntries/{request.name.removeprefix('requests/')}" for request in requests]
    return [child, *(request.name for request in requests), *waiting, *(placement.name for placement in placed)]


def export(path: Path, looks: Iterable[Look], lang: Lang) -> None:
    """Writes what a child may be told of the looks: when, in which role, what and why, never which member of staff."""
    # As services.havn.importing.writing: a spreadsheet opens it rightly.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(headings(lang))
        writer.writerows(cells(look, lang) for look in looks)


def _rows(connection: Connection, service: str, names: list[str]) -> Iterable[AuditRow]:
    trail: Any = AuditServiceStub(connection.channels[service])
    rows: Iterable[AuditRow] = all_pages(_asking(trail.ListAuditRows), ListAuditRowsRequest(names=names)).rows
    return rows


def _asking(call: Callable[..., Any]) -> Callable[..., Any]:
    return partial(call, metadata=_PURPOSE, timeout=SECONDS)
