"""Who calls, what they may call, and which rows they see. docs/security.md."""

import json
import os
import time
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pool import Default
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from havn.access.v1 import access_pb2
from services.shared.errors import RoleNotAllowed, TokenInvalid
from services.shared.revoked import Revoked

EVERYWHERE = "*"
"""The authority of those who serve all authorities: services and administrators."""

TOKEN_LIFETIME = 600
"""Seconds; the longest that a stolen token works."""

SEEN = 2_000
"""Tokens whose signature was checked, and is not checked again: most calls come with one that was seen before."""

# Text before the key is allowed in PEM, and passed over.
_MARK = b"Made by Havn, for development alone: production refuses this key.\n"
_ALGORITHMS = ["ES256"]
_LEEWAY = 30
_PREFIX = "ROLE_"


@dataclass(frozen=True)
class Caller:
    """A person or a service, as its token says.

    `authority` is a name or EVERYWHERE; `institution` and `home`, where given, narrow what is seen to that record and
    what belongs to it.
    """

    subject: str
    roles: frozenset[access_pb2.Role.ValueType] = frozenset()
    authority: str = ""
    institution: str = ""
    home: str = ""

    def sees(self, authority: str, name: str) -> bool:
        """Whether a record of `authority` with `name` is in the caller's scope."""
        if self.authority not in (EVERYWHERE, authority):
            return False
        return all(name == own or name.startswith(f"{own}/") for own in self.narrowed())

    def sees_all_of(self, authority: str) -> bool:
        """Whether every record of `authority` is in the caller's scope."""
        return self.authority in (EVERYWHERE, authority) and not self.narrowed()

    def role_names(self) -> str:
        """The roles in words, for logs and the audit trail."""
        return " ".join(sorted(access_pb2.Role.Name(role).removeprefix(_PREFIX) for role in self.roles))

    def narrowed(self) -> tuple[str, ...]:
        """The records that the caller's view is narrowed to: none, an institution, or a home."""
        return tuple(own for own in (self.institution, self.home) if own)


NOBODY = Caller(subject="")


class Signer:
    """Makes tokens with a private key."""

    def __init__(self, key: ECKey) -> None:
        self._key = key

    def token(self, caller: Caller, lifetime: int = TOKEN_LIFETIME) -> str:
        """A token for the caller, good for `lifetime` seconds."""
        now = int(time.time())
        claims = {
            "iss": "havn",
            "aud": "havn",
            "sub": caller.subject,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "jti": uuid.uuid4().hex,
            "roles": caller.role_names().split(),
            "authority": caller.authority,
            "institution": caller.institution,
            "home": caller.home,
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.thumbprint()}, claims, self._key, algorithms=_ALGORITHMS)

    def signed(self, kind: str, claims: Mapping[str, object]) -> str:
        """Claims that are no token, under the same key."""
        content = json.dumps(claims).encode()
        return jws.serialize_compact({"alg": "ES256", "typ": kind}, content, self._key, algorithms=_ALGORITHMS)

    def verifier(self, revoked: Revoked | None = None, now: Callable[[], float] = time.time) -> "Verifier":
        """What checks the tokens made here."""
        return Verifier(self._key, revoked or Revoked(), now)


