"""What is written of the console's pages is all there, and no page is left out."""

import re
from pathlib import Path

from services.console.app import PAGES

DOCUMENT = Path(__file__).parents[2] / "docs" / "console.md"
OF_PAGES = {
    "/waiting-list/places",
    "/waiting-list/times.csv",
    "/audit/export.csv",
    "/follow-ups/session",
    "/follow-ups/offline",
    "/waiting-list/{request}/suggestions/map.svg",
    "/waiting-list/{request}/suggestions/news",
}
"""Addresses that a page asks, and nobody opens."""


def test_each_page_is_told_and_no_other() -> None:
    told = set(re.findall(r"`(/[^`]*)`", DOCUMENT.read_text("utf-8")))
    assert told == {page.path for page in PAGES if page.method == "GET"} - OF_PAGES
