"""Databases are looked at in such an order that no copy knows of a change that its owner lacks."""

from services.havn.backup.contents import HEARD_FIRST, HEARD_LATER, SERVICES
from services.havn.system import DEFINITIONS


def test_whoever_is_heard_comes_before_those_who_hear() -> None:
    assert sorted(HEARD_FIRST) == sorted(SERVICES)
    for definition in DEFINITIONS:
        for heard, purpose, _ in definition.listens:
            if (heard, purpose) in HEARD_LATER:
                continue
            assert HEARD_FIRST.index(heard) < HEARD_FIRST.index(definition.name), definition.name
