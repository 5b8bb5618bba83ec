"""A follow-up's content, from options or a file."""

import hashlib
import json
from pathlib import Path
from typing import Any

import typer
from google.protobuf.json_format import ParseDict, ParseError

from havn.families.v1.families_pb2 import FollowUp, FollowUpAction, LogFollowUpRequest
from services.havn.commands.failures import FileUnusable
from services.havn.importing.cells import NotAllowed, day_in
from services.shared.wire import date_message

ACTION_FORM = "WHAT | WHO | 2026-03-02"


def from_file(path: Path) -> FollowUp:
    """The follow-up in a JSON file with the contract's names; days may be written as 2026-03-02.

    Raises FileUnusable for what is no follow-up, OSError for a file that can't be read.
    """
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        if not isinstance(content, dict):
            raise ValueError("it must be an object, in braces")
        return ParseDict(_with_dates(content), FollowUp())
    except NotAllowed as error:
        raise FileUnusable(f"{path}: holds a date that is no day: write it as 2026-03-02.") from error
    except (ValueError, RecursionError, ParseError) as error:
        raise FileUnusable(f"{path}: holds no follow-up as JSON: {error}.") from error


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


def action(text: str) -> FollowUpAction:
    """An agreed action. Raises typer.BadParameter for what is none."""
    try:
        what, owner, due = (part.strip() for part in text.split("|"))
        return FollowUpAction(what=what, owner=owner, due_date=date_message(day_in(due)))
    except (ValueError, NotAllowed) as error:
        raise typer.BadParameter(f"{text!r} is no action: write it as {ACTION_FORM!r}") from error


def content_key(request: LogFollowUpRequest) -> str:
    """A key that the same content always gets, so that logging it twice saves it once."""
    return f"follow-up-{hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()[:32]}"
