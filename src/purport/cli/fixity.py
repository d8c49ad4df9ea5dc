"""`purport fixity`: are the preserved files still what they were?"""

import click

from purport.cli._exit_codes import EXIT_INTEGRITY, EXIT_UNAVAILABLE
from purport.cli._options import as_json, example, workspace, workspace_folder
from purport.cli._output import print_json, progress_bars
from purport.cli._settings import resolve
from purport.core.instants import format_utc
from purport.core.records import to_json

__all__ = ["fixity"]


@click.command(epilog=example("purport fixity -w my-case", "purport fixity --parts 30"))
@click.option(
    "--parts",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Check one part of so many, that checked longest ago; as many runs go round.",
)
@workspace
@as_json
def fixity(*, parts: int, workspace: str | None, as_json: bool) -> int:
    """Compute the digests of the preserved files anew, and list what is off; nothing is mended.

    Meant for a timer: with --parts 30 and a run a day every file is read once in 30 days. It may
    run while the workspace is served. Each run writes a report into the folder `fixity` of the
    workspace and stands in the custody chain.
    """
    from purport.casework import Condition, check_fixity  # noqa: PLC0415 - reads the database

    with progress_bars(wanted=not as_json) as progress:
        report = check_fixity(
            workspace_folder(workspace),
            parts=parts,
            agent=resolve("agent") or "purport",
            database=resolve("database"),
            progress=progress,
        )
    if as_json:
        print_json(to_json(report))
    else:
        for fault in report.faults:
            names = f" ({', '.join(fault.names)})" if fault.names else ""
            click.echo(f"{fault.condition.value}: {fault.digest}{names} {fault.told}".rstrip())
        click.echo(
            f"{report.whole} of {report.checked} checked are whole; {report.objects} in all, "
            f"{report.never_checked} never checked yet."
        )
        if report.oldest_check_utc is not None:
            click.echo(f"Every one was checked since {format_utc(report.oldest_check_utc)}.")
        for key in report.left_out:
            click.echo(f"Case {key} of the database has no files in this vault; left out.")
        click.echo(f"Report: {report.report}")
    if report.broken_off:
        click.echo("purport: the store stopped answering; run again.", err=True)
    off = {fault.condition for fault in report.faults}
    if off - {Condition.UNREADABLE}:
        return EXIT_INTEGRITY
    return EXIT_UNAVAILABLE if off else 0
