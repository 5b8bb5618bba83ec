"""What pages of the console lack in Kalaallisut, as a file for a translator: `make untranslated`.

Each text stands in English, as pages name it, with its Danish and where it is said. What comes back filled in goes to
services/console/locales/kl, in files named as those of da.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

import services.console
from services.console import languages
from services.console.languages import Language

CONSOLE = Path(services.console.__file__).parent
METHODS = [("assets/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "encoding": "utf-8"}}

Text = str | tuple[str, ...]
"""A text, or its singular and plural."""


def texts() -> Iterator[tuple[str, Text]]:
    """Every text that a page says, after the file that says it."""
    for file, _line, message, _comments, _context in extract_from_dir(CONSOLE, METHODS, OPTIONS):
        yield file, message


def untranslated(language: Language) -> Catalog:
    """The texts that a language lacks."""
    header = f"# What Havn's console lacks in {languages.NAMES[language]}."
    lacking = Catalog(locale=language, project="Havn", header_comment=header, fuzzy=False)
    known, danish = languages.catalog(language), languages.catalog(Language.DA)
    for file, text in texts():
        if text not in known:
            message = danish.get(text)
            said = message.string if message and message.string else ()
            comments = [f"Danish: {each}" for each in ((said,) if isinstance(said, str) else said)]
            lacking.add(text, locations=[(file, 0)], auto_comments=comments)
    return lacking


def main(path: Path) -> None:
    """Writes them."""
    lacking = untranslated(Language.KL)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        write_po(file, lacking, width=120, sort_output=True)
    sys.stdout.write(f"{path}: {len(lacking)} texts that wait for a translator\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
