"""The hard rules R8 to R15. Each takes a unit, a home and the world, and gives the refusal, or None."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules import refusals_r8_r15 as wording
from services.matching.rules import words
from services.matching.rules.children import Child, SiblingRule
from services.matching.rules.facts import World
from services.matching.rules.homes import GenderRule, Home, HomeType, may_use
from services.matching.rules.refusal import Refusal
from services.matching.rules.units import Unit
from services.matching.rules.words import Phrase


def protection_kept(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R8: never a home, town, person or child that the protection names, nor with a child that is protected from it."""
    if len(unit.children) > 1 and any(child.protection.children & unit.references for child in unit.children):
        return wording.PROTECTED_WITHIN_SET.refusal()
    found = (_protection_broken(child, home, world) for child in unit.children)
    refusal = next((each for each in found if each), None)
    return wording.PROTECTION_OF_SET.refusal() if refusal and len(unit.children) > 1 else refusal


def _protection_broken(child: Child, home: Home, world: World) -> Refusal | None:
    protection = child.protection
    if protection.homes and not protection.homes.isdisjoint((home.name, home.institution)):
        return wording.PROTECTED_FROM_HOME.refusal()
    if home.town in protection.towns:
        return wording.PROTECTED_FROM_TOWN.refusal(town=home.town)
    if protection.persons and any(member.person in protection.persons for member in home.household):
        return wording.PROTECTED_FROM_PERSON.refusal()
    apart = protection.children | world.kept_from.get(child.reference, frozenset())
    if apart and any(resident.reference in apart for resident in world.staying_in(home)):
        return wording.PROTECTED_FROM_RESIDENT.refusal()
    return None


def solo_alone(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R8: a solo placement has the whole home, without other children in it."""
    residents = world.staying_in(home)
    if any(resident.solo for resident in residents):
        return wording.SOLO_RESIDENT.refusal()
    if not unit.solo:
        return None
    if len(unit.children) > 1:
        return wording.SOLO_WITH_SIBLINGS.refusal()
    if residents or any(member.is_child(world.day) for member in home.household):
        return wording.SOLO_NEEDS_EMPTY_HOME.refusal()
    return None


def gender_taken(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R9: the home takes children of that gender."""
    if home.gender_rule is GenderRule.ALL:
        return None
    gender, name = GENDERS[home.gender_rule]
    if any(child.gender != gender for child in unit.children):
        return wording.GENDER_NOT_TAKEN.refusal(gender=name)
    return None


GENDERS = {
    GenderRule.GIRLS: (terms.GENDER_GIRL, Phrase("piger", "girls")),
    GenderRule.BOYS: (terms.GENDER_BOY, Phrase("drenge", "boys")),
}


def siblings_as_decided(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R10: where a sibling lives that the child must stay with, and never where one lives that it must not.

    A place for tonight may part siblings that must stay together: they are reunited by a day.
    """
    if len(unit.children) > 1 and _contradicts(unit):
        return wording.SIBLING_BONDS_CONTRADICT.refusal()
    homes = _homes_of_siblings(unit, world)
    if (SiblingRule.APART, home.name) in homes:
        return wording.SIBLING_TO_LIVE_APART.refusal()
    together = {name for rule, name in homes if rule is SiblingRule.TOGETHER}
    if together and home.name not in together and not home.emergency:
        return wording.SIBLING_LIVES_ELSEWHERE.refusal()
    return None


def _contradicts(unit: Unit) -> bool:
    apart = SiblingRule.APART
    pairs = combinations(unit.children, 2)
    return any(a.siblings.get(b.reference) is apart or b.siblings.get(a.reference) is apart for a, b in pairs)


def _homes_of_siblings(unit: Unit, world: World) -> list[tuple[SiblingRule, str]]:
    return [
        (rule, world.home_of[sibling])
        for child in unit.children
        for sibling, rule in child.siblings.items()
        if sibling in world.home_of and sibling not in unit.references
    ]


def course_done(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R11: the KRITH course is completed or waived; network families are spared, a danger for its first 30 days."""
    if not home.is_family or home.type is HomeType.NETWORK or home.training.completed:
        return None
    start = world.start_in(home, unit.start)
    if home.training.waived_until and home.training.waived_until >= start:
        return None
    grace = training_grace(unit, world)
    return None if grace and grace >= start else wording.COURSE_MISSING.refusal()


def home_approved(_: Unit, home: Home, __: World) -> Refusal | None:
    """R12: an unapproved place is never an option."""
    return None if home.approved else wording.UNAPPROVED.refusal()


def accessible(unit: Unit, home: Home, _: World) -> Refusal | None:
    """R13: the building allows what every child needs."""
    missing = unit.accessibility - home.accessibility
    if not missing:
        return None
    if len(unit.children) > 1:
        return wording.NOT_ACCESSIBLE_TO_ALL.refusal()
    return wording.NOT_ACCESSIBLE.refusal(missing=words.names(missing, words.ACCESS))


def step_allowed(unit: Unit, home: Home, world: World) -> Refusal | None:
    """R14: between need step and ceiling; a place for tonight only needs to lie below the ceiling."""
    above, below = home.step > unit.ceiling, home.step < unit.need_step and not home.emergency
    if not above and not below:
        return None
    step = world.policy.ladder[home.step].titled
    if above:
        return wording.STEP_ABOVE_CEILING.refusal(step=step, ceiling=unit.ceiling, number=home.step)
    if len({child.need_step for child in unit.children}) > 1:
        return wording.STEP_DOES_NOT_SUIT_ALL.refusal(step=step)
    return wording.STEP_BELOW_NEED.refusal(step=step, need=unit.need_step, number=home.step)


def authority_may_use(_: Unit, home: Home, world: World) -> Refusal | None:
    """R15: own, by agreement, or assigned by the central list."""
    return None if may_use(home, world.authority) else wording.NOT_OURS_TO_USE.refusal()


def training_grace(unit: Unit, world: World) -> date | None:
    """The last day on which a family may take the unit before its course; None where there is no danger (R11)."""
    since = [child.danger_since for child in unit.children if child.danger_since]
    return min(since) + timedelta(days=world.policy.training_grace_days) if unit.in_danger else None
