"""Blocks laid on the reference: where they lie, whatever the contrast, and in which share."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._blocks import count_fitting_blocks
from purport.checks.place._dense import match_blocks
from purport.checks.place._features import detect_features
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
    return View(
        index=0,
        luma=look(luma),
        usable=usable,
        features=detect_features(luma, usable, most=50),
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )


def seen(patch: LumaPatch, matrix: np.ndarray) -> Luma:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(patch.luma, matrix, SIZE, flags=flags), dtype=np.uint8)


@pytest.mark.parametrize("inverted", [False, True])
def test_blocks_lie_where_they_lie_to_a_fraction_of_a_pixel(
    patch: LumaPatch, *, inverted: bool
) -> None:
    luma = seen(patch, TO_PATCH)
    view = view_of(255 - luma if inverted else luma)
    beside = TO_PATCH @ np.array([[1.0, 0.0, 2.3], [0.0, 1.0, -1.6], [0.0, 0.0, 1.0]])
    found = match_blocks(view, patch, beside, search_px=5)
    assert len(found.picture) > 0.9 * found.compared > 30
    # The block is drawn 2.3 px to the left of where the wrong homography looks for it.
    assert np.median(found.moved, axis=0) == pytest.approx([-2.3, 1.6], abs=0.1)


def test_a_reduced_picture_is_searched_twice_as_far(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    beside = TO_PATCH @ np.array([[1.0, 0.0, 15.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = match_blocks(view, patch, beside, search_px=12, reduce_by=2)
    assert np.median(found.moved, axis=0) == pytest.approx([-15.0, 0.0], abs=0.4)


def test_a_flat_picture_has_no_blocks(patch: LumaPatch) -> None:
    view = view_of(np.full((SIZE[1], SIZE[0]), 90, dtype=np.uint8))
    assert len(match_blocks(view, patch, TO_PATCH, search_px=5).picture) == 0


def test_blocks_fit_at_the_right_place_and_hardly_at_a_wrong_one(patch: LumaPatch) -> None:
    view = view_of(seen(patch, TO_PATCH))
    compared, fitting = count_fitting_blocks(view, patch, TO_PATCH)
    assert fitting > 0.9 * compared > 30
    wrong = TO_PATCH + np.array([[0.0, 0.0, 90.0], [0.0, 0.0, -70.0], [0.0, 0.0, 0.0]])
    compared, fitting = count_fitting_blocks(view, patch, wrong)
    assert fitting < 0.3 * compared
