import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography
from purport.checks.place._views import Mapped
from purport.checks.place.structure import scout_structure

from .scenery import NO_FEATURES, Grey, drawn_ground, filmed, patch_of, similarity, view_of

FloatArray = NDArray[np.float64]

SIZE = (260, 200)


def _mapped(luma: Grey) -> Mapped:
    return Mapped(patch=patch_of(luma), features=NO_FEATURES)


def _error_px(found: FloatArray, truth: FloatArray) -> float:
    corners = np.array([[30.0, 30.0], [230.0, 30.0], [230.0, 170.0], [30.0, 170.0]])
    away = apply_homography(found, corners) - apply_homography(truth, corners)
    return float(np.hypot(*away.T).max())


@pytest.mark.parametrize(
    ("turn_deg", "scale", "negative"),
    [(0.0, 1.0, False), (73.0, 0.8, True), (190.0, 0.55, False), (301.0, 1.5, True)],
)
def test_any_turn_and_scale_is_found_in_either_polarity(
    turn_deg: float, scale: float, *, negative: bool
) -> None:
    ground = drawn_ground(side=480)
    truth = similarity(turn_deg, scale, size=SIZE, at=(250.0, 235.0))
    luma = filmed(ground, truth, size=SIZE)
    found = scout_structure(
        view_of(255 - luma if negative else luma), _mapped(ground), threshold_px=4.0, seed=1
    )
    assert found.rung == "structure"
    assert found.matrix is not None
    assert found.inliers >= 12
    assert found.inliers > 2 * found.decoy_inliers + 3
    assert _error_px(found.matrix, truth) < 3.0


def test_another_place_stays_below_what_is_believed() -> None:
    truth = similarity(20.0, 0.9, size=SIZE, at=(240.0, 240.0))
    luma = filmed(drawn_ground(seed=5, side=480), truth, size=SIZE)
    found = scout_structure(
        view_of(luma), _mapped(drawn_ground(side=480)), threshold_px=4.0, seed=1
    )
    assert found.inliers < 12


def test_a_mirrored_picture_agrees_only_as_a_decoy() -> None:
    ground = drawn_ground(side=400)
    luma = filmed(ground, similarity(40.0, 0.9, size=SIZE, at=(200.0, 200.0)), size=SIZE)
    mirror = np.ascontiguousarray(luma[:, ::-1])
    found = scout_structure(view_of(mirror), _mapped(ground), threshold_px=4.0, seed=1)
    assert found.inliers < 12
    assert found.decoy_inliers >= 12
    alone = scout_structure(
        view_of(mirror), _mapped(ground), threshold_px=4.0, seed=1, decoys=False
    )
    assert alone.decoy_inliers == 0
    assert alone.inliers == found.inliers


def test_nothing_to_see_gives_nothing() -> None:
    flat = np.full((200, 260), 90, dtype=np.uint8)
    ground = drawn_ground(side=400)
    assert scout_structure(view_of(flat), _mapped(ground), threshold_px=4.0, seed=1).matrix is None
    blank = np.full((400, 400), 90, dtype=np.uint8)
    luma = filmed(ground, similarity(0.0, 1.0, size=SIZE, at=(200.0, 200.0)), size=SIZE)
    found = scout_structure(view_of(luma), _mapped(blank), threshold_px=4.0, seed=1)
    assert found.matrix is None
    assert found.inliers == 0
