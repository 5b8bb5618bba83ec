"""A connection to the running system, as one of the demo's users."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self, TypeVar

import grpc

from havn.access.v1.access_pb2 import PURPOSE_UNSPECIFIED, Purpose
from services.havn.commands.failures import NotRunning, SettingInvalid
from services.havn.commands.refusals import failed
from services.havn.commands.surroundings import settings
from services.havn.connection import Connection, connect
from services.havn.running import Found, find
from services.havn.users import USERS
from services.shared import access, purposes
from services.shared.access import Signer, key_from
from services.shared.clients import Token, TokenFile, Tokens
from services.shared.settings import SERVICES, Settings
from services.shared.tls import identity

MOST_ON_A_PAGE = 200


class Paged(Protocol):
    """One page of a list."""

    next_page_token: str

    def MergeFrom(self, other: Self, /) -> None: ...  # noqa: D102


P = TypeVar("P", bound=Paged)


@contextmanager
def asking(user: str, doing: Purpose.ValueType = PURPOSE_UNSPECIFIED) -> Iterator[Connection]:
    """The running system, asked as the user, or with the token that the settings name, for what is being done.

    Raises NotRunning where none runs, Failed for what a service refuses meanwhile.
    """
    found_settings = settings()
    found = running(found_settings)
    token = _token(found_settings, user)
    said = purposes.word(purposes.purpose(access.claimed(token()), doing))
    connection = connect(found.addresses, token, identity(found_settings), said)
    try:
        yield connection
    except grpc.RpcError as error:
        raise failed(error) from error
    finally:
        connection.close()


def running(found_settings: Settings) -> Found:
    """The system at the settings' addresses; where they name none, the one on the data folder. Raises NotRunning."""
    if told := found_settings.addresses():
        return Found(pid=0, addresses=_complete(told))
    found = find(found_settings.data)
    if found is None:
        raise NotRunning(found_settings.data)
    return found


def _complete(told: dict[str, str]) -> dict[str, str]:
    missing = [f"HAVN_{service.upper()}_ADDRESS" for service in SERVICES if service not in told]
    if missing:
        raise SettingInvalid(f"{' and '.join(missing)}: must be given too, where one service's address is.")
    return told


def _token(found_settings: Settings, user: str) -> Token:
    if found_settings.token_file:
        return TokenFile(found_settings.token_file)
    if found_settings.production:
        raise SettingInvalid("HAVN_TOKEN_FILE: must be given; in production there are no demo users.")
    return Tokens(Signer(key_from(found_settings.signing_key)), USERS[user])


def all_pages(call: Callable[..., P], request: Any) -> P:  # noqa: ANN401  # every list has a request of its own
    """All pages of a list as one."""
    request.page_size = MOST_ON_A_PAGE
    answer: P = call(request)
    token = answer.next_page_token
    while token:
        request.page_token = token
        page = call(request)
        token = page.next_page_token
        answer.MergeFrom(page)
    answer.next_page_token = ""
    return answer
