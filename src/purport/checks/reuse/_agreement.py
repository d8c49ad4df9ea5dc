"""How well the pictures agree, sample by sample, once it is known how one lies in the other.

Both are brought to one small grid over the part that they share. *Alike* is the correlation of two
pictures; graded and negative footage keeps it. *Change* is what is left of each after its mean over
time is taken out: burnt-in graphics, a still ground and a logo on one side have none. Two stretches
are the same seconds when their changes agree, and don't when paired earlier or later.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box
from purport.checks.reuse._features import WORKING_WIDTH_PX
from purport.checks.reuse._tracing import Trace
from purport.checks.reuse.prints import VideoPrint

__all__ = [
    "Agreement",
    "Pictures",
    "align_pictures",
    "correlate_changes",
    "measure_agreement",
    "measure_jitter",
    "shared_pictures",
    "without_differing",
]

_SIDES = (12, 32)
_PIXELS_A_CELL = 1.6
_FINE = 3
_BEYOND_S = 0.15
_ROUNDS = ((0.6, 0.06), (0.12, 0.012), (0.03, 0.003))
_STEADY_SHARE = 0.8
_KEPT_SHARE = 0.75
_LEAST_DEVIATION = 0.5
_TINY = 1e-6
_SIDE = 64
_LEAST_STRUCTURE = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """The shared part of two videos on one grid, each picture with mean 0 and deviation 1."""

    asking_s: Floats
    """When the asking pictures are shown (n,). [s]"""
    kept_s: Floats
    """When the kept ones are (m,). [s]"""
    asking: Floats
    """The asking pictures (n, side²); 0 for a bare one."""
    kept: Floats
    """The kept pictures (m, side²); likewise."""
    side: int
    """Rows and columns of the grid."""
    alike: Floats
    """Correlation of every picture with every other (n, m); NaN where either is bare."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """Agreement of the asking samples with the kept ones of their time."""

    alike: Floats
    """Correlation of the two pictures (n,), NaN outside the kept video or where either is bare."""
    partners: NDArray[np.intp]
    """The kept sample of each (n,)."""


def shared_pictures(
    asking: VideoPrint, kept: VideoPrint, found: Trace, *, mirrored: bool, negative: bool
) -> Pictures:
    """Bring the shared part of both videos to one grid, as fine as the coarser of them allows."""
    turned = mirror(asking) if mirrored else asking
    pixels = min(_pixels(turned, found.frame), _pixels(kept, found.corners))
    side = int(np.clip(pixels / _PIXELS_A_CELL, *_SIDES))
    ours = _standard(_on_grid(turned, found.frame, side))
    theirs = _standard(_on_grid(kept, found.corners, side))
    if negative:
        ours = -ours
    alike = ours @ theirs.T / side**2
    alike[(asking.structure < _LEAST_STRUCTURE) | ~ours.any(axis=1)] = np.nan
    alike[:, (kept.structure < _LEAST_STRUCTURE) | ~theirs.any(axis=1)] = np.nan
    return Pictures(
        asking_s=asking.times_s,
        kept_s=kept.times_s,
        asking=ours,
        kept=theirs,
        side=side,
        alike=alike,
    )


def measure_agreement(pictures: Pictures, lag_s: float, speed: float) -> Agreement:
    """Compare every asking sample with the kept one of its time."""
    at_s = lag_s + speed * pictures.asking_s
    times_s = pictures.kept_s
    after = np.clip(np.searchsorted(times_s, at_s), 1, max(len(times_s) - 1, 1))
    after = np.minimum(after, len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(at_s - times_s[before] <= times_s[after] - at_s, before, after)
    alike = pictures.alike[np.arange(len(at_s)), nearest]
    outside = (at_s < times_s[0] - _BEYOND_S) | (at_s > times_s[-1] + _BEYOND_S)
    return Agreement(alike=np.where(outside, np.nan, alike), partners=nearest)


def without_differing(
    pictures: Pictures, agreement: Agreement, inside: NDArray[np.bool_]
) -> Pictures:
    """Leave out the quarter of the grid that differs most all along (a logo on one side)."""
    ours, theirs = pictures.asking[inside], pictures.kept[agreement.partners[inside]]
    apart = np.abs((ours - theirs).mean(axis=0))
    alike_there = apart <= np.quantile(apart, _KEPT_SHARE)
    asking = _standard(pictures.asking * alike_there, within=alike_there)
    kept = _standard(pictures.kept * alike_there, within=alike_there)
    alike = asking @ kept.T / alike_there.sum()
    alike[np.isnan(pictures.alike)] = np.nan
    return replace(pictures, asking=asking, kept=kept, alike=alike)


def align_pictures(
    pictures: Pictures, lag_s: float, speed: float, inside: NDArray[np.bool_]
) -> tuple[float, float]:
    """Find the lag and speed near those given at which the samples `inside` are most alike.

    Between kept samples the correlation is interpolated. The grid is searched three times, each
    finer, about the middle of the stretch.
    """
    rows = np.flatnonzero(inside)
    middle_s = float(pictures.asking_s[rows].mean())
    centre_s = lag_s + speed * middle_s
    for wide_s, wide in _ROUNDS:
        lags = np.linspace(-wide_s, wide_s, 25) + centre_s
        speeds = speed * np.exp(np.linspace(-wide, wide, 25))
        scores = np.zeros((len(lags), len(speeds)))
        for row in rows:
            at_s = lags[:, None] + speeds[None] * (pictures.asking_s[row] - middle_s)
            values = np.nan_to_num(pictures.alike[row], nan=0.0)
            scores += np.interp(at_s, pictures.kept_s, values, left=0.0, right=0.0)
        best = np.unravel_index(int(np.argmax(scores)), scores.shape)
        centre_s, speed = float(lags[best[0]]), float(speeds[best[1]])
    return centre_s - speed * middle_s, speed


def correlate_changes(
    pictures: Pictures, agreement: Agreement, inside: NDArray[np.bool_]
) -> tuple[float, float]:
    """Correlate what changes over the samples `inside`, and tell how large the change is."""
    ours = pictures.asking[inside]
    theirs = pictures.kept[agreement.partners[inside]]
    ours, theirs = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    power = float(np.sqrt(np.square(ours).sum() * np.square(theirs).sum()))
    size = float(np.sqrt(np.square(theirs).mean()))
    return (float((ours * theirs).sum() / power) if power > 0 else 0.0), size


def measure_jitter(pictures: Pictures, agreement: Agreement, inside: NDArray[np.bool_]) -> float:
    """Return how unsteadily the pictures lie on each other, as a share of the shared part's width.

    For every pair the small shift that makes them most alike is found by least squares of
    gradients; what is told is the root mean square of these shifts about their median, without
    the worst fifth.
    """
    side = pictures.side
    shifts = []
    for row in np.flatnonzero(inside):
        here = pictures.asking[row].reshape(side, side)
        there = pictures.kept[agreement.partners[row]].reshape(side, side)
        down, across = np.gradient((here + there) / 2.0)
        terms = np.stack([across.ravel(), down.ravel(), here.ravel()], axis=1)
        solved, *_ = np.linalg.lstsq(terms, (there - here).ravel(), rcond=None)
        shifts.append(solved[:2] / side)
    off = np.abs(np.array(shifts) - np.median(shifts, axis=0)).max(axis=1)
    kept = np.sort(off)[: max(int(np.ceil(_STEADY_SHARE * len(off))), 1)]
    return float(np.sqrt(np.square(kept).mean()))


def _pixels(made: VideoPrint, frame: tuple[float, float, float, float]) -> float:
    """Return how many thumbnail pixels a rectangle of the picture spans, the fewer of both ways."""
    box, width, height = made.box, WORKING_WIDTH_PX, WORKING_WIDTH_PX * made.aspect
    across = (frame[2] - frame[0]) / width / (box.right - box.left)
    down = (frame[3] - frame[1]) / height / (box.bottom - box.top)
    return float(_SIDE * min(across, down))


def mirror(made: VideoPrint) -> VideoPrint:
    """Return the print of the mirror picture, as far as samples go."""
    box = Box(
        left=1.0 - made.box.right,
        top=made.box.top,
        right=1.0 - made.box.left,
        bottom=made.box.bottom,
    )
    return replace(made, box=box, thumbnails=made.thumbnails[:, :, ::-1])


def _on_grid(made: VideoPrint, frame: tuple[float, float, float, float], side: int) -> Floats:
    """Bring a rectangle of every thumbnail to the grid (n, side²)."""
    xs = _thumb_places(frame[0], frame[2], made, side, wide=True)
    ys = _thumb_places(frame[1], frame[3], made, side, wide=False)
    map_x, map_y = np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    rows = []
    for thumbnail in made.thumbnails:
        seen = cv2.remap(
            thumbnail.astype(np.float32),
            map_x,
            map_y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        rows.append(cv2.resize(seen, (side, side), interpolation=cv2.INTER_AREA).ravel())
    return np.array(rows, dtype=np.float64)


def _thumb_places(first: float, last: float, made: VideoPrint, side: int, *, wide: bool) -> Floats:
    """Return where the fine grid's points lie in a thumbnail. [thumbnail px]"""
    box = made.box
    low, high = (box.left, box.right) if wide else (box.top, box.bottom)
    size = WORKING_WIDTH_PX if wide else WORKING_WIDTH_PX * made.aspect
    count = side * _FINE
    places = first + (np.arange(count) + 0.5) / count * (last - first)
    shares = (places + 0.5) / size
    return np.asarray((shares - low) / (high - low) * _SIDE - 0.5)


def _standard(pictures: Floats, *, within: NDArray[np.bool_] | None = None) -> Floats:
    """Bring each to mean 0 and deviation 1 (within a part of the grid); a bare one to 0."""
    part = np.ones(pictures.shape[1], dtype=np.bool_) if within is None else within
    centred = np.where(part, pictures - pictures[:, part].mean(axis=1, keepdims=True), 0.0)
    deviation = np.sqrt(np.square(centred).sum(axis=1, keepdims=True) / part.sum())
    least = _LEAST_DEVIATION if within is None else _TINY
    scaled: Floats = np.divide(
        centred, deviation, out=np.zeros_like(centred), where=deviation > least
    )
    return scaled
