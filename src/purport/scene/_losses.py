"""What it means when frames can no longer be followed: a cut, a fade, or a disturbance that passes.

A flash, saturation, a gain step or smoke hides the place and gives it back; a cut replaces it. The
judgement rests on structure: features that match across the loss, and likeness of edges.
"""

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from purport.scene._structure import edges_of, likeness
from purport.scene._survey import Survey

__all__ = [
    "Attempt",
    "Judgement",
    "find_replacement",
    "is_break",
    "is_jump",
    "judge_loss",
    "should_attempt",
]

RICH = 60
"""Features that make a failure to match telling."""

_ABRUPT_LIKENESS = 0.45
_OTHER_LIKENESS = 0.4
_STEADY_LIKENESS = 0.6
_POOR_LIKENESS = 0.25
_POOR_FRAMES = 6
_TELLING_ATTEMPTS = 3
_LEAST_WAIT = 5
_UNSTEADY_LUMA = 12.0
_UNSTEADY_SD = 0.2
_LATE_FRAMES = 30
_JUDGED_FRAMES = 10
_LATE_ATTEMPTS = 4
_DEGRADED_SD = 0.5
_DEGRADED_FEATURES = 0.4
_SATURATED_SHARE = 0.25
_JUMP_SHARE = 0.1
_JUMP_RATIO = 5.0
_GRADUAL_SHARE = 0.4
_REPLACED_FRAMES = 12
_REPLACED_ATTEMPTS = 5
_BLACK_LUMA = 32.0


class Judgement(Enum):
    """What a loss is."""

    WAIT = auto()
    """Not told yet."""
    CUT = auto()
    """The picture was replaced at once."""
    FADE = auto()
    """The picture was replaced over several frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A failed attempt to match a frame to the place before the loss."""

    index: int
    """The frame."""
    features: int
    """Features found in it."""
    holds: bool
    """Whether it matches the first frame after the loss that was tried."""


def should_attempt(waited: int) -> bool:
    """Tell whether to try matching after so many frames of loss: often at first, then seldom."""
    return waited in {0, 1, 2, 3, 5, 8, 12} or waited % 6 == 0


def judge_loss(
    survey: Survey,
    first: int,
    attempts: list[Attempt],
    *,
    last: int,
    features_before: int,
    ended: bool,
) -> Judgement:
    """Judge a loss that began at frame `first` and has lasted to frame `last`.

    Args:
        survey: The first pass.
        first: First frame that could not be followed.
        attempts: Failed attempts since.
        last: Latest frame.
        features_before: Features in the reference before the loss.
        ended: Whether the video ends with `last`.
    """
    if first == 0 or survey.is_blind(last):
        return Judgement.WAIT
    telling = [attempt for attempt in attempts if attempt.features >= RICH]
    if _is_cut(survey, first, telling, last=last, features_before=features_before, ended=ended):
        return Judgement.CUT
    if _is_fade(survey, first, telling, last=last, features_before=features_before):
        return Judgement.FADE
    return Judgement.WAIT


def _is_cut(
    survey: Survey,
    first: int,
    telling: list[Attempt],
    *,
    last: int,
    features_before: int,
    ended: bool,
) -> bool:
    """Tell whether the picture was replaced at once, by one as sound and as steady."""
    seen = min(last, first + _JUDGED_FRAMES)
    if survey.alike[first] >= _ABRUPT_LIKENESS or not (
        _is_steady(survey, first + 1, seen) and _has_steady_light(survey, first, seen)
    ):
        return False
    if _is_degraded(survey, first, telling, features_before):
        return False
    if _is_poor_cut(survey, first, last, ended=ended):
        return True
    if features_before < RICH or not telling:
        return False
    waited = len(telling) >= _TELLING_ATTEMPTS and last - first >= _LEAST_WAIT
    return ended or (waited and telling[-1].holds)


