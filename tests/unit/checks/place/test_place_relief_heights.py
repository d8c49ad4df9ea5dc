"""Oblique views of tall things: intervals widen until they hold the roof."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._adjustment import (
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
)
from purport.checks.place._features import detect_features
from purport.checks.place._relief import find_lean
from purport.checks.place._relief_budget import Relief, assess_relief, with_relief
from purport.checks.place._relief_heights import Displaced, look_for_heights, tall_height_sd_m
from purport.checks.place._views import Mapped, View, map_patch
from purport.core.homographies import GroundHomography
from purport.imagery import LumaPatch
from purport.simulate import procedural_ground

FloatArray = NDArray[np.float64]
SIZE = (1280, 720)
OBLIQUITY_DEG = 52.0
FOCAL_PX = 1500.0
RANGE_M = 450.0
PATCH_GSD_M = 0.4
"""Metres to a pixel of the map."""
PATCH_PX = 1400


def camera() -> FloatArray:
    """From metres east, north, up of the middle of the map to the picture (3, 4)."""
    tilt = np.deg2rad(OBLIQUITY_DEG)
    look = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
    rotation = np.vstack([[1.0, 0.0, 0.0], np.cross(look, [1.0, 0.0, 0.0]), look])
    inner = np.array([[FOCAL_PX, 0.0, 639.5], [0.0, FOCAL_PX, 359.5], [0.0, 0.0, 1.0]])
    return np.asarray(inner @ rotation @ np.column_stack([np.eye(3), RANGE_M * look]))


def to_local() -> FloatArray:
    """From map pixel to metres east and north of its middle (3, 3)."""
    middle = (PATCH_PX - 1) / 2
    return np.array(
        [
            [PATCH_GSD_M, 0.0, -PATCH_GSD_M * middle],
            [0.0, -PATCH_GSD_M, PATCH_GSD_M * middle],
            [0.0, 0.0, 1.0],
        ]
    )


def at_height(height_m: float) -> FloatArray:
    """From map pixel to picture for what stands at a height (3, 3)."""
    whole = camera()
    lifted = np.column_stack([whole[:, 0], whole[:, 1], whole[:, 3] + whole[:, 2] * height_m])
    return np.asarray(lifted @ to_local())


def scene(roofs: int, height_m: float) -> tuple[View, Mapped, FloatArray]:
    """A picture of a map on which flat roofs stand, the map, and the roofs' middles (k, 2)."""
    ground = procedural_ground(5, size_m=PATCH_PX * 0.3, gsd_m=0.3)
    luma = cv2.resize(cv2.cvtColor(ground.picture, cv2.COLOR_BGR2GRAY), (PATCH_PX, PATCH_PX))
    picture = cv2.warpPerspective(luma, at_height(0.0), SIZE)
    rng = np.random.default_rng(8)
    middles = np.column_stack([rng.uniform(450, 950, roofs), rng.uniform(500, 820, roofs)])
    for middle in middles:
        # A roof of 40 × 40 m with its own texture, at its place on the map and lifted in the view.
        roof = np.zeros((PATCH_PX, PATCH_PX), dtype=np.uint8)
        left, top = (middle - 50).astype(int)
        roof[top : top + 100, left : left + 100] = 255
        texture = cv2.GaussianBlur(rng.uniform(0, 255, luma.shape).astype(np.float32), (0, 0), 3.0)
        texture = np.clip((texture - 127.0) * 6.0 + 127.0, 0, 255).astype(np.uint8)
        luma = np.where(roof > 0, texture, luma)
        lifted = cv2.warpPerspective(roof, at_height(height_m), SIZE)
        seen = cv2.warpPerspective(np.where(roof > 0, texture, 0), at_height(height_m), SIZE)
        picture = np.where(lifted > 127, seen, picture)
    picture = np.clip(picture + rng.normal(0.0, 2.0, picture.shape), 0, 255).astype(np.uint8)
    features = detect_features(picture, np.ones(picture.shape, dtype=np.bool_), most=2000)
    view = View(
        index=0,
        luma=picture,
        usable=np.ones(picture.shape, dtype=np.bool_),
        find=lambda: features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )
    patch = LumaPatch(
        luma=np.asarray(luma, dtype=np.uint8),
        valid=np.ones(luma.shape, dtype=np.bool_),
        to_map=to_local(),
        crs="EPSG:32637",
        gsd_m=PATCH_GSD_M,
    )
    return view, map_patch(patch, most_features=6000), middles


