"""Cuts that the scene leaves open: the picture is replaced at once by one that has nothing of it.

The scene calls a cut what its links can tell from a disturbance. Where a camera stands still, or
little can be followed, that may stay open. Here only pictures are compared: a frame that differs
from the one before by far more than frames do about it, after which all is as steady as before and
like nothing before it. A blast or a step of gain gives the picture back; a switch of polarity turns
every bit of the fingerprint round; a blinded sensor shows no detail.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._fading import Light
from purport.checks.edits._paths import Path
from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import fingerprint_scene

__all__ = ["Cut", "CutRules", "find_open_cuts"]

_BITS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRules:
    """When a picture counts as replaced."""

    around_frames: int = 6
    """Frames about it with which the step is compared."""
    least_step: float = 8.0
    """Least difference of thumbnails at the cut. [luma, 0 to 255]"""
    factor: float = 2.2
    """How many times the median difference about it the step must be."""
    fewest_bits: int = 80
    """Fewest bits in which pictures before and after differ or agree, of 256."""
    apart_frames: tuple[int, ...] = (0, 3, 5)
    """How far before and after the cut pictures are compared."""
    most_bits: int = 60
    """Most bits in which frames on one side differ."""
    steady_frames: int = 3
    """How far apart those are."""
    least_detail: float = 1.0
    """Least detail of most of the picture on either side. [luma]"""
    least_detail_share: float = 0.3
    """Least detail of one side, of the other's."""
    largest_drift: float = 6.0
    """Largest change of median luma on either side: a sensor that a blast dazzled recovers."""
    largest_spread_change: float = 0.2
    """Largest change of the spread of luma there, as a share."""
    last_step: float = 20.0
    """Least step at the last frame of a video, after which nothing can be compared. [luma]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A cut within what the scene takes for one shot."""

    frame: int
    """First frame of the new shot."""
    strength: float
    """0.5 to 1."""


def find_open_cuts(scene: Scene, path: Path, light: Light, rules: CutRules) -> tuple[Cut, ...]:
    """Find cuts within shots, in order."""
    bits, _ = fingerprint_scene(scene)
    return tuple(
        cut
        for shot in scene.shots
        for cut in _cuts_in(scene, path, bits, light=light, span=shot.span, rules=rules)
    )


def _cuts_in(
    scene: Scene,
    path: Path,
    bits: NDArray[np.uint64],
    *,
    light: Light,
    span: FrameSpan,
    rules: CutRules,
) -> Iterator[Cut]:
    """Yield cuts within a shot.

    (1) The step stands out. (2) Nothing can be followed across it. (3) Both sides show something.
    (4) Neither what lies beside the cut nor what lies some frames off is alike, or alike but for
    its polarity. (5) Either side is like itself.
    """
    for frame in range(span.first + 2, span.last + 1):
        step = float(scene.step[frame])
        if step < rules.least_step or path.known[frame]:  # 2
            continue
        first = max(span.first + 1, frame - rules.around_frames)
        around = np.delete(
            scene.step[first : min(span.last, frame + rules.around_frames) + 1], frame - first
        )
        limit = max(rules.least_step, rules.factor * float(np.median(around)))
        if step < limit or not _shows(light, frame, rules):  # 1, 3
            continue
        if _replaced(bits, frame, span, rules) and _steady(bits, frame, span, rules):  # 4, 5
            if frame == span.last and step < rules.last_step:
                continue
            yield Cut(frame=frame, strength=1.0 - 0.5 * limit / step)


def _shows(light: Light, frame: int, rules: CutRules) -> bool:
    """Tell whether both sides show something, in steady light."""
    details = light.detail[[frame - 1, frame]]
    if details.min() < max(rules.least_detail, rules.least_detail_share * details.max()):
        return False
    last = len(light.median) - 1
    pairs = (
        (max(frame - 1 - rules.steady_frames, 0), frame - 1),
        (frame, min(frame + rules.steady_frames, last)),
    )
    return all(
        abs(light.median[one] - light.median[other]) <= rules.largest_drift
        and abs(light.spread[one] / max(light.spread[other], 1.0) - 1.0)
        <= rules.largest_spread_change
        for one, other in pairs
    )


def _replaced(bits: NDArray[np.uint64], frame: int, span: FrameSpan, rules: CutRules) -> bool:
    for apart in rules.apart_frames:
        before, after = max(span.first, frame - 1 - apart), min(span.last, frame + apart)
        differ = _distance(bits, before, after)
        if not rules.fewest_bits <= differ <= _BITS - rules.fewest_bits:
            return False
    return True


def _steady(bits: NDArray[np.uint64], frame: int, span: FrameSpan, rules: CutRules) -> bool:
    before = max(span.first, frame - 1 - rules.steady_frames)
    after = min(span.last, frame + rules.steady_frames)
    return (
        _distance(bits, before, frame - 1) <= rules.most_bits
        and _distance(bits, frame, after) <= rules.most_bits
    )


def _distance(bits: NDArray[np.uint64], one: int, other: int) -> int:
    return int(np.bitwise_count(bits[one] ^ bits[other]).sum())
