"""Who looked at a family's profile, of the audit trail: what the family is told. docs/rules.md F8."""

from collections.abc import Iterable
from datetime import timedelta

from havn.access.v1.access_pb2 import ROLE_SERVICE
from havn.audit.v1 import audit_pb2 as audit
from havn.families.v1 import families_pb2 as pb
from services.shared.wire import time

ONE_LOOK = timedelta(minutes=5)
"""What one person does for one purpose so soon after it began is one look: a page makes several calls."""

_KINDS_OF_CALLS = {
    "/havn.families.v1.FamiliesService/GetFosterFamily": pb.PROFILE_VIEW_KIND_OPENED,
    "/havn.families.v1.FamiliesService/NoteProfileViews": pb.PROFILE_VIEW_KIND_SUGGESTED,
}
_KINDS = {
    audit.AUDIT_ACTION_READ: pb.PROFILE_VIEW_KIND_LISTED,
    audit.AUDIT_ACTION_WRITE: pb.PROFILE_VIEW_KIND_CHANGED,
}

_TELLING = (
    pb.PROFILE_VIEW_KIND_LISTED,
    pb.PROFILE_VIEW_KIND_SUGGESTED,
    pb.PROFILE_VIEW_KIND_OPENED,
    pb.PROFILE_VIEW_KIND_CHANGED,
)
"""What tells most comes last."""


def profile_views(rows: Iterable[audit.AuditRow], family: str, *, with_person: bool) -> list[pb.ProfileView]:
    """The looks that rows of the trail, the oldest first, tell of."""
    latest: dict[tuple[object, ...], pb.ProfileView] = {}
    looks: list[pb.ProfileView] = []
    for row in rows:
        view = profile_view(row, family, with_person=with_person)
        if view is None:
            continue
        key = (row.subject, row.authority, tuple(row.roles), row.purpose)
        begun = latest.get(key)
        if begun and time(view.view_time) - time(begun.view_time) <= ONE_LOOK:
            begun.kind = max(begun.kind, view.kind, key=_TELLING.index)
        else:
            latest[key] = view
            looks.append(view)
    return looks


def profile_view(row: audit.AuditRow, family: str, *, with_person: bool) -> pb.ProfileView | None:
    """A row as a look at the profile; None for what is none: a service's, one that was refused, an answer again."""
    if ROLE_SERVICE in row.roles or row.action not in _KINDS:
        return None
    return pb.ProfileView(
        family=family,
        view_time=row.time,
        kind=_KINDS_OF_CALLS.get(row.rpc, _KINDS[row.action]),
        roles=row.roles,
        viewer_authority=row.authority,
        purpose=row.purpose,
        person=row.subject if with_person else "",
    )
