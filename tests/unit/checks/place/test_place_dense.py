"""Blocks laid on the reference: where they lie, whatever the contrast, how surely, how many."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._blocks import count_fitting_blocks
from purport.checks.place._dense import DenseMatches, match_blocks
from purport.checks.place._directions import direction_field
from purport.checks.place._features import detect_features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._views import View
from purport.imagery import LumaPatch
from purport.simulate import Ground

Luma = NDArray[np.uint8]
SIZE = (400, 240)
TO_PATCH = np.array([[0.9, 0.2, 300.0], [-0.2, 0.8, 400.0], [0.0, 0.0002, 1.0]])


@pytest.fixture(scope="module")
def patch(ground: Ground) -> LumaPatch:
    luma = np.asarray(cv2.cvtColor(ground.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return LumaPatch(
        luma=luma, valid=np.ones(luma.shape, dtype=bool), to_map=np.eye(3), crs="x", gsd_m=0.2
    )


def view_of(luma: Luma, look: Callable[[Luma], Luma] = np.asarray) -> View:
    usable = np.ones(luma.shape, dtype=bool)
    features = detect_features(luma, usable, most=50)
    return View(
        index=0,
        luma=look(luma),
        usable=usable,
        find=lambda: features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )


def seen(patch: LumaPatch, matrix: np.ndarray) -> Luma:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(patch.luma, matrix, SIZE, flags=flags), dtype=np.uint8)


def shifted(right_px: float, down_px: float) -> NDArray[np.float64]:
    shift = np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px], [0.0, 0.0, 1.0]])
    return np.asarray(TO_PATCH @ shift, dtype=np.float64)


def noisy(luma: Luma, sd: float) -> Luma:
    noise = np.random.default_rng(5).normal(0.0, sd, luma.shape)
    return np.asarray(np.clip(luma + noise, 0, 255), dtype=np.uint8)


def errors_px(found: DenseMatches) -> NDArray[np.float64]:
    return apply_homography(np.linalg.inv(TO_PATCH), found.patch) - found.picture


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda luma: luma, id="same"),
        pytest.param(lambda luma: 255 - luma, id="negative"),
        pytest.param(lambda luma: (255.0 * (luma / 255.0) ** 0.4).astype(np.uint8), id="curved"),
    ],
)
def test_blocks_lie_where_they_lie_to_a_fraction_of_a_pixel(
    patch: LumaPatch, look: Callable[[Luma], Luma]
) -> None:
    view = view_of(seen(patch, TO_PATCH), look)
    found = match_blocks(view, patch, shifted(2.3, -1.6), search_px=5)
    assert len(found.picture) > 0.9 * found.compared > 20
    # The block is drawn 2.3 px to the left of where the wrong homography looks for it.
    assert np.median(found.moved, axis=0) == pytest.approx([-2.3, 1.6], abs=0.1)
    assert np.sqrt((errors_px(found) ** 2).mean()) < 0.15


def test_the_stated_uncertainty_is_that_of_the_errors(patch: LumaPatch) -> None:
    view = view_of(noisy(seen(patch, TO_PATCH), 12.0))
    found = match_blocks(view, patch, shifted(1.2, 0.6), search_px=4)
    ratio = errors_px(found) / found.sd_px[:, None]
    assert 0.3 < np.sqrt((ratio**2).mean()) < 1.5


def test_more_noise_means_more_uncertainty(patch: LumaPatch) -> None:
    quiet, loud = (
        match_blocks(view_of(noisy(seen(patch, TO_PATCH), sd)), patch, TO_PATCH, search_px=4)
        for sd in (1.0, 15.0)
    )
    assert np.median(loud.sd_px) > 1.3 * np.median(quiet.sd_px)
    assert np.median(loud.peak) < np.median(quiet.peak)


def test_a_reduced_picture_is_searched_twice_as_far(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    found = match_blocks(view, patch, shifted(15.0, 0.0), search_px=12, reduce_by=2)
    assert np.median(found.moved, axis=0) == pytest.approx([-15.0, 0.0], abs=0.4)


def test_a_shift_beyond_the_search_is_not_reported_as_its_end(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    found = match_blocks(view, patch, shifted(14.0, 0.0), search_px=4)
    assert len(found.picture) <= 0.1 * found.compared


def test_a_coarse_reference_is_compared_at_its_own_fineness(patch: LumaPatch) -> None:
    """Of a map with pixels three times those of the picture, edges agree once both are smoothed."""
    size = (patch.luma.shape[1] // 3, patch.luma.shape[0] // 3)
    coarse = LumaPatch(
        luma=np.asarray(cv2.resize(patch.luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8),
        valid=np.ones(size[::-1], dtype=bool),
        to_map=np.eye(3),
        crs="x",
        gsd_m=0.6,
    )
    ratio = [size[0] / patch.luma.shape[1], size[1] / patch.luma.shape[0]]
    # The centre of the first pixel is (0, 0) at both sizes.
    smaller = np.array(
        [
            [ratio[0], 0.0, (ratio[0] - 1.0) / 2.0],
            [0.0, ratio[1], (ratio[1] - 1.0) / 2.0],
            [0.0, 0.0, 1.0],
        ]
    )
    found = match_blocks(view_of(seen(patch, TO_PATCH)), coarse, smaller @ TO_PATCH, search_px=4)
    assert len(found.picture) > 0.8 * found.compared > 20
    assert np.median(np.hypot(*found.moved.T)) < 0.3


def test_nothing_is_matched_where_graphics_are(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    luma, usable = view.luma.copy(), view.usable.copy()
    luma[:, :200], usable[:, :200] = 255, False
    found = match_blocks(replace(view, luma=luma, usable=usable), patch, TO_PATCH, search_px=4)
    assert len(found.picture) > 0
    assert found.picture[:, 0].min() > 200


def test_a_picture_smaller_than_a_block_has_no_matches(patch: LumaPatch) -> None:
    found = match_blocks(view_of(np.zeros((30, 60), np.uint8)), patch, TO_PATCH, search_px=4)
    assert found.picture.shape == found.patch.shape == found.moved.shape == (0, 2)
    assert found.sd_px.shape == (0,)


def test_directions_do_not_depend_on_where_in_memory_a_picture_lies(patch: LumaPatch) -> None:
    """The same picture gives the same numbers: OpenCV's magnitude, for one, does not."""
    luma = seen(patch, TO_PATCH)
    usable = np.ones(luma.shape, dtype=bool)
    first = direction_field(luma, usable)
    kept: list[object] = []
    for size in range(1, 60):
        again = direction_field(luma, usable)
        kept += [np.zeros(16 * size, dtype=np.uint8), again]
        assert np.array_equal(again, first)


def test_a_flat_picture_has_no_blocks(patch: LumaPatch) -> None:
    view = view_of(np.full((SIZE[1], SIZE[0]), 90, dtype=np.uint8))
    assert len(match_blocks(view, patch, TO_PATCH, search_px=5).picture) == 0


def test_blocks_fit_at_the_right_place_and_hardly_at_a_wrong_one(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    compared, fitting = count_fitting_blocks(view, patch, TO_PATCH)
    assert fitting > 0.9 * compared > 20
    wrong = TO_PATCH + np.array([[0.0, 0.0, 90.0], [0.0, 0.0, -70.0], [0.0, 0.0, 0.0]])
    compared, fitting = count_fitting_blocks(view, patch, wrong)
    assert fitting < 0.3 * compared
