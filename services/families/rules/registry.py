"""Which families of the registry somebody looks for."""

from datetime import date

from havn.families.v1 import families_pb2 as pb
from services.families.rules import way
from services.shared.names import last_part


def narrows(asked: pb.ListFosterFamiliesRequest) -> bool:
    """Whether something is sought that is no column: it follows from the day, or stands inside of a record."""
    return bool(asked.states or asked.types or asked.town or asked.with_free_places or asked.search or asked.counted)


def fits(family: pb.FosterFamily, asked: pb.ListFosterFamiliesRequest, today: date) -> bool:
    """Whether a family is one of those sought."""
    return (
        (not asked.names or family.name in asked.names)
        and asked.consultant in ("", family.consultant)
        and asked.town in ("", family.town)
        and (not asked.types or family.type in asked.types)
        and _has(family, asked.search.casefold())
        and (not asked.with_free_places or has_free_places(family, today))
        and (not asked.states or way.state(family, today) in asked.states)
    )


def has_free_places(family: pb.FosterFamily, today: date) -> bool:
    """Whether it is said to have free places, and may take children today."""
    return family.availability.free_place_count > 0 and way.state(family, today) == pb.FAMILY_STATE_APPROVED


def _has(family: pb.FosterFamily, text: str) -> bool:
    told = (family.display_name, family.town, last_part(family.name))
    return any(text in each.casefold() for each in told)
