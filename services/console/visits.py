"""A visit: one request of one person for one page, from the gate before it to the answer."""

import hmac
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import grpc
import structlog
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from services.console import languages, purposes, sessions
from services.console.refusals import Refusal, refusal
from services.console.rendering import Rendering
from services.console.services import Services
from services.console.sessions import Session, Sessions
from services.shared import access
from services.shared.access import Caller
from services.shared.call import Call, begin
from services.shared.clock import Clock

log = structlog.get_logger()

ANYTHING = "/{path:path}"
"""Addresses that no page has."""

CALLS_SECONDS = 20.0
"""How long a page may ask services."""


@dataclass(frozen=True)
class Console:
    """What all pages stand on."""

    services: Services
    sessions: Sessions
    rendering: Rendering
    clock: Clock
    zone: str
    offline_days: int
    """How many days a phone may keep follow-ups and pages."""
    people: dict[str, Caller] = field(default_factory=dict)
    """Who may log in with one click: the demo's users, in the embedded system alone."""
    hide_family_names: bool = True
    """Whether foster families are named only where somebody opened their card."""


@dataclass(frozen=True)
class Visit:
    """One request for one page, by a person who may open it."""

    request: Request
    console: Console
    session: Session
    form: FormData
    """What was sent; empty unless something was."""

    @property
    def services(self) -> Services:
        """The services, asked in the person's name."""
        return self.console.services

    @property
    def caller(self) -> Caller:
        """Who looks."""
        return self.session.caller

    @property
    def here(self) -> str:
        """The address that a choice of language leads back to: the page's, as its browser asked for it.

        Of what a form sent, the nearest one above it that is a page.
        """
        path, query = self.request.url.path, self.request.url.query
        while self.request.method == "POST" and not _is_page(self.request, path):
            path = path.rpartition("/")[0] or "/"
        return path + (f"?{query}" if query else "")

    def text(self, name: str) -> str:
        """What was filled in a field, without spaces around it; empty where nothing was."""
        return str(self.form.get(name, "")).strip()

    def partial(self) -> bool:
        """Whether a part of a page is asked for, to be put into the one that is open."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """A page, or a part of one, made of a template."""
        return self.console.rendering.page(self, template, status, values)


Show = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """A page, or what a form on it sends. Whoever may call the RPC `asks` may open it, and nobody else.

    `asks` is such as "havn.capacity.v1.CapacityService.ListWaitingList"; empty for what all who are logged in may see.
    """

    path: str
    show: Show
    asks: str = ""
    method: str = "GET"

    def open_to(self, caller: Caller) -> bool:
        """Whether the caller may open it."""
        return not self.asks or may(caller, self.asks)


def may(caller: Caller, asks: str) -> bool:
    """Whether the caller may call the RPC of a full name."""
    return access.may(caller, asks)


def rpc(name: str) -> MethodDescriptor:
    """The RPC of a full name. Raises KeyError for one that there is not."""
    return Default().FindMethodByName(name)


def routes(console: Console, pages: Sequence[Page]) -> list[Route]:
    """The routes of pages, each behind the gate."""
    return [Route(page.path, _gate(console, page), methods=[page.method]) for page in pages]


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    known = (route for route in request.app.routes if getattr(route, "path", "") != ANYTHING)
    return any(route.matches(asked)[0] is Match.FULL for route in known)


def see_other(path: str) -> Response:
    """Sends the browser on to a page, after something was done."""
    return RedirectResponse(path, status_code=303)


def new_key() -> str:
    """A key for a form: sent twice, it is done once."""
    return uuid.uuid4().hex


def _gate(console: Console, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        begun, reference = time.perf_counter(), uuid.uuid4().hex
        languages.speak(languages.wanted(request))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(service="console", page=page.path, reference=reference)
        session = console.sessions.of(request)
        if session is None:
            response = _to_login(request)
        else:
            purpose = purposes.purpose(page.path, session.caller, request.query_params.get("from", ""))
            call = Call(page.path, reference, session.caller, purpose, until=time.monotonic() + CALLS_SECONDS)
            begin(call)
            structlog.contextvars.bind_contextvars(actor=session.caller.subject, roles=session.caller.role_names())
            response = await _shown(console, page, request, session)
        milliseconds = round((time.perf_counter() - begun) * 1000, 1)
        log.info("page.answered", code=str(response.status_code), milliseconds=milliseconds)
        return response

    return answer


async def _shown(console: Console, page: Page, request: Request, session: Session) -> Response:
    form = await request.form() if page.method == "POST" else FormData()
    visit = Visit(request, console, session, form)
    if page.method == "POST" and not _own_form(request, session, form):
        return refused(visit, Refusal(409, "FORM_OUTDATED"))
    if not page.open_to(session.caller):
        return refused(visit, Refusal(403, "ROLE_NOT_ALLOWED"))
    try:
        return await page.show(visit)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status == 401:
            visit.services.forget_tokens()
            return _to_login(request)
        if told.status >= 500:
            log.error("page.failed", reason=told.reason, exception=error)
        return refused(visit, told)


def refused(visit: Visit, told: Refusal) -> Response:
    """The page that says what was refused, or the same within a part of a page."""
    template = "refusal_part.html" if visit.partial() else "refusal.html"
    return visit.page(template, told.status, refusal=told)


def _own_form(request: Request, session: Session, form: FormData) -> bool:
    """Whether a form was made for this session, and sent from our own page."""
    given = str(form.get("csrf", "")) or request.headers.get("x-csrf", "")
    return same_site(request) and hmac.compare_digest(given.encode(), session.csrf.encode())


def same_site(request: Request) -> bool:
    """Whether a browser says that our own page sent this; those that say nothing are too old to."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _to_login(request: Request) -> Response:
    response = see_other(f"/login?{urlencode({'back': _back(request)})}")
    if request.headers.get("hx-request") == "true":
        # Only the whole page can become the login.
        response = Response(status_code=204, headers={"HX-Redirect": response.headers["location"]})
    sessions.end(response)
    return response


def _back(request: Request) -> str:
    """The address of the page that is open: what asks for a part of it is not one to come back to."""
    if request.headers.get("hx-request") == "true":
        asked = urlsplit(request.headers.get("hx-current-url", ""))
    else:
        asked = urlsplit(str(request.url)) if request.method == "GET" else urlsplit("")
    return (asked.path or "/") + (f"?{asked.query}" if asked.query else "")
