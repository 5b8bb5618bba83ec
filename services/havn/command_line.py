"""A command line in, an exit code out."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from typer.exceptions import Abort, TyperException

from services.havn.commands.failures import Failed, of_file
from services.havn.commands.lazy import Commands
from services.havn.commands.output import print_document, tell_fault
from services.havn.views.failure import failure, failure_document

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    # A local variable in a traceback may be about a child.
    pretty_exceptions_enable=False,
    help="Havn: homes for children who need one. Suggestions with reasons; people decide.",
)


@app.callback()
def havn() -> None:
    """Havn: homes for children who need one. Suggestions with reasons; people decide."""


def run(arguments: Sequence[str]) -> int:
    """Runs a command and gives its exit code: 0 done, 1 not done, 2 the command line is wrong."""
    as_json = "--json" in arguments
    try:
        code = app(list(arguments), prog_name="havn", standalone_mode=False)
    except Failed as failed:
        return _told(failed, as_json)
    except OSError as error:
        return _told(of_file(error), as_json)
    except TyperException as error:
        return _misused(error, as_json)
    except Abort:
        return 130
    return code if isinstance(code, int) else 0


def _told(failed: Failed, as_json: bool) -> int:
    if not (as_json and _printed(failure_document(failed))):
        tell_fault(failure(failed))
    return failed.exit_code


def _printed(document: Mapping[str, Any]) -> bool:
    """Whether the document could be printed: the disk may be full, or the reader gone."""
    try:
        print_document(document)
    except OSError:
        return False
    return True


def _misused(error: Any, as_json: bool) -> int:  # noqa: ANN401  # its type is private to typer
    if as_json:
        failed = Failed(error.format_message(), code="INVALID_ARGUMENT", reason="COMMAND_LINE_INVALID")
        print_document(failure_document(failed))
    else:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
    return int(error.exit_code)
