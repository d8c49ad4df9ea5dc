"""`purport gazetteer`: places by name and by nearness, offline."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import click

from purport.cli._lazy import WholeGroup
from purport.cli._options import as_json, example, existing_file
from purport.cli._output import print_json
from purport.core.digests import JsonValue
from purport.core.errors import InputError
from purport.core.positions import GeoPoint
from purport.core.records import to_json
from purport.gazetteer import (
    Gazetteer,
    PhraseReach,
    Place,
    Reading,
    load_gazetteer,
    parse_place_phrase,
    read_phrase,
)

__all__ = ["files_option", "gazetteer"]

_KILOMETRE_M = 1000.0

files_option = click.option(
    "--gazetteer",
    "gazetteers",
    type=existing_file,
    multiple=True,
    help="More places (a table, a GeoNames dump or OCHA's table); may be given several times.",
)


@click.group(
    cls=WholeGroup,
    epilog=example(
        'purport gazetteer search "south-west of Raqqa"', "purport gazetteer near 39.01 35.95"
    ),
)
def gazetteer() -> None:
    """Find places offline. Those of Syria come with Purport; --gazetteer adds others."""


@gazetteer.command(
    epilog=example("purport gazetteer search Talbiseh", 'purport gazetteer search "near Homs"')
)
@click.argument("name")
@files_option
@as_json
def search(*, name: str, gazetteers: tuple[Path, ...], as_json: bool) -> None:
    """List every place that NAME, or a phrase such as "south-west of Raqqa", can mean.

    Other transliterations and scripts lead to the same place; nothing chooses between candidates.
    """
    places = load_gazetteer(*gazetteers)
    readings = read_phrase(parse_place_phrase(name), places, reach=PhraseReach())
    if as_json:
        print_json([{**_members_apart(one), "members": len(one.members)} for one in readings])
        return
    if not readings:
        click.echo(f"No place named {name!r} is listed.", err=True)
    for one in readings:
        click.echo(_line(one, places))


@gazetteer.command(epilog=example("purport gazetteer near 39.01 35.95 --within 5"))
@click.argument("at", type=float, nargs=2, metavar="LON LAT")
@click.option(
    "--within",
    type=click.FloatRange(min=0.0),
    default=10.0,
    show_default=True,
    metavar="KM",
    help="How far around the point.",
)
@files_option
@as_json
def near(
    *, at: tuple[float, float], within: float, gazetteers: tuple[Path, ...], as_json: bool
) -> None:
    """List the places near a point, nearest first."""
    try:
        point = GeoPoint(longitude_deg=at[0], latitude_deg=at[1])
    except ValueError as error:
        raise InputError("LON LAT", str(error), remedy="Longitude comes first.") from error
    found = load_gazetteer(*gazetteers).nearest(point, within_m=within * _KILOMETRE_M)
    if as_json:
        print_json([{"place": to_json(place), "distance_m": metres} for place, metres in found])
        return
    if not found:
        click.echo(f"No place is listed within {within:g} km.", err=True)
    for place, metres in found:
        click.echo(f"{metres / _KILOMETRE_M:6.1f} km  {_name(place)}")


def _line(reading: Reading, places: Gazetteer) -> str:
    place = reading.place
    listed = (one for one in (place.district, place.province) if one is not None)
    areas = [places.get(one).name for one in listed if one in places]
    within = f", in {', '.join(areas)}" if areas else ""
    aside = "  [aside: the words point to another place of this name]" if reading.aside else ""
    return f"{_name(place)}{within}: {reading.words} ({reading.match.value}){aside}"


def _name(place: Place) -> str:
    point = place.point
    return (
        f"{place.name} ({place.kind.value}, {place.id}, "
        f"{point.longitude_deg:.5f} {point.latitude_deg:.5f})"
    )


def _members_apart(reading: Reading) -> dict[str, JsonValue]:
    """Return a reading as JSON without its members, which can be a thousand places."""
    return cast("dict[str, JsonValue]", to_json(replace(reading, members=())))
