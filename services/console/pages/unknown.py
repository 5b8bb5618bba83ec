"""What is said of an address that no page has."""

from starlette.responses import Response

from services.console.refusals import Refusal
from services.console.visits import ANYTHING, Page, Visit, refused


async def show(visit: Visit) -> Response:
    """Says that there is no such page."""
    return refused(visit, Refusal(404, "PAGE_UNKNOWN"))


PAGE = Page(ANYTHING, show)
