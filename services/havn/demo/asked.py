"""Which homes were asked for children who wait, and what they answered: it comes in no file. All of it made up."""

from collections.abc import Iterator
from dataclasses import dataclass

from havn.placements.v1 import placements_pb2 as pb

FOSTER_FAMILY = "families/f-001"
INSTITUTION = "institutions/i-nuuk-01"
"""The homes that demo users live and work in."""

ACCEPT, DECLINE = pb.OFFER_ANSWER_ACCEPT, pb.OFFER_ANSWER_DECLINE
UNIT = f"{INSTITUTION}/units/b"


@dataclass(frozen=True)
class Asked:
    """A home was asked for a child, and why that one; what it answered, in which words; or why it was taken back."""

    request: str
    home: str
    reason: str
    answer: pb.OfferAnswer.ValueType = pb.OFFER_ANSWER_UNSPECIFIED
    words: str = ""
    withdrawn: str = ""

    @property
    def user(self) -> str:
        """The demo user who answers: the home itself, or the consultant for a family."""
        if self.home == FOSTER_FAMILY:
            return "foster-family"
        return "institution" if self.home.startswith(INSTITUTION) else "consultant"

    @property
    def key(self) -> str:
        """What its calls are known by: the same every time, so that each is done once."""
        return f"{self.request}-{self.home.replace('/', '-')}"


ASKED = (
    Asked("r-004", "families/f-002", "Bor i barnets by", DECLINE, "Vores egen søn er lige begyndt i skole"),
    Asked("r-004", "families/f-005", "Tæt på barnets skole", DECLINE, "Vi vil helst have et yngre barn"),
    Asked("r-004", "families/f-046", "Har plads nu; i barnets egen by har to familier sagt nej"),
    Asked("r-023", FOSTER_FAMILY, "Tæt på barnets skole", DECLINE, "Vi skal have ro om vores egne børn i foråret"),
    Asked("r-023", "families/f-008", "Er godkendt til netop dette barn"),
    Asked("r-019", "families/f-047", "Er godkendt til netop dette barn", ACCEPT, "Han er ventet med glæde"),
    Asked("r-021", "families/f-093", "Taler barnets sprog", withdrawn="Barnets bedstemor vil prøve en måned mere"),
    Asked("r-012", "institutions/i-nuuk-06/units/b", "Tager imod en forælder med barn"),
)
"""In the order that they were asked. The homes that the journey shows for its first child are free afterwards, too."""

ASSIGNED = (
    Asked("r-013", UNIT, "Ligger i den unges by", DECLINE, "Vi har ikke voksne nok om natten til ham"),
    Asked("r-010", UNIT, "Den unge kender huset fra besøg"),
)
"""Once the central list had assigned the place, to one after the other."""


def offer(asked: Asked) -> pb.OfferPlaceRequest:
    """The question."""
    return pb.OfferPlaceRequest(
        request=f"requests/{asked.request}",
        home=asked.home,
        reason=_made_up(asked.reason),
        request_id=f"demo-offer-{asked.key}",
    )


def answers(asked: Asked, offered: pb.Offer) -> Iterator[pb.AnswerOfferRequest]:
    """What the home said to it, where it said something."""
    if asked.answer:
        yield pb.AnswerOfferRequest(
            name=f"{offered.home}/inquiries/{offered.name.removeprefix('offers/')}",
            etag="1",
            answer=asked.answer,
            reason=_made_up(asked.words),
            request_id=f"demo-answer-{asked.key}",
        )


def withdrawals(asked: Asked, offered: pb.Offer) -> Iterator[pb.WithdrawOfferRequest]:
    """That it was taken back, where it was."""
    if asked.withdrawn:
        yield pb.WithdrawOfferRequest(
            name=offered.name,
            etag=offered.etag,
            reason=_made_up(asked.withdrawn),
            request_id=f"demo-withdrawal-{asked.key}",
        )


def _made_up(words: str) -> str:
    return f"{words} (opdigtet)"
