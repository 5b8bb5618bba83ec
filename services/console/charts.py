"""Charts of bars, drawn by the server: few figures to compare at a glance, each also told in words and in a table.

What a bar says is its length and the words beside it, never its colour, so that paper and grey lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LINE = 44
"""Pixels from one bar to the next: its words, and itself below them."""


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
        longest = max((bar.value for bar in self.bars), default=0) or 1
        return [(LINE * number, round(100 * bar.value / longest, 1), bar) for number, bar in enumerate(self.bars)]
