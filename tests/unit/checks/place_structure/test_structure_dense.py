import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._views import View
from purport.checks.place.structure import DenseMatches, dense_matches
from purport.imagery import LumaPatch

FloatArray = NDArray[np.float64]

NO_FEATURES = Features(
    points=np.zeros((0, 2)),
    sizes=np.zeros(0),
    angles=np.zeros(0),
    descriptors=np.zeros((0, 128), dtype=np.float32),
)
TRUTH = np.array([[1.1, 0.2, 60.0], [-0.15, 1.05, 90.0], [1e-4, 2e-4, 1.0]])
"""Picture to patch."""


def _ground(seed: int = 1, side: int = 700) -> NDArray[np.uint8]:
    """Draw fields and roofs: smooth noise cut into levels, and boxes."""
    generator = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(generator.normal(size=(side, side)).astype(np.float32), (0, 0), 6)
    picture = 110.0 + 25.0 * np.round(noise / noise.std())
    for _ in range(150):
        x, y = generator.integers(0, side - 30, size=2)
        width, height = generator.integers(6, 30, size=2)
        picture[y : y + height, x : x + width] = generator.uniform(30, 220)
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _patch(luma: NDArray[np.uint8]) -> LumaPatch:
    return LumaPatch(
        luma=luma,
        valid=np.ones(luma.shape, dtype=bool),
        to_map=np.diag([0.5, -0.5, 1.0]),
        crs="EPSG:32637",
        gsd_m=0.5,
    )


def _view(luma: NDArray[np.uint8], usable: NDArray[np.bool_] | None = None) -> View:
    return View(
        index=0,
        luma=luma,
        usable=np.ones(luma.shape, dtype=bool) if usable is None else usable,
        features=NO_FEATURES,
        to_anchor=np.eye(3),
        link_sd_px=0.1,
    )


def _seen(ground: NDArray[np.uint8], noise_sd: float = 3.0) -> NDArray[np.uint8]:
    seen = cv2.warpPerspective(ground, TRUTH, (400, 300), flags=cv2.INTER_LINEAR | 16).astype(float)
    seen += np.random.default_rng(2).normal(0.0, noise_sd, seen.shape)
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)


def _errors(found: DenseMatches) -> FloatArray:
    return apply_homography(np.linalg.inv(TRUTH), found.patch) - found.picture


def _off(right_px: float, down_px: float) -> FloatArray:
    shift = np.array([[1.0, 0.0, right_px], [0.0, 1.0, down_px], [0.0, 0.0, 1.0]])
    return np.asarray(TRUTH @ shift)


@pytest.mark.parametrize("look", ["same", "negative", "curved"])
def test_blocks_are_found_to_a_fraction_of_a_pixel_whatever_the_contrast(look: str) -> None:
    ground = _ground()
    seen = _seen(ground).astype(float)
    luma = {"same": seen, "negative": 255.0 - seen, "curved": 255.0 * (seen / 255.0) ** 0.4}[look]
    found = dense_matches(
        _view(luma.astype(np.uint8)), _patch(ground), _off(2.3, -3.1), search_px=5
    )
    errors = _errors(found)
    assert len(errors) >= 25
    assert np.sqrt((errors**2).mean()) < 0.15


def test_the_stated_uncertainty_is_that_of_the_errors() -> None:
    ground = _ground()
    found = dense_matches(_view(_seen(ground, 12.0)), _patch(ground), _off(1.2, 0.6), search_px=4)
    ratio = _errors(found) / found.sd_px[:, None]
    assert 0.3 < np.sqrt((ratio**2).mean()) < 1.5


def test_more_noise_means_more_uncertainty() -> None:
    ground = _ground()
    quiet, noisy = (
        dense_matches(_view(_seen(ground, sd)), _patch(ground), TRUTH, search_px=4)
        for sd in (1.0, 15.0)
    )
    assert np.median(noisy.sd_px) > 1.3 * np.median(quiet.sd_px)
    assert np.median(noisy.peak) < np.median(quiet.peak)


def test_another_place_gives_almost_no_matches() -> None:
    here = dense_matches(_view(_seen(_ground())), _patch(_ground()), TRUTH, search_px=4)
    elsewhere = dense_matches(_view(_seen(_ground())), _patch(_ground(seed=9)), TRUTH, search_px=4)
    assert len(elsewhere.peak) <= 0.05 * len(here.peak)


def test_nothing_is_matched_where_graphics_are_or_nothing_is_seen() -> None:
    ground = _ground()
    usable = np.ones((300, 400), dtype=bool)
    usable[:, :200] = False
    luma = _seen(ground)
    luma[:, :200] = 255
    found = dense_matches(_view(luma, usable), _patch(ground), TRUTH, search_px=4)
    assert len(found.peak) > 0
    assert found.picture[:, 0].min() > 200
    flat = np.full((300, 400), 90, dtype=np.uint8)
    assert len(dense_matches(_view(flat), _patch(ground), TRUTH, search_px=4).peak) == 0


def test_a_shift_beyond_the_search_is_not_reported_as_its_end() -> None:
    ground = _ground()
    found = dense_matches(_view(_seen(ground)), _patch(ground), _off(14.0, 0.0), search_px=4)
    assert len(found.peak) <= 2


def test_a_picture_smaller_than_a_block_has_no_matches() -> None:
    luma = np.zeros((40, 60), dtype=np.uint8)
    found = dense_matches(_view(luma), _patch(_ground()), TRUTH, search_px=4)
    assert found.picture.shape == (0, 2)
    assert found.patch.shape == (0, 2)
    assert found.sd_px.shape == (0,)
