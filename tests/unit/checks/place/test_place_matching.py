import numpy as np
import pytest

from purport.checks.place._features import Features, take
from purport.checks.place._geometry import apply_homography
from purport.checks.place._matching import tentative_matches, verify_matches

TURN = np.deg2rad(25.0)
MATRIX = np.array(
    [
        [1.5 * np.cos(TURN), -1.5 * np.sin(TURN), 300.0],
        [1.5 * np.sin(TURN), 1.5 * np.cos(TURN), 200.0],
        [0.0, 0.0, 1.0],
    ]
)


def random_features(count: int, *, seed: int, extent: tuple[float, float]) -> Features:
    random = np.random.default_rng(seed)
    descriptors = random.random((count, 128)) ** 4
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
    return Features(
        points=random.uniform([0, 0], extent, (count, 2)),
        sizes=random.uniform(3.0, 12.0, count),
        angles=random.uniform(0.0, 360.0, count),
        descriptors=descriptors.astype(np.float32),
    )


def seen_on_map(picture: Features, *, noise_px: float, seed: int) -> Features:
    """The points as a map holds them, among as many others."""
    random = np.random.default_rng(seed)
    others = random_features(len(picture), seed=seed + 1, extent=(1500.0, 1000.0))
    rough = picture.descriptors + random.normal(0, 0.02, picture.descriptors.shape)
    rough /= np.linalg.norm(rough, axis=1, keepdims=True)
    there = apply_homography(MATRIX, picture.points)
    return Features(
        points=np.concatenate([there + random.normal(0, noise_px, there.shape), others.points]),
        sizes=np.concatenate([1.5 * picture.sizes, others.sizes]),
        angles=np.concatenate([(picture.angles + 25.0) % 360.0, others.angles]),
        descriptors=np.concatenate([rough, others.descriptors]).astype(np.float32),
    )


def test_similar_points_are_paired() -> None:
    picture = random_features(200, seed=1, extent=(640.0, 360.0))
    patch = seen_on_map(picture, noise_px=0.3, seed=5)
    pairs = tentative_matches(picture, patch, ratio=0.8)
    assert len(pairs.picture) > 190
    assert np.array_equal(pairs.picture, pairs.patch)


def test_a_point_that_looks_like_two_places_is_not_paired() -> None:
    picture = random_features(50, seed=1, extent=(640.0, 360.0))
    twice = Features(
        points=np.concatenate([picture.points, picture.points + 200.0]),
        sizes=np.tile(picture.sizes, 2),
        angles=np.tile(picture.angles, 2),
        descriptors=np.tile(picture.descriptors, (2, 1)),
    )
    assert len(tentative_matches(picture, twice, ratio=0.8).picture) == 0


def test_nothing_matches_nothing() -> None:
    nothing = take(random_features(5, seed=1, extent=(10.0, 10.0)), np.zeros(0, dtype=np.intp))
    some = random_features(40, seed=2, extent=(100.0, 100.0))
    assert len(tentative_matches(nothing, some, ratio=0.8).picture) == 0
    assert len(tentative_matches(some, nothing, ratio=0.8).picture) == 0
    assert verify_matches(nothing, nothing, threshold_px=3.0, seed=0) is None


def test_one_right_match_in_ten_is_enough() -> None:
    right = random_features(30, seed=3, extent=(640.0, 360.0))
    patch = take(seen_on_map(right, noise_px=0.4, seed=9), np.arange(30))
    lost = random_features(270, seed=4, extent=(640.0, 360.0))
    lost_there = random_features(270, seed=6, extent=(1500.0, 1000.0))
    found = verify_matches(
        Features(
            points=np.concatenate([right.points, lost.points]),
            sizes=np.concatenate([right.sizes, lost.sizes]),
            angles=np.concatenate([right.angles, lost.angles]),
            descriptors=np.concatenate([right.descriptors, lost.descriptors]),
        ),
        Features(
            points=np.concatenate([patch.points, lost_there.points]),
            sizes=np.concatenate([patch.sizes, lost_there.sizes]),
            angles=np.concatenate([patch.angles, lost_there.angles]),
            descriptors=np.concatenate([patch.descriptors, lost_there.descriptors]),
        ),
        threshold_px=4.0,
        seed=1,
    )
    assert found is not None
    assert found.inlier[:30].mean() > 0.9
    centre = np.array([[320.0, 180.0]])
    # 0.4 px of noise on 30 matches.
    assert apply_homography(found.matrix, centre) == pytest.approx(
        apply_homography(MATRIX, centre), abs=1.0
    )