class Verifier:
    """Checks tokens with the public half of a key."""

    def __init__(self, key: ECKey, revoked: Revoked, now: Callable[[], float] = time.time) -> None:
        self._key = ECKey.import_key(key.as_dict(private=False))
        self._revoked = revoked
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": "havn"},
            aud={"essential": True, "value": "havn"},
            sub={"essential": True},
            nbf={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        # A good signature stays good, and whom it speaks for. Whether its time is over, and whether it was revoked, is
        # asked each time.
        self._signed = lru_cache(SEEN)(self._checked)
        self._speaker = lru_cache(SEEN)(self._spoken_for)
        self._opened = lru_cache(SEEN)(self._checked_of)

    def caller(self, token: str) -> Caller:
        """Who the token speaks for. Raises TokenInvalid and TokenRevoked."""
        try:
            claims = self._signed(token)
            self._claims.validate(claims)
            caller = self._speaker(token)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenInvalid("the token is not valid: get a new one") from error
        self._revoked.refuse(claims)
        return caller

    def standing(self, token: str) -> Callable[[], None]:
        """What passes as long as a token, good when its call began, is not revoked. It raises TokenRevoked."""
        return partial(self._revoked.refuse, self._signed(token))

    def opened(self, kind: str, signed: str) -> Mapping[str, object]:
        """The claims that were signed as of this kind; none for what was not."""
        try:
            return self._opened(kind, signed)
        except (JoseError, ValueError):
            return {}

    def _checked(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, self._key, algorithms=_ALGORITHMS).claims

    def _spoken_for(self, token: str) -> Caller:
        return _caller(self._signed(token))

    def _checked_of(self, kind: str, signed: str) -> Mapping[str, object]:
        found = jws.deserialize_compact(signed, self._key, algorithms=_ALGORITHMS)
        claims: dict[str, object] = json.loads(found.payload) if found.headers().get("typ") == kind else {}
        return MappingProxyType(claims)


def claimed(token: str) -> Caller:
    """Who a token says that it speaks for, unchecked: for what is nobody's secret. NOBODY where it says nothing."""
    try:
        payload = token.split(".")[1]
        return _caller(json.loads(urlsafe_b64decode(payload + "==")))
    except (IndexError, KeyError, ValueError, TypeError):
        return NOBODY


def _caller(claims: Mapping[str, object]) -> Caller:
    if float(str(claims["exp"])) > time.time() + TOKEN_LIFETIME + _LEEWAY:
        raise ValueError("the token lives too long")
    roles = claims.get("roles")
    if not isinstance(roles, list):
        raise TypeError("roles are no list")
    caller = Caller(
        subject=str(claims["sub"]),
        roles=frozenset(role(str(name)) for name in roles),
        authority=str(claims.get("authority", "")),
        institution=str(claims.get("institution", "")),
        home=str(claims.get("home", "")),
    )
    if caller.roles and not caller.authority:
        raise ValueError("the token does not say whose records it is for")
    # Without its own record such a caller would see, and report for, those of all others.
    if access_pb2.ROLE_INSTITUTION in caller.roles and not caller.institution:
        raise ValueError("the token does not say which institution")
    if access_pb2.ROLE_FOSTER_FAMILY in caller.roles and not caller.home:
        raise ValueError("the token does not say which home")
    return caller


def role(name: str) -> access_pb2.Role.ValueType:
    """The number of a role such as "COORDINATOR". Raises ValueError for a word that is none."""
    return access_pb2.Role.Value(_PREFIX + name)


def service(name: str) -> Caller:
    """The caller that a service of Havn is to the others."""
    return Caller(f"services/{name}", frozenset({access_pb2.ROLE_SERVICE}), EVERYWHERE)


def key_from(path: Path) -> ECKey:
    """The private key kept at `path`, readable by its owner alone; made on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _put_whole(path, development_key())
    return ECKey.import_key(path.read_bytes())


def is_for_development(key: bytes) -> bool:
    """Whether a private key was made by Havn itself: such a key was never guarded."""
    return _MARK in key


def development_key() -> bytes:
    """A new private key, marked as Havn's own."""
    return _MARK + ECKey.generate_key("P-256").as_pem(private=True)


def _put_whole(path: Path, content: bytes) -> None:
    """Puts a private file at `path`, whole or not at all; where another process was first, that one's stays."""
    with NamedTemporaryFile(dir=path.parent) as part:
        part.write(content)
        part.flush()
        with suppress(FileExistsError):
            os.link(part.name, path)


def permission(method: MethodDescriptor) -> access_pb2.Permission:
    """The permission of an RPC. Raises LookupError for an RPC without one: its service must not start."""
    options = method.GetOptions()
    if not options.HasExtension(access_pb2.permission):
        raise LookupError(f"{method.full_name} has no permission option")
    return options.Extensions[access_pb2.permission]


def permissions(services: Iterable[ServiceDescriptor]) -> dict[str, access_pb2.Permission]:
    """Permissions by the RPC's path, such as "/havn.placements.v1.PlacementsService/GetRequest"."""
    return {
        f"/{service.full_name}/{method.name}": permission(method) for service in services for method in service.methods
    }


def may(caller: Caller, rpc: str) -> bool:
    """Whether the caller's roles may call an RPC such as "havn.placements.v1.PlacementsService.ListOffers".

    Raises KeyError for one that there is not.
    """
    return not caller.roles.isdisjoint(_roles(rpc))


@cache
def _roles(rpc: str) -> frozenset[int]:
    return frozenset(permission(Default().FindMethodByName(rpc)).roles)


def authorise(caller: Caller, needed: access_pb2.Permission) -> None:
    """Passes callers that have one of the roles needed. Raises RoleNotAllowed."""
    if caller.roles.isdisjoint(needed.roles):
        raise RoleNotAllowed("your roles may not do this")
