"""havn migrate."""

from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from services.havn.commands.failures import Failed, SettingInvalid
from services.havn.commands.options import Json
from services.havn.commands.output import show
from services.havn.commands.serve import Service
from services.havn.commands.surroundings import settings
from services.havn.views.migrated import migrated
from services.shared.production import of_database
from services.shared.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def migrate(
    services: Annotated[list[Service] | None, typer.Argument(help="Which ones; all if none is named.")] = None,
    json: Json = False,
) -> None:
    """Brings PostgreSQL databases to this version's shape, as the owner of their tables; docs/operations.md."""
    found = settings()
    if not (found.database_url and found.database_owner_url):
        raise SettingInvalid("HAVN_DATABASE_URL and HAVN_DATABASE_OWNER_URL: both must be given.")
    chosen = services or list(Service)
    if found.production and (insecure := list(of_database("HAVN_DATABASE_OWNER_URL", found.owner_database(chosen[0])))):
        raise SettingInvalid(f"{insecure[0]}.")
    roles = {service.value: _role(found, service) for service in chosen}
    for service in chosen:
        _migrate(found, service, roles[service.value])
    show({"services": roles}, migrated(roles), json)


def _role(found: Settings, service: Service) -> str:
    """The role that is to serve."""
    serving, owning = make_url(found.database(service)), make_url(found.owner_database(service))
    if not serving.username or serving.username == owning.username:
        # The database's walls do not hold for a superuser, and its owner may tear them down.
        raise SettingInvalid("HAVN_DATABASE_URL: must name a user, and another one than HAVN_DATABASE_OWNER_URL.")
    return serving.username


def _migrate(found: Settings, service: Service, role: str) -> None:
    from services.shared import migrate as migrations
    from services.shared import postgres

    engine = postgres.owner(found.owner_database(service))
    try:
        migrations.upgrade(service, engine)
        migrations.allow(service, engine, role)
    except OperationalError as error:
        raise Failed(f"The database of {service} can't be reached.", "UNAVAILABLE", "DATABASE_AWAY") from error
    finally:
        engine.dispose()
