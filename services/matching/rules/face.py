"""The plans that are still allowed once some levels are settled, and what can be proven of them in exact integers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from havn.matching.v1 import problem_pb2 as pb
from services.matching.rules.program import Integers, columns, rows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Prices are rounded to multiples of 1/FINEST: simplex noise (1e-9) vanishes, halves and quarters stay exact.
FINEST = 2**20
# Scaled sums stay a factor 4 below what an int64 holds.
LARGEST_SCALED_SUM = 2.0**61


@dataclass(frozen=True)
class Certificate:
    """A proof, by prices of the rows, that no plan of a face costs less than `bound`.

    The cost of a plan is `lowest`, plus the `reduced` cost of each option where it departs from the cheapest choice,
    plus the price of each unit by which it leaves a row short of its limit, all in units of 1/`scale`.
    """

    scale: int
    prices: Integers
    reduced: Integers
    lowest: int

    @property
    def bound(self) -> int:
        """The lowest cost, rounded up: costs are integers."""
        return -(-self.lowest // self.scale)


@dataclass(frozen=True)
class Face:
    """Plans are 0/1 vectors over all options, between `lower` and `upper`, that keep each row's limit.

    A tight row is kept with equality. Entries stand in `row`, `column` and `coefficient`.
    """

    lower: Integers
    upper: Integers
    row: Integers
    column: Integers
    coefficient: Integers
    limit: Integers
    tight: Flags

    @cached_property
    def open(self) -> Integers:
        """The options that are not settled yet."""
        return np.flatnonzero(self.lower < self.upper)

    @cached_property
    def at_stake(self) -> tuple[Integers, Integers]:
        """The rows that the open options could break, and these options' entries in them."""
        is_open = self.lower < self.upper
        most = self._row_sums(np.maximum(self.coefficient, 0) * is_open[self.column])
        left = self.limit - self.activity(self.lower)
        touched = self.row[is_open[self.column]]
        can_break = most > left
        can_break[touched] |= self.tight[touched]
        entries = np.flatnonzero(is_open[self.column] & can_break[self.row])
        return np.flatnonzero(can_break), entries

    def activity(self, plan: Integers) -> Integers:
        """What each row adds up to."""
        return self._row_sums(self.coefficient * plan[self.column])

    def admits(self, plan: Integers) -> bool:
        """Whether the plan is one of the face's."""
        within = bool(np.all((self.lower <= plan) & (plan <= self.upper)))
        gap = self.limit - self.activity(plan)
        return within and bool(np.all(np.where(self.tight, gap == 0, gap >= 0)))

    def first_prices(self, cost: Integers) -> Floats:
        """Prices for a bound without a solver: each option is charged to the first row that holds it, no other."""
        columns, entries = np.unique(self.column, return_index=True)
        gains = np.where(self.lower < self.upper, np.minimum(cost, 0), 0)
        prices = np.zeros(len(self.limit))
        np.minimum.at(prices, self.row[entries], gains[columns])
        return prices

    def certificate(self, cost: Integers, prices: Floats) -> Certificate:
        """What these prices of the rows prove about `cost`.

        By Lagrangian duality any prices do, if not positive on rows that are not tight. So rounding the solver's floats
        may cost sharpness, never truth.
        """
        priced = np.where(self.tight, prices, np.minimum(prices, 0))
        largest = self._largest_sum(cost, priced)
        if largest > LARGEST_SCALED_SUM:
            return self.certificate(cost, np.zeros(len(self.limit)))
        scale = min(FINEST, int(LARGEST_SCALED_SUM / max(largest, 1)))
        rounded = np.rint(priced * scale).astype(np.int64)
        reduced = cost * scale
        np.subtract.at(reduced, self.column, self.coefficient * rounded[self.row])
        cheapest = np.where(reduced > 0, self.lower, self.upper)
        return Certificate(scale, rounded, reduced, int(rounded @ self.limit + reduced @ cheapest))

    def narrowed(self, cost: Integers, certificate: Certificate, allowed: int) -> Face:
        """The plans that cost at most `allowed`: settled options, tight rows and, only if it takes one, a new row.

        Without the new row, which is dense, the face keeps the integral vertices of an assignment problem.
        """
        leeway = allowed * certificate.scale - certificate.lowest
        free = self.lower < self.upper
        face = replace(
            self,
            lower=np.where(free & (-certificate.reduced > leeway), 1, self.lower),
            upper=np.where(free & (certificate.reduced > leeway), 0, self.upper),
            tight=self.tight | (-certificate.prices > leeway),
        )
        return face if face._highest(certificate) < (allowed + 1) * certificate.scale else face._with_row(cost, allowed)

    def _highest(self, certificate: Certificate) -> int:
        """No plan of this face costs more, over the certificate's scale."""
        least = np.where(self.coefficient > 0, self.lower[self.column], self.upper[self.column])
        slack = np.where(self.tight, 0, self.limit - self._row_sums(self.coefficient * least))
        spread = np.abs(certificate.reduced[self.open]).sum() - certificate.prices @ slack
        return certificate.lowest + int(spread)

    def _with_row(self, cost: Integers, limit: int) -> Face:
        columns = np.flatnonzero(cost)
        return replace(
            self,
            row=np.append(self.row, np.full(len(columns), len(self.limit))),
            column=np.append(self.column, columns),
            coefficient=np.append(self.coefficient, cost[columns]),
            limit=np.append(self.limit, limit),
            tight=np.append(self.tight, False),
        )

    def _row_sums(self, entries: Integers) -> Integers:
        sums = np.zeros(len(self.limit), dtype=np.int64)
        np.add.at(sums, self.row, entries)
        return sums

    def _largest_sum(self, cost: Integers, prices: Floats) -> float:
        """No partial sum of a certificate is larger, before scaling."""
        weights = self._row_sums(np.abs(self.coefficient)) + np.abs(self.limit)
        return float(np.abs(cost).sum() + np.abs(prices) @ weights)


def whole_face(problem: pb.Problem) -> Face:
    """Every plan that the problem allows."""
    at = columns(problem)
    found = rows(problem, at)
    row = np.repeat(np.arange(len(found)), _integers(len(row.columns) for row in found))
    column = _integers(chain.from_iterable(row.columns for row in found))
    order = np.lexsort((column, row))
    upper = np.zeros(len(problem.options), dtype=np.int64)
    upper[list(chain.from_iterable(at.of_home.values()))] = 1
    return Face(
        lower=np.zeros_like(upper),
        upper=upper,
        row=row[order],
        column=column[order],
        coefficient=_integers(chain.from_iterable(row.coefficients for row in found))[order],
        limit=_integers(row.limit for row in found),
        tight=np.zeros(len(found), dtype=np.bool_),
    )


def _integers(numbers: Iterable[int]) -> Integers:
    return np.fromiter(numbers, dtype=np.int64)
