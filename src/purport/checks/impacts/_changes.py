"""What changed on the ground between two moments, whatever the sensor's gain did meanwhile.

The tone curve between the two pictures is estimated from the pictures (medians per level, so that
a local change does not bend it), then removed; what is left is compared with the noise and with
what a small misregistration makes of every edge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Blob", "Change", "compare", "find_blobs", "match_tones"]

_SAMPLES = 6000
_BINS = 32
_LEAST_IN_BIN = 12
_LEAST_NOISE = 1.2
_MISREGISTRATION_PX = 0.6
_LEAST_SLOPE = 0.22
_LEAST_CORRELATION = 0.5
_HIDDEN_REACH_PX = 7
_FRAGMENT_REACH = 2.0

Image = NDArray[np.uint8]
Float = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """The difference of a picture to an earlier one."""

    residual: Float
    """Picture minus earlier picture at the picture's tones (height, width). [grey levels]"""
    score: Float
    """Smoothed residual over its standard uncertainty (height, width)."""
    noise: float
    """Standard deviation of the residual where nothing changed. [grey levels]"""
    share: float
    """Share of valid pixels that changed."""
    sound: bool
    """Whether the two pictures show the same tones well enough to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A connected patch of change."""

    centre: tuple[float, float]
    """Centroid weighted by the size of the change. [px]"""
    area_px: int
    """Pixels."""
    strength: float
    """Sum of absolute residuals. [grey levels · px]"""
    peak: float
    """Largest absolute residual. [grey levels]"""
    label: int
    """Its number in the label picture."""

    @property
    def radius_px(self) -> float:
        """Return the radius of the circle of the same area. [px]"""
        return float(np.sqrt(self.area_px / np.pi))


