"""`purport judge-sheet`: tables of claims judged and tallied without any footage."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from purport.casework.sheets import (
    JudgedSheets,
    SheetSummary,
    judge_sheets,
    sheet_document,
    store_sheets,
    write_sheet_dossier,
)
from purport.cli._opening import open_workspace
from purport.cli._options import as_json, example, existing_file
from purport.cli._output import count_of, print_json, rating_style, shorten
from purport.cli._rules import judging_rules
from purport.cli.gazetteer import files_option
from purport.core.claims import Part
from purport.core.errors import InputError
from purport.core.ratings import Rating
from purport.core.records import from_json
from purport.core.verdicts import Verdict
from purport.reports import claimed_words, distance_words, group_words, holder_words
from purport.verdicts import RowFacts

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["judge_sheet"]

_PARTS = (Part.WHERE, Part.WHEN, Part.WHO)
_WIDTH = 160
_WORDS = 28
_EXAMPLE = example(
    "purport judge-sheet found.csv --control control.geojson --date 2015-10 --explain 3"
)


@click.command(epilog=_EXAMPLE)
@click.argument("sheets", nargs=-1, required=True, type=existing_file, metavar="SHEET...")
@click.option(
    "--control",
    type=existing_file,
    multiple=True,
    help="Who held what when: layers or a table of assertions; may be given several times.",
)
@files_option
@click.option(
    "--date", metavar="DATE", help="When it happened, for rows that do not say (2015-10)."
)
@click.option(
    "--explain",
    multiple=True,
    metavar="ROW",
    help='Print the whole argument on a row, or on "all"; may be given several times.',
)
@click.option(
    "--dossier", type=click.Path(dir_okay=False, path_type=Path), help="Write a page (HTML)."
)
@click.option(
    "-w",
    "--workspace",
    metavar="DIR",
    help="Preserve sheets and verdicts in this workspace, where people can confirm them.",
)
@as_json
def judge_sheet(
    *,
    sheets: tuple[Path, ...],
    control: tuple[Path, ...],
    gazetteers: tuple[Path, ...],
    date: str | None,
    explain: tuple[str, ...],
    dossier: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Judge SHEETs: CSV tables, or JSON with a record a row, of claims and of what was found.

    A row says what is claimed (place, group, date) and where the footage was found, as a position,
    as a town, or only as a comparison. Distances, holders and ratings are computed; every rating is
    proposed, and says what would change it.
    """
    rules = judging_rules()
    judged = judge_sheets(sheets, control=control, gazetteers=gazetteers, date=date, rules=rules)
    if workspace is not None:
        with open_workspace(workspace, create=True) as opened:
            store_sheets(
                opened,
                judged,
                files=sheets,
                control=control,
                gazetteers=gazetteers,
                rules=rules,
            )
    facts = {one.claim: one for one in _facts(judged)}
    _require_rows(explain, facts)
    written = None if dossier is None else write_sheet_dossier(judged, out=dossier)
    if as_json:
        print_json(sheet_document(judged, dossier=written))
        return
    verdicts = {(one.claim, one.part): one for one in judged.case.verdicts}
    for sheet in judged.sheets:
        _print_sheet(sheet, facts, verdicts)
        for claim in sheet.claims:
            if facts[claim].stated.row in explain or "all" in explain:
                _print_argument(facts[claim], verdicts)
    for one in judged.unplaced:
        click.echo(f"Not on the map: {one}")
    if written is not None:
        click.echo(f"Dossier: {written}")


def _facts(judged: JudgedSheets) -> Iterator[RowFacts]:
    return (from_json(RowFacts, one.values) for one in judged.case.findings)


def _require_rows(explain: tuple[str, ...], facts: Mapping[str, RowFacts]) -> None:
    known = {one.stated.row for one in facts.values()} | {"all"}
    for name in explain:
        if name not in known:
            raise InputError(
                f"--explain {name}",
                "there is no such row",
                remedy=f"Rows are called {', '.join(sorted(known)[:4])} …",
            )


def _print_sheet(
    sheet: SheetSummary,
    facts: Mapping[str, RowFacts],
    verdicts: Mapping[tuple[str, Part], Verdict],
) -> None:
    from rich.console import Console  # noqa: PLC0415 - kept out of start-up

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print(_table(sheet, facts, verdicts))
    for line in _tally_lines(sheet):
        click.echo(line)
    click.echo()


def _table(
    sheet: SheetSummary,
    facts: Mapping[str, RowFacts],
    verdicts: Mapping[tuple[str, Part], Verdict],
) -> "Table":
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - kept out of start-up
    from rich.table import Table  # noqa: PLC0415 - kept out of start-up
    from rich.text import Text  # noqa: PLC0415 - kept out of start-up

    table = Table(
        title=f"{sheet.name}, {sheet.origin.value} (ratings proposed, not reviewed)",
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for name in ("Row", "Place claimed", "From there", "Group", "Held by"):
        table.add_column(name, overflow="fold")
    for part in _PARTS:
        table.add_column(part.value, no_wrap=True)
    for claim in sheet.claims:
        row = facts[claim]
        ratings = [verdicts[claim, part].rating for part in _PARTS]
        table.add_row(
            row.stated.row,
            shorten(claimed_words(row), _WORDS),
            distance_words(row),
            shorten(group_words(row), _WORDS),
            holder_words(row),
            *(Text(_short(rating), style=rating_style(rating)) for rating in ratings),
        )
    return table


def _short(rating: Rating) -> str:
    return "–" if rating is Rating.NOT_CHECKABLE else rating.value


def _tally_lines(sheet: SheetSummary) -> Iterator[str]:
    places = sheet.places
    rows = len(sheet.claims)
    yield (
        f"{count_of(rows, 'row')}: {places.as_claimed} as claimed, {places.elsewhere} elsewhere, "
        f"{places.no_place_claimed} with no place claimed, {places.not_placed} not placed"
        + (f", {places.undecided} undecided" if places.undecided else "")
        + "."
    )
    for group in sheet.groups:
        counts = dict(group.ratings)
        supported, against = (counts.get(one, 0) for one in (Rating.SUPPORTED, Rating.CONTRADICTED))
        total = sum(counts.values())
        yield (
            f"{group.group}: claimed in {total}, supported in {supported or 'none'}, contradicted "
            f"in {against or 'none'}, without support in {total - supported}."
        )
    if sheet.unread:
        yield f"Columns not read: {', '.join(sheet.unread)}."


def _print_argument(row: RowFacts, verdicts: Mapping[tuple[str, Part], Verdict]) -> None:
    click.echo(row.stated.row)
    for what, where in row.stated.links:
        click.echo(f"  {what}: {where}")
    for part in _PARTS:
        verdict = verdicts[row.claim, part]
        click.echo(
            f"  {part.value}: {verdict.rating.value} (confidence {verdict.confidence.value}: "
            f"{verdict.confidence_reason})"
        )
        for sentence in verdict.because:
            click.echo(f"    {sentence}")
        for sentence in verdict.would_change:
            click.echo(f"    Would change it: {sentence}")
    click.echo()
