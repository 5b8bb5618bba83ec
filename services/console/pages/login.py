"""Login and logout, and the choice of a language. These three are for whoever is not logged in, too."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
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


@dataclass(frozen=True)
class Login:
    """The pages of login, logout and language; whose session it was is told `logged_out`."""

    console: Console
    logged_out: Callable[[Session], None]

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/login", self.show, methods=["GET"], name="login"),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/language", self.choose_language, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form."""
        languages.speak(languages.wanted(request))
        return _form(self.console, _inside(request.query_params.get("back", "")))

    async def log_in(self, request: Request) -> Response:
        """Begins a session, and leads to where somebody wanted to be."""
        languages.speak(languages.wanted(request))
        form = await request.form()
        back = _inside(str(form.get("back", "")))
        caller = self._caller(form) if same_site(request) else None
        if caller is None:
            return _form(self.console, back, refused=True)
        response = see_other(back)
        self.console.sessions.begin(caller, request, response)
        return response

    async def log_out(self, request: Request) -> Response:
        """Ends the session, here and on the phone."""
        if not same_site(request):
            return see_other("/")
        if session := self.console.sessions.of(request):
            self.logged_out(session)
        response = see_other("/login?out=1")
        sessions.end(response)
        # A phone forgets what it took along and what waits in it.
        response.headers["clear-site-data"] = '"storage"'
        return response

    async def choose_language(self, request: Request) -> Response:
        """Keeps the choice for a year."""
        form = await request.form()
        response = see_other(_inside(str(form.get("back", ""))))
        chosen = str(form.get("language", ""))
        if chosen in languages.NAMES:
            response.set_cookie(languages.COOKIE, chosen, max_age=YEAR_SECONDS, samesite="lax")
        return response

    def _caller(self, form: FormData) -> Caller | None:
        """Whom the form names, by a token before all else; None for nobody who may log in."""
        if token := str(form.get("token", "")).strip():
            try:
                return self.console.sessions.caller(token)
            except HavnError:
                return None
        return self.console.people.get(str(form.get("person", "")))


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
