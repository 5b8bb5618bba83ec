"""Names of records, such as "families/f-12/followUps/9c1e"."""

import re
import secrets

from services.shared.errors import BadInput

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def new_id() -> str:
    """A random last part of a name: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def chosen_id(given: str, field: str = "id") -> str:
    """The id given, or a new one. Raises BadInput for one that is not 1 to 40 of a-z, 0-9 and "-"."""
    if given and not _ID.fullmatch(given):
        raise BadInput.of(field, 'must be 1 to 40 of a-z, 0-9 and "-", not beginning or ending with "-"')
    return given or new_id()


def last_part(name: str) -> str:
    """What stands behind the last slash."""
    return name.rsplit("/", 1)[-1]


def parent(name: str) -> str:
    """The record that a record belongs to: "families/f-1" of "families/f-1/followUps/k"."""
    return name.rsplit("/", 2)[0]
