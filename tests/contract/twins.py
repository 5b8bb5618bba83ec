"""The same records in two municipalities and in two homes of one, and each RPC's request for those of one side.

All that a record says holds its side's word, so that a look at the bytes of an answer tells whose records it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import count

import grpc
from google.protobuf.message import Message

from havn.audit.v1 import audit_pb2 as audit
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.matching.v1 import matching_pb2 as matching
from havn.operations.v1 import operations_pb2 as operations
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules.central_list import entry_name
from services.matching.store import RequestRow
from services.placements.offer_rules import inquiry_name
from services.shared.access import EVERYWHERE, Caller, role
from services.shared.names import last_part
from tests import cast
from tests.conftest import Havn

HERE, THERE = cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY
STALE = "999"
"""The etag of no version: whoever may change a record is told so, and nothing changes."""


@dataclass(frozen=True)
class Side:
    """One side's records, by name. `word` is in case content, `open_word` in what all authorities see."""

    authority: str
    word: str
    open_word: str
    request: str = ""
    placement: str = ""
    family: str = ""
    follow_up: str = ""
    suggestions: str = ""
    run: str = ""
    institution: str = ""
    unit: str = ""
    offer: str = ""
    inquiry: str = ""
    risk_view: str = ""
    agreement: str = ""
    new: str = "*/new"
    """Of what is made by the call: no narrowed view holds it."""
    application: str = "centralListApplications/none"
    entry: str = "centralListEntries/none"
    resident: str = "children/none"
    observation: str = "wellbeingObservations/none"
    breach: str = "breaches/none"


SIDES = (
    Side(HERE, "amberword", "openone"),
    Side(HERE, "birchword", "opentwo"),
    Side(THERE, "coralword", "openthree"),
)
NOWHERE = Side(
    HERE,
    "noword",
    "noopenword",
    **{
        field.name: f"{kind}/none"
        for field, kind in zip(
            fields(Side)[3:15],
            (
                "requests",
                "placements",
                "families",
                "families/none/followUps",
                "suggestions",
                "matchRuns",
                "institutions",
                "institutions/none/units",
                "offers",
                "families/none/inquiries",
                "placements/none/riskViews",
                "families/none/supportAgreements",
            ),
            strict=True,
        )
    },
)
"""A side that has no records."""


def somebody(of: str, authority: str) -> Caller:
    return Caller(f"users/twin-{of.lower()}", frozenset({role(of)}), authority)


_days = count(1)


def of_another_day(resident: str) -> wellbeing.RecordWellbeingRequest:
    """What is observed of a day of which nothing is written yet (B7)."""
    return cast.observing(resident, observed_date=cast.day(-next(_days)))


