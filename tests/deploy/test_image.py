import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bus import OpenServer
from tests.deploy.files import (
    DOCKERFILE,
    ROOT,
    Instruction,
    health_check,
    image_environment,
    instructions,
    stages,
)
from tests.processes import free_port

SLOW = pytest.mark.skipif(
    not os.environ.get("CI") and os.environ.get("HAVN_SLOW") != "1",
    reason="installs the whole lock, a minute or two: runs with HAVN_SLOW=1 or in CI",
)
START_SECONDS = 30.0
ASSETS = ROOT / "services" / "console" / "assets"
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def test_the_image_is_one_of_python_3_11_by_tag_and_holds_no_secret() -> None:
    assert [stage[0].rest for stage in stages()] == [f"node:{locked_node()}-slim AS assets", "python:3.11-slim"]
    assert not re.search(r"(?i)password|secret|private key", DOCKERFILE.read_text("utf-8"))


def locked_node() -> str:
    """The major version of node that builds the assets on a machine without one."""
    return (ASSETS / "node.txt").read_text("utf-8").partition("==")[2].partition(".")[0]


def sources(stage: list[Instruction]) -> set[str]:
    """What a stage copies out of the repository."""
    copies = [each.listed for each in stage if each.word == "COPY" and not each.rest.startswith("--from")]
    return {source for listed in copies for source in listed[:-1]}


def test_what_is_copied_exists_and_is_let_through() -> None:
    let_through = {line[1:] for line in IGNORED if line[:1] == "!"}
    of_assets, of_image = map(sources, stages())
    assert of_image == let_through
    assert all(any(Path(source).is_relative_to(each) for each in let_through) for source in of_assets)
    assert all((ROOT / source).exists() for source in of_assets | of_image)


def test_the_assets_are_made_in_the_image_and_none_of_this_machine_are_taken() -> None:
    assert {"**/node_modules", "**/dist"} <= set(IGNORED)
    assert [each.listed for each in instructions() if each.rest.startswith("--from")] == [
        ["--from=assets", "/assets/dist", "./services/console/assets/dist"]
    ]


def test_the_assets_are_made_as_on_this_machine() -> None:
    here = (ASSETS / "build.sh").read_text("utf-8").replace(" --silent", "").splitlines()[-2:]
    assert [each.rest for each in stages()[0] if each.word == "RUN"] == here


@SLOW
@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm on this machine")
def test_the_stage_of_the_assets_makes_what_the_console_needs(tmp_path: Path) -> None:
    for each in stages()[0]:
        if each.word == "COPY":
            copied(each.listed, tmp_path)
        elif each.word == "RUN":
            subprocess.run(each.listed, cwd=tmp_path, check=True, capture_output=True)
    made = json.loads((tmp_path / "dist" / "manifest.json").read_text("utf-8"))
    assert made == json.loads((ASSETS / "dist" / "manifest.json").read_text("utf-8"))


def test_packages_come_by_their_hashes_alone() -> None:
    installs = [each.rest for each in instructions() if each.word == "RUN" and each.rest.startswith("pip ")]
    assert all("--no-deps" in install for install in installs)
    assert ["--require-hashes" in install for install in installs] == [True, False]


def test_it_does_not_run_as_root() -> None:
    words = [each.word for each in instructions()]
    assert [each.rest for each in instructions() if each.word == "USER"] == ["havn"]
    assert words.index("USER") > max(number for number, word in enumerate(words) if word == "RUN")


@SLOW
async def test_its_steps_in_a_clean_environment_make_a_service_that_is_well(tmp_path: Path) -> None:
    programs = await asyncio.to_thread(built, tmp_path)
    (entry,) = [each.listed for each in instructions() if each.word == "ENTRYPOINT"]
    version = subprocess.run([programs / entry[0], "version"], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert version.stdout.startswith("havn ")
    renders = "from services.console.rendering import rendering; rendering('UTC')"
    subprocess.run([programs / "python", "-c", renders], cwd=tmp_path / "app", check=True)  # noqa: ASYNC221
    nats = OpenServer(tmp_path / "nats")
    await nats.start()
    try:
        await serves(programs, entry[0], tmp_path, nats.url("placements"))
    finally:
        await nats.stop()


def built(folder: Path) -> Path:
    """Does the Dockerfile's copies and installs in a new environment; the folder of its programs."""
    app, environment = folder / "app", folder / "environment"
    app.mkdir()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    for each in instructions():
        if each.word == "COPY":
            copied(each.listed, app)
        elif each.word == "RUN" and each.listed[0] == "pip":
            pip = [str(environment / "bin" / "python"), "-m", *each.listed, "--quiet", "--disable-pip-version-check"]
            subprocess.run(pip, cwd=app, check=True, env=clean())
    return environment / "bin"


def copied(arguments: list[str], app: Path) -> None:
    """Copies what an instruction names; of the first stage, what `make setup` made in the same way."""
    *sources, target = arguments
    if sources[0] == "--from=assets":
        sources = [str(ASSETS / "dist")]
    left_out = shutil.ignore_patterns(*(line.removeprefix("**/") for line in IGNORED if line.startswith("**/")))
    for source in map(ROOT.joinpath, sources):
        if source.is_dir():
            shutil.copytree(source, app / target, ignore=left_out)
        else:
            shutil.copy(source, app / target)


def clean() -> dict[str, str]:
    """This process's variables, without Havn's and Python's."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("HAVN_", "PYTHON", "VIRTUAL_ENV"))
    }


async def serves(programs: Path, entry: str, folder: Path, nats_url: str) -> None:
    """Starts placements as the compose file does, waits until it is well, and ends it."""
    port = free_port()
    changed = {
        "HAVN_PRODUCTION": "false",
        "HAVN_DATA": str(folder / "data"),
        "HAVN_HEALTH_PORT": str(port),
        "HAVN_NATS_URL": nats_url,
        "HAVN_FAMILIES_ADDRESS": "127.0.0.1:1",
        "HAVN_CAPACITY_ADDRESS": "127.0.0.1:1",
    }
    variables = clean() | image_environment() | changed
    service = await asyncio.create_subprocess_exec(programs / entry, "serve", "placements", env=variables)
    try:
        async with asyncio.timeout(START_SECONDS):
            while await asyncio.to_thread(ails, programs, port):
                assert service.returncode is None
        service.terminate()
        async with asyncio.timeout(START_SECONDS):
            assert await service.wait() == 0
    finally:
        if service.returncode is None:
            service.kill()
            await service.wait()


def ails(programs: Path, port: int) -> bool:
    """Whether the image's health check fails."""
    program, *arguments = (part.replace("50050", str(port)) for part in health_check())
    return subprocess.run([programs / program, *arguments], capture_output=True).returncode != 0
