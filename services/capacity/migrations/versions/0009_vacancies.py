"""Vacancies know when they become stale and what happened to them; breaches; copies of placements and offers."""

import sqlalchemy as sa
from alembic import op

from havn.capacity.v1.capacity_pb2 import Vacancy
from services.shared.migrate import build_wall, create_record_table, see_everything
from services.shared.wire import time

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_record_table("vacancy_changes", sa.Column("parent", sa.String, nullable=False, index=True))
    create_record_table("breaches")
    create_record_table("stays", _home(), sa.Column("child", sa.String, nullable=False, index=True))
    create_record_table("holds", _home(), sa.Column("held", sa.Integer, nullable=False))
    build_wall("breaches", "stays", "holds")
    build_wall("vacancy_changes", open_to_all=True)
    op.add_column("vacancies", sa.Column("confirmed", sa.String, nullable=False, server_default=""))
    op.add_column("vacancies", sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_vacancies_decay", "vacancies", ["asked", "confirmed"])
    see_everything()
    rows = op.get_bind().execute(sa.text("SELECT name, body FROM vacancies")).all()
    if rows:
        confirmed = [{"name": name, "at": _confirmed(body)} for name, body in rows]
        op.get_bind().execute(sa.text("UPDATE vacancies SET confirmed = :at WHERE name = :name"), confirmed)
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM institutions")):
        # Copies that were never made: a rebuild, begun here and ended by the service, makes them.
        op.execute("UPDATE waiting_list SET version = 0")
        op.execute("INSERT INTO inbox (consumer, event_id, time) VALUES ('capacity-rebuild-begun', 'shape-0009', '')")


def _home() -> sa.Column[str]:
    return sa.Column("home", sa.String, nullable=False, index=True)


def _confirmed(body: bytes) -> str:
    return time(Vacancy.FromString(body).confirmed_time).isoformat(timespec="microseconds")
