"""Laws of placing footage; each quotes the law that it proves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purport.checks.place._acceptance import AcceptanceRule, stands_above_chance
from purport.checks.place._features import Features, in_mirror, in_negative
from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    implausibility,
    view_obliquity_deg,
)

SIZE = (640, 360)


@st.composite
def views(draw: st.DrawFn) -> np.ndarray:
    """Homographies from picture to map of plausible views."""
    scale = draw(st.floats(0.2, 5.0))
    turn = draw(st.floats(-np.pi, np.pi))
    flatten = draw(st.floats(0.4, 1.0))
    lean = draw(st.floats(-0.0008, 0.0008))
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    out = np.array([[cosine, -sine, 900.0], [sine, cosine, 700.0], [0, 0, 1.0]])
    flat = np.array([[1, 0, 0], [0, 1 / flatten, 0], [0, lean, 1.0]])
    centre = np.array([[1, 0, -319.5], [0, 1, -179.5], [0, 0, 1.0]])
    whole = out @ flat @ centre
    return np.asarray(whole / whole[2, 2])


@given(views())
def test_views_are_plausible_and_their_mirror_images_never(matrix: np.ndarray) -> None:
    """Law: a camera above the ground never sees it mirrored."""
    mirror = np.array([[-1, 0, 639.0], [0, 1, 0], [0, 0, 1]])
    assert implausibility(matrix, SIZE, ViewLimits()) is None
    assert implausibility(matrix @ mirror, SIZE, ViewLimits()) is not None


@given(views(), st.floats(-np.pi, np.pi))
def test_obliquity_does_not_depend_on_where_north_is(matrix: np.ndarray, turn: float) -> None:
    """Law: turning the map changes no angle between line of sight and vertical."""
    turned = np.array(
        [[np.cos(turn), -np.sin(turn), 3], [np.sin(turn), np.cos(turn), 4], [0, 0, 1.0]]
    )
    # The arc cosine near 0 turns rounding of 1e-15 into 1e-6 degrees.
    expected = view_obliquity_deg(matrix, SIZE)
    assert view_obliquity_deg(turned @ matrix, SIZE) == pytest.approx(expected, abs=1e-4)


@given(views(), st.floats(0, 639), st.floats(0, 359))
def test_a_homography_and_its_inverse_bring_a_pixel_back(
    matrix: np.ndarray, x: float, y: float
) -> None:
    """Law: inverse after homography is the identity where both are before the camera."""
    back = np.linalg.inv(matrix)
    middle = apply_homography(matrix, np.array([[319.5, 179.5]]))[0]
    facing = np.sign(back[2] @ [*middle, 1.0])
    again = apply_homography(back * facing, apply_homography(matrix, np.array([[x, y]])))
    assert again[0] == pytest.approx([x, y], abs=1e-6)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_negative_and_mirror_commute_and_undo_themselves(seed: int) -> None:
    """Law: exchanging bright and dark, and left and right, are independent involutions."""
    random = np.random.default_rng(seed)
    features = Features(
        points=random.uniform(0, 300, (20, 2)),
        sizes=random.uniform(2, 20, 20),
        angles=random.uniform(0, 360, 20),
        descriptors=random.random((20, 128)).astype(np.float32),
    )
    one = in_mirror(in_negative(features), 320)
    other = in_negative(in_mirror(features, 320))
    assert np.array_equal(one.descriptors, other.descriptors)
    assert (one.angles - other.angles + 180.0) % 360.0 == pytest.approx(np.full(20, 180.0))
    assert np.array_equal(in_negative(in_negative(features)).descriptors, features.descriptors)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 50))
def test_more_agreement_never_hurts_and_more_chance_never_helps(
    inliers: int, decoys: int, more: int
) -> None:
    """Law: the rule is monotonic in what agrees and in what agrees by chance."""
    rule = AcceptanceRule()
    if stands_above_chance(inliers, decoys, rule):
        assert stands_above_chance(inliers + more, decoys, rule)
    else:
        assert not stands_above_chance(inliers, decoys + more, rule)
