"""Homographies held near similarities where the points leave them loose."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.scene._fitting import fit_held

SIZE = (640, 360)
GRID = np.array([[x, y] for x in (0.0, 320.0, 640.0) for y in (0.0, 180.0, 360.0)])

Array = NDArray[np.float64]


def moved(points: Array, matrix: Array) -> Array:
    return np.asarray(cv2.perspectiveTransform(points[:, None], matrix)[:, 0], dtype=np.float64)


def farthest(found: Array, true: Array) -> float:
    return float(np.linalg.norm(moved(GRID, found) - moved(GRID, true), axis=1).max())


@pytest.mark.parametrize("scale", [0.0, 1.0, 5.0])
def test_points_all_over_the_picture_give_the_homography_they_came_from(scale: float) -> None:
    rng = np.random.default_rng(3)
    about = np.array([[0.01, 0.01, 5.0], [0.01, 0.01, 5.0], [1e-5, 1e-5, 0.0]])
    true = np.eye(3) + scale * about * rng.normal(size=(3, 3))
    source = rng.uniform(size=(120, 2)) * SIZE
    target = moved(source, true) + rng.normal(scale=0.15, size=(120, 2))
    start = true + rng.normal(scale=1e-6, size=(3, 3))
    fitted = fit_held(source, target, start / start[2, 2], SIZE)
    assert farthest(fitted.matrix, true) < 0.35
    assert fitted.centre_sd_px < 0.2


def test_points_in_a_band_do_not_tilt_the_rest_of_the_picture() -> None:
    rng = np.random.default_rng(4)
    true = np.array([[1.0, 0.003, 3.0], [-0.003, 1.0, 4.0], [0.0, 0.0, 1.0]])
    source = rng.uniform(size=(80, 2)) * (640.0, 40.0) + (0.0, 60.0)
    target = moved(source, true) + rng.normal(scale=0.2, size=(80, 2))
    loose, _ = cv2.findHomography(source, target, 0)
    held = fit_held(source, target, loose, SIZE).matrix
    assert farthest(loose, true) > 1.5
    assert farthest(held, true) < 0.6


def test_graphics_that_stand_still_do_not_pull() -> None:
    rng = np.random.default_rng(5)
    true = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    source = rng.uniform(size=(100, 2)) * SIZE
    target = moved(source, true) + rng.normal(scale=0.1, size=(100, 2))
    target[:15] = source[:15]
    fitted = fit_held(source, target, np.eye(3), SIZE)
    assert farthest(fitted.matrix, true) < 0.15


def test_the_uncertainty_grows_where_points_lie_to_one_side() -> None:
    rng = np.random.default_rng(6)
    everywhere = rng.uniform(size=(60, 2)) * SIZE
    aside = everywhere * (0.2, 1.0)
    noise = rng.normal(scale=0.2, size=(60, 2))
    near = fit_held(everywhere, everywhere + noise, np.eye(3), SIZE).centre_sd_px
    far = fit_held(aside, aside + noise, np.eye(3), SIZE).centre_sd_px
    assert far > 2.0 * near
