"""What holds for the repository as a whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.havn.system import DEFINITIONS
from services.shared import migrate, runtime, sqlite
from services.shared.tables import Shared

# It meets no database.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert " @ " not in lock
    packages = re.sub(r" *\\\n +", " ", re.sub(r"^ *#.*\n", "", lock, flags=re.MULTILINE)).splitlines()
    assert len(packages) > 50
    for package in packages:
        assert re.fullmatch(r"[\w.\[\]-]+==[\w.]+( ; [^-]+)?( --hash=sha256:[0-9a-f]{64})+", package), package


def test_each_part_imports_only_what_it_may() -> None:
    beside = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([beside, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_the_migrations_of_a_service_make_what_its_models_say(definition: runtime.Definition, tmp_path: Path) -> None:
    database = sqlite.database(tmp_path / "data.sqlite")
    try:
        migrate.upgrade(definition.name, database.engine)
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, [Shared.metadata, definition.records]) == []  # type: ignore[arg-type]
            assert len(sa.inspect(connection).get_table_names()) >= len(definition.records.tables) + 5
    finally:
        database.close()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_migration_that_ran_does_not_run_again(definition: runtime.Definition, tmp_path: Path) -> None:
    database = sqlite.database(tmp_path / "data.sqlite")
    try:
        migrate.upgrade(definition.name, database.engine)
        migrate.upgrade(definition.name, database.engine)
    finally:
        database.close()
