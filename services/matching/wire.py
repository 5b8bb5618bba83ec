"""The messages of the other services as the facts that the rules read, and homes as messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.matching import data
from services.matching.rules import children, homes
from services.matching.rules.messages import home_message
from services.shared.clock import Clock
from services.shared.rates import rate_of
from services.shared.reference import certificate_duties
from services.shared.wire import time

__all__ = ["child", "family_home", "hold", "home_message", "resident", "unit_home"]

SEEKS = {
    placements.REQUEST_KIND_PLACEMENT: children.Seeks.PLACEMENT,
    placements.REQUEST_KIND_STEP_DOWN: children.Seeks.STEP_DOWN,
    placements.REQUEST_KIND_PARENT_WITH_CHILD: children.Seeks.PARENT_WITH_CHILD,
}
SIBLING_RULES = {
    placements.SIBLING_RULE_TOGETHER: children.SiblingRule.TOGETHER,
    placements.SIBLING_RULE_TOGETHER_IF_POSSIBLE: children.SiblingRule.TOGETHER_IF_POSSIBLE,
    placements.SIBLING_RULE_APART: children.SiblingRule.APART,
}
BASES = {
    placements.BASIS_KIND_CONSENT: children.Basis.CONSENT,
    placements.BASIS_KIND_COMMITTEE_DECISION: children.Basis.COMMITTEE_DECISION,
    placements.BASIS_KIND_EMERGENCY_DECISION: children.Basis.EMERGENCY_DECISION,
}
FAMILY_TYPES = {
    families.FAMILY_TYPE_NETWORK: homes.HomeType.NETWORK,
    families.FAMILY_TYPE_MUNICIPAL: homes.HomeType.MUNICIPAL,
    families.FAMILY_TYPE_PROFESSIONAL: homes.HomeType.PROFESSIONAL,
    families.FAMILY_TYPE_EMERGENCY: homes.HomeType.EMERGENCY_FAMILY,
    families.FAMILY_TYPE_RELIEF: homes.HomeType.RELIEF,
    families.FAMILY_TYPE_PRIVATE: homes.HomeType.PRIVATE,
    families.FAMILY_TYPE_GENERAL: homes.HomeType.GENERAL,
    families.FAMILY_TYPE_REINFORCED: homes.HomeType.REINFORCED,
    families.FAMILY_TYPE_SPECIALISED: homes.HomeType.SPECIALISED,
}
UNIT_TYPES = {
    capacity.UNIT_KIND_RESIDENTIAL: homes.HomeType.RESIDENTIAL,
    capacity.UNIT_KIND_FAMILY_DEPARTMENT: homes.HomeType.FAMILY_DEPARTMENT,
    capacity.UNIT_KIND_EMERGENCY: homes.HomeType.EMERGENCY_UNIT,
}
GENDER_RULES = {
    capacity.GENDER_RULE_ALL: homes.GenderRule.ALL,
    capacity.GENDER_RULE_GIRLS: homes.GenderRule.GIRLS,
    capacity.GENDER_RULE_BOYS: homes.GenderRule.BOYS,
}
DISPOSALS = {
    terms.DISPOSAL_OWN: homes.Disposal.OWN,
    terms.DISPOSAL_BY_AGREEMENT: homes.Disposal.BY_AGREEMENT,
    terms.DISPOSAL_CENTRAL_LIST: homes.Disposal.CENTRAL_LIST,
}
PROFILE_FACTS = {families.ProfileFact.Value(f"PROFILE_FACT_{fact.name}"): fact for fact in homes.ProfileFact}


def child(request: placements.PlacementRequest) -> children.Child:
    """The facts of an open request.

    Raises:
        KeyError: an enum that the contract requires is not given.
        ValueError: a date that the contract requires is not given.
    """
    who, needs = request.child, request.needs
    return children.Child(
        request=request.name,
        reference=who.reference,
        authority=request.authority,
        birth_date=_day(who.birth_date),
        gender=who.gender,
        town=who.town,
        languages=_languages(who.languages),
        need_level=needs.level,
        need_step=request.need_step.step,
        from_date=_day(request.from_date),
        place_by_date=_day(request.place_by_date),
        seeks=SEEKS[request.kind],
        needed_competences=frozenset(needs.needed_competences),
        wished_competences=frozenset(needs.wished_competences),
        accessibility=frozenset(needs.accessibility),
        ceiling=_ceiling(request),
        danger_since=_day(request.danger.since_date) if request.HasField("danger") else None,
        siblings={bond.child: SIBLING_RULES[bond.rule] for bond in request.siblings},
        school=children.School(request.school.school, request.school.town) if request.HasField("school") else None,
        contact=_contact(request),
        protection=_protection(request.protection),
        wish=children.Wish(request.wish.child_town, request.wish.child_home, request.wish.parents_town),
        basis=_basis(request),
        current_home=_current_home(request),
        solo=request.solo_placement,
    )


def resident(placement: placements.Placement) -> homes.Resident:
    """The facts of a child that lives in a home."""
    return homes.Resident(
        reference=placement.child,
        birth_date=_day(placement.birth_date),
        gender=placement.gender,
        need_level=placement.need_level,
        home=placement.home,
        started=_day(placement.start_date),
        ends=_day_if(placement, "end_date"),
        solo=placement.solo_placement,
    )


def hold(offer: placements.Offer, clock: Clock) -> homes.Hold:
    """The places that an offer holds."""
    awaited = offer.state == placements.OFFER_STATE_ASKED
    return homes.Hold(
        home=offer.home,
        requests=frozenset((offer.request, *offer.sibling_requests)),
        places=offer.held_place_count,
        until=clock.day_of(time(offer.answer_by_time)) if awaited else None,
    )


def family_home(family: families.FosterFamily, on: date) -> homes.Home:
    """A foster family as a home; its free places are those that it reports. Without an approval it takes nobody.

    One that is approved for relief alone is a relief family, whatever its type.
    """
    approval, kind = family.approval, families.FamilyType.Name(family.type).removeprefix("FAMILY_TYPE_")
    cost = _family_cost(family, on)
    for_relief = approval.care == families.CARE_KIND_RELIEF
    return homes.Home(
        name=family.name,
        display_name=family.display_name,
        authority=family.authority,
        type=homes.HomeType.RELIEF if for_relief else FAMILY_TYPES[family.type],
        step=data.family_steps()["RELIEF" if for_relief else kind],
        town=family.town,
        place_count=approval.place_count,
        ages=homes.Ages(approval.ages.min, approval.ages.max),
        need_level=approval.need_level,
        covers=data.covered_needs(family.authority, kind),
        languages=_languages(family.languages),
        free=_free(family.availability) if family.HasField("availability") else None,
        approval=_approval(approval) if family.HasField("approval") else None,
        household=tuple(_member(member) for member in family.household),
        certificate_duties=certificate_duties(family.authority),
        limits=_limits(family.limits),
        pause=homes.Pause(_day_if(family.pause, "until_date")) if family.HasField("pause") else None,
        training=homes.Training(
            _day_if(family.training, "completed_date"), _day_if(family.training, "waived_until_date")
        ),
        competences=frozenset(family.competences),
        accessibility=frozenset(family.accessibility),
        schools=frozenset(family.schools),
        experience=_experience(family),
        daily_rate=_ore(cost.amount) if cost else None,
        child_rates=tuple(_child_rate(rate) for rate in cost.rates) if cost else (),
        disposal=homes.Disposal.BY_AGREEMENT if family.agreements else homes.Disposal.OWN,
        agreements=frozenset(family.agreements),
        disputed=tuple(PROFILE_FACTS[fact] for fact in family.disputed_facts),
    )


def unit_home(unit: capacity.InstitutionUnit, vacancy: capacity.Vacancy | None, on: date) -> homes.Home:
    """A unit of an institution as a home: free places as its vacancy last said, the rate as of a day (V2)."""
    return homes.Home(
        name=unit.name,
        display_name=unit.display_name,
        authority=unit.authority,
        type=UNIT_TYPES[unit.kind],
        step=unit.step,
        town=unit.town,
        place_count=unit.place_count,
        ages=homes.Ages(unit.age_min, unit.age_max),
        need_level=unit.need_level,
        languages=_languages(unit.languages),
        free=None if vacancy is None else _free(vacancy),
        approved=unit.approved,
        gender_rule=GENDER_RULES[unit.gender_rule],
        competences=frozenset(unit.competences),
        accessibility=frozenset(unit.accessibility),
        schools=frozenset(unit.schools),
        severe_need_limit=unit.severe_need_limit,
        daily_rate=_ore(rate_of(unit, on)),
        disposal=DISPOSALS[unit.disposal],
        agreements=frozenset(unit.agreements),
    )


def _day(message: Date) -> date:
    return date(message.year, message.month, message.day)


def _day_if(message: Message, field: str) -> date | None:
    return _day(getattr(message, field)) if message.HasField(field) else None


def _languages(spoken: Iterable[terms.SpokenLanguage]) -> Mapping[int, int]:
    return {each.language: each.level for each in spoken}


def _family_cost(family: families.FosterFamily, on: date) -> families.DailyCost | None:
    """What was agreed on with the family; else what a child costs by the tables of fees, as of a day (K17)."""
    if family.HasField("daily_rate"):
        return families.DailyCost(amount=family.daily_rate)
    begun = [each for each in family.costs if not each.HasField("from_date") or _day(each.from_date) <= on]
    return begun[-1] if begun else None


def _child_rate(rate: families.ChildRate) -> homes.ChildRate:
    return homes.ChildRate(homes.Ages(rate.ages.min, rate.ages.max), rate.from_child_number, _whole_ore(rate.amount))


def _ore(money: Money | None) -> int | None:
    """Money as øre; None stays None."""
    return None if money is None else _whole_ore(money)


def _whole_ore(money: Money) -> int:
    return money.units * 100 + round(money.nanos / 10_000_000)


def _free(said: families.Availability | capacity.Vacancy) -> homes.Free:
    confirmed: datetime = said.confirmed_time.ToDatetime(UTC)
    return homes.Free(said.free_place_count, _day(said.from_date), confirmed)


def _approval(approval: families.Approval) -> homes.Approval:
    return homes.Approval(_day(approval.valid_from_date), _day(approval.valid_until_date), approval.child)


def _member(member: families.HouseholdMember) -> homes.HouseholdMember:
    return homes.HouseholdMember(
        person=member.person,
        birth_date=_day(member.birth_date),
        criminal_record=_day(member.criminal_record.renew_by_date) if member.HasField("criminal_record") else None,
        child_certificate=_day(member.child_certificate.renew_by_date)
        if member.HasField("child_certificate")
        else None,
        health_certificate=_day(member.health_certificate.renew_by_date)
        if member.HasField("health_certificate")
        else None,
        foster_parent=member.role == families.HOUSEHOLD_ROLE_FOSTER_PARENT,
    )


def _limits(limits: families.Limits) -> homes.Limits:
    return homes.Limits(
        ages=homes.Ages(limits.ages.min, limits.ages.max) if limits.HasField("ages") else None,
        need_level=limits.need_level,
        needs=frozenset(limits.needs),
        has_note=limits.has_note,
    )


def _experience(family: families.FosterFamily) -> homes.Ages | None:
    return homes.Ages(family.experience.min, family.experience.max) if family.HasField("experience") else None


def _ceiling(request: placements.PlacementRequest) -> children.Ceiling | None:
    ceiling = request.ceiling
    return children.Ceiling(ceiling.step, _day(ceiling.until_date)) if request.HasField("ceiling") else None


def _contact(request: placements.PlacementRequest) -> children.Contact | None:
    contact = request.contact
    return children.Contact(contact.town, contact.visits_per_month) if request.HasField("contact") else None


def _protection(protection: placements.Protection) -> children.Protection:
    return children.Protection(
        frozenset(protection.homes),
        frozenset(protection.towns),
        frozenset(protection.persons),
        frozenset(protection.children),
    )


def _basis(request: placements.PlacementRequest) -> children.LegalBasis | None:
    basis = request.legal_basis
    if not request.HasField("legal_basis"):
        return None
    return children.LegalBasis(BASES[basis.kind], _day_if(basis, "expiry_date"))


def _current_home(request: placements.PlacementRequest) -> children.CurrentHome | None:
    current = request.current_home
    if not request.HasField("current_home"):
        return None
    return children.CurrentHome(current.home, current.step, current.unsafe)
