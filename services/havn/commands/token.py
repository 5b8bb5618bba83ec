"""havn token."""

import typer

from services.havn.commands.failures import NotRunning, SettingInvalid
from services.havn.commands.options import As, Json, User
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.users import USERS
from services.havn.views.words import Verbatim
from services.shared.access import TOKEN_LIFETIME, Signer, key_from

app = typer.Typer(add_completion=False)


@app.command()
def token(as_user: As = User.COORDINATOR, json: Json = False) -> None:
    """A token for calls of one's own, such as with grpcurl; good for ten minutes."""
    found = settings()
    if found.production:
        raise SettingInvalid("HAVN_PRODUCTION: there are no demo users in production.")
    if not found.signing_key.exists():
        raise NotRunning(found.data)
    made = Signer(key_from(found.signing_key)).token(USERS[as_user])
    show({"user": as_user.value, "token": made, "lifetime_seconds": TOKEN_LIFETIME}, [Verbatim(made)], json)
