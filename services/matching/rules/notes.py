"""What to know or do before asking for a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from services.matching.rules.constraints_r8_r15 import training_grace
from services.matching.rules.facts import World
from services.matching.rules.homes import Disposal, Home, HomeType, ProfileFact
from services.matching.rules.options import Option
from services.matching.rules.units import Unit
from services.matching.rules.words import Phrase, listed, same


def notes(option: Option, world: World) -> tuple[Phrase, ...]:
    """The notes for an option, the most urgent first."""
    unit, home = option.unit, option.home
    return (
        *_tonight(option, world),
        *_legal_basis(unit, world),
        *_disposal(home),
        *_free_place(home, world),
        *_certificates(home, world),
        *_course(unit, home, world),
        *_limits(home),
        *_disputed(home),
        *_unknown_costs(option),
    )


def reunite_by(world: World) -> date:
    """The day by which siblings that were split for tonight are together again (own default)."""
    return world.day + timedelta(days=world.policy.reunite_days)


def _tonight(option: Option, world: World) -> Iterator[Phrase]:
    unit = option.unit
    if option.home.emergency:
        yield ONLY_TONIGHT
    if unit.in_danger and not option.tonight:
        yield NOT_TONIGHT.fill((("day", world.start_in(option.home, unit.start)),))
    if unit.tonight_only:
        yield SPLIT_FOR_TONIGHT.fill((("day", reunite_by(world)),))


def _legal_basis(unit: Unit, world: World) -> Iterator[Phrase]:
    bases = [child.basis for child in unit.children]
    if None in bases:
        yield NO_BASIS
    if any(basis and not basis.holds(world.day) for basis in bases):
        yield BASIS_EXPIRED


def _disposal(home: Home) -> Iterator[Phrase]:
    if home.disposal is Disposal.CENTRAL_LIST:
        yield CENTRAL_LIST


def _free_place(home: Home, world: World) -> Iterator[Phrase]:
    if home.free is None:
        return
    if home.free.from_date > world.day:
        yield FREE_FROM.fill((("day", home.free.from_date),))
    confirmed = home.free.confirmed.date()
    if (world.day - confirmed).days > world.policy.fresh_days:
        yield CONFIRM.fill((("day", confirmed),))


def _certificates(home: Home, world: World) -> Iterator[Phrase]:
    """Overdue renewals (R2): they warn and do not stop."""
    asked = ((m, duty) for m in home.household for duty in home.certificate_duties if m.owes(duty, world.day))
    due = [(day, duty.deadline(day)) for member, duty in asked if (day := member.certificate(duty))]
    if due and min(due)[0] < world.day:
        renew_by, deadline = min(due)
        yield RENEW.fill((("day", renew_by), ("deadline", deadline)))


def _course(unit: Unit, home: Home, world: World) -> Iterator[Phrase]:
    """R11 where it was spared or waived."""
    if not home.is_family or home.type is HomeType.NETWORK or home.training.completed:
        return
    if home.training.waived_until and home.training.waived_until >= world.start_in(home, unit.start):
        yield COURSE_WAIVED.fill((("day", home.training.waived_until),))
        return
    yield COURSE_DUE.fill((("day", training_grace(unit, world)),))


def _limits(home: Home) -> Iterator[Phrase]:
    """What a family says in words that it will not take (R6)."""
    if home.limits.has_note:
        yield LIMITS


def _disputed(home: Home) -> Iterator[Phrase]:
    """What a family and its consultant say differently (F9): first what a hard rule reads."""
    ruled = [fact for fact in home.disputed if fact in READ_BY]
    others = [fact for fact in home.disputed if fact not in READ_BY]
    if ruled:
        rules = sorted({rule for fact in ruled for rule in READ_BY[fact]}, key=lambda rule: int(rule[1:]))
        yield DISPUTED_AND_RULED.fill((("facts", _facts(ruled)), ("rules", listed(same(rule) for rule in rules))))
    if others:
        yield DISPUTED.fill((("facts", _facts(others)),))


def _facts(facts: Iterable[ProfileFact]) -> Phrase:
    return listed(FACTS[fact] for fact in facts)


def _unknown_costs(option: Option) -> Iterator[Phrase]:
    if option.cost.rate is None:
        yield RATE_UNKNOWN
    if option.cost.contact_travel is None:
        yield FARE_UNKNOWN


ONLY_TONIGHT = Phrase(
    "Kun for i nat: barnet bliver på listen, og en varig plads skal stadig findes",
    "Only for tonight: the child stays on the list, and a lasting place is still to be found",
)
NOT_TONIGHT = Phrase(
    "Ikke et trygt sted i nat: indtil {day} mangler der et andet",
    "Not safe tonight: until {day} another place is needed",
)
SPLIT_FOR_TONIGHT = Phrase(
    "Søskende skilles for i nat og skal samles igen senest {day}",
    "Siblings are split for tonight, to be reunited by {day}",
)
NO_BASIS = Phrase("Anbringelsesgrundlaget mangler", "The legal basis is missing")
BASIS_EXPIRED = Phrase("Anbringelsesgrundlaget er udløbet", "The legal basis has expired")
CENTRAL_LIST = Phrase(
    "Kræver ansøgning til den centrale venteliste, som tildeler pladsen efter placering på listen",
    "Needs an application to the central list, which assigns the place by list position",
)
FREE_FROM = Phrase("Ledig fra {day}", "Free from {day}")
CONFIRM = Phrase("Få pladsen bekræftet: sidst bekræftet {day}", "Have the place confirmed: last confirmed on {day}")
RENEW = Phrase(
    "En attest skulle være fornyet senest {day}; frist for at indhente den: {deadline}",
    "A certificate was due for renewal by {day}; it is to be obtained by {deadline}",
)
COURSE_WAIVED = Phrase("Der er dispenseret fra KRITH-kurset til {day}", "The KRITH course is waived until {day}")
COURSE_DUE = Phrase("KRITH-kurset skal være gennemført senest {day}", "The KRITH course must be completed by {day}")
LIMITS = Phrase(
    "Familien har skrevet, hvad den ikke tager: læs det i dens profil",
    "The family has written what it will not take: read it in its profile",
)
DISPUTED = Phrase(
    "Der siges forskelligt om {facts}, og det er ikke afgjort: læs begge sider i familiens profil",
    "What is said about {facts} differs and is not settled: read both sides in the family's profile",
)
DISPUTED_AND_RULED = Phrase(
    "Der siges forskelligt om {facts}, og det er ikke afgjort. Profilen er brugt, som den står ({rules}): "
    "få det afklaret, før der spørges",
    "What is said about {facts} differs and is not settled. The profile was used as it stands ({rules}): "
    "have it settled before asking",
)
READ_BY: Mapping[ProfileFact, tuple[str, ...]] = {
    ProfileFact.AVAILABILITY: ("R1",),
    ProfileFact.HOUSEHOLD: ("R2", "R8"),
    ProfileFact.COMPETENCES: ("R6",),
    ProfileFact.LIMITS: ("R6",),
    ProfileFact.ACCESSIBILITY: ("R13",),
}
"""The hard rules that read a fact of a family's profile."""
FACTS: Mapping[ProfileFact, Phrase] = {
    ProfileFact.HOUSEHOLD: Phrase("hvem der bor der", "who lives there"),
    ProfileFact.LANGUAGES: Phrase("sprog", "languages"),
    ProfileFact.COMPETENCES: Phrase("det, familien er god til", "what the family is good at"),
    ProfileFact.EXPERIENCE: Phrase("erfaring", "experience"),
    ProfileFact.ACCESSIBILITY: Phrase("det, hjemmet giver mulighed for", "what the home allows"),
    ProfileFact.SCHOOLS: Phrase("skoler", "schools"),
    ProfileFact.PETS: Phrase("dyr", "animals"),
    ProfileFact.WISHES: Phrase("det, familien ønsker", "what the family wishes for"),
    ProfileFact.LIMITS: Phrase("det, familien ikke tager", "what the family does not take"),
    ProfileFact.AVAILABILITY: Phrase("ledige pladser", "free places"),
    ProfileFact.OTHER: Phrase("noget andet i profilen", "something else in the profile"),
}
RATE_UNKNOWN = Phrase(
    "Døgntaksten er ukendt og ikke medregnet i udgiften", "The daily rate is unknown and not part of the cost"
)
FARE_UNKNOWN = Phrase(
    "Udgiften til rejser ved samvær er ukendt og ikke medregnet",
    "The cost of travel for contact is unknown and not counted",
)
