"""Dissolves of one shot into another, by a camera that may move on meanwhile.

In a dissolve each frame is a mixture of two pictures whose shares change evenly from the one to the
other. Both cameras go on moving while they are mixed, so that the pictures before and after are
first carried along: each by the movement that its own shot shows on its side of the dissolve, and
then by what is left of shake from frame to frame, to be seen in the frame itself.

Where one camera moves on, however fast, the picture before and the picture after show the same
ground once they are carried to one frame, and either alone explains it as well as both. Measured on
122 unedited development clips of `benchmarks/exam_edits.py` (1,897 pairs of ends, two in three
pictures wide apart) and on 16 real clips: where the two are unlike by the limit here (correlation
of at most 0.5), both leave 0.75 or more of what the better one leaves alone; in dissolves 0.35 to
0.7. So the limits were set on these clips.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._fading import Light
from purport.checks.edits._paths import Path
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import fingerprint_scene

__all__ = ["Dissolve", "DissolveRules", "find_dissolves"]

Floats = NDArray[np.float64]
Picture = NDArray[np.float32]
"""A thumbnail (64, 64). [luma]"""
Mask = NDArray[np.bool_]

_SIDE_PX = 64
_BAND_ROWS = 7
"""Uppermost rows, where captions often stand, which are not compared."""
_UNSEEN = -1e4
"""Luma of what a carried picture doesn't show."""
_FEWEST_PX = 800
_SHAKE_PX = 1.5
_LEAST_SHARE = 0.1
_ROUNDS = 2
_GRID = (8.0, 32.0, 56.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DissolveRules:
    """When pictures count as dissolved."""

    fewest_frames: int = 5
    """Fewest mixed frames."""
    distances: tuple[int, ...] = (9, 12, 16, 21, 28, 37, 49)
    """Distances at which the ends of a dissolve are looked for. [frames]"""
    steady_frames: int = 6
    """Frames before and after that must show a picture of their own."""
    largest_drift: float = 4.0
    """Largest change of their median luma."""
    largest_spread_change: float = 0.12
    """Largest change of their spread, as a share: a sensor that recovers gains contrast."""
    least_detail: float = 1.0
    """Least detail of most of an end: a blinded sensor shows nothing. [luma]"""
    least_detail_share: float = 0.3
    """Least detail of one end, of the other's."""
    fewest_bits: int = 80
    """Fewest bits in which the fingerprints of the ends differ, of 256."""
    moving_frames: int = 10
    """Frames beside an end from which its movement is taken."""
    fewest_moving: int = 4
    """How many of them must be linked; the picture counts as at rest where they are not."""
    largest_likeness: float = 0.5
    """Largest correlation of the two pictures, both carried to one frame."""
    largest_rest: float = 0.72
    """Most of a frame that both leave unexplained, of what the better one leaves: mean over the
    frames of which either has 0.3 to 0.7."""
    shares_told: tuple[float, float] = (0.6, 1.4)
    """Least and largest sum of both shares."""
    largest_uneven: float = 0.15
    """Largest departure of the shares from even growth."""
    rough: float = 1.15
    """How much wider these limits are for ends that are yet to be made exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A dissolve."""

    span: FrameSpan
    """Its mixed frames."""
    strength: float
    """0.5 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Footage:
    """Thumbnails and how what they show moves; n frames."""

    pictures: NDArray[np.uint8]
    """Thumbnails (n, 64, 64)."""
    moved_before: Floats
    """Sum of all known affine movement before each frame (n + 1, 2, 3). [thumbnail px]"""
    known_before: NDArray[np.int64]
    """How many frames before each are linked to the one before (n + 1,)."""

    def picture(self, frame: int) -> Picture:
        return np.asarray(self.pictures[frame], dtype=np.float32)

    def pace(self, first: int, last: int, rules: DissolveRules) -> Floats:
        """Return the mean affine movement a frame over the steps into frames first to last."""
        first, last = max(first, 0), min(last, len(self.pictures) - 1)
        known = int(self.known_before[last + 1] - self.known_before[first])
        if known < rules.fewest_moving:
            return np.zeros((2, 3))
        return np.asarray((self.moved_before[last + 1] - self.moved_before[first]) / known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixture:
    """How a frame is explained by two pictures."""

    share: float
    """The later picture's share of both."""
    total: float
    """Sum of both shares."""
    rest: float
    """What both leave, of what the better one leaves alone."""
    likeness: float
    """Correlation of the two pictures."""


def find_dissolves(
    scene: Scene, path: Path, light: Light, rules: DissolveRules
) -> tuple[Dissolve, ...]:
    """Find dissolves, in order; of ends that overlap the longest that hold are taken."""
    footage = _follow(scene, path)
    found: list[Dissolve] = []
    for first, last in _ends_to_try(scene, footage, light, rules):
        if any(meet(FrameSpan(first=first, last=last), one.span) for one in found):
            continue
        dissolve = _settled(footage, first, last, rules)
        if dissolve is not None and not any(meet(dissolve.span, one.span) for one in found):
            found.append(dissolve)
    return tuple(sorted(found, key=lambda one: one.span.first))


def _follow(scene: Scene, path: Path) -> _Footage:
    """Read affine movement at thumbnail size off the links, at nine points of the picture."""
    count, side = scene.frames, float(_SIDE_PX)
    across, along = side / scene.width_px, side / scene.height_px
    down = np.array(
        [[across, 0.0, 0.5 * across - 0.5], [0.0, along, 0.5 * along - 0.5], [0.0, 0.0, 1.0]]
    )
    frames = np.flatnonzero(path.known)
    step = np.linalg.solve(scene.to_anchor[frames], scene.to_anchor[frames - 1])
    points = np.array([[x, y, 1.0] for x in _GRID for y in _GRID]).T
    there = down @ step @ np.linalg.inv(down) @ points
    moved = np.zeros((count + 1, 2, 3))
    moved[frames + 1] = (there[:, :2] / there[:, 2:] - points[:2]) @ np.linalg.pinv(points)
    return _Footage(
        pictures=scene.thumbnails,
        moved_before=np.cumsum(moved, axis=0),
        known_before=path.known_before,
    )


def _ends_to_try(
    scene: Scene, footage: _Footage, light: Light, rules: DissolveRules
) -> Iterator[tuple[int, int]]:
    """Yield ends between which the middle frame looks mixed, far ones first."""
    bits, _ = fingerprint_scene(scene)
    for length in sorted(rules.distances, reverse=True):
        starts = range(0, scene.frames - length, max(length // 8, 1))
        for first in starts:
            last = first + length
            apart = int(np.bitwise_count(bits[first] ^ bits[last]).sum())
            if apart < rules.fewest_bits or not _are_pictures(light, first, last, rules):
                continue
            if _may_be_mixed(footage, first, last, rules):
                yield first, last


def _are_pictures(light: Light, first: int, last: int, rules: DissolveRules) -> bool:
    """Tell whether both ends show something, in steady light before and after."""
    details = light.detail[[first, last]]
    if details.min() < max(rules.least_detail, rules.least_detail_share * details.max()):
        return False
    beyond = first - rules.steady_frames, last + rules.steady_frames
    if beyond[0] < 0 or beyond[1] >= len(light.median):
        return False
    return all(
        abs(light.median[one] - light.median[other]) <= rules.largest_drift
        and abs(light.spread[one] / max(light.spread[other], 1.0) - 1.0)
        <= rules.largest_spread_change
        for one, other in ((beyond[0], first), (beyond[1], last))
    )


def _may_be_mixed(footage: _Footage, first: int, last: int, rules: DissolveRules) -> bool:
    """Ask the middle frame, shake left as it is; most ends are told to be alike before that."""
    middle = (first + last) // 2
    layers = _layers(footage, (first, last), middle, rules)
    if _alike(layers) > rules.rough * rules.largest_likeness:
        return False
    mixture = _explain(footage.picture(middle), layers, rounds=1)
    return (
        mixture is not None
        and mixture.likeness <= rules.rough * rules.largest_likeness
        and mixture.rest <= rules.rough * rules.largest_rest
        and abs(mixture.share - 0.5) <= 2.0 * rules.rough * rules.largest_uneven
    )


def _alike(layers: tuple[Picture, Picture]) -> float:
    """Return the correlation of two pictures over every other pixel; 1 where too little is seen."""
    one, other = (layer[_BAND_ROWS::2, ::2] for layer in layers)
    seen = np.minimum(one, other) >= 0.0
    if 4 * int(seen.sum()) < _FEWEST_PX:
        return 1.0
    here, there = one[seen] - one[seen].mean(), other[seen] - other[seen].mean()
    size = float(np.sqrt((here @ here) * (there @ there)))
    return float(here @ there) / size if size > 0.0 else 1.0


def _settled(footage: _Footage, first: int, last: int, rules: DissolveRules) -> Dissolve | None:
    """Make ends exact and hold them against the limits; None: it is no dissolve."""
    rest = _rest(footage, first, last, rules, slack=rules.rough)
    for _ in range(_ROUNDS):
        ends = None if rest is None else _straightened(footage, first, last, rules)
        if ends is None:
            return None
        first, last = ends
        rest = _rest(footage, first, last, rules, slack=1.0)
    if rest is None or last - first - 1 < rules.fewest_frames:
        return None
    return Dissolve(
        span=FrameSpan(first=first + 1, last=last - 1),
        strength=1.0 - 0.5 * rest / rules.largest_rest,
    )


def _rest(
    footage: _Footage, first: int, last: int, rules: DissolveRules, *, slack: float
) -> float | None:
    """Return what mixtures leave of the frames between, of what one picture leaves.

    Returns:
        None where they are no even mixtures of two pictures.
    """
    frames = np.unique(np.linspace(first + 1, last - 1, 9).round().astype(int)).tolist()
    mixed = list(_mixtures(footage, (first, last), frames, rules))
    if len(mixed) < len(frames):
        return None
    even = (np.array(frames) - first) / (last - first)
    shares = np.array([one.share for one in mixed])
    middle = (even > 0.3) & (even < 0.7)  # noqa: PLR2004 - where both are seen
    rest = float(np.mean([one.rest for one in mixed], where=middle))
    low, high = rules.shares_told
    holds = (
        float(np.abs(shares - even).max()) <= slack * rules.largest_uneven
        and rest <= slack * rules.largest_rest
        and float(np.median([one.likeness for one in mixed])) <= rules.largest_likeness
        and all(low <= one.total <= high for one in mixed)
    )
    return rest if holds else None


def _straightened(
    footage: _Footage, first: int, last: int, rules: DissolveRules
) -> tuple[int, int] | None:
    """Return the last frame before and the first one after, where the line of shares ends."""
    frames = range(first + 1, last)
    mixed = list(_mixtures(footage, (first, last), frames, rules))
    shares = np.array([one.share for one in mixed])
    if len(shares) < len(frames):
        return None
    inner = np.flatnonzero((shares > 0.2) & (shares < 0.8))  # noqa: PLR2004 - the straight part
    if len(inner) < 3:  # noqa: PLR2004 - a line needs some points
        return None
    slope, level = np.polyfit(inner, shares[inner], 1)
    if slope <= 0.0:
        return None
    # the shares of n mixed frames are 1/(n + 1) to n/(n + 1): nought and one lie beside them
    begin = first + 1 - level / slope
    end = first + 1 + (1.0 - level) / slope
    before, after = max(floor(begin + 0.5), 0), min(ceil(end - 0.5), len(footage.pictures) - 1)
    return (before, after) if after - before > rules.fewest_frames else None


def _mixtures(
    footage: _Footage, ends: tuple[int, int], frames: Iterable[int], rules: DissolveRules
) -> Iterator[_Mixture]:
    """Explain frames by the ends, each carried along; a frame that can't be asked ends it."""
    for frame in frames:
        mixture = _explain(footage.picture(frame), _layers(footage, ends, frame, rules), _ROUNDS)
        if mixture is None:
            return
        yield mixture


def _layers(
    footage: _Footage, ends: tuple[int, int], frame: int, rules: DissolveRules
) -> tuple[Picture, Picture]:
    """Carry the pictures before and after to a frame, each as it moves on its side."""
    first, last = ends
    before = footage.pace(first - rules.moving_frames + 1, first, rules)
    after = footage.pace(last + 1, last + rules.moving_frames, rules)
    return (
        _carried(footage.picture(first), np.eye(2, 3) + (frame - first) * before),
        _carried(footage.picture(last), np.eye(2, 3) + (frame - last) * after),
    )


def _carried(picture: Picture, matrix: Floats) -> Picture:
    """Lay a picture where an affine movement (2, 3) takes it."""
    laid = cv2.warpAffine(
        picture,
        matrix,
        (_SIDE_PX, _SIDE_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_UNSEEN,
    )
    return np.asarray(laid, dtype=np.float32)


def _explain(shown: Picture, layers: tuple[Picture, ...], rounds: int) -> _Mixture | None:
    """Explain a frame by two pictures and by each alone; None: too little of it is seen."""
    both = _fitted(shown, layers, rounds)
    alone = [_fitted(shown, (layer,), rounds) for layer in layers]
    if both is None or any(one is None for one in alone):
        return None
    shares, rest, likeness = both
    total = float(shares.sum())
    least = min(one[1] for one in alone if one is not None)
    if least <= 0.0 or min(total, float(shares.min() + _LEAST_SHARE)) <= 0.0:
        return _Mixture(share=0.0, total=0.0, rest=1.0, likeness=likeness)
    return _Mixture(
        share=float(shares[1]) / total, total=total, rest=rest / least, likeness=likeness
    )


def _fitted(
    shown: Picture, layers: tuple[Picture, ...], rounds: int
) -> tuple[Floats, float, float] | None:
    """Fit shares of pictures, a level, and a small movement of each.

    The movement comes in by the pictures' slopes: a share a of a picture moved by d is a (A − d·∇A)
    to first order (B. D. Lucas and T. Kanade, 1981). It is taken up and fitted again.

    Returns:
        Shares, root mean square of what is left [luma], correlation of the pictures (1 for one);
        None where too little is seen.
    """
    offsets = np.zeros((len(layers), 2))
    answer: tuple[Floats, float, float] | None = None
    for number in range(rounds):
        laid = layers if number == 0 else tuple(map(_moved, layers, offsets))
        seen = _seen(laid)
        count = int(seen.sum())
        if count < _FEWEST_PX:
            return None
        pixels = [layer[seen].astype(np.float64) for layer in laid]
        slopes = [slope[seen].astype(np.float64) for layer in laid for slope in _slopes(layer)]
        columns = np.stack([*pixels, *slopes, np.ones(count)], axis=1)
        level = shown[seen].astype(np.float64)
        squares = columns.T @ columns
        squares[np.diag_indices_from(squares)] += 1e-6 * count
        fit = np.linalg.solve(squares, columns.T @ level)
        shares = fit[: len(layers)]
        likeness = float(np.asarray(np.corrcoef(pixels))[0, 1]) if len(pixels) > 1 else 1.0
        answer = shares, float(np.sqrt(np.square(level - columns @ fit).mean())), likeness
        steps = fit[len(layers) : 3 * len(layers)].reshape(-1, 2)
        firm = np.abs(shares) > _LEAST_SHARE
        moved = steps[firm] / shares[firm, None]
        offsets[firm] -= np.clip(moved, -_SHAKE_PX, _SHAKE_PX)
    return answer


def _moved(picture: Picture, offset: Floats) -> Picture:
    return _carried(picture, np.column_stack([np.eye(2), offset]))


def _seen(layers: tuple[Picture, ...]) -> Mask:
    """Tell where all pictures show something, and their slopes can be taken."""
    least = np.minimum.reduce(layers)
    seen = np.asarray(cv2.erode(least, np.ones((3, 3), np.uint8)) > -1.0)
    seen[:_BAND_ROWS] = False
    return seen


def _slopes(picture: Picture) -> tuple[Picture, Picture]:
    """Return the change of luma a pixel, across and down."""
    across, down = np.zeros_like(picture), np.zeros_like(picture)
    across[:, 1:-1] = (picture[:, 2:] - picture[:, :-2]) / 2.0
    down[1:-1] = (picture[2:] - picture[:-2]) / 2.0
    return across, down
