"""The words of institutions, their places and who waits for them, in the language of whoever looks."""

from collections.abc import Mapping

from havn.capacity.v1 import capacity_pb2 as pb
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.shared.reference import days_of_trust


def freshness(number: pb.Freshness.ValueType) -> str:
    """How far to trust what was reported: docs/rules.md W2."""
    return {
        pb.FRESHNESS_FRESH: _("Confirmed within %(days)s") % {"days": fresh_days()},
        pb.FRESHNESS_AGEING: _("Over %(days)s old") % {"days": fresh_days()},
        pb.FRESHNESS_STALE: _("Over %(days)s old") % {"days": trusted_days()},
    }.get(number, "")


def fresh_days() -> str:
    """How long what was reported is fresh, such as "7 days": as data/policy.json has it."""
    return _days(days_of_trust()[0])


def trusted_days() -> str:
    """How long it is trusted at all."""
    return _days(days_of_trust()[1])


def _days(number: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", number) % {"num": number}


def block_reasons() -> Mapping[int, str]:
    """Why places are out of use, in the order in which a form offers them."""
    return {
        pb.BLOCK_REASON_SOLO_PLACEMENT: _("A child there can't live with others"),
        pb.BLOCK_REASON_BUILDING: _("Rebuilding or damage"),
        pb.BLOCK_REASON_STAFFING: _("Too few staff"),
        pb.BLOCK_REASON_CALM: _("Calm is needed for those who live there"),
        pb.BLOCK_REASON_OTHER: _("Another reason, told below"),
    }


def change_kind(number: pb.VacancyChangeKind.ValueType) -> str:
    """What happened to a unit's free places."""
    return {
        pb.VACANCY_CHANGE_KIND_REPORTED: _("Reported"),
        pb.VACANCY_CHANGE_KIND_CONFIRMED: _("Confirmed unchanged"),
        pb.VACANCY_CHANGE_KIND_BLOCKED: _("Taken out of use, or into use again"),
        pb.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED: _("Too old to rely on: Havn asked for a confirmation"),
        pb.VACANCY_CHANGE_KIND_IMPORTED: _("Told by a file"),
    }.get(number, "")


def unit_kind(number: pb.UnitKind.ValueType) -> str:
    """What a unit is."""
    return {
        pb.UNIT_KIND_RESIDENTIAL: _("Unit for children"),
        pb.UNIT_KIND_FAMILY_DEPARTMENT: _("Family department"),
        pb.UNIT_KIND_EMERGENCY: _("Emergency unit"),
    }.get(number, "")


def gender_rule(number: pb.GenderRule.ValueType) -> str:
    """Who may live in a unit."""
    return {
        pb.GENDER_RULE_ALL: _("girls and boys"),
        pb.GENDER_RULE_GIRLS: _("girls only"),
        pb.GENDER_RULE_BOYS: _("boys only"),
    }.get(number, "")


def told(vacancy: pb.Vacancy) -> str:
    """What is reported differently from what placements leave (V8); nothing where it is the same."""
    number = abs(vacancy.difference)
    if vacancy.difference > 0:
        text = ngettext(
            "%(num)s more place is reported free than placements leave",
            "%(num)s more places are reported free than placements leave",
            number,
        )
    else:
        text = ngettext(
            "%(num)s fewer place is reported free than placements leave",
            "%(num)s fewer places are reported free than placements leave",
            number,
        )
    return text % {"num": number} if number else ""


def owner_type(number: pb.OwnerType.ValueType) -> str:
    """Who owns an institution."""
    return {
        pb.OWNER_TYPE_SELF_GOVERNMENT: _("Self-Government"),
        pb.OWNER_TYPE_SELF_OWNED: _("self-owned"),
        pb.OWNER_TYPE_MUNICIPAL: _("municipal"),
        pb.OWNER_TYPE_PRIVATE: _("private"),
    }.get(number, "")


def institution_kind(number: pb.InstitutionKind.ValueType) -> str:
    """How open an institution is; nothing where that is not known."""
    return {
        pb.INSTITUTION_KIND_OPEN: _("open"),
        pb.INSTITUTION_KIND_PARTLY_CLOSED: _("open, with partly closed places"),
        pb.INSTITUTION_KIND_SECURE: _("secure"),
    }.get(number, "")
