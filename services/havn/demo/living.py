"""What of the demo comes in no file: applications to the central list, and what an institution observed. Made up."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from havn.capacity.v1.waiting_pb2 import ApplyToCentralListRequest
from havn.capacity.v1.wellbeing_pb2 import ImportWellbeingRequest, RecordWellbeingRequest, WellbeingObservation
from havn.placements.v1.placements_pb2 import Placement
from services.havn.demo.journey import RESIDENTIAL_REQUEST
from services.shared.wire import date_message, day

APPLIED_FOR = (RESIDENTIAL_REQUEST, "r-012", "r-017", "r-024")
"""Who waits on the central list too: for a place in an institution."""

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
    for request in APPLIED_FOR:
        yield ApplyToCentralListRequest(request=f"requests/{request}", request_id=f"demo-central-list-{request}")


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
