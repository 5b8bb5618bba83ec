"""What of the demo comes in no file: the central list, what an institution observed, breaches. All of it made up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from havn.capacity.v1.capacity_pb2 import Breach, CloseBreachRequest, RecordBreachRequest
from havn.capacity.v1.waiting_pb2 import (
    ApplyToCentralListRequest,
    AssignPlaceRequest,
    CentralListApplication,
    WithdrawCentralListApplicationRequest,
)
from havn.capacity.v1.wellbeing_pb2 import ImportWellbeingRequest, RecordWellbeingRequest, WellbeingObservation
from havn.placements.v1.placements_pb2 import Placement
from services.havn.demo.journey import RESIDENTIAL_REQUEST
from services.shared.names import last_part
from services.shared.wire import date_message, day

APPLIED_FOR = (RESIDENTIAL_REQUEST, "r-012", "r-017", "r-024")
"""Who waits on the central list too: for a place in an institution."""

ASSIGNED = ("r-013", "r-010")
"""Who did so too, and got a place assigned."""

TAKEN_BACK = "r-013"
"""Who did so for a while, until the institution said no."""


@dataclass(frozen=True)
class Noticed:
    """Places that are used and not approved, since so many days; what came of it, where it is over."""

    what: str
    days_ago: int
    place_count: int = 1
    home: str = ""
    outcome: str = ""


BREACHES = (
    Noticed("Et rum på loftet er taget i brug som værelse", 75, 1, "institutions/i-tasiilaq-02", "Rummet er tømt igen"),
    Noticed("En seng mere er stillet op i fællesstuen", 20, 1, "institutions/i-nuuk-08/units/b"),
    Noticed("Et sommerhus bruges til unge, uden godkendelse", 8, 2),
)
"""The earliest first."""

AUTHORITY = "authorities/sermersooq"
MADE_UP = "(opdigtet)"
MOST_CHILDREN = 6
WEEKS = 10
NOTES = {
    2: ("Trak sig meget denne uge; sover dårligt.", "Jeg gider ikke."),
    3: ("Gode og dårlige dage skifter.", ""),
    4: ("I skole hver dag; spiller bold med de andre.", "Det var sjovt i hallen."),
    5: ("Har inviteret en ven med hjem for første gang.", "Han må gerne komme igen."),
}


def applications() -> Iterator[ApplyToCentralListRequest]:
    """For each of those; the same key every time, so that it is done once."""
    for request in (*APPLIED_FOR, *ASSIGNED):
        yield ApplyToCentralListRequest(request=f"requests/{request}", request_id=f"demo-central-list-{request}")


def assigned(application: CentralListApplication, home: str) -> AssignPlaceRequest:
    """That the central list assigned a place, as soon as somebody applied."""
    key = last_part(application.name)
    return AssignPlaceRequest(
        name=f"centralListEntries/{key}",
        etag="1",
        home=home,
        reason=f"Den eneste, som afdelingen er godkendt til lige nu {MADE_UP}",
        request_id=f"demo-assigned-{last_part(application.request)}",
    )


def taken_back(application: CentralListApplication) -> Iterator[WithdrawCentralListApplicationRequest]:
    """That an application was taken back once a place had been assigned, where it was."""
    if application.request == f"requests/{TAKEN_BACK}":
        yield WithdrawCentralListApplicationRequest(
            name=application.name,
            etag="2",
            reason=f"Afdelingen i byen sagde nej {MADE_UP}",
            request_id=f"demo-taken-back-{TAKEN_BACK}",
        )


def breaches(today: date) -> Iterator[tuple[Noticed, RecordBreachRequest]]:
    """What somebody noticed."""
    for noticed in BREACHES:
        breach = Breach(
            authority=AUTHORITY,
            home=noticed.home,
            place_count=noticed.place_count,
            from_date=date_message(today - timedelta(days=noticed.days_ago)),
            what=f"{noticed.what} {MADE_UP}",
        )
        yield noticed, RecordBreachRequest(breach=breach, request_id=f"demo-breach-{noticed.days_ago}")


def closed(noticed: Noticed, breach: Breach) -> Iterator[CloseBreachRequest]:
    """What came of it, where it is over."""
    if noticed.outcome:
        key = f"demo-breach-closed-{noticed.days_ago}"
        reason = f"{noticed.outcome} {MADE_UP}"
        yield CloseBreachRequest(name=breach.name, etag=breach.etag, reason=reason, request_id=key)


def observations(stays: Sequence[Placement], today: date) -> Iterator[ImportWellbeingRequest]:
    """A note a week of some who live there; the first of them is less well since the last one."""
    living = sorted((stay for stay in stays if not stay.HasField("end_date")), key=lambda stay: stay.child)
    for number, stay in enumerate(living[:MOST_CHILDREN]):
        chance = Random(stay.child)
        for week in range(WEEKS, -1, -1):
            observed = today - timedelta(weeks=week, days=1)
            if observed >= day(stay.start_date):
                value = 2 if not number and not week else chance.choice((3, 4, 4, 4, 5))
                yield _row(stay.child, observed, 4 if not number and 0 < week <= 3 else value)


def _row(child: str, observed: date, value: int) -> ImportWellbeingRequest:
    note, words = NOTES[value]
    observation = WellbeingObservation(
        child=child, observed_date=date_message(observed), value=value, note=note, child_words=words
    )
    return ImportWellbeingRequest(observation=RecordWellbeingRequest(observation=observation))
