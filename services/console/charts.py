"""Charts of bars and of series, drawn by the server: few figures at a glance, each also told in words and in a table.

What they say is said by length, place and the words beside it, never by colour, so that paper and grey lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LINE = 44
"""Pixels from one bar to the next: its words, and itself below them; from one step of a series to the next."""

EDGE = 2
"""Percent of the width that a series leaves free at each side, so that no dot is cut off."""


@dataclass(frozen=True)
class Bar:
    """One figure: what it is of, how much, the same in words, and where its list opens."""

    label: str
    value: float
    told: str
    path: str = ""


@dataclass(frozen=True)
class Chart:
    """Bars under a title. Of a trend they are days, the latest last; of groups the longest comes first."""

    title: str
    bars: Sequence[Bar]
    label_head: str
    """What the labels are, above them in the table."""
    full: float = 0
    """The figure of a bar as long as can be; 0 where the longest one's is."""

    @property
    def alternative(self) -> str:
        """All that it shows, for whoever does not see it."""
        return f"{self.title}. " + "; ".join(f"{bar.label}: {bar.told}" for bar in self.bars)

    @property
    def height(self) -> int:
        """Pixels."""
        return LINE * len(self.bars)

    @property
    def lines(self) -> list[tuple[int, float, Bar]]:
        """Where each bar begins from above, and its length as a share of the longest, in percent."""
        longest = self.full or max((bar.value for bar in self.bars), default=0) or 1
        return [(LINE * number, round(100 * bar.value / longest, 1), bar) for number, bar in enumerate(self.bars)]


@dataclass(frozen=True)
class Point:
    """One observation of a series: when, on which step, and the same in words."""

    on: date
    value: int
    told: str
    day: str
    """The day as it is written."""
    marked: bool = False
    """Whether somebody was told of it: it has a ring."""


@dataclass(frozen=True)
class Series:
    """How something went over time, on steps that each have a name: the earliest first."""

    title: str
    points: Sequence[Point]
    steps: Sequence[str]
    """Their names, the lowest first."""

    @property
    def alternative(self) -> str:
        """All that it shows, for whoever does not see it."""
        return f"{self.title}. " + "; ".join(f"{point.day}: {point.told}" for point in self.points)

    @property
    def height(self) -> int:
        """Pixels: a line for each step, and one for the days below them."""
        return LINE * (len(self.steps) + 1)

    @property
    def grid(self) -> list[tuple[int, str]]:
        """Where the line of each step lies from above, and its name; the highest first."""
        return [(self._height_of(value), self.steps[value - 1]) for value in range(len(self.steps), 0, -1)]

    @property
    def dots(self) -> list[tuple[float, int, Point]]:
        """Where each point lies: in percent from the left by its day, in pixels from above by its step."""
        return [(self._share(point.on), self._height_of(point.value), point) for point in self.points]

    def _height_of(self, value: int) -> int:
        return LINE * (len(self.steps) - value) + LINE * 3 // 4

    def _share(self, on: date) -> float:
        first, last = self.points[0].on, self.points[-1].on
        days = (last - first).days
        return round(EDGE + (100 - 2 * EDGE) * (on - first).days / days, 1) if days else 50.0
