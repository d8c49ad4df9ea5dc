import json
from pathlib import Path

import pytest

from purport.core.errors import UnreadableSheetError
from purport.core.positions import GeoPoint
from purport.imagery import load_area

RING = [[36.0, 34.0], [36.1, 34.0], [36.1, 34.1], [36.0, 34.0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def save(folder: Path, value: object) -> Path:
    path = folder / "area.geojson"
    path.write_text(json.dumps(value))
    return path


@pytest.mark.parametrize(
    "value",
    [
        POLYGON,
        {"type": "MultiPolygon", "coordinates": [[RING]]},
        {"type": "Feature", "properties": {}, "geometry": POLYGON},
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}, "geometry": POLYGON}],
        },
    ],
)
def test_a_polygon_gives_its_open_ring(tmp_path: Path, value: object) -> None:
    assert load_area(save(tmp_path, value)) == tuple(
        GeoPoint(longitude_deg=x, latitude_deg=y) for x, y in RING[:-1]
    )


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "not a polygon"),
        ({"type": "Point", "coordinates": [1, 2]}, "'Point'"),
        ({"type": "Polygon", "coordinates": [RING, RING]}, "without holes"),
        ({"type": "MultiPolygon", "coordinates": [[RING], [RING]]}, "exactly one polygon"),
        ({"type": "FeatureCollection", "features": []}, "exactly one feature"),
        ({"type": "Polygon", "coordinates": [[1, 2, 3]]}, "two coordinates"),
        ({"type": "Polygon", "coordinates": [[["a", 1], [1, 2], [3, 4]]]}, "not longitude"),
        ({"type": "Polygon", "coordinates": [[[400, 1], [1, 2], [3, 4]]]}, "longitude must"),
        ({"type": "Polygon", "coordinates": [[[1, 1], [1, 2], [1, 1]]]}, "2 different points"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2]]]}, "not simple"),
    ],
)
def test_what_is_no_simple_polygon_is_refused(tmp_path: Path, value: object, fault: str) -> None:
    with pytest.raises(UnreadableSheetError, match=fault) as caught:
        load_area(save(tmp_path, value), name="the area")
    assert caught.value.subject == "the area"


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b"\xff{")
    with pytest.raises(UnreadableSheetError, match="JSON"):
        load_area(path)
