"""What stands in the way of an import, by file, row and column. Nothing here repeats what a cell holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from havn.terms.v1 import terms_pb2


@dataclass(frozen=True)
class Place:
    """Where rows stand: a file, and of a workbook a sheet."""

    file: str
    sheet: str = ""

    def __str__(self) -> str:
        return f"{self.file}, {self.sheet}" if self.sheet else self.file


@dataclass(frozen=True)
class Problem:
    """One thing to mend."""

    place: Place
    # As a spreadsheet counts, the header being 1; 0 when it is about the whole file.
    row: int
    # Name of the column, or its letter where the name is not known; empty when it is about the whole row.
    column: str
    words: terms_pb2.Words

    def __str__(self) -> str:
        place = [str(self.place), f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.words.en}"


@dataclass(frozen=True)
class Problems:
    """Everything that was found, in the order of the files."""

    found: tuple[Problem, ...]
    # Of more than can be told one by one, how many there are besides.
    untold: int = 0

    @classmethod
    def of(cls, several: Iterable["Problems"]) -> "Problems":
        """The problems of several services as one."""
        listed = list(several)
        return cls(tuple(each for one in listed for each in one.found), sum(one.untold for one in listed))


def words(da: str, en: str) -> terms_pb2.Words:
    """The same sentence in Danish and English."""
    return terms_pb2.Words(da=da, en=en)