async def made(havn: Havn, side: Side) -> Side:
    """The side, with its records kept and known everywhere."""
    word, authority = side.word, side.authority
    coordinator = havn.as_(somebody("COORDINATOR", authority))
    consultant = havn.as_(somebody("CONSULTANT", authority))
    administrator = havn.as_(somebody("ADMINISTRATOR", EVERYWHERE))
    family = await consultant.families.CreateFosterFamily(cast.entering(a_family(side), id=f"f-{word}"))
    follow_up = await consultant.families.LogFollowUp(cast.logging(family.name, a_follow_up(side)))
    placed = a_placement(side, family.name)
    placement = await coordinator.placements.RecordPlacement(cast.recording(placed, id=f"p-{word}"))
    follow_up = await consultant.support.CorrectFollowUp(cast.correcting(follow_up, a_follow_up(side)))
    agreed = cast.an_agreement(what=f"Supervision {word}")
    agreement = await consultant.support.AgreeSupport(cast.agreeing(family.name, agreed))
    risk_view = f"{placement.name}/riskViews/{last_part(follow_up.name)}"
    request = await coordinator.placements.CreateRequest(cast.filing(a_request(side), id=f"r-{word}"))
    in_danger = a_request(side, child=f"children/d-{word}")
    in_danger.danger.CopyFrom(placements.Danger(assessor=f"Assessor {word}", since_date=cast.day()))
    seeking = await coordinator.placements.CreateRequest(cast.filing(in_danger, id=f"d-{word}"))
    founding = cast.founding(an_institution(side), id=f"i-{side.open_word}")
    institution = await administrator.capacity.CreateInstitution(founding)
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name, a_unit(side), id="u"))
    staff = havn.as_(cast.staff_of(institution.name, authority))
    # Neither word is told of: institutions of an authority see it, and not what else has these words.
    resident = f"children/{cast.fresh('resident')}"
    lives = cast.a_placement(authority=authority, child=resident, home=unit.name, step=5, start_date=cast.day(-2500))
    await coordinator.placements.RecordPlacement(cast.recording(lives))
    await staff.capacity.ReportVacancy(cast.reporting(unit.name))

    async def waits() -> bool:
        entries = await coordinator.capacity.ListWaitingList(capacity.ListWaitingListRequest())
        return {request.name, seeking.name} <= {entry.request for entry in entries.entries}

    async def is_known() -> bool:
        homes = await coordinator.matching.ListHomes(matching.ListHomesRequest())
        asked = await havn.rows("matching", lambda session: session.get(RequestRow, request.name))
        return asked is not None and {family.name, unit.name} <= {home.name for home in homes.homes}

    async def is_looked_at() -> bool:
        views = await havn.as_(somebody("LEADER", authority)).placements.ListRiskViews(
            placements.ListRiskViewsRequest()
        )
        return risk_view in {view.name for view in views.risk_views}

    await havn.until("placements", is_looked_at)
    await havn.until("capacity", waits)
    await havn.until("matching", is_known)

    async def lives_there() -> bool:
        try:
            await staff.wellbeing.RecordWellbeing(of_another_day(resident))
        except grpc.aio.AioRpcError:
            return False
        return True

    await havn.until("capacity", lives_there)
    observation = await staff.wellbeing.RecordWellbeing(of_another_day(resident))
    application = await coordinator.waiting.ApplyToCentralList(cast.applying(seeking.name))
    breach = await coordinator.capacity.RecordBreach(cast.recording_breach(authority=authority))
    offer = await coordinator.placements.OfferPlace(cast.offering(request, family.name))
    suggestions = await coordinator.matching.SuggestMatches(matching.SuggestMatchesRequest(request=request.name))
    run = await coordinator.matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh()))
    *_, run = [seen async for seen in coordinator.matching.WatchMatchRun(matching.WatchMatchRunRequest(name=run.name))]
    assert run.authority == authority
    return Side(
        authority,
        word,
        side.open_word,
        request.name,
        placement.name,
        family.name,
        follow_up.name,
        suggestions.name,
        run.name,
        institution.name,
        unit.name,
        offer.name,
        inquiry_name(offer),
        risk_view,
        agreement.name,
        application=application.name,
        entry=entry_name(application.name),
        resident=resident,
        observation=observation.name,
        breach=breach.name,
    )


def a_request(side: Side, child: str = "") -> placements.PlacementRequest:
    word = side.word
    return cast.a_request(
        authority=side.authority,
        child=cast.a_child(reference=child or f"children/c-{word}"),
        need_step=placements.NeedStep(step=3, assessor=f"Assessor {word}", assessed_date=cast.day(-30)),
        school=placements.Schooling(school=f"School {word}", town="Nuuk"),
        wish=placements.Wish(child_words=f"Near {word}"),
    )


def a_placement(side: Side, home: str) -> placements.Placement:
    return cast.a_placement(authority=side.authority, child=f"children/l-{side.word}", home=home)


def a_family(side: Side) -> families.FosterFamily:
    word = side.word
    approval = cast.an_approval(reference=f"A-{word}", place_count=3)
    return cast.a_full_family(
        authority=side.authority,
        display_name=f"Family {word}",
        agreements=[],
        schools=[f"School {word}"],
        approval=approval,
        pause=None,
        household=[cast.a_member(person=f"persons/{word}")],
    )


def a_follow_up(side: Side) -> families.FollowUp:
    part = families.FollowUpPart(note=f"Note {side.word}")
    parts = dict.fromkeys(("competences", "resources", "involvement", "trust", "everyday_life"), part)
    return cast.a_follow_up(children=[f"children/l-{side.word}"], **parts)


def an_institution(side: Side) -> capacity.Institution:
    return cast.an_institution(authority=side.authority, display_name=f"Home {side.open_word}")


def a_unit(side: Side) -> capacity.InstitutionUnit:
    return cast.a_unit(
        display_name=f"Unit {side.open_word}", disposal=terms.DISPOSAL_BY_AGREEMENT, agreements=[HERE, THERE]
    )


