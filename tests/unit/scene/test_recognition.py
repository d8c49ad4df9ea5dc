"""A picture in colour is recognised as the frame that the analysis saw, and others are not."""

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene import Scene, shows_frame
from purport.scene.analysis import analyse_frames

Picture = NDArray[np.uint8]
FRAMES = 30


def ground() -> Picture:
    noise = np.random.default_rng(5).normal(size=(240, 900))
    wide = cv2.GaussianBlur(noise, (0, 0), 6.0)
    return np.asarray(np.clip(128 + 40 * wide / wide.std(), 16, 235), dtype=np.uint8)


def luma(index: int) -> Picture:
    """The window over the ground goes on by 16 px a frame."""
    return ground()[:, 16 * index : 16 * index + 320]


def colour(studio: Picture) -> Picture:
    """Studio range luma as a converter shows it: full range, in three channels."""
    full = np.clip((studio.astype(float) - 16.0) * 255.0 / 219.0, 0, 255).round()
    return np.repeat(full.astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def scene() -> Scene:
    def source() -> Iterator[LumaFrame]:
        for index in range(FRAMES):
            yield LumaFrame(index=index, pts=index, luma=luma(index), duration=1)

    found = analyse_frames(source, time_base=Fraction(1, 25))
    assert found is not None
    return found


@pytest.mark.parametrize("index", [0, 7, FRAMES - 1])
def test_a_frame_is_recognised(scene: Scene, index: int) -> None:
    assert shows_frame(scene, index, colour(luma(index)))


def test_another_frame_is_not(scene: Scene) -> None:
    shown = colour(luma(7))
    assert not any(shows_frame(scene, index, shown) for index in range(FRAMES) if index != 7)


def test_a_blank_picture_is_not(scene: Scene) -> None:
    assert not shows_frame(scene, 7, np.full((240, 320, 3), 90, np.uint8))
