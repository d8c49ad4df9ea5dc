"""What people see: results on standard output, progress and complaints on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import click

from purport.casework import Progress, quiet
from purport.core.casefile import CaseFile, Fault
from purport.core.claims import Claim, Part
from purport.core.digests import JsonValue
from purport.core.ratings import Rating
from purport.core.verdicts import Verdict

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["print_faults", "print_json", "print_verdicts", "progress_bars"]

_STAGES = {
    "collect": "Preserving",
    "read": "Reading claims",
    "analyse": "Running checks",
    "judge": "Judging",
    "report": "Writing the dossier",
}
_STYLES = {
    Rating.SUPPORTED: "green",
    Rating.PARTLY_SUPPORTED: "cyan",
    Rating.UNPROVEN: "yellow",
    Rating.CONTRADICTED: "bold red",
    Rating.NOT_CHECKABLE: "dim",
}
_SHORT = {
    Rating.SUPPORTED: "supported",
    Rating.PARTLY_SUPPORTED: "partly",
    Rating.UNPROVEN: "unproven",
    Rating.CONTRADICTED: "CONTRADICTED",
    Rating.NOT_CHECKABLE: "–",
}
_LONGEST_QUOTE = 70


class _Bars:
    """Progress bars on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - terminals only
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[label]}"),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, int] = {}

    def __call__(self, stage: str, *, done: int, total: int, label: str) -> None:
        task = self._tasks.get(stage)
        if task is None:
            name = _STAGES.get(stage, stage)
            task = self._tasks[stage] = self._progress.add_task(name, total=total, label=label)
        self._progress.update(task, completed=done, total=total, label=label)  # type: ignore[arg-type]  # rich's own TaskID

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


@contextmanager
def progress_bars(*, wanted: bool) -> Iterator[Progress]:
    """Give a progress callback: bars when wanted and standard error is a terminal, else nothing."""
    if wanted and sys.stderr.isatty():
        with _Bars() as bars:
            yield bars
    else:
        yield quiet


def print_json(value: JsonValue) -> None:
    """Print one JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_faults(faults: Iterable[Fault]) -> None:
    """Print on standard error what could not be used, and what to do."""
    for fault in faults:
        click.echo(f"purport: {fault.subject}: {fault.fault}\n  {fault.remedy}", err=True)


def print_verdicts(case: CaseFile) -> None:
    """Print the table of verdicts: a row a claim, a column a part."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    if not case.claims:
        click.echo("No story was given, so there are no claims to judge; see the findings.")
        return
    by_part = {(verdict.claim, verdict.part): verdict for verdict in case.verdicts}
    table = Table(title="Verdicts (proposed, not reviewed)", title_justify="left", pad_edge=False)
    table.add_column("Claim", overflow="fold", min_width=24)
    for part in Part:
        table.add_column(part.value.replace("_", " "), no_wrap=True)
    for claim in case.claims:
        cells = [by_part.get((claim.id, part)) for part in Part]
        table.add_row(Text(_headline(claim)), *(_cell(verdict) for verdict in cells))
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)


def _cell(verdict: Verdict | None) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - kept out of start-up

    if verdict is None:
        return Text("")
    return Text(_SHORT[verdict.rating], style=_STYLES[verdict.rating])


def _headline(claim: Claim) -> str:
    words = " … ".join(span.exact for span in claim.content)
    return f"{claim.claimant}: {_shorten(words)}"


def _shorten(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"
