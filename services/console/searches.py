"""Searches of the waiting list: what an address asks of it, and the ones that a person keeps under a name.

Kept searches stay in the browser, in a cookie of the person's own: they are links, and nothing is decided by them.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from services.shared.access import Caller

PAGE_SIZE = 50
LAST_PAGE = 100_000
MOST_STEPS = 8

LONGEST_NAME = 60
MOST_BYTES = 3_500
"""Browsers keep cookies of 4,096 bytes."""

YEAR_SECONDS = 365 * 86400
ON = "yes"


@dataclass(frozen=True)
class Search:
    """What is asked of the waiting list."""

    text: str = ""
    town: str = ""
    step: int = 0
    danger: bool = False
    overdue: bool = False
    siblings: bool = False
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Search":
        """What the parameters of an address ask; whatever else they say is left out."""
        return cls(
            text=asked.get("q", "").strip(),
            town=asked.get("town", "").strip(),
            step=_number(asked.get("step", ""), 0, MOST_STEPS),
            danger=asked.get("danger") == ON,
            overdue=asked.get("overdue") == ON,
            siblings=asked.get("siblings") == ON,
            page=_number(asked.get("page", ""), 1, LAST_PAGE),
        )

    @classmethod
    def told(cls, query: str) -> "Search":
        """What stands behind the question mark of an address."""
        return cls.of(dict(parse_qsl(query)))

    def query(self) -> str:
        """What stands behind the question mark: only what is asked."""
        said = {
            "q": self.text,
            "town": self.town,
            "step": self.step,
            "danger": self.danger and ON,
            "overdue": self.overdue and ON,
            "siblings": self.siblings and ON,
            "page": self.page if self.page > 1 else "",
        }
        return urlencode({name: value for name, value in said.items() if value})

    def path(self, below: str = "", **more: str) -> str:
        """The address of the list with `more` parameters, or of a page below it that leads back here."""
        query = "&".join(part for part in (self.query(), urlencode(more)) if part)
        return f"/waiting-list{below}" + (f"?{query}" if query else "")

    def at(self, page: int) -> "Search":
        """The same on another page."""
        return replace(self, page=page)

    @property
    def narrowed(self) -> bool:
        """Whether less than the whole list is asked for."""
        return self.at(1) != Search()

    def request(self) -> ListWaitingListRequest:
        """The same as capacity is asked it."""
        return ListWaitingListRequest(
            query=self.text,
            town=self.town,
            need_steps=[self.step] if self.step else [],
            in_danger=self.danger,
            overdue=self.overdue,
            with_siblings=self.siblings,
            page_size=PAGE_SIZE,
            skip=(self.page - 1) * PAGE_SIZE,
        )


@dataclass(frozen=True)
class Kept:
    """A search under a name."""

    name: str
    search: Search


class NoRoom(Exception):
    """The browser keeps no more of them."""


def kept(request: Request, caller: Caller) -> Sequence[Kept]:
    """The searches that a person keeps in this browser; none where the cookie can't be read."""
    try:
        read = json.loads(urlsafe_b64decode(request.cookies.get(_cookie(caller), "")))
        return [Kept(str(name), Search.told(str(query)).at(1)) for name, query in read]
    except (ValueError, TypeError):
        return []


def with_one(searches: Sequence[Kept], added: Kept) -> Sequence[Kept]:
    """The searches and one more, in the place of one of the same name. Raises NoRoom."""
    together = [*without(searches, added.name), added]
    if len(_written(together)) > MOST_BYTES:
        raise NoRoom
    return together


def without(searches: Sequence[Kept], name: str) -> Sequence[Kept]:
    """The searches but for the one of a name."""
    return [each for each in searches if each.name != name]


def keep(response: Response, caller: Caller, searches: Sequence[Kept], *, secure: bool) -> None:
    """Makes the browser keep these and no other."""
    response.set_cookie(
        _cookie(caller), _written(searches), max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="lax"
    )


def _written(searches: Sequence[Kept]) -> str:
    pairs = [(each.name, each.search.at(1).query()) for each in searches]
    return urlsafe_b64encode(json.dumps(pairs, ensure_ascii=False).encode()).decode()


def _cookie(caller: Caller) -> str:
    """One for each person: at a shared machine nobody sees the searches of somebody else."""
    return f"havn-searches-{hashlib.sha256(caller.subject.encode()).hexdigest()[:16]}"


def _number(told: str, least: int, most: int) -> int:
    return min(max(int(told), least), most) if told.isascii() and told.isdecimal() and len(told) < 10 else least
