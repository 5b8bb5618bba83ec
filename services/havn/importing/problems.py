"""What stands in the way of an import, by file, row and column. Nothing here repeats what a cell holds."""

from dataclasses import dataclass

from havn.terms.v1 import terms_pb2


@dataclass(frozen=True)
class Problem:
    """One thing to mend."""

    file: str
    # As a spreadsheet counts, the header being 1; 0 when it is about the whole file.
    row: int
    # Name of the column, or its letter where the name is not known; empty when it is about the whole row.
    column: str
    words: terms_pb2.Words

    def __str__(self) -> str:
        place = [self.file, f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.words.en}"


@dataclass(frozen=True)
class Problems:
    """Everything that was found, in the order of the files."""

    found: tuple[Problem, ...]


def words(da: str, en: str) -> terms_pb2.Words:
    """The same sentence in Danish and English."""
    return terms_pb2.Words(da=da, en=en)
