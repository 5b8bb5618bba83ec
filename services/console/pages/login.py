"""Login and logout, and the choice of a language. These three are for whoever is not logged in, too."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.console import languages, sessions, terms
from services.console.languages import gettext as _
from services.console.sessions import Session
from services.console.visits import Console, same_site, see_other
from services.shared.access import Caller
from services.shared.errors import HavnError

YEAR_SECONDS = 365 * 86400


def routes(console: Console, logged_out: Callable[[Session], None]) -> list[Route]:
    """The routes of login, logout and language; whose session it was is told `logged_out`."""

    async def show(request: Request) -> Response:
        languages.speak(languages.wanted(request))
        return _form(console, _inside(request.query_params.get("back", "")))

    async def log_in(request: Request) -> Response:
        languages.speak(languages.wanted(request))
        form = await request.form()
        back = _inside(str(form.get("back", "")))
        if not same_site(request):
            return _form(console, back, refused=True)
        caller = console.people.get(str(form.get("person", "")))
        if token := str(form.get("token", "")).strip():
            try:
                caller = console.sessions.caller(token)
            except HavnError:
                return _form(console, back, refused=True)
        if caller is None:
            return _form(console, back, refused=True)
        response = see_other(back)
        console.sessions.begin(caller, request, response)
        return response

    async def log_out(request: Request) -> Response:
        response = see_other("/login?out=1") if same_site(request) else see_other("/")
        if same_site(request):
            if session := console.sessions.of(request):
                logged_out(session)
            sessions.end(response)
            # A phone forgets what it took along and what waits in it.
            response.headers["clear-site-data"] = '"storage"'
        return response

    async def choose_language(request: Request) -> Response:
        form = await request.form()
        response = see_other(_inside(str(form.get("back", ""))))
        chosen = str(form.get("language", ""))
        if chosen in languages.NAMES:
            response.set_cookie(languages.COOKIE, chosen, max_age=YEAR_SECONDS, samesite="lax")
        return response

    return [
        Route("/login", show, methods=["GET"], name="login"),
        Route("/login", log_in, methods=["POST"]),
        Route("/logout", log_out, methods=["POST"]),
        Route("/language", choose_language, methods=["POST"]),
    ]


def title(caller: Caller) -> str:
    """What a user of the demo is."""
    return next((terms.role(role) for role in sorted(caller.roles)), _("A stranger, who may nothing"))


def _form(console: Console, back: str, *, refused: bool = False) -> Response:
    people = {name: title(caller) for name, caller in console.people.items()}
    here = f"/login?{urlencode({'back': back})}"
    values = {"people": people, "back": back, "refused": refused, "here": here}
    return console.rendering.plain("login.html", 401 if refused else 200, values)


def _inside(path: str) -> str:
    """A path of ours, whatever was given: nobody is sent to another site."""
    parts = urlsplit(path)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not path.startswith("//")
    return path if inside and "\\" not in path and path.isprintable() else "/"
