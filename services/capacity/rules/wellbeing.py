"""What an observation of wellbeing must be, who sees it, and when it is a fall (B1 to B4)."""

import json
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from hashlib import blake2b
from statistics import median_low

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import wellbeing_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules.occupancy import DAY, Stay
from services.capacity.rules.suppliers import MOST_HIDDEN
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem, NotFound, StateNotAllowed
from services.shared.reference import DATA
from services.shared.wire import changeable, date_message, day

QUARTER = timedelta(weeks=13)
QUARTERS = 4
"""Of a year, in which a supplier's sheet tells how children were (B6)."""

CHANGEABLE = changeable(
    pb.WellbeingObservation,
    fixed=[
        *("name", "etag", "authority", "child", "home", "observed_date", "value_words", "create_time", "fell"),
        "earlier",
    ],
)
"""Fields that an import may change of an observation that is known."""


@cache
def scale() -> pb.WellbeingScale:
    """The steps in words, and what a fall is (B1, B4): data/wellbeing.json."""
    told = json.loads((DATA / "wellbeing.json").read_text("utf-8"))
    steps = [
        pb.WellbeingStep(value=value, words=terms.Words(da=words["da"], en=words["en"]))
        for value, words in enumerate(told["steps"], start=1)
    ]
    return pb.WellbeingScale(
        version=told["version"],
        steps=steps,
        fall_steps=told["fall_steps"],
        usual_count=told["usual_count"],
        told_days=told["told_days"],
    )


def check_observation(observation: pb.WellbeingObservation, today: date) -> None:
    """Passes what can have been observed (B1, B2). Raises BadInput with every problem."""
    fields.refuse(_problems(observation, today))


def stay_of(observation: pb.WellbeingObservation, sight: "Sight") -> Stay:
    """The stay in the institution during which it was observed (B2).

    Raises NotFound for a child that never lived there, as for one that there is not, and BadInput for another day.
    """
    if observation.child not in sight.children:
        raise NotFound(observation.child)
    on = day(observation.observed_date)
    for stay in sight.of(observation.child):
        if stay.starts <= on and (stay.ends is None or on <= stay.ends):
            return stay
    raise BadInput.of("observation.observed_date", "must be a day on which the child lived in your institution (B2)")


@dataclass(frozen=True)
class Sight:
    """What an institution sees of the children who live, or lived, there (B3)."""

    institution: str
    stays: Sequence[Stay]
    today: date

    @cached_property
    def children(self) -> frozenset[str]:
        """Those of whom it sees something."""
        return frozenset(stay.child for stay in self.own() if stay.starts <= self.today)

    def sees(self, observation: pb.WellbeingObservation) -> bool:
        """Of a child that lives there all that was ever observed; of one that moved what was until then."""
        if observation.home.startswith(f"{self.institution}/"):
            return True
        on = day(observation.observed_date)
        lived = (stay for stay in self.of(observation.child) if stay.starts <= self.today)
        return any(stay.is_living(self.today) or (stay.ends is not None and on < stay.ends) for stay in lived)

    def own(self) -> Iterator[Stay]:
        """The stays in the institution."""
        return (stay for stay in self.stays if stay.home.startswith(f"{self.institution}/"))

    def of(self, child: str) -> Sequence[Stay]:
        """Those of one child."""
        return self._by_child.get(child, ())

    @cached_property
    def _by_child(self) -> Mapping[str, Sequence[Stay]]:
        """Looked up for each row of a file."""
        found: dict[str, list[Stay]] = defaultdict(list)
        for stay in self.own():
            found[stay.child].append(stay)
        return found


class Course:
    """The steps that a child was on, day by day, kept in order: a file tells of thousands of days."""

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[date, int]] = {}
        self._in_order: list[tuple[date, int]] = []

    def tell(self, observation: pb.WellbeingObservation) -> None:
        """Takes an observation in, in the place of what was known of its name."""
        if observation.name in self._by_name:
            self._in_order.remove(self._by_name[observation.name])
        told = self._by_name[observation.name] = day(observation.observed_date), observation.value
        insort(self._in_order, told)

    def before(self, observed: date) -> list[int]:
        """The steps before a day, the latest first: as many as say what was usual."""
        end = bisect_left(self._in_order, (observed, 0))
        return [value for _, value in reversed(self._in_order[max(0, end - scale().usual_count) : end])]


