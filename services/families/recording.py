"""How rows of an import are taken that tell what was recorded elsewhere: of follow-ups, actions, visits, agreements."""

from datetime import date
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from sqlmodel import col

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families import events, following, policies
from services.families.rules import actions, agreements, concerns, follow_ups, supervision
from services.families.store import (
    ACTIONS,
    AGREEMENTS,
    FAMILIES,
    FOLLOW_UPS,
    POLICIES,
    SUPERVISION_VISITS,
    ActionRow,
    AgreementRow,
    FamilyRow,
    FollowUpRow,
    PolicyRow,
    SupervisionVisitRow,
)
from services.shared import importing, names
from services.shared.drafts import Draft, Entry
from services.shared.errors import BadInput, FieldProblem
from services.shared.importing import UNCHANGED, Difference, Names
from services.shared.records import Change
from services.shared.wire import timestamp

_Row: TypeAlias = pb.RecordedFollowUp | pb.RecordedSupervisionVisit | pb.RecordedSupportAgreement
_Record: TypeAlias = families.FollowUp | pb.SupervisionVisit | pb.SupportAgreement

_MADE = frozenset({"name", "etag", "authority", "concern_kinds", "days_overdue"})
"""What no file tells: it follows from the family and the rest."""

_OTHERWISE = "was recorded otherwise, and an import overwrites nothing: correct it, or end it (K18)"


def _told(record: Descriptor) -> frozenset[str]:
    return frozenset(record.fields_by_name) - _MADE


def _silent(_record: object) -> None:
    """Nobody else needs to hear of it."""


FOLLOW_UP = Entry(
    FOLLOW_UPS,
    "follow_up",
    _told(families.FollowUp.DESCRIPTOR),
    events.follow_up_logged,
    events.follow_up_logged,
)
VISIT = Entry(SUPERVISION_VISITS, "visit", _told(pb.SupervisionVisit.DESCRIPTOR), _silent, _silent)
ACTION = Entry(ACTIONS, "action", _told(pb.AgreedAction.DESCRIPTOR), _silent, _silent)
AGREEMENT = Entry(AGREEMENTS, "agreement", _told(pb.SupportAgreement.DESCRIPTOR), _silent, _silent)


