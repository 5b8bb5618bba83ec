"""Changes that follow from a visit: the follow-up, its corrections, its actions, and the draft before it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.families import events, policies, residents
from services.families.rules import actions, arrivals, concerns, follow_ups
from services.families.rules.cadence import next_visit
from services.families.store import ACTIONS, DRAFTS, FAMILIES, FOLLOW_UP_VERSIONS, FOLLOW_UPS
from services.shared import names
from services.shared.errors import EtagStale
from services.shared.events import Announcement
from services.shared.names import last_part, parent
from services.shared.records import Change, View
from services.shared.wire import day, timestamp


def log(change: Change, request: pb.LogFollowUpRequest, today: date) -> pb.FollowUp:
    """Keeps a follow-up, with which the caller's draft ends. Raises NotFound and BadInput."""
    family, follow_up = change.get(FAMILIES, request.parent), request.follow_up
    policy = policies.in_force(change, family.authority)
    expected = proposed(change, policy, family, day(follow_up.visit_date))
    follow_ups.check_follow_up(follow_up, policy, expected, today)
    follow_up.name = f"{family.name}/followUps/{names.new_id()}"
    follow_up.authority = family.authority
    follow_up.consultant = change.caller.subject
    follow_up.policy_version = policy.version
    follow_up.create_time.CopyFrom(timestamp(change.now))
    follow_up.ClearField("correction")
    _note_concern(change, follow_up)
    change.add(FOLLOW_UPS, follow_up)
    _agree(change, follow_up, already=0)
    discard_draft(change, family)
    _announce(change, follow_up, events.follow_up_logged)
    return follow_up


def note_falls(change: Change, imported: Iterable[pb.FollowUp]) -> dict[str, pb.FollowUp]:
    """Says in follow-ups that an import brought where wellbeing fell, if they are the newest; by their names (K18)."""
    brought = {each.name for each in imported if each.trust.scale}
    by_family = defaultdict(list)
    for each in change.among(FOLLOW_UPS, "parent", {parent(name) for name in brought}):
        by_family[parent(each.name)].append(each)
    falling = [each for of_family in by_family.values() for each in concerns.newest_falls(of_family)]
    noted = {each.name: each for each in falling if each.name in brought}
    for each in noted.values():
        each.concern_kinds.append(pb.CONCERN_KIND_FALLING)
        change.save(FOLLOW_UPS, each, each.etag)
    return noted


def follow_recorded(change: Change, follow_up: pb.FollowUp, today: date) -> None:
    """What follows from an imported follow-up: actions are open, and a concern of the last half year is told (K18)."""
    _agree(change, follow_up, already=0)
    if follow_up.concern_kinds and today - day(follow_up.visit_date) <= follow_ups.LONGEST_GAP:
        change.announce(*events.concern_raised(follow_up))


def correct(change: Change, request: support.CorrectFollowUpRequest, today: date) -> pb.FollowUp:
    """Keeps what stood there as a version, and the correction in its place. Raises NotFound, EtagStale, BadInput."""
    kept, corrected = change.get(FOLLOW_UPS, request.name), request.follow_up
    family = change.get(FAMILIES, parent(kept.name))
    correction = pb.Correction(author=change.caller.subject, time=timestamp(change.now), reason=request.reason)
    follow_ups.correct(kept, corrected, correction)
    policy = policies.of_version(change, kept.authority, kept.policy_version)
    expected = proposed(change, policy, family, day(corrected.visit_date))
    follow_ups.check_follow_up(corrected, policy, expected, today)
    _note_concern(change, corrected)
    change.save(FOLLOW_UPS, corrected, request.etag)
    _agree(change, corrected, already=len(kept.actions))
    kept.name = f"{kept.name}/versions/{corrected.correction.number}"
    change.add(FOLLOW_UP_VERSIONS, kept)
    _announce(change, corrected, events.follow_up_corrected)
    return corrected


def proposed(view: View, policy: support.SupportPolicy, family: pb.FosterFamily, visit: date) -> date | None:
    """The visit after that of a day, by the cadence; None for a family that has no beginning to count from."""
    if not family.HasField("approval"):
        return None
    stays = residents.in_family(view, family.name, visit)
    begun = arrivals.begun(day(family.approval.valid_from_date), stays, visit)
    return arrivals.due_after(visit, next_visit(policy, begun, family.approval.need_level, visit), stays)


def settle_action(change: Change, request: support.SettleActionRequest) -> support.AgreedAction:
    """Keeps what became of an action. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    action = change.get(ACTIONS, request.name)
    actions.settle(action, request, by=change.caller.subject)
    action.settle_time.CopyFrom(timestamp(change.now))
    return change.save(ACTIONS, action, request.etag)


def save_draft(change: Change, request: support.SaveFollowUpDraftRequest) -> support.FollowUpDraft:
    """Keeps a draft in the place of the one before. Raises NotFound, EtagStale and BadInput."""
    follow_ups.check_draft(request.fields)
    family = change.get(FAMILIES, request.parent)
    draft, kept = _empty(change, family), _kept_draft(change, family)
    if request.etag not in ("", kept.etag if kept else ""):
        raise EtagStale(draft.name)
    draft.author = change.caller.subject
    draft.fields.extend(request.fields)
    return _put(change, draft, kept)


def discard_draft(change: Change, family: pb.FosterFamily) -> support.FollowUpDraft:
    """Empties the caller's draft, if there is one: its name stays."""
    draft, kept = _empty(change, family), _kept_draft(change, family)
    return _put(change, draft, kept) if kept else draft


def _note_concern(change: Change, follow_up: pb.FollowUp) -> None:
    """Says in the follow-up whether somebody has to look at the placements again (K11)."""
    # Without a scale nothing can have fallen, and nobody needs to read what was logged before.
    others = change.all(FOLLOW_UPS, parent=parent(follow_up.name)) if follow_up.trust.scale else []
    follow_up.ClearField("concern_kinds")
    follow_up.concern_kinds.extend(concerns.kinds(follow_up, others))


def _announce(change: Change, follow_up: pb.FollowUp, told: Callable[[pb.FollowUp], Announcement]) -> None:
    change.announce(*told(follow_up))
    if follow_up.concern_kinds:
        change.announce(*events.concern_raised(follow_up))


def _agree(change: Change, follow_up: pb.FollowUp, already: int) -> None:
    """Keeps the actions behind those that were kept already, each by itself, so that somebody can say how it ended."""
    for position, action in enumerate(follow_up.actions[already:], start=already + 1):
        agreed = support.AgreedAction(
            name=f"{follow_up.name}/actions/{position}",
            authority=follow_up.authority,
            action=action,
            visit_date=follow_up.visit_date,
            consultant=follow_up.consultant,
            state=support.ACTION_STATE_OPEN,
        )
        change.add(ACTIONS, agreed)


def _empty(change: Change, family: pb.FosterFamily) -> support.FollowUpDraft:
    """The caller's draft of a family with nothing in it."""
    return support.FollowUpDraft(
        name=_draft_name(change, family),
        authority=family.authority,
        update_time=timestamp(change.now),
    )


def _kept_draft(change: Change, family: pb.FosterFamily) -> support.FollowUpDraft | None:
    return change.find(DRAFTS, _draft_name(change, family))


def _draft_name(change: Change, family: pb.FosterFamily) -> str:
    return f"{family.name}/followUpDrafts/{last_part(change.caller.subject)}"


def _put(change: Change, draft: support.FollowUpDraft, kept: support.FollowUpDraft | None) -> support.FollowUpDraft:
    return change.save(DRAFTS, draft, kept.etag) if kept else change.add(DRAFTS, draft)
