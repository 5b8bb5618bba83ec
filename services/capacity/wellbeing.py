"""What institutions observe of children's wellbeing, kept and read.

An observation is a record of the authority that is responsible for the child. Who works in an institution belongs to
another one: it writes, and sees, what rules.wellbeing says, past its own scope.
"""

from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from datetime import date
from typing import Literal, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from sqlmodel import col

from havn.access.v1.access_pb2 import ROLE_AUDITOR, ROLE_CASEWORKER, ROLE_LEADER, ROLE_SERVICE
from havn.capacity.v1 import wellbeing_pb2 as pb
from services.capacity import events, wire
from services.capacity.rules import wellbeing as rules
from services.capacity.rules.wellbeing import Sight
from services.capacity.store import STAYS, WELLBEING, StayRow, WellbeingRow
from services.shared import access, importing
from services.shared.access import Caller
from services.shared.drafts import Draft, Entry
from services.shared.errors import NotFound
from services.shared.events import Announcement
from services.shared.importing import UNCHANGED, Difference, Names, difference
from services.shared.records import Change, Page, View, page_size
from services.shared.scope import everywhere
from services.shared.wire import date_message, day, timestamp

SERVICE = access.service("capacity")

_FAMILIES = "families/"

_OF_THE_CASE = {ROLE_CASEWORKER, ROLE_LEADER, ROLE_AUDITOR}
"""Who sees the history of each child of the authority, wherever it lives (B3)."""

V = TypeVar("V", View, Change)

_WRITTEN: tuple[Literal["note", "child_words", "recorded_by"], ...] = ("note", "child_words", "recorded_by")


def record(change: Change, observation: pb.WellbeingObservation, today: date) -> pb.WellbeingObservation:
    """Keeps what was observed of a child that lives in the caller's institution. Raises NotFound and BadInput."""
    rules.check_observation(observation, today)
    with _everywhere(change) as whole:
        institution, observed = change.caller.institution, day(observation.observed_date)
        stay = rules.stay_of(observation, _sight(whole, institution, today))
        known = whole.all(WELLBEING, col(WellbeingRow.child) == observation.child)
        rules.require_untold(rules.same_of(known, observed, institution))
        observation.name = rules.name_of(observation.child, observed, institution)
        observation.authority, observation.home = stay.authority, stay.home
        observation.recorded_by = change.caller.subject
        observation.create_time.CopyFrom(timestamp(change.now))
        observation.ClearField("earlier")
        observation.fell = rules.is_fall(observation.value, _before(known, observed))
        whole.add(WELLBEING, observation)
        whole.announce(*events.wellbeing_recorded(observation, told=rules.is_told(observation, today)))
    return in_words(observation)


def correct(change: Change, asked: pb.CorrectWellbeingRequest, today: date) -> pb.WellbeingObservation:
    """Corrects what the caller's institution observed. Raises NotFound, EtagStale and BadInput."""
    rules.check_correction(asked)
    by = change.caller
    with _everywhere(change) as whole:
        before = whole.find(WELLBEING, asked.name)
        if before is None or not before.home.startswith(f"{by.institution}/"):
            raise NotFound(asked.name)
        observation = pb.WellbeingObservation()
        observation.CopyFrom(before)
        observation.value, observation.note, observation.child_words = asked.value, asked.note, asked.child_words
        observation.recorded_by = by.subject
        correction = pb.EarlierWellbeing(
            corrected_by=by.subject, correct_time=timestamp(change.now), reason=asked.reason.strip()
        )
        rules.keep_earlier(observation, before, correction)
        known = whole.all(WELLBEING, col(WellbeingRow.child) == observation.child)
        observation.fell = rules.is_fall(observation.value, _before(known, day(observation.observed_date)))
        whole.save(WELLBEING, observation, asked.etag)
        whole.announce(*events.wellbeing_recorded(observation, told=rules.is_told(observation, today)))
    return in_words(observation)


def get(view: View, name: str, today: date) -> pb.WellbeingObservation:
    """One observation that the caller may see. Raises NotFound."""
    if not view.caller.institution:
        return _as_told(in_words(view.get(WELLBEING, name)), view.caller)
    with _everywhere(view) as whole:
        found = whole.find(WELLBEING, name)
        if found is None or not _sight(whole, view.caller.institution, today).sees(found):
            raise NotFound(name)
    return in_words(found)


def _as_told(observation: pb.WellbeingObservation, caller: Caller) -> pb.WellbeingObservation:
    """To another service, whose child and which day it is of, and no word that somebody wrote."""
    if ROLE_SERVICE in caller.roles:
        for text in _WRITTEN:
            observation.ClearField(text)
        observation.ClearField("earlier")
    return observation


def seen(view: View, request: pb.ListWellbeingRequest, today: date) -> Page[pb.WellbeingObservation]:
    """A page of what the caller's institution sees, the latest first. Raises BadInput for what can't be."""
    shown: list[pb.WellbeingObservation] = []
    most, token = page_size(request.page_size), request.page_token
    with _everywhere(view) as whole:
        sight = _sight(whole, view.caller.institution, today)
        of_them = col(WellbeingRow.child).in_(_asked_for(request.child, sight.children))
        while True:
            page = whole.page(WELLBEING, most - len(shown), token, of_them)
            shown += (observation for observation in page.items if sight.sees(observation))
            token = page.next_token
            if not token or len(shown) == most:
                return Page(shown, token)


