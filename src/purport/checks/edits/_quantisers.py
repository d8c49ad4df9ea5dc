"""How coarsely the frames were coded, and where that changes at once with a key frame.

An encoder steers its quantiser frame by frame. Where two files are joined without being coded
again, each brings its own level, and the change falls on the key frame with which the second
begins. A file that was coded once more as a whole shows but the level of its last encoder.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits.records import Quantisation, QuantiserStep
from purport.scene import FineMeasures

__all__ = ["QuantiserRules", "describe_quantisers"]

_LEVELS_TO_DOUBLE = 6.0
"""H.264, 8.5.9: six levels double the step between coded values."""
_BY_LEVEL = frozenset({"h264"})
_BY_STEP = frozenset({"mpeg1video", "mpeg2video", "mpeg4", "h263", "h263p", "flv1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantiserRules:
    """When a change of the quantiser counts."""

    least_doublings: float = 1.0
    """Least change of the step between coded values, as a power of two."""
    most_frames: int = 24
    """Most P frames that are looked at before and after."""
    fewest_frames: int = 8
    """Fewest."""
    widest_spread: float = 0.5
    """Widest spread on either side (from the first to the third quartile), as a share of the
    change."""


def describe_quantisers(
    fine: FineMeasures | None, key: NDArray[np.bool_], codec: str, rules: QuantiserRules
) -> Quantisation | None:
    """Describe the quantisers of a file; None where the decoder tells none.

    Args:
        fine: What the scene holds by frame; None without.
        key: Whether decoding can begin with a frame, in presentation order (n,).
        codec: FFmpeg's name of the codec.
        rules: When a change counts.
    """
    if fine is None or not np.isfinite(fine.quantiser).any():
        return None
    told = fine.quantiser
    by_type = tuple(
        (letter, float(told[here].mean()))
        for letter in "IPB"
        if (here := (fine.picture_types == letter.encode()) & np.isfinite(told)).any()
    )
    known = told[np.isfinite(told)]
    return Quantisation(
        mean=float(known.mean()),
        lowest=float(known.min()),
        highest=float(known.max()),
        by_type=by_type,
        steps=_clearest(list(_steps(fine, key, codec, rules)), rules),
    )


def _steps(
    fine: FineMeasures, key: NDArray[np.bool_], codec: str, rules: QuantiserRules
) -> Iterator[QuantiserStep]:
    """Yield the key frames about which the level of P frames changes."""
    doublings = _doublings(fine.quantiser, codec)
    if doublings is None:
        return
    usable = np.flatnonzero((fine.picture_types == b"P") & np.isfinite(doublings))
    for frame in np.flatnonzero(key):
        split = int(np.searchsorted(usable, frame))
        before = usable[max(split - rules.most_frames, 0) : split]
        after = usable[split : split + rules.most_frames]
        if min(len(before), len(after)) < rules.fewest_frames:
            continue
        change = float(np.median(doublings[after]) - np.median(doublings[before]))
        spread = max(
            float(np.ptp(np.quantile(doublings[one], (0.25, 0.75)))) for one in (before, after)
        )
        if abs(change) >= rules.least_doublings and spread <= rules.widest_spread * abs(change):
            yield QuantiserStep(
                frame=int(frame),
                before=float(np.median(fine.quantiser[before])),
                after=float(np.median(fine.quantiser[after])),
            )


def _clearest(steps: list[QuantiserStep], rules: QuantiserRules) -> tuple[QuantiserStep, ...]:
    """Leave out steps that are but the flanks of a larger one, which their windows reach.

    Of steps that are alike, as where no P frame lies between key frames, the first stands.
    """
    return tuple(
        step
        for step in steps
        if not any(
            abs(step.frame - other.frame) <= rules.most_frames
            and (-_size(other), other.frame) < (-_size(step), step.frame)
            for other in steps
        )
    )


def _size(step: QuantiserStep) -> float:
    return abs(step.after - step.before)


def _doublings(quantiser: NDArray[np.float32], codec: str) -> NDArray[np.float32] | None:
    """Return the step between coded values as a power of two; None where a scale is not known."""
    if codec in _BY_LEVEL:
        return np.asarray(quantiser / _LEVELS_TO_DOUBLE, dtype=np.float32)
    if codec in _BY_STEP:
        return np.log2(np.where(quantiser > 0, quantiser, np.nan)).astype(np.float32)
    return None
