"""Messages in files, as people write them: JSON with the contract's names."""

import json
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from services.havn.commands.failures import FileUnusable
from services.havn.importing.cells import NotAllowed, day_in

M = TypeVar("M", bound=Message)


def message_in(path: Path, empty: M, noun: str) -> M:
    """The message in a JSON file; days may be written as 2026-03-02. `noun` is what the file is to hold.

    Raises FileUnusable for what holds none, OSError for a file that can't be read.
    """
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        if not isinstance(content, dict):
            raise ValueError("it must be an object, in braces")
        return ParseDict(_with_dates(content), empty)
    except NotAllowed as error:
        raise FileUnusable(f"{path}: holds a date that is no day: write it as 2026-03-02.") from error
    except (ValueError, RecursionError, ParseError) as error:
        raise FileUnusable(f"{path}: holds no {noun} as JSON: {error}.") from error


def _with_dates(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The same JSON, with each "…_date" that is a text as the message of its day."""
    if isinstance(value, list):
        return [_with_dates(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _day(each) if name.endswith(("_date", "Date")) and isinstance(each, str) else _with_dates(each)
        for name, each in value.items()
    }


def _day(text: str) -> dict[str, int]:
    given = day_in(text)
    return {"year": given.year, "month": given.month, "day": given.day}
