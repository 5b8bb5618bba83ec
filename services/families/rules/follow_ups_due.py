"""When families, and the children who live there, are to be followed up (K4). Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from havn.families.v1 import families_pb2 as pb
from services.families.rules.arrivals import Stay, due_after, first_due, week_after
from services.shared.names import parent
from services.shared.wire import date_message, day, time


def follow_up_due(
    family: pb.FosterFamily, visits: Sequence[pb.FollowUp], stays: Sequence[Stay], today: date
) -> pb.FollowUpDue | None:
    """When a family is to be followed up, by its visits and by its approval and who came there (K4).

    `visits` are the latest ones, and those before that may be about a child whom they are not about. `stays` are of the
    children who live there, or are to come; None where it has neither visit nor approval.
    """
    latest = latest_by_family(visits).get(family.name)
    if latest is None and not family.HasField("approval"):
        return None
    if latest:
        due = due_after(day(latest.visit_date), day(latest.next_visit_date), stays)
    else:
        due = first_due(day(family.approval.valid_from_date), stays)
    children = sorted(_children_due(family, visits, stays, today), key=_by_due_day_of_child)
    due = min([due, *(day(child.next_visit_date) for child in children)])
    return pb.FollowUpDue(
        family=family.name,
        authority=family.authority,
        display_name=family.display_name,
        town=family.town,
        consultant=family.consultant,
        last_visit_date=latest.visit_date if latest else None,
        next_visit_date=date_message(due),
        days_overdue=max(0, (today - due).days),
        children=children,
    )


def by_due_day(due: pb.FollowUpDue) -> str:
    """What puts those that are longest overdue first, then the others by their day."""
    return f"{day(due.next_visit_date).isoformat()}/{due.family}"


def overdue_count(found: Iterable[pb.FollowUpDue]) -> int:
    """How many are overdue."""
    return sum(each.days_overdue > 0 for each in found)


def soon_count(found: Iterable[pb.FollowUpDue], until: date) -> int:
    """How many are due by a day, and not overdue."""
    return sum(not each.days_overdue and day(each.next_visit_date) <= until for each in found)


def latest_by_family(visits: Iterable[pb.FollowUp]) -> dict[str, pb.FollowUp]:
    """Each family's latest follow-up; of several visits on one day the one that was logged last."""
    return {parent(follow_up.name): follow_up for follow_up in sorted(visits, key=_in_order)}


def leaves_out(latest: Sequence[pb.FollowUp], stays: Iterable[Stay]) -> bool:
    """Whether the latest visits to a family are about some of the children who lived there, and not about another."""
    return any(
        not _latest_about(stay, latest) for stay in stays if any(stay.starts <= day(each.visit_date) for each in latest)
    )


def _children_due(
    family: pb.FosterFamily, visits: Sequence[pb.FollowUp], stays: Iterable[Stay], today: date
) -> Iterator[pb.ChildFollowUpDue]:
    """Each child by the latest visit about it since it came, before the first one a week after it came."""
    for stay in stays:
        latest = _latest_about(stay, visits)
        due = day(latest.next_visit_date) if latest else week_after(_begun(family, stay))
        if not stay.ends_before(due):
            yield pb.ChildFollowUpDue(
                child=stay.child,
                last_visit_date=latest.visit_date if latest else None,
                next_visit_date=date_message(due),
                days_overdue=max(0, (today - due).days),
            )


def _begun(family: pb.FosterFamily, stay: Stay) -> date:
    """When a child's first week began: when it came, and not before the approval."""
    return max(stay.starts, day(family.approval.valid_from_date)) if family.HasField("approval") else stay.starts


def _latest_about(stay: Stay, visits: Iterable[pb.FollowUp]) -> pb.FollowUp | None:
    """The latest visit since a child came that was about it: one that names no child was about all."""
    about = (each for each in visits if not each.children or stay.child in each.children)
    return max((each for each in about if day(each.visit_date) >= stay.starts), key=_in_order, default=None)


def _in_order(follow_up: pb.FollowUp) -> tuple[object, ...]:
    return day(follow_up.visit_date), time(follow_up.create_time), follow_up.name


def _by_due_day_of_child(due: pb.ChildFollowUpDue) -> tuple[date, str]:
    return day(due.next_visit_date), due.child
