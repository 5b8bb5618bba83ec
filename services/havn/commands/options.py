"""Options and arguments that several commands share."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.havn.importing.cells import NotAllowed, day_in
from services.havn.views.phrases import Lang


class User(StrEnum):
    """Who may be asked as: the users of services.havn.users, whose import of keys would cost each command time."""

    COORDINATOR = "coordinator"
    CASEWORKER = "caseworker"
    CONSULTANT = "consultant"
    INSTITUTION = "institution"
    LEADER = "leader"
    COUNCIL = "council"
    FOSTER_FAMILY = "foster-family"
    CENTRAL_LIST = "central-list"
    COMMITTEE = "committee"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    STRANGER = "stranger"


def day(text: str) -> date:
    """A day as 2026-03-02 or 02-03-2026, as in files. Raises typer.BadParameter."""
    try:
        return day_in(text)
    except NotAllowed as error:
        raise typer.BadParameter(f"{text!r} is no day: write it as 2026-03-02 or 02-03-2026") from error


def folder_name(text: str) -> Path:
    """A folder. Raises typer.BadParameter for a text without any, which would mean the folder that one stands in."""
    if not text:
        raise typer.BadParameter("the folder has no name")
    return Path(text)


Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Language = Annotated[Lang, typer.Option("--lang", envvar="HAVN_LANG", help="Language of the answer.")]
As = Annotated[User, typer.Option("--as", help="The demo user to ask as.")]
