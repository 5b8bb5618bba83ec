"""The settings of this call, and the day where the authority is."""

import os
from datetime import date
from zoneinfo import ZoneInfoNotFoundError

from pydantic import ValidationError

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
        told = "; ".join(f"HAVN_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        raise SettingInvalid(f"{told}.") from error
    return found.model_copy(update={"data": found.data.expanduser().absolute()})


def today(found: Settings) -> date:
    """The day in the settings' time zone. Raises SettingInvalid for a zone that is none."""
    try:
        return SystemClock(found.time_zone).today()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingInvalid(f"HAVN_TIME_ZONE: there is no time zone {found.time_zone!r}.") from error
