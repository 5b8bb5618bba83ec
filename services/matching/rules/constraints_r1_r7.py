"""The hard rules R1 to R7. Each takes a unit, a home and the world, and gives the refusal, or None."""

from __future__ import annotations

from datetime import date, timedelta

from services.matching.rules import refusals_r1_r7 as wording
from services.matching.rules import words
from services.matching.rules.children import Basis, Child, Seeks
from services.matching.rules.facts import World
from services.matching.rules.homes import Home, HomeType
from services.matching.rules.refusal import Refusal
from services.matching.rules.units import Unit, places_used


def free_place(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R1: enough places are free in time: an emergency place today, another by the day that the place is needed."""
    free = home.free
    if free is None:
        return wording.NOTHING_REPORTED.refusal()
    if free.count == 0:
        return wording.NO_FREE_PLACE.refusal()
    needed = places_used(unit, home)
    if free.count < needed:
        return wording.TOO_FEW_FREE_PLACES.refusal(free=free.count, needed=needed)
    if home.name in world.holds and _held_for_others(unit, home, world):
        awaited = [hold.until for hold in world.holds[home.name] if hold.until and not hold.places_for(unit.members)]
        return wording.PLACE_HELD.refusal(until=min(awaited)) if awaited else wording.PLACE_PROMISED.refusal()
    needed_by = world.day if home.emergency else unit.needed_by
    if free.from_date > needed_by:
        return wording.FREE_TOO_LATE.refusal(free=free.from_date, needed=needed_by)
    return None


def _held_for_others(unit: Unit, home: Home, world: World) -> bool:
    """Whether the places would be enough if offers held none of them for other children."""
    return world.places_for(unit.members, home) < places_used(unit, home) <= world.open_places(home)


def not_paused(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R2: nobody has paused the family."""
    if home.pause and (home.pause.until is None or home.pause.until >= unit.start):
        return wording.FAMILY_PAUSED.refusal()
    return None


def approval_valid(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R2: a family's approval covers the whole first period; an emergency place's, the emergency period."""
    if not home.is_family:
        return None
    if home.approval is None:
        return wording.FAMILY_WITHOUT_APPROVAL.refusal()
    start = world.start_in(home, unit.start)
    if home.approval.valid_from > start:
        return wording.APPROVAL_NOT_YET_VALID.refusal(valid=home.approval.valid_from, start=start)
    period = world.policy.emergency_period_days if home.emergency else world.policy.first_period_days
    end = start + timedelta(days=period)
    if home.approval.valid_until < end:
        return wording.APPROVAL_EXPIRES.refusal(valid=home.approval.valid_until, needed=end)
    return None


def certificates_present(_: Unit, home: Home, world: World) -> Refusal | None:
    """R2: every certificate that is asked of the household; an overdue renewal is a note, not a stop."""
    if home.is_family and not home.household:
        return wording.HOUSEHOLD_UNKNOWN.refusal()
    for duty in home.certificate_duties:
        for member in home.household:
            if member.certificate(duty) is None and member.owes(duty, world.day):
                health = duty.certificate == "health_certificate"
                missing = wording.HEALTH_CERTIFICATE_MISSING if health else wording.CERTIFICATE_MISSING
                return missing.refusal(age=duty.from_age)
    return None


def age_within_approval(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R3: every child is of an age that the home is approved for on the day that it comes."""
    if home.awaits_approval:
        return None
    start = world.start_in(home, unit.start)
    for child in unit.children:
        years = child.age(start)
        if years not in home.ages:
            return wording.AGE_OUTSIDE_APPROVAL.refusal(ages=home.ages, age=years)
    return None


def approved_number_kept(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R4: with those who live there when the place is free, no more children than approved."""
    if home.awaits_approval:
        return None
    residents = len(world.staying_in(home))
    needed = places_used(unit, home)
    if residents + needed > home.place_count and not unit.solo:
        return wording.APPROVED_NUMBER_EXCEEDED.refusal(
            places=home.place_count, residents=residents, needed=needed, total=residents + needed
        )
    return None


def severe_needs_limited(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R4: no more children with severe needs than the unit takes at a time."""
    if not home.severe_need_limit or not unit.severe_count:
        return None
    if unit.severe_count > world.severe_places(home):
        return wording.SEVERE_NEEDS_LIMIT.refusal(limit=home.severe_need_limit)
    return None


def type_covers_need_level(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R5: the home's type is for what is needed, and it is approved for as much support."""
    if home.awaits_approval:
        return None
    if unit.need_level not in home.covers:
        return _need_outside_type(unit, home)
    if unit.need_level <= home.need_level:
        return None
    approved = words.NEEDS[home.need_level]
    if len(unit.children) > 1:
        return wording.NEED_OF_SET_ABOVE_APPROVAL.refusal(approved=approved)
    return wording.NEED_ABOVE_APPROVAL.refusal(approved=approved, needed=words.NEEDS[unit.need_level])


def _need_outside_type(unit: Unit, home: Home) -> Refusal:
    if not home.covers:
        return wording.TYPE_OF_ANOTHER_JURISDICTION.refusal()
    covered = words.names(home.covers, words.NEEDS)
    if len(unit.children) > 1:
        return wording.NEED_OF_SET_OUTSIDE_TYPE.refusal(covered=covered)
    return wording.NEED_OUTSIDE_TYPE.refusal(covered=covered, needed=words.NEEDS[unit.need_level])


def needed_competences_present(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R6: the home has every needed competence."""
    missing = unit.needed_competences - home.competences
    if not missing:
        return None
    if len(unit.children) > 1:
        return wording.COMPETENCE_FOR_SET_MISSING.refusal()
    return wording.COMPETENCE_MISSING.refusal(missing=words.names(missing, words.COMPETENCES))


def family_takes(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R6: the family has not said that it takes no such child."""
    limits, start = home.limits, world.start_in(home, unit.start)
    wrong_age = limits.ages and any(child.age(start) not in limits.ages for child in unit.children)
    too_much = limits.need_level and unit.need_level > limits.need_level
    declined = unit.needed_competences & limits.needs
    if not (wrong_age or too_much or declined):
        return None
    if len(unit.children) > 1:
        return wording.SET_NOT_TAKEN.refusal()
    if wrong_age:
        return wording.AGE_NOT_TAKEN.refusal(ages=limits.ages)
    if too_much:
        return wording.NEED_LEVEL_NOT_TAKEN.refusal(most=words.NEEDS[limits.need_level])
    return wording.NEED_NOT_TAKEN.refusal(needs=words.names(declined, words.COMPETENCES))


def type_allowed(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R7: the type of home is one for this unit."""
    if home.type is HomeType.RELIEF:
        return wording.RELIEF_ONLY.refusal()
    if home.type is HomeType.PRIVATE:
        return wording.PRIVATELY_ARRANGED.refusal()
    if home.emergency and not unit.in_danger:
        return wording.EMERGENCY_ONLY.refusal()
    if home.type is HomeType.NETWORK and home.approval and unit.references != {home.approval.child}:
        among = home.approval.child in unit.references
        return (wording.NETWORK_NOT_FOR_ALL_SIBLINGS if among else wording.NETWORK_OF_ANOTHER_CHILD).refusal()
    return _parents_place(unit, home)


def _parents_place(unit: Unit, home: Home) -> Refusal | None:
    with_parent = {child.seeks is Seeks.PARENT_WITH_CHILD for child in unit.children}
    if home.type is HomeType.FAMILY_DEPARTMENT and False in with_parent:
        return wording.FAMILY_DEPARTMENT_ONLY.refusal()
    if home.type is not HomeType.FAMILY_DEPARTMENT and True in with_parent:
        return wording.NOT_FOR_PARENTS.refusal()
    return None


def committee_decided(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R7: a step that needs its own decision has one, for every child, that still holds when it comes."""
    step = world.policy.ladder[home.step]
    if not step.needs_decision:
        return None
    start = world.start_in(home, unit.start)
    if all(_decided(child, start) for child in unit.children):
        return None
    return wording.COMMITTEE_DECISION_MISSING.refusal(step=step.titled)


def _decided(child: Child, day: date) -> bool:
    basis = child.basis
    return basis is not None and basis.kind is Basis.COMMITTEE_DECISION and basis.holds(day)
