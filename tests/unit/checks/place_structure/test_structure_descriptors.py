import cv2
import numpy as np

from purport.checks.place.structure._descriptors import (
    TURNS,
    describe_grid,
    mirrored,
    turned,
)

from .scenery import Grey, drawn_ground

SIDE = 201
"""Odd, so that the middle of the picture is a pixel, and the only point of the grid."""


def _described(luma: Grey) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return describe_grid(luma, np.ones(luma.shape, dtype=bool), step_px=SIDE).vectors()


def _smooth() -> Grey:
    return np.asarray(cv2.GaussianBlur(drawn_ground(side=SIDE), (0, 0), 2.0), dtype=np.uint8)


def test_a_negative_is_described_alike() -> None:
    luma = _smooth()
    assert np.allclose(_described(luma), _described(255 - luma), atol=1e-3)


def test_a_quarter_turn_is_an_exchange_of_numbers() -> None:
    luma = _smooth()
    whole = describe_grid(luma, np.ones(luma.shape, dtype=bool), step_px=SIDE)
    # y points down: a turn from x towards y is clockwise on the screen.
    quarter = _described(np.ascontiguousarray(np.rot90(luma, -1)))
    assert float((turned(whole, TURNS // 4).vectors() * quarter).sum()) > 0.999
    assert float((turned(whole, 1).vectors() * quarter).sum()) < 0.95


def test_sixteen_turns_are_none() -> None:
    luma = _smooth()
    whole = describe_grid(luma, np.ones(luma.shape, dtype=bool), step_px=20)
    assert np.array_equal(turned(whole, TURNS).vectors(), whole.vectors())


def test_a_mirror_is_an_exchange_of_numbers() -> None:
    luma = _smooth()
    whole = describe_grid(luma, np.ones(luma.shape, dtype=bool), step_px=SIDE)
    exchanged = mirrored(whole, SIDE)
    flipped = describe_grid(
        np.ascontiguousarray(luma[:, ::-1]), np.ones(luma.shape, dtype=bool), step_px=SIDE
    )
    assert np.allclose(exchanged.points, flipped.points)
    assert float((exchanged.vectors() * flipped.vectors()).sum()) > 0.999


def test_points_with_nothing_round_them_are_left_out() -> None:
    luma = np.full((200, 400), 90, dtype=np.uint8)
    luma[:, :200] = drawn_ground(side=200)
    found = describe_grid(luma, np.ones(luma.shape, dtype=bool), step_px=10)
    assert len(found) > 0
    assert found.points[:, 0].max() < 260
