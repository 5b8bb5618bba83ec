"""A storm: people work, things go wrong at random moments, then all is quiet and is judged."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import DBAPIError

from tests.chaos.faults import LONG, Fault, Faults
from tests.chaos.judge import Findings, Judge
from tests.chaos.landscape import Landscape
from tests.chaos.ledger import Ledger
from tests.chaos.load import Office, Person, Refused, StaleRead

PEOPLE = 6
START_SECONDS = 300.0
BACK_SECONDS = 300.0
"""After which Havn is not coming back: the storm fails."""

QUIET_SECONDS = 180.0
"""After which what is still not consistent is told as it is."""

BEFORE_SECONDS = 1.0
GAP_SECONDS = 1.5
"""At most, between one fault and the next."""

MOST_MORE = 5
SECOND_CHANCE = 0.3
"""How often the next fault does not wait until the one before is over."""

LOOK_SECONDS = 0.5


@dataclass
class Happened:
    """A fault that was."""

    kind: str
    targets: tuple[str, ...]
    began: float
    ended: float = 0.0
    consistent: float = 0.0
    """When the witness had applied all that was written until the fault ended."""


@dataclass
class Storm:
    """What happens to one landscape, from one seed."""

    landscape: Landscape
    ledger: Ledger
    seed: int
    told: Callable[[str], None]
    happened: list[Happened] = field(default_factory=list)
    quiet_after: float = 0.0

    async def run(self, seconds: float, kinds: tuple[str, ...] = ()) -> Findings:
        """A round of all kinds, or of those named, and further ones until so many seconds are over."""
        chance = random.Random(self.seed)
        self._judge = Judge(self.landscape)
        watching = asyncio.create_task(self.landscape.supervisor.run())
        try:
            people = await self._settled(chance)
            over = asyncio.Event()
            working = [asyncio.create_task(person.work(over)) for person in people]
            await asyncio.sleep(BEFORE_SECONDS)
            faults = Faults(self.landscape, chance)
            await self._blow(faults, chance, seconds, kinds)
            await self._until_control(faults)
            over.set()
            async with asyncio.timeout(BACK_SECONDS):
                ends = await asyncio.gather(*working, return_exceptions=True)
            # Who was refused, or was shown something old, went home: the ledger tells why.
            for end in ends:
                if end is not None and not isinstance(end, Refused | StaleRead):
                    raise end
            return await self._judged()
        finally:
            watching.cancel()
            self._judge.close()

    async def _settled(self, chance: random.Random) -> list[Person]:
        office = Office(self.landscape.channels, self.ledger, self.landscape.consoles())
        people = [Person(number, office, random.Random(chance.random())) for number in range(PEOPLE)]
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(person.settle_in() for person in people))
        return people

    async def _blow(self, faults: Faults, chance: random.Random, seconds: float, kinds: tuple[str, ...]) -> None:
        begun = time.monotonic()
        possible = {name: make for name, make in faults.kinds().items() if not kinds or name in kinds}
        going: set[asyncio.Task[None]] = set()
        settling: list[asyncio.Task[None]] = []
        while True:
            for name in chance.sample(sorted(possible), len(possible)):
                fault = possible[name]()
                if fault.alone or chance.random() > SECOND_CHANCE:
                    await asyncio.gather(*going)
                    going.clear()
                going.add(asyncio.create_task(self._happen(fault, settling)))
                if fault.alone:
                    await asyncio.gather(*going)
                await self._felt_no_more()
                await asyncio.sleep(chance.random() * GAP_SECONDS)
                if self._round_done(possible, begun, seconds):
                    break
            if self._round_done(possible, begun, seconds):
                break
        await asyncio.gather(*going)
        await asyncio.wait(settling, timeout=BACK_SECONDS)

    async def _until_control(self, faults: Faults) -> None:
        """A few more long freezes, where no event came twice yet: it depends on what was under way."""
        for _ in range(MOST_MORE):
            await self._felt_no_more()
            if await asyncio.to_thread(self._judge.doubled_without_inbox):
                return
            settling: list[asyncio.Task[None]] = []
            await self._happen(faults.kinds()[LONG](), settling)
            await asyncio.wait(settling, timeout=BACK_SECONDS)

    async def _felt_no_more(self) -> None:
        """Returns when somebody is answered again: where nothing is up, nothing more can go wrong."""
        self.ledger.answer.clear()
        async with asyncio.timeout(BACK_SECONDS):
            await self.ledger.answer.wait()

    def _round_done(self, possible: dict[str, Callable[[], Fault]], begun: float, seconds: float) -> bool:
        return len(self.happened) >= len(possible) and time.monotonic() - begun >= seconds

    async def _happen(self, fault: Fault, settling: list[asyncio.Task[None]]) -> None:
        happened = Happened(fault.kind, tuple(fault.targets), time.monotonic())
        self.happened.append(happened)
        self.told(f"{fault.kind}: {', '.join(fault.targets)}")
        await fault.run()
        happened.ended = time.monotonic()
        settling.append(asyncio.create_task(self._until_consistent(happened)))

    async def _until_consistent(self, happened: Happened) -> None:
        waiting: set[str] | None = None
        while waiting is None or waiting:
            with suppress(DBAPIError):
                waiting = await asyncio.to_thread(self._judge.unseen, waiting)
            if waiting != set():
                await asyncio.sleep(LOOK_SECONDS)
        happened.consistent = time.monotonic()

    async def _judged(self) -> Findings:
        begun = time.monotonic()
        while True:
            found = await asyncio.to_thread(partial(self._judge.judge, self.ledger.read()))
            self.quiet_after = time.monotonic() - begun
            if found.clean or self.quiet_after > QUIET_SECONDS:
                break
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.to_thread(self._judge.check_audit, found)
        await self._judge.check_parked(found)
        return found
