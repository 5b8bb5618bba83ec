"""What the services hold while they are measured: the demo, made up."""

from datetime import date

from bench.services.place import Place
from services.havn.commands.demo import SEED
from services.havn.commands.import_folder import clients
from services.havn.connection import Connection
from services.havn.demo.generator import make_demo
from services.havn.importing.outcome import Sent
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import send

REQUEST = "requests/r-001"
FAMILY = "families/f-001"
UNIT = "institutions/i-nuuk-01/units/a"


def take_in(administrator: Connection, place: Place, today: date) -> None:
    """Makes the demo and imports it."""
    make_demo(place.folder / "demo", SEED, today)
    rows = read(place.folder / "demo")
    if not isinstance(rows, Rows) or not isinstance(send(rows, clients(administrator)), Sent):
        raise RuntimeError("the demo could not be taken in")
