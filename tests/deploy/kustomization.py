"""Kustomizations, put together as far as those of this deployment need it. Whatever else they hold is refused.

There is no kustomize among the locked packages. What this can't show is that kustomize itself agrees.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.files import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"
KNOWN = set(
    "apiVersion kind namespace resources images patches configMapGenerator generatorOptions".split()
)  # beyond these it would need more than is here
CLUSTER_WIDE = {"Namespace"}

Document = dict[str, Any]


def documents(path: Path) -> list[Document]:
    """The documents of a file."""
    return [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]


def rendered(folder: Path) -> list[Document]:
    """All documents of a kustomization: of its resources, with its images, patches and namespace."""
    (given,) = documents(folder / "kustomization.yaml")
    assert given.keys() <= KNOWN, folder
    found = [*_resources(folder, given), *_generated(folder, given)]
    for patch in given.get("patches", []):
        (only,) = documents(folder / patch["path"])
        (target,) = [each for each in found if _identity(each) == _identity(only)]
        _merge(target, only)
    for each in found:
        _place(each, given)
    assert len({_identity(each) for each in found}) == len(found), "two documents of one name"
    return found


def _resources(folder: Path, given: Document) -> Iterator[Document]:
    for name in given.get("resources", []):
        path = (folder / name).resolve()
        assert path.exists(), path
        # Kustomize reads folders anywhere, but files of its own folder alone.
        assert path.is_dir() or path.parent == folder.resolve()
        yield from rendered(path) if path.is_dir() else documents(path)


def _generated(folder: Path, given: Document) -> Iterator[Document]:
    for each in given.get("configMapGenerator", []):
        assert given["generatorOptions"] == {"disableNameSuffixHash": True}, "its users would have to be renamed"
        content = {name: (folder / name).read_text("utf-8") for name in each["files"]}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": each["name"]}, "data": content}


def _place(document: Document, given: Document) -> None:
    if "namespace" in given and document["kind"] not in CLUSTER_WIDE:
        document["metadata"]["namespace"] = given["namespace"]
    for image in given.get("images", []):
        for container in containers(document):
            if container["image"].partition(":")[0] == image["name"]:
                container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"


def containers(document: Document) -> list[Document]:
    """The containers of what makes pods."""
    found: list[Document] = document.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])
    return found


def _merge(target: Document, patch: Document) -> None:
    for key, value in patch.items():
        assert not isinstance(value, list), "how lists are merged depends on their kind"
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value


def _identity(document: Document) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]