class Recorded:
    """Takes the rows of one import, each of its kind (K18)."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._logged: list[families.FollowUp] = []
        self._policies: dict[str, pb.SupportPolicy] = {}

    def take(self, draft: Draft, row: pb.ImportSupportRequest) -> Difference:
        """Puts one row into the draft. Raises a HavnError for what is wrong with it."""
        if row.HasField("follow_up"):
            return self._follow_up(draft, row.follow_up, row.update_mask)
        if row.HasField("visit"):
            return self._visit(draft, row.visit, row.update_mask)
        if row.HasField("action"):
            return self._action(draft, row.action, row.update_mask)
        return self._agreement(draft, row.agreement, row.update_mask)

    def follow(self, change: Change) -> None:
        """What follows from follow-ups that are new."""
        falling = following.note_falls(change, self._logged)
        for follow_up in self._logged:
            following.follow_recorded(change, falling.get(follow_up.name, follow_up), self._today)

    def _follow_up(self, draft: Draft, row: pb.RecordedFollowUp, mask: FieldMask) -> Difference:
        follow_up = row.follow_up
        _name(draft, row, follow_up, "followUps")
        follow_up.ClearField("concern_kinds")
        # A fall is looked for once all rows are there: the visit before may stand below in the file.
        follow_up.concern_kinds.extend(concerns.kinds(follow_up, []))
        kept = draft.kept(FOLLOW_UP, follow_up, mask)
        follow_up.consultant = follow_up.consultant or (kept.consultant if kept else draft.caller.subject)
        _note_time(draft, follow_up, kept)
        changed = _difference(row, follow_up, kept)
        if changed != UNCHANGED:
            follow_ups.check_recorded(follow_up, self._policy(draft, follow_up), self._today)
            draft.put(FOLLOW_UP, follow_up)
            self._logged.append(follow_up)
        return changed

    def _action(self, draft: Draft, row: pb.RecordedAction, mask: FieldMask) -> Difference:
        """An action is there and open since its follow-up was imported: a row may say, once, what became of it."""
        action = row.action
        importing.check_row(row)
        action.name = _action_name(row)
        kept = draft.kept(ACTION, action, mask)
        if kept is None:
            raise BadInput.of("follow_up", "has no such action: import it first; actions are counted from 1")
        if kept.state == pb.ACTION_STATE_OPEN and action.state in actions.SETTLED:
            action.settled_by = action.settled_by or draft.caller.subject
            if not action.HasField("settle_time"):
                action.settle_time.CopyFrom(timestamp(draft.now))
        changed = importing.difference(action, kept)
        if changed != UNCHANGED:
            actions.check_recorded(action, kept, draft.now)
            draft.put(ACTION, action)
        return changed

    def _visit(self, draft: Draft, row: pb.RecordedSupervisionVisit, mask: FieldMask) -> Difference:
        visit = row.visit
        _name(draft, row, visit, "supervisionVisits")
        kept = draft.kept(VISIT, visit, mask)
        visit.visitor = visit.visitor or (kept.visitor if kept else draft.caller.subject)
        _note_time(draft, visit, kept)
        changed = _difference(row, visit, kept)
        if changed != UNCHANGED:
            supervision.check_visit(visit, self._today)
            draft.put(VISIT, visit)
        return changed

    def _agreement(self, draft: Draft, row: pb.RecordedSupportAgreement, mask: FieldMask) -> Difference:
        agreement = row.agreement
        _name(draft, row, agreement, "supportAgreements")
        kept = draft.kept(AGREEMENT, agreement, mask)
        agreement.author = agreement.author or (kept.author if kept else draft.caller.subject)
        _note_time(draft, agreement, kept)
        changed = _difference(row, agreement, kept)
        if changed != UNCHANGED:
            agreements.check_agreement(agreement)
            draft.put(AGREEMENT, agreement)
        return changed

    def _policy(self, draft: Draft, follow_up: families.FollowUp) -> pb.SupportPolicy:
        """The policy that a follow-up names; where it names none, the one in force."""
        authority = follow_up.authority
        if named := draft.find(POLICIES, f"supportPolicies/{follow_up.policy_version}"):
            return named
        if authority not in self._policies:
            decided = draft.all(POLICIES, col(PolicyRow.authority) == authority)
            self._policies[authority] = decided[-1] if decided else policies.default(authority)
        return self._policies[authority]


def looked_at(row: pb.ImportSupportRequest) -> Names:
    """Records that a row is compared with, or belongs to."""
    if row.HasField("follow_up"):
        follow_up = f"{row.follow_up.parent}/followUps/{row.follow_up.id}"
        return [(FamilyRow, row.follow_up.parent), (FollowUpRow, follow_up)]
    if row.HasField("visit"):
        visit = f"{row.visit.parent}/supervisionVisits/{row.visit.id}"
        return [(FamilyRow, row.visit.parent), (SupervisionVisitRow, visit)]
    if row.HasField("action"):
        return [(FamilyRow, row.action.parent), (ActionRow, _action_name(row.action))]
    agreement = f"{row.agreement.parent}/supportAgreements/{row.agreement.id}"
    return [(FamilyRow, row.agreement.parent), (AgreementRow, agreement)]


def _action_name(row: pb.RecordedAction) -> str:
    return f"{row.parent}/followUps/{row.follow_up}/actions/{row.number}"


def _name(draft: Draft, row: _Row, record: _Record, collection: str) -> None:
    """Names a record by its family and key. Raises BadInput."""
    family = draft.find(FAMILIES, row.parent)
    if family is None:
        raise BadInput.of("parent", "there is no such family that you may see")
    if record.authority not in ("", family.authority):
        raise BadInput.of("authority", "must be the family's")
    record.name = f"{family.name}/{collection}/{names.chosen_id(row.id)}"
    record.authority = family.authority


def _note_time(draft: Draft, record: _Record, kept: _Record | None) -> None:
    if not record.HasField("create_time"):
        record.create_time.CopyFrom(kept.create_time if kept else timestamp(draft.now))


def _difference(row: _Row, record: _Record, kept: _Record | None) -> Difference:
    """None where the record is new. Raises BadInput where it is kept and says otherwise, or lacks what it must say."""
    changed = importing.difference(record, kept)
    if changed:
        raise BadInput([FieldProblem(field, _OTHERWISE) for field in changed])
    if changed is None:
        importing.check_row(row)
    return changed
