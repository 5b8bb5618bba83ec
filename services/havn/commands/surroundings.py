"""The settings of this call, and the day where the authority is."""

import os
from datetime import date
from zoneinfo import ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.havn.commands.failures import SettingInvalid
from services.shared.clock import SystemClock
from services.shared.settings import Settings


def settings() -> Settings:
    """The settings. Raises SettingInvalid for a variable that holds what it can't."""
    if os.environ.get("HAVN_DATA") == "":
        # It would mean the folder that one happens to stand in.
        raise SettingInvalid("HAVN_DATA: is empty; name a folder, or unset it.")
    try:
        found = Settings()
    except ValidationError as error:
        raise SettingInvalid(f"{'; '.join(map(_told, error.errors()))}.") from error
    return found.model_copy(update={"data": found.data.expanduser().absolute()})


def _told(problem: ErrorDetails) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    return ": ".join([*(f"HAVN_{str(field).upper()}" for field in problem["loc"][:1]), message])


def today(found: Settings) -> date:
    """The day in the settings' time zone. Raises SettingInvalid for a zone that is none."""
    try:
        return SystemClock(found.time_zone).today()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingInvalid(f"HAVN_TIME_ZONE: there is no time zone {found.time_zone!r}.") from error
