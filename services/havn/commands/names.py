"""Names of records as people write them, short or whole."""

import typer

COLLECTIONS = ("requests", "families", "children", "institutions")


def request_name(given: str) -> str:
    """The request of "requests/r-001" or "r-001". Raises typer.BadParameter for what is neither; so do the others."""
    return _in("requests", given)


def family_name(given: str) -> str:
    """The family of "families/f-001" or "f-001"."""
    return _in("families", given)


def offer_name(given: str) -> str:
    """The offer of "offers/1f3a" or "1f3a"."""
    return _in("offers", given)


def child_name(given: str) -> str:
    """The child of "children/k-012" or "k-012"."""
    return _in("children", given)


def user_name(given: str) -> str:
    """The user of "users/consultant" or "consultant"."""
    return _in("users", given)


def person_name(given: str) -> str:
    """The person of "persons/p-1" or "p-1"."""
    return _in("persons", given)


def authority_name(given: str) -> str:
    """The authority of "authorities/kujalleq" or "kujalleq"."""
    return _in("authorities", given)


def institution_name(given: str) -> str:
    """The institution of "institutions/i-nuuk-01" or "i-nuuk-01"."""
    return _in("institutions", given)


def unit_name(given: str) -> str:
    """The unit of "institutions/i/units/u" or "i/u". Raises typer.BadParameter for what is neither."""
    match given.split("/"):
        case ["institutions", institution, "units", unit] if institution and unit:
            return given
        case [institution, unit] if institution and unit and institution not in COLLECTIONS:
            return f"institutions/{institution}/units/{unit}"
    raise typer.BadParameter(f"{given!r} names no unit: write institutions/INSTITUTION/units/UNIT or INSTITUTION/UNIT")


def home_name(given: str) -> str:
    """The name of a family or a unit. Raises typer.BadParameter for what names neither."""
    if given.startswith("families/") or "/" not in given:
        return family_name(given)
    return unit_name(given)


def _in(collection: str, given: str) -> str:
    key = given.removeprefix(f"{collection}/")
    if not key or "/" in key:
        raise typer.BadParameter(f"{given!r} is no name in {collection}: write {collection}/KEY or KEY")
    return f"{collection}/{key}"
