"""What a family and its consultant say differently about a fact, until a named person settles it. docs/rules.md F7."""

from havn.families.v1 import families_pb2 as pb
from services.families.rules.way import Hand
from services.shared.errors import StateNotAllowed
from services.shared.wire import timestamp


def state_by_family(family: pb.FosterFamily, fact: pb.ProfileFact.ValueType, says: str, hand: Hand) -> None:
    """Keeps what the family says about a fact; what it said of it before, and nobody settled, is replaced."""
    conflict = _open(family, fact) or family.conflicts.add(fact=fact)
    conflict.family_says, conflict.family_said_by = says, hand.by
    conflict.family_said_time.CopyFrom(timestamp(hand.now))


def state_by_consultant(family: pb.FosterFamily, fact: pb.ProfileFact.ValueType, says: str, hand: Hand) -> None:
    """Keeps what the consultant says about a fact, in the same way."""
    conflict = _open(family, fact) or family.conflicts.add(fact=fact)
    conflict.consultant_says, conflict.consultant_said_by = says, hand.by
    conflict.consultant_said_time.CopyFrom(timestamp(hand.now))


def resolve(family: pb.FosterFamily, fact: pb.ProfileFact.ValueType, resolution: str, hand: Hand) -> None:
    """Settles what is open about a fact; both statements stay. Raises StateNotAllowed where nothing is open."""
    conflict = _open(family, fact)
    if conflict is None:
        raise StateNotAllowed("nothing is open about this fact: somebody settled it, or nobody stated anything", "F7")
    conflict.resolution, conflict.resolved_by = resolution, hand.by
    conflict.resolved_time.CopyFrom(timestamp(hand.now))


def disputed(family: pb.FosterFamily) -> list[pb.ProfileFact.ValueType]:
    """The facts of which something is open, each once, in the order of the profile. docs/rules.md F9."""
    return sorted({each.fact for each in family.conflicts if not each.resolution})


def record(family: pb.FosterFamily, kept: pb.FosterFamily | None) -> None:
    """Keeps what there was; an import adds what it tells and settles what was open, and takes nothing away (F7)."""
    told = list(family.conflicts)
    family.ClearField("conflicts")
    family.conflicts.extend(kept.conflicts if kept else ())
    for conflict in told:
        known = next((each for each in family.conflicts if _is_same(each, conflict)), None)
        if known is None:
            family.conflicts.append(conflict)
        elif conflict.resolution and not known.resolution:
            known.resolution, known.resolved_by = conflict.resolution, conflict.resolved_by
            known.resolved_time.CopyFrom(conflict.resolved_time)


def _is_same(one: pb.Conflict, other: pb.Conflict) -> bool:
    """Whether both are of one fact and have a statement in common."""
    said = one.family_says and (one.family_says, one.family_said_time) == (other.family_says, other.family_said_time)
    answered = one.consultant_says and (
        (one.consultant_says, one.consultant_said_time) == (other.consultant_says, other.consultant_said_time)
    )
    return one == other or (one.fact == other.fact and bool(said or answered))


def _open(family: pb.FosterFamily, fact: pb.ProfileFact.ValueType) -> pb.Conflict | None:
    of_fact = (each for each in family.conflicts if each.fact == fact and not each.resolution)
    return next(of_fact, None)
