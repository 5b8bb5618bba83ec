"""Wording of the levels of the plan, and of what another choice changes in them."""

from __future__ import annotations

from dataclasses import dataclass

from services.matching.rules.words import Phrase, counted

Forms = tuple[Phrase, Phrase]


@dataclass(frozen=True, slots=True)
class LevelWords:
    """What a level counts; on a main level also what one child more, or fewer, means for others (one, several)."""

    counts: Phrase
    more: Forms | None = None
    fewer: Forms | None = None

    def effect(self, change: int) -> Phrase:
        """A change that is not 0, in words.

        Raises:
            ValueError: the level is no main level.
        """
        forms = self.more if change > 0 else self.fewer
        if forms is None:
            raise ValueError("only main levels count children")
        return counted(abs(change), *forms)


def overdue(more_than: int, to: int | None) -> LevelWords:
    """The words of a class of overdue children, in days past the place-by date."""
    da = f"mere end {more_than} dage" if to is None else f"{more_than + 1}–{to} dage"
    en = f"more than {more_than} days" if to is None else f"{more_than + 1}–{to} days"
    return LevelWords(
        Phrase(
            f"Børn, {da} over fristen, der får en varig plads", f"Children {en} past their date who get a lasting place"
        ),
        more=(
            Phrase(f"ét andet barn, {da} over fristen, får en plads", f"one other child, {en} overdue, gets a place"),
            Phrase(
                f"{{n}} andre børn, {da} over fristen, får en plads", f"{{n}} other children, {en} overdue, get a place"
            ),
        ),
        fewer=(
            Phrase(f"ét andet barn, {da} over fristen, venter", f"one other child, {en} overdue, waits"),
            Phrase(f"{{n}} andre børn, {da} over fristen, venter", f"{{n}} other children, {en} overdue, wait"),
        ),
    )


def above(height: int) -> LevelWords:
    """The words of children that are placed so many steps above their need step."""
    da, en = f"{height} trin over sit behov", f"{height} step{'s' if height > 1 else ''} above its need"
    many_da, many_en = da.replace("sit", "deres"), en.replace("its need", "their needs")
    return LevelWords(
        Phrase(f"Børn over fristen, anbragt {many_da}", f"Overdue children placed {many_en}"),
        more=(
            Phrase(f"ét andet barn anbringes {da}", f"one other child is placed {en}"),
            Phrase(f"{{n}} andre børn anbringes {many_da}", f"{{n}} other children are placed {many_en}"),
        ),
        fewer=(
            Phrase(f"ét andet barn undgår at blive anbragt {da}", f"one other child avoids being placed {en}"),
            Phrase(
                f"{{n}} andre børn undgår at blive anbragt {many_da}",
                f"{{n}} other children avoid being placed {many_en}",
            ),
        ),
    )


SAFE_TONIGHT = LevelWords(
    Phrase("Børn i fare med et trygt sted i nat", "Children in danger with a safe place tonight"),
    more=(
        Phrase("ét andet barn i fare får et trygt sted i nat", "one other child in danger gets a safe place tonight"),
        Phrase(
            "{n} andre børn i fare får et trygt sted i nat", "{n} other children in danger get a safe place tonight"
        ),
    ),
    fewer=(
        Phrase(
            "ét andet barn i fare mangler et trygt sted i nat", "one other child in danger lacks a safe place tonight"
        ),
        Phrase(
            "{n} andre børn i fare mangler et trygt sted i nat",
            "{n} other children in danger lack a safe place tonight",
        ),
    ),
)
DANGER_ABOVE_NEED = LevelWords(
    Phrase("Børn i fare anbragt over deres behovstrin", "Children in danger placed above their need step"),
    more=(
        Phrase(
            "ét andet barn i fare anbringes over sit behovstrin",
            "one other child in danger is placed above its need step",
        ),
        Phrase(
            "{n} andre børn i fare anbringes over deres behovstrin",
            "{n} other children in danger are placed above their need step",
        ),
    ),
    fewer=(
        Phrase(
            "ét andet barn i fare undgår at blive anbragt over sit behovstrin",
            "one other child in danger avoids being placed above its need step",
        ),
        Phrase(
            "{n} andre børn i fare undgår at blive anbragt over deres behovstrin",
            "{n} other children in danger avoid being placed above their need step",
        ),
    ),
)
OVERDUE_FREE_TODAY = LevelWords(
    Phrase("Børn over fristen, hvis plads er ledig i dag", "Overdue children whose place is free today"),
    more=(
        Phrase(
            "ét andet barn over fristen får en plads, der er ledig i dag",
            "one other overdue child gets a place that is free today",
        ),
        Phrase(
            "{n} andre børn over fristen får en plads, der er ledig i dag",
            "{n} other overdue children get a place that is free today",
        ),
    ),
    fewer=(
        Phrase(
            "ét andet barn over fristen får ikke en plads, der er ledig i dag",
            "one other overdue child gets no place that is free today",
        ),
        Phrase(
            "{n} andre børn over fristen får ikke en plads, der er ledig i dag",
            "{n} other overdue children get no place that is free today",
        ),
    ),
)
PLACED = LevelWords(
    Phrase(
        "Øvrige børn med en varig plads på deres behovstrin", "Other children with a lasting place at their need step"
    ),
    more=(
        Phrase("ét andet barn får en plads", "one other child gets a place"),
        Phrase("{n} andre børn får en plads", "{n} other children get a place"),
    ),
    fewer=(
        Phrase("ét andet barn venter", "one other child waits"),
        Phrase("{n} andre børn venter", "{n} other children wait"),
    ),
)
SIBLING_BONDS = LevelWords(Phrase("Bevarede søskendebånd efter ønske", "Wished sibling bonds kept"))
POOR_FITS = LevelWords(Phrase("Børn, hvis plads passer dårligt", "Children whose place is a poor fit"))
MISFIT = LevelWords(
    Phrase("Point, som pladserne mangler i at passe helt, lagt sammen", "Points that the places lack in fit, summed")
)
COST = LevelWords(Phrase("Offentlig udgift pr. dag i kroner", "Public cost a day in kroner"))
MISFIT_AT_COST = LevelWords(
    Phrase(
        "Point, som pladserne mangler i at passe helt, ved denne udgift",
        "Points that the places lack in fit, at this cost",
    )
)
KEPT = LevelWords(Phrase("Børn, der beholder det viste hjem", "Children who keep the home shown before"))
ORDER = LevelWords(
    Phrase("Fast rækkefølge, så der kun er ét svar", "Canonical order, so that there is one answer"),
)
