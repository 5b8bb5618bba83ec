"""The people of the tests, and valid messages: each builder takes what differs from the good one by keyword."""

import os
import signal
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from sqlmodel import Session, col, select

from havn.access.v1 import access_pb2 as access_terms
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.havn import users
from services.shared.access import Caller, role
from services.shared.tables import OutboxEvent
from services.shared.wire import date_message, timestamp

USERS = users.USERS
MUNICIPALITY = users.MUNICIPALITY

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
"""The day of all tests, in Greenland and in UTC."""

SELF_GOVERNMENT = "authorities/self-government"
OTHER_MUNICIPALITY = "authorities/qeqqata"
EVERYBODY = tuple(USERS)

COORDINATOR = USERS["coordinator"]
CASEWORKER = USERS["caseworker"]
CONSULTANT = USERS["consultant"]
LEADER = USERS["leader"]
COUNCIL = USERS["council"]
AUDITOR = USERS["auditor"]
ADMINISTRATOR = USERS["administrator"]
STRANGER = USERS["stranger"]

R = TypeVar("R")

Value = Any
"""What a field of a message may hold."""

_numbers = count(10_001)
"""Beyond those in the names of the demo, which some tests import."""


class FixedClock:
    """A clock that shows what the test sets."""

    def __init__(self, moment: datetime = NOW, day: date = TODAY) -> None:
        self.moment = moment
        self.day = day

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.day

    def day_of(self, moment: datetime) -> date:
        return moment.date()


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """A process that hangs while the block lasts."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def fresh(prefix: str = "k") -> str:
    """A key or id that no other test has."""
    return f"{prefix}-{next(_numbers)}"


def elsewhere(caller: Caller, authority: str = OTHER_MUNICIPALITY) -> Caller:
    """Somebody of the same role in another municipality."""
    return Caller(f"{caller.subject}-elsewhere", caller.roles, authority)


def staff_of(institution: str, authority: str = SELF_GOVERNMENT, name: str = "") -> Caller:
    """Somebody who works in an institution."""
    subject = name or f"users/staff-of-{institution}"
    return Caller(subject, frozenset({role("INSTITUTION")}), authority, institution=institution)


def member_of(family: str) -> Caller:
    """A foster family, about itself."""
    return Caller(f"users/member-of-{family}", frozenset({role("FOSTER_FAMILY")}), MUNICIPALITY, home=family)


def with_role(number: access_terms.Role.ValueType) -> Caller:
    """Whoever has a role, and sees the records of the tests."""
    return next((user for user in USERS.values() if number in user.roles), SERVICE)


SERVICE = Caller("services/tests", frozenset({access_terms.ROLE_SERVICE}), "*")


def day(after: int = 0) -> Date:
    """So many days after today, or before it."""
    return date_message(TODAY + timedelta(days=after))


def kroner(units: int) -> Money:
    return Money(currency_code="DKK", units=units)


def greenlandic() -> list[terms.SpokenLanguage]:
    return [terms.SpokenLanguage(language=terms.LANGUAGE_KALAALLISUT, level=terms.LANGUAGE_LEVEL_FLUENT)]


def a_child(**differing: Value) -> placements.Child:
    good: dict[str, Value] = {
        "reference": f"children/{fresh('c')}",
        "birth_date": day(-3000),
        "gender": terms.GENDER_GIRL,
        "town": "Nuuk",
        "languages": greenlandic(),
    }
    return placements.Child(**good | differing)


def a_request(**differing: Value) -> placements.PlacementRequest:
    good: dict[str, Value] = {
        "authority": MUNICIPALITY,
        "kind": placements.REQUEST_KIND_PLACEMENT,
        "child": a_child(),
        "needs": placements.NeedsProfile(level=terms.NEED_LEVEL_MODERATE),
        "need_step": placements.NeedStep(step=3, assessor="Assessor (invented)", assessed_date=day(-30)),
        "from_date": day(7),
        "place_by_date": day(30),
    }
    return placements.PlacementRequest(**good | differing)


def a_full_request(**differing: Value) -> placements.PlacementRequest:
    """A request with everything that a request can say."""
    everything: dict[str, Value] = {
        "ceiling": placements.Ceiling(step=5, author="Leader (invented)", reason="No nearer home", until_date=day(60)),
        "danger": placements.Danger(assessor="Assessor (invented)", since_date=day(-1)),
        "siblings": [a_sibling()],
        "school": placements.Schooling(school="School (invented)", town="Nuuk"),
        "contact": placements.Contact(town="Nuuk", visits_per_month=2.5),
        "protection": placements.Protection(
            homes=["families/f-9"], towns=["Paamiut"], persons=["persons/p-9"], children=["children/c-9"]
        ),
        "wish": placements.Wish(
            child_words="Near my school", child_town="Nuuk", child_home="families/f-8", parents_town="Nuuk"
        ),
        "legal_basis": a_basis(),
        "current_home": placements.CurrentHome(home="families/f-7", step=2),
        "waiting_since_date": day(-40),
    }
    return a_request(**everything | differing)


def a_sibling(**differing: Value) -> placements.SiblingBond:
    good: dict[str, Value] = {"child": f"children/{fresh('c')}", "rule": placements.SIBLING_RULE_TOGETHER}
    return placements.SiblingBond(**good | differing)


def a_basis(**differing: Value) -> placements.LegalBasis:
    good: dict[str, Value] = {
        "kind": placements.BASIS_KIND_CONSENT,
        "paragraph": "§ 27",
        "decided_date": day(-20),
        "expiry_date": day(300),
    }
    return placements.LegalBasis(**good | differing)


def a_placement(**differing: Value) -> placements.Placement:
    good: dict[str, Value] = {
        "authority": MUNICIPALITY,
        "child": f"children/{fresh('c')}",
        "birth_date": day(-3000),
        "gender": terms.GENDER_BOY,
        "need_level": terms.NEED_LEVEL_LIGHT,
        "home": "families/f-1",
        "step": 3,
        "start_date": day(-100),
        "daily_cost": kroner(900),
    }
    return placements.Placement(**good | differing)


FULL_TIME = families.CARE_KIND_FULL_TIME


def a_family(**differing: Value) -> families.FosterFamily:
    good: dict[str, Value] = {
        "authority": MUNICIPALITY,
        "display_name": "Family Siku (invented)",
        "type": families.FAMILY_TYPE_MUNICIPAL,
        "town": "Nuuk",
        "household": [a_member()],
        "languages": greenlandic(),
    }
    return families.FosterFamily(**good | differing)


def a_full_family(**differing: Value) -> families.FosterFamily:
    """A family with everything that a family can say."""
    everything: dict[str, Value] = {
        "approval": an_approval(),
        "household": [a_sound_member()],
        "competences": [terms.COMPETENCE_TRAUMA],
        "experience": families.AgeRange(min=0, max=17),
        "accessibility": [terms.ACCESSIBILITY_WHEELCHAIR],
        "schools": ["School (invented)"],
        "availability": an_availability(),
        "pause": families.Pause(author="Consultant (invented)", reason="A new child of their own", until_date=day(30)),
        "training": families.Training(
            completed_date=day(-200), waived_until_date=day(20), waived_by="Leader (invented)"
        ),
        "daily_rate": kroner(850),
        "agreements": [OTHER_MUNICIPALITY],
        "consultant": "users/consultant",
        "application": families.Application(
            applied_date=day(-200), motivation="There is room at our table", place_count=2, care=FULL_TIME
        ),
        "assessment": an_assessment(),
        "school_district": "District (invented)",
        "pets": ["A dog"],
        "wishes": families.Wishes(ages=families.AgeRange(min=3, max=9), genders=[terms.GENDER_GIRL], note="Who sings"),
        "limits": families.Limits(note="Nobody who is afraid of dogs"),
    }
    return a_family(**everything | differing)


def an_approval(**differing: Value) -> families.Approval:
    good: dict[str, Value] = {
        "reference": "A-1",
        "place_count": 2,
        "ages": families.AgeRange(min=0, max=17),
        "need_level": terms.NEED_LEVEL_SEVERE,
        "valid_from_date": day(-100),
        "valid_until_date": day(300),
    }
    return families.Approval(**good | differing)


def an_assessment(**differing: Value) -> families.Assessment:
    """All that an approval in Greenland or Denmark needs."""
    visits = [families.HomeVisit(visit_date=day(after), visitor="Consultant (invented)") for after in (-150, -140)]
    good: dict[str, Value] = {
        "care": "Calm and clear",
        "attachment": "Close to its own children",
        "family_bonds": "Speaks well of parents",
        "commitment": "Means it for life",
        "teamwork": "Asks for help",
        "visits": visits,
        "certificates_seen_by": "Consultant (invented)",
        "certificates_seen_date": day(-130),
        "recommendation": "To be approved",
    }
    return families.Assessment(**good | differing)


def an_availability(**differing: Value) -> families.Availability:
    good: dict[str, Value] = {
        "free_place_count": 1,
        "from_date": day(),
        "confirmed_time": timestamp(NOW),
        "confirmed_by": "Consultant (invented)",
    }
    return families.Availability(**good | differing)


def a_member(**differing: Value) -> families.HouseholdMember:
    good: dict[str, Value] = {
        "person": f"persons/{fresh('p')}",
        "role": families.HOUSEHOLD_ROLE_FOSTER_PARENT,
        "birth_date": day(-15000),
    }
    return families.HouseholdMember(**good | differing)


def a_sound_member(**differing: Value) -> families.HouseholdMember:
    """A foster parent whose certificates were all seen."""
    seen = {kind: a_certificate() for kind in ("criminal_record", "child_certificate", "health_certificate")}
    return a_member(**seen | differing)


def a_certificate(**differing: Value) -> families.Certificate:
    good: dict[str, Value] = {"issued_date": day(-100), "renew_by_date": day(600)}
    return families.Certificate(**good | differing)


def a_follow_up(**differing: Value) -> families.FollowUp:
    part = families.FollowUpPart(note="Talked about school", child_words="I like the dog")
    good: dict[str, Value] = {
        "visit_date": day(-1),
        "competences": part,
        "resources": part,
        "involvement": part,
        "trust": part,
        "everyday_life": part,
        "actions": [families.FollowUpAction(what="Call the school", owner="Consultant (invented)", due_date=day(7))],
        "children": ["children/c-1"],
        "concern": True,
        "next_visit_date": day(60),
        "later_reason": "The family travels (invented)",
    }
    return families.FollowUp(**good | differing)


def an_institution(**differing: Value) -> capacity.Institution:
    good: dict[str, Value] = {
        "authority": SELF_GOVERNMENT,
        "display_name": "Home Siku (invented)",
        "owner_type": capacity.OWNER_TYPE_SELF_GOVERNMENT,
        "town": "Nuuk",
        "approved": True,
        "promised_services": [a_promise()],
    }
    return capacity.Institution(**good | differing)


def a_unit(**differing: Value) -> capacity.InstitutionUnit:
    good: dict[str, Value] = {
        "display_name": "Unit A (invented)",
        "town": "Nuuk",
        "kind": capacity.UNIT_KIND_RESIDENTIAL,
        "step": 5,
        "place_count": 6,
        "age_min": 6,
        "age_max": 17,
        "gender_rule": capacity.GENDER_RULE_ALL,
        "need_level": terms.NEED_LEVEL_SEVERE,
        "competences": [terms.COMPETENCE_TRAUMA],
        "languages": greenlandic(),
        "accessibility": [terms.ACCESSIBILITY_WHEELCHAIR],
        "schools": ["School (invented)"],
        "severe_need_limit": 2,
        "daily_rate": kroner(4000),
        "disposal": terms.DISPOSAL_BY_AGREEMENT,
        "agreements": [MUNICIPALITY],
    }
    return capacity.InstitutionUnit(**good | differing)


def a_promise(**differing: Value) -> capacity.PromisedService:
    good: dict[str, Value] = {"key": "talks", "service": "A talk each week (invented)", "from_date": day(-100)}
    return capacity.PromisedService(**good | differing)


def a_delivery(**differing: Value) -> capacity.Delivery:
    good: dict[str, Value] = {"promised_service": "talks", "delivered_date": day(-1), "what": "A talk (invented)"}
    return capacity.Delivery(**good | differing)


def blocked(**differing: Value) -> capacity.BlockedPlaces:
    good: dict[str, Value] = {"place_count": 1, "reason": capacity.BLOCK_REASON_BUILDING}
    return capacity.BlockedPlaces(**good | differing)


def a_vacancy(**differing: Value) -> capacity.Vacancy:
    good: dict[str, Value] = {"free_place_count": 1, "from_date": day()}
    return capacity.Vacancy(**good | differing)


def filing(request: placements.PlacementRequest | None = None, **differing: Value) -> placements.CreateRequestRequest:
    good: dict[str, Value] = {"request": request or a_request(), "id": fresh("r"), "request_id": fresh()}
    return placements.CreateRequestRequest(**good | differing)


def updating(
    request: placements.PlacementRequest, *mask: str, key: str | None = None
) -> placements.UpdateRequestRequest:
    return placements.UpdateRequestRequest(
        request=request, update_mask=FieldMask(paths=mask), request_id=key or fresh()
    )


def withdrawing(request: placements.PlacementRequest, **differing: Value) -> placements.WithdrawRequestRequest:
    good: dict[str, Value] = {
        "name": request.name,
        "etag": request.etag,
        "reason": "Stays with its aunt",
        "request_id": fresh(),
    }
    return placements.WithdrawRequestRequest(**good | differing)


def recording(placement: placements.Placement | None = None, **differing: Value) -> placements.RecordPlacementRequest:
    good: dict[str, Value] = {"placement": placement or a_placement(), "id": fresh("pl"), "request_id": fresh()}
    return placements.RecordPlacementRequest(**good | differing)


def offering(request: placements.PlacementRequest, home: str, **differing: Value) -> placements.OfferPlaceRequest:
    good: dict[str, Value] = {
        "request": request.name,
        "home": home,
        "reason": "Near its school (invented)",
        "request_id": fresh(),
    }
    return placements.OfferPlaceRequest(**good | differing)


def answering(inquiry: placements.Inquiry, **differing: Value) -> placements.AnswerOfferRequest:
    good: dict[str, Value] = {
        "name": inquiry.name,
        "etag": inquiry.etag,
        "answer": placements.OFFER_ANSWER_ACCEPT,
        "request_id": fresh(),
    }
    return placements.AnswerOfferRequest(**good | differing)


def declining(inquiry: placements.Inquiry, **differing: Value) -> placements.AnswerOfferRequest:
    good: dict[str, Value] = {"answer": placements.OFFER_ANSWER_DECLINE, "reason": "We move house"}
    return answering(inquiry, **good | differing)


def withdrawing_offer(offer: placements.Offer, **differing: Value) -> placements.WithdrawOfferRequest:
    good: dict[str, Value] = {
        "name": offer.name,
        "etag": offer.etag,
        "reason": "Another home is nearer",
        "request_id": fresh(),
    }
    return placements.WithdrawOfferRequest(**good | differing)


def assessing(family: families.FosterFamily, **differing: Value) -> families.AssessFamilyRequest:
    good: dict[str, Value] = {"assessment": an_assessment()}
    return families.AssessFamilyRequest(name=family.name, etag=family.etag, request_id=fresh(), **good | differing)


def approving(family: families.FosterFamily, **differing: Value) -> families.ApproveFamilyRequest:
    good: dict[str, Value] = {"approval": an_approval(), "reason": "Assessed (invented)"}
    return families.ApproveFamilyRequest(name=family.name, etag=family.etag, request_id=fresh(), **good | differing)


def pausing(family: families.FosterFamily, **differing: Value) -> families.PauseFamilyRequest:
    good: dict[str, Value] = {"reason": "Ill (invented)"}
    return families.PauseFamilyRequest(name=family.name, etag=family.etag, request_id=fresh(), **good | differing)


def a_ready_family(**differing: Value) -> families.FosterFamily:
    """A family that may be asked: approved, not paused, with a free place."""
    return a_full_family(**{"pause": None, "agreements": []} | differing)


def entering(family: families.FosterFamily | None = None, **differing: Value) -> families.CreateFosterFamilyRequest:
    good: dict[str, Value] = {"family": family or a_family(), "id": fresh("f"), "request_id": fresh()}
    return families.CreateFosterFamilyRequest(**good | differing)


def changing(family: families.FosterFamily, *mask: str, key: str | None = None) -> families.UpdateFosterFamilyRequest:
    return families.UpdateFosterFamilyRequest(
        family=family, update_mask=FieldMask(paths=mask), request_id=key or fresh()
    )


def logging(family: str, follow_up: families.FollowUp | None = None, **differing: Value) -> families.LogFollowUpRequest:
    good: dict[str, Value] = {"parent": family, "follow_up": follow_up or a_follow_up(), "request_id": fresh()}
    return families.LogFollowUpRequest(**good | differing)


def a_policy(**differing: Value) -> support.SupportPolicy:
    good: dict[str, Value] = {
        "authority": MUNICIPALITY,
        "first_weeks": [1, 2, 4, 8, 12],
        "severe_weeks": 4,
        "moderate_weeks": 8,
        "light_weeks": 13,
        "scale": [support.ScaleStep(value=step, wording=f"Wording {step} (invented)") for step in (1, 2, 3)],
        "reason": "Decided (invented)",
    }
    return support.SupportPolicy(**good | differing)


def publishing(policy: support.SupportPolicy | None = None) -> support.PublishSupportPolicyRequest:
    return support.PublishSupportPolicyRequest(policy=policy or a_policy(), request_id=fresh())


def correcting(
    kept: families.FollowUp, corrected: families.FollowUp | None = None, **differing: Value
) -> support.CorrectFollowUpRequest:
    good: dict[str, Value] = {
        "name": kept.name,
        "etag": kept.etag,
        "follow_up": corrected or a_follow_up(),
        "reason": "The wrong day (invented)",
        "request_id": fresh(),
    }
    return support.CorrectFollowUpRequest(**good | differing)


def drafting(family: str, **differing: Value) -> support.SaveFollowUpDraftRequest:
    good: dict[str, Value] = {
        "parent": family,
        "fields": [support.DraftField(field="trust.note", text="Half a sent")],
        "request_id": fresh(),
    }
    return support.SaveFollowUpDraftRequest(**good | differing)


def settling(action: support.AgreedAction, **differing: Value) -> support.SettleActionRequest:
    good: dict[str, Value] = {
        "name": action.name,
        "etag": action.etag,
        "state": support.ACTION_STATE_DONE,
        "words": "On the telephone (invented)",
        "request_id": fresh(),
    }
    return support.SettleActionRequest(**good | differing)


def a_visit(**differing: Value) -> support.SupervisionVisit:
    talk = support.ChildTalk(child="children/c-1", held=True, staff_absent=True)
    good: dict[str, Value] = {"visit_date": day(-1), "note": "All were at home (invented)", "talks": [talk]}
    return support.SupervisionVisit(**good | differing)


def visiting(family: str, visit: support.SupervisionVisit | None = None) -> support.LogSupervisionVisitRequest:
    return support.LogSupervisionVisitRequest(parent=family, visit=visit or a_visit(), request_id=fresh())


def an_agreement(**differing: Value) -> support.SupportAgreement:
    good: dict[str, Value] = {
        "kind": support.SUPPORT_KIND_SUPERVISION,
        "what": "Supervision once a month (invented)",
        "from_date": day(-30),
    }
    return support.SupportAgreement(**good | differing)


def agreeing(family: str, agreement: support.SupportAgreement | None = None) -> support.AgreeSupportRequest:
    return support.AgreeSupportRequest(parent=family, agreement=agreement or an_agreement(), request_id=fresh())


def ending(agreement: support.SupportAgreement, **differing: Value) -> support.EndSupportRequest:
    good: dict[str, Value] = {
        "name": agreement.name,
        "etag": agreement.etag,
        "until_date": day(),
        "reason": "It is no longer needed (invented)",
        "request_id": fresh(),
    }
    return support.EndSupportRequest(**good | differing)


def looking(view: placements.RiskView, **differing: Value) -> placements.CloseRiskViewRequest:
    good: dict[str, Value] = {
        "name": view.name,
        "etag": view.etag,
        "words": "Talked with the child (invented)",
        "request_id": fresh(),
    }
    return placements.CloseRiskViewRequest(**good | differing)


def founding(institution: capacity.Institution | None = None, **differing: Value) -> capacity.CreateInstitutionRequest:
    good: dict[str, Value] = {"institution": institution or an_institution(), "id": fresh("i"), "request_id": fresh()}
    return capacity.CreateInstitutionRequest(**good | differing)


def opening(
    institution: str, unit: capacity.InstitutionUnit | None = None, **differing: Value
) -> capacity.CreateUnitRequest:
    good: dict[str, Value] = {"parent": institution, "unit": unit or a_unit(), "id": fresh("u"), "request_id": fresh()}
    return capacity.CreateUnitRequest(**good | differing)


def changing_institution(institution: capacity.Institution, *mask: str) -> capacity.UpdateInstitutionRequest:
    return capacity.UpdateInstitutionRequest(
        institution=institution, update_mask=FieldMask(paths=mask), request_id=fresh()
    )


def changing_unit(unit: capacity.InstitutionUnit, *mask: str) -> capacity.UpdateUnitRequest:
    return capacity.UpdateUnitRequest(unit=unit, update_mask=FieldMask(paths=mask), request_id=fresh())


def delivering(
    institution: str, delivery: capacity.Delivery | None = None, **differing: Value
) -> capacity.RecordDeliveryRequest:
    good: dict[str, Value] = {"parent": institution, "delivery": delivery or a_delivery(), "request_id": fresh()}
    return capacity.RecordDeliveryRequest(**good | differing)


def reporting(unit: str, vacancy: capacity.Vacancy | None = None, **differing: Value) -> capacity.ReportVacancyRequest:
    good: dict[str, Value] = {"parent": unit, "vacancy": vacancy or a_vacancy(), "request_id": fresh()}
    return capacity.ReportVacancyRequest(**good | differing)


def an_observation(child: str = "children/c-1", **differing: Value) -> wellbeing.WellbeingObservation:
    good: dict[str, Value] = {
        "child": child,
        "observed_date": day(-1),
        "value": 4,
        "note": "Went to school every day (invented)",
        "child_words": "I like the dog",
    }
    return wellbeing.WellbeingObservation(**good | differing)


def observing(child: str, **differing: Value) -> wellbeing.RecordWellbeingRequest:
    return wellbeing.RecordWellbeingRequest(observation=an_observation(child, **differing), request_id=fresh())


def correcting_observation(
    observation: wellbeing.WellbeingObservation, **differing: Value
) -> wellbeing.CorrectWellbeingRequest:
    good: dict[str, Value] = {
        "name": observation.name,
        "etag": observation.etag,
        "value": 3,
        "note": "Stayed at home two days (invented)",
        "child_words": observation.child_words,
        "reason": "It was of the week before",
        "request_id": fresh(),
    }
    return wellbeing.CorrectWellbeingRequest(**good | differing)


def applying(request: str, **differing: Value) -> waiting.ApplyToCentralListRequest:
    return waiting.ApplyToCentralListRequest(**{"request": request, "request_id": fresh()} | differing)


def leaving(
    application: waiting.CentralListApplication, **differing: Value
) -> waiting.WithdrawCentralListApplicationRequest:
    good: dict[str, Value] = {
        "name": application.name,
        "etag": application.etag,
        "reason": "An aunt takes the child",
        "request_id": fresh(),
    }
    return waiting.WithdrawCentralListApplicationRequest(**good | differing)


def removing(entry: waiting.CentralListEntry, **differing: Value) -> waiting.RemoveFromCentralListRequest:
    good: dict[str, Value] = {
        "name": entry.name,
        "etag": entry.etag,
        "reason": "No such place in the country",
        "request_id": fresh(),
    }
    return waiting.RemoveFromCentralListRequest(**good | differing)


def assigning(entry: waiting.CentralListEntry, home: str, **differing: Value) -> waiting.AssignPlaceRequest:
    good: dict[str, Value] = {"name": entry.name, "etag": entry.etag, "home": home, "request_id": fresh()}
    return waiting.AssignPlaceRequest(**good | differing)


def taking_back(entry: waiting.CentralListEntry, **differing: Value) -> waiting.TakePlaceBackRequest:
    good: dict[str, Value] = {
        "name": entry.name,
        "etag": entry.etag,
        "reason": "The unit closes (invented)",
        "request_id": fresh(),
    }
    return waiting.TakePlaceBackRequest(**good | differing)


def confirming(unit: str, **differing: Value) -> capacity.ConfirmVacancyRequest:
    return capacity.ConfirmVacancyRequest(**{"parent": unit, "request_id": fresh()} | differing)


def blocking(unit: str, *blocked: capacity.BlockedPlaces, **differing: Value) -> capacity.BlockPlacesRequest:
    good: dict[str, Value] = {"parent": unit, "blocked": blocked, "request_id": fresh()}
    return capacity.BlockPlacesRequest(**good | differing)


def recording_breach(**differing: Value) -> capacity.RecordBreachRequest:
    good: dict[str, Value] = {
        "authority": MUNICIPALITY,
        "place_count": 2,
        "from_date": day(-3),
        "what": "A flat is used (invented)",
    }
    return capacity.RecordBreachRequest(breach=capacity.Breach(**good | differing), request_id=fresh())


def closing_breach(breach: capacity.Breach, **differing: Value) -> capacity.CloseBreachRequest:
    good: dict[str, Value] = {
        "name": breach.name,
        "etag": breach.etag,
        "reason": "The child has moved (invented)",
        "request_id": fresh(),
    }
    return capacity.CloseBreachRequest(**good | differing)


def announced(session: Session) -> list[str]:
    """Subjects of all events, in order."""
    return list(session.exec(select(OutboxEvent.subject).order_by(col(OutboxEvent.sequence))))


def counts(answer: Value) -> tuple[int, int, int]:
    """Rows of an import that are new, changed and the same."""
    assert not answer.problems
    return answer.created_count, answer.updated_count, answer.unchanged_count


async def one_by_one(rows: Iterable[R]) -> AsyncIterator[R]:
    """Rows as an import sends them."""
    for row in rows:
        yield row
