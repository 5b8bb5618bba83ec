"""Who looked at a family's profile, of the audit trail: what the family is told. docs/rules.md F8."""

from havn.access.v1.access_pb2 import ROLE_SERVICE
from havn.audit.v1 import audit_pb2 as audit
from havn.families.v1 import families_pb2 as pb

_OPENING = "/havn.families.v1.FamiliesService/GetFosterFamily"
_KINDS = {
    audit.AUDIT_ACTION_READ: pb.PROFILE_VIEW_KIND_LISTED,
    audit.AUDIT_ACTION_WRITE: pb.PROFILE_VIEW_KIND_CHANGED,
}


def profile_view(row: audit.AuditRow, family: str, *, with_person: bool) -> pb.ProfileView | None:
    """A row as a look at the profile; None for what is none: a service's, one that was refused, an answer again."""
    if ROLE_SERVICE in row.roles or row.action not in _KINDS:
        return None
    kind = pb.PROFILE_VIEW_KIND_OPENED if row.rpc == _OPENING else _KINDS[row.action]
    return pb.ProfileView(
        family=family,
        view_time=row.time,
        kind=kind,
        roles=row.roles,
        viewer_authority=row.authority,
        purpose=row.purpose,
        person=row.subject if with_person else "",
    )
