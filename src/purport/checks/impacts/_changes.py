"""What changed on the ground between two moments, whatever the sensor's gain did meanwhile.

The tone curve between the two pictures is estimated from the pictures (medians per level, so that
a local change does not bend it), then removed; what is left is compared with the noise and with
what a small misregistration makes of every edge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Blob",
    "Change",
    "compare",
    "find_blobs",
    "look_closer",
    "match_tones",
]

_SAMPLES = 6000
_LINE_SAMPLES = 2000
_LINE_SHARE = 0.8
_NOISE_SAMPLES = 4000
_BINS = 32
_LEAST_IN_BIN = 12
_LEAST_NOISE = 1.2
_MISREGISTRATION_PX = 0.6
"""Most that pictures are taken to be off. [px]"""
_LEAST_MISREGISTRATION_PX = 0.15
_LEAST_STEEP = 60
_STEEP_SHARE = 0.95
_WIDENED = 2.0
"""What a standard deviation without the largest twentieth is widened by, for its tails."""
_LEAST_SLOPE = 0.22
_LEAST_CORRELATION = 0.5
_HIDDEN_REACH_PX = 7
_WINDOW_MARGIN_PX = 8
_FRAGMENT_REACH = 2.0
_FRAGMENT_MARGIN_PX = 12.0

Image = NDArray[np.uint8]
Float = NDArray[np.float32]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

_SQUARE_3 = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """The difference of a picture to an earlier one."""

    residual: Float
    """Picture minus earlier picture at the picture's tones (height, width). [grey levels]"""
    slopes: Float
    """Size of the gradient of the earlier picture (height, width). [grey levels/px]"""
    valid: Mask
    """Where both pictures show ground (height, width)."""
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


