# ruff: noqa: INP001 - a part of a script, not a package
"""The ground of the demo: the five Caliterra photos laid over their own orthomosaic."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

FINER = 8
"""Pixels of the ground per pixel of the published mosaic."""

_REDUCE = 5
_RATIO = 0.8
_SEAM_PX = 12.0
_COLUMNS = slice(255, 634)
_ROWS = slice(282, 712)

Picture = NDArray[np.uint8]


def lay_photos(folder: Path) -> Picture:
    """Return the part of the site that the photos show (rows, columns, 3).

    Each photo is matched to `caliterra.png`, warped onto its grid eight times finer, brought to
    its tones, and cut where it lies deepest inside its own frame.
    """
    mosaic = cv2.imread(str(folder / "caliterra.png"), cv2.IMREAD_COLOR)
    base = cv2.resize(mosaic, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_CUBIC)
    total = base.astype(np.float32)
    deepest = np.zeros(base.shape[:2], dtype=np.float32)
    for path in sorted(folder.glob("IMG_*.jpg")):
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        warped, depth = _warp(photo, _match(photo, mosaic), base)
        share = np.clip((depth - deepest) / _SEAM_PX + 0.5, 0.0, 1.0)
        share[depth <= 0.0] = 0.0
        total += share[..., None] * (warped - total)
        deepest = np.maximum(deepest, depth)
    rows = slice(_ROWS.start * FINER, _ROWS.stop * FINER)
    columns = slice(_COLUMNS.start * FINER, _COLUMNS.stop * FINER)
    return np.ascontiguousarray(np.clip(total[rows, columns], 0.0, 255.0).astype(np.uint8))


def lift_tones(picture: Picture) -> Picture:
    """Brighten the dull day of the photos (rows, columns, 3)."""
    share = picture.astype(np.float32) / 255.0
    lifted = np.clip((share - 0.04) * 1.75, 0.0, 1.0) ** 0.8
    grey = lifted.mean(axis=2, keepdims=True)
    return np.asarray(np.clip(grey + 1.25 * (lifted - grey), 0.0, 1.0) * 255.0, dtype=np.uint8)


def _match(photo: Picture, mosaic: Picture) -> NDArray[np.float64]:
    """Return the homography from photo pixels to mosaic pixels (3, 3)."""
    cv2.setRNGSeed(1)
    sift = cv2.SIFT_create(8000, contrastThreshold=0.01)
    small = cv2.resize(photo, None, fx=1 / _REDUCE, fy=1 / _REDUCE, interpolation=cv2.INTER_AREA)
    large = cv2.resize(mosaic, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    points, descriptors = zip(
        *(sift.detectAndCompute(_flatten(image), None) for image in (small, large)), strict=True
    )
    pairs = cv2.BFMatcher().knnMatch(descriptors[0], descriptors[1], k=2)
    good = [best for best, second in pairs if best.distance < _RATIO * second.distance]
    source = np.array([points[0][pair.queryIdx].pt for pair in good]) * _REDUCE
    target = np.array([points[1][pair.trainIdx].pt for pair in good]) / 2
    matrix, _ = cv2.findHomography(source, target, cv2.RANSAC, 0.8, maxIters=20_000)
    return np.asarray(matrix, dtype=np.float64)


def _flatten(image: Picture) -> Picture:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.createCLAHE(3.0, (8, 8)).apply(grey))


def _warp(
    photo: Picture, to_mosaic: NDArray[np.float64], base: Picture
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the photo on the fine grid, in the mosaic's tones, and its depth inside its frame."""
    inset = (FINER - 1) / 2
    finer = np.array([[FINER, 0.0, inset], [0.0, FINER, inset], [0.0, 0.0, 1.0]])
    size = (base.shape[1], base.shape[0])
    soft = cv2.GaussianBlur(photo, (0, 0), 0.7)
    warped = cv2.warpPerspective(soft, finer @ to_mosaic, size).astype(np.float32)
    inside = np.zeros(photo.shape[:2], dtype=np.uint8)
    inside[40:-40, 40:-40] = 255
    inside = cv2.warpPerspective(inside, finer @ to_mosaic, size, flags=cv2.INTER_NEAREST)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5).astype(np.float32)
    for channel in range(3):
        here = warped[..., channel]
        there = base[..., channel].astype(np.float32)
        low = [
            cv2.GaussianBlur(cv2.resize(x, None, fx=0.05, fy=0.05), (0, 0), 12.0)
            for x in (here * (inside > 0), there * (inside > 0))
        ]
        gain = cv2.resize(low[1] / np.maximum(low[0], 1.0), size)
        here *= np.clip(gain, 0.6, 1.6)
    return warped, depth
