"""`purport index`: which seconds of a video are in a large collection."""

from pathlib import Path

import click

from purport.casework.indexing import (
    IndexSummary,
    add_to_index,
    import_hash_list,
    list_videos,
    require_index,
    search_index,
)
from purport.checks.reuse import INDEX_FOLDER, SharedStretch
from purport.cli._exit_codes import EXIT_INPUT
from purport.cli._options import as_json, existing_file, workspace, workspace_folder
from purport.cli._output import print_json, progress_bars
from purport.cli._settings import resolve
from purport.core.records import to_json

__all__ = ["index"]

_OTHER_SPEED = 0.03

_folder = click.option(
    "--index",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index; the workspace's own when not given.",
)
_places = click.argument(
    "places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
_workers = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes [PURPORT_WORKERS]."
)
_cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Scheduler of a `distributed` cluster that sees the same files (tcp://host:8786).",
)


@click.group()
def index() -> None:
    """Make and search an index of videos: which seconds were seen before, and where?"""


@index.command()
@workspace
@_folder
@_workers
@_cluster
@as_json
@_places
def build(
    *,
    workspace: str | None,
    folder: Path | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
    places: tuple[Path, ...],
) -> None:
    """Make an index of the videos in folders, or finish one that was begun.

    Files that have not changed since are not read again; stop and start it as you like.
    """
    _fill(_index(folder, workspace), places, (workers, cluster), as_json=as_json)


@index.command()
@workspace
@_folder
@_workers
@_cluster
@as_json
@_places
def add(
    *,
    workspace: str | None,
    folder: Path | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
    places: tuple[Path, ...],
) -> None:
    """Add videos to an index that is there."""
    where = _index(folder, workspace)
    require_index(where)
    _fill(where, places, (workers, cluster), as_json=as_json)


@index.command()
@workspace
@_folder
@as_json
@click.argument("video", type=existing_file)
def search(*, workspace: str | None, folder: Path | None, as_json: bool, video: Path) -> None:
    """Find the items of an index that show the same seconds as a video."""
    found, lists = search_index(_index(folder, workspace), video)
    if as_json:
        print_json(
            {
                "matches": [
                    {"item": to_json(one.item), "stretch": to_json(one.stretch)} for one in found
                ],
                "lists": [{"list": name, "match": to_json(match)} for name, match in lists],
            }
        )
        return
    for one in found:
        stretch = one.stretch
        told = f"{stretch.start_s:.1f} to {stretch.end_s:.1f} s"
        there = f"{stretch.other_start_s:.1f} to {stretch.other_end_s:.1f} s"
        click.echo(f"{told} = {there} of {one.item.name}{_changes(stretch)}")
    for name, match in lists:
        click.echo(f"{match.share:.0%} of the frames are in the hash list {name} (no proof)")
    if not found and not lists:
        click.echo("No second of it was found.")


@index.command("import")
@workspace
@_folder
@click.argument("lists", nargs=-1, required=True, type=existing_file)
def import_(*, workspace: str | None, folder: Path | None, lists: tuple[Path, ...]) -> None:
    """Keep lists of PDQ hashes (plain or vPDQ) of another archive with an index."""
    where = _index(folder, workspace)
    for path in lists:
        click.echo(f"{path.name}: {import_hash_list(where, path)} hashes")


def _changes(stretch: SharedStretch) -> str:
    """Say in brackets what was done to the picture."""
    notes = ["mirrored"] if stretch.mirrored else []
    notes += ["negative"] if stretch.inverted else []
    if abs(stretch.speed - 1.0) > _OTHER_SPEED:
        notes.append(f"{stretch.speed:.2f} times as fast")
    return f" ({', '.join(notes)})" if notes else ""


def _index(folder: Path | None, workspace: str | None) -> Path:
    return folder or workspace_folder(workspace) / "cache" / INDEX_FOLDER


def _fill(
    folder: Path,
    places: tuple[Path, ...],
    means: tuple[int | None, str | None],
    *,
    as_json: bool,
) -> None:
    workers, cluster = means
    setting = resolve("workers", None if workers is None else str(workers))
    with progress_bars(wanted=not as_json) as progress:
        summary = add_to_index(
            folder,
            list_videos(places),
            workers=None if setting is None else int(setting),
            cluster=cluster,
            progress=progress,
        )
    _tell(folder, summary, as_json=as_json)
    if summary.faults and not summary.items:
        raise SystemExit(EXIT_INPUT)


def _tell(folder: Path, summary: IndexSummary, *, as_json: bool) -> None:
    if as_json:
        print_json({"index": str(folder), "summary": to_json(summary)})
        return
    for path, fault in summary.faults:
        click.echo(f"{path}: {fault}", err=True)
    click.echo(
        f"{folder}: {summary.added} added, {summary.known} known, {len(summary.faults)} not "
        f"readable; {summary.items} videos, {summary.segments} segments"
    )
