"""What a case puts on a map: positions, ellipses and offsets as the findings have them."""

import importlib.util
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest
import shapely

from purport.casework.map_features import MapFeature, MapKind, as_geojson, bounds_of, features_of
from purport.casework.mapping import picture_of, tile_archives
from purport.checks.control import ControlLayer, load_control
from purport.core.case import ClaimedPlace, ItemRecord
from purport.core.casefile import CaseFile, MarkRecord
from purport.core.digests import Digest, JsonObject
from purport.core.instants import parse_stated_time
from purport.core.marks import MarkKind
from purport.core.positions import (
    GeoPoint,
    bearing_deg,
    from_geographic,
    geodesic_distance_m,
    to_geographic,
)
from purport.core.records import to_json
from purport.imagery import open_reference, reference_position
from purport.media import probe_media

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path

BUILDER = Path(__file__).parents[1] / "reports" / "hand_made_case.py"
CRS = "EPSG:32633"
CHI_95 = math.sqrt(5.991464547)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hand_made_case", BUILDER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("hand_made_case", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> HandMade:
    drawn = builder.make_hand_made_case(tmp_path_factory.mktemp("made"))
    items = tuple(
        replace(one, container=to_json(probe_media(drawn.paths[one.record.digest])))
        for one in drawn.case.items
    )
    return replace(drawn, case=replace(drawn.case, items=items))


def of_kind(features: tuple[MapFeature, ...], kind: MapKind) -> list[MapFeature]:
    return [one for one in features if one.kind is kind]


def ground(pair: tuple[float, float]) -> tuple[float, float]:
    point = from_geographic(GeoPoint(longitude_deg=pair[0], latitude_deg=pair[1]), CRS)
    return point.easting_m, point.northing_m


def at(geometry: JsonObject | None) -> Any:  # noqa: ANN401 - JSON
    """Return the coordinates of a geometry."""
    assert geometry is not None
    return geometry["coordinates"]


def layer(folder: Path, *territories: dict[str, Any]) -> tuple[ControlLayer, ...]:
    square = [[[14.9, 45.1], [15.1, 45.1], [15.1, 45.2], [14.9, 45.2], [14.9, 45.1]]]
    features = [
        {
            "type": "Feature",
            "geometry": one.pop("geometry", {"type": "Polygon", "coordinates": square}),
            "properties": {"layer": "Atlas", "publisher": "An institute", **one},
        }
        for one in territories
    ]
    path = folder / "control.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return load_control(path)


def test_impacts_lie_where_the_finding_puts_them(made: HandMade, builder: ModuleType) -> None:
    impacts = of_kind(features_of(made.case), MapKind.IMPACT)
    assert [one.id.rsplit("-", 1)[1] for one in impacts] == ["1", "2"]
    for feature, (onset, pixel) in zip(impacts, builder.STRIKES, strict=True):
        true = builder.project(onset, pixel)
        assert ground(at(feature.geometry)) == pytest.approx(
            (true.easting_m, true.northing_m), abs=0.005
        )


def test_an_ellipse_holds_95_percent_of_the_findings_covariance(made: HandMade) -> None:
    impact = of_kind(features_of(made.case), MapKind.IMPACT)[0]
    east, north = ground(at(impact.geometry))
    # whitened by the covariance that the finding states, its corners lie at one distance
    for corner in at(impact.area_95)[0]:
        x, y = ground(corner)
        d = (x - east, y - north)
        # inverse of ((1.6, 0.4), (0.4, 1.1)), whose determinant is 1.6
        squared = (1.1 * d[0] ** 2 - 0.8 * d[0] * d[1] + 1.6 * d[1] ** 2) / 1.6
        assert math.sqrt(squared) == pytest.approx(CHI_95, rel=0.005)


def test_an_offset_ends_at_the_nearest_point_of_the_target(
    made: HandMade, builder: ModuleType
) -> None:
    impact = of_kind(features_of(made.case), MapKind.IMPACT)[0]
    start, end = at(impact.offset)
    assert end == at(impact.geometry)
    stated = builder.strike(0)
    points = [GeoPoint(longitude_deg=x, latitude_deg=y) for x, y in (start, end)]
    assert geodesic_distance_m(*points) == pytest.approx(stated["offset_m"], abs=0.01)
    assert bearing_deg(*points) == pytest.approx(stated["bearing_deg"], abs=0.1)
    outline = shapely.Polygon([ground(pair) for pair in _corners(builder)])
    # the finding's bearing counts from grid north; true north lies within 0.1° of it here
    assert outline.distance(shapely.Point(ground(start))) < 0.1


