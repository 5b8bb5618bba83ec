"""What is due in families, as lists in their order: made of all records that they follow from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.families import policies, residents
from services.families.rules import agreements, certificates, follow_ups_due, supervision
from services.families.rules.arrivals import Stay
from services.families.store import (
    AGREEMENTS,
    FAMILIES,
    FOLLOW_UPS,
    SUPERVISION_VISITS,
    family_of,
    followed_by,
    latest_follow_ups,
)
from services.shared.names import parent
from services.shared.records import View


def follow_ups(view: View, consultant: str, today: date) -> list[pb.FollowUpDue]:
    """When each family is to be followed up, of a consultant or of all."""
    families = view.all(FAMILIES, **followed_by(consultant))
    stays = residents.in_families(view, [family.name for family in families], today)
    visits = _visits(view, stays)
    found = (
        follow_ups_due.follow_up_due(family, visits[family.name], stays[family.name], today) for family in families
    )
    return sorted((each for each in found if each), key=follow_ups_due.by_due_day)


def certificates_due(view: View, consultant: str, family: str, today: date) -> list[pb.CertificateDue]:
    """Certificates that are missing or to be renewed, of a consultant's families, of one family, or of all."""
    families = view.all(FAMILIES, **followed_by(consultant, family))
    found = (each for family in families for each in certificates.certificates_due(family, today))
    return sorted(found, key=certificates.missing_first)


def supervision_visits(view: View, consultant: str, family: str, today: date) -> list[support.SupervisionVisitDue]:
    """When a consultant's families, one family, or all are to be visited for supervision."""
    visited = defaultdict(list)
    for visit in view.all(SUPERVISION_VISITS):
        visited[family_of(visit.name)].append(visit)
    policy, stays = policies.by_authority(view), residents.since(view, today)

    def facts(family: pb.FosterFamily) -> supervision.Facts:
        return supervision.Facts(visited[family.name], stays[family.name], policy(family.authority))

    homes = view.all(FAMILIES, **followed_by(consultant, family))
    found = (each for family in homes for each in supervision.visits_due(family, facts(family), today))
    return sorted(found, key=supervision.by_due_day)


def intensive_support(view: View, consultant: str, today: date) -> list[support.IntensiveSupportDue]:
    """Children without intensive support in their first year, in a consultant's families or in all."""
    agreed = defaultdict(list)
    for agreement in view.all(AGREEMENTS):
        agreed[family_of(agreement.name)].append(agreement)
    stays, homes = residents.since(view, today), view.all(FAMILIES, **followed_by(consultant))
    found = (
        each
        for family in homes
        for each in agreements.support_due(family, stays[family.name], agreed[family.name], today)
    )
    return sorted(found, key=agreements.by_arrival)


def _visits(view: View, stays: Mapping[str, Sequence[Stay]]) -> Mapping[str, list[pb.FollowUp]]:
    """The latest visits to each family; all of them where the latest were not about every child who lives there."""
    visits = defaultdict(list)
    for latest in view.all(FOLLOW_UPS, latest_follow_ups()):
        visits[parent(latest.name)].append(latest)
    lacking = [name for name, latest in visits.items() if follow_ups_due.leaves_out(latest, stays[name])]
    for name in lacking:
        visits[name].clear()
    for earlier in view.among(FOLLOW_UPS, "parent", lacking) if lacking else ():
        visits[parent(earlier.name)].append(earlier)
    return visits
