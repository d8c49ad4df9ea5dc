"""A case's map by the API: what it shows as GeoJSON, and the tiles that people brought along."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from ninja import Router, Schema

from purport.casework.map_features import as_geojson
from purport.casework.mapping import MapPicture, case_map
from purport.imagery import TileArchive
from purport.web.access import Right, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["map"])


class Picture(Schema):
    """An orthophoto as a picture on the map."""

    name: str
    """Its file name."""
    address: str
    """Where the picture is."""
    corners: list[tuple[float, float]]
    """Longitude and latitude: top left, top right, bottom right, bottom left. [deg]"""
    off_m: float
    """By how much it may lie beside its true place when drawn between these corners. [m]"""


class Archive(Schema):
    """A map in tiles (PMTiles) that somebody brought along."""

    name: str
    """Its file name."""
    address: str
    """Where its bytes are, by range."""
    kind: str
    """"shapes" or "pictures"."""
    zooms: list[int]
    """First and last zoom level."""
    bounds: list[float]
    """West, south, east, north. [deg]"""


class Map(Schema):
    """What a case's map shows."""

    features: dict[str, Any]
    """A GeoJSON FeatureCollection."""
    pictures: list[Picture]
    """The case's orthophotos."""
    archives: list[Archive]
    """Maps brought along."""
    bounds: list[float] | None
    """West, south, east, north of what matters; null when the case puts nothing there. [deg]"""
    notes: list[str]
    """What is not on the map, and why."""


@router.get(
    "/{slug:key}/map", response={200: Map, **FAULTS}, summary="What a case's map shows, as GeoJSON"
)
def read_map(request: HttpRequest, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return places claimed and found, targets, impacts with 95 % areas, and who held what."""
    visit = enter(request, key, Right.SEE)
    shown = case_map(visit.workspace(), visit.case_file())
    return {
        "features": as_geojson(shown.features),
        "pictures": [_picture(key, one) for one in shown.pictures],
        "archives": [_archive(key, one) for one in shown.archives],
        "bounds": None if shown.bounds is None else list(shown.bounds),
        "notes": list(shown.notes),
    }


def _picture(key: str, one: MapPicture) -> dict[str, Any]:
    window = f"x=0&y=0&width={one.width}&height={one.height}&step={one.step}"
    return {
        "name": one.name,
        "address": f"/api/v1/cases/{key}/references/{one.digest}/window?{window}",
        "corners": list(one.corners),
        "off_m": one.off_m,
    }


def _archive(key: str, one: TileArchive) -> dict[str, Any]:
    return {
        "name": one.name,
        "address": f"/cases/{key}/map/tiles/{quote(one.name)}",
        "kind": one.kind.value,
        "zooms": list(one.zooms),
        "bounds": list(one.bounds_deg),
    }
