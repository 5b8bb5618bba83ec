"""havn krith import and havn krith template: what was recorded of support, from files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from havn.families.v1 import support_pb2 as pb
from services.havn.commands import one_file
from services.havn.commands.import_folder import Errors
from services.havn.commands.options import As, Json, Language, User
from services.havn.importing.support_columns import AGREED_ACTIONS, FOLLOW_UPS, SUPERVISION_VISITS, SUPPORT_AGREEMENTS
from services.havn.views.phrases import Lang


class Recorded(StrEnum):
    """What is recorded of support, by the name of its file."""

    FOLLOW_UPS = "follow_ups"
    AGREED_ACTIONS = "agreed_actions"
    SUPERVISION_VISITS = "supervision_visits"
    SUPPORT_AGREEMENTS = "support_agreements"


SHEETS = {
    Recorded.FOLLOW_UPS: FOLLOW_UPS,
    Recorded.AGREED_ACTIONS: AGREED_ACTIONS,
    Recorded.SUPERVISION_VISITS: SUPERVISION_VISITS,
    Recorded.SUPPORT_AGREEMENTS: SUPPORT_AGREEMENTS,
}

What = Annotated[
    Recorded,
    typer.Argument(
        metavar="REGISTRY", help="follow_ups, agreed_actions (after them), supervision_visits or support_agreements."
    ),
]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file or a workbook, as havn krith template and havn export write.")
]


def import_recorded(
    registry: What,
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    errors: Errors = None,
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes what was recorded from a file: all rows, or none and a list of what to mend. Nothing is overwritten."""
    how = one_file.Import(as_user, dry_run, errors, lang, json)
    one_file.take(file, SHEETS[registry], pb.ImportSupportRequest, lambda called: called.support.ImportSupport, how)


def template(
    registry: What,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new .csv or .xlsx file.")],
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Writes an empty file with the columns that an import reads."""
    one_file.write(file, SHEETS[registry], [], lang, json)
