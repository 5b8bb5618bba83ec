"""Names of records, such as "families/f-12/followUps/9c1e"."""

import re
import secrets

from services.shared.errors import BadInput

NO_CPR = "may not look like a CPR number: make a reference that tells nothing"

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_CPR = re.compile(r"[0-9]{6}-?[0-9]{4}")


def new_id() -> str:
    """A random last part of a name: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def chosen_id(given: str, field: str = "id") -> str:
    """The id given, or a new one. Raises BadInput for one that is not 1 to 40 of a-z, 0-9 and "-".

    A CPR number is refused too: names stand in events, errors and the audit trail.
    """
    if given and not _ID.fullmatch(given):
        raise BadInput.of(field, 'must be 1 to 40 of a-z, 0-9 and "-", not beginning or ending with "-"')
    if looks_like_cpr(given):
        raise BadInput.of(field, NO_CPR)
    return given or new_id()


def looks_like_cpr(text: str) -> bool:
    """Whether it may be a CPR number: a net below the rule that no personal data are entered as names."""
    return bool(_CPR.fullmatch(text))


def last_part(name: str) -> str:
    """What stands behind the last slash."""
    return name.rsplit("/", 1)[-1]


def parent(name: str) -> str:
    """The record that a record belongs to: "families/f-1" of "families/f-1/followUps/k"."""
    return name.rsplit("/", 2)[0]
