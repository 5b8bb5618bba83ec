"""The users of the NATS nodes: one for each service, whose certificate names it. To run when listeners change.

python -m deploy.nats_users
"""

from pathlib import Path

from services.havn.system import DEFINITIONS
from services.shared.grants import users

FILE = Path(__file__).parent / "nats" / "users.conf"

HEAD = """\
# Made by python -m deploy.nats_users from services/shared/grants.py. A user is whoever's certificate has its name as a
# DNS name; whoever is not listed is refused.
"""


def text() -> str:
    """What the file is to hold."""
    granted = {definition.name: definition.grants() for definition in DEFINITIONS}
    return f"{HEAD}authorization {{ users: [\n{users(granted)}\n] }}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
