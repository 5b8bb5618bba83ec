"""The soft criteria of fit, each from 0 to 100 for one child in one home, in words and then as a figure.

Weights stand in the policy. A criterion that does not apply to the child does not count. Nothing of a KRITH
follow-up is ever read here. Scales, own defaults unless a source is named: docs/rules.md, criteria of fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules import words
from services.matching.rules.children import Child, age
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.words import Phrase

SECOND_LANGUAGE = 60
SAME_TOWN_NEW_SCHOOL = 60
NEAREST_TOWN = 60
HOURS_TOO_FAR = 12
HOURS_A_MONTH_TOO_MANY = 50
BY_AGE_GAP = {0: 20, 1: 40, 2: 70}


@dataclass(frozen=True, slots=True)
class Met:
    """How far a criterion is met, 0 to 100 (None: it does not apply), and the sentence with its facts."""

    met: int | None
    said: Phrase
    facts: tuple[tuple[str, object], ...] = ()

    @property
    def words(self) -> Phrase:
        """The sentence."""
        return self.said.fill(self.facts)


Criterion = Callable[[Child, Home, World], Met]


def competences(child: Child, home: Home, _: World) -> Met:
    """Share of the competences wished beyond the needed ones."""
    wished = child.wished_competences - child.needed_competences
    if not wished:
        return NO_COMPETENCE_WISHED
    has = wished & home.competences
    if not has:
        return Met(0, LACKS_WISHED, (("lacking", words.names(wished, words.COMPETENCES)),))
    return Met(round(100 * len(has) / len(wished)), HAS_WISHED, (("has", words.names(has, words.COMPETENCES)),))


def language(child: Child, home: Home, world: World) -> Met:
    """How well the home speaks the child's best language, or at most 60 % of that for another that both speak."""
    if not child.languages:
        return NO_LANGUAGE_STATED
    if not home.languages:
        return HOME_STATES_NO_LANGUAGE
    best = max(child.languages.values())
    met, spoken = 0, 0
    for tongue, level in child.languages.items():
        there = home.languages.get(tongue, 0)
        share = there * 100 if level == best else min(level, there) * SECOND_LANGUAGE
        met, spoken = max((met, spoken), (round(share / terms.LANGUAGE_LEVEL_FLUENT), tongue), key=itemgetter(0))
    if not met:
        return NO_SHARED_LANGUAGE
    speaks = SPEAKS[home.languages[spoken]].fill((("language", world.policy.languages[spoken]),))
    return Met(met, SPEAKS_BEST if child.languages[spoken] == best else SPEAKS_SECOND, (("speaks", speaks),))


def school(child: Child, home: Home, _: World) -> Met:
    """Whether the child stays in its school, or at least in the school's town."""
    if child.school is None:
        return NO_SCHOOL
    if child.school.name in home.schools:
        return SCHOOL_UNCHANGED
    if child.school.town != home.town:
        return NEW_SCHOOL
    return NEW_SCHOOL_SAME_TOWN if home.schools else SCHOOLS_UNKNOWN_SAME_TOWN


def town(child: Child, home: Home, world: World) -> Met:
    """Whether the child stays in its town; else how burdensome the way there is."""
    if child.town == home.town:
        return SAME_TOWN
    trip = world.travel.trip(child.town, home.town)
    if trip.hours is None or trip.legs is None:
        return Met(0, WAY_UNKNOWN, (("home", home.town), ("child", child.town)))
    met = max(0, round(NEAREST_TOWN * (1 - trip.hours / HOURS_TOO_FAR)))
    return Met(
        met, ANOTHER_TOWN, (("child", child.town), ("legs", _legs(trip.legs)), ("hours", words.hours(trip.hours)))
    )


def contact(child: Child, home: Home, world: World) -> Met:
    """Whether the visits that the plan foresees can be made: hours of travel a month, both ways."""
    if child.contact is None or not child.contact.visits_per_month:
        return NO_CONTACT_PLANNED
    if child.contact.town == home.town:
        return PARENTS_NEAR
    trip = world.travel.trip(home.town, child.contact.town)
    if trip.hours is None:
        return Met(0, CONTACT_UNKNOWN, (("home", home.town), ("parents", child.contact.town)))
    visits = child.contact.visits_per_month
    times = ONCE if visits == 1 else TIMES.fill((("n", words.number(visits)),))
    met = max(0, round(100 * (1 - 2 * trip.hours * visits / HOURS_A_MONTH_TOO_MANY)))
    return Met(met, CONTACT_FAR, (("times", times), ("hours", words.hours(2 * trip.hours))))