@dataclass(frozen=True)
class Aim:
    """How an RPC is aimed at a side: at which of its records, by which request. At none where it makes a list."""

    request: Callable[[Side], Message]
    record: str = ""
    is_open: bool = False
    reads: bool = True
    of: str = ""
    """The record in whose scope it is seen, where it is not its own: a child in that of the unit where it lives."""
    owner: str = ""
    """Whose record it is, where it is not the side's own."""


def _import(side: Side) -> placements.ImportPlacementsRequest:
    row = cast.filing(a_request(side), id="", request_id="")
    return placements.ImportPlacementsRequest(request_id=cast.fresh(), validate_only=True, request=row)


def _import_support(side: Side) -> support.ImportSupportRequest:
    visit = support.RecordedSupervisionVisit(parent=side.family, id=cast.fresh("v"), visit=cast.a_visit())
    return support.ImportSupportRequest(request_id=cast.fresh(), validate_only=True, visit=visit)


def _import_family(side: Side) -> families.ImportFamiliesRequest:
    row = cast.entering(a_family(side), id="", request_id="")
    return families.ImportFamiliesRequest(request_id=cast.fresh(), validate_only=True, family=row)


def _import_institution(side: Side) -> capacity.ImportCapacityRequest:
    row = cast.founding(an_institution(side), id="", request_id="")
    return capacity.ImportCapacityRequest(request_id=cast.fresh(), validate_only=True, institution=row)


def _known(request: placements.PlacementRequest, side: Side) -> placements.PlacementRequest:
    request.name, request.etag = side.request, STALE
    return request


def _known_family(family: families.FosterFamily, side: Side) -> families.FosterFamily:
    family.name, family.etag = side.family, STALE
    return family


def _known_institution(institution: capacity.Institution, side: Side) -> capacity.Institution:
    institution.name, institution.etag = side.institution, STALE
    return institution


def _known_unit(unit: capacity.InstitutionUnit, side: Side) -> capacity.InstitutionUnit:
    unit.name, unit.etag = side.unit, STALE
    return unit


def _step(request: Callable[..., Message], side: Side) -> Message:
    return request(name=side.family, etag=STALE, reason="x", request_id=cast.fresh())