def _corners(builder: ModuleType) -> list[tuple[float, float]]:
    return [(one.longitude_deg, one.latitude_deg) for one in builder.target_outline()]


def test_the_ground_seen_is_that_of_all_registered_frames(
    made: HandMade, builder: ModuleType
) -> None:
    seen = of_kind(features_of(made.case), MapKind.FOOTPRINT)[0]
    shape = shapely.geometry.shape(seen.geometry)
    for frame in (0, 30, 95):
        inside = to_geographic(builder.project(frame, (240.0, 135.0)))
        assert shape.contains(shapely.Point(inside.longitude_deg, inside.latitude_deg))
    outside = to_geographic(builder.project(95, (2000.0, 135.0)))
    assert not shape.contains(shapely.Point(outside.longitude_deg, outside.latitude_deg))


def test_every_feature_says_its_facts_and_is_json(made: HandMade) -> None:
    features = features_of(made.case)
    assert {one.kind for one in features} >= {
        MapKind.FOUND,
        MapKind.FOOTPRINT,
        MapKind.TARGET,
        MapKind.IMPACT,
    }
    assert len({one.id for one in features}) == len(features)
    assert all(one.title and one.facts for one in features)
    told = json.loads(json.dumps(as_geojson(features)))
    assert told["type"] == "FeatureCollection"
    parts = [one["properties"]["part"] for one in told["features"]]
    assert parts.count("self") == len(features)
    assert parts.count("offset") == 2
    for one in told["features"]:
        assert shapely.geometry.shape(one["geometry"]).is_valid
    impact = of_kind(features, MapKind.IMPACT)[0]
    assert any("95 %" in fact and "from the target" in fact for fact in impact.facts)


def test_an_impact_without_a_position_or_shown_again_is_not_drawn(made: HandMade) -> None:
    finding = next(one for one in made.case.findings if one.check == "impacts")
    first, second = finding.values["strikes"]
    hidden = [
        {**first, "position": None, "position_covariance_m2": None, "offset_m": None},
        {**second, "same_strike_as": 0},
    ]
    changed = replace(finding, values={**finding.values, "strikes": hidden})
    case = _with(made.case, changed)
    assert of_kind(features_of(case), MapKind.IMPACT) == []


def _with(case: CaseFile, finding: Any) -> CaseFile:  # noqa: ANN401 - a finding
    others = tuple(one for one in case.findings if one.check != finding.check)
    return replace(case, findings=(*others, finding))


def test_a_place_that_is_not_matched_is_not_drawn(made: HandMade) -> None:
    finding = next(one for one in made.case.findings if one.check == "place")
    changed = replace(finding, values={**finding.values, "matched": None})
    features = features_of(_with(made.case, changed))
    assert of_kind(features, MapKind.FOUND) == of_kind(features, MapKind.FOOTPRINT) == []


def test_targets_that_people_marked_are_drawn_with_who(made: HandMade) -> None:
    item = made.case.items[0].record
    mark = MarkRecord(
        id="m0",
        item=item.digest,
        kind=MarkKind.TARGET,
        values={"position": [15.0, 45.1], "position_sd_m": 3.0},
        author="Ada",
        placed_utc=made.case.custody[0].occurred_utc,
    )
    case = replace(made.case, marks=(mark,))
    marked = of_kind(features_of(case), MapKind.TARGET)[-1]
    assert marked.id.endswith("-m0")
    assert "Marked by Ada." in marked.facts
    assert marked.area_95 is not None


def test_a_claimed_place_south_and_west_is_said_so(made: HandMade) -> None:
    first = made.case.items[0]
    point = GeoPoint(longitude_deg=-14.5, latitude_deg=-33.25)
    record: ItemRecord = replace(
        first.record, claimed_place=ClaimedPlace(name="Port Selden", point=point)
    )
    case = replace(made.case, items=(replace(first, record=record),))
    claimed = of_kind(features_of(case), MapKind.CLAIMED)[0]
    assert claimed.geometry == {"type": "Point", "coordinates": (-14.5, -33.25)}
    assert claimed.facts == ("Port Selden: 33.25000° south, 14.50000° west.",)


