"""`purport copy`: a workspace on another database, on another store, or back in a folder."""

from pathlib import Path

import click

from purport.cli._options import example, workspace, workspace_folder
from purport.cli._output import progress_bars
from purport.cli._settings import resolve

__all__ = ["copy"]


@click.command(
    epilog=example(
        "purport copy /mnt/backup/my-case -w my-case",
        "purport copy served -w my-case --to-database postgresql://purport@db.example/cases",
    )
)
@click.argument("to", type=click.Path(path_type=Path))
@click.option(
    "--to-database",
    metavar="URL",
    help="Empty PostgreSQL database for the records: postgresql://USER@HOST/NAME.",
)
@click.option("--to-vault", metavar="URL", help="S3 store for the files: s3://BUCKET/PREFIX.")
@workspace
def copy(*, to: Path, to_database: str | None, to_vault: str | None, workspace: str | None) -> None:
    """Copy the whole workspace into the folder TO, all cases and accounts, and compare the copy.

    Records go into a file in TO unless --to-database names a server, files into TO unless
    --to-vault names a store. The workspace stays as it is. A copy that was broken off goes on when
    the same command is given again; until every row and file was compared no command opens it.
    """
    from purport.casework import copy_workspace  # noqa: PLC0415 - reads the database

    with progress_bars(wanted=True) as progress:
        copied = copy_workspace(
            workspace_folder(workspace),
            to,
            database=resolve("database"),
            to_database=to_database,
            to_vault=to_vault,
            progress=progress,
        )
    rows = sum(one.rows for one in copied.database.tables)
    click.echo(
        f"Copied: {to} ({copied.objects} files, {rows} rows in {len(copied.database.tables)} "
        "tables, all equal)"
    )
    for case in copied.database.cases:
        if case.head is not None:
            click.echo(f"{case.key}  {case.name or ''}  head of the custody chain {case.head[1]}")
    if to_database is not None:
        click.echo("Work there with PURPORT_DATABASE set to that database.")
