"""`purport claims`, `findings`, `items`, `report` and `export`: read a workspace and show it."""

from pathlib import Path

import click

from purport.casework import (
    ITEMS_A_PAGE,
    Workspace,
    case_exports,
    case_file,
    check_names,
    find_items,
    verify_publishable,
    write_case_dossier,
)
from purport.cli._opening import open_workspace
from purport.cli._options import as_json, example, workspace, workspace_folder
from purport.cli._output import print_json
from purport.cli._settings import resolve
from purport.core.casefile import CaseFile
from purport.core.errors import InputError
from purport.core.records import to_json
from purport.reports import format_commitment, format_slot

__all__ = ["claims", "export", "findings", "items", "report"]


@click.command(epilog=example("purport claims -w my-case"))
@workspace
@as_json
def claims(*, workspace: str | None, as_json: bool) -> None:
    """List the claims: who says what, with exact spans, fact slots and relations."""
    case = _read(workspace)
    if as_json:
        print_json(to_json(case.claims))
        return
    if not case.claims:
        click.echo("No claims: preserve a story with purport add story or check.", err=True)
    corrected = {made.claim: made for made in case.corrections}
    for claim in case.claims:
        words = " … ".join(" ".join(span.exact.split()) for span in claim.content)
        click.echo(f"{claim.id}  {claim.claimant} ({claim.quote_type.value})")
        if claim.proposed_by != "rules":
            click.echo(f"    proposed by {claim.proposed_by}")
        if claim.id in corrected:
            made = corrected[claim.id]
            click.echo(f"    {made.act.value} by {made.author}: {made.reason}")
        click.echo(f"    {words}")
        if claim.commitment is not None:
            sure = format_commitment(claim.commitment, narrator=not claim.source)
            click.echo(f"    {sure} ({claim.commitment.reason})")
        for slot in claim.slots:
            click.echo(f"    · {slot.attr.value}: {format_slot(slot)}")
        for relation in claim.relations:
            click.echo(f"    ↔ {relation.kind.value} {relation.other}: {relation.reason}")


@click.command(
    epilog=example("purport findings -w my-case", "purport findings --check impacts --json")
)
@click.option("--check", "check_name", metavar="CHECK", help="Only this check, such as impacts.")
@workspace
@as_json
def findings(*, check_name: str | None, workspace: str | None, as_json: bool) -> None:
    """List what the checks found, which did not run for want of what, and people's marks."""
    case = _read(workspace)
    _require_check(check_name, case)
    chosen = [finding for finding in case.findings if check_name in (None, finding.check)]
    if as_json:
        print_json(to_json(chosen))
        return
    if not (case.findings or case.not_run):
        click.echo("No findings: nothing was checked yet; run purport check.", err=True)
    names = {item.record.digest: item.record.name for item in case.items}
    for finding in chosen:
        name = names.get(finding.item, "the case") if finding.item else "the case"
        click.echo(f"{finding.id}  {finding.check} {finding.version} on {name}: {finding.answer}")
        click.echo(f"    {finding.reason}")
    for absent in case.not_run:
        if check_name not in (None, absent.check):
            continue
        name = names.get(absent.item, "the case") if absent.item else "the case"
        click.echo(f"not run  {absent.check} on {name}: needs {'; '.join(absent.missing)}")
    for mark in case.marks if check_name is None else ():
        values = ", ".join(f"{key} {value}" for key, value in mark.values.items())
        click.echo(f"{mark.id}  {mark.kind} on {names[mark.item]}, by {mark.author}: {values}")


@click.command(
    epilog=example(
        "purport items -w my-case", "purport items ministry raqqa", "purport items 3fa9c1"
    )
)
@click.argument("words", nargs=-1)
@click.option(
    "--page", type=click.IntRange(min=1), default=1, show_default=True, help="Which fifty."
)
@workspace
@as_json
def items(*, words: tuple[str, ...], page: int, workspace: str | None, as_json: bool) -> None:
    """List the media items, fifty at a time; of those alone that WORDS are said of.

    All words must occur in name, address, collector, publisher or claimed place, or begin the
    digest.
    """
    with _opened(workspace) as opened:
        found = find_items(opened, " ".join(words), skip=(page - 1) * ITEMS_A_PAGE)
    if as_json:
        print_json(to_json(found))
        return
    for one in found.items:
        click.echo(f"{one.digest}  {one.name}")
    if not found.items:
        click.echo(_no_items(words, page), err=True)
    if found.more:
        click.echo(f"More follow: --page {page + 1}", err=True)


@click.command(epilog=example("purport report -w my-case", "purport report --public -o page.html"))
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; without it one in the workspace.",
)
@click.option(
    "--public",
    is_flag=True,
    help="For publication: refuse while any rating is proposed and nobody has confirmed it.",
)
@workspace
def report(*, out: Path | None, public: bool, workspace: str | None) -> None:
    """Write the dossier: one HTML file that needs nothing else."""
    with open_workspace(workspace) as opened:
        if public:
            verify_publishable(case_file(opened).verdicts)
        click.echo(f"Dossier: {write_case_dossier(opened, out=out)}")


@click.command(epilog=example("purport export tables -w my-case"))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@workspace
def export(*, folder: Path, workspace: str | None) -> None:
    """Write verdicts and strikes as tables, and what lies on a map as GeoJSON, into FOLDER.

    They hold positions that may not be for publication yet; the dossier says until when.
    """
    with _opened(workspace) as opened:
        files = case_exports(opened, case_file(opened))
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        if (folder / name).exists():
            raise InputError(
                str(folder / name), "is already there", remedy="Name a folder without it."
            )
    for name, content in files.items():
        (folder / name).write_bytes(content)
        click.echo(f"Exported: {folder / name}")


def _require_check(name: str | None, case: CaseFile) -> None:
    """Check that a check is called so.

    Raises:
        InputError: None is, and no finding on record is by one.
    """
    known = {*check_names(), *(finding.check for finding in case.findings)}
    if name is not None and name not in known:
        raise InputError(
            f"--check {name}",
            "there is no such check",
            remedy=f"The checks are {', '.join(sorted(known))}.",
        )


def _no_items(words: tuple[str, ...], page: int) -> str:
    if page > 1:
        return "No items on this page: the list ends before it."
    if words:
        return "No item is called so: every word must occur."
    return "No items: preserve footage with purport add item or check."


def _read(workspace: str | None) -> CaseFile:
    with _opened(workspace) as opened:
        return case_file(opened)


def _opened(workspace: str | None) -> Workspace:
    return Workspace.open(
        workspace_folder(workspace),
        writing=False,
        database=resolve("database"),
        case=resolve("case"),
    )
