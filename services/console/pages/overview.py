"""Mit overblik: what waits for whoever looks."""

from starlette.responses import Response

from services.console.visits import Page, Visit


async def show(visit: Visit) -> Response:
    """The overview."""
    return visit.page("overview.html")


PAGES = (Page("/", show),)
