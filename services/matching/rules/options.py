"""Options: a unit in a home that breaks no hard rule, with what it uses and how well it fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from havn.matching.v1 import matching_pb2 as pb
from services.matching.rules.children import Child
from services.matching.rules.constraints import fits
from services.matching.rules.cost import Cost, cost
from services.matching.rules.criteria import CRITERIA, Met
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.units import Unit, kept_bonds, places_used


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a home fits one child: 0 to 100, its class, and each criterion in the order of CRITERIA."""

    value: int
    fit_class: pb.FitClass.ValueType
    criteria: tuple[Met, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """A unit in a home. `fits` and `steps_above` are by child, in the order of the unit; `tonight`: free today."""

    unit: Unit
    home: Home
    places: int
    fits: tuple[Fit, ...]
    steps_above: tuple[int, ...]
    tonight: bool
    bonds: int
    cost: Cost

    @property
    def fit(self) -> int:
        """The mean of the children's fits, rounded."""
        return round(sum(fit.value for fit in self.fits) / len(self.fits))

    @property
    def fit_class(self) -> pb.FitClass.ValueType:
        """The worst of the children's classes."""
        return max(fit.fit_class for fit in self.fits)


@dataclass(frozen=True)
class Options:
    """Options of a world, each found once and kept; a child's fit in a home serves all units that it is in."""

    world: World
    _fits: dict[tuple[str, str], Fit] = field(default_factory=dict)
    _of: dict[tuple[str, bool], tuple[Option, ...]] = field(default_factory=dict)

    def of(self, unit: Unit) -> tuple[Option, ...]:
        """The unit's options, by home; a unit for tonight only has emergency places."""
        key = (unit.name, unit.tonight_only)
        if key not in self._of:
            self._of[key] = tuple(self._option(unit, home) for home in fitting(unit, self.world))
        return self._of[key]

    def all(self, units: Iterable[Unit]) -> tuple[Option, ...]:
        """The options of all units, in their order."""
        return tuple(option for unit in units for option in self.of(unit))

    def _option(self, unit: Unit, home: Home) -> Option:
        return Option(
            unit=unit,
            home=home,
            places=places_used(unit, home),
            fits=tuple(self._fit(child, home) for child in unit.children),
            steps_above=tuple(max(0, home.step - child.need_step) for child in unit.children),
            tonight=free_today(home, self.world),
            bonds=kept_bonds(unit, home, self.world),
            cost=cost(unit, home, self.world),
        )

    def _fit(self, child: Child, home: Home) -> Fit:
        key = (child.request, home.name)
        if key not in self._fits:
            self._fits[key] = fit(child, home, self.world)
        return self._fits[key]


def fitting(unit: Unit, world: World) -> Iterator[Home]:
    """The homes that break no hard rule for the unit, by name; a unit for tonight only has emergency places."""
    homes = (home for home in world.usable_homes if home.emergency or not unit.tonight_only)
    return (home for home in homes if fits(unit, home, world))


def free_today(home: Home, world: World) -> bool:
    """Whether what the home says is free is so today."""
    return home.free is not None and home.free.from_date <= world.day


def fit(child: Child, home: Home, world: World) -> Fit:
    """The weighted mean of the criteria that apply to the child."""
    criteria = tuple(criterion(child, home, world) for criterion in CRITERIA.values())
    value = weighted(criteria, world.policy.weights)
    return Fit(value, world.policy.fit_class(value), criteria)


def weighted(criteria: Iterable[Met], weights: Mapping[str, int]) -> int:
    """The weighted mean, 0 to 100, of those criteria that apply; 100 where no weight counts."""
    counting = [(weights[name], met.met) for name, met in zip(CRITERIA, criteria, strict=True) if met.met is not None]
    total = sum(weight for weight, _ in counting)
    return round(sum(weight * met for weight, met in counting) / total) if total else 100
