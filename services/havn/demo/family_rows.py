"""Rows of families.csv and household.csv."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from services.havn.demo.families import Family
from services.havn.demo.journey import SOUND_FAMILIES, family_cells
from services.havn.demo.people import COMPETENCES, Cells, birth_date
from services.havn.demo.rates import FAMILY_RATES, PAID_BY_TABLES
from services.havn.demo.towns import languages, schools

# Words for things in nature, in pairs: no family's real name.
FIRST_WORDS = (
    "Aputsiaq Ulloriaq Seqineq Qaammat Siku Anori Sila Nuna Imaq "
    "Paarnaq Naasoq Aqisseq Timmiaq Tulugaq Naajaq Puisi Tuttu"
).split()
SECOND_WORDS = (
    "Kuuk Taseq Qaqqaq Qeqertaq Sermeq Kangerluk Qooroq Sissaq Appa Arfeq Aaveq Natseq Nanoq Ukaleq Ujarak Arsarneq"
).split()
AGE_RANGES = ((0, 6), (0, 12), (3, 12), (6, 17), (10, 17), (0, 17))
RENEWAL_DAYS = 730
OURS = "sermersooq"
CONSULTANTS = ("consultant", "consultant-2", "consultant-3")
LEARNING_GOALS = ("own_resources", "stability", "development", "contact", "cooperation", "law")
PAUSE_REASONS = ("Sygdom i familien", "Familien får selv et barn", "Familien flytter", "Familien har bedt om en pause")
# How many families something is amiss with: among those with a free place, and among the others.
AMISS = {"paused": (2, 5), "expiring": (2, 6), "certificate_missing": (2, 3), "certificate_overdue": (3, 9)}
AMISS_TRAINING = {"waived": (2, 6), "untrained": (2, 8), "stale": (4, 0)}


@dataclass(frozen=True)
class Amiss:
    """Families by what is amiss with them."""

    keys: dict[str, frozenset[str]] = field(default_factory=dict)

    def __call__(self, what: str, family: Family) -> bool:
        """Whether this is amiss with the family."""
        return family.key in self.keys[what]


def amiss(made: tuple[Family, ...], chance: Random) -> Amiss:
    """Draws the families that something is amiss with; those of the journey are sound."""
    able = [family for family in made if family.approved and family.key not in SOUND_FAMILIES]
    free = [family.key for family in able if family.free and family.type == "municipal"]
    others = [family.key for family in able if not family.free and family.type in ("municipal", "professional")]
    return Amiss(
        {
            what: frozenset(chance.sample(free, of_free) + chance.sample(others, of_others))
            for what, (of_free, of_others) in (AMISS | AMISS_TRAINING).items()
        }
    )


def family_row(family: Family, faults: Amiss, today: date, chance: Random) -> Cells:
    """A row of families.csv."""
    name = f"{FIRST_WORDS[family.number % 17]}-{SECOND_WORDS[family.number // 17]}"
    row = {
        "key": family.key,
        "authority": family.town.authority,
        "display_name": f"Familien {name} (opdigtet)",
        "type": family.type,
        "town": family.town.name,
        "languages": languages(family.town.name, chance),
        "competences": _competences(family, chance),
        "accessibility": "wheelchair" if chance.random() < 0.08 else "",
        "schools": " | ".join(schools(family.town.name)),
        "daily_rate": "" if family.type in PAID_BY_TABLES else str(FAMILY_RATES[family.type]),
        "consultant": _consultant(family),
        **_approval(family, faults, today, chance),
        **_availability(family, faults, today, chance),
        **_pause(family, faults, today, chance),
        **_training(family, faults, today, chance),
    }
    return row | family_cells(family.key, today)


def _consultant(family: Family) -> str:
    """The demo's own consultant follows every third family of its municipality, the first one too."""
    of_ours = family.town.authority == OURS
    return CONSULTANTS[(family.number - 1) % 3] if of_ours else CONSULTANTS[1 + family.number % 2]


def household_rows(family: Family, faults: Amiss, today: date, chance: Random) -> list[Cells]:
    """The rows of household.csv of a family."""
    roles = ["foster_parent"] * chance.choice((1, 2, 2, 2)) + ["own_child"] * chance.choice((0, 0, 1, 1, 2))
    roles += ["adult"] * (chance.random() < 0.08)
    rows = [_member(family, number, role, today, chance) for number, role in enumerate(roles, start=1)]
    if faults("certificate_missing", family):
        rows[0] |= {"child_certificate_issued": "", "child_certificate_renew_by": ""}
    if faults("certificate_overdue", family):
        rows[0] |= _certificate("criminal_record", today - timedelta(days=RENEWAL_DAYS + chance.randint(5, 60)))
    return rows


