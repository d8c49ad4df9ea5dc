"""From what was found to the list of edits: kind, time, strength, innocent explanations."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from purport.checks.edits._bars import Bars
from purport.checks.edits._cuts import Cut
from purport.checks.edits._freezes import Freeze, flat_share
from purport.checks.edits._hiding import Hidden
from purport.checks.edits._plates import Plate
from purport.checks.edits._signs import list_hidden, list_plates
from purport.checks.edits._spans import end_s, meet
from purport.checks.edits._stretches import Quiet
from purport.checks.edits._zoom_steps import is_zoom_step
from purport.checks.edits.records import Edit, EditKind, Graphics
from purport.core.media_time import FrameSpan
from purport.scene import Scene, Shot, Transition
from purport.scene.fingerprints import SameStretch

__all__ = [
    "list_black",
    "list_freezes",
    "list_overlays",
    "list_repeats",
    "list_silence",
    "list_transitions",
]

_AROUND_FRAMES = 12
_ONE_FADE_FRAMES = 12
_OVERLAY_STRENGTH = 0.75
_BETWEEN_SHOTS_STRENGTH = 0.9
_LONG_BLACK_STRENGTH = 0.6
_SHORT_BLACK_STRENGTH = 0.25
_LONGEST_BLINDING_S = 0.35
_ABRUPT_FRAMES = 8
_ABRUPT_SHARE = 0.6
_ZOOM_STRENGTH = 0.25
_BLINDED_STRENGTH = 0.25
_LEAST_FLAT, _LONGEST_FLAT_S = 0.85, 2.0
_BLACK_LUMA = 24
_WHOLE_SILENCE_STRENGTH = 0.5
_PART_SILENCE_STRENGTH = 0.75

_CUT = (
    "Official and news footage is normally cut to length; nothing need be hidden by it.",
    "A camera that switches lens or sensor changes the picture at once without any editing.",
)
_ZOOM = (
    "The picture is the one before, enlarged or reduced: a sensor that changes its zoom at once."
)
_FADE = ("A fade is a common way to join two shots or to begin and end a video.",)
_FREEZE = (
    "A live transmission or a screen recording stalls when data are late.",
    "A change of frame rate repeats frames.",
    "Editors hold a picture so that viewers can look at it.",
)
_STILL = (
    "A blast may have blinded the sensor, which then shows nothing but white or black.",
    "The scene may have stood still: strong compression removes the noise that would show it.",
    *_FREEZE,
)
_BLACK = (
    "Black is put at the start or end of videos and between shots as a matter of course.",
    "The lens may have been covered, or the sensor may have lost its signal.",
)
_DARK = ("The whole video is black: a picture in the dark, or none at all.",)
_BLINDED = (
    "A blast blinds the sensor for a moment; where heat is shown black, the picture turns black.",
    "The sensor may have lost its signal.",
)
_SILENCE_WHOLE = (
    "Many cameras, and nearly all airborne ones, record no sound.",
    "Publishing tools add an empty sound track by themselves.",
)
_SILENCE_PART = (
    "Noise suppression of telephones and platforms mutes quiet passages.",
    "The microphone may have been switched off.",
    "Words that could harm someone may have been muted.",
)
_OVERLAY = (
    "Sighting systems burn crosshair, clock and symbols into the picture by themselves.",
    "Publishers add logos and captions; blurred boxes may protect people or methods.",
)
_BOX = (
    "Publishers blur or pixelate what may endanger people or show methods.",
    "A cloud or veil of smoke that comes at once may take the detail from a part of the picture.",
)
_BARS = ("Players and platforms add bars to fit a picture of another shape.",)
_REPEAT = (
    "Editors show a moment again so that viewers can see it; it should then count once.",
    "Publishing tools repeat short videos in a loop.",
)


def list_transitions(scene: Scene, cuts: Iterable[Cut] = ()) -> Iterator[Edit]:
    """List cuts and fades where a shot begins, and open cuts; fades close to each other are one."""
    for cut in cuts:
        listed = _transition(scene, EditKind.CUT, cut.frame, cut.frame)
        yield _unless_blinded(scene, replace(listed, strength=cut.strength))
    fades: list[Shot] = []
    for shot in scene.shots:
        if shot.begins_with is Transition.CUT:
            yield _shot_cut(scene, shot.span.first)
        elif shot.begins_with is Transition.FADE:
            if fades and shot.span.first - fades[-1].span.first > _ONE_FADE_FRAMES:
                yield _fade(scene, fades)
                fades = []
            fades.append(shot)
    if fades:
        yield _fade(scene, fades)


def _shot_cut(scene: Scene, frame: int) -> Edit:
    """List a cut; a step of the sensor's zoom is but a hint."""
    cut = _transition(scene, EditKind.CUT, frame, frame)
    if not is_zoom_step(scene, frame):
        return _unless_blinded(scene, cut)
    return replace(cut, strength=_ZOOM_STRENGTH, innocent=(_ZOOM, *_CUT))


