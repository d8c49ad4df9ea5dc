"""Drawn ground for tests of matching by structure."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.checks.place._views import View
from purport.imagery import LumaPatch

FloatArray = NDArray[np.float64]
Grey = NDArray[np.uint8]

NO_FEATURES = Features(
    points=np.zeros((0, 2)),
    sizes=np.zeros(0),
    angles=np.zeros(0),
    descriptors=np.zeros((0, 128), dtype=np.float32),
)


def drawn_ground(seed: int = 1, side: int = 700) -> Grey:
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


def patch_of(luma: Grey) -> LumaPatch:
    return LumaPatch(
        luma=luma,
        valid=np.ones(luma.shape, dtype=bool),
        to_map=np.diag([0.5, -0.5, 1.0]),
        crs="EPSG:32637",
        gsd_m=0.5,
    )


def view_of(luma: Grey, usable: NDArray[np.bool_] | None = None) -> View:
    return View(
        index=0,
        luma=luma,
        usable=np.ones(luma.shape, dtype=bool) if usable is None else usable,
        find=lambda: NO_FEATURES,
        to_anchor=np.eye(3),
        link_sd_px=0.1,
    )


def filmed(
    ground: Grey, to_patch: FloatArray, *, size: tuple[int, int] = (400, 300), noise_sd: float = 3.0
) -> Grey:
    """Return the ground as a picture of which the homography to the ground is given."""
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(ground, to_patch, size, flags=way).astype(np.float64)
    seen += np.random.default_rng(2).normal(0.0, noise_sd, seen.shape)
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)


def similarity(
    turn_deg: float, scale: float, *, size: tuple[int, int], at: tuple[float, float]
) -> FloatArray:
    """Return the similarity that puts the middle of a picture at a point of the patch."""
    turn = math.radians(turn_deg)
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    whole = np.eye(3)
    whole[:2, :2] = linear
    whole[:2, 2] = np.array(at) - linear @ (np.array(size) / 2.0)
    return whole
