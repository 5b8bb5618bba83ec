"""Databases that have this version's shape, in words."""

from collections.abc import Iterator, Mapping

from rich.console import RenderableType

MIGRATED = "The database of {service} has this version's shape; {role} may serve from it."


def migrated(roles: Mapping[str, str]) -> Iterator[RenderableType]:
    """A line for each service, with the role that serves."""
    return (MIGRATED.format(service=service, role=role) for service, role in roles.items())
