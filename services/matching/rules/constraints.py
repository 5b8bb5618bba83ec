"""All hard rules, in the order of their numbers: a home that breaks one is not offered.

Texts, sources and waivers: docs/rules.md R1 to R15.
"""

from __future__ import annotations

from collections.abc import Callable

from services.matching.rules.constraints_r1_r7 import (
    age_within_approval,
    approval_valid,
    approved_number_kept,
    certificates_present,
    committee_decided,
    family_takes,
    free_place,
    needed_competences_present,
    not_paused,
    severe_needs_limited,
    type_allowed,
    type_covers_need_level,
)
from services.matching.rules.constraints_r8_r15 import (
    accessible,
    authority_may_use,
    course_done,
    gender_taken,
    home_approved,
    protection_kept,
    siblings_as_decided,
    solo_alone,
    step_allowed,
)
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.refusal import Refusal
from services.matching.rules.units import Unit

Constraint = Callable[[Unit, Home, World], Refusal | None]

CONSTRAINTS: tuple[Constraint, ...] = (
    free_place,
    not_paused,
    approval_valid,
    certificates_present,
    age_within_approval,
    approved_number_kept,
    severe_needs_limited,
    type_covers_need_level,
    needed_competences_present,
    family_takes,
    type_allowed,
    committee_decided,
    protection_kept,
    solo_alone,
    gender_taken,
    siblings_as_decided,
    course_done,
    home_approved,
    accessible,
    step_allowed,
    authority_may_use,
)


def refusals(unit: Unit, home: Home, world: World) -> tuple[Refusal, ...]:
    """Every hard rule that the home breaks for the unit, in the order of the rules; none means that it fits."""
    found = []
    for constraint in CONSTRAINTS:
        refusal = constraint(unit, home, world)
        if refusal is not None:
            found.append(refusal)
    return tuple(found)


def fits(unit: Unit, home: Home, world: World) -> bool:
    """Whether the home breaks no hard rule for the unit."""
    for constraint in CONSTRAINTS:  # noqa: SIM110, all() over a generator takes twice as long, 30,000 times a plan
        if constraint(unit, home, world) is not None:
            return False
    return True
