"""Whatever happens to offers, in whatever order: each stands as a plain model says, on the real tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection
from sqlmodel import Session

from havn.placements.v1 import placements_pb2 as pb
from services.placements import offer_rules, offering, rules
from services.placements.homes import Home
from services.placements.store import INQUIRIES, OFFERS, PLACEMENTS, REQUESTS
from services.shared.errors import StateNotAllowed
from services.shared.records import Change
from services.shared.wire import timestamp
from tests import cast, databases

ASKED, ACCEPTED, DECLINED, WITHDRAWN, EXPIRED = pb.OfferState.values()[1:]
PLACES = (1, 2)
CHILDREN = range(3)

T = TypeVar("T")

_runs = count(1)


@dataclass
class Known:
    """An offer, as the model has it."""

    child: int
    home: int
    until: datetime
    state: int = ASKED
    moved_in: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in (ASKED, ACCEPTED)

    @property
    def holds(self) -> bool:
        return self.is_open and not self.moved_in


class Offers(RuleBasedStateMachine):
    """A coordinator asks two homes for three children, the homes answer, children move in, time goes by."""

    connection: Connection
    """One for all that happens: hundreds of times over, making it takes longer than what happens."""

    @initialize()
    def begin(self) -> None:
        self.now, self.day = cast.NOW, cast.TODAY
        self.known: dict[str, Known] = {}
        self.closed: set[int] = set()
        self.living: set[tuple[int, int]] = set()
        run = next(_runs)
        self.homes = [f"families/f-{run}-{number}" for number in range(len(PLACES))]
        requests = [cast.a_request(name=f"requests/r-{run}-{child}") for child in CHILDREN]
        for request in requests:
            request.state = pb.REQUEST_STATE_OPEN
            request.create_time.CopyFrom(timestamp(self.now))
        self.requests = self.change(lambda change: [change.add(REQUESTS, request) for request in requests])

    def change(self, work: Callable[[Change], T]) -> T:
        with Session(self.connection) as session, session.begin():
            return work(Change(session, cast.SERVICE, self.now))

    def may(self, allowed: bool, work: Callable[[Change], T]) -> T | None:
        """Does the work where the model allows it; else it must be refused, and nothing of it stay."""
        if allowed:
            return self.change(work)
        with pytest.raises(StateNotAllowed):
            self.change(work)
        return None

    @rule(child=st.sampled_from(CHILDREN), home=st.sampled_from(range(len(PLACES))))
    def ask(self, child: int, home: int) -> None:
        holding = [known for known in self.known.values() if known.holds]
        free = PLACES[home] - sum(known.home == home for known in holding)
        allowed = free > 0 and child not in self.closed and all(known.child != child for known in holding)
        asking = cast.offering(self.requests[child], self.homes[home])
        found = self.home(home)
        offer = self.may(allowed, lambda change: offering.ask(change, asking, found, self.day))
        if offer:
            self.known[offer.name] = Known(child, home, self.now + timedelta(hours=72))

    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: st.DataObject, yes: bool) -> None:
        if not self.known:
            return
        name, known = data.draw(st.sampled_from(list(self.known.items())))
        inquiry = self.inquiry(name)
        answering = cast.answering(inquiry) if yes else cast.declining(inquiry)
        if self.may(known.state == ASKED, lambda change: offering.answer(change, answering)):
            known.state = ACCEPTED if yes else DECLINED

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if not self.known:
            return
        name, known = data.draw(st.sampled_from(list(self.known.items())))
        offer = self.offer(name)
        if self.may(known.is_open, lambda change: offering.withdraw(change, cast.withdrawing_offer(offer))):
            known.state = WITHDRAWN

    @rule(child=st.sampled_from(CHILDREN), home=st.sampled_from(range(len(PLACES))))
    def move_in(self, child: int, home: int) -> None:
        reference = self.requests[child].child.reference
        placement = cast.a_placement(name=f"placements/{cast.fresh()}", child=reference, home=self.homes[home])

        def record(change: Change) -> None:
            change.add(PLACEMENTS, placement)
            offering.settle(change, placed=[placement], closed=[], today=self.day)

        self.change(record)
        self.living.add((child, home))
        for known in self.known.values():
            known.moved_in |= known.is_open and known.home == home and (known.child, home) in self.living

    @rule(child=st.sampled_from(CHILDREN))
    def close(self, child: int) -> None:
        if child in self.closed:
            return

        def close(change: Change) -> pb.PlacementRequest:
            closed = rules.withdrawn(change.get(REQUESTS, self.requests[child].name), "Moved away", change.now)
            change.save(REQUESTS, closed, closed.etag)
            offering.settle(change, placed=[], closed=[closed], today=self.day)
            return closed

        self.requests[child] = self.change(close)
        self.closed.add(child)
        for known in self.known.values():
            if known.child == child and known.holds:
                known.state = WITHDRAWN

    @rule(hours=st.sampled_from((1, 71, 72)))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.day = self.now.date()
        for known in self.known.values():
            if known.state == ASKED and known.until <= self.now:
                known.state = EXPIRED

    @rule()
    def mark_expired(self) -> None:
        self.change(offering.expire)
        for name, known in self.known.items():
            assert self.offer(name).state == known.state

    @invariant()
    def each_stands_as_the_model_says(self) -> None:
        for name, known in self.known.items():
            offer = offer_rules.as_of(self.offer(name), self.now)
            inquiry = offer_rules.as_of(self.inquiry(name), self.now)
            assert (offer.state, offer.held_place_count > 0) == (known.state, known.holds)
            assert inquiry.state == known.state
            assert bool(inquiry.accepted_children) == (known.state == ACCEPTED)

    @invariant()
    def no_place_is_held_twice(self) -> None:
        held = dict.fromkeys(self.homes, 0)
        for name in self.known:
            offer = offer_rules.as_of(self.offer(name), self.now)
            held[offer.home] += offer.held_place_count
        assert all(held[home] <= places for home, places in zip(self.homes, PLACES, strict=True))

    def home(self, number: int) -> Home:
        return Home(
            self.homes[number],
            cast.MUNICIPALITY,
            "Nuuk",
            place_count=99,
            approval=(date.min, date.max),
            free_place_count=PLACES[number],
        )

    def offer(self, name: str) -> pb.Offer:
        return self.change(lambda change: change.get(OFFERS, name))

    def inquiry(self, offer: str) -> pb.Inquiry:
        name = f"{self.homes[self.known[offer].home]}/inquiries/{offer.removeprefix('offers/')}"
        return self.change(lambda change: change.get(INQUIRIES, name))


def test_o9_nothing_happens_to_an_offer_but_what_may(tmp_path: Path) -> None:
    database = databases.of_service("placements", tmp_path)
    with database.engine.connect() as connection:
        machine = type("Machine", (Offers,), {"connection": connection})
        run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=25, deadline=None))
    database.close()