def _unless_blinded(scene: Scene, cut: Edit) -> Edit:
    """Make a cut a hint that lies beside a picture without structure which stays for a moment.

    A sensor that a blast blinds shows such a one, and something else when it sees again, the more
    so with few frames a second.
    """
    frame = cut.start_frame
    if frame is None or not any(_is_blank_moment(scene, one) for one in (frame - 1, frame)):
        return cut
    return replace(cut, strength=_BLINDED_STRENGTH, innocent=(*_BLINDED, *_CUT))


def _is_blank_moment(scene: Scene, frame: int) -> bool:
    """Tell whether a frame lies in at most two seconds without any structure, but no black."""
    if float(np.median(scene.thumbnails[frame])) <= _BLACK_LUMA:
        return False
    first, last = frame + 1, frame
    while first > 0 and flat_share(scene.thumbnails[first - 1]) >= _LEAST_FLAT:
        first -= 1
    if first > frame:
        return False
    while last + 1 < scene.frames and flat_share(scene.thumbnails[last + 1]) >= _LEAST_FLAT:
        last += 1
    inside = first > 0 and last + 1 < scene.frames
    return inside and end_s(scene, last) - scene.seconds(first) <= _LONGEST_FLAT_S


def list_freezes(
    scene: Scene, freezes: Iterable[Freeze], black: Sequence[FrameSpan]
) -> Iterator[Edit]:
    """List freezes that are not black pictures."""
    for freeze in freezes:
        if any(meet(FrameSpan(first=freeze.first, last=freeze.last), span) for span in black):
            continue
        clear = freeze.strength >= 0.5  # noqa: PLR2004 - the limit of the scale
        yield Edit(
            kind=EditKind.FREEZE,
            start_s=scene.seconds(freeze.first),
            end_s=end_s(scene, freeze.last),
            strength=freeze.strength,
            start_frame=freeze.first,
            end_frame=freeze.last,
            innocent=_FREEZE if clear else _STILL,
        )


def list_black(scene: Scene, black: Iterable[FrameSpan]) -> Iterator[Edit]:
    """List black stretches.

    Those at an end of the video or where a shot begins are clear signs. Within a shot a blast may
    have blinded the sensor, and a video that is black throughout shows nothing: but hints.
    """
    for span in black:
        strength, innocent = _weigh_black(scene, span)
        yield Edit(
            kind=EditKind.BLACK,
            start_s=scene.seconds(span.first),
            end_s=end_s(scene, span.last),
            strength=strength,
            start_frame=span.first,
            end_frame=span.last,
            innocent=innocent,
        )


def list_silence(silences: Iterable[Quiet]) -> Iterator[Edit]:
    """List silences; an empty sound track is a weaker sign than a hole in one."""
    for quiet in silences:
        yield Edit(
            kind=EditKind.SILENCE,
            start_s=quiet.start_s,
            end_s=quiet.end_s,
            strength=_WHOLE_SILENCE_STRENGTH if quiet.whole else _PART_SILENCE_STRENGTH,
            start_frame=None,
            end_frame=None,
            innocent=_SILENCE_WHOLE if quiet.whole else _SILENCE_PART,
        )


def list_overlays(
    scene: Scene, plates: Sequence[Plate], hidden: Sequence[Hidden], bars: Bars | None
) -> Iterator[Edit]:
    """List burnt-in graphics: plates, boxes, bars, and one entry for shots with more."""
    yield from list_plates(scene, plates, _OVERLAY)
    yield from list_hidden(scene, hidden, _BOX)
    if bars is not None:
        yield _bars(scene, bars)
    group: list[Shot] = []
    for shot in scene.shots:
        if shot.overlay.any():
            group.append(shot)
        elif group:
            yield _overlay(scene, group)
            group = []
    if group:
        yield _overlay(scene, group)


