"""Requests and placements are found by child."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from havn.placements.v1.placements_pb2 import Placement, PlacementRequest

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT set_config('havn.authority', '*', true)"
        )  # Else the wall would hide what is to be filled in.
    for table, message in (("requests", PlacementRequest), ("placements", Placement)):
        op.add_column(table, sa.Column("child", sa.String, nullable=False, server_default=""))
        op.create_index(f"ix_{table}_child", table, ["child"])
        rows = op.get_bind().execute(sa.text(f"SELECT name, body FROM {table}")).all()
        found = [{"name": name, "child": _child(message.FromString(body))} for name, body in rows]
        if found:
            op.get_bind().execute(sa.text(f"UPDATE {table} SET child = :child WHERE name = :name"), found)


def _child(message: Any) -> str:  # noqa: ANN401
    return message.child.reference if isinstance(message, PlacementRequest) else message.child
