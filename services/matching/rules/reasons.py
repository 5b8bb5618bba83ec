"""Why a place fits, in words and then in figures: step and siblings, levels of their own, then the criteria."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from havn.matching.v1 import matching_pb2 as pb
from services.matching.rules import words
from services.matching.rules.criteria import CRITERIA, Met
from services.matching.rules.facts import World
from services.matching.rules.options import Option
from services.matching.rules.words import Phrase


@dataclass(frozen=True, slots=True)
class Siblings:
    """Wished bonds of the unit: how many, and how many the home can keep, here or by a larger unit."""

    wished: int
    kept: int


def reasons(option: Option, siblings: Siblings, world: World) -> list[pb.Reason]:
    """Step and siblings first; then the criteria, heaviest first. What is no criterion, or does not apply, weighs 0."""
    weights = world.policy.weights
    by_weight = sorted(range(len(CRITERIA)), key=lambda position: -weights[NAMES[position]])
    found = [_message("step", _step(option, world), 0)]
    about_siblings = _siblings(option, siblings)
    if about_siblings:
        found.append(_message("siblings", about_siblings, 0))
    return found + [
        _message(NAMES[position], _of_all(option, position), weights[NAMES[position]]) for position in by_weight
    ]


def summary(option: Option, siblings: Siblings, world: World) -> Phrase:
    """The place in one sentence, such as "Family in Paamiut, foster family as assessed, same town, 174 kr. a day."."""
    said = [_step(option, world), *(_of_all(option, NAMES.index(name)) for name in ("town", "language"))]
    said += [met for met in (_siblings(option, siblings), _of_all(option, NAMES.index("school"))) if met]
    parts = [words.inner(met.words) for met in said if met.met is not None]
    where = (FAMILY_IN if option.home.is_family else UNIT_IN).fill((("town", option.home.town),))
    cost = COST_UNKNOWN if option.cost.rate is None else A_DAY.fill((("kr", words.kroner(option.cost.known)),))
    sentence = [where, *parts, cost]
    return Phrase(", ".join(part.da for part in sentence) + ".", ", ".join(part.en for part in sentence) + ".")


def _step(option: Option, world: World) -> Met:
    steps = max(option.steps_above)
    facts = (("name", words.opening(world.policy.ladder[option.home.step].name)),)
    if option.home.step < option.unit.need_step:
        return Met(0, BELOW_NEED, facts)
    if not steps:
        return Met(100, AS_ASSESSED, facts)
    return Met(max(0, 100 - 25 * steps), ABOVE_NEED, (*facts, ("steps", words.counted(steps, ONE_STEP, STEPS))))


def _siblings(option: Option, siblings: Siblings) -> Met | None:
    if len(option.unit.children) > 1:
        return Met(100, TAKES_BOTH if len(option.unit.children) == 2 else TAKES_ALL)
    if not siblings.wished:
        return None
    facts = (("kept", siblings.kept), ("wished", siblings.wished))
    return Met(round(100 * siblings.kept / siblings.wished), KEEPS_BONDS if siblings.kept else KEEPS_NO_BOND, facts)


def _of_all(option: Option, position: int) -> Met:
    """A criterion over all children of the unit: the mean, and each thing said once; wished competences as a share."""
    mets = [fit.criteria[position] for fit in option.fits]
    counting = [met.met for met in mets if met.met is not None]
    if len(mets) == 1 or not counting:
        return mets[0]
    mean = round(sum(counting) / len(counting))
    if NAMES[position] == "competences":
        return Met(mean, COMPETENCES_OF_ALL, (("share", mean),))
    said = dict.fromkeys(met.words for met in mets if met.met is not None)
    return Met(mean, Phrase("{all}", "{all}"), (("all", _one_after_another(list(said))),))


def _one_after_another(said: list[Phrase]) -> Phrase:
    return Phrase("; ".join(phrase.da for phrase in said), "; ".join(phrase.en for phrase in said))


@lru_cache(maxsize=20_000)
def _message(criterion: str, met: Met, weight: int) -> pb.Reason:
    applies = met.met is not None
    return pb.Reason(criterion=criterion, words=met.words.message(), met=met.met or 0, weight=weight if applies else 0)


NAMES = tuple(CRITERIA)

FAMILY_IN, UNIT_IN = (
    Phrase("Familie i {town}", "Family in {town}"),
    Phrase("Institution i {town}", "Institution in {town}"),
)
A_DAY = Phrase("{kr} pr. dag", "{kr} a day")
COST_UNKNOWN = Phrase("udgiften er ukendt", "cost unknown")
AS_ASSESSED = Phrase("{name} som vurderet", "{name} as assessed")
BELOW_NEED = Phrase("{name} under behovstrinnet, kun for i nat", "{name} below the need step, only for tonight")
ABOVE_NEED = Phrase("{name}: {steps} over behovet", "{name}: {steps} above the need")
ONE_STEP, STEPS = Phrase("1 trin", "1 step"), Phrase("{n} trin", "{n} steps")
TAKES_BOTH = Phrase("Tager begge søskende", "Takes both siblings")
TAKES_ALL = Phrase("Tager alle søskende", "Takes all siblings")
KEEPS_BONDS = Phrase("Bevarer {kept} af {wished} ønskede søskendebånd", "Keeps {kept} of {wished} wished sibling bonds")
KEEPS_NO_BOND = Phrase("Kan ikke samle de søskende, der ønskes samlet", "Cannot unite the siblings wished together")
COMPETENCES_OF_ALL = Phrase("Har {share} % af de ønskede kompetencer", "Has {share} % of the wished competences")
