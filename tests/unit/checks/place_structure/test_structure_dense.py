import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography
from purport.checks.place.structure import DenseMatches, dense_matches

from .scenery import drawn_ground, filmed, patch_of, view_of

FloatArray = NDArray[np.float64]

TRUTH = np.array([[1.1, 0.2, 60.0], [-0.15, 1.05, 90.0], [1e-4, 2e-4, 1.0]])
"""Picture to patch."""


def _errors(found: DenseMatches) -> FloatArray:
    return apply_homography(np.linalg.inv(TRUTH), found.patch) - found.picture


def _off(right_px: float, down_px: float) -> FloatArray:
    shift = np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px], [0.0, 0.0, 1.0]])
    return np.asarray(TRUTH @ shift)


@pytest.mark.parametrize("look", ["same", "negative", "curved"])
def test_blocks_are_found_to_a_fraction_of_a_pixel_whatever_the_contrast(look: str) -> None:
    ground = drawn_ground()
    seen = filmed(ground, TRUTH).astype(float)
    luma = {"same": seen, "negative": 255.0 - seen, "curved": 255.0 * (seen / 255.0) ** 0.4}[look]
    found = dense_matches(
        view_of(luma.astype(np.uint8)), patch_of(ground), _off(2.3, -3.1), search_px=5
    )
    errors = _errors(found)
    assert len(errors) >= 25
    assert np.sqrt((errors**2).mean()) < 0.15


def test_the_stated_uncertainty_is_that_of_the_errors() -> None:
    ground = drawn_ground()
    found = dense_matches(
        view_of(filmed(ground, TRUTH, noise_sd=12.0)), patch_of(ground), _off(1.2, 0.6), search_px=4
    )
    ratio = _errors(found) / found.sd_px[:, None]
    assert 0.3 < np.sqrt((ratio**2).mean()) < 1.5


def test_more_noise_means_more_uncertainty() -> None:
    ground = drawn_ground()
    quiet, noisy = (
        dense_matches(
            view_of(filmed(ground, TRUTH, noise_sd=sd)), patch_of(ground), TRUTH, search_px=4
        )
        for sd in (1.0, 15.0)
    )
    assert np.median(noisy.sd_px) > 1.3 * np.median(quiet.sd_px)
    assert np.median(noisy.peak) < np.median(quiet.peak)


def test_another_place_gives_almost_no_matches() -> None:
    here = dense_matches(
        view_of(filmed(drawn_ground(), TRUTH)), patch_of(drawn_ground()), TRUTH, search_px=4
    )
    elsewhere = dense_matches(
        view_of(filmed(drawn_ground(), TRUTH)), patch_of(drawn_ground(seed=9)), TRUTH, search_px=4
    )
    assert len(elsewhere.peak) <= 0.05 * len(here.peak)


def test_nothing_is_matched_where_graphics_are_or_nothing_is_seen() -> None:
    ground = drawn_ground()
    usable = np.ones((300, 400), dtype=bool)
    usable[:, :200] = False
    luma = filmed(ground, TRUTH)
    luma[:, :200] = 255
    found = dense_matches(view_of(luma, usable), patch_of(ground), TRUTH, search_px=4)
    assert len(found.peak) > 0
    assert found.picture[:, 0].min() > 200
    flat = np.full((300, 400), 90, dtype=np.uint8)
    assert len(dense_matches(view_of(flat), patch_of(ground), TRUTH, search_px=4).peak) == 0


def test_a_shift_beyond_the_search_is_not_reported_as_its_end() -> None:
    ground = drawn_ground()
    found = dense_matches(
        view_of(filmed(ground, TRUTH)), patch_of(ground), _off(14.0, 0.0), search_px=4
    )
    assert len(found.peak) <= 2


def test_a_picture_smaller_than_a_block_has_no_matches() -> None:
    luma = np.zeros((40, 60), dtype=np.uint8)
    found = dense_matches(view_of(luma), patch_of(drawn_ground()), TRUTH, search_px=4)
    assert found.picture.shape == (0, 2)
    assert found.patch.shape == (0, 2)
    assert found.sd_px.shape == (0,)
