"""`purport check`: the whole job."""

from collections.abc import Sequence
from pathlib import Path

import click

from purport.casework import CheckOutcome, CheckRequest, check_case, parse_point, parse_publication
from purport.cli._exit_codes import EXIT_FAIL_ON, EXIT_INPUT
from purport.cli._options import (
    as_json,
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
from purport.cli._output import (
    count_of,
    print_faults,
    print_json,
    print_model,
    print_verdicts,
    progress_bars,
)
from purport.cli._rules import judging_rules
from purport.cli._settings import resolve
from purport.core.ratings import Rating

__all__ = ["check"]

_STORY_SUFFIXES = {".htm", ".html", ".md", ".text", ".txt", ".xhtml"}
_RATINGS = {rating.value.lower().replace(" ", "-"): rating for rating in Rating}
_SNIFFED_BYTES = 4096
_EXAMPLE = example(
    "purport check story.html strike.mp4 --reference place.tif \\\n"
    "    --target 36.62,35.32 --published 2015-09-30,https://example.org/video",
    "purport check story.html --items items.csv --control who-held-what.geojson",
)


@click.command(epilog=_EXAMPLE)
@click.argument("inputs", nargs=-1, type=existing_file, metavar="[STORY] [FOOTAGE]...")
@click.option(
    "--reference",
    "references",
    type=existing_file,
    multiple=True,
    help="Orthophoto of the place claimed; may be given several times.",
)
@click.option(
    "--reference-accuracy",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Stated horizontal standard uncertainty of the orthophoto.",
)
@click.option("--terrain", type=existing_file, help="Heights of the ground there (GeoTIFF).")
@click.option(
    "--terrain-accuracy",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Stated vertical standard uncertainty of the heights.",
)
@view_hint_options
@click.option(
    "--control",
    type=existing_file,
    multiple=True,
    help="Who held what when (GeoJSON); may be given several times.",
)
@click.option("--target", metavar="LON,LAT", help="Where the target is said to be.")
@click.option("--target-area", type=existing_file, help="Outline of the target (GeoJSON polygon).")
@click.option(
    "--target-uncertainty",
    type=click.FloatRange(min=0.0),
    default=0.0,
    metavar="METRES",
    help="Standard uncertainty of the stated target.",
)
@click.option("--date", metavar="DATE", help="When it is said to have happened (2015-09-30).")
@click.option(
    "--published",
    metavar="DATE[,URL]",
    help="When and where the footage was made public; without it no impact is measured.",
)
@click.option("--items", type=existing_file, help="Table of what is known of each item (CSV).")
@click.option("--name", help="Name of the case.")
@click.option("--notice", help="A line that every page of the dossier shows.")
@encoding
@model_options
@workspace
@click.option(
    "--fail-on",
    type=click.Choice(sorted(_RATINGS)),
    multiple=True,
    help="Exit with 1 when a part gets this rating; may be given several times.",
)
@click.option("--quiet", is_flag=True, help="No progress bars.")
@as_json
def check(  # noqa: PLR0913 - click passes every option by its name
    *,
    inputs: tuple[Path, ...],
    references: tuple[Path, ...],
    reference_accuracy: float | None,
    terrain: Path | None,
    terrain_accuracy: float | None,
    gsd: tuple[float, float] | None,
    heading: float | None,
    heading_sd: float | None,
    control: tuple[Path, ...],
    target: str | None,
    target_area: Path | None,
    target_uncertainty: float,
    date: str | None,
    published: str | None,
    items: Path | None,
    name: str | None,
    notice: str | None,
    encoding: str | None,
    llm: str | None,
    model: str | None,
    workspace: str | None,
    fail_on: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> int:
    """Do the whole job: from a story and its footage to a verdict for each part of each claim.

    A story alone gives its ledger, footage alone its findings. Everything is preserved in the
    workspace; a second run recomputes only what changed.

    Without inputs it checks what the workspace already holds.
    """
    story, footage = split_inputs(inputs)
    folder = workspace_folder(workspace)
    if not (story or footage or items or folder.is_dir()):
        raise click.UsageError("Give a story, footage or both (or a table with --items).")
    if target and target_area:
        raise click.UsageError("Give --target or --target-area, not both.")
    workers = resolve("workers")
    request = CheckRequest(
        workspace=folder,
        story=story,
        footage=footage,
        items_sheet=items,
        references=references,
        reference_accuracy_m=reference_accuracy,
        terrain=terrain,
        terrain_accuracy_m=terrain_accuracy,
        view_hint=view_hint(gsd, heading, heading_sd),
        control=control,
        target=parse_point(target) if target else None,
        target_area=target_area,
        target_sd_m=target_uncertainty,
        date=date,
        published=parse_publication(published) if published else None,
        encoding=encoding,
        model=model_choice(llm, model),
        name=name,
        notice=notice,
        agent=resolve("agent") or "purport",
        workers=int(workers) if workers else None,
        database=resolve("database"),
        case=resolve("case"),
        vault=resolve("vault"),
        rules=judging_rules(),
    )
    with progress_bars(wanted=not (quiet or as_json)) as progress:
        outcome = check_case(request, progress=progress)
    _print(outcome, as_json=as_json)
    return _exit_code(outcome, [_RATINGS[word] for word in fail_on])


def split_inputs(inputs: Sequence[Path]) -> tuple[Path | None, tuple[Path, ...]]:
    """Tell the story from the footage: by suffix, and without a telling one by content.

    Raises:
        click.UsageError: There are two stories.
    """
    stories = [path for path in inputs if is_story(path)]
    if len(stories) > 1:
        raise click.UsageError(f"One story at a time: {stories[0]} and {stories[1]}.")
    footage = tuple(path for path in inputs if path not in stories)
    return (stories[0] if stories else None), footage


def is_story(path: Path) -> bool:
    """Tell whether a file is a page or text; "text.mp4" is bad footage, not a story."""
    if path.suffix.lower() in _STORY_SUFFIXES:
        return True
    if path.suffix:
        return False
    with path.open("rb") as stream:
        return b"\0" not in stream.read(_SNIFFED_BYTES)


def _print(outcome: CheckOutcome, *, as_json: bool) -> None:
    print_faults(outcome.case.faults)
    print_model(outcome.asked)
    if as_json:
        print_json(outcome.document)
        return
    print_verdicts(outcome.case)
    case = outcome.case
    lacking = len(case.not_run)
    click.echo(
        f"{count_of(len(case.items), 'item')}, {count_of(len(case.claims), 'claim')}, "
        f"{count_of(len(case.findings), 'finding')} "
        f"({outcome.computed} computed, {max(0, outcome.cached - lacking)} taken from the workspace"
        f"{f', {lacking} did not run' if lacking else ''})."
    )
    if outcome.dossier is not None:
        click.echo(f"Dossier: {outcome.dossier}")


def _exit_code(outcome: CheckOutcome, fail_on: Sequence[Rating]) -> int:
    """Return 3 when an input could not be used, 1 when a rating was asked to fail, else 0."""
    if outcome.case.faults:
        return EXIT_INPUT
    failed = any(verdict.rating in fail_on for verdict in outcome.case.verdicts)
    return EXIT_FAIL_ON if failed else 0