def flat_homography() -> GroundHomography:
    """The view of the plane, known to a tenth of a metre, as if only ground had been matched."""
    rng = np.random.default_rng(1)
    to_ground = to_local() @ np.linalg.inv(at_height(0.0))
    pixels = rng.uniform((10, 10), (1270, 710), (300, 2))
    ground = np.column_stack([pixels, np.ones(300)]) @ to_ground.T
    seen = Observations(
        pixels=pixels + rng.normal(size=(300, 2)) * 0.3,
        pixel_sd=np.full(300, 0.3),
        ground=ground[:, :2] / ground[:, 2:],
        ground_sd=np.full(300, 0.1),
        feature=np.arange(300),
        frame=np.zeros(300, dtype=np.int64),
        steady=np.ones(300, dtype=np.bool_),
    )
    start = to_ground @ np.linalg.inv(normalisation_of(SIZE))
    adjusted = adjust_homography(seen, start, size=SIZE, settings=Adjustment())
    assert adjusted is not None
    relief = assess_relief(seen, adjusted, covariance=adjusted.covariance, size=SIZE)
    bare = GroundHomography(
        matrix=tuple(map(tuple, adjusted.matrix.tolist())),
        normalisation=tuple(map(tuple, normalisation_of(SIZE).tolist())),
        origin_m=(0.0, 0.0),
        crs="EPSG:32637",
        covariance=tuple(map(tuple, adjusted.covariance.tolist())),
        ground_sd_m=0.1,
        reference_sd_m=0.0,
    )
    return with_relief(bare, relief)


def widened(height_m: float, roofs: int) -> tuple[GroundHomography, FloatArray]:
    """The homography after looking for tall things, and the roofs' middles on the map (k, 2)."""
    view, mapped, middles = scene(roofs, height_m)
    flat = flat_homography()
    matrix = np.linalg.inv(at_height(0.0))
    lean = find_lean(np.array(flat.matrix), np.array(flat.covariance))
    assert lean is not None
    sighted = look_for_heights(view, mapped, matrix / matrix[2, 2], lean=lean, to_local=to_local())
    assert sighted is not None
    bare = Relief(
        lean=lean,
        scatter=None,
        lens=None,
        matrix=np.array(flat.matrix),
        covariance=np.array(flat.covariance),
    )
    return with_relief(replace(flat, height_sd_m=0.0), bare, sighted=sighted), middles


def test_a_roof_of_known_height_lies_within_the_widened_ellipse() -> None:
    height_m = 12.0
    ground, middles = widened(height_m, roofs=5)
    # Nine in ten of the heights found lie within 1.645 sd: about 12 / 1.645 = 7.3 m.
    assert 5.5 < ground.height_sd_m < 10.0
    for middle in middles:
        true = (to_local() @ np.append(middle, 1.0))[:2]
        x, y, scale = at_height(height_m) @ np.append(middle, 1.0)
        point = ground.project((x / scale, y / scale), pixel_covariance=np.eye(2))
        away = np.array([point.easting_m, point.northing_m]) - true
        # Twelve metres at 52 degrees from the vertical: about 15 m off,
        assert 12.0 < np.hypot(*away) < 20.0
        # yet inside the 95 % ellipse.
        assert away @ np.linalg.solve(point.covariance(), away) < 5.991


def test_flat_ground_is_not_called_tall() -> None:
    ground, _ = widened(12.0, roofs=0)
    assert ground.height_sd_m == 0.0


def test_wrong_matches_either_way_are_not_heights() -> None:
    rng = np.random.default_rng(2)
    called = 0
    for _ in range(200):
        wild = Displaced(
            along=rng.uniform(-40.0, 40.0, 40),
            across=rng.uniform(-10.0, 10.0, 40),
            sd=np.full(40, 1.5),
            for_a_metre=np.full(40, 1.3),
        )
        called += tall_height_sd_m(wild) > 0.0
    # About 1 in 1,000.
    assert called <= 3


def test_a_view_from_nearly_above_is_not_searched() -> None:
    view, mapped, _ = scene(0, 12.0)
    lean = find_lean(np.array(flat_homography().matrix), np.zeros((8, 8)))
    assert lean is not None
    nearly = replace(lean, at_middle=lean.at_middle * 0.05, growth_per_m=0.0)
    matrix = np.asarray(np.linalg.inv(at_height(0.0)), dtype=np.float64)
    assert look_for_heights(view, mapped, matrix, lean=nearly, to_local=to_local()) is None
