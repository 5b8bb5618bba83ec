"""Lists of what is due in families, each made once a day, and again when something changed that it follows from."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.families import due_lists, residents
from services.families.rules import follow_ups_due, supervision
from services.families.store import (
    ACTIONS,
    AGREEMENTS,
    FAMILIES,
    FOLLOW_UPS,
    POLICIES,
    STAYS,
    SUPERVISION_VISITS,
    ActionRow,
)
from services.shared.counting import count
from services.shared.lasting import Lasting, version
from services.shared.rebuilding import rebuilds
from services.shared.records import View

T = TypeVar("T")

_OPEN = col(ActionRow.state) == support.ACTION_STATE_OPEN
_OF_CONSULTANT = col(ActionRow.consultant) == bindparam("of_consultant")
# Their sort keys begin with the day by which they were agreed on.
_PAST = col(ActionRow.sort_key) < bindparam("today")


class Due:
    """The lists that were asked for last, by what each caller sees, and how long they are."""

    def __init__(self) -> None:
        self._lists = Lasting[Hashable, Sequence[Any]]()
        self._counts = Lasting[Hashable, pb.FamiliesOverview]()

    def follow_ups(self, view: View, consultant: str, today: date) -> Sequence[pb.FollowUpDue]:
        """As `due_lists` has them."""
        asked = (pb.FollowUpDue, consultant)
        return self._listed(view, asked, today, lambda: due_lists.follow_ups(view, consultant, today))

    def certificates(self, view: View, consultant: str, family: str, today: date) -> Sequence[pb.CertificateDue]:
        """As `due_lists` has them."""
        asked = (pb.CertificateDue, consultant, family)
        return self._listed(view, asked, today, lambda: due_lists.certificates_due(view, consultant, family, today))

    def supervision_visits(
        self, view: View, consultant: str, family: str, today: date
    ) -> Sequence[support.SupervisionVisitDue]:
        """As `due_lists` has them."""
        asked = (support.SupervisionVisitDue, consultant, family)
        return self._listed(view, asked, today, lambda: due_lists.supervision_visits(view, consultant, family, today))

    def intensive_support(self, view: View, consultant: str, today: date) -> Sequence[support.IntensiveSupportDue]:
        """As `due_lists` has them."""
        asked = (support.IntensiveSupportDue, consultant)
        return self._listed(view, asked, today, lambda: due_lists.intensive_support(view, consultant, today))

    def overview(self, view: View, consultant: str, soon_until: date, today: date) -> pb.FamiliesOverview:
        """How much of it waits, and how many agreed actions do, of a consultant or of all."""
        key = (consultant, soon_until, _scope(view))
        known = (today, _version(view))
        found = pb.FamiliesOverview()
        found.CopyFrom(self._counts.of(key, known, lambda: self._counted(view, consultant, soon_until, today)))
        values = {"of_consultant": consultant} if consultant else {}
        asked: list[ColumnElement[bool]] = [_OPEN, *([_OF_CONSULTANT] if consultant else [])]
        found.overdue_action_count = count(view, ACTIONS, *asked, _PAST, today=today.isoformat(), **values)
        found.open_action_count = count(view, ACTIONS, *asked, **values) - found.overdue_action_count
        return found

    def _counted(self, view: View, consultant: str, soon_until: date, today: date) -> pb.FamiliesOverview:
        follow_ups = self.follow_ups(view, consultant, today)
        certificates = self.certificates(view, consultant, "", today)
        missing = sum(each.missing for each in certificates)
        return pb.FamiliesOverview(
            overdue_follow_up_count=follow_ups_due.overdue_count(follow_ups),
            soon_follow_up_count=follow_ups_due.soon_count(follow_ups, soon_until),
            missing_certificate_count=missing,
            certificate_renewal_count=len(certificates) - missing,
            intensive_support_due_count=len(self.intensive_support(view, consultant, today)),
            overdue_supervision_visit_count=supervision.overdue_count(
                self.supervision_visits(view, consultant, "", today)
            ),
        )

    def _listed(self, view: View, asked: Hashable, today: date, make: Callable[[], Sequence[T]]) -> Sequence[T]:
        return self._lists.of((asked, _scope(view)), (today, _version(view)), make)


def _scope(view: View) -> Hashable:
    return view.caller.authority, view.caller.narrowed()


def _version(view: View) -> Hashable:
    """Of all that any of the lists follows from."""
    with residents.whole(view) as whole:
        records = version(whole, FAMILIES, FOLLOW_UPS, SUPERVISION_VISITS, AGREEMENTS, POLICIES, STAYS)
    return records, rebuilds(view.session, "families")
