"""Links between two frames: corners followed from one to the other, and the homography they fit.

Corners are followed on locally normalised pictures (so that gain and exposure do not matter), under
a mask that leaves out graphics. Unless most of them agree to a fraction of a pixel, they are
followed there and back, so that what cannot be followed drops out.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._fitting import fit_held

__all__ = [
    "FAR_LEVELS",
    "NEAR_LEVELS",
    "Link",
    "Track",
    "Tracked",
    "fit_homography",
    "follow",
    "normalise",
    "prepare",
]

_CORNERS = 140
_CORNER_QUALITY = 0.002
_TILE_ROWS, _TILE_COLUMNS = 4, 6
_CORNER_SPACING_PX = 9
_BLOCK_PX = 7
_WINDOW_PX = 15
_COARSE = 4
_LOCAL_CELLS = 7
_GAIN = 26.0
_LEAST_GAIN_SD = 0.8
_BACK_PX = 0.7
_SURE_SHARE = 0.75
_SURE_SD_PX = 0.2
_RESIDUAL_PX = 1.5
_LEAST_INLIERS = 14
_LEAST_SHARE = 0.4
_FLOOR_PX = 0.12
_SPREAD_SHARE = 0.12
_LEAST_COMMON = 0.05
FAR_LEVELS = 3
"""Halvings with which corners are found again some 60 px from where they were expected."""

NEAR_LEVELS = 1
"""Halvings with which corners are found again some 15 px from where they were expected."""

_TERMINATION = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.02)

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracked:
    """A frame made ready to be followed to."""

    index: int
    """Frame index."""
    picture: Image
    """Locally normalised picture at working size."""
    quarter: Image
    """The same at a quarter of that size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A frame from which corners are followed."""

    frame: Tracked
    """The frame."""
    corners: Points
    """Its corners (m, 1, 2). [px]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """How one frame maps to another, at working size."""

    matrix: Matrix
    """Homography, x' ~ H x, h33 = 1 (3, 3)."""
    sd_px: float
    """Standard uncertainty of the mapped picture centre, per axis. [px]"""
    inliers: int
    """Points that agree."""
    share: float
    """Inliers over points tried."""
    seen: float
    """Share of the points tried that still lie in the picture."""


