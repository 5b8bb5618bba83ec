"""What a command could not do."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from services.havn.commands.failures import Failed

ROLE_NOT_ALLOWED = "ROLE_NOT_ALLOWED"


def failure(failed: Failed) -> Iterator[RenderableType]:
    """The message; for fields one line each; the reference, for whoever reads the log."""
    if failed.fields:
        yield Text("This can't be taken as it is:")
        for fault in failed.fields:
            yield Text(f"  {fault.field}: {fault.description}")
    else:
        yield Text(_sentence(failed.message))
    if failed.reason == ROLE_NOT_ALLOWED:
        yield Text("Another user may: see --as in the help of the command.")
    if failed.reference:
        yield Text(f"Reference: {failed.reference}")


def _sentence(message: str) -> str:
    """A service's message as people write sentences."""
    begun = message[:1].upper() + message[1:]
    return begun if begun.endswith((".", "!", "?", ":")) else f"{begun}."


def failure_document(failed: Failed) -> dict[str, Any]:
    """The same for programs."""
    return {
        "error": {
            "code": failed.code,
            "reason": failed.reason,
            "message": failed.message,
            "fields": [{"field": fault.field, "description": fault.description} for fault in failed.fields],
            "reference": failed.reference,
        }
    }
