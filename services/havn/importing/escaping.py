"""Cells that were protected from a spreadsheet, and lists within a cell: both are undone exactly."""

import re
from collections.abc import Iterable

from services.shared.cells import APOSTROPHE, RISKY

LIST_SEPARATOR = "|"

_PART = re.compile(r"(?:\\.|[^\\|]|\\$)+", re.DOTALL)
_PIECE = re.compile(r"(?:\\.|[^\\:]|\\$)*", re.DOTALL)
_SPECIAL = re.compile(r"[\\|:]")
_ESCAPED = re.compile(r"\\([\\|:\s])")


def unprotected(cell: str) -> str:
    """The text of a cell. Spaces around it mean nothing, unless it was protected."""
    if cell[:1] == APOSTROPHE:
        text = cell[1:]
        if text[:1] in RISKY or text[:1] == APOSTROPHE or text != text.strip():
            return text
    return cell.strip()


def joined(parts: Iterable[str]) -> str:
    """Parts, each made by `part`, in one cell."""
    return f" {LIST_SEPARATOR} ".join(parts)


def part(text: str) -> str:
    """A text as one part of a list."""
    first = "\\" if text[:1].isspace() else ""
    escaped = first + _SPECIAL.sub(r"\\\g<0>", text)
    if len(text) > 1 and text[-1].isspace():
        escaped = f"{escaped[:-1]}\\{escaped[-1]}"
    return escaped


def parts(cell: str) -> list[str]:
    """The parts of a cell, without the spaces around them and still escaped; empty ones mean nothing."""
    return [found for found in map(_trimmed, _PART.findall(cell)) if found]


def pieces(cell: str, most: int) -> list[str]:
    """A part taken apart at its colons, still escaped: so many pieces at most, the last one with the rest."""
    found: list[str] = []
    position = 0
    while len(found) < most - 1:
        match = _PIECE.match(cell, position)
        end = match.end() if match else position
        found.append(_trimmed(cell[position:end]))
        if end >= len(cell):
            return found
        position = end + 1
    return [*found, _trimmed(cell[position:])]


def plain(escaped: str) -> str:
    """The text of a part or piece."""
    return _ESCAPED.sub(r"\1", escaped)


def _trimmed(escaped: str) -> str:
    """Without the spaces around it, but for those that a backslash keeps."""
    text = escaped.lstrip()
    trimmed = text.rstrip()
    kept_by_backslash = len(trimmed) < len(text) and (len(trimmed) - len(trimmed.rstrip("\\"))) % 2
    return text[: len(trimmed) + 1] if kept_by_backslash else trimmed