def is_fall(value: int, earlier: Sequence[int]) -> bool:
    """Whether a step is so far below what was usual before, the latest first, that somebody has to look (B4)."""
    known = scale()
    usual = earlier[: known.usual_count]
    return bool(usual) and median_low(usual) - value >= known.fall_steps


def is_told(observation: pb.WellbeingObservation, today: date) -> bool:
    """Whether somebody has to look at it now (B4)."""
    return observation.fell and day(observation.observed_date) >= today - timedelta(days=scale().told_days)


def trend(
    observations: Iterable[pb.WellbeingObservation], today: date, *, of_own: bool
) -> list[capacity.WellbeingQuarter]:
    """How the children of an institution were in the last year, as one (B6): to its own staff also where few."""
    known = list(observations)
    quarters = []
    for before in range(QUARTERS - 1, -1, -1):
        last = today - before * QUARTER
        first = last - QUARTER + DAY
        values: dict[str, list[int]] = defaultdict(list)
        for observation in known:
            if first <= day(observation.observed_date) <= last:
                values[observation.child].append(observation.value)
        quarters.append(_quarter(first, last, [median_low(each) for each in values.values()], of_own=of_own))
    return quarters


def _quarter(first: date, last: date, of_children: Sequence[int], *, of_own: bool) -> capacity.WellbeingQuarter:
    quarter = capacity.WellbeingQuarter(from_date=date_message(first), until_date=date_message(last))
    if not of_own and len(of_children) <= MOST_HIDDEN:
        quarter.suppressed = True
    elif of_children:
        quarter.child_count, quarter.value = len(of_children), median_low(of_children)
        quarter.value_words.CopyFrom(words_of(quarter.value))
    return quarter


def words_of(value: int) -> terms.Words:
    """A step in words; none for one that there is not any more."""
    return next((step.words for step in scale().steps if step.value == value), terms.Words())


def name_of(child: str, observed: date, institution: str) -> str:
    """The name of what an institution tells of a child and a day, so that the same is one observation (B7)."""
    told = f"{child} {observed} {institution}"
    return f"wellbeingObservations/{blake2b(told.encode(), digest_size=8).hexdigest()}"


def same_of(
    known: Iterable[pb.WellbeingObservation], observed: date, institution: str
) -> pb.WellbeingObservation | None:
    """What an institution told of a day before, whatever it is named: names were others once (B7)."""
    own = (each for each in known if each.home.startswith(f"{institution}/"))
    return next((each for each in own if day(each.observed_date) == observed), None)


def require_untold(same: pb.WellbeingObservation | None) -> None:
    """Passes a day of which the institution told nothing yet (B7). Raises StateNotAllowed."""
    if same is not None:
        raise StateNotAllowed("of this child and day something is written already: correct that (B7)", "B7")


def check_correction(asked: pb.CorrectWellbeingRequest) -> None:
    """Passes a correction that says why (B1, B7). Raises BadInput."""
    fields.refuse(fields.between("value", asked.value, 1, len(scale().steps)))
    if not asked.reason.strip():
        raise BadInput.of("reason", "must say why")


def says_same(one: pb.WellbeingObservation, other: pb.WellbeingObservation) -> bool:
    """Whether they tell the same; who wrote it is told by a file only where it says so."""
    if one.recorded_by not in ("", other.recorded_by):
        return False
    return (one.value, one.note, one.child_words) == (other.value, other.note, other.child_words)


def keep_earlier(
    observation: pb.WellbeingObservation, before: pb.WellbeingObservation, correction: pb.EarlierWellbeing
) -> None:
    """Keeps what was told before beside a correction, which names who made it, when and why (B7)."""
    earlier = observation.earlier.add(
        value=before.value, note=before.note, child_words=before.child_words, recorded_by=before.recorded_by
    )
    earlier.MergeFrom(correction)


def _problems(observation: pb.WellbeingObservation, today: date) -> Iterator[FieldProblem]:
    yield from fields.named("observation.child", observation.child, "children/{child}")
    yield from fields.not_after("observation.observed_date", day(observation.observed_date), today, "today")
    yield from fields.between("observation.value", observation.value, 1, len(scale().steps))
