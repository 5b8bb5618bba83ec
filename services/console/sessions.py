"""Who is logged in: a signed cookie that says so, good for one working day."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.shared import access
from services.shared.access import Caller, Signer
from services.shared.errors import HavnError
from services.shared.revoked import Revoked

COOKIE = "havn-session"
LIFETIME_SECONDS = 8 * 3600
_KIND = "havn-session"


@dataclass(frozen=True)
class Session:
    """A person at one browser. `csrf` is what a form must send back to be this person's."""

    caller: Caller
    id: str
    begun: int
    csrf: str

    def claims(self) -> dict[str, object]:
        """All of it, as the cookie holds it; `sub`, `jti` and `iat` as a token has them."""
        return {
            "sub": self.caller.subject,
            "jti": self.id,
            "iat": self.begun,
            "csrf": self.csrf,
            "roles": self.caller.role_names().split(),
            "authority": self.caller.authority,
            "institution": self.caller.institution,
            "home": self.caller.home,
        }


class Sessions:
    """Begins, finds and ends sessions. Nothing of them is kept but in the browser."""

    def __init__(self, signer: Signer, revoked: Revoked) -> None:
        self._signer = signer
        self._verifier = signer.verifier(revoked)
        self._revoked = revoked

    def caller(self, token: str) -> Caller:
        """Whom a token speaks for. Raises TokenInvalid and TokenRevoked."""
        return self._verifier.caller(token)

    def begin(self, caller: Caller, request: Request, response: Response) -> None:
        """Logs a person in."""
        session = Session(caller, secrets.token_hex(16), int(time.time()), secrets.token_urlsafe(24))
        response.set_cookie(
            COOKIE,
            self._signer.signed(_KIND, session.claims()),
            max_age=LIFETIME_SECONDS,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def of(self, request: Request) -> Session | None:
        """The session of a request; None where there is none, or it ended or was revoked."""
        claims = self._verifier.opened(_KIND, request.cookies.get(COOKIE, ""))
        session = _session(claims) if claims else None
        return session if session and self.stands(session) else None

    def stands(self, session: Session) -> bool:
        """Whether a session neither ended with its day nor was revoked."""
        if time.time() > session.begun + LIFETIME_SECONDS:
            return False
        try:
            self._revoked.refuse(session.claims())
        except HavnError:
            return False
        return True


def end(response: Response) -> None:
    """Logs a person out."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _session(claims: Mapping[str, object]) -> Session:
    roles = claims["roles"]
    caller = Caller(
        subject=str(claims["sub"]),
        roles=frozenset(access.role(str(name)) for name in roles) if isinstance(roles, list) else frozenset(),
        authority=str(claims["authority"]),
        institution=str(claims["institution"]),
        home=str(claims["home"]),
    )
    return Session(caller, str(claims["jti"]), int(str(claims["iat"])), str(claims["csrf"]))
