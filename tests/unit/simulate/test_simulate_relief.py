"""Buildings and terrain: parallax, occlusion and heights against exact geometry."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from purport.simulate import (
    Building,
    Camera,
    Ground,
    HeightField,
    Modality,
    Relief,
    ReliefPlan,
    Script,
    Sensor,
    Strike,
    SurfacePoint,
    derive_truth,
    locate_pixel,
    plain_script,
    procedural_ground,
    project_point,
    render_frames,
    rolling_terrain,
    write_terrain,
)

WEST_M, NORTH_M, GSD_M, SIDE = 400_000.0, 3_900_000.0, 0.2, 900
EAST, NORTH = WEST_M + SIDE * GSD_M / 2, NORTH_M - SIDE * GSD_M / 2


def ground(relief: Relief | None, dots: tuple[tuple[float, float], ...] = ()) -> Ground:
    """Dark ground with soft bright dots at places."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    luma = np.full((SIDE, SIDE), 40.0)
    for east, north in dots:
        x, y = (east - WEST_M) / GSD_M - 0.5, (NORTH_M - north) / GSD_M - 0.5
        luma += 200.0 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 3.0**2))
    picture = np.repeat(luma.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    return Ground(picture=picture, gsd_m=GSD_M, west_m=WEST_M, north_m=NORTH_M, relief=relief)


def box(east: float, north: float, *, half_m: float = 8.0, height_m: float = 20.0) -> Building:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return Building(
        corners=tuple((east + a * half_m, north + b * half_m) for a, b in corners),
        height_m=height_m,
        tone=(0.3, 0.3, 0.3),
    )


def filmed(over: Ground, **camera: object) -> Script:
    seen = Camera(aim=over.centre, gsd_m=0.2, obliquity_deg=45.0, heading_deg=30.0)
    seen = replace(seen, sensor=Sensor(noise_sd=0.0), slant_range_m=1500.0)
    seen = replace(seen, **camera)  # type: ignore[arg-type]
    return plain_script(over, seen, duration_s=0.08)


def first_frame(script: Script) -> NDArray[np.float64]:
    return next(render_frames(script))[1].astype(np.float64)


def centroid(grey: NDArray[np.float64], x: float, y: float) -> tuple[float, float]:
    reach = 14
    column, row = round(x), round(y)
    window = grey[row - reach : row + reach + 1, column - reach : column + reach + 1]
    weight = np.clip(window - np.median(window) - 25.0, 0.0, None)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    total = weight.sum()
    return (
        column + float((weight * columns).sum() / total),
        row + float((weight * rows).sum() / total),
    )


@pytest.mark.parametrize("obliquity_deg", [0.0, 40.0, 60.0])
def test_a_dot_on_a_roof_is_seen_at_its_height(obliquity_deg: float) -> None:
    dot = (EAST + 3.0, NORTH - 2.0)
    over = ground(Relief(buildings=(box(EAST, NORTH, height_m=15.0),)), (dot,))
    script = filmed(over, obliquity_deg=obliquity_deg)
    roof = SurfacePoint(easting_m=dot[0], northing_m=dot[1], height_m=15.0)
    x, y = project_point(script, 0, roof)
    # bilinear sampling of 1/32 px steps and the weight cut off; a half-pixel slip would be 0.5
    assert centroid(first_frame(script)[..., 1], x, y) == pytest.approx((x, y), abs=0.15)


def test_height_moves_a_point_by_height_times_tangent() -> None:
    script = filmed(ground(Relief(buildings=(box(EAST, NORTH, height_m=15.0),))))
    roof = SurfacePoint(easting_m=EAST, northing_m=NORTH, height_m=15.0)
    x, y = project_point(script, 0, roof)
    to_map = derive_truth(script).frames[0].to_map
    assert to_map is not None
    east, north, scale = np.array(to_map) @ (x, y, 1.0)
    moved = math.hypot(east / scale - EAST, north / scale - NORTH)
    # the camera is 1061 m above the plane: beyond the tangent by 15 / (1061 - 15)
    assert moved == pytest.approx(15.0 * math.tan(math.radians(45.0)), rel=0.02)


@pytest.mark.parametrize(
    "point",
    [
        SurfacePoint(easting_m=EAST + 2.0, northing_m=NORTH + 1.0, height_m=20.0),  # roof
        SurfacePoint(easting_m=EAST + 2.0, northing_m=NORTH - 8.0, height_m=11.0),  # south wall
        SurfacePoint(easting_m=EAST - 20.0, northing_m=NORTH - 5.0, height_m=0.0),  # ground
    ],
)
def test_locating_undoes_projecting_on_every_surface(point: SurfacePoint) -> None:
    script = filmed(ground(Relief(buildings=(box(EAST, NORTH),))))
    met = locate_pixel(script, 0, project_point(script, 0, point))
    assert met.easting_m == pytest.approx(point.easting_m, abs=1e-6)
    assert met.northing_m == pytest.approx(point.northing_m, abs=1e-6)
    assert met.height_m == pytest.approx(point.height_m, abs=1e-6)


def test_a_wall_hides_what_lies_behind_it() -> None:
    azimuth = math.radians(30.0)
    behind = (EAST + 12.0 * math.sin(azimuth), NORTH + 12.0 * math.cos(azimuth))
    beside = (EAST + 25.0 * math.cos(azimuth), NORTH - 25.0 * math.sin(azimuth))
    over = ground(Relief(buildings=(box(EAST, NORTH),)), (behind, beside))
    script = filmed(over)
    grey = first_frame(script)[..., 1]
    seen = []
    for place in (behind, beside):
        x, y = project_point(
            script, 0, SurfacePoint(easting_m=place[0], northing_m=place[1], height_m=0.0)
        )
        seen.append(grey[round(y), round(x)])
    assert seen[0] < 120.0
    assert seen[1] > 180.0
    strikes = tuple(Strike(time_s=0.04, place=place, size_m=3.0) for place in (behind, beside))
    truth = derive_truth(replace(script, strikes=strikes))
    assert {strike.strike: strike.hidden for strike in truth.strikes} == {0: True, 1: False}


@pytest.mark.parametrize("modality", [Modality.VISIBLE, Modality.WHITE_HOT])
def test_a_building_stands_in_front_of_a_blast_behind_it(modality: Modality) -> None:
    azimuth = math.radians(30.0)
    behind = (EAST + 14.0 * math.sin(azimuth), NORTH + 14.0 * math.cos(azimuth))
    script = filmed(
        ground(Relief(buildings=(box(EAST, NORTH, height_m=30.0),))),
        sensor=Sensor(modality=modality, noise_sd=0.0),
    )
    strike = Strike(time_s=0.04, place=behind, size_m=4.0)
    before, after = (p for _, p in render_frames(replace(script, strikes=(strike,))))
    changed = np.abs(after.astype(int) - before.astype(int)).max(axis=2)
    x, y = project_point(script, 0, SurfacePoint(easting_m=EAST, northing_m=NORTH, height_m=15.0))
    assert changed[round(y) - 10 : round(y) + 10, round(x) - 10 : round(x) + 10].max() == 0
    on_roof = replace(strike, place=(EAST, NORTH))
    truth = derive_truth(replace(script, strikes=(on_roof,)))
    assert (truth.strikes[0].height_m, truth.strikes[0].hidden) == (30.0, False)
    before, after = (p for _, p in render_frames(replace(script, strikes=(on_roof,))))
    column, row = (round(value) for value in truth.strikes[0].point_px)
    assert np.abs(after.astype(int) - before.astype(int))[row, column].max() > 40


def test_dots_on_terrain_are_seen_at_its_height() -> None:
    terrain = rolling_terrain(
        3, west_m=WEST_M, north_m=NORTH_M, side_m=SIDE * GSD_M, relief_m=16.0, length_m=60.0
    )
    relief = Relief(terrain=terrain)
    dots = tuple((EAST + a, NORTH + b) for a in (-30.0, 0.0, 30.0) for b in (-15.0, 4.0, 22.0))
    script = filmed(ground(relief, dots), heading_deg=200.0)
    grey = first_frame(script)[..., 1]
    heights = [relief.terrain_m(dot) for dot in dots]
    assert max(heights) - min(heights) > 3.0
    for dot, height in zip(dots, heights, strict=True):
        point = SurfacePoint(easting_m=dot[0], northing_m=dot[1], height_m=height)
        x, y = project_point(script, 0, point)
        # slopes skew a dot of 0.6 m by some hundredths of a metre, a fifth of a pixel
        assert centroid(grey, x, y) == pytest.approx((x, y), abs=0.25)
        met = locate_pixel(script, 0, (x, y))
        assert (met.easting_m, met.northing_m) == pytest.approx(dot, abs=0.01)
        assert met.height_m == pytest.approx(height, abs=0.01)


def test_relief_without_anything_on_it_changes_nothing() -> None:
    flat = procedural_ground(3, size_m=200.0, gsd_m=0.4)
    camera = Camera(aim=flat.centre, gsd_m=0.25, obliquity_deg=30.0)
    strike = Strike(time_s=0.04, place=flat.centre)
    script = plain_script(flat, camera, duration_s=0.12, strikes=[strike])
    empty = replace(script, ground=replace(flat, relief=Relief()))
    for (_, one), (_, other) in zip(render_frames(script), render_frames(empty), strict=True):
        np.testing.assert_array_equal(one, other)
    assert derive_truth(script) == derive_truth(empty)


def test_ground_made_by_rule_stands_up_where_it_is_painted() -> None:
    flat = procedural_ground(5, size_m=200.0, gsd_m=0.4)
    plan = ReliefPlan(building_height_m=(3.0, 8.0), terrain_m=12.0)
    raised = procedural_ground(5, size_m=200.0, gsd_m=0.4, relief=plan)
    np.testing.assert_array_equal(flat.picture, raised.picture)
    assert raised.relief is not None
    assert len(raised.relief.buildings) > 3
    for building in raised.relief.buildings:
        middle = (float(building.middle[0]), float(building.middle[1]))
        assert raised.surface_m(middle) >= raised.relief.roof_m(building)
        assert 3.0 <= building.height_m <= 8.0
    terrain = raised.relief.terrain
    assert terrain is not None
    assert np.ptp(terrain.heights_m) == pytest.approx(12.0)
    assert raised.relief.terrain_m(raised.centre) == pytest.approx(0.0, abs=0.5)


def test_written_heights_are_those_of_the_ground(tmp_path: Path) -> None:
    terrain = HeightField(
        heights_m=np.arange(100.0).reshape(10, 10), step_m=20.0, west_m=WEST_M, north_m=NORTH_M
    )
    over = ground(Relief(buildings=(box(EAST, NORTH, half_m=10.0),), terrain=terrain))
    write_terrain(over, tmp_path / "bare.tif", gsd_m=2.0)
    write_terrain(over, tmp_path / "roofs.tif", gsd_m=2.0, surface=True)
    with (
        rasterio.open(tmp_path / "bare.tif") as bare,
        rasterio.open(tmp_path / "roofs.tif") as roofs,
    ):
        assert bare.crs.to_string() == over.crs
        for place in ((EAST, NORTH), (EAST + 31.0, NORTH - 17.0)):
            row, column = bare.index(*place)
            east, north = bare.xy(row, column)
            relief = over.relief
            assert relief is not None
            expected = relief.terrain_m((east, north))
            assert bare.read(1)[row, column] == pytest.approx(expected, abs=1e-3)
            top = relief.surface_m((east, north))
            assert roofs.read(1)[row, column] == pytest.approx(top, abs=1e-3)


def test_flat_ground_is_written_as_noise_about_zero(tmp_path: Path) -> None:
    write_terrain(ground(None), tmp_path / "flat.tif", gsd_m=2.0, noise_sd_m=0.5, seed=3)
    with rasterio.open(tmp_path / "flat.tif") as flat:
        heights = flat.read(1)
    assert heights.mean() == pytest.approx(0.0, abs=0.03)  # 4 standard errors of 8100 heights
    assert heights.std() == pytest.approx(0.5, rel=0.05)
