"""What calls are for: fixed words that calls carry, audit trails keep, and families are told. docs/rules.md F8."""

from collections.abc import Mapping

from havn.access.v1 import access_pb2
from havn.access.v1.access_pb2 import (
    PURPOSE_CASE,
    PURPOSE_FINDING_HOME,
    PURPOSE_OPERATION,
    PURPOSE_OWN_RECORD,
    PURPOSE_REGISTRY,
    PURPOSE_SUPERVISION,
    PURPOSE_UNSPECIFIED,
    Purpose,
    Role,
)
from services.shared.access import Caller

_PREFIX = "PURPOSE_"

HEADER = "x-purpose"
"""The metadata that says it."""

_OF_ROLES: Mapping[Role.ValueType, Purpose.ValueType] = {
    access_pb2.ROLE_CONSULTANT: PURPOSE_REGISTRY,
    access_pb2.ROLE_COORDINATOR: PURPOSE_FINDING_HOME,
    access_pb2.ROLE_COUNCIL: PURPOSE_FINDING_HOME,
    access_pb2.ROLE_CASEWORKER: PURPOSE_CASE,
    access_pb2.ROLE_LEADER: PURPOSE_SUPERVISION,
    access_pb2.ROLE_ADMINISTRATOR: PURPOSE_OPERATION,
}
"""What a role looks for where nothing else tells; of several roles the first one's."""


def purpose(caller: Caller, doing: Purpose.ValueType = PURPOSE_UNSPECIFIED) -> Purpose.ValueType:
    """What a caller asks for while doing something: families about themselves, auditors for supervision, always."""
    if access_pb2.ROLE_FOSTER_FAMILY in caller.roles:
        return PURPOSE_OWN_RECORD
    if access_pb2.ROLE_AUDITOR in caller.roles:
        return PURPOSE_SUPERVISION
    of_roles = (of_role for role, of_role in _OF_ROLES.items() if role in caller.roles)
    return doing or next(of_roles, PURPOSE_UNSPECIFIED)


def word(number: Purpose.ValueType) -> str:
    """The word that calls carry and rows keep; empty where nothing is said."""
    return Purpose.Name(number).removeprefix(_PREFIX) if number else ""


def number(word: str) -> Purpose.ValueType:
    """The number of such a word. Raises ValueError for one that is none."""
    return Purpose.Value(_PREFIX + (word or "UNSPECIFIED"))


WORDS = tuple(word(number) for number in Purpose.values() if number)
"""All that a caller may say."""
