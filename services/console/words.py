"""What matching's terms are called on pages, and sentences made of words."""

from collections.abc import Iterable
from typing import Literal

from havn.access.v1 import access_pb2 as access
from havn.matching.v1 import matching_pb2 as matching
from services.console import terms
from services.console.languages import gettext as _
from services.console.languages import ngettext, number


def roles(numbers: Iterable[access.Role.ValueType]) -> str:
    """Roles in a sentence, such as "leader or foster-family consultant"."""
    return listed([inner(terms.role(number)) for number in numbers], _("or"))


def listed(texts: list[str], last: str) -> str:
    """Texts one after another, the last one joined by `last`, such as "and"."""
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}" if len(texts) > 1 else "".join(texts)


def fit(number: matching.FitClass.ValueType) -> str:
    """How well a place fits, in a word."""
    names = {
        matching.FIT_CLASS_GOOD: _("fits well"),
        matching.FIT_CLASS_FAIR: _("fits fairly"),
        matching.FIT_CLASS_POOR: _("fits poorly"),
    }
    return names.get(number, "")


def criterion(name: str) -> str:
    """What a criterion is about: docs/rules.md C1 to C10, and the two levels that stand before them."""
    names = {
        "step": _("Step of the ladder"),
        "siblings": _("Siblings"),
        "competences": _("Competences"),
        "language": _("Language"),
        "school": _("School"),
        "town": _("Town"),
        "contact": _("Contact with the parents"),
        "child_wish": _("The child's wish"),
        "parents_wish": _("The parents' wish"),
        "experience": _("Experience"),
        "household": _("Children in the home"),
        "freshness": _("How sure the free place is"),
    }
    return names.get(name, name)


def rule(number: str) -> str:
    """What a hard rule is about: docs/rules.md R1 to R15."""
    names = {
        "R1": _("No free place in time"),
        "R2": _("Approval, certificates or a pause"),
        "R3": _("The child's age"),
        "R4": _("The approved number of children"),
        "R5": _("How much support the child needs"),
        "R6": _("A competence that is needed"),
        "R7": _("Not for this child or this legal basis"),
        "R8": _("Protection"),
        "R9": _("Girls or boys only"),
        "R10": _("Siblings"),
        "R11": _("The KRITH course"),
        "R12": _("Not approved"),
        "R13": _("The building"),
        "R14": _("Step of the ladder"),
        "R15": _("Not ours to use"),
    }
    return names.get(number, number)


def way(travel: matching.Travel, part: Literal["to_home", "to_parents"]) -> str:
    """A way in figures, such as "2 legs, 4.5 hours"; nothing within a town, or where it is not known."""
    trip: matching.Trip = getattr(travel, part)
    if not trip.leg_count:
        return ""
    told = ngettext("%(num)s leg", "%(num)s legs", trip.leg_count) % {"num": trip.leg_count}
    hours = number(trip.hours)
    return told if trip.hours_unknown else _("%(legs)s, %(hours)s hours") % {"legs": told, "hours": hours}


def opening(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def inner(text: str) -> str:
    """The text as it stands within a sentence: with a small letter at its beginning."""
    return text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """A service's text as a sentence: with its full stop, unless it has one."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