def _member(family: Family, number: int, role: str, today: date, chance: Random) -> Cells:
    age = chance.randint(1, 19) if role == "own_child" else chance.randint(28, 62)
    cells = {
        "family": family.key,
        "person": f"p-{family.number:03}-{number}",
        "role": role,
        "birth_date": birth_date(age, today, chance).isoformat(),
    }
    # Denmark asks for certificates from 15; the demo does so too.
    return cells | (_certificates(role, today, chance) if age >= 15 else {})


def _certificates(role: str, today: date, chance: Random) -> Cells:
    issued = today - timedelta(days=chance.randint(30, 600))
    health = _certificate("health_certificate", issued) if role == "foster_parent" else {}
    return _certificate("criminal_record", issued) | _certificate("child_certificate", issued) | health


def _certificate(kind: str, issued: date) -> Cells:
    renew_by = issued + timedelta(days=RENEWAL_DAYS)
    return {f"{kind}_issued": issued.isoformat(), f"{kind}_renew_by": renew_by.isoformat()}


def _competences(family: Family, chance: Random) -> str:
    most = {"professional": 4, "emergency": 3, "network": 1, "relief": 1}.get(family.type, 2)
    return " | ".join(chance.sample(COMPETENCES, chance.randint(1 if family.type == "municipal" else most - 1, most)))


def _approval(family: Family, faults: Amiss, today: date, chance: Random) -> Cells:
    if not family.approved:
        return {}
    youngest, oldest = _ages(family, chance)
    days = chance.randint(10, 80) if faults("expiring", family) else chance.randint(400, 1_200)
    return {
        "approval_reference": f"Opdigtet {today.year - chance.randint(0, 4)}-{family.number:03}",
        "approved_places": str(family.place_count),
        "approved_age_min": str(youngest),
        "approved_age_max": str(oldest),
        "approved_need_level": family.need_level,
        "approved_from": family.approved_from.isoformat(),
        "approved_until": (today + timedelta(days=days)).isoformat(),
        "approved_child": family.approved_child,
        "experience_age_min": str(youngest),
        "experience_age_max": str(min(oldest, youngest + 10)),
    }


def _ages(family: Family, chance: Random) -> tuple[int, int]:
    if family.type in ("network", "emergency"):
        return AGE_RANGES[-1]
    ages = [stay.child.age for stay in family.residents]
    return chance.choice([(low, high) for low, high in AGE_RANGES if all(low <= age <= high for age in ages)])


def _availability(family: Family, faults: Amiss, today: date, chance: Random) -> Cells:
    if not family.approved:
        return {}
    age = chance.randint(40, 200) if faults("stale", family) else chance.choice((1, 2, 3, 5, 6, 9, 14, 20))
    soon = chance.randint(10, 40) if family.free and family.key not in SOUND_FAMILIES and chance.random() < 0.15 else 0
    return {
        "free_places": str(family.free),
        "free_from": (today + timedelta(days=soon or -age)).isoformat(),
        "confirmed_on": (today - timedelta(days=age)).isoformat(),
        "confirmed_by": f"Familieplejekonsulent {chance.randint(1, 6)} (opdigtet)",
    }


def _pause(family: Family, faults: Amiss, today: date, chance: Random) -> Cells:
    if not faults("paused", family):
        return {}
    return {
        "paused_by": f"Familieplejekonsulent {chance.randint(1, 6)} (opdigtet)",
        "pause_reason": chance.choice(PAUSE_REASONS),
        "paused_until": (today + timedelta(days=chance.randint(20, 120))).isoformat() if chance.random() < 0.7 else "",
    }


def _training(family: Family, faults: Amiss, today: date, chance: Random) -> Cells:
    if faults("waived", family):
        until = today + timedelta(days=chance.randint(30, 150))
        return {"course_waived_until": until.isoformat(), "course_waived_by": "Afdelingsleder (opdigtet)"}
    if faults("untrained", family) or not family.approved or (family.type == "network" and chance.random() < 0.5):
        return _begun(family, today)
    completed = (family.approved_from - timedelta(days=chance.randint(10, 90))).isoformat()
    return {"course_completed": completed} | _taught(family, completed, today)


def _begun(family: Family, today: date) -> Cells:
    """Some who lack the course have reached the first of its goals."""
    if not family.approved or family.number % 4:
        return {}
    last = (today - timedelta(days=45)).isoformat()
    return {"learning_goals": " | ".join(f"{goal}:{last}" for goal in LEARNING_GOALS[:3])}


def _taught(family: Family, completed: str, today: date) -> Cells:
    """Of every fifth family it is recorded which goals it reached, and a day of further training."""
    if family.number % 5:
        return {}
    last = (today - timedelta(days=100)).isoformat()
    return {
        "learning_goals": " | ".join(f"{goal}:{completed}" for goal in LEARNING_GOALS),
        "training_days": f"{last}:Tilknytning (opdigtet)",
    }
