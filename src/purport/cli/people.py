"""`purport mark` and `judge`: what only a person can decide, with who, when and why."""

import click

from purport.casework import judge_case, review_verdict
from purport.casework import mark as place_mark
from purport.cli._opening import open_workspace
from purport.cli._options import author, example, workspace
from purport.cli._output import count_of
from purport.cli._rules import judging_rules
from purport.core.claims import Part
from purport.core.digests import JsonValue
from purport.core.marks import MarkKind, NoShadowReason
from purport.core.ratings import Rating, ReviewState

__all__ = ["judge", "mark"]

_RATINGS = {rating.value.lower().replace(" ", "-"): rating for rating in Rating}
_PARTS = [part.value for part in Part]


@click.command(
    epilog=example(
        "purport mark strike.mp4 impact --frame 298 --pixel 324 183 --pixel-sd 2 \\\n"
        '    --author "A. Reader" --note "second showing"',
        "purport mark strike.mp4 control_point --frame 40 --pixel 512 88 --at 36.621 35.319 \\\n"
        '    --at-sd 2 --author "A. Reader"',
    )
)
@click.argument("item")
@click.argument("kind", metavar="KIND", type=click.Choice([kind.value for kind in MarkKind]))
@click.option("--frame", type=click.IntRange(min=0), help="Frame index, presentation order from 0.")
@click.option(
    "--pixel",
    type=float,
    nargs=2,
    metavar="X Y",
    help="Where in the frame; the centre of its first pixel is 0 0.",
)
@click.option(
    "--at",
    type=float,
    nargs=2,
    metavar="LON LAT",
    help="Position on the map, in degrees; longitude comes first.",
)
@click.option(
    "--pixel-sd",
    type=click.FloatRange(min=0.0),
    metavar="PIXELS",
    help="Standard uncertainty in pixels.",
)
@click.option(
    "--at-sd",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Standard uncertainty on the map, in metres.",
)
@click.option(
    "--to-pixel",
    type=float,
    nargs=2,
    metavar="X Y",
    help="The other end of a length, or the tip of a shadow.",
)
@click.option(
    "--length",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="METRES",
    help="Length in metres between them.",
)
@click.option(
    "--length-sd",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Its standard uncertainty, in metres.",
)
@click.option("--to-at", type=float, nargs=2, metavar="LON LAT", help="Tip of a shadow on the map.")
@click.option(
    "--height",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="METRES",
    help="Height in metres of what casts a shadow.",
)
@click.option(
    "--height-sd",
    type=click.FloatRange(min=0.0),
    metavar="METRES",
    help="Its standard uncertainty, in metres.",
)
@click.option(
    "--azimuth",
    type=click.FloatRange(min=0.0, max=360.0, max_open=True),
    metavar="DEGREES",
    help="Where a shadow points, clockwise from true north, in degrees.",
)
@click.option(
    "--azimuth-sd",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="DEGREES",
    help="Its standard uncertainty, in degrees.",
)
@click.option(
    "--ratio",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="NUMBER",
    help="Height over the length of its shadow.",
)
@click.option(
    "--ratio-sd", type=click.FloatRange(min=0.0), metavar="NUMBER", help="Its standard uncertainty."
)
@click.option("--zone", metavar="ZONE", help="Time zone of the place (Asia/Damascus).")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in NoShadowReason]),
    help="Why no shadow can be marked.",
)
@click.option("--note", help="Why it was placed there.")
@click.option("--supersedes", metavar="MARK", help="The mark that this one replaces.")
@author
@workspace
def mark(  # noqa: PLR0913 - click passes every option by its name
    *,
    item: str,
    kind: str,
    frame: int | None,
    pixel: tuple[float, float] | None,
    at: tuple[float, float] | None,
    pixel_sd: float | None,
    at_sd: float | None,
    to_pixel: tuple[float, float] | None,
    length: float | None,
    length_sd: float | None,
    to_at: tuple[float, float] | None,
    height: float | None,
    height_sd: float | None,
    azimuth: float | None,
    azimuth_sd: float | None,
    ratio: float | None,
    ratio_sd: float | None,
    zone: str | None,
    reason: str | None,
    note: str | None,
    supersedes: str | None,
    author: str,
    workspace: str | None,
) -> None:
    """Record what a person placed on ITEM (its name or digest).

    KIND is control_point, impact, target, known_length, shadow, shadow_azimuth, no_shadow or
    shadow_tip.

    A control_point is the same point of the ground in a frame and on the map (--frame, --pixel,
    --at); a known_length two points of a frame and their distance (--frame, --pixel, --to-pixel,
    --length); a shadow the foot of an upright thing and the tip of its shadow (--frame, --pixel,
    --to-pixel, or --at, --to-at; --height when it is known); a shadow_azimuth where shadows point
    (--azimuth, --azimuth-sd, --ratio when it is known); no_shadow says why there is none to mark
    (--reason); the others lie in a frame, on the map, or on both. The machine's own result stays on
    record beside it; purport check takes the marks into account.
    """
    nowhere = kind in {MarkKind.SHADOW_AZIMUTH, MarkKind.NO_SHADOW}
    if pixel is None and at is None and not nowhere:
        raise click.UsageError("Give --pixel (with --frame), --at, or both.")
    if (pixel is None) != (frame is None):
        raise click.UsageError("--pixel and --frame go together.")
    given: dict[str, JsonValue] = {
        "frame": frame,
        "pixel": list(pixel) if pixel else None,
        "position": list(at) if at else None,
        "pixel_sd": pixel_sd,
        "to_pixel": list(to_pixel) if to_pixel else None,
        "position_sd_m": at_sd,
        "length_m": length,
        "length_sd_m": length_sd,
        "to_position": list(to_at) if to_at else None,
        "height_m": height,
        "height_sd_m": height_sd,
        "azimuth_deg": azimuth,
        "azimuth_sd_deg": azimuth_sd,
        "height_ratio": ratio,
        "height_ratio_sd": ratio_sd,
        "zone": zone,
        "reason": reason,
    }
    values = {name: value for name, value in given.items() if value is not None}
    with open_workspace(workspace) as opened:
        record = place_mark(
            opened,
            item=item,
            kind=MarkKind(kind),
            values=values,
            author=author,
            note=note,
            supersedes=supersedes,
        )
    click.echo(record.id)