def match_tones(earlier: Image, picture: Image, places: Places) -> tuple[Float, bool]:
    """Bring an earlier picture to the tones of a picture.

    Args:
        earlier: Earlier picture.
        picture: The picture.
        places: Where both show ground, as indices into the flattened pictures (m,).

    Returns:
        The earlier picture at the picture's tones, and whether they correlate well enough.
    """
    if len(places) < _BINS * _LEAST_IN_BIN:
        return earlier.astype(np.float32), False
    chosen = places[:: max(1, len(places) // _SAMPLES)]
    before, now = earlier.ravel()[chosen], picture.ravel()[chosen]
    every = max(1, len(chosen) // _LINE_SAMPLES)
    slope, offset, correlation = _robust_line(
        before[::every].astype(np.float32), now[::every].astype(np.float32)
    )
    sound = slope > _LEAST_SLOPE and correlation > _LEAST_CORRELATION
    curve = _tone_curve(before, now, slope, offset)
    return np.asarray(cv2.LUT(earlier, curve), dtype=np.float32), sound


def _robust_line(before: Float, now: Float) -> tuple[float, float, float]:
    """Fit now = slope · before + offset without the worst fifth; return the correlation too."""
    x, y = before, now
    slope, offset, correlation = 0.0, 0.0, 0.0
    for _ in range(3):
        mean_x, mean_y = float(x.mean()), float(y.mean())
        apart_x, apart_y = x - np.float32(mean_x), y - np.float32(mean_y)
        power_x, power_y = float(apart_x @ apart_x), float(apart_y @ apart_y)
        if power_x == 0.0 or power_y == 0.0:
            return 0.0, float(np.median(now)), 0.0
        shared = float(apart_x @ apart_y)
        correlation = shared / math.sqrt(power_x * power_y)
        slope = shared / power_x
        offset = mean_y - slope * mean_x
        residual = np.abs(now - np.float32(slope) * before - np.float32(offset))
        rank = int(_LINE_SHARE * (len(residual) - 1))
        kept = residual <= np.partition(residual, rank)[rank]
        x, y = before[kept], now[kept]
    return slope, offset, correlation


def _tone_curve(before: Image, now: Image, slope: float, offset: float) -> Float:
    """Return the table from earlier to present tones (256,): medians per level, else the line."""
    bins = (before >> 3).astype(np.intp)
    histogram = np.bincount((bins << 8) + now, minlength=256 * _BINS).reshape(_BINS, 256)
    summed = np.cumsum(histogram, axis=1)
    counts = summed[:, -1]
    filled = counts >= _LEAST_IN_BIN
    levels = (np.arange(_BINS) + 0.5) * (256.0 / _BINS)
    tones = slope * np.arange(256) + offset
    if not filled.any():
        return np.asarray(tones, dtype=np.float32)
    medians = np.argmax(summed > (counts // 2)[:, None], axis=1)
    departure = medians - (slope * levels + offset)
    smooth = np.interp(np.arange(256), levels[filled], departure[filled])
    return np.asarray(tones + smooth, dtype=np.float32)


def compare(earlier: Image, picture: Image, valid: Mask, *, threshold: float) -> Change:
    """Compare a picture with an earlier one, both in the same view.

    Args:
        earlier: Earlier picture.
        picture: The picture.
        valid: Where both show ground (height, width).
        threshold: Score from which a pixel counts as changed.
    """
    places = np.flatnonzero(valid)
    expected, sound = match_tones(earlier, picture, places)
    residual = np.zeros(picture.shape, dtype=np.float32)
    cv2.subtract(picture, expected, residual, mask=valid.view(np.uint8), dtype=cv2.CV_32F)
    noise = _LEAST_NOISE
    if len(places):
        sample = residual.ravel()[places[:: max(1, len(places) // _NOISE_SAMPLES)]]
        noise = max(1.4826 * float(np.median(np.abs(sample))), _LEAST_NOISE)
    across = cv2.Sobel(expected, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(expected, cv2.CV_32F, 0, 1, scale=0.125)
    slopes = np.asarray(cv2.magnitude(across, down), dtype=np.float32)
    score = _score(residual, slopes, valid, noise=noise, off_px=_MISREGISTRATION_PX)
    share = float(np.count_nonzero(np.abs(score) > threshold)) / max(len(places), 1)
    return Change(
        residual=residual,
        slopes=slopes,
        valid=valid,
        score=score,
        noise=noise,
        share=share,
        sound=sound,
    )


def look_closer(change: Change) -> Change:
    """Score a change again, and allow along edges only for what its two pictures are off.

    Where they lie well on each other, a small flash before a jagged background stands out; but so
    do fine strokes that move.
    """
    off_px = _misregistration_px(change)
    score = _score(change.residual, change.slopes, change.valid, noise=change.noise, off_px=off_px)
    return replace(change, score=score)


def _score(residual: Float, slopes: Float, valid: Mask, *, noise: float, off_px: float) -> Float:
    """Return the smoothed residual over noise and what being so far off makes of edges."""
    edges = cv2.dilate(slopes, _SQUARE_3)
    edges *= np.float32(off_px)
    sigma = cv2.magnitude(edges, np.full_like(edges, noise))
    score = np.zeros(residual.shape, dtype=np.float32)
    smooth = cv2.boxFilter(residual, -1, (3, 3))
    cv2.copyTo(cv2.divide(smooth, sigma), valid.view(np.uint8), score)
    return score


def _misregistration_px(change: Change) -> float:
    """Tell how far off two pictures lie, by what is left along edges, with its tails."""
    places = np.flatnonzero(change.valid)
    sample = places[:: max(1, len(places) // _SAMPLES)]
    slope, size = change.slopes.ravel()[sample], np.abs(change.residual.ravel()[sample])
    steep = slope > change.noise
    if np.count_nonzero(steep) < _LEAST_STEEP:
        return _MISREGISTRATION_PX
    slope, size = slope[steep], size[steep]
    rank = int(_STEEP_SHARE * (len(size) - 1))
    kept = size <= np.partition(size, rank)[rank]
    excess = float(size[kept] @ size[kept]) - change.noise**2 * int(np.count_nonzero(kept))
    found = math.sqrt(max(excess, 0.0) / float(slope[kept] @ slope[kept]))
    return min(max(_WIDENED * found, _LEAST_MISREGISTRATION_PX), _MISREGISTRATION_PX)


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
    changed = (np.abs(change.score) > threshold).view(np.uint8)
    labels = np.zeros(changed.shape, dtype=np.int32)
    left, top, width, height = cv2.boundingRect(changed)
    if width == 0:
        return (), labels
    window = (
        slice(max(top - _WINDOW_MARGIN_PX, 0), top + height + _WINDOW_MARGIN_PX),
        slice(max(left - _WINDOW_MARGIN_PX, 0), left + width + _WINDOW_MARGIN_PX),
    )
    stats = _label_patches(changed[window], hidden[window], labels[window])
    stats[:, cv2.CC_STAT_TOP] += window[0].start
    stats[:, cv2.CC_STAT_LEFT] += window[1].start
    kept = [
        label
        for label in range(1, len(stats))
        if stats[label, cv2.CC_STAT_AREA] >= least_area_px and np.any(changed[labels == label])
    ]
    blobs = [_describe(change, labels, label, stats[label]) for label in kept]
    ranked = sorted(blobs, key=lambda blob: (-blob.strength, blob.label))
    return _join_fragments(ranked, labels)


def _label_patches(changed: Image, hidden: Mask, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Write the number of each patch into `labels` and return the patches' statistics."""
    near = cv2.dilate(changed, np.ones((_HIDDEN_REACH_PX, _HIDDEN_REACH_PX), np.uint8))
    whole = changed | (near & hidden.view(np.uint8))
    closed = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, _SQUARE_3)
    _, labels[:], stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    return np.asarray(stats, dtype=np.int32)


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
    return apart <= _FRAGMENT_REACH * (fragment.radius_px + patch.radius_px) + _FRAGMENT_MARGIN_PX


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
