"""What was revoked."""

from collections.abc import Iterator

from rich.console import RenderableType

from services.havn.views.phrases import Lang, phrase


def revoked(what: str, file: str, lang: Lang) -> Iterator[RenderableType]:
    """The token, or whose tokens, and the list that now says so."""
    if "/" in what:
        yield phrase("All tokens that {user} was given until now are refused.", lang, user=what)
    else:
        yield phrase("The token {token} is refused.", lang, token=what)
    yield phrase("Each service that reads {file} knows it within a second.", lang, file=file)