def match_tones(earlier: Image, picture: Image, valid: Mask) -> tuple[Float, bool]:
    """Bring an earlier picture to the tones of a picture.

    Returns:
        The earlier picture at the picture's tones, and whether they correlate well enough.
    """
    places = np.flatnonzero(valid)
    if len(places) < _BINS * _LEAST_IN_BIN:
        return earlier.astype(np.float32), False
    chosen = places[:: max(1, len(places) // _SAMPLES)]
    before = earlier.ravel()[chosen].astype(np.float32)
    now = picture.ravel()[chosen].astype(np.float32)
    slope, offset, correlation = _robust_line(before, now)
    sound = slope > _LEAST_SLOPE and correlation > _LEAST_CORRELATION
    curve = _tone_curve(before, now, slope, offset)
    return np.asarray(cv2.LUT(earlier, curve), dtype=np.float32), sound


def _robust_line(before: Float, now: Float) -> tuple[float, float, float]:
    """Fit now = slope · before + offset without the worst quarter; return the correlation too."""
    kept = np.ones(len(before), dtype=np.bool_)
    slope, offset, correlation = 0.0, 0.0, 0.0
    for _ in range(3):
        x, y = before[kept], now[kept]
        spread_x, spread_y = float(x.std()), float(y.std())
        if spread_x == 0.0 or spread_y == 0.0:
            return 0.0, float(np.median(now)), 0.0
        correlation = float(((x - x.mean()) * (y - y.mean())).mean()) / (spread_x * spread_y)
        slope = correlation * spread_y / spread_x
        offset = float(y.mean()) - slope * float(x.mean())
        residual = np.abs(now - slope * before - offset)
        kept = residual <= np.quantile(residual, 0.8)
    return slope, offset, correlation


def _tone_curve(before: Float, now: Float, slope: float, offset: float) -> Float:
    """Return the table from earlier to present tones (256,): medians per level, else the line."""
    bins = (before * (_BINS / 256.0)).astype(np.intp)
    order = np.lexsort((now, bins))
    edges = np.searchsorted(bins[order], np.arange(_BINS + 1))
    counts = np.diff(edges)
    filled = counts >= _LEAST_IN_BIN
    levels = (np.arange(_BINS) + 0.5) * (256.0 / _BINS)
    line = slope * levels + offset
    if not filled.any():
        return np.asarray(slope * np.arange(256) + offset, dtype=np.float32)
    middle = np.clip(edges[:-1] + counts // 2, 0, len(now) - 1)
    departure = np.where(filled, now[order][middle] - line, 0.0)
    smooth = np.interp(np.arange(256), levels[filled], departure[filled])
    return np.asarray(slope * np.arange(256) + offset + smooth, dtype=np.float32)


def compare(earlier: Image, picture: Image, valid: Mask, *, threshold: float) -> Change:
    """Compare a picture with an earlier one, both in the same view.

    Args:
        earlier: Earlier picture.
        picture: The picture.
        valid: Where both show ground (height, width).
        threshold: Score from which a pixel counts as changed.
    """
    expected, sound = match_tones(earlier, picture, valid)
    residual = picture.astype(np.float32) - expected
    residual[~valid] = 0.0
    inside = residual[valid]
    noise = _LEAST_NOISE
    if len(inside):
        noise = max(1.4826 * float(np.median(np.abs(inside[::5]))), _LEAST_NOISE)
    horizontal = cv2.Sobel(expected, cv2.CV_32F, 1, 0, scale=0.125)
    vertical = cv2.Sobel(expected, cv2.CV_32F, 0, 1, scale=0.125)
    edges = cv2.dilate(cv2.magnitude(horizontal, vertical), np.ones((3, 3), np.uint8))
    sigma = np.sqrt(noise**2 + (_MISREGISTRATION_PX * edges) ** 2)
    score = cv2.boxFilter(residual, -1, (3, 3)) / sigma
    score[~valid] = 0.0
    count = max(int(np.count_nonzero(valid)), 1)
    share = float(np.count_nonzero(np.abs(score) > threshold)) / count
    return Change(
        residual=residual,
        score=np.asarray(score, dtype=np.float32),
        noise=noise,
        share=share,
        sound=sound,
    )


def find_blobs(
    change: Change, hidden: Mask, *, threshold: float, least_area_px: int
) -> tuple[tuple[Blob, ...], NDArray[np.int32]]:
    """Find patches of change, strongest first, with the label picture.

    A patch reaches on beneath burnt-in graphics that it borders on, so that a crosshair neither
    halves it nor hides that it is large enough. Patches nearer to each other than their size are
    one: a blast throws fragments.

    Args:
        change: The change.
        hidden: Where graphics hide the ground (height, width).
        threshold: Score from which a pixel counts as changed.
        least_area_px: Smallest patch.
    """
    changed = (np.abs(change.score) > threshold).astype(np.uint8)
    near = cv2.dilate(changed, np.ones((_HIDDEN_REACH_PX, _HIDDEN_REACH_PX), np.uint8))
    whole = changed | (near & hidden.astype(np.uint8))
    closed = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    kept = [
        label
        for label in range(1, count)
        if stats[label, cv2.CC_STAT_AREA] >= least_area_px and np.any(changed[labels == label])
    ]
    blobs = [_describe(change, labels, label, stats[label]) for label in kept]
    ranked = sorted(blobs, key=lambda blob: (-blob.strength, blob.label))
    return _join_fragments(ranked, np.asarray(labels, dtype=np.int32))


def _join_fragments(
    ranked: Sequence[Blob], labels: NDArray[np.int32]
) -> tuple[tuple[Blob, ...], NDArray[np.int32]]:
    """Give a fragment the label of the stronger patch beside it."""
    joined: list[Blob] = []
    for blob in ranked:
        host = next((other for other in joined if _is_beside(blob, other)), None)
        if host is None:
            joined.append(blob)
        else:
            labels[labels == blob.label] = host.label
    return tuple(joined), labels


def _is_beside(fragment: Blob, patch: Blob) -> bool:
    apart = math.dist(fragment.centre, patch.centre)
    return apart <= _FRAGMENT_REACH * (fragment.radius_px + patch.radius_px)


def _describe(
    change: Change, labels: NDArray[np.int32], label: int, stats: NDArray[np.int32]
) -> Blob:
    left, top, width, height, area = (int(value) for value in stats)
    window = (slice(top, top + height), slice(left, left + width))
    size = np.abs(change.residual[window]) * (labels[window] == label)
    strength = float(size.sum())
    weight = size**2
    whole = max(float(weight.sum()), 1e-9)
    rows, columns = np.mgrid[top : top + height, left : left + width]
    return Blob(
        centre=(float((columns * weight).sum()) / whole, float((rows * weight).sum()) / whole),
        area_px=area,
        strength=strength,
        peak=float(size.max()),
        label=label,
    )
