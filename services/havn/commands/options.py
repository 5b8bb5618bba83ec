"""Options and arguments that several commands share."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from services.havn.views.words import Lang


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
    """A day as 2026-03-02. Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day: write it as 2026-03-02") from error


Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Language = Annotated[Lang, typer.Option("--lang", envvar="HAVN_LANG", help="Language of what the services say.")]
As = Annotated[User, typer.Option("--as", help="The demo user to ask as.")]
