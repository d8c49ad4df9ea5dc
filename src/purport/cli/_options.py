"""Options that several commands share, each defined once."""

from pathlib import Path

import click

from purport.cli._settings import resolve

__all__ = ["as_json", "author", "encoding", "existing_file", "workspace", "workspace_folder"]

existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)

workspace = click.option(
    "-w", "--workspace", metavar="DIR", help="Folder of the workspace [PURPORT_WORKSPACE]."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
encoding = click.option(
    "--encoding", help="Encoding of the story, when it does not say it itself (e.g. windows-1251)."
)
author = click.option("--author", required=True, help="Your name, as the record keeps it.")


def workspace_folder(option: str | None) -> Path:
    """Return the folder that option, environment, file or default name."""
    return Path(resolve("workspace", option) or ".")
