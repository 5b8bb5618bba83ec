"""Whether all that is shipped may be: a bill of materials (CycloneDX) comes in, and what is wrong with it goes out.

Each package must be locked in the version that is installed, and have a licence that licences.toml allows.
"""

import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

DEPLOY = Path(__file__).parent
POLICY = DEPLOY / "licences.toml"
LOCK = DEPLOY.parent / "requirements.lock"

# venv brings pip; havn is what is shipped.
_UNLOCKED = frozenset({"pip", "havn"})
_SPDX = get_spdx_licensing()

Document = Mapping[str, Any]


def problems(materials: Document, policy: Document, locked: Mapping[str, set[str]]) -> Iterator[str]:
    """What keeps these materials from being shipped, one sentence for each package."""
    for component in materials["components"]:
        name, version = _canonical(component["name"]), component["version"]
        if name not in _UNLOCKED and version not in locked.get(name, ()):
            yield f"{name} {version} is installed but not locked: run make setup, or add it to requirements.in"
        if not _is_allowed(name, component, policy):
            told = ", ".join(_told(component)) or "none"
            yield f"{name} {version} has a licence that is not allowed ({told}): deploy/licences.toml says which are"


def locked_versions(lock: str) -> dict[str, set[str]]:
    """Versions by package; a package may be locked in two, for two platforms."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", lock, re.MULTILINE):
        found[_canonical(name)].add(version)
    return found


def _is_allowed(name: str, component: Document, policy: Document) -> bool:
    told = [policy["words"].get(licence, licence) for licence in _told(component)]
    seen = policy["packages"].get(name)
    if seen and told in ([], [seen["licence"]], seen.get("told")):
        return True
    return bool(told) and all(_may(licence, policy["allowed"]) for licence in told)


def _told(component: Document) -> list[str]:
    """Licences as the package tells them; where it tells several, all of them hold."""
    return [
        each.get("expression") or each["license"].get("id") or each["license"]["name"]
        for each in component.get("licenses", ())
    ]


def _may(licence: str, allowed: Document) -> bool:
    """Whether an SPDX expression can be met with allowed licences alone."""
    try:
        expression = _SPDX.parse(licence, validate=True)
    except ExpressionError:
        return False
    true, false = _SPDX.TRUE, _SPDX.FALSE
    met = expression.subs({symbol: true if symbol.key in allowed else false for symbol in expression.symbols})
    return bool(met.simplify() == true)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Checks the bill of materials on standard input."""
    policy = tomllib.loads(POLICY.read_text("utf-8"))
    materials = json.load(sys.stdin)
    found = list(problems(materials, policy, locked_versions(LOCK.read_text("utf-8"))))
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"All {len(materials['components'])} packages are locked, and their licences allowed.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
