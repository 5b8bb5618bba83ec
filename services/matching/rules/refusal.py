"""What a hard rule answers when a home breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from havn.access.v1 import access_pb2 as access
from services.matching.rules.words import Phrase

Roles = tuple[access.Role.ValueType, ...]

LEADER: Roles = (access.ROLE_LEADER,)
CONSULTANT_OR_LEADER: Roles = (access.ROLE_CONSULTANT, access.ROLE_LEADER)
COMMITTEE: Roles = (access.ROLE_COMMITTEE,)
NOBODY: Roles = ()


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """One way to break a hard rule. Texts name in braces the facts that a refusal fills in."""

    rule: str
    code: str
    words: Phrase
    change: Phrase
    waivable_by: Roles = NOBODY

    def refusal(self, **facts: object) -> Refusal:
        """The refusal with these facts; the same facts give the same one."""
        return _refusal(self, tuple(facts.items()))


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """A home breaks a hard rule for a unit. Made by `Breach.refusal`, so that equal ones are one object."""

    breach: Breach
    facts: tuple[tuple[str, object], ...]

    @property
    def words(self) -> Phrase:
        """The sentence."""
        return self.breach.words.fill(self.facts)

    @property
    def change(self) -> Phrase:
        """The change that would lift this refusal."""
        return self.breach.change.fill(self.facts)


# A municipality's day has 80,000 refusals, most of them alike: kept once, they cost the garbage collector nothing.
@lru_cache(maxsize=20_000)
def _refusal(breach: Breach, facts: tuple[tuple[str, object], ...]) -> Refusal:
    return Refusal(breach, facts)
