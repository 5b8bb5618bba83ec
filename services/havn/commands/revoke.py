"""havn revoke."""

import re
from datetime import UTC, datetime
from json import loads
from typing import Annotated

import typer
from joserfc import jws
from joserfc.errors import JoseError

from services.havn.commands.options import Json, Language
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.phrases import Lang
from services.havn.views.revoked import revoked as view
from services.shared.revoked import add

app = typer.Typer(add_completion=False)

_ID = re.compile(r"[0-9a-f]{32}")
_CALLER = re.compile(r"(users|services)/[A-Za-z0-9._@-]{1,100}")


@app.command()
def revoke(
    what: Annotated[str, typer.Argument(metavar="USER|TOKEN", help="A user, a token, or a token's id.")],
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Lets a token be refused from now on; of a user all that were given until now."""
    revoked, path = revocable(what), settings().revoked_tokens
    add(path, revoked, datetime.now(UTC))
    show({"revoked": revoked, "file": str(path)}, view(revoked, str(path), lang), json)


def revocable(given: str) -> str:
    """A caller such as "users/coordinator", or a token's id. Raises typer.BadParameter for what names neither."""
    if _ID.fullmatch(given) or _CALLER.fullmatch(given):
        return given
    if given.count(".") == 2 and (found := _id_in(given)):
        return found
    if _CALLER.fullmatch(f"users/{given}"):
        return f"users/{given}"
    raise typer.BadParameter(f"{given!r} is no user, no token and no token's id: write users/USER, or USER")


def _id_in(token: str) -> str:
    try:
        found = str(loads(jws.extract_compact(token.encode()).payload)["jti"])
    except (JoseError, ValueError, LookupError, TypeError):
        return ""
    return found if _ID.fullmatch(found) else ""
