"""The facts that the rules read about a home and who lives there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import age
from services.shared.reference import CertificateDuty

ADULT = 18


class HomeType(Enum):
    """What a home is."""

    NETWORK = "network family"
    MUNICIPAL = "municipal family"
    PROFESSIONAL = "professional family"
    EMERGENCY_FAMILY = "emergency family"
    RELIEF = "relief family"
    PRIVATE = "privately arranged family"
    GENERAL = "general family"
    REINFORCED = "reinforced family"
    SPECIALISED = "specialised family"
    RESIDENTIAL = "residential unit"
    FAMILY_DEPARTMENT = "family department"
    EMERGENCY_UNIT = "emergency unit"


class GenderRule(Enum):
    """Who may live in a home."""

    ALL = "all"
    GIRLS = "girls"
    BOYS = "boys"


class Disposal(Enum):
    """Who disposes of a home's places."""

    OWN = "own"
    BY_AGREEMENT = "by agreement"
    CENTRAL_LIST = "central list"


class ProfileFact(Enum):
    """What of a family's profile it and its consultant may say differently (F9)."""

    HOUSEHOLD = "household"
    LANGUAGES = "languages"
    COMPETENCES = "competences"
    EXPERIENCE = "experience"
    ACCESSIBILITY = "accessibility"
    SCHOOLS = "schools"
    PETS = "pets"
    WISHES = "wishes"
    LIMITS = "limits"
    AVAILABILITY = "availability"
    OTHER = "other"


EMERGENCY_TYPES = frozenset({HomeType.EMERGENCY_FAMILY, HomeType.EMERGENCY_UNIT})
UNIT_TYPES = frozenset({HomeType.RESIDENTIAL, HomeType.FAMILY_DEPARTMENT, HomeType.EMERGENCY_UNIT})
EVERY_NEED = frozenset({terms.NEED_LEVEL_LIGHT, terms.NEED_LEVEL_MODERATE, terms.NEED_LEVEL_SEVERE})


@dataclass(frozen=True, slots=True)
class Resident:
    """A child that lives in a home."""

    reference: str
    birth_date: date
    gender: int
    need_level: int
    home: str
    started: date
    ends: date | None = None
    solo: bool = False


@dataclass(frozen=True, slots=True)
class Ages:
    """Whole years, both ends included."""

    youngest: int
    oldest: int

    def __contains__(self, years: int) -> bool:
        return self.youngest <= years <= self.oldest

    def __str__(self) -> str:
        return f"{self.youngest}–{self.oldest}"


@dataclass(frozen=True, slots=True)
class Approval:
    """From when to when a home is approved, and, for a network family, for which child."""

    valid_from: date
    valid_until: date
    child: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """Somebody who lives in a family; a certificate is the day to renew it by, None where it is missing."""

    person: str
    birth_date: date
    criminal_record: date | None
    child_certificate: date | None
    health_certificate: date | None = None
    foster_parent: bool = False

    def certificate(self, duty: CertificateDuty) -> date | None:
        """The day to renew a certificate by; None where it is missing."""
        day: date | None = getattr(self, duty.certificate)
        return day

    def owes(self, duty: CertificateDuty, day: date) -> bool:
        """Whether the certificate is asked of it on `day`."""
        return age(self.birth_date, day) >= duty.from_age and (self.foster_parent or not duty.of_foster_parents)

    def is_child(self, day: date) -> bool:
        """Whether it is a child on `day`, whoever's."""
        return age(self.birth_date, day) < ADULT


@dataclass(frozen=True, slots=True)
class Pause:
    """A family is taken out for a while; no end while the pause is open."""

    until: date | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """The KRITH course: completed, or waived until a day."""

    completed: date | None = None
    waived_until: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a family says that it will not take: other ages, a greater need (0: no limit), certain needs."""

    ages: Ages | None = None
    need_level: int = 0
    needs: frozenset[int] = frozenset()
    has_note: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """Places that a home says are free from a day, and when it last said so."""

    count: int
    from_date: date
    confirmed: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Places that an offer holds in a home, for the children of its requests and nobody else (O2).

    `until` is the day by which the home answers; None where it has said yes.
    """

    home: str
    requests: frozenset[str]
    places: int
    until: date | None = None

    def places_for(self, requests: Collection[str]) -> int:
        """How many of them these requests may use."""
        shared = len(self.requests & set(requests))
        return self.places if shared == len(self.requests) else min(self.places, shared)


@dataclass(frozen=True, slots=True)
class ChildRate:
    """What a child of some ages costs a day in øre, from so many children on: the first one is 1."""

    ages: Ages
    from_number: int
    ore: int

    def covers(self, years: int, number: int) -> bool:
        """Whether it is for a child of this age that is which one of the home's."""
        return years in self.ages and number >= self.from_number


@dataclass(frozen=True, slots=True)
class Home:
    """A foster family or a unit of an institution. `daily_rate` is in øre, None where unknown.

    `child_rates`: what each child costs, where that is not the same for all; the first that fits holds.
    `covers` are the need levels that its type is for (R5).
    """

    name: str
    display_name: str
    authority: str
    type: HomeType
    step: int
    town: str
    place_count: int
    ages: Ages
    need_level: int
    languages: Mapping[int, int]
    covers: frozenset[int] = EVERY_NEED
    free: Free | None = None
    approved: bool = True
    approval: Approval | None = None
    household: tuple[HouseholdMember, ...] = ()
    certificate_duties: tuple[CertificateDuty, ...] = ()
    limits: Limits = Limits()
    pause: Pause | None = None
    training: Training = Training()
    gender_rule: GenderRule = GenderRule.ALL
    competences: frozenset[int] = frozenset()
    accessibility: frozenset[int] = frozenset()
    schools: frozenset[str] = frozenset()
    experience: Ages | None = None
    severe_need_limit: int = 0
    daily_rate: int | None = None
    child_rates: tuple[ChildRate, ...] = ()
    disposal: Disposal = Disposal.OWN
    agreements: frozenset[str] = frozenset()
    disputed: tuple[ProfileFact, ...] = ()
    is_family: bool = field(init=False)
    emergency: bool = field(init=False)

    @property
    def institution(self) -> str:
        """The institution that it is a unit of; a family's own name."""
        return self.name.partition("/units/")[0]

    @property
    def awaits_approval(self) -> bool:
        """Whether it is a family that applies still: rule R2 says so, and there is nothing for R3 to R5 to read."""
        return self.is_family and self.approval is None

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_family", self.type not in UNIT_TYPES)
        object.__setattr__(self, "emergency", self.type in EMERGENCY_TYPES)


def may_use(home: Home, authority: str) -> bool:
    """Whether the authority may place children there: own, by agreement, or by the central list (R15)."""
    if home.authority == authority or home.disposal is Disposal.CENTRAL_LIST:
        return True
    return home.disposal is Disposal.BY_AGREEMENT and authority in home.agreements
