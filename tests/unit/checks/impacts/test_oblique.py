"""Oblique views: flashes stand above where they struck, roofs above the plane."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.impacts._ground import Mapped, ShotMap, map_effect, map_pixel
from purport.checks.impacts._lifting import FLASH, REMAINS, find_lift, without_view
from purport.checks.impacts._offsets import Offset, offset_between, offset_to
from purport.checks.impacts._points import ImpactPoint
from purport.checks.impacts._remedies import find_refusal
from purport.checks.impacts._surface import read_surface, stand_on
from purport.checks.impacts.records import PointBasis
from purport.core.case import Target
from purport.core.digests import digest_bytes
from purport.core.homographies import GroundHomography
from purport.core.positions import MapPoint, to_geographic
from purport.scene import Scene
from purport.simulate import Building, Ground, Relief, write_terrain

FloatArray = NDArray[np.float64]

SIZE = (1280, 720)
TILT = math.radians(56.0)
FOCAL_PX = 6000.0
HEIGHT_M = 0.3 * FOCAL_PX * math.cos(TILT)
CAMERA = np.array([0.0, -HEIGHT_M * math.tan(TILT), HEIGHT_M])
ORIGIN = (500_000.0, 4_000_000.0)
CRS = "EPSG:32637"
ROOF_M = 10.0


def pixel_of(place: tuple[float, float, float]) -> tuple[float, float]:
    """Return where a camera in the south, looking north at 56 degrees, sees a place. [px]"""
    line = np.array(place) - CAMERA
    forward = np.array([0.0, math.sin(TILT), -math.cos(TILT)])
    right = np.array([1.0, 0.0, 0.0])
    depth = line @ forward
    x = line @ right / depth * FOCAL_PX + (SIZE[0] - 1) / 2
    y = line @ np.cross(forward, right) / depth * FOCAL_PX + (SIZE[1] - 1) / 2
    return float(x), float(y)


def homography() -> GroundHomography:
    """Return the exact homography of the plane, without anything said of heights."""
    corners = [(-60.0, -60.0), (60.0, -60.0), (60.0, 60.0), (-60.0, 60.0)]
    rows = []
    for east, north in corners:
        x, y = pixel_of((east, north, 0.0))
        u, v = (x - 639.5) / 640.0, (y - 359.5) / 640.0
        rows.append([u, v, 1.0, 0.0, 0.0, 0.0, -east * u, -east * v])
        rows.append([0.0, 0.0, 0.0, u, v, 1.0, -north * u, -north * v])
    theta = np.linalg.solve(np.array(rows), np.array(corners).ravel())
    matrix = np.append(theta, 1.0).reshape(3, 3)
    return GroundHomography(
        matrix=tuple(map(tuple, matrix.tolist())),
        normalisation=((1 / 640, 0.0, -639.5 / 640), (0.0, 1 / 640, -359.5 / 640), (0.0, 0.0, 1.0)),
        origin_m=ORIGIN,
        crs=CRS,
        covariance=tuple((0.0,) * 8 for _ in range(8)),
        ground_sd_m=0.3,
        reference_sd_m=0.3,
    )


def leaning(height_sd_m: float) -> GroundHomography:
    return replace(
        homography(),
        lean=(0.0, math.tan(TILT)),
        lean_growth_per_m=1.0 / HEIGHT_M,
        height_sd_m=height_sd_m,
    )


def mapped(ground: GroundHomography, pixel: tuple[float, float], *, frame: int = 0) -> Mapped:
    marking = np.eye(2) * 1.0
    return Mapped(
        point=ground.project(pixel, pixel_covariance=marking),
        shot_map=ShotMap(anchor=0, homography=ground),
        frame=frame,
        anchor_px=pixel,
        marking_px2=marking,
        link_px2=np.zeros((2, 2)),
    )


def offset_of_roof(ground: GroundHomography) -> Offset:
    """Measure an impact on a roof 20 m east of the target, whose true distance is 20 m."""
    point = to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1], crs=CRS))
    return offset_to(Target(point=point), mapped(ground, pixel_of((20.0, 0.0, ROOF_M))))


def test_a_roof_of_ten_metres_seems_fifteen_metres_away() -> None:
    ground = homography()
    seen = mapped(ground, pixel_of((20.0, 0.0, ROOF_M))).point
    moved = np.array([seen.easting_m, seen.northing_m]) - ORIGIN - (20.0, 0.0)
    assert moved[1] == pytest.approx(ROOF_M * math.tan(TILT), abs=0.3)
    low, high = offset_of_roof(ground).interval_95_m
    assert not low <= 20.0 <= high  # a plane that knows of no heights misleads


def test_heights_that_the_residuals_show_widen_the_interval_to_the_truth() -> None:
    flat, tall = offset_of_roof(leaning(0.0)), offset_of_roof(leaning(6.0))
    assert tall.interval_95_m[0] <= 20.0 <= tall.interval_95_m[1]
    assert np.ptp(tall.interval_95_m) > 4.0 * np.ptp(flat.interval_95_m)
    assert max(tall.budget_m, key=lambda cause: tall.budget_m[cause]) == "height"
    assert tall.budget_m["height"] == pytest.approx(6.0 * math.tan(TILT) / math.sqrt(2), rel=0.02)


@pytest.mark.parametrize("height_sd_m", [2.0, 5.0])
def test_intervals_hold_over_roofs_of_all_heights(height_sd_m: float) -> None:
    generator = np.random.default_rng(13)
    ground = leaning(height_sd_m)
    point = to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1], crs=CRS))
    exact = replace(ground, ground_sd_m=0.0, reference_sd_m=0.0)
    inside = []
    for _ in range(150):
        turn, distance = generator.uniform(0.0, 2.0 * math.pi), generator.uniform(0.0, 40.0)
        place = distance * np.array([math.cos(turn), math.sin(turn)])
        height = float(generator.normal() * height_sd_m)
        x, y = pixel_of((float(place[0]), float(place[1]), height))
        noise = generator.normal(size=2)
        found = offset_to(
            Target(point=point), mapped(exact, (x + float(noise[0]), y + float(noise[1])))
        )
        inside.append(found.interval_95_m[0] - 0.01 <= distance <= found.interval_95_m[1] + 0.01)
    # three standard deviations of a share of 150; unequal axes may only widen
    assert 0.95 - 0.054 <= float(np.mean(inside)) <= 1.0


def test_crosshair_and_impact_each_bring_their_height() -> None:
    ground = leaning(3.0)
    one, other = (mapped(ground, pixel_of(place)) for place in ((20.0, 0.0, 0.0), (0.0, 0.0, 0.0)))
    alone = offset_to(
        Target(point=to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1], crs=CRS))),
        one,
    )
    both = offset_between(one, other)
    ratio = both.budget_m["height"] / alone.budget_m["height"]
    assert ratio == pytest.approx(math.sqrt(2.0), rel=0.03)
    assert "reference" not in both.budget_m


def test_a_mark_in_another_shot_shares_the_map_but_not_the_lay() -> None:
    ground = leaning(0.0)
    other = mapped(replace(ground, ground_sd_m=0.4), pixel_of((0.0, 0.0, 0.0)), frame=90)
    found = offset_between(mapped(ground, pixel_of((9.0, 0.0, 0.0))), other)
    assert found.budget_m["relief"] == pytest.approx(0.5, rel=1e-6)
    assert "reference" not in found.budget_m
    assert sum(size**2 for size in found.budget_m.values()) == pytest.approx(found.sd_m**2)


def still_scene() -> Scene:
    """Return as much of a scene as mapping a pixel reads: one frame that is its own anchor."""
    scene = object.__new__(Scene)
    object.__setattr__(scene, "to_anchor", np.eye(3)[None])
    object.__setattr__(scene, "link_sd_px", np.zeros(1, dtype=np.float32))
    return scene


@pytest.mark.parametrize("ground", [leaning(0.0), homography()], ids=["lean known", "not known"])
def test_the_middle_of_a_flash_is_brought_down_to_the_ground(ground: GroundHomography) -> None:
    radius_m = 4.0
    pixel = pixel_of((5.0, 8.0, FLASH.height * radius_m))
    radius_px = radius_m / 0.3
    shot_map = ShotMap(anchor=0, homography=ground)
    seen = map_pixel(still_scene(), shot_map, 0, pixel, sd_px=0.5)
    below = map_effect(
        still_scene(), shot_map, 0, pixel, sd_px=0.5, radius_px=radius_px, stature=FLASH
    )
    errors = [
        math.hypot(one.point.easting_m - ORIGIN[0] - 5.0, one.point.northing_m - ORIGIN[1] - 8.0)
        for one in (seen, below)
    ]
    assert errors[0] == pytest.approx(FLASH.height * radius_m * math.tan(TILT), rel=0.05)
    assert errors[1] < 0.1
    assert np.trace(below.point.covariance()) > np.trace(seen.point.covariance())


def test_seen_from_straight_above_nothing_is_displaced() -> None:
    plain = replace(homography(), matrix=((192.0, 0.0, 0.0), (0.0, -192.0, 0.0), (0.0, 0.0, 1.0)))
    assert find_lift(plain, (640.0, 360.0), radius_px=12.0) is None


@pytest.mark.parametrize(
    ("cause", "ground", "said"),
    [
        ("height", leaning(40.0), "model of the heights"),
        ("reference", replace(leaning(0.0), reference_sd_m=60.0), "orthophoto"),
    ],
)
def test_what_says_nothing_is_refused_with_a_remedy(
    cause: str, ground: GroundHomography, said: str
) -> None:
    seen = mapped(ground, pixel_of((20.0, 0.0, 0.0)))
    refusal = find_refusal(offset_of_roof(ground), seen)
    assert refusal is not None
    assert cause in refusal[0]
    assert said in refusal[1]
    assert find_refusal(offset_of_roof(leaning(2.0)), seen) is None


def test_a_view_that_is_not_held_where_it_struck_asks_for_points_there() -> None:
    loose = np.zeros((8, 8))
    loose[7, 7] = 8.0**2  # the tilt is hardly known: far from the middle all is uncertain
    ground = replace(leaning(0.0), covariance=tuple(map(tuple, loose.tolist())))
    point = to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1] + 80.0, crs=CRS))
    seen = mapped(ground, pixel_of((0.0, 100.0, 0.0)))
    refusal = find_refusal(offset_to(Target(point=point), seen), seen)
    assert refusal is not None
    assert refusal[1] == (
        "Place two more control points near the impact, north of the picture's middle."
    )


@pytest.fixture(scope="module")
def terrain(tmp_path_factory: pytest.TempPathFactory) -> TerrainSource:
    """Write the heights of flat ground with one house of 10 m, 14 to 26 m east of the target."""
    east, north = ORIGIN
    house = Building(
        corners=tuple(
            (east + x, north + y) for x, y in ((14.0, -8.0), (26.0, -8.0), (26.0, 8.0), (14.0, 8.0))
        ),
        height_m=ROOF_M,
    )
    ground = Ground(
        picture=np.zeros((600, 600, 3), dtype=np.uint8),
        gsd_m=1.0,
        west_m=east - 300.0,
        north_m=north + 300.0,
        relief=Relief(buildings=(house,)),
    )
    path = tmp_path_factory.mktemp("terrain") / "surface.tif"
    write_terrain(ground, path, gsd_m=0.5, surface=True)
    return TerrainSource(digest=digest_bytes(b"surface"), path=path, accuracy_m=0.4)


def stood(terrain: TerrainSource, place: tuple[float, float, float]) -> Mapped:
    seen = mapped(leaning(5.0), pixel_of(place))
    surface = read_surface(terrain, seen.shot_map, size=SIZE)
    assert surface is not None
    return stand_on(surface, seen)


def test_a_model_of_the_heights_puts_the_impact_back_on_the_roof(terrain: TerrainSource) -> None:
    on_roof = stood(terrain, (20.0, 0.0, ROOF_M))
    assert on_roof.height_m == pytest.approx(ROOF_M, abs=0.1)
    assert on_roof.point.easting_m - ORIGIN[0] == pytest.approx(20.0, abs=0.2)
    assert on_roof.point.northing_m - ORIGIN[1] == pytest.approx(0.0, abs=0.4)
    point = to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1], crs=CRS))
    found = offset_to(Target(point=point), on_roof)
    assert found.interval_95_m[0] <= 20.0 <= found.interval_95_m[1]
    assert np.ptp(found.interval_95_m) < 3.0
    assert found.budget_m["height"] == pytest.approx(0.4 * math.tan(TILT) / math.sqrt(2), rel=0.05)
    assert found.sd_m == pytest.approx(math.hypot(*found.budget_m.values()))


def test_open_ground_stays_where_it_is(terrain: TerrainSource) -> None:
    on_ground = stood(terrain, (-20.0, 5.0, 0.0))
    assert on_ground.height_m == pytest.approx(0.0, abs=0.1)
    assert on_ground.point.northing_m - ORIGIN[1] == pytest.approx(5.0, abs=0.3)


def test_at_the_edge_of_a_roof_the_height_is_doubtful(terrain: TerrainSource) -> None:
    edge = stood(terrain, (20.0, 7.9, ROOF_M))
    flat = stood(terrain, (20.0, 0.0, ROOF_M))
    assert edge.height_m2 is not None
    assert flat.height_m2 is not None
    assert np.trace(edge.height_m2) > 10.0 * np.trace(flat.height_m2)


def test_a_model_of_elsewhere_changes_nothing(terrain: TerrainSource) -> None:
    far = replace(leaning(5.0), origin_m=(ORIGIN[0] + 50_000.0, ORIGIN[1]))
    assert read_surface(terrain, ShotMap(anchor=0, homography=far), size=SIZE) is None


def seen_at(basis: PointBasis) -> ImpactPoint:
    return ImpactPoint(point_px=(300.0, 200.0), sd_px=4.0, radius_px=50.0, basis=basis)


def test_without_a_map_what_remained_is_brought_down_to_its_foot() -> None:
    stated = without_view(seen_at(PointBasis.WHAT_REMAINED))
    assert stated.point_px == pytest.approx((300.0, 200.0 + 0.6 * 0.6 * 50.0))
    assert stated.sd_px == pytest.approx(4.0)


def test_without_a_map_a_flash_is_stated_less_surely_by_its_unknown_height() -> None:
    stated = without_view(seen_at(PointBasis.FIRST_FRAMES))
    assert stated.point_px == (300.0, 200.0)
    assert stated.sd_px == pytest.approx(math.hypot(4.0, 0.3 * 0.6 * 50.0 / math.sqrt(2.0)))
    marked = seen_at(PointBasis.MARKED)
    assert without_view(marked) == marked


def test_fire_and_smoke_are_brought_down_further_than_a_flash_and_less_surely() -> None:
    ground = homography()
    pixel = pixel_of((5.0, 8.0, 0.0))
    flash = find_lift(ground, pixel, radius_px=12.0)
    smoke = find_lift(ground, pixel, radius_px=12.0, stature=REMAINS)
    assert flash is not None
    assert smoke is not None
    assert smoke.shift_px == pytest.approx(2.0 * flash.shift_px)
    assert np.trace(smoke.covariance_px2) == pytest.approx(
        (0.3 / 0.045) ** 2 * np.trace(flash.covariance_px2)
    )
