"""The words of Havn's terms, in the language of whoever looks."""

from collections.abc import Iterable

from havn.access.v1 import access_pb2 as access
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.terms.v1 import terms_pb2 as terms
from services.console.languages import gettext as _
from services.console.languages import said
from services.shared.reference import authority_names, ladder

AUTHORITIES = {
    "sermersooq": "Kommuneqarfik Sermersooq",
    "qeqqata": "Qeqqata Kommunia",
    "qeqertalik": "Kommune Qeqertalik",
    "avannaata": "Avannaata Kommunia",
    "kujalleq": "Kommune Kujalleq",
}
"""Greenland's municipalities, by the last part of their names."""


def disposal(number: terms.Disposal.ValueType) -> str:
    """Who disposes of the places of a home, in a few words."""
    return {
        terms.DISPOSAL_OWN: _("only its own authority"),
        terms.DISPOSAL_BY_AGREEMENT: _("by agreement"),
        terms.DISPOSAL_CENTRAL_LIST: _("through the central list"),
    }.get(number, "")


def accessibility(given: Iterable[terms.Accessibility.ValueType]) -> str:
    """What a building allows, or has to, such as "wheelchair"."""
    names = {
        terms.ACCESSIBILITY_WHEELCHAIR: _("wheelchair"),
        terms.ACCESSIBILITY_SIGHT: _("impaired sight"),
        terms.ACCESSIBILITY_HEARING: _("impaired hearing"),
    }
    return ", ".join(names[number] for number in given if number in names)


def need_level(level: terms.NeedLevel.ValueType) -> str:
    """How much support a child needs, and how much a home is approved to give."""
    return {
        terms.NEED_LEVEL_LIGHT: _("light"),
        terms.NEED_LEVEL_MODERATE: _("moderate"),
        terms.NEED_LEVEL_SEVERE: _("severe"),
    }.get(level, "")


def interim_solution(number: capacity.InterimSolution.ValueType) -> str:
    """Where a child lives while it waits."""
    return {
        capacity.INTERIM_SOLUTION_OWN_HOME: _("lives at home or in its network"),
        capacity.INTERIM_SOLUTION_FOSTER_FAMILY: _("lives in a foster family for now"),
        capacity.INTERIM_SOLUTION_INSTITUTION: _("lives in an institution for now"),
    }.get(number, "")


def home(name: str) -> str:
    """A home by its reference, which names nobody: "f-1" for a family, "i-1/a" for a unit."""
    return name.removeprefix("families/").removeprefix("institutions/").replace("/units/", "/")


def spoken(languages: Iterable[terms.Language.ValueType]) -> str:
    """Languages in the order given, such as "Kalaallisut, Danish"."""
    names = {
        terms.LANGUAGE_KALAALLISUT: _("Kalaallisut"),
        terms.LANGUAGE_TUNUMIISUT: _("Tunumiisut"),
        terms.LANGUAGE_INUKTUN: _("Inuktun"),
        terms.LANGUAGE_DANISH: _("Danish"),
    }
    return ", ".join(names[number] for number in languages if number in names)


def gender(number: terms.Gender.ValueType) -> str:
    """A child by its gender as registered."""
    return {terms.GENDER_GIRL: _("Girl"), terms.GENDER_BOY: _("Boy")}.get(number, _("Child"))


def competences(numbers: Iterable[terms.Competence.ValueType]) -> str:
    """What somebody must be good at, such as "trauma, infants"."""
    names = {
        terms.COMPETENCE_ATTACHMENT: _("early harm and attachment"),
        terms.COMPETENCE_TRAUMA: _("trauma after violence or abuse"),
        terms.COMPETENCE_ADHD: _("ADHD"),
        terms.COMPETENCE_AUTISM: _("autism"),
        terms.COMPETENCE_FETAL_ALCOHOL: _("harm from alcohol before birth"),
        terms.COMPETENCE_DEVELOPMENTAL_DISABILITY: _("developmental disability"),
        terms.COMPETENCE_PHYSICAL_DISABILITY: _("physical disability"),
        terms.COMPETENCE_SUBSTANCE_USE: _("use of drugs or alcohol"),
        terms.COMPETENCE_MENTAL_ILLNESS: _("mental illness"),
        terms.COMPETENCE_INFANT_CARE: _("infants"),
    }
    return ", ".join(names[number] for number in numbers if number in names)


def authority(name: str) -> str:
    """What an authority calls itself; its short name for one of which we know no other."""
    short = name.removeprefix("authorities/")
    return authority_names().get(short, short)


def role(number: access.Role.ValueType) -> str:
    """What somebody is to Havn."""
    return {
        access.ROLE_COORDINATOR: _("Placement coordinator"),
        access.ROLE_CASEWORKER: _("Caseworker"),
        access.ROLE_CONSULTANT: _("Foster-family consultant"),
        access.ROLE_INSTITUTION: _("Institution"),
        access.ROLE_LEADER: _("Leader"),
        access.ROLE_COUNCIL: _("Council (Samråd)"),
        access.ROLE_FOSTER_FAMILY: _("Foster family"),
        access.ROLE_CENTRAL_LIST: _("Socialstyrelsen (central list)"),
        access.ROLE_COMMITTEE: _("Committee"),
        access.ROLE_AUDITOR: _("Auditor"),
        access.ROLE_ADMINISTRATOR: _("Administrator"),
        access.ROLE_SERVICE: _("A service of Havn"),
    }.get(number, "")


def family_type(number: families.FamilyType.ValueType) -> str:
    """What kind of foster family it is."""
    return {
        families.FAMILY_TYPE_NETWORK: _("Network family"),
        families.FAMILY_TYPE_MUNICIPAL: _("Municipal foster family"),
        families.FAMILY_TYPE_PROFESSIONAL: _("Professional foster family"),
        families.FAMILY_TYPE_EMERGENCY: _("Emergency family"),
        families.FAMILY_TYPE_RELIEF: _("Relief family"),
        families.FAMILY_TYPE_PRIVATE: _("Privately arranged family"),
        families.FAMILY_TYPE_GENERAL: _("General foster family"),
        families.FAMILY_TYPE_REINFORCED: _("Reinforced foster family"),
        families.FAMILY_TYPE_SPECIALISED: _("Specialised foster family"),
    }.get(number, "")


def household_role(number: families.HouseholdRole.ValueType) -> str:
    """Who somebody is in a foster family's home."""
    return {
        families.HOUSEHOLD_ROLE_FOSTER_PARENT: _("Foster parent"),
        families.HOUSEHOLD_ROLE_ADULT: _("Another adult"),
        families.HOUSEHOLD_ROLE_OWN_CHILD: _("The family's own child"),
    }.get(number, "")


def step(number: int) -> str:
    """What a step of the ladder is, such as "foster family"; nothing for one that there is not."""
    return said(ladder().get(number, terms.Words()))
