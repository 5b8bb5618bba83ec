"""How families and follow-ups are kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from google.type.date_pb2 import Date
from sqlalchemy import ColumnElement, Index, func, tuple_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from havn.placements.v1.placements_pb2 import Placement
from services.shared.names import last_part, parent
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import day

EVERY_FAMILY = "families/-"
"""Parent of what belongs to all families that the caller sees (AIP-159)."""


class Families(SQLModel, registry=registry()):
    """Base of this service's tables."""


class FamilyRow(Record, Families, table=True):
    """A foster family that `consultant` follows."""

    __tablename__ = "families"

    consultant: str = Field(index=True)


class FollowUpRow(Record, Families, table=True):
    """A KRITH follow-up of the family `parent`."""

    __tablename__ = "follow_ups"
    # All that tells which one of a family is the latest.
    __table_args__ = (Index("ix_follow_ups_latest", "parent", "sort_key"),)

    parent: str = Field(index=True)


class VersionRow(Record, Families, table=True):
    """How the follow-up `parent` stood before a correction."""

    __tablename__ = "follow_up_versions"

    parent: str = Field(index=True)


class ActionRow(Record, Families, table=True):
    """An action that was agreed on with `family`, at a visit that `consultant` logged."""

    __tablename__ = "agreed_actions"

    family: str = Field(index=True)
    consultant: str = Field(index=True)
    state: int = Field(index=True)


class DraftRow(Record, Families, table=True):
    """What `author` has written so far of a follow-up of `family`; without author where it ended."""

    __tablename__ = "follow_up_drafts"

    family: str = Field(index=True)
    author: str = Field(index=True)


class SupervisionVisitRow(Record, Families, table=True):
    """A supervision visit to `family`."""

    __tablename__ = "supervision_visits"

    family: str = Field(index=True)


class AgreementRow(Record, Families, table=True):
    """What `family` is supported with."""

    __tablename__ = "support_agreements"

    family: str = Field(index=True)


class StayRow(Record, Families, table=True):
    """What is copied of a placement: who lives in the family `home`, `until` which day, the calendar's last if unknown.

    Of one elsewhere nothing is copied but that it is not here.
    """

    __tablename__ = "stays"

    home: str = Field(index=True)
    until: str = Field(index=True)


class PolicyRow(Record, Families, table=True):
    """What an authority decided on follow-ups."""

    __tablename__ = "support_policies"


_DAYS_DIGITS = 7
_NUMBER_DIGITS = 6


def _follow_up_columns(follow_up: pb.FollowUp) -> dict[str, str]:
    return {"parent": parent(follow_up.name), "sort_key": _latest_first(follow_up.visit_date, follow_up.name)}


def _latest_first(when: Date, name: str) -> str:
    """A sort key that counts down from the calendar's end."""
    return f"{date.max.toordinal() - day(when).toordinal():0{_DAYS_DIGITS}d}/{name}"


def _visit_columns(visit: support.SupervisionVisit) -> dict[str, str]:
    return {"family": family_of(visit.name), "sort_key": _latest_first(visit.visit_date, visit.name)}


def _agreement_columns(agreement: support.SupportAgreement) -> dict[str, str]:
    return {"family": family_of(agreement.name), "sort_key": _latest_first(agreement.from_date, agreement.name)}


def followed_by(consultant: str, family: str = "") -> Mapping[str, str]:
    """The columns of the families that a consultant follows, or of one family; none of all, where none is named."""
    asked = {"consultant": consultant, "name": family}
    return {column: value for column, value in asked.items() if value}


def latest_follow_ups() -> ColumnElement[bool]:
    """Of each family the follow-ups of its latest visit: of one day there may be several."""
    latest = select(FollowUpRow.parent, _visit(func.min(FollowUpRow.sort_key))).group_by(col(FollowUpRow.parent))
    return tuple_(FollowUpRow.parent, _visit(FollowUpRow.sort_key)).in_(latest)


def _visit(sort_key: Any) -> Any:  # noqa: ANN401  # a column, or what is made of one
    return func.substr(sort_key, 1, _DAYS_DIGITS)


FAMILIES = Kind(FamilyRow, pb.FosterFamily, lambda family: {"consultant": family.consultant})
FOLLOW_UPS = Kind(FollowUpRow, pb.FollowUp, _follow_up_columns)


def _version_columns(version: pb.FollowUp) -> dict[str, str]:
    follow_up = parent(version.name)
    return {"parent": follow_up, "sort_key": f"{follow_up}/{_in_order(last_part(version.name))}/{version.name}"}


def _action_columns(action: support.AgreedAction) -> dict[str, Any]:
    return {
        "family": family_of(action.name),
        "consultant": action.consultant,
        "state": action.state,
        "sort_key": f"{day(action.action.due_date).isoformat()}/{action.name}",
    }


def _policy_columns(policy: support.SupportPolicy) -> dict[str, str]:
    number = _in_order(policy.version.rpartition("-")[2])
    return {"sort_key": f"{policy.authority}/{number}/{policy.name}"}


def _in_order(number: str) -> str:
    """A number as text that sorts as the number does."""
    return number.zfill(_NUMBER_DIGITS)


def family_of(name: str) -> str:
    """The family that a record belongs to."""
    return "/".join(name.split("/")[:2])


def _stay_columns(stay: Placement) -> dict[str, str]:
    until = day(stay.end_date) if stay.HasField("end_date") else date.max
    return {"home": stay.home, "until": until.isoformat()}


FOLLOW_UP_VERSIONS = Kind(VersionRow, pb.FollowUp, _version_columns)
ACTIONS = Kind(ActionRow, support.AgreedAction, _action_columns)
DRAFTS = Kind(DraftRow, support.FollowUpDraft, lambda draft: {"family": family_of(draft.name), "author": draft.author})
POLICIES = Kind(PolicyRow, support.SupportPolicy, _policy_columns, open_to_all=True)
SUPERVISION_VISITS = Kind(SupervisionVisitRow, support.SupervisionVisit, _visit_columns)
AGREEMENTS = Kind(AgreementRow, support.SupportAgreement, _agreement_columns)
STAYS = Kind(StayRow, Placement, _stay_columns)
COPIES = (STAYS,)
"""What is made of others' records: all of it can be made anew."""
