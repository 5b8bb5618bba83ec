"""The RPCs of support that look back and ahead: trends, coverage, supervision visits, training, agreements."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import col

from havn.families.v1 import support_pb2 as pb
from havn.families.v1 import support_pb2_grpc as rpc
from services.families import fees, policies, residents, wire
from services.families.due import Due
from services.families.rules import agreements, arrivals, supervision, training, trends
from services.families.rules.fees import Placed
from services.families.store import (
    ACTIONS,
    AGREEMENTS,
    EVERY_FAMILY,
    FAMILIES,
    FOLLOW_UPS,
    SUPERVISION_VISITS,
    ActionRow,
    AgreementRow,
    FollowUpRow,
    SupervisionVisitRow,
    followed_by,
)
from services.shared import names
from services.shared.clock import Clock
from services.shared.names import parent
from services.shared.records import Change, Page, View, keyed, ordered, positions
from services.shared.server import Context
from services.shared.store import Store
from services.shared.wire import day, timestamp


class SupervisionApi(rpc.SupportServiceServicer):
    """How families fare, and what is to be done for them."""

    def __init__(self, store: Store, clock: Clock, due: Due) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def GetFollowUpTrend(self, request: pb.GetFollowUpTrendRequest, context: Context) -> pb.FollowUpTrend:
        """One family's trend."""

        def trend(view: View) -> pb.FollowUpTrend:
            family = view.get(FAMILIES, request.name)
            found = view.all(FOLLOW_UPS, col(FollowUpRow.parent) == family.name)
            about = [each for each in found if trends.is_about(each, request.child)]
            return trends.trend(family, about, view.all(ACTIONS, col(ActionRow.family) == family.name))

        return await self._store.view(trend)

    async def GetFollowUpCoverage(
        self, request: pb.GetFollowUpCoverageRequest, context: Context
    ) -> pb.FollowUpCoverage:
        """How many families were followed up in time, until yesterday at the latest."""
        yesterday = self._clock.today() - timedelta(days=1)
        last = min(yesterday, day(request.until_date)) if request.HasField("until_date") else yesterday
        first = day(request.from_date) if request.HasField("from_date") else yesterday - supervision.YEAR

        def coverage(view: View) -> pb.FollowUpCoverage:
            logged = defaultdict(list)
            for follow_up in view.all(FOLLOW_UPS):
                logged[parent(follow_up.name)].append(follow_up)
            return trends.coverage(view.all(FAMILIES), logged, residents.since(view, first), (first, last))

        return await self._store.view(coverage)

    async def LogSupervisionVisit(
        self, request: pb.LogSupervisionVisitRequest, context: Context
    ) -> pb.SupervisionVisit:
        """Logs a supervision visit."""

        def log(change: Change) -> pb.SupervisionVisit:
            family, visit = change.get(FAMILIES, request.parent), request.visit
            supervision.check_visit(visit, self._clock.today())
            visit.name = f"{family.name}/supervisionVisits/{names.new_id()}"
            visit.authority, visit.visitor = family.authority, change.caller.subject
            visit.create_time.CopyFrom(timestamp(change.now))
            return change.add(SUPERVISION_VISITS, visit)

        return await self._store.change(request, pb.SupervisionVisit, log)

    async def ListSupervisionVisits(
        self, request: pb.ListSupervisionVisitsRequest, context: Context
    ) -> pb.ListSupervisionVisitsResponse:
        """A page of supervision visits."""

        def visits(view: View) -> Page[pb.SupervisionVisit]:
            where = of_family(view, request.parent, col(SupervisionVisitRow.family))
            return view.page(SUPERVISION_VISITS, request.page_size, request.page_token, *where)

        page = await self._store.view(visits)
        return pb.ListSupervisionVisitsResponse(visits=page.items, next_page_token=page.next_token)

    async def ListSupervisionVisitsDue(
        self, request: pb.ListSupervisionVisitsDueRequest, context: Context
    ) -> pb.ListSupervisionVisitsDueResponse:
        """A page of families, by the day that they are to be visited for supervision."""
        today = self._clock.today()

        found = await self._store.view(
            lambda view: self._due.supervision_visits(view, request.consultant, request.family, today)
        )
        page = ordered(found, supervision.by_due_day, request.page_size, request.page_token)
        return pb.ListSupervisionVisitsDueResponse(
            visits_due=page.items,
            next_page_token=page.next_token,
            overdue_count=supervision.overdue_count(found),
        )

    async def ListTraining(self, request: pb.ListTrainingRequest, context: Context) -> pb.ListTrainingResponse:
        """A page of approved families with their training."""
        today = self._clock.today()

        def standing(view: View) -> list[pb.FamilyTraining]:
            policy = policies.by_authority(view)
            families = view.all(FAMILIES, **followed_by(request.consultant, request.family))
            approved = (each for each in families if each.HasField("approval"))
            return [training.standing(family, policy(family.authority), today) for family in approved]

        page = keyed(await self._store.view(standing), training.by_lack, request.page_size, request.page_token)
        return pb.ListTrainingResponse(families=page.items, next_page_token=page.next_token)

    async def AgreeSupport(self, request: pb.AgreeSupportRequest, context: Context) -> pb.SupportAgreement:
        """Agrees on support."""

        def agree(change: Change) -> pb.SupportAgreement:
            family, agreement = change.get(FAMILIES, request.parent), request.agreement
            agreements.check_agreement(agreement)
            if agreement.relief_family:
                agreements.check_relief(family, change.get(FAMILIES, agreement.relief_family), self._clock.today())
            agreement.name = f"{family.name}/supportAgreements/{names.new_id()}"
            agreement.authority, agreement.author = family.authority, change.caller.subject
            agreement.create_time.CopyFrom(timestamp(change.now))
            agreement.end_reason = agreement.ended_by = ""
            return change.add(AGREEMENTS, agreement)

        return await self._store.change(request, pb.SupportAgreement, agree)

    async def EndSupport(self, request: pb.EndSupportRequest, context: Context) -> pb.SupportAgreement:
        """Ends an agreement."""

        def end(change: Change) -> pb.SupportAgreement:
            agreement = change.get(AGREEMENTS, request.name)
            agreements.end(agreement, request, by=change.caller.subject)
            return change.save(AGREEMENTS, agreement, request.etag)

        return await self._store.change(request, pb.SupportAgreement, end)

    async def ListSupportAgreements(
        self, request: pb.ListSupportAgreementsRequest, context: Context
    ) -> pb.ListSupportAgreementsResponse:
        """A page of agreements, those in force on a day where one is named."""

        def agreed(view: View) -> list[pb.SupportAgreement]:
            found = view.all(AGREEMENTS, *of_family(view, request.parent, col(AgreementRow.family)))
            on = day(request.on_date) if request.HasField("on_date") else None
            return [each for each in found if on is None or agreements.in_force(each, on)]

        page = positions(await self._store.view(agreed), request.page_size, request.page_token)
        return pb.ListSupportAgreementsResponse(agreements=page.items, next_page_token=page.next_token)

    async def ListIntensiveSupportDue(
        self, request: pb.ListIntensiveSupportDueRequest, context: Context
    ) -> pb.ListIntensiveSupportDueResponse:
        """A page of children in their first year without intensive support."""
        today = self._clock.today()

        found = await self._store.view(lambda view: self._due.intensive_support(view, request.consultant, today))
        page = ordered(found, agreements.by_arrival, request.page_size, request.page_token)
        return pb.ListIntensiveSupportDueResponse(
            support_due=page.items, next_page_token=page.next_token, total_count=len(found)
        )

    async def ListResidents(self, request: pb.ListResidentsRequest, context: Context) -> pb.ListResidentsResponse:
        """A page of children who live in a family."""
        today = self._clock.today()

        def there(view: View) -> list[pb.Resident]:
            family = view.get(FAMILIES, request.parent)
            stays = arrivals.living(residents.in_family(view, family.name, today), today)
            return [wire.resident(family, stay) for stay in stays]

        page = positions(await self._store.view(there), request.page_size, request.page_token)
        return pb.ListResidentsResponse(residents=page.items, next_page_token=page.next_token)

    async def ListFees(self, request: pb.ListFeesRequest, context: Context) -> pb.ListFeesResponse:
        """A page of the tables of fees."""
        page = positions(fees.all_fees(), request.page_size, request.page_token)
        return pb.ListFeesResponse(fees=map(fees.message, page.items), next_page_token=page.next_token)

    async def GetFamilyCost(self, request: pb.GetFamilyCostRequest, context: Context) -> pb.FamilyCost:
        """What a child costs in a family, and what each does who lives there."""
        on = day(request.on_date) if request.HasField("on_date") else self._clock.today()
        asked = Placed(request.age, max(1, request.child_number)) if request.HasField("age") else None

        def told(view: View) -> pb.FamilyCost:
            family = view.get(FAMILIES, request.name)
            found, shown = fees.family_cost(family, on, asked), residents.placed_by_caller(view, family.name)
            stays = residents.in_family(view, family.name, on)
            found.children.extend(fees.child_costs(family, on, stays, shown))
            return found

        return await self._store.view(told)


def of_family(view: View, name: str, column: Mapped[str]) -> list[ColumnElement[bool]]:
    """What holds of the records of a family, which the caller must see; of all where all are asked for."""
    return [] if name == EVERY_FAMILY else [column == view.get(FAMILIES, name).name]