def child_wish(child: Child, home: Home, _: World) -> Met:
    """The child's own wish: this home, or this town (60 % where it wished another home)."""
    wish = child.wish
    if not wish.child_home and not wish.child_town:
        return NO_WISH_OF_CHILD
    if wish.child_home == home.name:
        return HOME_WISHED
    if wish.child_town == home.town:
        return ANOTHER_HOME_WISHED if wish.child_home else TOWN_WISHED
    return AGAINST_CHILD


def parents_wish(child: Child, home: Home, _: World) -> Met:
    """The parents' wish for a town."""
    if not child.wish.parents_town:
        return NO_WISH_OF_PARENTS
    return WITH_PARENTS if child.wish.parents_town == home.town else AGAINST_PARENTS


def experience(child: Child, home: Home, world: World) -> Met:
    """Half: experience with the age (within 2 years counts half). Half: approved for just this need, not for more."""
    ages = home.experience if home.is_family else home.ages
    spare = home.need_level - child.need_level
    by_need = max(0, 100 - 30 * spare)
    if ages is None:
        return Met(by_need // 2, EXPERIENCE_UNKNOWN, (("need", words.NEEDS[home.need_level]),))
    years = child.age(world.day)
    off = max(ages.youngest - years, years - ages.oldest, 0)
    by_age = 100 if off == 0 else 50 if off <= 2 else 0
    return Met((by_age + by_need) // 2, EXPERIENCED, (("ages", ages), ("need", words.NEEDS[home.need_level])))


def household(child: Child, home: Home, world: World) -> Met:
    """Half: years between the child and the child there that is nearest in age. Half: places still free for it."""
    births = [resident.birth_date for resident in world.staying_in(home) if resident.reference != child.reference]
    births += [member.birth_date for member in home.household if member.is_child(world.day)]
    if not births:
        return NO_OTHER_CHILDREN
    gap = min(abs(age(born, world.day) - child.age(world.day)) for born in births)
    by_load = round(100 * (1 - min(1, len(births) / (home.place_count + 1))))
    facts = (("children", words.counted(len(births), ONE_CHILD, CHILDREN)), ("gap", words.counted(gap, YEAR, YEARS)))
    return Met((BY_AGE_GAP.get(gap, 100) + by_load) // 2, OTHER_CHILDREN if gap else AGE_MATE, facts)


def freshness(_: Child, home: Home, world: World) -> Met:
    """How lately the free place was confirmed: 7 and 21 days, as for vacancies (W2)."""
    if home.free is None:
        return Met(0, NEVER_CONFIRMED)
    confirmed = home.free.confirmed.date()
    facts = (("day", confirmed),)
    if world.day - confirmed <= timedelta(days=world.policy.fresh_days):
        return Met(100, CONFIRMED, facts)
    ageing = world.day - confirmed <= timedelta(days=world.policy.ageing_days)
    return Met(50 if ageing else 0, CONFIRM_AGAIN, facts)


CRITERIA: dict[str, Criterion] = {
    "competences": competences,
    "language": language,
    "school": school,
    "town": town,
    "contact": contact,
    "child_wish": child_wish,
    "parents_wish": parents_wish,
    "experience": experience,
    "household": household,
    "freshness": freshness,
}


def _legs(legs: int) -> Phrase:
    return words.counted(legs, Phrase("1 strækning", "1 leg"), Phrase("{n} strækninger", "{n} legs"))


NO_COMPETENCE_WISHED = Met(None, Phrase("Ingen særlige kompetencer er ønsket", "No further competence is wished"))
HAS_WISHED = Phrase("Har også kompetence i {has}", "Also has competence in {has}")
LACKS_WISHED = Phrase("Har ikke den ønskede kompetence i {lacking}", "Lacks the wished competence in {lacking}")
SPEAKS: Mapping[int, Phrase] = {
    terms.LANGUAGE_LEVEL_FLUENT: Phrase("Taler {language}", "Speaks {language}"),
    terms.LANGUAGE_LEVEL_GOOD: Phrase("Kan føre en samtale på {language}", "Holds a conversation in {language}"),
    terms.LANGUAGE_LEVEL_BASIC: Phrase("Kan hverdagsord på {language}", "Knows everyday words of {language}"),
}
SPEAKS_BEST = Phrase("{speaks}", "{speaks}")
SPEAKS_SECOND = Phrase("{speaks}, ikke barnets stærkeste sprog", "{speaks}, not the child's best language")
NO_LANGUAGE_STATED = Met(None, Phrase("Barnets sprog er ikke oplyst", "The child's languages are not stated"))
HOME_STATES_NO_LANGUAGE = Met(0, Phrase("Hjemmets sprog er ikke oplyst", "The home's languages are not stated"))
NO_SHARED_LANGUAGE = Met(0, Phrase("Intet fælles sprog", "No language in common"))
NO_SCHOOL = Met(None, Phrase("Ingen skole er oplyst", "No school is stated"))
SCHOOL_UNCHANGED = Met(100, Phrase("Skolen er uændret", "School unchanged"))
NEW_SCHOOL_SAME_TOWN = Met(SAME_TOWN_NEW_SCHOOL, Phrase("Ny skole i samme by", "Another school in the same town"))
SCHOOLS_UNKNOWN_SAME_TOWN = Met(
    SAME_TOWN_NEW_SCHOOL,
    Phrase(
        "Samme by som skolen; hjemmets skoler er ikke oplyst", "The school's town; the home's schools are not stated"
    ),
)
NEW_SCHOOL = Met(0, Phrase("Ny skole i en anden by", "Another school in another town"))
SAME_TOWN = Met(100, Phrase("Samme by", "Same town"))
ANOTHER_TOWN = Phrase("{legs} fra {child}, omkring {hours}", "{legs} from {child}, about {hours}")
WAY_UNKNOWN = Phrase("Vejen fra {child} til {home} er ukendt", "The way from {child} to {home} is unknown")
NO_CONTACT_PLANNED = Met(None, Phrase("Intet samvær er oplyst", "No contact is stated"))
PARENTS_NEAR = Met(100, Phrase("Forældrene bor i samme by", "The parents live in the same town"))
CONTACT_FAR = Phrase(
    "Samvær {times} om måneden, omkring {hours} på rejse pr. besøg",
    "Contact {times} a month, about {hours} of travel per visit",
)
CONTACT_UNKNOWN = Phrase(
    "Rejsen mellem {home} og {parents} er ukendt", "The journey between {home} and {parents} is unknown"
)
NO_WISH_OF_CHILD = Met(None, Phrase("Barnet har ikke udtrykt et ønske", "The child stated no wish"))
HOME_WISHED = Met(100, Phrase("Barnet ønsker dette hjem", "The child wishes this home"))
TOWN_WISHED = Met(100, Phrase("Barnet ønsker denne by", "The child wishes this town"))
ANOTHER_HOME_WISHED = Met(
    60, Phrase("Barnet ønsker et andet hjem i samme by", "The child wishes another home in the same town")
)
AGAINST_CHILD = Met(0, Phrase("Barnet ønsker et andet sted", "The child wishes another place"))
NO_WISH_OF_PARENTS = Met(None, Phrase("Forældrene har ikke udtrykt et ønske", "The parents stated no wish"))
WITH_PARENTS = Met(100, Phrase("Forældrene ønsker denne by", "The parents wish this town"))
AGAINST_PARENTS = Met(0, Phrase("Forældrene ønsker en anden by", "The parents wish another town"))
EXPERIENCED = Phrase(
    "Erfaring med {ages} år, godkendt til {need} behov", "Experience with ages {ages}, approved for {need} needs"
)
EXPERIENCE_UNKNOWN = Phrase(
    "Erfaring er ikke oplyst, godkendt til {need} behov", "Experience is not stated, approved for {need} needs"
)
ONE_CHILD, CHILDREN = Phrase("1 andet barn", "1 other child"), Phrase("{n} andre børn", "{n} other children")
ONCE, TIMES = Phrase("1 gang", "once"), Phrase("{n} gange", "{n} times")
YEAR, YEARS = Phrase("1 års", "1 year"), Phrase("{n} års", "{n} years")
NO_OTHER_CHILDREN = Met(100, Phrase("Ingen andre børn i hjemmet", "No other children in the home"))
OTHER_CHILDREN = Phrase(
    "{children} i hjemmet, mindst {gap} aldersforskel", "{children} in the home, at least {gap} apart in age"
)
AGE_MATE = Phrase("{children} i hjemmet, ét på samme alder", "{children} in the home, one of the same age")
CONFIRMED = Phrase("Pladsen er bekræftet {day}", "The place was confirmed on {day}")
CONFIRM_AGAIN = Phrase("Pladsen er sidst bekræftet {day}", "The place was last confirmed on {day}")
NEVER_CONFIRMED = Phrase("Pladsen er ikke bekræftet", "The place is not confirmed")
