"""What people see: results on standard output, progress and complaints on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeAlias

import click

from purport.casework import Progress, quiet
from purport.core.casefile import CaseFile, Fault
from purport.core.claims import Claim, Part
from purport.core.digests import JsonValue
from purport.core.ratings import Rating, ReviewState
from purport.core.records import spell_infinity
from purport.core.verdicts import Verdict

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from purport.casework import ModelReport

__all__ = [
    "count_of",
    "print_faults",
    "print_json",
    "print_model",
    "print_verdicts",
    "progress_bars",
    "rating_style",
    "shorten",
]

_STAGES = {
    "collect": "Preserving",
    "read": "Reading claims",
    "prepare": "Preparing",
    "analyse": "Running checks",
    "index": "Reading videos",
    "judge": "Judging",
    "report": "Writing the dossier",
    "seal": "Sealing",
    "copy": "Copying",
    "compare": "Comparing",
    "fixity": "Reading what is preserved",
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
_UNFOLDED = 1000
"""Columns in which everything has room."""
Verdicts: TypeAlias = Mapping[tuple[str, Part], Verdict]


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
    """Print one JSON value on standard output; infinite numbers become words."""
    click.echo(json.dumps(spell_infinity(value), ensure_ascii=False, indent=2, allow_nan=False))


def print_faults(faults: Iterable[Fault]) -> None:
    """Print on standard error what could not be used, and what to do."""
    for fault in faults:
        click.echo(f"purport: {fault.subject}: {fault.fault}\n  {fault.remedy}", err=True)


def print_model(report: "ModelReport | None") -> None:
    """Print on standard error what came of asking a language model."""
    if report is None:
        return
    dropped = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in report.dropped)
    told = f"{report.proposed} proposed, {report.kept} kept" + (f" ({dropped})" if dropped else "")
    click.echo(f"{report.label}: {told}", err=True)
    for fault in report.faults:
        click.echo(f"purport: {report.label}: {fault}\n  The rules' claims stand.", err=True)


def print_verdicts(case: CaseFile) -> None:
    """Print the table of verdicts: a row a claim, a column a part; too wide, a list."""
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    if not case.claims:
        click.echo("No story was given, so there are no claims to judge; see the findings.")
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    by_part = {(verdict.claim, verdict.part): verdict for verdict in case.verdicts}
    table = _table(case, by_part)
    unfolded = console.options.update(width=_UNFOLDED)
    if console.measure(table, options=unfolded).minimum <= console.width:
        console.print(table)
        return
    console.print(_title(case), style="italic")
    for claim in case.claims:
        console.print(_list_entry(claim, by_part))


def _table(case: CaseFile, by_part: Verdicts) -> "Table":
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - kept out of start-up
    from rich.table import Table  # noqa: PLC0415 - kept out of start-up
    from rich.text import Text  # noqa: PLC0415 - kept out of start-up

    table = Table(
        title=_title(case),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("Claim", overflow="fold", min_width=20)
    rows = [[_cell(by_part.get((claim.id, part))) for part in Part] for claim in case.claims]
    for part, cells in zip(Part, zip(*rows, strict=True), strict=True):
        width = max(len(_name(part)), *(cell.cell_len for cell in cells))
        table.add_column(_name(part), no_wrap=True, min_width=width)
    for claim, row in zip(case.claims, rows, strict=True):
        table.add_row(Text(_headline(claim)), *row)
    return table


def _list_entry(claim: Claim, by_part: Verdicts) -> "Text":
    """Return a claim with the parts that could be judged, a line each."""
    from rich.text import Text  # noqa: PLC0415 - kept out of start-up

    entry = Text(_headline(claim))
    verdicts = [verdict for part in Part if (verdict := by_part.get((claim.id, part)))]
    for verdict in verdicts:
        if verdict.rating is not Rating.NOT_CHECKABLE or verdict.review is ReviewState.REVIEWED:
            entry.append(f"\n    {_name(verdict.part):<10} ").append_text(_cell(verdict))
    return entry


def _name(part: Part) -> str:
    return part.value.replace("_", " ")


def _title(case: CaseFile) -> str:
    reviewed = sum(verdict.review is ReviewState.REVIEWED for verdict in case.verdicts)
    if not reviewed:
        return "Verdicts (proposed, not reviewed)"
    return f"Verdicts (✓ {reviewed} reviewed; the others proposed, not reviewed)"


def _cell(verdict: Verdict | None) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - kept out of start-up

    if verdict is None:
        return Text("")
    tick = " ✓" if verdict.review is ReviewState.REVIEWED else ""
    return Text(_SHORT[verdict.rating] + tick, style=_STYLES[verdict.rating])


def _headline(claim: Claim) -> str:
    words = " … ".join(span.exact for span in claim.content)
    return f"{claim.claimant}: {shorten(words)}"


def rating_style(rating: Rating) -> str:
    """Return the terminal style of a rating."""
    return _STYLES[rating]


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the word for what is counted: "1 item", "2 items"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def shorten(words: str, longest: int = _LONGEST_QUOTE) -> str:
    """Return words on one line, cut with an ellipsis when they are longer than `longest`."""
    flat = " ".join(words.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"
