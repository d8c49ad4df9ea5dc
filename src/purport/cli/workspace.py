"""`purport init` and `add`: what concerns the workspace as a whole."""

from pathlib import Path

import click

from purport.casework import (
    ItemDetails,
    ask_for_claims,
    collect_archive,
    collect_control,
    collect_item,
    collect_matcher,
    collect_reference,
    collect_sheet,
    collect_story,
    collect_terrain,
    collect_trusted_signers,
    describe_case,
    import_bag,
    open_verified,
    parse_date,
    parse_point,
    parse_publication,
)
from purport.cli._exit_codes import EXIT_INPUT
from purport.cli._lazy import WholeGroup
from purport.cli._opening import open_workspace
from purport.cli._options import (
    encoding,
    example,
    existing_file,
    model_choice,
    model_options,
    view_hint,
    view_hint_options,
    workspace,
    workspace_folder,
)
from purport.cli._output import count_of, print_faults, print_model
from purport.core.case import ClaimedPlace, Publication, Target
from purport.core.instants import StatedTime

__all__ = ["add", "init"]


@click.command(epilog=example('purport init -w my-case --name "Harbour Road" --date 2019-03-13'))
@workspace
@click.option("--name", help="Name of the case.")
@click.option("--date", metavar="DATE", help="When it is said to have happened (2015-09-30).")
def init(*, workspace: str | None, name: str | None, date: str | None) -> None:
    """Make an empty workspace: a folder with a database and a vault."""
    folder = workspace_folder(workspace)
    _stated("--date", date)
    with open_workspace(workspace, create=True) as opened:
        describe_case(opened, name=name, date=date)
    click.echo(f"Workspace: {folder}")


@click.group(
    cls=WholeGroup,
    epilog=example(
        "purport add story story.html",
        "purport add item strike.mp4 --published 2015-09-30,https://example.org/video",
        "purport add reference place.tif --accuracy 3",
        "purport add control who-held-what.geojson",
    ),
)
def add() -> None:
    """Preserve something in the workspace: its bytes, and what is known of it."""


@add.command("story", epilog=example("purport add story story.html -w my-case"))
@click.argument("path", type=existing_file)
@encoding
@model_options
@workspace
def add_story(
    *,
    path: Path,
    encoding: str | None,
    llm: str | None,
    model: str | None,
    workspace: str | None,
) -> None:
    """Preserve a news page or text and read its claims."""
    choice = model_choice(llm, model)
    with open_workspace(workspace) as opened:
        story = collect_story(opened, path, encoding=encoding)
        if choice is not None:
            print_model(ask_for_claims(opened, story, choice))
    click.echo(f"{story.document.digest}  {story.document.name}")


@add.command(
    "item",
    epilog=example(
        "purport add item strike.mp4 --published 2015-09-30,https://example.org/video \\\n"
        '    --publisher "Defence ministry" --place "north of Raqqa" --target 39.01,36.12'
    ),
)
@click.argument("path", type=existing_file)
@click.option("--url", help="Where it was collected from.")
@click.option("--collector", help="Who collected it.")
@click.option("--retrieved", metavar="DATE", help="When it was collected.")
@click.option("--published", metavar="DATE[,URL]", help="When and where it was made public.")
@click.option("--publisher", help="Who made it public.")
@click.option("--place", help="Name of the place claimed.")
@click.option("--place-at", metavar="LON,LAT", help="Coordinates of the place claimed.")
@click.option("--date", metavar="DATE", help="When it is said to have been filmed.")
@click.option("--target", metavar="LON,LAT", help="Where its target is said to be.")
@click.option(
    "--target-uncertainty",
    type=click.FloatRange(min=0.0),
    default=0.0,
    metavar="METRES",
    help="Standard uncertainty of the stated target.",
)
@click.option(
    "--sidecar",
    "sidecars",
    type=existing_file,
    multiple=True,
    metavar="FILE",
    help="What yt-dlp, auto-archiver or a drone wrote about it; may be given several times.",
)
@view_hint_options
@workspace
def add_item(  # noqa: PLR0913 - click passes every option by its name
    *,
    path: Path,
    url: str | None,
    collector: str | None,
    retrieved: str | None,
    published: str | None,
    publisher: str | None,
    place: str | None,
    place_at: str | None,
    date: str | None,
    target: str | None,
    target_uncertainty: float,
    sidecars: tuple[Path, ...],
    gsd: tuple[float, float] | None,
    heading: float | None,
    heading_sd: float | None,
    workspace: str | None,
) -> None:
    """Preserve a video with what is known of it; what is not given reads "not recorded"."""
    claimed_place = (
        ClaimedPlace(
            name=place, point=parse_point(place_at, subject="--place-at") if place_at else None
        )
        if place or place_at
        else None
    )
    stated_target = (
        Target(point=parse_point(target), standard_uncertainty_m=target_uncertainty)
        if target
        else None
    )
    details = ItemDetails(
        url=url,
        collector=collector,
        retrieved=_stated("--retrieved", retrieved),
        publication=_publication(published, publisher),
        claimed_place=claimed_place,
        claimed_time=_stated("--date", date),
        target=stated_target,
        view_hint=view_hint(gsd, heading, heading_sd),
    )
    with open_workspace(workspace) as opened:
        record = collect_item(opened, path, details=details, sidecars=sidecars)
    click.echo(f"{record.digest}  {record.name}")


