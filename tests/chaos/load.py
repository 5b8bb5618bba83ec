"""People at work: each does one thing after another, and repeats each write with its key until it is answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.families.v1 import families_pb2 as families
from havn.families.v1.families_pb2_grpc import FamiliesServiceStub
from havn.matching.v1 import matching_pb2 as matching
from havn.matching.v1.matching_pb2_grpc import MatchingServiceStub
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.placements.offer_rules import inquiry_name
from services.shared.access import Caller
from services.shared.clock import SystemClock
from services.shared.names import last_part
from services.shared.records import Resource
from services.shared.wire import date_message, timestamp
from tests import cast
from tests.chaos.browser import Browser, Consoles, Unanswered
from tests.chaos.ledger import Ledger, digest

if TYPE_CHECKING:
    from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceAsyncStub
    from havn.families.v1.families_pb2_grpc import FamiliesServiceAsyncStub
    from havn.matching.v1.matching_pb2_grpc import MatchingServiceAsyncStub
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

ATTEMPT_SECONDS = 5.0
"""The deadline of an attempt: a frozen replica answers nothing."""

AGAIN_SECONDS = 0.2
PAUSE_SECONDS = 0.15
"""At most, between two things that one person does."""

MOST_OPEN = 4
"""Requests that one person keeps open."""

PLAN_CHANCE = 0.03

UNKNOWN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
"""After these nobody knows whether the write was done: it is made again, with its key."""

Channels = Callable[[Caller], dict[str, grpc.aio.Channel]]
Rpc = Callable[..., Awaitable[Any]]


class Refused(Exception):
    """Havn refused what is allowed."""


class StaleRead(Exception):
    """A record was shown as it was before an acknowledged write."""


@dataclass
class Office:
    """Where one person's calls go, and what was told."""

    channels: Channels
    ledger: Ledger
    consoles: Consoles | None = None
    """Absent where nobody works in a browser."""

    def services(self, caller: Caller) -> "Services":
        """The services as somebody calls them."""
        channels = self.channels(caller)
        return Services(
            PlacementsServiceStub(channels["placements"]),
            FamiliesServiceStub(channels["families"]),
            CapacityServiceStub(channels["capacity"]),
            MatchingServiceStub(channels["matching"]),
        )

    async def write(self, rpc: Rpc, request: Any) -> Any:  # noqa: ANN401  # any RPC and its answer
        """The answer to a write, however often it has to be asked for. Raises Refused."""
        asked = self.ledger.asked(request.request_id)
        answer, attempts = await self._answer(rpc, request)
        self.ledger.answered(request.request_id, _name(rpc), answer, asked, attempts)
        return answer

    async def look(self, rpc: Rpc, request: Any, key: str) -> Any:  # noqa: ANN401  # any RPC and its answer
        """What is shown, however often it has to be asked for. Raises Refused."""
        return (await self._answer(rpc, request, key=f"look of {key}"))[0]

    async def read(self, rpc: Rpc, name: str, request: Any, newest: Resource) -> None:  # noqa: ANN401
        """Looks at what somebody wrote just now. Raises StaleRead where an older state is shown."""
        found, _ = await self._answer(rpc, request, key=f"read of {name}")
        if (found.etag, digest(found)) != (newest.etag, digest(newest)):
            self.ledger.refused(f"read of {name}", f"version {found.etag} is shown, {newest.etag} was acknowledged")
            raise StaleRead(name)

    async def send(self, browser: Browser, rpc: Rpc, path: str, key: str, **fields: str) -> tuple[float, int]:
        """Sends a page's form until it is answered; when it was first sent, and how often. Raises Refused."""
        asked, attempts = self.ledger.asked(key), 1
        while True:
            try:
                await browser.send(path, key=key, **fields)
            except Unanswered as error:
                self.ledger.failed(_name(rpc), "UNANSWERED", str(error))
                attempts += 1
                await asyncio.sleep(AGAIN_SECONDS)
            except ValueError as error:
                self.ledger.refused(key, str(error))
                raise Refused(str(error)) from error
            else:
                return asked, attempts

    async def _answer(self, rpc: Rpc, request: Any, key: str = "") -> tuple[Any, int]:  # noqa: ANN401
        attempts = 1
        while True:
            try:
                return await rpc(request, timeout=ATTEMPT_SECONDS), attempts
            except grpc.aio.AioRpcError as error:
                if error.code() not in UNKNOWN:
                    self.ledger.refused(key or request.request_id, f"{error.code().name}: {error.details()}")
                    raise Refused(error.code().name) from error
                self.ledger.failed(_name(rpc), error.code().name, error.details() or "")
                attempts += 1
                await asyncio.sleep(AGAIN_SECONDS)


