"""What was released stays readable: buf compares the .proto files with those of the last release."""

import shutil
import subprocess
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

# It meets no database.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "protos" / "released.binpb"
FAMILIES = "havn/families/v1/families.proto"


@pytest.fixture
def protos(tmp_path: Path) -> Path:
    """A copy of protos/ that a test may spoil."""
    shutil.copytree(ROOT / "protos", tmp_path / "protos", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path / "protos"


def edit(protos: Path, before: str, after: str) -> None:
    path = protos / FAMILIES
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def checked(protos: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", protos / "check.sh"], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("string display_name = 4", "int64 display_name = 4"),
        ("string display_name = 4", "string display_name = 400"),
        ("string display_name = 4", "string shown_name = 4"),
        ("  FAMILY_TYPE_MUNICIPAL = ", "  FAMILY_TYPE_OF_THE_MUNICIPALITY = "),
    ],
    ids=["another type", "another number", "another name", "another word"],
)
def test_a_break_is_found(protos: Path, before: str, after: str) -> None:
    edit(protos, before, after)
    found = checked(protos)
    assert found.returncode == 1
    assert "break what was released" in found.stderr


def test_an_addition_is_no_break(protos: Path) -> None:
    edit(protos, "string display_name = 4", "// Told by nobody.\n  string added = 3000;\n  string display_name = 4")
    found = checked(protos)
    assert "break what was released" not in found.stderr
    assert "protos/gen is stale" in found.stderr


def test_what_is_kept_as_released_is_what_the_last_tag_has(tmp_path: Path) -> None:
    last = git("describe", "--tags", "--abbrev=0")
    if last.returncode:
        pytest.skip("no tag is known here: there was no release, or the clone came without")
    tree = git("archive", last.stdout.decode().strip(), "protos")
    subprocess.run(["tar", "-x", "-C", tmp_path], input=tree.stdout, check=True)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / "protos" / "describe.sh", tmp_path / "protos")
    subprocess.run(["bash", tmp_path / "protos" / "describe.sh", tmp_path / "tagged.binpb"], check=True)
    tagged = FileDescriptorSet.FromString((tmp_path / "tagged.binpb").read_bytes())
    assert tagged == FileDescriptorSet.FromString(RELEASED.read_bytes())


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