AIMED = {
    "CreateRequest": Aim(lambda side: cast.filing(a_request(side), id=""), "new", reads=False),
    "GetRequest": Aim(lambda side: placements.GetRequestRequest(name=side.request), "request"),
    "ListRequests": Aim(lambda _: placements.ListRequestsRequest()),
    "UpdateRequest": Aim(lambda side: cast.updating(_known(a_request(side), side), "school"), "request", reads=False),
    "WithdrawRequest": Aim(lambda side: cast.withdrawing(_known(a_request(side), side)), "request", reads=False),
    "RecordPlacement": Aim(lambda side: cast.recording(a_placement(side, side.family), id=""), "new", reads=False),
    "GetPlacement": Aim(lambda side: placements.GetPlacementRequest(name=side.placement), "placement"),
    "ListPlacements": Aim(lambda _: placements.ListPlacementsRequest()),
    "ImportPlacements": Aim(_import),
    "OfferPlace": Aim(
        lambda side: cast.offering(placements.PlacementRequest(name=side.request), side.family, etag=STALE),
        "request",
        reads=False,
    ),
    "GetOffer": Aim(lambda side: placements.GetOfferRequest(name=side.offer), "offer"),
    "ListOffers": Aim(lambda _: placements.ListOffersRequest()),
    "WithdrawOffer": Aim(
        lambda side: cast.withdrawing_offer(placements.Offer(name=side.offer, etag=STALE)), "offer", reads=False
    ),
    "GetInquiry": Aim(lambda side: placements.GetInquiryRequest(name=side.inquiry), "inquiry"),
    "ListInquiries": Aim(lambda _: placements.ListInquiriesRequest(parent="-")),
    "AnswerOffer": Aim(
        lambda side: cast.answering(placements.Inquiry(name=side.inquiry, etag=STALE)), "inquiry", reads=False
    ),
    "GetPlacementsOverview": Aim(lambda _: placements.GetPlacementsOverviewRequest()),
    "WatchOffers": Aim(lambda _: placements.WatchOffersRequest()),
    "CreateFosterFamily": Aim(lambda side: cast.entering(a_family(side), id=""), "new", reads=False),
    "GetFosterFamily": Aim(lambda side: families.GetFosterFamilyRequest(name=side.family), "family"),
    "ListFosterFamilies": Aim(lambda _: families.ListFosterFamiliesRequest()),
    "UpdateFosterFamily": Aim(
        lambda side: cast.changing(_known_family(a_family(side), side), "schools"), "family", reads=False
    ),
    "AssessFamily": Aim(lambda side: cast.assessing(_known_family(a_family(side), side)), "family", reads=False),
    "ApproveFamily": Aim(lambda side: cast.approving(_known_family(a_family(side), side)), "family", reads=False),
    "StateFact": Aim(
        lambda side: families.StateFactRequest(
            name=side.family, etag=STALE, fact=families.PROFILE_FACT_PETS, says="x", request_id=cast.fresh()
        ),
        "family",
        reads=False,
    ),
    "ResolveConflict": Aim(
        lambda side: families.ResolveConflictRequest(
            name=side.family, etag=STALE, fact=families.PROFILE_FACT_PETS, resolution="x", request_id=cast.fresh()
        ),
        "family",
        reads=False,
    ),
    "NoteProfileViews": Aim(lambda side: families.NoteProfileViewsRequest(names=[side.family])),
    "ListProfileViews": Aim(lambda side: families.ListProfileViewsRequest(name=side.family), "family"),
    "RefuseFamily": Aim(lambda side: _step(families.RefuseFamilyRequest, side), "family", reads=False),
    "PauseFamily": Aim(lambda side: _step(families.PauseFamilyRequest, side), "family", reads=False),
    "ResumeFamily": Aim(lambda side: _step(families.ResumeFamilyRequest, side), "family", reads=False),
    "EndFamily": Aim(lambda side: _step(families.EndFamilyRequest, side), "family", reads=False),
    "LogFollowUp": Aim(lambda side: cast.logging(side.family, a_follow_up(side)), "family", reads=False),
    "GetFollowUp": Aim(lambda side: families.GetFollowUpRequest(name=side.follow_up), "follow_up"),
    "GetFamiliesOverview": Aim(lambda _: families.GetFamiliesOverviewRequest()),
    "ListFollowUpsDue": Aim(lambda _: families.ListFollowUpsDueRequest()),
    "ListCertificatesDue": Aim(lambda side: families.ListCertificatesDueRequest(parent=side.family), "family"),
    "ListFollowUps": Aim(lambda side: families.ListFollowUpsRequest(parent=side.family), "family"),
    "ImportFamilies": Aim(_import_family),
    "GetSupportPolicy": Aim(lambda side: support.GetSupportPolicyRequest(authority=side.authority)),
    "ListSupportPolicies": Aim(lambda side: support.ListSupportPoliciesRequest(authority=side.authority)),
    "PublishSupportPolicy": Aim(
        lambda side: cast.publishing(cast.a_policy(authority=side.authority, scale=[])), "new", reads=False
    ),
    "ImportSupport": Aim(_import_support),
    "GetNextVisit": Aim(lambda side: support.GetNextVisitRequest(name=side.family), "family"),
    "CorrectFollowUp": Aim(
        lambda side: cast.correcting(families.FollowUp(name=side.follow_up, etag=STALE), a_follow_up(side)),
        "follow_up",
        reads=False,
    ),
    "ListFollowUpVersions": Aim(lambda side: support.ListFollowUpVersionsRequest(parent=side.follow_up), "follow_up"),
    "SaveFollowUpDraft": Aim(lambda side: cast.drafting(side.family), "family", reads=False),
    "ListFollowUpDrafts": Aim(lambda _: support.ListFollowUpDraftsRequest(parent="families/-")),
    "DiscardFollowUpDraft": Aim(
        lambda side: support.DiscardFollowUpDraftRequest(parent=side.family, request_id=cast.fresh()),
        "family",
        reads=False,
    ),
    "ListActions": Aim(lambda side: support.ListActionsRequest(parent=side.family), "family"),
    "GetFollowUpTrend": Aim(lambda side: support.GetFollowUpTrendRequest(name=side.family), "family"),
    "GetFollowUpCoverage": Aim(lambda _: support.GetFollowUpCoverageRequest()),
    "LogSupervisionVisit": Aim(lambda side: cast.visiting(side.family), "family", reads=False),
    "ListSupervisionVisits": Aim(lambda _: support.ListSupervisionVisitsRequest(parent="families/-")),
    "ListSupervisionVisitsDue": Aim(lambda _: support.ListSupervisionVisitsDueRequest()),
    "ListResidents": Aim(lambda side: support.ListResidentsRequest(parent=side.family), "family"),
    "ListIntensiveSupportDue": Aim(lambda _: support.ListIntensiveSupportDueRequest()),
    "ListTraining": Aim(lambda _: support.ListTrainingRequest()),
    "AgreeSupport": Aim(lambda side: cast.agreeing(side.family), "family", reads=False),
    "EndSupport": Aim(
        lambda side: cast.ending(support.SupportAgreement(name=side.agreement, etag=STALE)), "agreement", reads=False
    ),
    "ListSupportAgreements": Aim(lambda side: support.ListSupportAgreementsRequest(parent=side.family), "family"),
    "ListFees": Aim(lambda _: support.ListFeesRequest()),
    "GetFamilyCost": Aim(lambda side: support.GetFamilyCostRequest(name=side.family), "family"),
    "ListConcerns": Aim(lambda side: support.ListConcernsRequest(follow_ups=[side.follow_up])),
    "ListRiskViews": Aim(lambda _: placements.ListRiskViewsRequest()),
    "CloseRiskView": Aim(
        lambda side: cast.looking(placements.RiskView(name=side.risk_view, etag=STALE)), "risk_view", reads=False
    ),
    "SettleAction": Aim(
        lambda side: cast.settling(support.AgreedAction(name=f"{side.follow_up}/actions/1", etag=STALE)),
        "follow_up",
        reads=False,
    ),
    "CreateInstitution": Aim(lambda side: cast.founding(an_institution(side), id=""), "new", reads=False),
    "GetInstitution": Aim(lambda side: capacity.GetInstitutionRequest(name=side.institution), "institution", True),
    "ListInstitutions": Aim(lambda _: capacity.ListInstitutionsRequest()),
    "UpdateInstitution": Aim(
        lambda side: cast.changing_institution(_known_institution(an_institution(side), side), "display_name"),
        "institution",
        reads=False,
    ),
    "UpdateUnit": Aim(lambda side: cast.changing_unit(_known_unit(a_unit(side), side), "schools"), "unit", reads=False),
    "GetSupplierSheet": Aim(lambda side: capacity.GetSupplierSheetRequest(name=side.institution), "institution", True),
    "RecordDelivery": Aim(lambda side: cast.delivering(side.institution, id=""), "institution", reads=False),
    "ListDeliveries": Aim(lambda _: capacity.ListDeliveriesRequest()),
    "CreateUnit": Aim(lambda side: cast.opening(side.institution, a_unit(side), id=""), "institution", reads=False),
    "GetUnit": Aim(lambda side: capacity.GetUnitRequest(name=side.unit), "unit", True),
    "ListUnits": Aim(lambda _: capacity.ListUnitsRequest()),
    "ReportVacancy": Aim(lambda side: cast.reporting(side.unit, cast.a_vacancy(etag=STALE)), "unit", reads=False),
    "ConfirmVacancy": Aim(
        lambda side: capacity.ConfirmVacancyRequest(parent=side.unit, etag=STALE, request_id=cast.fresh()),
        "unit",
        reads=False,
    ),
    "BlockPlaces": Aim(
        lambda side: capacity.BlockPlacesRequest(parent=side.unit, etag=STALE, request_id=cast.fresh()),
        "unit",
        reads=False,
    ),
    "ListVacancyChanges": Aim(lambda side: capacity.ListVacancyChangesRequest(parent=side.unit), "unit", True),
    "RecordBreach": Aim(lambda side: cast.recording_breach(authority=side.authority), "new", reads=False),
    "CloseBreach": Aim(
        lambda side: cast.closing_breach(capacity.Breach(name=side.breach, etag=STALE)), "breach", reads=False
    ),
    "ListBreaches": Aim(lambda _: capacity.ListBreachesRequest()),
    "ListVacancies": Aim(lambda _: capacity.ListVacanciesRequest()),
    "WatchVacancies": Aim(lambda _: capacity.WatchVacanciesRequest()),
    "GetCapacityOverview": Aim(lambda _: capacity.GetCapacityOverviewRequest()),
    "WatchWaitingList": Aim(lambda _: capacity.WatchWaitingListRequest()),
    "ApplyToCentralList": Aim(lambda side: cast.applying(side.request, etag=STALE), "request", reads=False),
    "ListCentralListApplications": Aim(lambda _: waiting.ListCentralListApplicationsRequest()),
    "WithdrawCentralListApplication": Aim(
        lambda side: cast.leaving(waiting.CentralListApplication(name=side.application, etag=STALE)),
        "application",
        reads=False,
    ),
    "GetWellbeingScale": Aim(lambda _: wellbeing.GetWellbeingScaleRequest()),
    "RecordWellbeing": Aim(lambda side: of_another_day(side.resident), "resident", reads=False, of="unit"),
    "CorrectWellbeing": Aim(
        lambda side: cast.correcting_observation(wellbeing.WellbeingObservation(name=side.observation, etag=STALE)),
        "observation",
        reads=False,
        of="unit",
    ),
    "GetWellbeingObservation": Aim(
        lambda side: wellbeing.GetWellbeingObservationRequest(name=side.observation),
        "observation",
        reads=False,
        of="unit",
    ),
    "ListWellbeing": Aim(lambda _: wellbeing.ListWellbeingRequest()),
    "ImportWellbeing": Aim(
        lambda side: wellbeing.ImportWellbeingRequest(
            request_id=cast.fresh(), validate_only=True, observation=cast.observing(side.resident)
        )
    ),
    "GetWaitingTimes": Aim(lambda _: waiting.GetWaitingTimesRequest()),
    "ListWaitingListExits": Aim(lambda _: waiting.ListWaitingListExitsRequest()),
    "ListCentralList": Aim(lambda _: waiting.ListCentralListRequest()),
    "RemoveFromCentralList": Aim(
        lambda side: cast.removing(waiting.CentralListEntry(name=side.entry, etag=STALE)),
        "entry",
        reads=False,
        owner=cast.SELF_GOVERNMENT,
    ),
    "AssignPlace": Aim(
        lambda side: cast.assigning(waiting.CentralListEntry(name=side.entry, etag=STALE), side.unit),
        "entry",
        reads=False,
        owner=cast.SELF_GOVERNMENT,
    ),
    "TakePlaceBack": Aim(
        lambda side: cast.taking_back(waiting.CentralListEntry(name=side.entry, etag=STALE)),
        "entry",
        reads=False,
        owner=cast.SELF_GOVERNMENT,
    ),
    "ListAssignablePlaces": Aim(lambda _: waiting.ListAssignablePlacesRequest()),
    "ListWaitingList": Aim(lambda _: capacity.ListWaitingListRequest()),
    "ImportCapacity": Aim(_import_institution),
    "ListHomes": Aim(lambda _: matching.ListHomesRequest()),
    "WatchHomes": Aim(lambda _: matching.WatchHomesRequest()),
    "CountSuitablePlaces": Aim(lambda side: matching.CountSuitablePlacesRequest(requests=[side.request])),
    "SuggestMatches": Aim(lambda side: matching.SuggestMatchesRequest(request=side.request), "request"),
    "GetSuggestions": Aim(lambda side: matching.GetSuggestionsRequest(name=side.suggestions), "suggestions"),
    "GetSuggestionsPart": Aim(
        lambda side: matching.GetSuggestionsPartRequest(name=side.suggestions, suggestion_count=9, excluded_homes=True),
        "suggestions",
    ),
    "CreateMatchRun": Aim(lambda _: matching.CreateMatchRunRequest(request_id=cast.fresh())),
    "GetMatchRun": Aim(lambda side: matching.GetMatchRunRequest(name=side.run), "run"),
    "WatchMatchRun": Aim(lambda side: matching.WatchMatchRunRequest(name=side.run), "run"),
    "ListAuditRows": Aim(lambda _: audit.ListAuditRowsRequest(page_size=200)),
    "CheckAudit": Aim(lambda _: audit.CheckAuditRequest()),
    "GetAuditHead": Aim(lambda _: audit.GetAuditHeadRequest()),
    "ListParked": Aim(lambda _: operations.ListParkedRequest()),
    "RetryParked": Aim(lambda _: operations.RetryParkedRequest(name="parkedEvents/1", request_id=cast.fresh())),
    "CreateRebuild": Aim(lambda _: operations.CreateRebuildRequest(request_id=cast.fresh())),
    "GetRebuild": Aim(lambda _: operations.GetRebuildRequest(name="rebuilds/none")),
    "DismissParked": Aim(
        lambda _: operations.DismissParkedRequest(name="parkedEvents/1", reason="x", request_id=cast.fresh())
    ),
}
"""By the RPC's name. A new RPC has to be aimed here, or the tests of access fail."""
