"""Where the processes of one measurement run: a folder, a NATS server, addresses, a key."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen

from bench.services.processes import Served, free_address, running, served
from services.havn.connection import Connection, connect
from services.havn.users import USERS
from services.shared import access
from services.shared.clients import Tokens

SERVICES = ("placements", "families", "capacity", "matching")
ECHO = "echo"

# Nobody's share of calls is measured here.
UNLIMITED: Mapping[str, str] = {"HAVN_CALLS_PER_SECOND": "1000000"}


class Place:
    """The settings of every process here, and the key that signs their tokens."""

    def __init__(self, folder: Path, nats_url: str, databases: str) -> None:
        """`databases` is a PostgreSQL URL with {service} in it, or empty for SQLite files in the folder."""
        self.folder = folder
        self.nats_url = nats_url
        self._databases = databases
        self.key = folder / "token.pem"
        self.signer = access.Signer(access.key_from(self.key))
        self.addresses = {name: free_address() for name in (*SERVICES, ECHO)}

    def service(self, name: str, limits: Mapping[str, str] = UNLIMITED) -> AbstractContextManager[Served]:
        """A service alone, as `havn serve` runs it."""
        return self._served(name, ["services.havn", "serve", name], limits)

    def echo(self) -> AbstractContextManager[Served]:
        """What services are compared with."""
        return self._served(ECHO, ["bench.services.echo", self.addresses[ECHO]], UNLIMITED)

    def end_of_chain(self, end: str) -> AbstractContextManager[Popen[bytes]]:
        """The outbox or the inbox of the bare chain."""
        arguments = ["bench.services.chain", end, self.database(end), self.nats_url]
        return running(arguments, {}, self.folder / f"{end}.log")

    def database(self, end: str) -> str:
        """The database of one end of the bare chain."""
        return self._databases.replace("{service}", end) or str(self.folder / f"{end}.sqlite")

    def token(self, user: str) -> str:
        """A token of a user of the demo."""
        return self.signer.token(USERS[user])

    def connected(self, user: str) -> Connection:
        """A way into the services for a user of the demo."""
        tokens = Tokens(self.signer, USERS[user])
        return connect({name: self.addresses[name] for name in SERVICES}, tokens)

    def _served(self, name: str, arguments: list[str], limits: Mapping[str, str]) -> AbstractContextManager[Served]:
        address = self.addresses[name]
        settings = {
            **limits,
            "HAVN_DATA": str(self.folder),
            "HAVN_KEY_FILE": str(self.key),
            "HAVN_NATS_URL": self.nats_url,
            # The bare chain has a stream beside theirs, and NATS keeps no more than all of theirs at their full size.
            "HAVN_STREAM_MEGABYTES": "1024",
            "HAVN_DATABASE_URL": self._databases,
            **{f"HAVN_{owner.upper()}_ADDRESS": self.addresses[owner] for owner in SERVICES},
            f"HAVN_{name.upper()}_PORT": address.rsplit(":", 1)[1],
        }
        return served(arguments, address, settings, self.folder / f"{name}.log")
