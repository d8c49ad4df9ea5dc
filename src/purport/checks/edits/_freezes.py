"""Freezes: the same picture shown on while time goes on.

A still scene is not a freeze. Live pictures carry noise, so that two frames differ even if nothing
moves; a frozen picture differs from itself only by what the codec does to it. A run of frames with
next to no difference is therefore a clear freeze only where the frames around it differ all the
time. Where they hardly differ either (a still scene after strong compression), it is but a hint.

Measured on 32 freezes of 0.24 to 0.8 s put into published clips (re-encoded by x264 at crf 23 and
32): 24 found as clear to within 2 frames, 5 as hints, 3 of at most 9 frames at crf 32 missed;
no clear freeze in 33 simulated clips and 31 published ones. In one more, a made-up test animation,
pictures that do stand still are called clear.

A camera that comes to rest slows down first; a freeze begins and ends in full movement. A sensor
that a blast has blinded shows the same white (or black) for a while, which is no freeze either. A
sensor whose gain jumps over a still scene ends the stillness by a change of light alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._pictures import pictures_of
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["Freeze", "FreezeRules", "find_freezes", "flat_share"]

_UNTOLD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRules:
    """When pictures count as frozen."""

    shortest_s: float = 0.2
    """Shortest freeze. [s]"""
    fewest_repeats: int = 3
    """Fewest frames that repeat the one before."""
    still_step: float = 0.08
    """Largest mean difference of thumbnails that counts as none. [luma, 0 to 255]"""
    drift: float = 0.5
    """Largest difference across a short interruption (a key frame of the codec) that is bridged."""
    drift_at_key: float = 2.5
    """The same where a key frame codes the whole picture anew. [luma]"""
    bridged_frames: int = 2
    """Longest interruption that is bridged."""
    around_frames: int = 25
    """Frames looked at on either side."""
    fewest_around: int = 8
    """Fewest frames around without which nothing can be compared."""
    least_noise: float = 0.1
    """Least difference that nine in ten frames around must have."""
    contrast: float = 4.0
    """How many times smaller the difference within must be."""
    abrupt_share: float = 0.4
    """Least share of the usual difference around that the frames next to the freeze must reach."""
    abrupt_frames: int = 5
    """Frames next to the freeze, on either side, of which one must."""
    largest_still_share: float = 0.3
    """Largest share of the frames around that are still themselves, those of runs that begin with
    a flash left out: in a still scene the codec touches the picture up now and then."""
    largest_jump: float = 4.0
    """Largest change to the picture that stays, of what changes from frame to frame before it."""
    largest_flat_share: float = 0.85
    """Largest share of the picture without any structure: a blinded sensor is not frozen."""
    least_apart: float = 0.25
    """How far the frame of ten around that is least like the frozen picture must be from it in one
    light, where the frames around differ in light above all. Measured: 0.61 and more about 23
    freezes in moving footage, 0.11 about a still scene whose gain jumps (development clips)."""
    largest_light_share: float = 0.5
    """Largest part of the differences around that the mean of the picture may explain there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A run of equal pictures."""

    first: int
    """Frame that stays."""
    last: int
    """Last frame that shows it."""
    strength: float
    """0.5 to 1 where the frames around are lively; 0.25 where it may as well be a still scene."""


def find_freezes(scene: Scene, rules: FreezeRules) -> tuple[Freeze, ...]:
    """Find freezes within shots."""
    still = np.asarray(scene.step <= rules.still_step)
    still[[shot.span.first for shot in scene.shots]] = False
    runs = [run for shot in scene.shots for run in _bridged(scene, still, shot.span, rules)]
    covered = np.zeros(scene.frames, dtype=np.bool_)
    for run in runs:
        covered[run.first + 1 : run.last + 1] = True
    blinded = np.zeros(scene.frames, dtype=np.bool_)
    for run in runs:
        if _begins_with_flash(scene, run.first, scene.shot_of(run.first).span, rules):
            blinded[run.first + 1 : run.last + 1] = True
    judged = (
        _judged(scene, run, covered, blinded, rules=rules)
        for run in runs
        if run.last - run.first >= rules.fewest_repeats
    )
    return tuple(
        freeze
        for freeze in judged
        if scene.seconds(freeze.last) - scene.seconds(freeze.first) >= rules.shortest_s
    )


def _bridged(
    scene: Scene, still: NDArray[np.bool_], span: FrameSpan, rules: FreezeRules
) -> list[FrameSpan]:
    """Return runs of still frames in a shot, each with the frame that stays before it."""
    places = span.first + np.flatnonzero(still[span.first : span.last + 1])
    runs: list[FrameSpan] = []
    for place in places.tolist():
        if runs and place - runs[-1].last <= rules.bridged_frames + 1:
            last = runs[-1].last
            if place == last + 1 or _apart(scene, last, place) <= _drift(
                scene, FrameSpan(first=last + 1, last=place), rules
            ):
                runs[-1] = FrameSpan(first=runs[-1].first, last=place)
                continue
        runs.append(FrameSpan(first=place - 1, last=place))
    return runs


def _drift(scene: Scene, frames: FrameSpan, rules: FreezeRules) -> float:
    """Return how much a frozen picture may differ across frames in which it is coded anew."""
    types = () if scene.fine is None else scene.fine.picture_types[frames.first : frames.last + 1]
    return rules.drift_at_key if b"I" in list(types) else rules.drift


def _apart(scene: Scene, one: int, other: int) -> float:
    difference = scene.thumbnails[one].astype(np.int16) - scene.thumbnails[other]
    return float(np.abs(difference).mean())


def _judged(
    scene: Scene,
    run: FrameSpan,
    covered: NDArray[np.bool_],
    blinded: NDArray[np.bool_],
    *,
    rules: FreezeRules,
) -> Freeze:
    """Compare a run with the frames around it in its shot, and widen it to its true ends."""
    shot = scene.shot_of(run.first).span
    before, after = _beside(run, shot, rules.around_frames)
    around = np.concatenate((before, after))
    steps = scene.step[around[~covered[around]]]
    if len(steps) < rules.fewest_around:
        return Freeze(first=run.first, last=run.last, strength=_UNTOLD)
    noise, usual = float(np.quantile(steps, 0.1)), float(np.median(steps))
    within = float(np.median(scene.step[run.first + 1 : run.last + 1]))
    whole = _widened(scene, run, shot, limit=min(rules.drift, rules.abrupt_share * usual))
    edges = _beside(whole, shot, rules.abrupt_frames)
    abrupt = all(
        float(scene.step[edge].max()) >= rules.abrupt_share * usual for edge in edges if len(edge)
    )
    seeing = around[~blinded[around]]
    moving = _still_share(scene, seeing, rules) <= rules.largest_still_share
    sudden = _begins_with_flash(scene, whole.first, shot, rules)
    structured = flat_share(scene.thumbnails[run.last]) <= rules.largest_flat_share
    lively = noise >= rules.least_noise and within * rules.contrast <= noise
    lit = _only_light_changes(scene, around[~covered[around]], run.last, rules)
    strength = (
        1.0 - 0.5 * within * rules.contrast / noise
        if lively and abrupt and structured and moving and not (sudden or lit)
        else _UNTOLD
    )
    return Freeze(first=whole.first, last=whole.last, strength=strength)


def _only_light_changes(
    scene: Scene, around: NDArray[np.intp], frozen: int, rules: FreezeRules
) -> bool:
    """Tell whether the frames around show the frozen picture too, in a light that changes."""
    differ = float(scene.step[around].sum())
    light = float(np.abs(scene.luma_mean[around] - scene.luma_mean[around - 1]).sum())
    if light <= rules.largest_light_share * differ:
        return False
    apart = pictures_of(scene).apart(around, np.full(len(around), frozen))
    return float(np.quantile(apart, 0.9)) < rules.least_apart


def _still_share(scene: Scene, frames: NDArray[np.intp], rules: FreezeRules) -> float:
    """Return the part of frames that hardly differ from the one before, frozen ones or not."""
    return float((scene.step[frames] <= rules.still_step).mean())


def _begins_with_flash(scene: Scene, first: int, shot: FrameSpan, rules: FreezeRules) -> bool:
    """Tell whether what stays is not what was shown before: a sensor that was blinded."""
    if first <= shot.first:
        return False
    before = scene.step[max(shot.first + 1, first - rules.around_frames) : first]
    if not len(before):
        return False
    last = scene.step[max(shot.first + 1, first - 1) : first + 1]
    return bool(last.max() > rules.largest_jump * max(float(np.median(before)), rules.drift))


def flat_share(thumbnail: NDArray[np.uint8]) -> float:
    """Return the part of a picture whose neighbouring pixels differ by one level at most."""
    levels = thumbnail.astype(np.int16)
    down, across = np.abs(np.diff(levels, axis=0)), np.abs(np.diff(levels, axis=1))
    return float(((down[:, :-1] <= 1) & (across[:-1] <= 1)).mean())


def _beside(
    run: FrameSpan, shot: FrameSpan, frames: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the frames before and after a run, within its shot, whose step is not the run's."""
    before = np.arange(max(shot.first + 1, run.first + 1 - frames), run.first + 1)
    after = np.arange(run.last + 1, min(shot.last, run.last + frames) + 1)
    return before, after


def _widened(scene: Scene, run: FrameSpan, shot: FrameSpan, *, limit: float) -> FrameSpan:
    """Add frames at the ends that show the same picture as the run's, coded worse."""
    first, last = run.first, run.last
    while first > shot.first and _apart(scene, first - 1, run.first) <= limit:
        first -= 1
    while last < shot.last and _apart(scene, last + 1, run.last) <= limit:
        last += 1
    return FrameSpan(first=first, last=last)
