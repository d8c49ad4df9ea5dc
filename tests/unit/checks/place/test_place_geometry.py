import numpy as np
import pytest

from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    find_homography,
    hull_area,
    implausibility,
    local_affine,
    view_obliquity_deg,
)

SIZE = (640, 360)


def view(*, obliquity_deg: float = 0.0, scale: float = 1.0, tilt: float = 0.0) -> np.ndarray:
    """A view of a map seen from above, or flattened along the picture's y axis."""
    flat = 1.0 / np.cos(np.deg2rad(obliquity_deg))
    centre = np.array([[1, 0, -319.5], [0, 1, -179.5], [0, 0, 1.0]])
    bend = np.array([[1, 0, 0], [0, 1, 0], [0, tilt, 1.0]])
    out = np.array([[scale, 0, 1000.0], [0, scale * flat, 800.0], [0, 0, 1.0]])
    whole = out @ bend @ centre
    return np.asarray(whole / whole[2, 2])


def test_points_beyond_the_horizon_are_infinite() -> None:
    matrix = np.array([[1, 0, 0], [0, 1, 0], [0, -0.01, 1.0]])
    moved = apply_homography(matrix, np.array([[10.0, 50.0], [10.0, 150.0]]))
    assert moved[0] == pytest.approx([20.0, 100.0])
    assert np.isinf(moved[1]).all()


def test_local_affine_is_the_derivative() -> None:
    matrix = view(obliquity_deg=40.0, tilt=0.001)
    point = np.array([[200.0, 100.0]])
    step = 1e-4
    numeric = np.column_stack(
        [
            (apply_homography(matrix, point + delta) - apply_homography(matrix, point - delta))[0]
            / (2 * step)
            for delta in ([step, 0.0], [0.0, step])
        ]
    )
    assert local_affine(matrix, point)[0] == pytest.approx(numeric, rel=1e-6)


def test_find_homography_survives_wrong_matches_and_repeats_itself() -> None:
    random = np.random.default_rng(5)
    matrix = view(obliquity_deg=30.0, tilt=0.0004)
    source = random.uniform([0, 0], SIZE, (120, 2))
    target = apply_homography(matrix, source) + random.normal(0.0, 0.3, (120, 2))
    target[60:] = random.uniform(600, 1400, (60, 2))
    first = find_homography(source, target, threshold_px=3.0, seed=1)
    again = find_homography(source, target, threshold_px=3.0, seed=1)
    assert first is not None
    assert again is not None
    assert np.array_equal(first[0], again[0])
    assert first[1][:60].mean() > 0.95
    assert first[1][60:].mean() < 0.1
    corners = np.array([[0.0, 0.0], [639.0, 359.0]])
    # 0.3 px of noise over 60 matches.
    assert apply_homography(first[0], corners) == pytest.approx(
        apply_homography(matrix, corners), abs=1.0
    )


def test_too_few_points_give_no_homography() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert find_homography(points, points, threshold_px=1.0, seed=0) is None


def test_all_points_in_one_spot_give_no_homography() -> None:
    points = np.zeros((30, 2))
    assert find_homography(points, points, threshold_px=1.0, seed=0) is None


@pytest.mark.parametrize("obliquity_deg", [0.0, 30.0, 60.0])
def test_obliquity_follows_the_foreshortening(obliquity_deg: float) -> None:
    found = view_obliquity_deg(view(obliquity_deg=obliquity_deg), SIZE)
    assert found == pytest.approx(obliquity_deg, abs=1e-4)


@pytest.mark.parametrize("matrix", [view(), view(obliquity_deg=60.0, tilt=0.001), view(scale=4.0)])
def test_views_from_the_air_are_plausible(matrix: np.ndarray) -> None:
    assert implausibility(matrix, SIZE, ViewLimits()) is None


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (view() @ np.diag([-1.0, 1.0, 1.0]), "mirror"),
        (view(tilt=0.0056), "horizon"),
        (view(scale=40.0), "scale is out"),
        (view(scale=0.02), "scale is out"),
        (view(obliquity_deg=80.0), "too flat"),
        (view(tilt=0.0052), "change too much"),
        (np.full((3, 3), np.nan), "horizon"),
    ],
)
def test_what_no_camera_sees_is_refused(matrix: np.ndarray, fault: str) -> None:
    reason = implausibility(matrix, SIZE, ViewLimits())
    assert reason is not None
    assert fault in reason


def test_hull_area_of_a_square_and_of_a_line() -> None:
    square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [1.0, 1.0]])
    assert hull_area(square) == pytest.approx(4.0)
    assert hull_area(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])) == 0.0
    assert hull_area(np.zeros((0, 2))) == 0.0
