"""Burnt-in graphics: edges that stand still on the picture while the scene moves under them.

The direction and size of the gradient at a pixel are averaged over frames. Where the scene moves,
gradients of the ground cancel; those of a crosshair, logo, clock, caption or frame add up. While
the scene itself stands still nothing tells them apart, and the mask is unknown rather than empty.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Edges", "OverlayMask", "OverlayStatistics", "find_edges", "is_time_to_tell"]

_LEAST_SAMPLES = 6
_STATIC_COHERENCE = 0.7
_SLOW_COHERENCE = 0.5
_COHERENCE = 0.85
_SURE_COHERENCE = 0.95
_STRENGTH = 1.2
_GROWTH_PX = 5
_SMALLEST_AREA_PX = 12
_LARGEST_SHARE = 0.4
_BAR_SD = 2.0
_THIN = 2

Image = NDArray[np.uint8]
Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverlayMask:
    """Where graphics stand, at the size of the samples."""

    mask: NDArray[np.bool_]
    """True on graphics (height, width)."""
    known: bool
    """False when the scene stood still or was too short, so that no mask can be told."""
    samples: int
    """Frames that it rests on."""


def is_time_to_tell(samples: int) -> bool:
    """Tell whether a mask should be estimated anew: after 6, 12, 24, 48 ... samples."""
    rounds = samples // _LEAST_SAMPLES
    return samples % _LEAST_SAMPLES == 0 and rounds > 0 and rounds & (rounds - 1) == 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """Gradients of one frame."""

    horizontal: Float
    """To the right (height, width)."""
    vertical: Float
    """Downwards (height, width)."""
    size: Float
    """Their magnitude (height, width)."""
    scale: float
    """Factor that gives the magnitude a mean of 1."""


def find_edges(picture: Image) -> Edges | None:
    """Find the gradients of a frame; None when it has no structure, which tells nothing."""
    horizontal = cv2.Scharr(picture, cv2.CV_32F, 1, 0)
    vertical = cv2.Scharr(picture, cv2.CV_32F, 0, 1)
    size = np.asarray(cv2.magnitude(horizontal, vertical), dtype=np.float32)
    typical = float(cv2.mean(size)[0])
    if typical == 0.0:
        return None
    return Edges(
        horizontal=np.asarray(horizontal, dtype=np.float32),
        vertical=np.asarray(vertical, dtype=np.float32),
        size=size,
        scale=1.0 / typical,
    )


@dataclass(slots=True, eq=False)
class OverlayStatistics:
    """Sums over the sampled frames of one segment."""

    shape: tuple[int, int]
    samples: int = 0
    _sum_x: Float = field(init=False)
    _sum_y: Float = field(init=False)
    _sum_size: Float = field(init=False)
    _sum_luma: Float = field(init=False)
    _sum_square: Float = field(init=False)

    def __post_init__(self) -> None:
        """Start every sum at zero."""
        for name in ("_sum_x", "_sum_y", "_sum_size", "_sum_luma", "_sum_square"):
            setattr(self, name, np.zeros(self.shape, dtype=np.float32))

    def add(self, picture: Image, edges: "Edges") -> None:
        """Add one frame."""
        cv2.scaleAdd(edges.horizontal, edges.scale, self._sum_x, self._sum_x)
        cv2.scaleAdd(edges.vertical, edges.scale, self._sum_y, self._sum_y)
        cv2.scaleAdd(edges.size, edges.scale, self._sum_size, self._sum_size)
        cv2.accumulate(picture, self._sum_luma)
        cv2.accumulateSquare(picture, self._sum_square)
        self.samples += 1

    def estimate_mask(self) -> OverlayMask:
        """Tell graphics from ground."""
        nothing = np.broadcast_to(np.False_, self.shape)
        if self.samples < _LEAST_SAMPLES:
            return OverlayMask(mask=nothing, known=False, samples=self.samples)
        mean_vector = cv2.magnitude(self._sum_x, self._sum_y) / self.samples
        mean_size = self._sum_size / self.samples
        coherence = mean_vector / np.maximum(mean_size, np.float32(1e-6))
        middle = float(np.median(mean_size[::_THIN, ::_THIN]))
        textured = mean_size > middle
        usual = float(np.median(coherence[::_THIN, ::_THIN][textured[::_THIN, ::_THIN]]))
        if usual > _STATIC_COHERENCE:
            return OverlayMask(mask=nothing, known=False, samples=self.samples)
        needed = _COHERENCE if usual < _SLOW_COHERENCE else _SURE_COHERENCE
        still = (coherence > needed) & (mean_vector > _STRENGTH * middle)
        mask = _tidy(still) | self._bars()
        if float(mask.mean()) > _LARGEST_SHARE:
            return OverlayMask(mask=nothing, known=False, samples=self.samples)
        return OverlayMask(mask=mask, known=True, samples=self.samples)

    def _bars(self) -> NDArray[np.bool_]:
        """Find bands at the border whose luma never changes (letter-box, pillar-box)."""
        mean = self._sum_luma / self.samples
        variance = np.maximum(self._sum_square / self.samples - mean * mean, 0.0)
        constant = variance < _BAR_SD**2
        rows = _from_both_ends(constant.mean(axis=1) > 0.98)  # noqa: PLR2004 - all but specks
        columns = _from_both_ends(constant.mean(axis=0) > 0.98)  # noqa: PLR2004
        return np.asarray(rows[:, None] | columns[None, :], dtype=np.bool_)


def _from_both_ends(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the runs of True that touch an end."""
    if flags.all():
        return np.zeros_like(flags)
    kept = np.zeros_like(flags)
    first = int(np.argmin(flags))
    last = int(np.argmin(flags[::-1]))
    kept[:first] = True
    if last:
        kept[-last:] = True
    return kept


def _tidy(still: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop specks, close gaps between strokes, grow by a margin."""
    pixels = still.astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (_GROWTH_PX, _GROWTH_PX))
    closed = cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    large = np.zeros(count, dtype=np.uint8)
    large[1:] = stats[1:, cv2.CC_STAT_AREA] >= _SMALLEST_AREA_PX
    return np.asarray(cv2.dilate(large[labels], kernel) > 0, dtype=np.bool_)
