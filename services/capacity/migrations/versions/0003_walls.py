"""Leases, and walls around the records of each authority."""

from services.shared.migrate import build_wall, create_leases

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_leases()
    build_wall("waiting_list")
    build_wall("institutions", "units", "vacancies", open_to_all=True)