@add.command("items", epilog=example("purport add items items.csv -w my-case"))
@click.argument("sheet", type=existing_file)
@workspace
def add_items(*, sheet: Path, workspace: str | None) -> int:
    """Preserve every item of a table (CSV, a row an item).

    Its first line names the columns, of which only `file` must be there; docs/command-line.md
    lists them.
    """
    with open_workspace(workspace) as opened:
        records, faults = collect_sheet(opened, sheet)
    for record in records:
        click.echo(f"{record.digest}  {record.name}")
    print_faults(faults)
    return EXIT_INPUT if faults else 0


@add.command("reference", epilog=example("purport add reference place.tif --accuracy 3"))
@click.argument("path", type=existing_file)
@click.option(
    "--accuracy",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Its stated horizontal standard uncertainty.",
)
@workspace
def add_reference(*, path: Path, accuracy: float | None, workspace: str | None) -> None:
    """Preserve an orthophoto of the place claimed; a further one is used beside it."""
    with open_workspace(workspace) as opened:
        click.echo(f"{collect_reference(opened, path, accuracy_m=accuracy)}  {path.name}")


@add.command("terrain", epilog=example("purport add terrain heights.tif --accuracy 4"))
@click.argument("path", type=existing_file)
@click.option(
    "--accuracy",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Its stated vertical standard uncertainty.",
)
@workspace
def add_terrain(*, path: Path, accuracy: float | None, workspace: str | None) -> None:
    """Preserve the heights of the ground there (GeoTIFF, metres)."""
    with open_workspace(workspace) as opened:
        click.echo(f"{collect_terrain(opened, path, accuracy_m=accuracy)}  {path.name}")


@add.command("matcher", epilog=example("purport add matcher model.onnx"))
@click.argument("path", type=existing_file)
@workspace
def add_matcher(*, path: Path, workspace: str | None) -> None:
    """Preserve a learned matcher of yours (ONNX) for the place check; the last one counts."""
    with open_workspace(workspace) as opened:
        click.echo(f"{collect_matcher(opened, path)}  {path.name}")


@add.command("trusted-signers", epilog=example("purport add trusted-signers agencies.pem"))
@click.argument("path", type=existing_file)
@workspace
def add_trusted_signers(*, path: Path, workspace: str | None) -> None:
    """Preserve certificates (PEM) of those whose Content Credentials you trust."""
    with open_workspace(workspace) as opened:
        click.echo(f"{collect_trusted_signers(opened, path)}  {path.name}")


@add.command("bag", epilog=example("purport add bag case.bag -w my-case"))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with files that were withheld from the bag.",
)
@workspace
def add_bag(*, path: Path, media: Path | None, workspace: str | None) -> None:
    """Take a sealed case in; its custody chain is kept, and yours goes on from there."""
    with open_verified(path) as (root, report), open_workspace(workspace) as opened:
        imported = import_bag(opened, root, report, media=media)
    click.echo(f"{count_of(imported.files, 'file')} taken in from {path.name}.")
    for each in imported.missing:
        click.echo(f"withheld: {each.digest}  {each.name}", err=True)


@add.command("archive", epilog=example('purport add archive page.wacz --collector "A. Reader"'))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--collector", help="Who archived it.")
@workspace
def add_archive(*, path: Path, collector: str | None, workspace: str | None) -> None:
    """Take in what somebody else archived: WACZ, WARC, auto-archiver's folder, Atlos's export.

    Its own digests and signature are verified first; its films become items.
    """
    with open_workspace(workspace) as opened:
        came = collect_archive(opened, path, collector=collector, told=click.echo)
    click.echo(f"{came.kind.value}: {came.verified}")
    for note in came.notes:
        click.echo(note, err=True)


@add.command("control", epilog=example("purport add control who-held-what.geojson"))
@click.argument("path", type=existing_file)
@workspace
def add_control(*, path: Path, workspace: str | None) -> None:
    """Preserve a layer of who held what when (GeoJSON, KML, GeoPackage or a table)."""
    with open_workspace(workspace) as opened:
        click.echo(f"{collect_control(opened, path)}  {path.name}")


def _stated(option: str, text: str | None) -> StatedTime | None:
    return None if text is None else parse_date(option, text)


def _publication(text: str | None, publisher: str | None) -> Publication | None:
    if text is None:
        if publisher is not None:
            raise click.UsageError("--publisher needs --published DATE[,URL].")
        return None
    recorded = parse_publication(text)
    return Publication(
        published=recorded.published, basis=recorded.basis, url=recorded.url, publisher=publisher
    )
