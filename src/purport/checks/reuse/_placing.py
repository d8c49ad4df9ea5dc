"""How one picture lies in another: scale and shift, never turned, from matched local features.

A `Placement` maps positions in the asking picture to the kept one: x' = scale_x·x + shift_x, the
same for y. Cropping, insetting, letter-boxing and squeezing are all of this kind; a second camera
is not, nor another flight past the same place.
"""

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._features import LocalFeatures

__all__ = ["Placement", "find_placement"]

_FARTHEST_BITS = 64
_BYTES = 32
_DRAWS = 300
_LEAST_APART_PX = 12.0
_SCALES = (0.2, 5.0)
_SQUEEZE = 1.5
_ROUGH_PX = 4.0
_FINE_PX = 2.0
_FEWEST = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placement:
    """Where the asking picture lies in the kept one. [working px of each]"""

    scale_x: float
    """Kept px to one asking px, across."""
    scale_y: float
    """Kept px to one asking px, down."""
    shift_x: float
    """Where the asking picture's x = 0 lies. [px]"""
    shift_y: float
    """Where its y = 0 lies. [px]"""
    inliers: int
    """Matched features that agree within 2 px."""
    where: tuple[float, float, float, float]
    """Left, top, right and bottom of those in the asking picture. [px]"""
    residual_px: float
    """Root mean square of what they are off by. [kept px]"""

    def corners(self, frame: tuple[float, float, float, float]) -> Floats:
        """Return left, top, right, bottom of a rectangle of the asking picture in the kept."""
        left, top, right, bottom = frame
        return np.array(
            [
                self.scale_x * left + self.shift_x,
                self.scale_y * top + self.shift_y,
                self.scale_x * right + self.shift_x,
                self.scale_y * bottom + self.shift_y,
            ]
        )


def find_placement(
    asking: LocalFeatures, kept: LocalFeatures, *, negative: bool = False
) -> Placement | None:
    """Find how the asking picture lies in the kept one; None when too few features agree.

    (1) Features are paired by their bits, each the other's nearest. (2) Every draw of two pairs
    gives a scale and a shift; the draw with which most pairs agree is kept. (3) It is fitted to
    them by least squares, twice.
    """
    words = ~asking.descriptors if negative else asking.descriptors
    if min(len(words), len(kept.descriptors)) < _FEWEST:
        return None
    ours, theirs = _paired(words, kept.descriptors)  # 1
    if len(ours) < _FEWEST:
        return None
    here = asking.points[ours].astype(np.float64)
    there = kept.points[theirs].astype(np.float64)
    agrees = _best_draw(here, there)  # 2
    if agrees is None or agrees.sum() < _FEWEST:
        return None
    _, agrees = _agreeing(here, there, _fitted(here[agrees], there[agrees]), _ROUGH_PX)  # 3
    if agrees.sum() < _FEWEST:
        return None
    scales, shifts = _fitted(here[agrees], there[agrees])
    off, agrees = _agreeing(here, there, (scales, shifts), _FINE_PX)
    if agrees.sum() < _FEWEST or not _plausible(scales[None])[0]:
        return None
    some = here[agrees]
    left, top = (float(value) for value in some.min(axis=0))
    right, bottom = (float(value) for value in some.max(axis=0))
    return Placement(
        scale_x=float(scales[0]),
        scale_y=float(scales[1]),
        shift_x=float(shifts[0]),
        shift_y=float(shifts[1]),
        inliers=int(agrees.sum()),
        where=(left, top, right, bottom),
        residual_px=float(np.sqrt(np.square(off[agrees]).mean())),
    )


def _paired(
    words: NDArray[np.uint8], others: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair what is each the other's nearest, and near; return the places of both."""
    ours, theirs = np.ascontiguousarray(words), np.ascontiguousarray(others)
    bits = np.empty((len(ours), len(theirs)), dtype=np.int32)
    pointers = [faiss.swig_ptr(one) for one in (ours, theirs, bits)]
    hammings: Any = faiss.hammings  # type: ignore[attr-defined]  # made as the library is loaded
    hammings(*pointers[:2], *bits.shape, _BYTES, pointers[2])
    nearest, back = bits.argmin(axis=1), bits.argmin(axis=0)
    rows = np.arange(len(nearest))
    mutual = (back[nearest] == rows) & (bits[rows, nearest] <= _FARTHEST_BITS)
    return np.flatnonzero(mutual), nearest[mutual]


def _agreeing(
    here: Floats, there: Floats, fitted: tuple[Floats, Floats], limit_px: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how far each pair is off, and which agree."""
    scales, shifts = fitted
    gone = np.abs(here * scales + shifts - there)
    off = np.maximum(gone[:, 0], gone[:, 1])
    return off, off <= limit_px


def _best_draw(here: Floats, there: Floats) -> NDArray[np.bool_] | None:
    generator = np.random.default_rng(len(here))
    first, second = generator.integers(len(here), size=(2, _DRAWS))
    apart = here[second] - here[first]
    wide = np.abs(apart).min(axis=1) >= _LEAST_APART_PX
    apart, first, second = apart[wide], first[wide], second[wide]
    scales = (there[second] - there[first]) / apart
    fits = _plausible(scales)
    scales, first = scales[fits], first[fits]
    if not len(scales):
        return None
    shifts = there[first] - scales * here[first]
    agrees = np.ones((len(scales), len(here)), dtype=np.bool_)
    for axis in (0, 1):
        off = scales[:, axis, None] * here[:, axis] + shifts[:, axis, None] - there[:, axis]
        agrees &= np.abs(off) <= _ROUGH_PX
    return np.asarray(agrees[int(np.argmax(agrees.sum(axis=1)))], dtype=np.bool_)


def _plausible(scales: Floats) -> NDArray[np.bool_]:
    low, high = _SCALES
    inside = ((scales >= low) & (scales <= high)).all(axis=1)
    squeeze = np.divide(
        scales[:, 0], scales[:, 1], out=np.zeros(len(scales)), where=scales[:, 1] > 0
    )
    return np.asarray(inside & (squeeze >= 1 / _SQUEEZE) & (squeeze <= _SQUEEZE))


def _fitted(here: Floats, there: Floats) -> tuple[Floats, Floats]:
    """Fit scale and shift of each axis by least squares."""
    centre, other = here.mean(axis=0), there.mean(axis=0)
    spread = np.square(here - centre).sum(axis=0)
    scales = ((here - centre) * (there - other)).sum(axis=0) / np.maximum(spread, 1e-9)
    return scales, other - scales * centre
