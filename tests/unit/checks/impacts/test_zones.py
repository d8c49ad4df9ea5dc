"""What fades beside what arises, and how much compression blurs an outline."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._points import coarseness
from purport.checks.impacts._views import View
from purport.checks.impacts._zones import is_fading

Image = NDArray[np.uint8]

SIDE = 80


def smoke(strength: float) -> Image:
    """Show a patch of smoke that stands out by as much."""
    level = np.full((SIDE, SIDE), 90.0)
    patch = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.circle(patch, (40, 40), 8, 1, -1)
    return np.asarray(level + strength * patch, dtype=np.uint8)


def view_of(picture: Image) -> View:
    return View(index=1, picture=picture, full=picture, to_anchor=np.eye(3))


def where() -> NDArray[np.bool_]:
    return np.asarray(smoke(50.0) > 100, dtype=np.bool_)


def test_a_patch_that_stands_out_less_by_now_is_fading() -> None:
    assert is_fading(smoke(60.0), view_of(smoke(20.0)), where())
    assert not is_fading(smoke(20.0), view_of(smoke(60.0)), where())


def test_a_patch_that_fills_the_picture_is_not_told_to_fade() -> None:
    view = view_of(smoke(0.0))
    assert not is_fading(smoke(60.0), view, np.ones((SIDE, SIDE), dtype=np.bool_))


def test_outlines_are_as_certain_as_the_bits_allow() -> None:
    assert coarseness(0.2, full_bits=0.06) == 1.0
    assert coarseness(0.06, full_bits=0.06) == 1.0
    assert coarseness(0.015, full_bits=0.06) == pytest.approx(4.0**0.7)
