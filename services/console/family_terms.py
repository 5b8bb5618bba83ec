"""The words of foster families and their way, in the language of whoever looks."""

from collections.abc import Iterable

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from havn.terms.v1 import terms_pb2 as terms
from services.console.languages import gettext as _
from services.console.terms import spoken


def state(number: pb.FamilyState.ValueType) -> str:
    """Where a family stands."""
    return {
        pb.FAMILY_STATE_APPLIED: _("Has applied"),
        pb.FAMILY_STATE_ASSESSING: _("Is being assessed"),
        pb.FAMILY_STATE_APPROVED: _("Approved"),
        pb.FAMILY_STATE_PAUSED: _("Paused"),
        pb.FAMILY_STATE_EXPIRED: _("Approval has ended"),
        pb.FAMILY_STATE_REFUSED: _("Refused"),
        pb.FAMILY_STATE_ENDED: _("No longer a foster family"),
    }.get(number, "")


def step(number: pb.FamilyStepKind.ValueType) -> str:
    """What happened on a family's way."""
    return {
        pb.FAMILY_STEP_KIND_APPLIED: _("The family applied"),
        pb.FAMILY_STEP_KIND_ASSESSED: _("Assessment kept"),
        pb.FAMILY_STEP_KIND_APPROVED: _("Approved"),
        pb.FAMILY_STEP_KIND_REFUSED: _("Refused"),
        pb.FAMILY_STEP_KIND_PAUSED: _("Paused"),
        pb.FAMILY_STEP_KIND_RESUMED: _("Pause ended"),
        pb.FAMILY_STEP_KIND_ENDED: _("Ended as a foster family"),
        pb.FAMILY_STEP_KIND_RECORDED: _("An earlier approval was recorded"),
    }.get(number, "")


def breach(number: pb.FamilyBreach.ValueType) -> str:
    """What is so and should not be."""
    return {
        pb.FAMILY_BREACH_NOT_ASSESSED: _("Approved without a full assessment"),
        pb.FAMILY_BREACH_TYPE_OF_ANOTHER_JURISDICTION: _("A type of family that does not exist here"),
        pb.FAMILY_BREACH_APPROVED_BEYOND_TYPE: _("Approved for more than its type covers"),
        pb.FAMILY_BREACH_CERTIFICATE_MISSING: _("Approved while a certificate is missing"),
        pb.FAMILY_BREACH_ASSESSED_FOR_ANOTHER_CHILD: _("Approved for another child than it was assessed for"),
        pb.FAMILY_BREACH_TOO_MANY_CHILDREN: _("More children live there than it is approved for"),
    }.get(number, "")


def facts() -> dict[int, str]:
    """What of a profile one may speak about, in the order of the profile."""
    return {
        pb.PROFILE_FACT_HOUSEHOLD: _("Who lives there"),
        pb.PROFILE_FACT_LANGUAGES: _("Languages"),
        pb.PROFILE_FACT_COMPETENCES: _("What the family is good at"),
        pb.PROFILE_FACT_EXPERIENCE: _("Experience"),
        pb.PROFILE_FACT_ACCESSIBILITY: _("What the home allows"),
        pb.PROFILE_FACT_SCHOOLS: _("Schools"),
        pb.PROFILE_FACT_PETS: _("Animals"),
        pb.PROFILE_FACT_WISHES: _("What the family wishes for"),
        pb.PROFILE_FACT_LIMITS: _("What the family does not take"),
        pb.PROFILE_FACT_AVAILABILITY: _("Free places"),
        pb.PROFILE_FACT_OTHER: _("Something else"),
    }


def look(number: pb.ProfileViewKind.ValueType) -> str:
    """How somebody looked at a profile."""
    return {
        pb.PROFILE_VIEW_KIND_OPENED: _("opened it"),
        pb.PROFILE_VIEW_KIND_LISTED: _("saw it in a list"),
        pb.PROFILE_VIEW_KIND_CHANGED: _("changed it"),
        pb.PROFILE_VIEW_KIND_SUGGESTED: _("saw it as a suggestion for a child"),
    }.get(number, "")


def cares() -> dict[int, str]:
    """What a family takes children for."""
    return {
        pb.CARE_KIND_FULL_TIME: _("Children live there"),
        pb.CARE_KIND_RELIEF: _("Children come for relief"),
    }


