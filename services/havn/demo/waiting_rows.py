"""Rows of requests.csv."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.havn.demo.institutions import UNITS
from services.havn.demo.journey import RESIDENTIAL_REQUEST, request_cells
from services.havn.demo.people import COMPETENCES, Cells, Child, birth_date, gender
from services.havn.demo.towns import AUTHORITY_OF, TOWNS, languages, schools
from services.havn.demo.waiting import (
    PROTECTED_FROM_PERSON,
    PROTECTED_FROM_TOWN,
    PROTECTED_REQUEST,
    SIBLING_CHILD,
    SIBLING_REQUEST,
    WAITING,
    WITHOUT_BASIS,
    Wait,
)

CHILD_WORDS = (
    "Jeg vil gerne bo tæt på min skole.",
    "Jeg vil gerne kunne se mine bedsteforældre.",
    "Jeg vil gerne bo et sted med en hund.",
    "Jeg vil gerne have mit eget værelse.",
    "Jeg vil gerne fortsætte til håndbold.",
)
SPLIT_REASONS = {
    "together_if_possible": "Børnene har meget forskellige behov; de skal ses hver uge, hvis de ikke kan bo sammen.",
    "apart": "Børnene gør hinanden utrygge; det er undersøgt og talt igennem med dem begge.",
}


@dataclass(frozen=True)
class Waiting:
    """A child who waits, with what chance gave it."""

    key: str
    plan: Wait
    child: Child
    since: date


def waiting(today: date, chance: Random) -> tuple[Waiting, ...]:
    """The children who wait, in the order of their keys."""
    return tuple(_waiting(number, plan, today, chance) for number, plan in enumerate(WAITING, start=1))


def request_row(one: Waiting, today: date, chance: Random) -> Cells:
    """A row of requests.csv."""
    plan = one.plan
    row = {
        "key": one.key,
        "authority": one.child.authority,
        "kind": plan.kind,
        "from_date": _from_date(one, today).isoformat(),
        "place_by": _day(today, plan.due),
        "waiting_since": one.since.isoformat(),
        "child": one.child.key,
        "birth_date": one.child.birth_date.isoformat(),
        "gender": one.child.gender,
        "home_town": plan.town,
        "languages": languages(plan.town, chance),
        **_needs(one, chance),
        **_ceiling(plan, today),
        **_danger(plan, today),
        **_siblings(one),
        **_protection(one),
        **_everyday_life(plan, chance),
        **_basis(one, chance),
        **_current_home(plan),
    }
    return row | request_cells(one.key)


def _waiting(number: int, plan: Wait, today: date, chance: Random) -> Waiting:
    child = Child(
        f"k-{number:03}",
        plan.age,
        birth_date(plan.age, today, chance),
        plan.gender or gender(chance),
        plan.need_level,
        AUTHORITY_OF[plan.town],
    )
    waited = plan.danger or max(chance.randint(14, 75) - plan.due, 5)
    if f"r-{number:03}" == RESIDENTIAL_REQUEST:
        waited = 200
    return Waiting(f"r-{number:03}", plan, child, max(today - timedelta(days=waited), child.birth_date))


def _from_date(one: Waiting, today: date) -> date:
    """In danger and overdue children need their place since it was due, the others soon."""
    due = today + timedelta(days=one.plan.due)
    return due if one.plan.danger else max(one.since, due - timedelta(days=14))


def _needs(one: Waiting, chance: Random) -> Cells:
    plan = one.plan
    wished = chance.sample([competence for competence in COMPETENCES if competence not in plan.needs], 2)
    return {
        "need_level": plan.need_level,
        "needed_competences": " | ".join(plan.needs.split()),
        "wished_competences": " | ".join(wished[: chance.randint(0, 2)]),
        "accessibility": plan.accessibility,
        "need_step": str(plan.step),
        "need_step_assessor": f"Rådgiver {chance.randint(1, 9)} (opdigtet)",
        "need_step_assessed": one.since.isoformat(),
        "solo_placement": "yes" if plan.solo else "",
    }


def _ceiling(plan: Wait, today: date) -> Cells:
    if not plan.ceiling:
        return {}
    return {
        "ceiling_step": str(plan.ceiling),
        "ceiling_author": "Afdelingsleder (opdigtet)",
        "ceiling_reason": "Der er søgt længe på trinnet uden resultat.",
        "ceiling_until": _day(today, plan.ceiling_days),
    }


def _danger(plan: Wait, today: date) -> Cells:
    if not plan.danger:
        return {}
    return {"danger_assessor": "Vagthavende rådgiver (opdigtet)", "danger_since": _day(today, -plan.danger)}


def _siblings(one: Waiting) -> Cells:
    if one.key == SIBLING_REQUEST:
        return {"siblings": f"{SIBLING_CHILD}:together"}
    why = SPLIT_REASONS.get(one.plan.rule)
    rule = f"{one.plan.rule}:Afdelingsleder (opdigtet):{why}" if why else one.plan.rule
    return {"siblings": " | ".join(f"k-{number:03}:{rule}" for number in one.plan.siblings)}


def _protection(one: Waiting) -> Cells:
    if one.key == PROTECTED_REQUEST:
        return {"protect_from_towns": PROTECTED_FROM_TOWN, "protect_from_persons": PROTECTED_FROM_PERSON}
    return {}


def _everyday_life(plan: Wait, chance: Random) -> Cells:
    cells: Cells = {}
    if plan.age >= 6:
        cells |= {"school": chance.choice(schools(plan.town)), "school_town": plan.town}
    if chance.random() < 0.9:
        cells |= {
            "parents_town": _parents_town(plan, chance),
            "visits_per_month": chance.choice(("0.5", "1", "2", "4")),
        }
    if plan.age >= 5 and chance.random() < 0.7:
        cells["child_words"] = chance.choice(CHILD_WORDS)
    if chance.random() < 0.5:
        cells["child_wish_town"] = plan.town
    if chance.random() < 0.4:
        cells["parents_wish_town"] = plan.town
    return cells


def _parents_town(plan: Wait, chance: Random) -> str:
    near = [town.name for town in TOWNS if town.authority == AUTHORITY_OF[plan.town]]
    return plan.town if chance.random() < 0.8 else chance.choice(near)


def _basis(one: Waiting, chance: Random) -> Cells:
    if one.key in WITHOUT_BASIS:
        return {}
    kind = chance.choice(("consent", "consent", "committee_decision"))
    # A partly closed or secure place takes a committee's own decision.
    kind = "emergency_decision" if one.plan.danger else "committee_decision" if one.plan.step >= 6 else kind
    return {
        "basis_kind": kind,
        "basis_paragraph": "§ (opdigtet)",
        "basis_decided": one.since.isoformat(),
        "basis_expires": (one.since + timedelta(days=730)).isoformat() if kind == "committee_decision" else "",
    }


def _current_home(plan: Wait) -> Cells:
    if plan.danger:
        return {"current_step": "0", "current_unsafe": "yes"}
    if not plan.home:
        return {}
    return {"current_home": plan.home, "current_step": _step_of(plan.home)}


def _step_of(home: str) -> str:
    """Those who wait in a family wait in an emergency family: step 3."""
    return next((str(unit.step) for unit in UNITS if unit.name == home), "3")


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
