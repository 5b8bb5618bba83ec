"""Why the plan has no place for a child, and what would change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from havn.matching.v1 import matching_pb2 as pb
from services.matching.rules import words
from services.matching.rules.children import Seeks
from services.matching.rules.constraints import refusals
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.options import Option
from services.matching.rules.plan import Plan
from services.matching.rules.problem import planned
from services.matching.rules.refusal import Refusal
from services.matching.rules.refusals_r8_r15 import STEP_ABOVE_CEILING
from services.matching.rules.units import Unit, places_used
from services.matching.rules.words import Phrase

Refused = tuple[Home, tuple[Refusal, ...]]

# Changes of a home that may be proposed; never of a protection, a decision about siblings, or an assessed need.
HOME_RULES = frozenset({"R2", "R3", "R5", "R6", "R11", "R13"})
PLACE_RULES = frozenset({"R1", "R4"})
MOST_CHANGES = 3


def unplaced(unit: Unit, plan: Plan, excluded: tuple[Refused, ...]) -> pb.Unplaced | None:
    """Those of the unit that the plan has no place for, why, and what would change it; None when all have one.

    `excluded` are the homes that are no option for the unit.
    """
    missing = [request for request in unit.members if request not in plan.place_of]
    if not missing:
        return None
    if all(child.seeks is Seeks.STEP_DOWN for child in unit.children):
        return pb.Unplaced(requests=missing, words=LATER_PASS.message())
    options = plan.found.of(unit)
    return pb.Unplaced(
        requests=missing,
        words=_why(options, excluded).message(),
        changes=[change.message() for change in _changes(unit, plan.world, options, excluded)],
    )


def refused(unit: Unit, world: World, fitting: Collection[str]) -> tuple[Refused, ...]:
    """Usable homes that do not fit the unit, each with every hard rule that it breaks."""
    homes = (home for home in world.usable_homes if home.name not in fitting)
    return tuple((home, refusals(unit, home, world)) for home in homes)


def _why(options: tuple[Option, ...], excluded: tuple[Refused, ...]) -> Phrase:
    if planned(options):
        return TAKEN
    if options:
        return ABOVE_NEED_ONLY
    if not excluded:
        return NO_HOMES
    often = Counter(rule for _, found in excluded for rule in {refusal.breach.rule for refusal in found})
    rules = sorted(often, key=lambda rule: (-often[rule], int(rule[1:])))[:2]
    facts = (("homes", len(excluded)), ("rules", words.listed(RULES[rule] for rule in rules)))
    return (NOTHING_FITS if len(excluded) > 1 else ONLY_HOME_DOES_NOT_FIT).fill(facts)


def _changes(unit: Unit, world: World, options: tuple[Option, ...], excluded: tuple[Refused, ...]) -> Iterator[Phrase]:
    yield from _ceiling(excluded)
    yield from _more_places(unit, world, options, excluded)
    alone = [(home, found[0]) for home, found in excluded if len(found) == 1 and found[0].breach.rule in HOME_RULES]
    for home, refusal in alone[:MOST_CHANGES]:
        yield AT_HOME.fill((("home", home.display_name), ("change", words.inner(refusal.change))))


def _more_places(
    unit: Unit, world: World, options: tuple[Option, ...], excluded: tuple[Refused, ...]
) -> Iterator[Phrase]:
    """The homes that need the fewest more places, and how many: others take theirs, or they are full."""
    lacking = [(option.places, option.home) for option in planned(options)]
    for home, found in excluded:
        if {refusal.breach.rule for refusal in found} <= PLACE_RULES:
            lacking.append((max(1, places_used(unit, home) - world.open_places(home)), home))
    if lacking:
        fewest = min(places for places, _ in lacking)
        homes = _either([home for places, home in lacking if places == fewest])
        yield (ONE_MORE_PLACE if fewest == 1 else MORE_PLACES).fill((("n", fewest), ("homes", homes)))


def _ceiling(excluded: tuple[Refused, ...]) -> Iterator[Phrase]:
    """The lowest ceiling that would make homes fit, and how many."""
    above = Counter(h.step for h, found in excluded if len(found) == 1 and found[0].breach is STEP_ABOVE_CEILING)
    if above:
        step = min(above)
        yield RAISE_CEILING.fill((("step", step), ("homes", words.counted(above[step], ONE_HOME, HOMES))))


def _either(homes: list[Home]) -> Phrase:
    names = [words.same(home.display_name) for home in homes[:MOST_CHANGES]]
    return words.either(names)


LATER_PASS = Phrase(
    "Udslusning er ikke med i planen: en flytning kræver først en opfølgning med barnets syn",
    "Stepping down is not part of the plan: a move first needs a review with the child's view",
)
TAKEN = Phrase(
    "De hjem, der passer, har ikke pladser til alle, der venter",
    "The homes that fit do not have places for all who wait",
)
ABOVE_NEED_ONLY = Phrase(
    "Kun hjem over behovstrinnet passer; de står på barnets egen liste, men planen bruger dem ikke",
    "Only homes above the need step fit; they stand on the child's own list, but the plan does not use them",
)
NO_HOMES = Phrase("Myndigheden har ingen hjem at søge i", "The authority has no homes to search")
NOTHING_FITS = Phrase(
    "Ingen af {homes} hjem passer, oftest på grund af {rules}",
    "None of {homes} homes fits, most often because of {rules}",
)
ONLY_HOME_DOES_NOT_FIT = Phrase(
    "Det eneste hjem passer ikke på grund af {rules}", "The only home does not fit because of {rules}"
)
RAISE_CEILING = Phrase(
    "Hæves loftet til trin {step}, passer {homes}", "With the ceiling raised to step {step}, {homes}"
)
ONE_HOME, HOMES = Phrase("1 hjem", "1 home fits"), Phrase("{n} hjem", "{n} homes fit")
ONE_MORE_PLACE = Phrase("Én plads mere hos {homes}", "One more place with {homes}")
MORE_PLACES = Phrase("{n} pladser mere hos {homes}", "{n} more places with {homes}")
AT_HOME = Phrase("{home}: {change}", "{home}: {change}")

RULES = {
    "R1": Phrase("mangel på ledige pladser", "a lack of free places"),
    "R2": Phrase("godkendelse og attester", "approval and certificates"),
    "R3": Phrase("alder", "age"),
    "R4": Phrase("det godkendte antal", "the approved number"),
    "R5": Phrase("behovets omfang", "the need level"),
    "R6": Phrase("kompetencer", "competences"),
    "R7": Phrase("hjemmets type", "the type of home"),
    "R8": Phrase("beskyttelse", "protection"),
    "R9": Phrase("køn", "gender"),
    "R10": Phrase("søskende", "siblings"),
    "R11": Phrase("KRITH-kurset", "the KRITH course"),
    "R12": Phrase("manglende godkendelse", "missing approval"),
    "R13": Phrase("tilgængelighed", "accessibility"),
    "R14": Phrase("trinnet på indsatstrappen", "the step of the ladder"),
    "R15": Phrase("råderet over pladsen", "the right to use the place"),
}
