"""How long groups of children wait, and what of it may leave the authority (W7, W8)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.terms.v1 import terms_pb2 as terms

MOST_HIDDEN = 5
"""Children: of so many or fewer, a count could say who they are (W8)."""

Groups = Mapping[str, Sequence[int]]
"""The days that each child of a group has waited, by the group's key."""

_KEYS: Mapping[waiting.WaitingDimension.ValueType, Callable[[pb.WaitingListEntry], str]] = {
    waiting.WAITING_DIMENSION_TOWN: lambda entry: entry.town,
    # Counted once, so that the groups add up to all: by the language that the child speaks best.
    waiting.WAITING_DIMENSION_LANGUAGE: lambda entry: (
        terms.Language.Name(entry.languages[0].language) if entry.languages else ""
    ),
    waiting.WAITING_DIMENSION_GENDER: lambda entry: terms.Gender.Name(entry.gender),
    waiting.WAITING_DIMENSION_SIBLINGS: lambda entry: "WITH_SIBLINGS" if entry.sibling_count else "ALONE",
}

NOT_CROSSING = frozenset({waiting.WAITING_DIMENSION_TOWN})
"""What the central list does not know of a child (W5)."""


def waiting_times(
    entries: Sequence[pb.WaitingListEntry], without: Iterable[waiting.WaitingDimension.ValueType] = ()
) -> waiting.WaitingTimes:
    """How long those on a list of today have waited: all, and each group of each dimension but some (W7)."""
    told = waiting.WaitingTimes(all=_group([entry.days_waited for entry in entries]))
    for dimension in _KEYS.keys() - frozenset(without):
        for key, days in sorted(_groups(entries, dimension).items()):
            group = _group(days)
            group.dimension, group.key = dimension, key
            told.groups.append(group)
    told.groups.sort(key=lambda group: group.dimension)
    return told


def by_town(times: waiting.WaitingTimes) -> Iterator[pb.TownWait]:
    """How long those of each town have waited, of times that are told whole."""
    for group in times.groups:
        if group.dimension == waiting.WAITING_DIMENSION_TOWN:
            yield pb.TownWait(town=group.key, child_count=group.child_count, median_days=group.median_days)


def suppressed(known: waiting.WaitingTimes) -> waiting.WaitingTimes:
    """The same as it may leave the authority (W8): no small group, none that others would tell, nobody's own wait."""
    few = known.all.child_count <= MOST_HIDDEN
    everybody = waiting.WaitingGroup(suppressed=True) if few else _as_told(known.all)
    told = waiting.WaitingTimes(all=everybody, for_others=True)
    by_dimension = defaultdict(list)
    for group in known.groups:
        by_dimension[group.dimension].append(group)
    for dimension, groups in by_dimension.items():
        hidden = _hidden([group.child_count for group in groups])
        told.groups.extend(_as_told(group) for index, group in enumerate(groups) if index not in hidden)
        if hidden:
            # Not even which they are: six groups that are six children would have one each.
            told.groups.add(dimension=dimension, suppressed=True)
    return told


def _groups(entries: Iterable[pb.WaitingListEntry], dimension: waiting.WaitingDimension.ValueType) -> Groups:
    found: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        found[_KEYS[dimension](entry)].append(entry.days_waited)
    return found


def _group(days: Sequence[int]) -> waiting.WaitingGroup:
    if not days:
        return waiting.WaitingGroup()
    return waiting.WaitingGroup(child_count=len(days), median_days=int(median(days)), longest_days=max(days))


def _hidden(counts: Sequence[int]) -> frozenset[int]:
    """Which of the groups that add up to a known total are not told, by their positions.

    The small ones, and then the smallest others until what is hidden is more than one group and more than a small one
    together: else the total would tell.
    """
    hidden: list[int] = []
    for index in _smallest_first(counts):
        together = sum(counts[each] for each in hidden)
        if counts[index] > MOST_HIDDEN and (not hidden or (len(hidden) > 1 and together > MOST_HIDDEN)):
            break
        hidden.append(index)
    return frozenset(hidden)


def _smallest_first(counts: Sequence[int]) -> Iterator[int]:
    yield from sorted(range(len(counts)), key=lambda index: counts[index])


def _as_told(group: waiting.WaitingGroup) -> waiting.WaitingGroup:
    # The longest wait is one child's own.
    return waiting.WaitingGroup(
        dimension=group.dimension, key=group.key, child_count=group.child_count, median_days=group.median_days
    )