def test_who_held_what_is_read_for_the_date_of_the_case(made: HandMade, tmp_path: Path) -> None:
    layers = layer(
        tmp_path,
        {"holder": "North", "date": "2031-05-01"},
        {"holder": "South", "date": "2031-05-09"},
    )
    case = replace(made.case, date=parse_stated_time("2031-05-08"))
    held = of_kind(features_of(case, layers), MapKind.CONTROL)
    assert [one.holder for one in held] == ["South"]
    assert held[0].title == "Area held by South"
    assert "Drawn for 2031-05-09, 1 day after the case's date." in held[0].facts
    assert of_kind(features_of(replace(case, date=None), layers), MapKind.CONTROL) == []


def test_a_town_that_somebody_did_not_hold_is_told_so(made: HandMade, tmp_path: Path) -> None:
    layers = layer(
        tmp_path,
        {
            "not_held_by": ["Karst Brigade"],
            "date": "2031-05-08",
            "name": "Selden",
            "radius_m": 2000,
            "geometry": {"type": "Point", "coordinates": [15.0, 45.1]},
        },
    )
    case = replace(made.case, date=parse_stated_time("2031-05-08"))
    town = of_kind(features_of(case, layers), MapKind.CONTROL)[0]
    assert town.title == "Selden, not held by Karst Brigade"
    assert "It speaks for 2.0 km around the town." in town.facts


def test_bounds_are_those_of_what_was_found_and_then_of_what_is_claimed(made: HandMade) -> None:
    features = features_of(made.case)
    west, south, east, north = bounds_of(features) or (0.0, 0.0, 0.0, 0.0)
    for one in of_kind(features, MapKind.IMPACT):
        x, y = at(one.geometry)
        assert west <= x <= east
        assert south <= y <= north
    far = tuple(
        replace(one, geometry={"type": "Point", "coordinates": (1.0, 2.0)}, kind=MapKind.CLAIMED)
        for one in features[:1]
    )
    assert bounds_of((*features, *far)) == (west, south, east, north)
    assert bounds_of(far) == (1.0, 2.0, 1.0, 2.0)
    assert bounds_of(()) is None


def test_an_orthophoto_is_drawn_between_its_outer_corners(made: HandMade) -> None:
    digest, path = next((one, at) for one, at in made.paths.items() if at.suffix == ".tif")
    reference = open_reference(path)
    picture = picture_of(Digest(digest), reference)
    assert (picture.width, picture.height, picture.step) == (1200, 900, 1)
    top_left = reference_position(reference, (-0.5, -0.5))
    assert picture.corners[0] == (top_left.longitude_deg, top_left.latitude_deg)
    x, y = ground(picture.corners[2])
    assert (x, y) == pytest.approx((500_000.0 + 300.0, 5_000_000.0 - 225.0), abs=0.01)
    assert 0.0 <= picture.off_m < 0.01


def test_a_large_orthophoto_is_drawn_coarsely_and_says_how_far_off(made: HandMade) -> None:
    digest, path = next((one, at) for one, at in made.paths.items() if at.suffix == ".tif")
    reference = open_reference(path)
    scale = ((25.0, 0.0, 500_000.0), (0.0, -25.0, 5_000_000.0), (0.0, 0.0, 1.0))
    wide = replace(reference, width=8000, height=6000, pixel_to_crs=scale)
    picture = picture_of(Digest(digest), wide)
    assert picture.step == 4
    # 200 km by 150 km of UTM: its edges are bent by hundreds of metres in Mercator
    assert 100.0 < picture.off_m < 5000.0


def test_maps_brought_along_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "odd.pmtiles").write_bytes(b"nothing")
    (tmp_path / "map" / "notes.txt").write_text("not looked at")
    told: list[str] = []
    assert tile_archives(tmp_path, told) == ()
    assert len(told) == 1
    assert "odd.pmtiles" in told[0]