def competences() -> dict[str, tuple[str, str]]:
    """The five competences of RUGO by the fields of an assessment, each with what to find out."""
    return {
        "care": (_("Care"), _("To bring a child up and care for it")),
        "attachment": (_("Attachment"), _("To bond with a child: presence, warmth, continuity, respect for its say")),
        "family_bonds": (
            _("The child's own family"),
            _("To respect and support the bonds between the child and its family"),
        ),
        "commitment": (_("Commitment"), _("To commit itself for life")),
        "teamwork": (_("Teamwork"), _("To take an active part in a team of professionals")),
    }


def language_levels() -> dict[int, str]:
    """How well somebody speaks a language."""
    return {
        terms.LANGUAGE_LEVEL_BASIC: _("everyday words"),
        terms.LANGUAGE_LEVEL_GOOD: _("holds a conversation"),
        terms.LANGUAGE_LEVEL_FLUENT: _("as a mother tongue"),
    }


def languages(given: Iterable[terms.SpokenLanguage]) -> str:
    """Languages and how well each is spoken, such as "Danish (as a mother tongue)"."""
    levels = language_levels()
    told = ((spoken([each.language]), levels.get(each.level, "")) for each in given)
    return ", ".join(f"{name} ({level})" if level else name for name, level in told)


def ages(given: pb.AgeRange) -> str:
    """Ages, such as "3–9 years"."""
    return _("%(min)s–%(max)s years") % {"min": given.min, "max": given.max}


def genders(given: Iterable[terms.Gender.ValueType]) -> str:
    """Genders of children, such as "girls"."""
    names = {terms.GENDER_GIRL: _("girls"), terms.GENDER_BOY: _("boys")}
    return ", ".join(names[number] for number in given if number in names)


def fee(number: pb.FeeKind.ValueType) -> str:
    """A fee of the tables."""
    return {
        pb.FEE_KIND_ORDINARY: _("Ordinary fee"),
        pb.FEE_KIND_EMERGENCY: _("Emergency fee"),
        pb.FEE_KIND_RELIEF: _("Relief fee"),
        pb.FEE_KIND_FEE_UNIT: _("Normal fee (Denmark)"),
        pb.FEE_KIND_BOARD: _("Board and lodging"),
        pb.FEE_KIND_BOARD_THIRD_CHILD: _("Board and lodging from the third child"),
    }.get(number, "")


def fee_models() -> dict[int, str]:
    """What a family is paid by."""
    return {
        pb.FEE_MODEL_ORDINARY: _("Ordinary fee of the month (Greenland)"),
        pb.FEE_MODEL_EMERGENCY: _("Emergency fee of the day (Greenland)"),
        pb.FEE_MODEL_RELIEF: _("Relief fee of the day (Greenland)"),
        pb.FEE_MODEL_LEVELS: _("Levels of the normal fee (Denmark)"),
    }


def levels(given: pb.FeeTerms) -> str:
    """Danish levels, such as "3 times the normal fee for 12 months, 2 times the normal fee for 24 months"."""
    told = [
        _("%(units)s times the normal fee for %(months)s months")
        % {"units": level.fee_units, "months": level.month_count}
        for level in given.levels
    ]
    if given.averaged:
        told.append(_("paid as their mean"))
    return ", ".join(told)


def goals() -> dict[int, str]:
    """The six learning goals of the KRITH course."""
    return {
        pb.LEARNING_GOAL_OWN_RESOURCES: _("Knows its own resources and limits, and goes on learning"),
        pb.LEARNING_GOAL_STABILITY: _("Supports stability and coherence in the child's life"),
        pb.LEARNING_GOAL_DEVELOPMENT: _("Furthers the child's independence, wellbeing and health by involving it"),
        pb.LEARNING_GOAL_CONTACT: _("Supports contact with parents and network"),
        pb.LEARNING_GOAL_COOPERATION: _("Works with the professionals around the child"),
        pb.LEARNING_GOAL_LAW: _("Knows the law that a foster family works under"),
    }


def course(number: support.CourseState.ValueType) -> str:
    """How the KRITH course stands."""
    return {
        support.COURSE_STATE_MISSING: _("Neither completed nor waived"),
        support.COURSE_STATE_WAIVED: _("Waived"),
        support.COURSE_STATE_COMPLETED: _("Completed"),
    }.get(number, "")


def kinds_of_support() -> dict[int, str]:
    """What a family is supported with."""
    return {
        support.SUPPORT_KIND_INTENSIVE: _("Intensive support in the first year"),
        support.SUPPORT_KIND_SUPERVISION: _("Supervision of the foster parents"),
        support.SUPPORT_KIND_RELIEF: _("Relief"),
    }