def list_repeats(
    scene: Scene, repeats: Iterable[SameStretch], *, largest_ratio: float
) -> Iterator[Edit]:
    """List stretches shown again, at their second showing."""
    for repeat in repeats:
        yield Edit(
            kind=EditKind.REPEAT,
            start_s=scene.seconds(repeat.other.first),
            end_s=end_s(scene, repeat.other.last),
            strength=1.0 - 0.5 * repeat.ratio / largest_ratio,
            start_frame=repeat.other.first,
            end_frame=repeat.other.last,
            innocent=_REPEAT,
            other_start_s=scene.seconds(repeat.span.first),
            other_end_s=end_s(scene, repeat.span.last),
        )


def _weigh_black(scene: Scene, span: FrameSpan) -> tuple[float, tuple[str, ...]]:
    if len(span) == scene.frames:
        return _SHORT_BLACK_STRENGTH, _DARK
    borders = {shot.span.first for shot in scene.shots} | {scene.frames}
    if any(span.first <= border <= span.last + 1 for border in borders):
        return _BETWEEN_SHOTS_STRENGTH, _BLACK
    lasts = end_s(scene, span.last) - scene.seconds(span.first) > _LONGEST_BLINDING_S
    if lasts and _is_abrupt(scene, span):
        return _LONG_BLACK_STRENGTH, _BLACK
    return _SHORT_BLACK_STRENGTH, _BLINDED


def _is_abrupt(scene: Scene, span: FrameSpan) -> bool:
    """Tell whether black comes and goes at once; a blinded sensor sees again little by little."""
    first, last = span.first, span.last
    before, after = max(first - _ABRUPT_FRAMES, 0), min(last + _ABRUPT_FRAMES, scene.frames - 1)
    coming = float(scene.step[first]) >= _ABRUPT_SHARE * _apart(scene, before, first)
    return coming and float(scene.step[last + 1]) >= _ABRUPT_SHARE * _apart(scene, last, after)


def _apart(scene: Scene, one: int, other: int) -> float:
    difference = scene.thumbnails[one].astype(np.int16) - scene.thumbnails[other]
    return float(np.abs(difference).mean())


def _fade(scene: Scene, shots: Sequence[Shot]) -> Edit:
    return _transition(scene, EditKind.FADE, shots[0].span.first, shots[-1].span.first)


def _transition(scene: Scene, kind: EditKind, first: int, last: int) -> Edit:
    """Describe the change to another shot; its strength is that of its clearest step."""
    return Edit(
        kind=kind,
        start_s=scene.seconds(first),
        end_s=scene.seconds(last),
        strength=max(_cut_strength(scene, frame) for frame in range(first, last + 1)),
        start_frame=first,
        end_frame=last,
        innocent=_FADE if kind is EditKind.FADE else _CUT,
    )


def _bars(scene: Scene, bars: Bars) -> Edit:
    left, top, right, bottom = bars.box
    return Edit(
        kind=EditKind.OVERLAY,
        start_s=0.0,
        end_s=end_s(scene, scene.frames - 1),
        strength=_OVERLAY_STRENGTH,
        start_frame=0,
        end_frame=scene.frames - 1,
        innocent=_BARS,
        picture_share=1.0 - (right - left) * (bottom - top),
        graphics=Graphics.LETTERBOX,
        box=bars.box,
        shown_frames=(0,),
    )


def _overlay(scene: Scene, shots: Sequence[Shot]) -> Edit:
    frames = sum(len(shot.span) for shot in shots)
    covered = sum(float(shot.overlay.mean()) * len(shot.span) for shot in shots)
    return Edit(
        kind=EditKind.OVERLAY,
        start_s=scene.seconds(shots[0].span.first),
        end_s=end_s(scene, shots[-1].span.last),
        strength=_OVERLAY_STRENGTH,
        start_frame=shots[0].span.first,
        end_frame=shots[-1].span.last,
        innocent=_OVERLAY,
        picture_share=covered / frames,
        graphics=Graphics.SYMBOLOGY,
    )


def _cut_strength(scene: Scene, frame: int) -> float:
    """Compare the step into the shot with the median step around it."""
    first, stop = max(1, frame - _AROUND_FRAMES), frame + _AROUND_FRAMES + 1
    around = np.delete(scene.step[first:stop], frame - first)
    step = float(scene.step[frame])
    if not len(around) or step <= 0.0:
        return 0.5
    return 0.5 + 0.5 * max(0.0, 1.0 - float(np.median(around)) / step)
