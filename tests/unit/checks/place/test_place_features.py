import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from purport.checks.place._features import (
    Features,
    detect_features,
    in_mirror,
    in_negative,
    joined,
    moved,
    take,
)


def texture(height: int = 240, width: int = 320, *, seed: int = 3) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (height, width)).astype(np.float32)
    rough = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (1.5, 4.0, 10.0))
    scaled = 128.0 + 45.0 * rough / float(np.std(rough))
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)


def detect(luma: NDArray[np.uint8], most: int = 4000) -> Features:
    return detect_features(luma, np.ones(luma.shape, dtype=bool), most=most)


def agreement(expected: Features, found: Features) -> tuple[float, float]:
    """Share of expected points found, and median cosine of their descriptors."""
    distance, nearest = cKDTree(found.points).query(expected.points)
    turn = np.abs((found.angles[nearest] - expected.angles + 180.0) % 360.0 - 180.0)
    same = (distance < 0.05) & (turn < 2.0)
    cosine = (expected.descriptors[same] * found.descriptors[nearest[same]]).sum(axis=1)
    return float(same.mean()), float(np.median(cosine))


def test_negative_is_what_detection_in_the_negative_finds() -> None:
    luma = texture()
    share, cosine = agreement(in_negative(detect(luma)), detect(np.asarray(255 - luma, np.uint8)))
    # Local equalisation rounds a little otherwise in the negative.
    assert share > 0.4
    assert cosine > 0.95


def test_mirror_is_what_detection_in_the_mirror_finds() -> None:
    luma = texture()
    mirrored = np.ascontiguousarray(luma[:, ::-1])
    share, cosine = agreement(in_mirror(detect(luma), luma.shape[1]), detect(mirrored))
    assert share > 0.4
    assert cosine > 0.95


def test_negative_and_mirror_undo_themselves() -> None:
    features = detect(texture())
    for again in (in_negative(in_negative(features)), in_mirror(in_mirror(features, 320), 320)):
        assert np.array_equal(again.descriptors, features.descriptors)
        assert again.points == pytest.approx(features.points)
        assert again.angles == pytest.approx(features.angles)


def test_no_point_lies_where_none_may() -> None:
    luma = texture()
    usable = np.ones(luma.shape, dtype=bool)
    usable[:, :160] = False
    features = detect_features(luma, usable, most=500)
    assert len(features) > 50
    assert features.points[:, 0].min() >= 159.0


def test_points_are_spread_when_only_few_are_kept() -> None:
    luma = texture()
    faint = luma.copy()
    faint[:, 160:] = 128 + (luma[:, 160:].astype(int) - 128) // 6
    few = detect(faint, most=200)
    assert len(few) == 200
    assert (few.points[:, 0] > 160).mean() > 0.2


def test_a_flat_picture_has_no_points() -> None:
    features = detect(np.full((100, 120), 90, dtype=np.uint8))
    assert len(features) == 0
    assert features.descriptors.shape == (0, 128)


def test_moved_turns_sizes_and_places_points() -> None:
    features = detect(texture(), most=50)
    turn = np.deg2rad(30.0)
    matrix = np.array(
        [
            [2.0 * np.cos(turn), -2.0 * np.sin(turn), 5.0],
            [2.0 * np.sin(turn), 2.0 * np.cos(turn), -3.0],
            [0.0, 0.0, 1.0],
        ]
    )
    there = moved(features, matrix)
    expected = features.points @ matrix[:2, :2].T + [5.0, -3.0]
    assert there.points == pytest.approx(expected)
    assert there.sizes == pytest.approx(2.0 * features.sizes)
    assert (there.angles - features.angles) % 360.0 == pytest.approx(np.full(50, 30.0))


def test_joined_and_take_keep_order() -> None:
    features = detect(texture(), most=20)
    both = joined([take(features, np.arange(5)), take(features, np.arange(5, 20))])
    assert np.array_equal(both.points, features.points)
    assert np.array_equal(both.descriptors, features.descriptors)
