"""Whatever the services of families and of capacity do, a command does."""

import re
from pathlib import Path

import pytest
from google.protobuf.descriptor import ServiceDescriptor

from havn.capacity.v1 import capacity_pb2, waiting_pb2, wellbeing_pb2
from havn.families.v1 import families_pb2, support_pb2
from services import havn

# It meets no database.
pytestmark = pytest.mark.once

FOLDER = Path(havn.__file__).parent
OF_THE_DEMO = ("lived.py", "first_start.py")
"""What happens by itself at the first start."""

CALLED = {
    name
    for folder in ("commands", "importing", "exporting")
    for file in (FOLDER / folder).glob("*.py")
    if file.name not in OF_THE_DEMO
    for name in re.findall(r"\.([A-Z]\w+)\b", file.read_text("utf-8"))
}
CONSOLES = {
    # A page that stays open is told of what changes.
    "WatchVacancies",
    "WatchWaitingList",
    # A start page shows how long each list is; a command shows the list.
    "GetCapacityOverview",
    "GetFamiliesOverview",
    # A form keeps what was typed so far; a command's follow-up comes from a file, whole.
    "SaveFollowUpDraft",
}
"""What only a page in a browser needs."""

SERVICES = [
    service
    for module in (families_pb2, support_pb2, capacity_pb2, waiting_pb2, wellbeing_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_command_reaches_whatever_a_service_does(service: ServiceDescriptor) -> None:
    assert {method.name for method in service.methods} - CALLED <= CONSOLES


def test_no_command_is_said_to_be_of_the_console_alone() -> None:
    assert not CONSOLES & CALLED