@dataclass
class Services:
    """All services, as one person calls them."""

    placements: "PlacementsServiceAsyncStub"
    families: "FamiliesServiceAsyncStub"
    capacity: "CapacityServiceAsyncStub"
    matching: "MatchingServiceAsyncStub"


@dataclass
class Person:
    """Works for one municipality: with requests, a family, and a unit of an institution, all their own."""

    number: int
    office: Office
    chance: random.Random
    open: list[placements.PlacementRequest] = field(default_factory=list)
    asked: tuple[placements.PlacementRequest, placements.Offer] | None = None
    """What the family was asked for, and did not settle yet."""
    reported: capacity.Vacancy = field(default_factory=lambda: capacity.Vacancy(etag="0"))
    written: int = 0

    async def settle_in(self) -> None:
        """Makes what the work is about."""
        self.coordinator = self.office.services(self._named(cast.COORDINATOR))
        self.consultant = self.office.services(self._named(cast.CONSULTANT))
        institution = f"i-chaos-{self.number}"
        staff = cast.staff_of(f"institutions/{institution}")
        self.staff = self.office.services(staff)
        self.browser = self.office.consoles.browser(staff) if self.office.consoles else None
        administrator = self.office.services(self._named(cast.ADMINISTRATOR))
        founding = cast.founding(id=institution, request_id=self._key())
        founded = await self.office.write(administrator.capacity.CreateInstitution, founding)
        opening = cast.opening(founded.name, id="u", request_id=self._key())
        self.unit = (await self.office.write(administrator.capacity.CreateUnit, opening)).name
        family = cast.a_family(approval=cast.an_approval(**_valid()), availability=_available())
        entering = cast.entering(family, id=f"f-chaos-{self.number}", request_id=self._key())
        self.family = await self.office.write(self.consultant.families.CreateFosterFamily, entering)
        self.member = self.office.services(cast.member_of(self.family.name))

    async def work(self, until: asyncio.Event) -> None:
        """One thing after another, until it is time to go home."""
        while not until.is_set():
            await self.chance.choice(self._tasks())()
            if self.chance.random() < PLAN_CHANCE:
                await self.plan()
            await asyncio.sleep(self.chance.random() * PAUSE_SECONDS)

    def _tasks(self) -> Sequence[Callable[[], Awaitable[None]]]:
        of_requests = (self.file, self.change, self.withdraw, self.ask, self.decline, self.take_back)
        of_homes = (self.report, self.visit, self.tell)
        return (*of_requests, *of_homes, self.report_in_browser) if self.browser else (*of_requests, *of_homes)

    async def file(self) -> None:
        """Files a request, unless there is enough to do."""
        if len(self.open) < MOST_OPEN:
            key = self._key()
            filing = cast.filing(_request(), id=key, request_id=key)
            self.open.append(await self.office.write(self.coordinator.placements.CreateRequest, filing))

    async def change(self) -> None:
        """Changes a request, and looks whether it is changed."""
        if self.open:
            request = self.open.pop()
            request.school.CopyFrom(placements.Schooling(school=f"School {self.written} (invented)", town="Nuuk"))
            changing = cast.updating(request, "school", key=self._key())
            changed = await self.office.write(self.coordinator.placements.UpdateRequest, changing)
            self.open.append(changed)
            asked = placements.GetRequestRequest(name=changed.name)
            await self.office.read(self.coordinator.placements.GetRequest, changed.name, asked, changed)

    async def withdraw(self) -> None:
        """Takes back the oldest request."""
        if len(self.open) == MOST_OPEN:
            withdrawing = cast.withdrawing(self.open.pop(0), request_id=self._key())
            await self.office.write(self.coordinator.placements.WithdrawRequest, withdrawing)

    async def ask(self) -> None:
        """Asks the family for a child, unless it is asked already."""
        if self.open and not self.asked:
            request = self.open.pop()
            offering = cast.offering(request, self.family.name, request_id=self._key())
            self.asked = (request, await self.office.write(self.coordinator.placements.OfferPlace, offering))

    async def decline(self) -> None:
        """The family says no."""
        if self.asked:
            request, offer = self.asked
            inquiry = placements.Inquiry(name=inquiry_name(offer), etag=offer.etag)
            declining = cast.declining(inquiry, request_id=self._key())
            await self.office.write(self.member.placements.AnswerOffer, declining)
            self._settled(request)

    async def take_back(self) -> None:
        """The coordinator asks no more."""
        if self.asked:
            request, offer = self.asked
            withdrawing = cast.withdrawing_offer(offer, request_id=self._key())
            await self.office.write(self.coordinator.placements.WithdrawOffer, withdrawing)
            self._settled(request)

    def _settled(self, request: placements.PlacementRequest) -> None:
        self.asked = None
        self.open.insert(0, request)

    async def report(self) -> None:
        """Reports how many places are free."""
        vacancy = capacity.Vacancy(free_place_count=self.chance.randrange(6), from_date=_day())
        reporting = cast.reporting(self.unit, vacancy, request_id=self._key())
        self.reported = await self.office.write(self.staff.capacity.ReportVacancy, reporting)

    async def report_in_browser(self) -> None:
        """Reports it by the console's page, and looks whether it is reported, and once."""
        assert self.browser
        key, free = self._key(), self.chance.randrange(6)
        rpc = self.staff.capacity.ReportVacancy
        fields = {"unit": last_part(self.unit), "more": str(free)}
        asked, attempts = await self.office.send(self.browser, rpc, "/vacancies", key, **fields)
        listing = capacity.ListVacanciesRequest(names=[f"{self.unit}/vacancy"])
        (kept,) = (await self.office.look(self.staff.capacity.ListVacancies, listing, key)).vacancies
        if (int(kept.etag), kept.free_place_count) != (int(self.reported.etag) + 1, free):
            self.office.ledger.refused(key, f"version {kept.etag} is shown, {free} free after {self.reported.etag}")
            raise StaleRead(kept.name)
        self.reported = kept
        self.office.ledger.answered(key, "ReportVacancy", kept, asked, attempts)

    async def visit(self) -> None:
        """Logs a follow-up, which tells its key."""
        key = self._key()
        follow_up = cast.a_follow_up(visit_date=_day(-1), next_visit_date=_day(60), actions=[])
        follow_up.trust.note = key
        logging = cast.logging(self.family.name, follow_up, request_id=key)
        await self.office.write(self.consultant.families.LogFollowUp, logging)

    async def tell(self) -> None:
        """Changes what is known of the family."""
        self.family.display_name = f"Family {self.written} (invented)"
        changing = cast.changing(self.family, "display_name", key=self._key())
        self.family = await self.office.write(self.consultant.families.UpdateFosterFamily, changing)
        asked = families.GetFosterFamilyRequest(name=self.family.name)
        await self.office.read(self.consultant.families.GetFosterFamily, self.family.name, asked, self.family)

    async def plan(self) -> None:
        """Asks for a plan, and does not wait for it."""
        asking = matching.CreateMatchRunRequest(request_id=self._key())
        await self.office.write(self.coordinator.matching.CreateMatchRun, asking)

    def _key(self) -> str:
        self.written += 1
        return f"k{self.number}-{self.written}"

    def _named(self, caller: Caller) -> Caller:
        # Limits count by person.
        return Caller(f"{caller.subject}-{self.number}", caller.roles, caller.authority)


def _name(rpc: Rpc) -> str:
    method: bytes = getattr(rpc, "_method", b"")
    return method.rsplit(b"/", 1)[-1].decode()


def _day(after: int = 0) -> Any:  # noqa: ANN401  # of a package without types
    return date_message(SystemClock("America/Nuuk").today() + timedelta(days=after))


def _valid() -> dict[str, Any]:
    return {"valid_from_date": _day(-100), "valid_until_date": _day(300)}


def _available() -> families.Availability:
    confirmed = timestamp(SystemClock("America/Nuuk").now())
    return cast.an_availability(from_date=_day(), confirmed_time=confirmed)


def _request() -> placements.PlacementRequest:
    return cast.a_request(
        child=cast.a_child(birth_date=_day(-3000)),
        need_step=placements.NeedStep(step=3, assessor="Assessor (invented)", assessed_date=_day(-30)),
        from_date=_day(7),
        place_by_date=_day(30),
    )