def normalise(small: Image) -> Image:
    """Take out local brightness and overall gain."""
    height, width = small.shape
    size = (max(width // _COARSE, 1), max(height // _COARSE, 1))
    coarse = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    mean = cv2.boxFilter(coarse, cv2.CV_32F, (_LOCAL_CELLS, _LOCAL_CELLS))
    local = cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR)
    typical = float(np.abs(small[::4, ::4] - local[::4, ::4]).mean())
    gain = _GAIN / max(typical, _LEAST_GAIN_SD)
    picture = cv2.addWeighted(small, gain, local, -gain, 128.0, dtype=cv2.CV_8U)  # saturates
    return np.asarray(picture, dtype=np.uint8)


def prepare(index: int, small: Image) -> Tracked:
    """Make a frame ready to be followed to and from."""
    picture = normalise(small)
    size = (picture.shape[1] // _COARSE, picture.shape[0] // _COARSE)
    quarter = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return Tracked(index=index, picture=picture, quarter=np.asarray(quarter, dtype=np.uint8))


def agreement(frame: Tracked, other: Tracked, matrix: Matrix, usable: Image) -> float:
    """Correlate two frames where one is laid on the other.

    Args:
        frame: The frame laid down.
        other: The frame that it is laid on.
        matrix: Homography from `frame` to `other`, at working size.
        usable: Not 0 where no graphics stand, at working size.

    Returns:
        Correlation of the locally normalised pictures, -1 to 1; negative between polarities. 0
        when they share too little of the picture.
    """
    height, width = other.quarter.shape
    reduce = np.diag([1.0 / _COARSE, 1.0 / _COARSE, 1.0])
    onto = reduce @ matrix @ np.linalg.inv(reduce)
    laid = cv2.warpPerspective(frame.quarter, onto, (width, height))
    open_here = cv2.resize(usable, (width, height), interpolation=cv2.INTER_NEAREST)
    covered = cv2.warpPerspective(open_here, onto, (width, height), flags=cv2.INTER_NEAREST)
    both = cv2.bitwise_and(covered, open_here)
    count = int(np.count_nonzero(both))
    if count < _LEAST_COMMON * both.size:
        return 0.0
    middle = np.full_like(both, 128)
    one = np.zeros(both.shape, dtype=np.float32)
    two = np.zeros(both.shape, dtype=np.float32)
    cv2.subtract(laid, middle, one, mask=both, dtype=cv2.CV_32F)
    cv2.subtract(other.quarter, middle, two, mask=both, dtype=cv2.CV_32F)
    power = float(np.vdot(one, one)) * float(np.vdot(two, two))
    return float(np.vdot(one, two)) / power**0.5 if power > 0.0 else 0.0


def find_corners(frame: Tracked, usable: Image) -> Track:
    """Find corners to follow where `usable` is not 0, in all parts of the picture.

    Each tile gives its best ones, so that they don't crowd where contrast is highest.
    """
    smooth = cv2.GaussianBlur(frame.picture, (3, 3), 0)
    strength = cv2.cornerMinEigenVal(smooth, _BLOCK_PX)
    around = cv2.dilate(strength, np.ones((_CORNER_SPACING_PX, _CORNER_SPACING_PX), np.uint8))
    least = _CORNER_QUALITY * float(strength.max())
    rows, columns = np.nonzero((strength == around) & (strength > least) & (usable > 0))
    order = np.argsort(-strength[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    height, width = strength.shape
    tiles = (rows * _TILE_ROWS // height) * _TILE_COLUMNS + columns * _TILE_COLUMNS // width
    rank = np.zeros(len(tiles), dtype=np.int64)
    for tile in range(_TILE_ROWS * _TILE_COLUMNS):
        inside = tiles == tile
        rank[inside] = np.arange(np.count_nonzero(inside))
    best = np.argsort(rank, kind="stable")[:_CORNERS]
    points = np.column_stack([columns[best], rows[best]]).astype(np.float32)
    return Track(frame=frame, corners=points.reshape(-1, 1, 2))


def follow(
    track: Track,
    to: Tracked,
    *,
    guess: Matrix,
    levels: int = FAR_LEVELS,
    least_share: float = _LEAST_SHARE,
) -> Link | None:
    """Follow corners from a frame to another.

    Args:
        track: The frame with its corners.
        to: The other frame.
        guess: About where they went: homography from `track` to `to`.
        levels: Times that the pictures are halved; each doubles how far the guess may be off.
        least_share: Share of the corners tried that must agree.

    Returns:
        The link from `to` back to `track`'s frame; None when too few corners can be followed.
    """
    if len(track.corners) < _LEAST_INLIERS:
        return None
    height, width = to.picture.shape
    start = cv2.perspectiveTransform(track.corners, guess).astype(np.float32)
    inside = _inside(start, width, height)
    if np.count_nonzero(inside) < _LEAST_INLIERS:
        return None
    origin, start = track.corners[inside], start[inside]
    there, found = _flow(track.frame.picture, to.picture, origin, start, levels=levels)
    good = found & _inside(there, width, height)
    size, tried = (width, height), len(origin)
    sure = max(least_share, _SURE_SHARE)
    fitted = fit_homography(there[good, 0], origin[good, 0], size, tried=tried, least_share=sure)
    if fitted is None or fitted.sd_px > _SURE_SD_PX:
        back, found_back = _flow(to.picture, track.frame.picture, there, origin, levels=levels)
        good &= found_back & (np.linalg.norm((back - origin)[:, 0], axis=1) < _BACK_PX)
        fitted = fit_homography(
            there[good, 0], origin[good, 0], size, tried=tried, least_share=least_share
        )
    if fitted is None:
        return None
    return replace(fitted, seen=tried / len(track.corners))


def _flow(
    start: Image, end: Image, points: Points, guess: Points, *, levels: int
) -> tuple[Points, NDArray[np.bool_]]:
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        start,
        end,
        points,
        guess.copy(),
        winSize=(_WINDOW_PX, _WINDOW_PX),
        maxLevel=levels,
        criteria=_TERMINATION,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=1e-3,
    )
    return np.asarray(moved, dtype=np.float32), np.asarray(found[:, 0] == 1, dtype=np.bool_)


def _inside(points: Points, width: int, height: int) -> NDArray[np.bool_]:
    x, y = points[:, 0, 0], points[:, 0, 1]
    return np.asarray((x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1), dtype=np.bool_)


def fit_homography(
    source: Points,
    target: Points,
    size: tuple[int, int],
    *,
    tried: int,
    least_share: float = _LEAST_SHARE,
    least_inliers: int = _LEAST_INLIERS,
) -> Link | None:
    """Fit the homography from `source` to `target` (m, 2), robustly, with its uncertainty.

    Returns:
        The link; None when too few points agree, they lie in too small a part of the picture, or
        what they agree on no camera can do.

    Uncertainty:
        That of `fit_held`, with a floor of 0.12 px.
    """
    if len(source) < least_inliers:
        return None
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_FAST, _RESIDUAL_PX, maxIters=2000, confidence=0.995
    )
    if matrix is None:
        return None
    inlier = mask[:, 0] > 0
    inliers = int(np.count_nonzero(inlier))
    if inliers < least_inliers or inliers < least_share * tried:
        return None
    matrix = np.asarray(matrix / matrix[2, 2], dtype=np.float64)
    if not (_is_possible(matrix, size) and _is_spread(source[inlier], size)):
        return None
    held = fit_held(
        source[inlier].astype(np.float64), target[inlier].astype(np.float64), matrix, size
    )
    return Link(
        matrix=held.matrix,
        sd_px=float(np.hypot(held.centre_sd_px, _FLOOR_PX)),
        inliers=inliers,
        share=inliers / tried,
        seen=1.0,
    )


def _is_possible(matrix: Matrix, size: tuple[int, int]) -> bool:
    """Tell whether the corners of the picture keep their order and about their area."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    scale = corners @ matrix[2, :2] + 1.0
    if scale.min() < 0.3 or scale.max() > 3.0:  # noqa: PLR2004 - a horizon inside the picture
        return False
    moved = cv2.perspectiveTransform(corners[:, None], matrix)[:, 0].astype(np.float32)
    if not cv2.isContourConvex(moved):
        return False
    area = float(cv2.contourArea(moved, oriented=True)) / (width * height)
    return 0.1 < area < 10.0  # noqa: PLR2004 - a zoom of about 3 either way


def _is_spread(points: Points, size: tuple[int, int]) -> bool:
    spread = points.std(axis=0) / np.array(size)
    return bool(spread.min() > _SPREAD_SHARE / 2 and spread.max() > _SPREAD_SHARE)
