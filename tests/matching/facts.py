"""Children, homes and worlds with sensible defaults: a test names only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from havn.terms.v1 import terms_pb2 as terms
from services.matching import data
from services.matching.rules.children import Child, SiblingRule
from services.matching.rules.facts import World
from services.matching.rules.homes import (
    Ages,
    Approval,
    Free,
    Hold,
    Home,
    HomeType,
    HouseholdMember,
    Resident,
    Training,
)
from services.matching.rules.options import Option, Options
from services.matching.rules.units import Unit, unit_of
from services.shared.reference import certificate_duties

# Fields by name, as the facts have them.
Facts = Any

TODAY = date(2025, 3, 3)
OURS = "authorities/sermersooq"
THEIRS = "authorities/qeqqata"
KALAALLISUT = {terms.LANGUAGE_KALAALLISUT: terms.LANGUAGE_LEVEL_FLUENT}
DANISH = {terms.LANGUAGE_DANISH: terms.LANGUAGE_LEVEL_FLUENT}
POLICY = data.default_policy()

TOGETHER = SiblingRule.TOGETHER
IF_POSSIBLE = SiblingRule.TOGETHER_IF_POSSIBLE
APART = SiblingRule.APART


def days(number: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=number)


def born(years: int) -> date:
    """The birth date of somebody who turned so many years last month."""
    return date(TODAY.year - years, TODAY.month - 1, 1)


def child(name: str = "a", **facts: Facts) -> Child:
    """An eight-year-old girl in Nuuk with moderate needs, for whom a foster family is sought within a month."""
    usual: dict[str, Any] = {
        "request": f"requests/{name}",
        "reference": ref(name),
        "authority": OURS,
        "birth_date": born(facts.pop("age", 8)),
        "gender": terms.GENDER_GIRL,
        "town": "Nuuk",
        "languages": KALAALLISUT,
        "need_level": terms.NEED_LEVEL_MODERATE,
        "need_step": 3,
        "from_date": TODAY,
        "place_by_date": days(30),
    }
    siblings = {ref(other): rule for other, rule in facts.pop("siblings", {}).items()}
    return Child(**usual | facts, siblings=siblings)


def ref(name: str) -> str:
    """The reference of a child."""
    return f"children/{name}"


def adult(person: str = "kala", **facts: Facts) -> HouseholdMember:
    """A foster parent with both certificates."""
    usual = {"birth_date": born(40), "criminal_record": days(300), "child_certificate": days(300)}
    return HouseholdMember(**{"person": f"persons/{person}", **usual, **facts})


def free(count: int = 1, from_date: date = TODAY, confirmed: int = 1) -> Free:
    """Free places, confirmed so many days ago."""
    when = TODAY - timedelta(days=confirmed)
    return Free(count, from_date, datetime(when.year, when.month, when.day, 9, tzinfo=UTC))


def family(name: str = "f", **facts: Facts) -> Home:
    """A municipal family in Nuuk, approved for two children of 0 to 17 years with severe needs, with one place free."""
    usual: dict[str, Any] = {
        "name": f"families/{name}",
        "display_name": f"Familien {name.upper()}",
        "authority": OURS,
        "type": HomeType.MUNICIPAL,
        "step": 3,
        "town": "Nuuk",
        "place_count": 2,
        "ages": Ages(0, 17),
        "need_level": terms.NEED_LEVEL_SEVERE,
        "languages": KALAALLISUT,
        "free": free(),
        "approval": Approval(days(-400), days(400)),
        "household": (adult(),),
        "certificate_duties": certificate_duties(OURS),
        "training": Training(completed=days(-100)),
        "experience": Ages(0, 17),
        "daily_rate": 17_400,
    }
    return Home(**usual | facts)


def unit(name: str = "u", **facts: Facts) -> Home:
    """An open residential unit in Nuuk with four places, one of them free."""
    usual: dict[str, Any] = {
        "name": f"institutions/i/units/{name}",
        "display_name": f"Afdeling {name.upper()}",
        "authority": OURS,
        "type": HomeType.RESIDENTIAL,
        "step": 5,
        "town": "Nuuk",
        "place_count": 4,
        "ages": Ages(0, 17),
        "need_level": terms.NEED_LEVEL_SEVERE,
        "languages": KALAALLISUT,
        "free": free(),
        "daily_rate": 274_000,
    }
    return Home(**usual | facts)


def emergency(name: str = "e", **facts: Facts) -> Home:
    """An emergency family with a place free today."""
    return family(name, **{"type": HomeType.EMERGENCY_FAMILY, "daily_rate": 50_200, **facts})


def resident(name: str, home: Home, **facts: Facts) -> Resident:
    """A nine-year-old boy with light needs that lives in the home."""
    usual: dict[str, Any] = {
        "reference": ref(name),
        "birth_date": born(facts.pop("age", 9)),
        "gender": terms.GENDER_BOY,
        "need_level": terms.NEED_LEVEL_LIGHT,
        "home": home.name,
        "started": days(-200),
    }
    return Resident(**usual | facts)


def world(
    children: Iterable[Child] = (), homes: Iterable[Home] = (), residents: Iterable[Resident] = (), **policy: Facts
) -> World:
    """Our authority's world today, with the default policy unless parts of it are given."""
    everybody = tuple(residents)
    return World(
        day=TODAY,
        authority=OURS,
        children=tuple(children),
        homes=tuple(homes),
        residents={r.home: tuple(other for other in everybody if other.home == r.home) for r in everybody},
        travel=data.known_travel(),
        policy=replace(POLICY, **policy),
    )


def holding(here: World, *holds: Hold) -> World:
    """The same world, where offers hold places."""
    return replace(here, holds={hold.home: tuple(o for o in holds if o.home == hold.home) for hold in holds})


def hold(home: Home, *children: Child, **facts: Facts) -> Hold:
    """An offer that holds a place for each of the children, whose home answers within three days."""
    usual: dict[str, Any] = {"places": len(children), "until": days(3)} | facts
    return Hold(home.name, frozenset(child.request for child in children), **usual)


def together(*children: Child, **policy: Facts) -> Unit:
    """The unit of these children."""
    return unit_of(children, world=world(children, **policy))


def option(child: Child, home: Home, *residents: Resident) -> Option:
    """The child in the home, which fits."""
    here = world([child], [home], residents)
    (found,) = Options(here).of(unit_of([child], world=here))
    return found
