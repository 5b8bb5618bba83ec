import re
from pathlib import Path

import pytest

from services.shared.settings import Settings

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
TOLD = dict(re.findall(r"^\| `(HAVN_\w+)` \| (\S+) \|", OPERATIONS, re.MULTILINE))
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in TOLD:
        monkeypatch.delenv(variable, raising=False)


def shown(value: object) -> str:
    if value in ("", None):
        return "–"
    return f"`{str(value).replace(str(Path.home()), '~')}`"


@pytest.mark.usefixtures("unset")
def test_every_setting_is_told_with_its_default() -> None:
    settings = Settings()
    assert {f"HAVN_{name.upper()}": shown(getattr(settings, name)) for name in Settings.model_fields} == TOLD


def test_every_variable_that_the_code_reads_is_told() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py"))
    read = set(re.findall(r"\bHAVN_[A-Z]+(?:_[A-Z]+)*\b", code))
    assert read <= set(re.findall(r"\bHAVN_[A-Z_]+\b", OPERATIONS))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_points_to_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        file, _, heading = link.partition("#")
        target = document.parent / file if file else document
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
        assert not heading or heading in {each.lower().replace(" ", "-") for each in headings}, link
    for path in re.findall(r"`((?:services|data|deploy|docs|protos|tests)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
