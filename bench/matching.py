"""A municipality's day: 60 waiting children and 500 homes, planned and explained. Prints a table, writes JSON.

`python -m bench.matching [children] [homes]`; the figures land in bench/results/matching.json.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from havn.terms.v1 import terms_pb2 as terms
from services.matching import data
from services.matching.rules.children import Child, Contact, School, SiblingRule, Wish
from services.matching.rules.explain import plan_message, suggest
from services.matching.rules.facts import World
from services.matching.rules.homes import Ages, Approval, Free, Home, HomeType, HouseholdMember, Resident, Training
from services.matching.rules.plan import Plan, make_plan
from services.shared.reference import certificate_duties

RESULTS = Path(__file__).parent / "results" / "matching.json"
TODAY = date(2025, 3, 3)
AUTHORITY = "authorities/sermersooq"
TOWNS = ("Nuuk", "Nuuk", "Nuuk", "Tasiilaq", "Paamiut", "Kulusuk", "Ittoqqortoormiit")
SEEDS = range(5)


def days(number: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=number)


def languages(chance: random.Random, town: str) -> dict[int, int]:
    """What somebody from the town speaks."""
    east = town in ("Tasiilaq", "Kulusuk", "Ittoqqortoormiit")
    mother = terms.LANGUAGE_TUNUMIISUT if east else terms.LANGUAGE_KALAALLISUT
    return {mother: terms.LANGUAGE_LEVEL_FLUENT, terms.LANGUAGE_DANISH: chance.randint(1, 3)}


def child(chance: random.Random, number: int) -> Child:
    """A waiting child; every twelfth is in danger, a third overdue."""
    town = chance.choice(TOWNS)
    return Child(
        request=f"requests/r{number:04}",
        reference=f"children/c{number:04}",
        authority=AUTHORITY,
        birth_date=days(-chance.randint(200, 17 * 365)),
        gender=chance.choice((terms.GENDER_GIRL, terms.GENDER_BOY)),
        town=town,
        languages=languages(chance, town),
        need_level=chance.choices((1, 2, 3), (3, 4, 3))[0],
        need_step=chance.choices((3, 5), (7, 3))[0],
        from_date=TODAY,
        place_by_date=days(chance.randint(-120, 200)),
        needed_competences=frozenset(chance.sample(range(1, 11), chance.choices((0, 1, 2), (5, 4, 1))[0])),
        wished_competences=frozenset(chance.sample(range(1, 11), 1)),
        danger_since=days(-1) if chance.random() < 1 / 12 else None,
        siblings={f"children/c{number ^ 1:04}": SiblingRule(sibling_rule(number))} if number % 8 < 4 else {},
        school=School(f"Skolen i {town}", town),
        contact=Contact(chance.choice(TOWNS), chance.choice((0.5, 1, 2))),
        wish=Wish(child_town=town if chance.random() < 0.5 else ""),
    )


def sibling_rule(number: int) -> str:
    """Half of the siblings must stay together, half wish to."""
    return "together" if number % 8 < 2 else "together if possible"


def home(chance: random.Random, number: int) -> Home:
    """A family, or every fifth time a unit; two in three report a free place."""
    town, family = chance.choice(TOWNS), number % 5 > 0
    kind = chance.choices((HomeType.MUNICIPAL, HomeType.PROFESSIONAL, HomeType.EMERGENCY_FAMILY), (7, 2, 1))[0]
    youngest = chance.randint(0, 10)
    confirmed = datetime.combine(days(-chance.randint(0, 30)), datetime.min.time(), UTC)
    places = chance.randint(1, 3) if family else chance.randint(3, 8)
    return Home(
        name=f"families/f{number:04}" if family else f"institutions/i{number}/units/u",
        display_name=f"Hjem {number}",
        authority=AUTHORITY,
        type=kind if family else HomeType.RESIDENTIAL,
        step=3 if family else 5,
        town=town,
        place_count=places,
        ages=Ages(youngest, youngest + chance.randint(4, 12)),
        need_level=chance.choices((1, 2, 3), (2, 4, 4))[0],
        languages=languages(chance, town),
        free=Free(chance.randint(1, places), days(chance.randint(-10, 30)), confirmed)
        if chance.random() < 0.67
        else None,
        approval=Approval(days(-300), days(chance.randint(30, 900))),
        certificate_duties=certificate_duties(AUTHORITY) if family else (),
        household=(HouseholdMember(f"persons/p{number}", days(-15000), days(100), days(100)),) if family else (),
        training=Training(completed=days(-100) if chance.random() < 0.8 else None),
        competences=frozenset(chance.sample(range(1, 11), 4)),
        schools=frozenset({f"Skolen i {town}"}),
        experience=Ages(youngest, youngest + 8),
        daily_rate=chance.randint(17_400, 60_000) if family else chance.randint(200_000, 350_000),
        severe_need_limit=0 if family else 2,
    )


def municipality(seed: int, children: int, homes: int) -> World:
    """A made-up municipality; most homes house children already."""
    chance = random.Random(seed)
    all_homes = tuple(home(chance, number) for number in range(homes))
    residents = {
        h.name: (Resident(f"children/x{i}", days(-chance.randint(900, 6000)), 1, 2, h.name, days(-100)),)
        for i, h in enumerate(all_homes)
        if h.place_count > 1 and chance.random() < 0.6
    }
    waiting = tuple(child(chance, number) for number in range(children))
    return World(TODAY, AUTHORITY, waiting, all_homes, residents, data.known_travel(), data.default_policy())


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def explain_all(world: World, plan: Plan) -> int:
    """The whole run and every child's list, one after another as a service sends them; gives their bytes."""
    lists = (suggest(world, plan, waiting.request, effects_for=0) for waiting in world.children)
    return plan_message(world, plan).ByteSize() + sum(told.ByteSize() for told in lists)


def measure(seed: int, children: int, homes: int) -> dict[str, float]:
    """One municipality: plan, whole message of the run, every child's list, and one list with effects."""
    world = municipality(seed, children, homes)
    started = time.perf_counter()
    plan = make_plan(world)
    planned = time.perf_counter() - started
    explained = seconds(lambda: explain_all(world, plan))
    return {
        "seed": seed,
        "options": len(plan.candidates),
        "placed": len(plan.place_of),
        "proven": plan.proven,
        "plan_seconds": round(planned, 3),
        "solve_seconds": round(plan.solution.seconds.build + plan.solution.seconds.solve, 3),
        "explain_all_seconds": round(explained, 3),
        "one_list_with_effects_seconds": round(seconds(lambda: suggest(world, plan, world.children[0].request)), 3),
    }


def main() -> None:
    """Measures the seeded municipalities one by one."""
    children, homes = (int(word) for word in (sys.argv[1:] or ("60", "500")))
    measure(0, 10, 50)
    rows = [measure(seed, children, homes) for seed in SEEDS]
    for name in rows[0]:
        print(f"{name:>32}", *(f"{row[name]!s:>8}" for row in rows))
    medians = {n: statistics.median(r[n] for r in rows) for n in rows[0] if n.endswith("seconds")}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"children": children, "homes": homes, "medians": medians, "runs": rows}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
