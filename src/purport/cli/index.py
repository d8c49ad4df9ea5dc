"""`purport index`: which seconds of a video are in a large collection."""

from dataclasses import dataclass
from pathlib import Path

import click

from purport.casework.indexing import (
    IndexSummary,
    add_to_index,
    import_hash_list,
    list_places,
    require_index,
    search_index,
)
from purport.checks.reuse import INDEX_FOLDER, ListMatch, SharedStretch, TmkMatch
from purport.cli._exit_codes import EXIT_INPUT, EXIT_UNAVAILABLE
from purport.cli._lazy import WholeGroup
from purport.cli._options import as_json, example, existing_file, workspace, workspace_folder
from purport.cli._output import print_json, progress_bars
from purport.cli._settings import resolve
from purport.core.records import to_json
from purport.vault import is_remote

__all__ = ["index"]

_OTHER_SPEED = 0.03

_folder = click.option(
    "--index",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index; the workspace's own when not given.",
)


class _PlaceType(click.ParamType[str | Path]):
    """A folder or file that is there, or an address."""

    name = "place"
    _path = click.Path(exists=True, path_type=Path)

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | Path:
        """Leave an address as it is, and look whether a path is there."""
        return value if is_remote(value) else Path(self._path.convert(value, param, ctx))


_places = click.argument("places", nargs=-1, required=True, type=_PlaceType())
_workers = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes [PURPORT_WORKERS]."
)
_cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Scheduler of a `distributed` cluster that sees the same files (tcp://host:8786).",
)


_largest = click.option(
    "--largest",
    "largest_gib",
    type=click.FloatRange(min=0, min_open=True),
    default=8.0,
    show_default=True,
    help="Largest object that is fetched from an address, in GiB; each process holds one.",
)


@click.group(
    cls=WholeGroup,
    epilog=example(
        "purport index build --index seen videos", "purport index search --index seen strike.mp4"
    ),
)
def index() -> None:
    """Make and search an index of videos: which seconds were seen before, and where?"""


@index.command(
    epilog=example(
        "purport index build --index seen videos", "purport index build s3://archive/2015"
    )
)
@workspace
@_folder
@_workers
@_cluster
@_largest
@as_json
@_places
def build(
    *,
    workspace: str | None,
    folder: Path | None,
    workers: int | None,
    cluster: str | None,
    largest_gib: float,
    as_json: bool,
    places: tuple[str | Path, ...],
) -> None:
    """Make an index of the videos in folders, or finish one that was begun.

    An address, such as s3://bucket/prefix, can stand for a folder. What has not changed since is
    not read again; stop and start it as you like.
    """
    means = _Means(workers, cluster, largest_gib)
    _fill(_index(folder, workspace), places, means, as_json=as_json)


@index.command(epilog=example("purport index add --index seen videos/new"))
@workspace
@_folder
@_workers
@_cluster
@_largest
@as_json
@_places
def add(
    *,
    workspace: str | None,
    folder: Path | None,
    workers: int | None,
    cluster: str | None,
    largest_gib: float,
    as_json: bool,
    places: tuple[str | Path, ...],
) -> None:
    """Add videos to an index that is there."""
    where = _index(folder, workspace)
    require_index(where)
    _fill(where, places, _Means(workers, cluster, largest_gib), as_json=as_json)


@index.command(epilog=example("purport index search --index seen strike.mp4"))
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
        click.echo(f"{_known(name, match)} (no proof)")
    if not found and not lists:
        click.echo("No second of it was found.")


@index.command("import", epilog=example("purport index import --index seen hashes.txt"))
@workspace
@_folder
@click.argument("lists", nargs=-1, required=True, type=existing_file)
def import_(*, workspace: str | None, folder: Path | None, lists: tuple[Path, ...]) -> None:
    """Keep hashes of another archive with an index: PDQ (plain or vPDQ), TMK."""
    where = _index(folder, workspace)
    for path in lists:
        count = import_hash_list(where, path)
        click.echo(f"{path.name}: {count} {'hash' if count == 1 else 'hashes'}")


def _known(name: str, match: ListMatch | TmkMatch) -> str:
    """Say how a hash of another archive recognises the video."""
    if isinstance(match, TmkMatch):
        return (
            f"it is like the video of the TMK hash {name}: "
            f"{match.level_1:.2f} on average, {match.level_2:.2f} in order of time"
        )
    return f"{match.share:.0%} of the frames are in the hash list {name}"


def _changes(stretch: SharedStretch) -> str:
    """Say in brackets what was done to the picture."""
    notes = ["mirrored"] if stretch.mirrored else []
    notes += ["negative"] if stretch.inverted else []
    if abs(stretch.speed - 1.0) > _OTHER_SPEED:
        notes.append(f"{stretch.speed:.2f} times as fast")
    return f" ({', '.join(notes)})" if notes else ""


def _index(folder: Path | None, workspace: str | None) -> Path:
    return folder or workspace_folder(workspace) / "cache" / INDEX_FOLDER


@dataclass(frozen=True, slots=True)
class _Means:
    """By what an index is filled."""

    workers: int | None
    cluster: str | None
    largest_gib: float


def _fill(folder: Path, places: tuple[str | Path, ...], means: _Means, *, as_json: bool) -> None:
    workers = None if means.workers is None else str(means.workers)
    setting = resolve("workers", workers)
    with progress_bars(wanted=not as_json) as progress:
        summary = add_to_index(
            folder,
            list_places(places),
            workers=None if setting is None else int(setting),
            cluster=means.cluster,
            largest_bytes=int(means.largest_gib * 2**30),
            progress=progress,
        )
    _tell(folder, summary, as_json=as_json)
    if summary.missed:
        raise SystemExit(EXIT_UNAVAILABLE)
    if summary.faults and not summary.items:
        raise SystemExit(EXIT_INPUT)


def _tell(folder: Path, summary: IndexSummary, *, as_json: bool) -> None:
    if as_json:
        print_json({"index": str(folder), "summary": to_json(summary)})
        return
    for path, fault in (*summary.faults, *summary.missed):
        click.echo(f"{path}: {fault}", err=True)
    missed = f"{len(summary.missed)} not fetched (run again); " if summary.missed else ""
    click.echo(
        f"{folder}: {summary.added} added, {summary.known} known, {len(summary.faults)} not "
        f"readable; {missed}{summary.items} videos, {summary.segments} segments"
    )
