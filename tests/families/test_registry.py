"""Which families of the registry somebody looks for."""

import pytest

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.families_pb2 import ListFosterFamiliesRequest as Asked
from services.families.rules import registry
from tests import cast


def free(count: int) -> pb.FosterFamily:
    said = pb.Availability(free_place_count=count)
    return cast.a_full_family(name="families/f-1", pause=None, availability=said)


RELIEF = cast.a_family(type=pb.FAMILY_TYPE_RELIEF)
NUUK = cast.a_family(name="families/f-012", display_name="Family Ærø", town="Nuuk", consultant="users/a")
SAID_UNAPPROVED = cast.a_family(availability=pb.Availability(free_place_count=1))

# (the family, what is asked for)
FOUND = {
    "all": (NUUK, Asked()),
    "with free places": (free(1), Asked(with_free_places=True)),
    "its town": (NUUK, Asked(town="Nuuk")),
    "its type": (RELIEF, Asked(types=[pb.FAMILY_TYPE_RELIEF])),
    "where it stands": (free(1), Asked(states=[pb.FAMILY_STATE_APPROVED])),
    "its consultant": (NUUK, Asked(consultant="users/a")),
    "its name": (NUUK, Asked(search="ÆRØ")),
    "its reference": (NUUK, Asked(search="F-012")),
    "by name": (NUUK, Asked(names=[NUUK.name])),
}
SORTED_OUT = {
    "none free": (free(0), Asked(with_free_places=True)),
    "free and not approved": (SAID_UNAPPROVED, Asked(with_free_places=True)),
    "another town": (NUUK, Asked(town="Paamiut")),
    "another type": (RELIEF, Asked(types=[pb.FAMILY_TYPE_EMERGENCY])),
    "elsewhere on its way": (free(1), Asked(states=[pb.FAMILY_STATE_APPLIED])),
    "another consultant": (NUUK, Asked(consultant="users/b")),
    "what stands in all names": (NUUK, Asked(search="families")),
    "another name": (NUUK, Asked(names=["families/f-2"])),
    "one of two fits": (NUUK, Asked(town="Nuuk", consultant="users/b")),
}


@pytest.mark.parametrize(("family", "asked"), FOUND.values(), ids=FOUND)
def test_a_family_is_found_by(family: pb.FosterFamily, asked: Asked) -> None:
    assert registry.fits(family, asked, cast.TODAY)


@pytest.mark.parametrize(("family", "asked"), SORTED_OUT.values(), ids=SORTED_OUT)
def test_a_family_is_not_found_by(family: pb.FosterFamily, asked: Asked) -> None:
    assert not registry.fits(family, asked, cast.TODAY)
