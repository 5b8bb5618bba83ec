"""The registries, each read page by page as the user: so permission, scope and audit hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from havn.capacity.v1 import capacity_pb2, waiting_pb2, wellbeing_pb2
from havn.families.v1 import families_pb2, support_pb2
from havn.placements.v1 import placements_pb2
from services.havn.connection import Connection
from services.havn.exporting.lists import (
    BREACHES,
    CENTRAL_LIST,
    CENTRAL_LIST_APPLICATIONS,
    OFFERS,
    RISK_VIEWS,
    VACANCY_CHANGES,
    WAITING_LIST,
    WAITING_LIST_EXITS,
)
from services.havn.exporting.rows import Cells, cell, row
from services.havn.importing.capacity_columns import DELIVERIES, INSTITUTIONS, UNITS, VACANCIES
from services.havn.importing.columns import Sheet
from services.havn.importing.family_columns import FAMILIES, HOUSEHOLD
from services.havn.importing.placement_columns import PLACEMENTS, REQUESTS
from services.havn.importing.support_columns import AGREED_ACTIONS, FOLLOW_UPS, SUPERVISION_VISITS, SUPPORT_AGREEMENTS
from services.havn.importing.wellbeing_file import WELLBEING

MOST_ON_A_PAGE = 200
EVERY_FAMILY = "families/-"
EVERY_UNIT = "institutions/-/units/-"

Table = tuple[Sheet, list[Cells]]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Registry:
    """What is exported together: its sheets, how a page is asked for, and where its records stand in the answer."""

    sheets: tuple[Sheet, ...]
    call: Callable[[Connection], Callable[..., Any]]
    request: Callable[[], Any]
    items: str
    identity: Callable[[Any], Mapping[str, str]]
    # Whether `havn import` takes it again.
    importable: bool = True
    # What a row tells of: the record, or the message around it that its columns are of.
    told: Callable[[Any], Any] = lambda record: record

    @property
    def name(self) -> str:
        """Its name as people type it."""
        return self.sheets[0].name

    def tables(self, connection: Connection, progress: Progress) -> list[Table]:
        """All its rows. Raises grpc.RpcError where the user may not see them."""
        rows: list[list[Cells]] = [[] for _ in self.sheets]
        for record in self._records(connection, progress):
            identity = self.identity(record)
            rows[0].append(row(self.sheets[0], self.told(record), identity))
            if HOUSEHOLD in self.sheets:
                rows[1] += _members(record, identity["key"])
        return list(zip(self.sheets, rows, strict=True))

    def _records(self, connection: Connection, progress: Progress) -> Iterator[Any]:
        call, request = self.call(connection), self.request()
        request.page_size = MOST_ON_A_PAGE
        while True:
            page = call(request)
            records = getattr(page, self.items)
            yield from records
            progress(len(records))
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def _members(family: families_pb2.FosterFamily, key: str) -> list[Cells]:
    return [
        row(HOUSEHOLD, member, {"family": key, "person": member.person.removeprefix("persons/")})
        for member in family.household
    ]


def _key(record: Any) -> Mapping[str, str]:  # noqa: ANN401  # a record of any registry
    return {"key": record.name.rpartition("/")[2]}


def _part_of_institution(part: capacity_pb2.InstitutionUnit | capacity_pb2.Delivery) -> Mapping[str, str]:
    _, institution, _, key = part.name.split("/")
    return {"institution": institution, "key": key}


def _vacancy(vacancy: capacity_pb2.Vacancy) -> Mapping[str, str]:
    return {"unit": VACANCIES.identity[0].cell.tell(vacancy.name.removesuffix("/vacancy"))}


def _of_family(record: Any) -> Mapping[str, str]:  # noqa: ANN401  # whatever belongs to a family
    _, family, _, key = record.name.split("/")
    return {"family": family, "key": key}


def _action(action: support_pb2.AgreedAction) -> Mapping[str, str]:
    _, family, _, follow_up, _, number = action.name.split("/")
    return {"family": family, "follow_up": follow_up, "number": number}


def _waits(entry: capacity_pb2.WaitingListEntry | capacity_pb2.WaitingListExit) -> Mapping[str, str]:
    return {"request": entry.request.removeprefix("requests/")}


def _change(change: capacity_pb2.VacancyChange) -> Mapping[str, str]:
    unit, _, key = change.name.partition("/vacancyChanges/")
    return {"unit": VACANCIES.identity[0].cell.tell(unit), "key": key}


def _risk_view(view: placements_pb2.RiskView) -> Mapping[str, str]:
    _, placement, _, key = view.name.split("/")
    return {"placement": placement, "key": key}


def _observation(observation: wellbeing_pb2.WellbeingObservation) -> Mapping[str, str]:
    asked = wellbeing_pb2.RecordWellbeingRequest(observation=observation)
    return {column.name: cell(column, asked) for column in WELLBEING.identity}


WELLBEING_OBSERVATIONS = Registry(
    (WELLBEING,),
    lambda connection: connection.wellbeing.ListWellbeing,
    wellbeing_pb2.ListWellbeingRequest,
    "observations",
    _observation,
    importable=False,
    told=lambda observation: wellbeing_pb2.RecordWellbeingRequest(observation=observation),
)


REGISTRIES = (
    Registry(
        (FAMILIES, HOUSEHOLD),
        lambda connection: connection.families.ListFosterFamilies,
        families_pb2.ListFosterFamiliesRequest,
        "families",
        _key,
    ),
    Registry(
        (INSTITUTIONS,),
        lambda connection: connection.capacity.ListInstitutions,
        capacity_pb2.ListInstitutionsRequest,
        "institutions",
        _key,
    ),
    Registry(
        (UNITS,),
        lambda connection: connection.capacity.ListUnits,
        capacity_pb2.ListUnitsRequest,
        "units",
        _part_of_institution,
    ),
    Registry(
        (VACANCIES,),
        lambda connection: connection.capacity.ListVacancies,
        capacity_pb2.ListVacanciesRequest,
        "vacancies",
        _vacancy,
    ),
    Registry(
        (DELIVERIES,),
        lambda connection: connection.capacity.ListDeliveries,
        capacity_pb2.ListDeliveriesRequest,
        "deliveries",
        _part_of_institution,
    ),
    Registry(
        (REQUESTS,),
        lambda connection: connection.placements.ListRequests,
        placements_pb2.ListRequestsRequest,
        "requests",
        _key,
    ),
    Registry(
        (PLACEMENTS,),
        lambda connection: connection.placements.ListPlacements,
        placements_pb2.ListPlacementsRequest,
        "placements",
        _key,
    ),
    Registry(
        (FOLLOW_UPS,),
        lambda connection: connection.families.ListFollowUps,
        lambda: families_pb2.ListFollowUpsRequest(parent=EVERY_FAMILY),
        "follow_ups",
        _of_family,
        importable=False,
    ),
    Registry(
        (AGREED_ACTIONS,),
        lambda connection: connection.support.ListActions,
        lambda: support_pb2.ListActionsRequest(parent=EVERY_FAMILY),
        "actions",
        _action,
        importable=False,
    ),
    Registry(
        (SUPERVISION_VISITS,),
        lambda connection: connection.support.ListSupervisionVisits,
        lambda: support_pb2.ListSupervisionVisitsRequest(parent=EVERY_FAMILY),
        "visits",
        _of_family,
        importable=False,
    ),
    Registry(
        (SUPPORT_AGREEMENTS,),
        lambda connection: connection.support.ListSupportAgreements,
        lambda: support_pb2.ListSupportAgreementsRequest(parent=EVERY_FAMILY),
        "agreements",
        _of_family,
        importable=False,
    ),
    Registry(
        (BREACHES,),
        lambda connection: connection.capacity.ListBreaches,
        capacity_pb2.ListBreachesRequest,
        "breaches",
        _key,
        importable=False,
    ),
    Registry(
        (WAITING_LIST,),
        lambda connection: connection.capacity.ListWaitingList,
        capacity_pb2.ListWaitingListRequest,
        "entries",
        _waits,
        importable=False,
    ),
    Registry(
        (WAITING_LIST_EXITS,),
        lambda connection: connection.waiting.ListWaitingListExits,
        waiting_pb2.ListWaitingListExitsRequest,
        "exits",
        _waits,
        importable=False,
    ),
    Registry(
        (CENTRAL_LIST_APPLICATIONS,),
        lambda connection: connection.waiting.ListCentralListApplications,
        waiting_pb2.ListCentralListApplicationsRequest,
        "applications",
        _key,
        importable=False,
    ),
    Registry(
        (CENTRAL_LIST,),
        lambda connection: connection.waiting.ListCentralList,
        waiting_pb2.ListCentralListRequest,
        "entries",
        _key,
        importable=False,
    ),
    Registry(
        (OFFERS,),
        lambda connection: connection.placements.ListOffers,
        placements_pb2.ListOffersRequest,
        "offers",
        _key,
        importable=False,
    ),
    Registry(
        (RISK_VIEWS,),
        lambda connection: connection.placements.ListRiskViews,
        placements_pb2.ListRiskViewsRequest,
        "risk_views",
        _risk_view,
        importable=False,
    ),
    Registry(
        (VACANCY_CHANGES,),
        lambda connection: connection.capacity.ListVacancyChanges,
        lambda: capacity_pb2.ListVacancyChangesRequest(parent=EVERY_UNIT),
        "changes",
        _change,
        importable=False,
    ),
    WELLBEING_OBSERVATIONS,
)
