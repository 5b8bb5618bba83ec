"""A bar that shows how far a long command is: on a terminal, and nowhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from services.havn.views.phrases import Lang, phrase


class Bar:
    """One step after the other; nothing is shown where there is no terminal."""

    def __init__(self, progress: Progress | None, lang: Lang) -> None:
        self._progress = progress
        self._lang = lang
        self._task = progress.add_task("", total=None) if progress else None

    def begin(self, step: str, total: int | None = None) -> None:
        """The next step, of so many things where that is known."""
        self._begin(phrase(step, self._lang), total)

    def begin_registry(self, name: str) -> None:
        """The next step is a registry, by the name that it has in any language."""
        self._begin(name, None)

    def advance(self, number: int) -> None:
        """So many more things are done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, number)

    def _begin(self, words: str, total: int | None) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.reset(self._task, description=words, total=total)


@contextmanager
def bar(as_json: bool, lang: Lang) -> Iterator[Bar]:
    """A bar on standard error, gone when the block ends."""
    out = sys.stderr
    if as_json or out is None or not out.isatty():
        yield Bar(None, lang)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=out), transient=True) as progress:
        yield Bar(progress, lang)
