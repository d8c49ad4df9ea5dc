import numpy as np
import pytest
from scipy.stats import chi2
from scipy.stats import f as fisher

from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
    widening,
)

SIZE = (640, 360)
TRUE = np.array([[60.0, -20.0, 5.0], [15.0, 55.0, -8.0], [0.04, -0.08, 1.0]])
NORMAL = normalisation_of(SIZE)


def project(matrix: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    unit = pixels @ NORMAL[:2, :2].T + NORMAL[:2, 2]
    moved = np.column_stack([unit, np.ones(len(unit))]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:])


def observe(
    random: np.random.Generator,
    count: int,
    *,
    shared_m: float = 0.0,
    wrong: float = 0.0,
    region: tuple[float, float] = (1.0, 1.0),
) -> Observations:
    """Matches with 0.3 px of noise, and an error shared by all in one part of the picture."""
    pixels = random.uniform([0, 0], np.array(SIZE) * np.array(region), (count, 2))
    ground = project(TRUE, pixels + random.normal(0.0, 0.3, (count, 2)))
    cell = np.floor(pixels / np.array(SIZE) * [8, 6]).astype(int)
    ground += random.normal(0.0, shared_m, (8, 6, 2))[cell[:, 0], cell[:, 1]]
    lost = random.random(count) < wrong
    ground[lost] += random.uniform(-8.0, 8.0, (int(lost.sum()), 2))
    return Observations(
        pixels=pixels,
        pixel_sd=np.full(count, 0.3),
        ground=ground,
        ground_sd=np.full(count, 0.02),
        feature=np.arange(count),
        frame=np.zeros(count, dtype=np.int64),
        steady=np.ones(count, dtype=bool),
    )


def adjust(seen: Observations) -> Adjusted:
    start = TRUE + np.array([[0.5, -0.3, 0.4], [0.2, 0.6, -0.5], [0.002, 0.001, 0.0]])
    found = adjust_homography(seen, start, size=SIZE, settings=Adjustment())
    assert found is not None
    return found


def point_covariance(found: Adjusted, pixel: np.ndarray) -> np.ndarray:
    """Covariance of a projected point, by numeric derivatives."""
    rows = []
    for index in range(8):
        step = np.zeros(9)
        step[index] = 1e-6
        ahead = project(found.matrix + step.reshape(3, 3), pixel)
        behind = project(found.matrix - step.reshape(3, 3), pixel)
        rows.append((ahead - behind)[0] / 2e-6)
    jacobian = np.array(rows).T
    return np.asarray(jacobian @ found.covariance @ jacobian.T)


def test_exact_matches_are_met_exactly() -> None:
    random = np.random.default_rng(1)
    seen = observe(random, 200)
    exact = Observations(
        pixels=seen.pixels,
        pixel_sd=seen.pixel_sd,
        ground=project(TRUE, seen.pixels) + random.normal(0.0, 1e-7, (200, 2)),
        ground_sd=seen.ground_sd,
        feature=seen.feature,
        frame=seen.frame,
        steady=seen.steady,
    )
    assert adjust(exact).matrix == pytest.approx(TRUE, abs=1e-5)


def test_a_third_of_wrong_matches_does_no_harm() -> None:
    seen = observe(np.random.default_rng(2), 300, wrong=0.33)
    away = project(adjust(seen).matrix, np.array([[320.0, 180.0]])) - project(
        TRUE, np.array([[320.0, 180.0]])
    )
    # A pixel is 0.18 m; 200 right matches of 0.3 px.
    assert np.hypot(*away[0]) < 0.03


@pytest.mark.parametrize("shared_m", [0.0, 0.2])
def test_95_percent_ellipses_hold_the_truth(shared_m: float) -> None:
    """Law: the 95 % ellipse of a projected point holds the true point 95 times in 100.

    With errors that a part of the picture shares, the textbook covariance holds it 40 times.
    """
    inside = []
    marks = np.array([[160.0, 100.0], [320.0, 180.0], [480.0, 260.0]])
    for seed in range(60):
        found = adjust(observe(np.random.default_rng([7, seed]), 250, shared_m=shared_m))
        for mark in marks:
            error = (project(found.matrix, mark[None]) - project(TRUE, mark[None]))[0]
            covariance = point_covariance(found, mark[None])
            inside.append(error @ np.linalg.solve(covariance, error) <= chi2.ppf(0.95, 2))
    # 180 ellipses of 60 independent trials: a standard error of 2.2 %.
    assert 0.90 <= np.mean(inside) <= 1.0


def test_shared_residuals_are_told_from_noise() -> None:
    none = [adjust(observe(np.random.default_rng([8, seed]), 400)) for seed in range(8)]
    some = [
        adjust(observe(np.random.default_rng([8, seed]), 400, shared_m=0.3)) for seed in range(8)
    ]
    assert np.median([found.ground_sd_m for found in none]) < 0.05
    assert np.median([found.ground_sd_m for found in some]) == pytest.approx(0.3, rel=0.25)


def test_residuals_are_given_on_the_ground_and_in_the_picture() -> None:
    found = adjust(observe(np.random.default_rng(4), 500))
    assert np.sqrt((found.residual_px**2).mean()) == pytest.approx(0.3, rel=0.1)
    # A pixel is 1 / 320 of the normalised unit, about 58 m.
    assert np.sqrt((found.residual_m**2).mean()) == pytest.approx(0.3 * 58 / 320, rel=0.15)


def test_matches_of_one_corner_determine_nothing() -> None:
    seen = observe(np.random.default_rng(5), 100, region=(0.2, 0.15))
    assert adjust_homography(seen, TRUE, size=SIZE, settings=Adjustment()) is None


def test_matches_on_a_line_determine_nothing() -> None:
    random = np.random.default_rng(6)
    seen = observe(random, 100)
    pixels = seen.pixels.copy()
    pixels[:, 1] = 100.0
    line = Observations(
        pixels=pixels,
        pixel_sd=seen.pixel_sd,
        ground=project(TRUE, pixels),
        ground_sd=seen.ground_sd,
        feature=seen.feature,
        frame=seen.frame,
        steady=seen.steady,
    )
    assert adjust_homography(line, TRUE, size=SIZE, settings=Adjustment()) is None


@pytest.mark.parametrize("freedom", [1, 2, 7, 44])
def test_the_covariance_is_widened_by_the_quantile_of_fishers_f(freedom: int) -> None:
    expected = 2.0 * fisher.ppf(0.95, 2, freedom) / chi2.ppf(0.95, 2)
    assert widening(freedom) == pytest.approx(expected)