@click.command(
    epilog=example(
        "purport judge",
        'purport judge cd90c3eb8e425 where --author "A. Reader" \\\n'
        '    --reason "Compared by eye with the orthophoto."',
    )
)
@click.argument("claim", required=False)
@click.argument("part", metavar="[PART]", type=click.Choice(_PARTS), required=False)
@click.option("--rating", type=click.Choice(sorted(_RATINGS)), help="Replace the rating.")
@click.option("--author", help="Your name, as the record keeps it.")
@click.option("--reason", help="Why you confirm or replace it.")
@workspace
def judge(
    *,
    claim: str | None,
    part: str | None,
    rating: str | None,
    author: str | None,
    reason: str | None,
    workspace: str | None,
) -> None:
    """Judge every claim from what is stored; with CLAIM and PART confirm or replace one rating.

    PART is authentic, where, when, who, what or how_many. A verdict is proposed until a person
    confirms it here.
    """
    if claim is None:
        if any(option is not None for option in (rating, author, reason)):
            raise click.UsageError("--rating, --author and --reason go with CLAIM and PART.")
        with open_workspace(workspace) as opened:
            verdicts = judge_case(opened, rules=judging_rules())
        reviewed = sum(verdict.review is ReviewState.REVIEWED for verdict in verdicts)
        proposed = count_of(len(verdicts) - reviewed, "verdict")
        click.echo(f"{proposed} proposed, {reviewed} reviewed.")
        return
    if part is None or author is None or reason is None:
        raise click.UsageError("To confirm or replace a rating give CLAIM PART --author --reason.")
    with open_workspace(workspace) as opened:
        verdict = review_verdict(
            opened,
            claim=claim,
            part=Part(part),
            author=author,
            reason=reason,
            rating=_RATINGS[rating] if rating else None,
        )
    click.echo(f"{claim} {part}: {verdict.rating.value} ({verdict.review.value})")
