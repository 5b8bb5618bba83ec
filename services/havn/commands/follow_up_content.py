"""A follow-up's content, from options."""

import hashlib

import typer

from havn.families.v1.families_pb2 import FollowUpAction, LogFollowUpRequest
from services.havn.importing.cells import NotAllowed, day_in
from services.shared.wire import date_message

ACTION_FORM = "WHAT | WHO | 2026-03-02"


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
