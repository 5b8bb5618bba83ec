"""Places that the central list assigns, each in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from services.capacity import central_list, wire
from services.capacity.occupied import described
from services.capacity.rules import assigning as rules
from services.capacity.rules import central_list as list_rules
from services.capacity.store import APPLICATIONS, HOLDS, STAYS, UNITS, VACANCIES, WAITING_OFFERS
from services.shared.clock import Clock
from services.shared.errors import NotFound
from services.shared.lasting import Lasting, version
from services.shared.rebuilding import rebuilds
from services.shared.records import Change, View

_FOLLOWS_FROM = (UNITS, VACANCIES, STAYS, HOLDS, APPLICATIONS, WAITING_OFFERS)
"""What is left to be assigned is told by these."""


def assign(change: Change, asked: waiting.AssignPlaceRequest, clock: Clock) -> waiting.CentralListEntry:
    """Assigns a place to an entry. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    with central_list.kept_list(change, asked.name, asked.etag) as (whole, application):
        unit = whole.get(UNITS, asked.home)
        [left] = _places_left(whole, [unit], clock).values()
        rules.require_assignable(unit, left)
        listed = central_list.listed(whole, clock.today())
        rules.require_turn(asked.name, listed, asked.reason)
        place = rules.assigned_place(unit.name, change.caller.subject, change.now, asked.reason)
        rules.assign(application, place)
        whole.save(APPLICATIONS, application, asked.etag)
        return _entry(whole, asked.name, clock)


def take_back(change: Change, asked: waiting.TakePlaceBackRequest, clock: Clock) -> waiting.CentralListEntry:
    """Takes an assigned place back. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    list_rules.require_reason(asked.reason)
    with central_list.kept_list(change, asked.name, asked.etag) as (whole, application):
        rules.require_unasked(application, _asked(whole, [application]))
        rules.take_back(application, asked.reason, change.caller.subject, change.now)
        whole.save(APPLICATIONS, application, asked.etag)
        return _entry(whole, asked.name, clock)


class Assignable:
    """The units that the central list disposes of, for those who read: kept as long as nothing changes them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places = Lasting[str, Sequence[waiting.AssignablePlace]]()

    def places(self, view: View) -> Sequence[waiting.AssignablePlace]:
        """By name, to whoever keeps the list; to all others nothing. All share the answer: nobody changes it."""
        if not central_list.keeps(view.caller):
            return ()
        with central_list.over_all(view) as whole:
            known = (self._clock.today(), rebuilds(view.session, "capacity"), version(whole, *_FOLLOWS_FROM))
            return self._places.of(list_rules.AUTHORITY, known, lambda: _assignable(whole, self._clock))


def _assignable(whole: View, clock: Clock) -> Sequence[waiting.AssignablePlace]:
    units = [unit for unit in whole.all(UNITS) if rules.is_assignable(unit)]
    left = _places_left(whole, units, clock)
    return [_place(unit, left[unit.name]) for unit in sorted(units, key=lambda unit: unit.name)]


def _places_left(whole: View, units: Sequence[pb.InstitutionUnit], clock: Clock) -> Mapping[str, int]:
    """How many places of each unit may still be assigned."""
    names = [f"{unit.name}/vacancy" for unit in units]
    vacancies = {each.name: each for each in described(whole, whole.among(VACANCIES, "name", names), clock)}
    assigned = _assigned(whole)
    asked = _asked(whole, [each for some in assigned.values() for each in some])
    nothing = pb.Vacancy()
    return {
        unit.name: rules.places_left(
            vacancies.get(f"{unit.name}/vacancy", nothing), rules.awaiting(assigned[unit.name], asked)
        )
        for unit in units
    }


def _assigned(whole: View) -> Mapping[str, list[waiting.CentralListApplication]]:
    """The applications on the list that have a place, by its unit."""
    found: defaultdict[str, list[waiting.CentralListApplication]] = defaultdict(list)
    for application in central_list.open_applications(whole):
        if application.HasField("assigned"):
            found[application.assigned.home].append(application)
    return found


def _asked(whole: View, applications: Iterable[waiting.CentralListApplication]) -> rules.Asked:
    """The homes that are asked for those who are applied for."""
    offers = whole.among(WAITING_OFFERS, "parent", [rules.entry_of(application) for application in applications])
    return wire.asked_now(offers)


def _entry(whole: View, name: str, clock: Clock) -> waiting.CentralListEntry:
    """The entry as it stands now. Raises NotFound where its municipality's own list has it no more."""
    found = next((entry for entry in central_list.listed(whole, clock.today()) if entry.name == name), None)
    if found is None:
        raise NotFound(name)
    return found


def _place(unit: pb.InstitutionUnit, left: int) -> waiting.AssignablePlace:
    return waiting.AssignablePlace(
        home=unit.name,
        display_name=unit.display_name,
        town=unit.town,
        step=unit.step,
        age_min=unit.age_min,
        age_max=unit.age_max,
        place_count=left,
    )
