"""How points above the plane move, and where the camera stands."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._relief import Lean, find_lean, flatten_points

FloatArray = NDArray[np.float64]

STEADY = np.zeros((8, 8))


def view(
    *, obliquity_deg: float, azimuth_deg: float, focal: float, range_m: float
) -> tuple[FloatArray, FloatArray]:
    """From normalised pixel to metres, and the camera (3,), of a view whose middle shows (5, 8)."""
    tilt, azimuth = math.radians(obliquity_deg), math.radians(azimuth_deg)
    ahead = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
    look = math.sin(tilt) * ahead - math.cos(tilt) * np.array([0.0, 0.0, 1.0])
    right = np.array([math.cos(azimuth), -math.sin(azimuth), 0.0])
    camera = np.array([5.0, 8.0, 0.0]) - range_m * look
    rotation = np.vstack([right, np.cross(look, right), look])
    from_ground = rotation @ np.column_stack([np.eye(3)[:, :2], -camera])
    matrix = np.linalg.inv(np.diag([focal, focal, 1.0]) @ from_ground)
    return matrix / matrix[2, 2], camera


def seen(matrix: FloatArray, camera: FloatArray, point: FloatArray) -> FloatArray:
    """Where the map has a point (3,) that the camera sees: through the picture and back."""
    rays = np.linalg.inv(matrix)
    # Columns of a camera at its own centre: the third axis is what makes that centre vanish.
    up = -(rays @ np.array([camera[0], camera[1], 1.0])) / camera[2]
    pixel = rays[:, 0] * point[0] + rays[:, 1] * point[1] + up * point[2] + rays[:, 2]
    ground = matrix @ pixel
    return np.asarray(ground[:2] / ground[2])


def loose(matrix: FloatArray, share: float) -> FloatArray:
    """Covariance of the parameters when each is known to a share of its size, or of 1."""
    size = np.abs(matrix.ravel()[:8])
    size[6:] = np.maximum(size[6:], 1.0)
    return np.diag((size * share) ** 2)


@pytest.mark.parametrize("obliquity_deg", [25.0, 45.0, 60.0])
@pytest.mark.parametrize("azimuth_deg", [0.0, 130.0, 285.0])
def test_a_camera_is_placed_where_its_focal_length_shows(
    obliquity_deg: float, azimuth_deg: float
) -> None:
    matrix, camera = view(
        obliquity_deg=obliquity_deg, azimuth_deg=azimuth_deg, focal=2.2, range_m=800.0
    )
    lean = find_lean(matrix, STEADY)
    assert lean is not None
    assert lean.camera_m is not None
    np.testing.assert_allclose(lean.camera_m, camera, rtol=1e-6)
    assert np.hypot(*lean.at_middle) == pytest.approx(math.tan(math.radians(obliquity_deg)))
    assert lean.growth_per_m == pytest.approx(1.0 / camera[2])


def test_a_low_point_moves_by_its_height_times_the_lean() -> None:
    matrix, camera = view(obliquity_deg=50.0, azimuth_deg=70.0, focal=2.0, range_m=600.0)
    lean = find_lean(matrix, STEADY)
    assert lean is not None
    middle = matrix[:2, 2]
    for place in ([40.0, -30.0], [-60.0, 20.0], [5.0, 8.0]):
        point = np.array([*place, 0.01])
        moved = (seen(matrix, camera, point) - point[:2]) / point[2]
        np.testing.assert_allclose(lean.at(point[None, :2], middle)[0], moved, rtol=1e-4)


def test_a_far_camera_leans_by_foreshortening_and_is_not_placed() -> None:
    matrix, _ = view(obliquity_deg=40.0, azimuth_deg=200.0, focal=60.0, range_m=20_000.0)
    lean = find_lean(matrix, loose(matrix, 0.01))
    assert lean is not None
    assert lean.camera_m is None
    assert lean.growth_per_m == 0.0
    ahead = np.array([math.sin(math.radians(200.0)), math.cos(math.radians(200.0))])
    np.testing.assert_allclose(lean.at_middle, ahead * math.tan(math.radians(40.0)), rtol=0.02)


@pytest.mark.parametrize("obliquity_deg", [0.0, 3.0])
def test_a_view_from_above_has_no_known_lean(obliquity_deg: float) -> None:
    matrix, _ = view(obliquity_deg=obliquity_deg, azimuth_deg=20.0, focal=2.0, range_m=300.0)
    assert find_lean(matrix, loose(matrix, 0.02)) is None


def test_the_lean_states_its_uncertainty() -> None:
    matrix, _ = view(obliquity_deg=35.0, azimuth_deg=110.0, focal=3.0, range_m=900.0)
    covariance = loose(matrix, 0.003)
    lean = find_lean(matrix, covariance)
    assert lean is not None
    rng = np.random.default_rng(11)
    lengths = []
    for _ in range(400):
        noise = np.append(rng.multivariate_normal(np.zeros(8), covariance), 0.0).reshape(3, 3)
        again = find_lean(matrix + noise, covariance)
        if again is not None:
            lengths.append(float(np.hypot(*again.at_middle)))
    assert len(lengths) > 380
    # The focal length's part is stated for the whole: within a factor of two of the spread.
    assert 0.5 < lean.sd / float(np.std(lengths)) < 2.0


def test_flattening_undoes_the_relief() -> None:
    matrix, camera = view(obliquity_deg=55.0, azimuth_deg=15.0, focal=2.0, range_m=500.0)
    points = np.array([[30.0, 60.0], [-20.0, 10.0]])
    heights = np.array([12.0, -3.0])
    lean = find_lean(matrix, STEADY)
    assert lean is not None
    flat = flatten_points(points, heights, lean, np.array([5.0, 8.0]))
    for place, height, moved in zip(points, heights, flat, strict=True):
        np.testing.assert_allclose(moved, seen(matrix, camera, np.array([*place, height])))
    away = flat[0] - points[0]
    assert np.hypot(*away) == pytest.approx(12.0 * 1.5, rel=0.2)


def test_without_the_cameras_height_flattening_follows_the_lean() -> None:
    lean = Lean(at_middle=np.array([0.0, 1.5]), sd=0.1, growth_per_m=0.0, camera_m=None)
    flat = flatten_points(np.array([[3.0, 4.0]]), np.array([2.0]), lean, np.zeros(2))
    np.testing.assert_allclose(flat, [[3.0, 7.0]])
