"""The parts of the residuals: noise, own scatter, swell, heights."""

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._relief_scatter import ReliefSample, ReliefScatter, estimate_scatter

FloatArray = NDArray[np.float64]

EXTENT_M = 100.0
LEAN = np.array([0.9, -1.2])


def sample(
    seed: int,
    *,
    count: int,
    noise_m: float = 0.1,
    own_m: float = 0.0,
    swell_m: float = 0.0,
    height_m: float = 0.0,
    gentle_m: float = 0.0,
) -> ReliefSample:
    """Residuals of a plane of an affine view, drawn from the model with a swell of 30 m range."""
    rng = np.random.default_rng(seed)
    ground = rng.uniform(-EXTENT_M / 2, EXTENT_M / 2, (count, 2))
    sizes = rng.uniform(0.5, 1.5, count)
    apart = np.linalg.norm(ground[:, None] - ground[None], axis=2)
    root = np.linalg.cholesky(np.exp(-apart / 30.0) + 1e-9 * np.eye(count))
    residual = rng.normal(size=(count, 2)) * noise_m * sizes[:, None]
    residual += rng.normal(size=(count, 2)) * own_m
    residual += root @ rng.normal(size=(count, 2)) * swell_m
    residual += rng.normal(size=(count, 1)) * height_m * LEAN
    residual += (root @ rng.normal(size=(count, 1))) * gentle_m * LEAN
    row = np.column_stack([ground / (EXTENT_M / 2), np.ones(count)])
    zero = np.zeros_like(row)
    jacobian = np.stack(
        [
            np.column_stack([row, zero, -ground[:, :1] * row[:, :2]]),
            np.column_stack([zero, row, -ground[:, 1:] * row[:, :2]]),
        ],
        axis=1,
    )
    return ReliefSample(
        ground=ground,
        residual_m=residual,
        # Stated half as large as it is: the factor must find out.
        covariance=np.eye(2) * (0.5 * noise_m * sizes[:, None, None]) ** 2,
        jacobian=jacobian,
        lean=np.tile(LEAN, (count, 1)) if height_m or gentle_m else None,
    )


def several(count: int, **parts: float) -> list[ReliefScatter]:
    samples = [sample(seed, count=150, **parts) for seed in range(count)]
    found = [estimate_scatter(each, extent_m=EXTENT_M) for each in samples]
    return [each for each in found if each is not None]


def test_noise_alone_is_not_called_relief() -> None:
    found = several(4)
    assert len(found) == 4
    assert np.median([each.ground_sd_m for each in found]) < 0.05
    assert np.median([each.noise_factor for each in found]) == pytest.approx(2.0, rel=0.25)


def test_a_swell_is_found_with_its_size_and_shared_by_neighbours() -> None:
    found = several(4, swell_m=0.4)
    shared = [np.sqrt(1.0 - each.own_share) * each.ground_sd_m for each in found]
    # One realisation over three ranges tells the size to about a third.
    assert np.median(shared) == pytest.approx(0.4, rel=0.35)
    assert np.median([each.own_share for each in found]) < 0.1
    assert all(each.range_m > 0.0 for each in found)


def test_what_no_neighbour_shares_is_told_apart_from_noise_of_known_shape() -> None:
    found = several(4, noise_m=0.05, own_m=0.3)
    assert np.median([each.ground_sd_m for each in found]) == pytest.approx(0.3, rel=0.25)
    assert np.median([each.own_share for each in found]) > 0.8


def test_heights_are_found_along_the_lean() -> None:
    found = several(4, height_m=2.0)
    assert np.median([each.height_sd_m for each in found]) == pytest.approx(2.0, rel=0.15)
    assert np.median([each.ground_sd_m for each in found]) < 0.2


def test_gentle_ground_is_found_along_the_lean_and_shared() -> None:
    found = several(4, gentle_m=1.0)
    # One realisation of a range of a third of the extent tells its size to about a half.
    assert np.median([each.swell_sd_m for each in found]) == pytest.approx(1.0, rel=0.5)
    assert np.median([each.height_sd_m for each in found]) < 0.3


def test_the_parameters_are_as_uncertain_as_stated() -> None:
    squares = []
    for seed in range(12):
        drawn = sample(seed, count=90, swell_m=0.3)
        found = estimate_scatter(drawn, extent_m=EXTENT_M)
        assert found is not None
        inverse = np.linalg.inv(drawn.covariance)
        weighted = (inverse @ drawn.jacobian).reshape(-1, 8)
        design = drawn.jacobian.reshape(-1, 8)
        # The residuals were drawn about zero: what is fitted to them is the parameters' error.
        shift = np.linalg.solve(weighted.T @ design, weighted.T @ drawn.residual_m.ravel())
        at = np.array([0.3, -0.2, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        squares.append((at @ shift) ** 2 / (at @ found.parameter_covariance @ at))
    # Mean of twelve squares of normal errors is 1 within about 0.8 (two standard deviations).
    assert 0.2 < float(np.mean(squares)) < 2.2


def test_what_swells_widely_is_mostly_followed() -> None:
    """The share that is left is what the residuals drawn have left once they were adjusted."""
    left, expected = [], []
    for seed in range(12):
        drawn = sample(seed, count=110, noise_m=0.02, swell_m=0.5)
        found = estimate_scatter(drawn, extent_m=EXTENT_M)
        assert found is not None
        inverse = np.linalg.inv(drawn.covariance)
        weighted = (inverse @ drawn.jacobian).reshape(-1, 8)
        design = drawn.jacobian.reshape(-1, 8)
        drawn_on = np.linalg.solve(weighted.T @ design, weighted.T @ drawn.residual_m.ravel())
        after = drawn.residual_m.ravel() - design @ drawn_on
        left.append(found.left_share * (1.0 - found.own_share) * found.ground_sd_m**2)
        expected.append(float((after**2).mean()))
    # Of 0.25 m² about a third is left; the mean of twelve tells it to some 15 %.
    assert np.mean(left) == pytest.approx(float(np.mean(expected)), rel=0.2)
    assert 0.05 < float(np.mean(expected)) < 0.17


def test_few_points_tell_nothing() -> None:
    assert estimate_scatter(sample(1, count=20), extent_m=EXTENT_M) is None


def test_one_spot_found_many_times_counts_once() -> None:
    one = sample(3, count=150)
    several_times = ReliefSample(
        ground=np.repeat(one.ground[:20], 10, axis=0),
        residual_m=np.repeat(one.residual_m[:20], 10, axis=0),
        covariance=np.repeat(one.covariance[:20], 10, axis=0),
        jacobian=np.repeat(one.jacobian[:20], 10, axis=0),
        lean=None,
    )
    assert estimate_scatter(several_times, extent_m=EXTENT_M) is None


def test_the_same_sample_gives_the_same_parts() -> None:
    here = estimate_scatter(sample(4, count=150, swell_m=0.2), extent_m=EXTENT_M)
    again = estimate_scatter(sample(4, count=150, swell_m=0.2), extent_m=EXTENT_M)
    assert here is not None
    assert again is not None
    assert here.ground_sd_m == again.ground_sd_m
    np.testing.assert_array_equal(here.parameter_covariance, again.parameter_covariance)
