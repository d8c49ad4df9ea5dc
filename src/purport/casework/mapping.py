"""A case's map: what it puts there, its orthophotos as pictures, and maps that people bring along.

Maps brought along are PMTiles files in the folder `map` of the workspace; all its cases see them.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from purport.casework.copies import attachment_path
from purport.casework.holdings import live_attachments
from purport.casework.map_features import Bounds, MapFeature, bounds_of, features_of
from purport.casework.workspace import Workspace
from purport.checks.control import ControlLayer, load_control
from purport.core.casefile import CaseFile
from purport.core.digests import Digest
from purport.core.errors import AbsentError, InputError
from purport.core.positions import GeoPoint, geodesic_distance_m
from purport.imagery import (
    Reference,
    TileArchive,
    open_reference,
    open_tile_archive,
    reference_position,
)
from purport.store import AttachmentKind

__all__ = ["CaseMap", "MapPicture", "case_map", "get_tile_archive", "picture_of", "tile_archives"]

_FOLDER = "map"
_SUFFIX = ".pmtiles"
_LARGEST_PX = 2048
_KEPT = 16
_EDGE = 0.5

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """An orthophoto as a picture on the map."""

    digest: Digest
    """SHA-256 of its file."""
    name: str
    """Its file name."""
    width: int
    """Columns of the orthophoto. [px]"""
    height: int
    """Rows. [px]"""
    step: int
    """How many of its pixels become one of the picture."""
    corners: tuple[Pair, Pair, Pair, Pair]
    """Longitude and latitude of its outer corners: top left, top right, bottom right, bottom left.
    [deg]"""
    off_m: float
    """By how much the picture, drawn between its corners, lies beside the true place at most. [m]
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMap:
    """All that a case's map shows."""

    features: tuple[MapFeature, ...]
    """What the case puts there."""
    pictures: tuple[MapPicture, ...]
    """Its orthophotos."""
    archives: tuple[TileArchive, ...]
    """Maps that people brought along."""
    bounds: Bounds | None
    """West, south, east, north of what matters; None when the case puts nothing there. [deg]"""
    notes: tuple[str, ...]
    """What is not on the map, and why."""


def case_map(workspace: Workspace, case: CaseFile) -> CaseMap:
    """Gather what a case's map shows; a file that cannot be read is told and left out.

    Args:
        workspace: The case.
        case: The same as whoever looks may see it.
    """
    notes: list[str] = []
    features = features_of(case, tuple(_layers(workspace, notes)))
    pictures = tuple(_pictures(workspace, notes))
    if case.date is None and live_attachments(workspace, AttachmentKind.CONTROL):
        notes.append("Who held what is not drawn, because the case has no date.")
    bounds = bounds_of(features)
    if bounds is None and pictures:
        corners = np.array([corner for one in pictures for corner in one.corners])
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        bounds = (float(west), float(south), float(east), float(north))
    return CaseMap(
        features=features,
        pictures=pictures,
        archives=tile_archives(workspace.folder, notes),
        bounds=bounds,
        notes=tuple(notes),
    )


def tile_archives(folder: Path, faults: list[str]) -> tuple[TileArchive, ...]:
    """Return the maps in tiles of a workspace's folder, by name.

    Args:
        folder: The workspace's folder.
        faults: Is told of those that cannot be used.
    """
    found = []
    for path in _tile_files(folder):
        try:
            found.append(open_tile_archive(path))
        except InputError as error:
            faults.append(f"{error} {error.remedy}")
    return tuple(found)


def get_tile_archive(folder: Path, name: str) -> TileArchive:
    """Return one of the maps in tiles.

    Raises:
        AbsentError: There is none of this name.
    """
    for path in _tile_files(folder):
        if path.name == name:
            with suppress(InputError):  # one that cannot be used is on no map
                return open_tile_archive(path)
    raise AbsentError(
        name, "there is no such map", remedy="Look at the folder map of the workspace."
    )


def _tile_files(folder: Path) -> list[Path]:
    return sorted((folder / _FOLDER).glob(f"*{_SUFFIX}"))


def picture_of(digest: Digest, reference: Reference) -> MapPicture:
    """Return an orthophoto as a picture on the map, no larger than 2048 pixels a side."""
    left, top = -_EDGE, -_EDGE
    right, bottom = reference.width - _EDGE, reference.height - _EDGE
    ring = ((left, top), (right, top), (right, bottom), (left, bottom))
    corners = [reference_position(reference, pixel) for pixel in ring]
    first, second, third, fourth = ((one.longitude_deg, one.latitude_deg) for one in corners)
    return MapPicture(
        digest=digest,
        name=reference.name,
        width=reference.width,
        height=reference.height,
        step=max(1, math.ceil(max(reference.width, reference.height) / _LARGEST_PX)),
        corners=(first, second, third, fourth),
        off_m=_off_m(reference, corners),
    )


def _off_m(reference: Reference, corners: list[GeoPoint]) -> float:
    """Return the largest distance, at the middles of edges and picture, from where it is drawn.

    It is drawn straight in Web Mercator between its corners. [m]
    """
    drawn = np.array([_mercator(corner) for corner in corners])
    worst = 0.0
    for x, y in ((0.5, 0.5), (0.5, 0.0), (0.5, 1.0), (0.0, 0.5), (1.0, 0.5)):
        weights = np.array([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y])
        pixel = (x * reference.width - _EDGE, y * reference.height - _EDGE)
        there = _from_mercator(weights @ drawn)
        worst = max(worst, geodesic_distance_m(reference_position(reference, pixel), there))
    return worst


def _mercator(point: GeoPoint) -> Pair:
    latitude = math.radians(point.latitude_deg)
    return math.radians(point.longitude_deg), math.asinh(math.tan(latitude))


def _from_mercator(place: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> GeoPoint:
    return GeoPoint(
        longitude_deg=math.degrees(place[0]),
        latitude_deg=math.degrees(math.atan(math.sinh(place[1]))),
    )


def _layers(workspace: Workspace, notes: list[str]) -> Iterator[ControlLayer]:
    for attachment in live_attachments(workspace, AttachmentKind.CONTROL):
        try:
            yield from _loaded(attachment_path(workspace, attachment), attachment.name)
        except InputError as error:
            notes.append(f"{error} {error.remedy}")


def _pictures(workspace: Workspace, notes: list[str]) -> Iterator[MapPicture]:
    for attachment in live_attachments(workspace, AttachmentKind.REFERENCE):
        try:
            path = attachment_path(workspace, attachment)
            yield picture_of(attachment.digest, open_reference(path, name=attachment.name))
        except InputError as error:
            notes.append(f"{error} {error.remedy}")


@lru_cache(maxsize=_KEPT)
def _loaded(path: Path, name: str) -> tuple[ControlLayer, ...]:
    return load_control(path, name=name)
