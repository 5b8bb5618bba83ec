"""What an authority decided on follow-ups; where it decided nothing, data/support_policy.json."""

import json
from collections.abc import Callable
from functools import cache

from google.protobuf.json_format import ParseDict

from havn.families.v1 import support_pb2 as pb
from services.families.store import POLICIES
from services.shared.names import last_part
from services.shared.records import Change, View
from services.shared.reference import DATA, jurisdiction
from services.shared.wire import timestamp

DEFAULT = DATA / "support_policy.json"


def in_force(view: View, authority: str) -> pb.SupportPolicy:
    """The authority's latest policy, or the default."""
    return _latest(view, authority) or default(authority)


def by_authority(view: View) -> Callable[[str], pb.SupportPolicy]:
    """The policy in force of each authority, read once."""
    return cache(lambda authority: in_force(view, authority))


def of_version(view: View, authority: str, version: str) -> pb.SupportPolicy:
    """The policy of that version, as follow-ups name it."""
    return view.find(POLICIES, f"supportPolicies/{version}") or default(authority)


def publish(change: Change, policy: pb.SupportPolicy) -> pb.SupportPolicy:
    """Keeps the next version. Raises NotFound outside the scope, NameTaken where somebody else was faster."""
    latest = _latest(change, policy.authority)
    number = int(latest.version.rpartition("-")[2]) + 1 if latest else 1
    policy.version = f"{last_part(policy.authority)}-{number}"
    policy.name = f"supportPolicies/{policy.version}"
    of_law = default(policy.authority)
    policy.supervision_visits_per_year = policy.supervision_visits_per_year or of_law.supervision_visits_per_year
    policy.training_days_per_year = policy.training_days_per_year or of_law.training_days_per_year
    policy.author = change.caller.subject
    policy.create_time.CopyFrom(timestamp(change.now))
    return change.add(POLICIES, policy)


def _latest(view: View, authority: str) -> pb.SupportPolicy | None:
    # All are read, by a statement that is made once: each follow-up that is logged asks for it, and they are few.
    published = view.among(POLICIES, "authority", [authority])
    return published[-1] if published else None


def default(authority: str) -> pb.SupportPolicy:
    """Havn's own, for the authority's jurisdiction."""
    policy = pb.SupportPolicy(authority=authority)
    policy.MergeFrom(_default(jurisdiction(authority)))
    return policy


@cache
def _default(of: str) -> pb.SupportPolicy:
    told = json.loads(DEFAULT.read_text("utf-8"))
    return ParseDict(told["all"] | told[of], pb.SupportPolicy())