def _is_fade(
    survey: Survey, first: int, telling: list[Attempt], *, last: int, features_before: int
) -> bool:
    """Tell whether the picture was replaced little by little, by one that lasts."""
    late = [attempt for attempt in telling if attempt.index > last - _LATE_FRAMES]
    if last - first + 1 < _LATE_FRAMES or len(late) < _LATE_ATTEMPTS or not late[-1].holds:
        return False
    return (
        features_before >= RICH
        and _likeness_across(survey, first, last) <= _OTHER_LIKENESS
        and _is_steady(survey, last - _LATE_FRAMES // 3, last)
        and _is_gradual(survey, first, last)
    )


def find_replacement(
    survey: Survey,
    first: int,
    attempts: list[Attempt],
    *,
    last: int,
    features_before: int,
) -> int | None:
    """Find the frame at which the picture was replaced while the place was lost anyway.

    A cut may come while the sensor is still blinded, or stand behind some frames of black: then it
    is not the first frame of the loss that shows it. From the frame at which a picture appears it
    has to be as sound as before the loss, steady in structure and in the end in light, rich, and
    match itself but not once, in five attempts over twelve frames, what was seen before. A sensor
    that sees the same place again matches it sooner.

    Args:
        survey: The first pass.
        first: First frame that could not be followed.
        attempts: Failed attempts since.
        last: Latest frame.
        features_before: Features in the reference before the loss.

    Returns:
        The first frame of the new picture, or of the black before it; None when there is none, or
        none told yet.
    """
    if first == 0 or features_before < RICH or not attempts or attempts[-1].index != last:
        return None
    begins = _last_appearance(survey, first, last)
    if begins is None or last - begins < _REPLACED_FRAMES:
        return None
    since = [attempt for attempt in attempts if attempt.index >= begins]
    least = max(RICH, _DEGRADED_FEATURES * features_before)
    told = len(since) >= _REPLACED_ATTEMPTS and all(one.features >= least for one in since)
    if not told or not all(attempt.holds for attempt in since[1:]):
        return None
    sound = survey.saturated[begins : last + 1].max() < (
        survey.saturated[first - 1] + _SATURATED_SHARE
    )
    steady = _is_steady(survey, begins + 1, last) and _has_steady_light(
        survey, last - _JUDGED_FRAMES, last
    )
    other = _likeness_across(survey, first, last) <= _OTHER_LIKENESS
    if not (sound and steady and other):
        return None
    return first if _is_black_between(survey, first, begins) else begins


def _is_black_between(survey: Survey, first: int, begins: int) -> bool:
    """Tell whether the frames from `first` to before `begins` are black put between two shots.

    The picture after it is there at once as it stays; a sensor blacked out by a blast sees again
    little by little.
    """
    dark = survey.luma_mean[first:begins].max() < _BLACK_LUMA
    blind = all(survey.is_blind(index) for index in range(first, begins))
    return bool(dark and blind) and _has_steady_light(survey, begins, begins + _JUDGED_FRAMES)


def _last_appearance(survey: Survey, first: int, last: int) -> int | None:
    """Return the last frame after `first` that shows another structure than the one before it.

    Or that shows one at all, when the frame before shows next to nothing.
    """
    for index in range(last, first, -1):
        blind = survey.is_blind(index - 1)
        if is_break(survey, index) or (blind and not survey.is_blind(index)):
            return index
    return None


def is_break(survey: Survey, index: int) -> bool:
    """Tell whether the structure of a frame is other than that of the one before."""
    return bool(survey.alike[index] < _ABRUPT_LIKENESS)


def is_jump(survey: Survey, first: int, moved_px: float, usual_px: float) -> bool:
    """Tell whether a place that was found again lies so far off that the view was cut, not moved.

    Args:
        survey: The first pass.
        first: First frame that could not be followed.
        moved_px: How far the picture moved over the loss, at working size. [px]
        usual_px: How far it moves in as many frames otherwise. [px]
    """
    width = survey.size[0] * survey.scale
    far = moved_px > max(_JUMP_SHARE * width, _JUMP_RATIO * usual_px)
    sound = survey.luma_sd[first] > _DEGRADED_SD * survey.luma_sd[first - 1]
    abrupt = survey.alike[first] < _ABRUPT_LIKENESS
    return bool(far and sound and abrupt and survey.saturated[first] < _SATURATED_SHARE)


def _is_steady(survey: Survey, first: int, last: int) -> bool:
    return first > last or float(np.median(survey.alike[first : last + 1])) > _STEADY_LIKENESS


def _has_steady_light(survey: Survey, first: int, last: int) -> bool:
    """Tell whether luma keeps its mean and spread, as after a cut and unlike in a flash."""
    mean, spread = survey.luma_mean[first : last + 1], survey.luma_sd[first : last + 1]
    return bool(
        np.ptp(mean) < _UNSTEADY_LUMA and np.ptp(spread) < _UNSTEADY_SD * float(spread.mean())
    )


def _is_degraded(survey: Survey, first: int, attempts: list[Attempt], features_before: int) -> bool:
    """Tell whether the frames after the loss are poor pictures rather than another picture."""
    before = first - 1
    flat = survey.luma_sd[first] < _DEGRADED_SD * survey.luma_sd[before]
    burnt = survey.saturated[first] > survey.saturated[before] + _SATURATED_SHARE
    most = max((attempt.features for attempt in attempts), default=0)
    bare = bool(attempts) and most < _DEGRADED_FEATURES * features_before
    return bool(flat or burnt or bare or survey.is_blind(first))


def _is_poor_cut(survey: Survey, first: int, last: int, *, ended: bool) -> bool:
    """Tell a cut between pictures too poor in features, by their edges alone."""
    if last - first + 1 < _POOR_FRAMES and not ended:
        return False
    return bool(
        survey.alike[first] < _POOR_LIKENESS
        and _likeness_across(survey, first, last) < _POOR_LIKENESS
    )


def _likeness_across(survey: Survey, first: int, last: int) -> float:
    before = edges_of(survey.thumbnail(first - 1))
    return likeness(edges_of(survey.thumbnail(last)), before)


def _is_gradual(survey: Survey, first: int, last: int) -> bool:
    """Tell whether no single step makes up most of the change."""
    start = max(first - _LATE_FRAMES // 2, 1)
    whole = np.abs(
        survey.thumbnail(last).astype(np.int16) - survey.thumbnail(start - 1).astype(np.int16)
    ).mean()
    return bool(survey.step[start : last + 1].max() < _GRADUAL_SHARE * whole)
