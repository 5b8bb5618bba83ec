"""make development-ca: an authority for development, and all the secrets that docker-compose.yml reads.

Each holder has a folder under deploy/secrets with what it may know and nothing else. The authority and the key for
tokens are marked: a service in production refuses them. Run it again to renew everything.
"""

import os
import secrets
import sys
from pathlib import Path

import trustme

from deploy.certificates import issue, write
from services.shared.access import development_key
from services.shared.production import DEVELOPMENT

SECRETS = Path(__file__).parent / "secrets"
SERVICES = ("placements", "families", "capacity", "matching", "console")
"""The console is one here: it has a certificate and the key for tokens too."""

NODES = ("nats-1", "nats-2", "nats-3")
CONTAINER_USER = 10001
HERE = ("localhost", "127.0.0.1")


def make(folder: Path) -> None:
    """Makes all of them in a folder."""
    authority = trustme.CA(organization_name=DEVELOPMENT)
    token_key = development_key()
    # nats-server reads a value of digits as a number: so it begins with a letter.
    password = f"n{secrets.token_hex(24)}"
    for service in SERVICES:
        issue(authority, folder / service, service, *HERE)
        write(folder / service / "token.pem", token_key)
    for node in NODES:
        issue(authority, folder / node, "nats", node, *HERE)
    # In Kubernetes the nodes share one secret.
    issue(authority, folder / "nats", "nats", *NODES)
    write(folder / "nats" / "password", password.encode())
    issue(authority, folder / "postgres", "postgres", *HERE)
    issue(authority, folder / "owner", "owner")
    write(folder / "owner" / "havn_database_owner_url", b"postgresql://havn_owner@postgres/{service}")
    issue(authority, folder / "operator", "operator")
    write(folder / "operator" / "token.pem", token_key)
    # Nobody logs in with it: PostgreSQL's image wants one, and nothing but certificates is taken.
    write(folder / "postgres" / "password", secrets.token_hex(24).encode())
    write(folder / "compose.env", f"HAVN_PRODUCTION=false\nNATS_PASSWORD={password}\n".encode())


def _give(folder: Path, user: int) -> None:
    """Lets the user of the containers, and nobody else, read what is theirs."""
    for path in folder.rglob("*"):
        if path.parent != folder or path.is_dir():
            os.chown(path, user, user)


def main() -> None:
    """Makes them where docker-compose.yml looks, and says what is left to do."""
    make(SECRETS)
    sys.stdout.write(f"Made in {SECRETS}, for development alone.\n")
    if os.geteuid() == 0:
        _give(SECRETS, CONTAINER_USER)
    else:
        sys.stdout.write(f"Now let the containers read them: sudo chown -R {CONTAINER_USER} {SECRETS}/*/\n")


if __name__ == "__main__":
    main()
