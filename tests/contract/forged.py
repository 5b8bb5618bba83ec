"""Tokens that are none: each could do everything, if it were good."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from hmac import new as hmac
from json import dumps

from joserfc import jwt
from joserfc.jwk import ECKey

from havn.access.v1.access_pb2 import Role
from services.shared.access import TOKEN_LIFETIME


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def claims(**differing: object) -> dict[str, object]:
    """Claims of somebody who may do everything, good but for what differs; None leaves a claim out."""
    now = int(time.time())
    good = {"iss": "havn", "aud": "havn", "sub": "users/x", "iat": now, "nbf": now, "jti": "0" * 32}
    # As long as it may be: what is wrong with a token is to be found, however long thousands of calls take.
    good |= {"exp": now + TOKEN_LIFETIME}
    everybody = {"roles": [name.removeprefix("ROLE_") for name in Role.keys()[1:]], "authority": "*"}
    narrowed = {"institution": "institutions/i", "home": "families/f"}
    return {name: value for name, value in (good | everybody | narrowed | differing).items() if value is not None}


def signed(key: ECKey, **differing: object) -> str:
    return jwt.encode({"alg": "ES256"}, claims(**differing), key, algorithms=["ES256"])


def part(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def by_hand(algorithm: str, secret: bytes = b"") -> str:
    """A token as no library makes it any more."""
    body = f"{part(dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{part(dumps(claims()).encode())}"
    return f"{body}.{part(hmac(secret, body.encode(), sha256).digest()) if secret else ''}"


def tampered(key: ECKey) -> str:
    head, _body, signature = signed(key).split(".")
    _head, body, _signature = signed(key, sub="users/y").split(".")
    return f"{head}.{body}.{signature}"


def with_its_own_key(_key: ECKey) -> str:
    other = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": other.as_dict(private=False)}
    return jwt.encode(header, claims(), other, algorithms=["ES256"])


def of_another_curve(_key: ECKey) -> str:
    return jwt.encode({"alg": "ES384"}, claims(), ECKey.generate_key("P-384"), algorithms=["ES384"])


def unsigned_copy(key: ECKey) -> str:
    return signed(key).rpartition(".")[0] + "."


FORGED: dict[str, Callable[[ECKey], str]] = {
    "expired": lambda key: signed(key, exp=int(time.time()) - 31),
    "forged": lambda _key: signed(ECKey.generate_key("P-256")),
    "for another audience": lambda key: signed(key, aud="elsewhere"),
    "of another issuer": lambda key: signed(key, iss="elsewhere"),
    "not yet valid": lambda key: signed(key, nbf=int(time.time()) + 60),
    "made in the future": lambda key: signed(key, iat=int(time.time()) + 3600),
    "living too long": lambda key: signed(key, exp=int(time.time()) + 3600),
    "without end": lambda key: signed(key, exp=None),
    "without beginning": lambda key: signed(key, nbf=None),
    "without subject": lambda key: signed(key, sub=None),
    "without audience": lambda key: signed(key, aud=None),
    "without issuer": lambda key: signed(key, iss=None),
    "without an id": lambda key: signed(key, jti=None),
    "without a moment of making": lambda key: signed(key, iat=None),
    "without roles": lambda key: signed(key, roles=None),
    "with an unknown role": lambda key: signed(key, roles=["KING"]),
    "with one role as text": lambda key: signed(key, roles="COORDINATOR"),
    "of nobody's authority": lambda key: signed(key, authority=""),
    "of an institution that is not named": lambda key: signed(key, institution=None),
    "of a foster family that is not named": lambda key: signed(key, home=""),
    "with an end in words": lambda key: signed(key, exp="tomorrow"),
    "unsigned": lambda _key: by_hand("none"),
    "unsigned, written otherwise": lambda _key: by_hand("NoNe"),
    "with its signature cut off": unsigned_copy,
    "signed with the public key as secret": lambda key: by_hand("HS256", key.as_pem(private=False)),
    "signed with an empty secret": lambda _key: by_hand("HS256", b"\0"),
    "signed with the key that it brings along": with_its_own_key,
    "signed on another curve": of_another_curve,
    "tampered with": tampered,
    "no token at all": lambda _key: "x.y.z",
    "empty": lambda _key: "",
}
