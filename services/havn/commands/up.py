"""havn up."""

import os
import sys
from typing import Annotated

import typer

from services.havn.commands.failures import SettingInvalid
from services.havn.commands.options import Json, Language
from services.havn.commands.output import tell
from services.havn.commands.surroundings import settings, today
from services.havn.views.phrases import Lang
from services.havn.views.started import starting
from services.shared import garbage
from services.shared.stopping import Stop

app = typer.Typer(add_completion=False)

Stay = Annotated[
    bool | None,
    typer.Option("--stay/--once", help="Stay until Ctrl-C, or end when ready. By default: is this a terminal?"),
]


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="With made-up municipalities, and three journeys.")] = False,
    stay: Stay = None,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Starts Havn: nats-server and all services, over one data folder."""
    found = settings()
    if found.production:
        raise SettingInvalid("HAVN_PRODUCTION: havn up has demo users and no TLS; start each service by havn serve.")
    day = today(found)
    with Stop(found.stop_seconds) as stop:
        # The services' import takes seconds: wrong settings are told before, and that something happens.
        if not json:
            tell(starting(found.data, lang))
        with garbage.not_looked_for():
            from services.havn.commands.running_up import Start, run

        run(Start(found, day, demo, _stays(stay), lang, json), stop)


def _stays(asked: bool | None) -> bool:
    if asked is not None:
        return asked
    if os.environ.get("HAVN_ONCE", "") not in ("", "0"):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()
