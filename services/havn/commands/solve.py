"""havn solve."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import DecodeError

from havn.matching.v1.problem_pb2 import Problem
from services.havn.commands.documents import document
from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json
from services.havn.commands.output import show
from services.havn.views.solution import solution as view
from services.matching.rules.solve import solve as solved
from services.matching.rules.validate import ProblemError

app = typer.Typer(add_completion=False)

File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON or binary of havn.matching.v1.Problem; - is stdin.")]
Deadline = Annotated[float, typer.Option(min=0, max=1e6, help="Most time; then the best plan so far, with its bounds.")]


@app.command()
def solve(file: File, seconds: Deadline = 30.0, json: Json = False) -> None:
    """Solves a problem file, level by level; needs no running Havn."""
    problem = read(file)
    try:
        solution = solved(problem, seconds)
    except ProblemError as error:
        raise FileUnusable(f"{file}: {error}.") from error
    show(document(solution), view(problem, solution), json)


def read(file: Path) -> Problem:
    """The problem in a file. Raises FileUnusable for what is none, OSError for a file that can't be read."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if not content.strip():
        raise FileUnusable(f"{file}: is empty; it must hold a problem, as JSON or binary.")
    try:
        # No problem's binary form begins with a brace, nor with the byte order mark of a text file.
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return Parse(content.decode("utf-8-sig"), Problem())
        return Problem.FromString(content)
    except (ParseError, DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileUnusable(f"{file}: holds no problem, neither as JSON nor binary: {error}.") from error
