"""Lettering and bursts, told apart by how much edge they have for their size."""

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._drawn import is_drawn
from purport.checks.impacts._views import View, Views
from purport.core.media_time import FrameSpan
from purport.scene import Scene, Shot, Transition

SIZE = (1280, 720)
GROUND = cv2.GaussianBlur(
    np.random.default_rng(9).integers(40, 200, SIZE[::-1]).astype(np.uint8), (0, 0), 6.0
)

Image = NDArray[np.uint8]


def make_views() -> Views:
    shot = Shot(
        span=FrameSpan(first=0, last=1),
        begins_with=Transition.START,
        anchor=0,
        overlay=np.zeros(SIZE[::-1], dtype=np.bool_),
    )
    scene = Scene(
        width_px=SIZE[0],
        height_px=SIZE[1],
        pts=np.arange(2, dtype=np.int64),
        time_base=Fraction(1, 25),
        luma_mean=np.zeros(2, dtype=np.float32),
        luma_sd=np.zeros(2, dtype=np.float32),
        step=np.zeros(2, dtype=np.float32),
        thumbnails=np.zeros((2, 64, 64), dtype=np.uint8),
        shots=(shot,),
        to_anchor=np.tile(np.eye(3), (2, 1, 1)),
        link_sd_px=np.zeros(2, dtype=np.float32),
        linked=np.ones(2, dtype=np.bool_),
        key_frames=(),
    )
    return Views(scene, shot)


def judge(later: Image, box: tuple[int, int, int, int]) -> bool:
    views = make_views()
    first: View = views.make(0, np.asarray(GROUND, dtype=np.uint8))
    second: View = views.make(1, later)
    mask = np.zeros(views.size[::-1], dtype=np.bool_)
    left, top, right, bottom = (round(side * views.scale) for side in box)
    mask[top:bottom, left:right] = True
    return is_drawn(views, first, second, mask)


def test_a_caption_is_drawn() -> None:
    later = GROUND.copy()
    cv2.putText(later, "SYNTHETIC CAPTION", (600, 600), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 3)
    assert judge(np.asarray(later, dtype=np.uint8), (590, 560, 1010, 620))


def test_a_flash_is_not() -> None:
    flash = np.zeros(SIZE[::-1], dtype=np.float32)
    cv2.circle(flash, (640, 300), 26, 220.0, -1)
    soft = cv2.GaussianBlur(flash, (0, 0), 4.0)
    later = np.clip(GROUND + soft, 0, 255).astype(np.uint8)
    assert not judge(later, (590, 250, 690, 350))


def test_nothing_new_is_not_drawn() -> None:
    assert not judge(np.asarray(GROUND, dtype=np.uint8), (590, 250, 690, 350))