def of_authority(view: View, request: pb.ListWellbeingRequest, today: date) -> Page[pb.WellbeingObservation]:
    """A page of what is kept of the children of the caller's authority, the latest first. Raises BadInput.

    To consultants: of those who live in a foster family today, with what was observed before they came (B3).
    """
    where = [col(WellbeingRow.child) == request.child] if request.child else []
    if view.caller.roles.isdisjoint(_OF_THE_CASE):
        stays = map(wire.stay, view.all(STAYS, col(StayRow.home).startswith(_FAMILIES)))
        where.append(col(WellbeingRow.child).in_(sorted({stay.child for stay in stays if stay.is_living(today)})))
    return view.page(WELLBEING, request.page_size, request.page_token, *where)


def residents(view: View, child: str, today: date) -> list[pb.Resident]:
    """Who lives in the caller's institution today, by unit and child, or one of them, each as it was last."""
    with _everywhere(view) as whole:
        living = [stay for stay in _sight(whole, view.caller.institution, today).own() if stay.is_living(today)]
        wanted = [stay for stay in living if child in (stay.child, "")]
        return [
            pb.Resident(
                child=stay.child,
                home=stay.home,
                from_date=date_message(stay.starts),
                latest=_latest(whole, stay.child),
            )
            for stay in sorted(wanted, key=lambda stay: (stay.home, stay.child))
        ]


def _asked_for(child: str, children: Set[str]) -> list[str]:
    """One of the children, or all of them."""
    return sorted(children & {child} if child else children)


def _latest(whole: View, child: str) -> pb.WellbeingObservation | None:
    """What was observed last of a child: of one that lives there all is seen."""
    return next(map(in_words, whole.page(WELLBEING, 1, "", child=child).items), None)


def _sight(whole: View, institution: str, today: date) -> Sight:
    stays = whole.all(STAYS, col(StayRow.home).startswith(f"{institution}/", autoescape=True))
    return Sight(institution, [wire.stay(stay) for stay in stays], today)


def _before(known: Iterable[pb.WellbeingObservation], observed: date) -> list[int]:
    """The steps that a child was on before a day, the latest first, of all that is known of it."""
    return [observation.value for observation in known if day(observation.observed_date) < observed]


@contextmanager
def _everywhere(view: V) -> Iterator[V]:
    """The same transaction, over all authorities, for as long as the block lasts."""
    with everywhere(view.connection, view.caller):
        if isinstance(view, Change):
            yield Change(view.session, SERVICE, view.now, view.touched)
        else:
            yield View(view.session, SERVICE)


def in_words(observation: pb.WellbeingObservation) -> pb.WellbeingObservation:
    """The observation with its step in words."""
    observation.value_words.CopyFrom(rules.words_of(observation.value))
    for earlier in observation.earlier:
        earlier.value_words.CopyFrom(rules.words_of(earlier.value))
    return observation


class Series:
    """Takes the rows of a file of observations; those of a child in the order of the file."""

    def __init__(self, institution: str, by: str, today: date) -> None:
        self._institution = institution
        self._by = by
        self._today = today
        self._sight: Sight | None = None
        self._known: dict[str, rules.Course] = {}
        self._named: dict[tuple[str, date], str] = {}
        # What is corrected may be a fall only now. One that was told already is the same to whoever hears of it again.
        self._entry = Entry(WELLBEING, "observation", rules.CHANGEABLE, self._recorded, self._recorded)

    def take(self, draft: Draft, row: pb.ImportWellbeingRequest) -> Difference:
        """Puts one row into the draft. Raises NotFound and BadInput."""
        request, observation = row.observation, row.observation.observation
        importing.check_row(request)
        rules.check_observation(observation, self._today)
        stay = rules.stay_of(observation, self._sight_of(draft))
        observed = day(observation.observed_date)
        known = self._known_of(draft, observation.child)
        new = rules.name_of(observation.child, observed, self._institution)
        observation.name = self._named.get((observation.child, observed), new)
        kept = draft.kept(self._entry, observation, FieldMask())
        observation.authority, observation.home = stay.authority, stay.home
        if kept is not None and rules.says_same(observation, kept):
            return UNCHANGED
        observation.recorded_by = observation.recorded_by or self._by
        observation.fell = rules.is_fall(observation.value, known.before(observed))
        known.tell(observation)
        if kept is None:
            observation.create_time.CopyFrom(timestamp(draft.now))
        else:
            correction = pb.EarlierWellbeing(corrected_by=self._by, correct_time=timestamp(draft.now))
            rules.keep_earlier(observation, kept, correction)
        draft.put(self._entry, observation)
        return difference(observation, kept)

    def looked_at(self, row: pb.ImportWellbeingRequest) -> Names:
        """Records that a row is compared with."""
        observation = row.observation.observation
        # A day that is none is refused in words, once the row is taken.
        with suppress(ValueError):
            yield WellbeingRow, rules.name_of(observation.child, day(observation.observed_date), self._institution)

    def _recorded(self, observation: pb.WellbeingObservation) -> Announcement:
        return events.wellbeing_recorded(observation, told=rules.is_told(observation, self._today))

    def _sight_of(self, draft: Draft) -> Sight:
        if self._sight is None:
            stays = draft.all(STAYS, col(StayRow.home).startswith(f"{self._institution}/", autoescape=True))
            self._sight = Sight(self._institution, [wire.stay(stay) for stay in stays], self._today)
        return self._sight

    def _known_of(self, draft: Draft, child: str) -> rules.Course:
        """What is known of a child, with what earlier rows tell."""
        if child not in self._known:
            self._known[child] = rules.Course()
            for kept in draft.all(WELLBEING, col(WellbeingRow.child) == child):
                self._known[child].tell(kept)
                if kept.home.startswith(f"{self._institution}/"):
                    # They come latest first: of two that were told of one day once, what was written last.
                    self._named.setdefault((child, day(kept.observed_date)), kept.name)
        return self._known[child]
