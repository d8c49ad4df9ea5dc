"""From slowed, dropped, reversed, faded and covered stretches and sounds to the list of edits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from purport.checks.edits._cadences import Cadence
from purport.checks.edits._clocks import Clocks, ClockSlowing
from purport.checks.edits._crops import Crop
from purport.checks.edits._dissolves import Dissolve
from purport.checks.edits._fading import Fade
from purport.checks.edits._gaps import Gap
from purport.checks.edits._hiding import Hidden
from purport.checks.edits._innocence import CLOCK_EXPLANATIONS, EXPLANATIONS
from purport.checks.edits._loops import Loop
from purport.checks.edits._plates import Plate
from purport.checks.edits._reversals import Reversal
from purport.checks.edits._slowing import Slowing
from purport.checks.edits._sound import SoundChange, SoundLoop, SoundRules
from purport.checks.edits._spans import end_s, meet
from purport.checks.edits.records import Edit, EditKind, Graphics
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = [
    "apart_from_crops",
    "list_crops",
    "list_dissolves",
    "list_fades",
    "list_gaps",
    "list_hidden",
    "list_loops",
    "list_plates",
    "list_reversals",
    "list_slow_motion",
    "list_sound_changes",
    "list_sound_loops",
    "without",
]

_CAPTION_WIDTH = 0.3
_DOUBTFUL_STRENGTH = 0.4
_SAME_FACTOR = 0.05
_FOLLOWED_SHARE = 0.8
"""Least share of the time that a clock goes slowly for a pattern to tell the ends better."""
_EVEN_SHARE = 0.8
"""Share of a stretch over which a clock has to go on evenly to speak against slow motion."""


def list_gaps(scene: Scene, gaps: Iterable[Gap], cuts: Sequence[int]) -> Iterator[Edit]:
    """List missing time, but where a shot begins anyway."""
    for gap in gaps:
        if gap.frame in cuts:
            continue
        yield Edit(
            kind=EditKind.DROP,
            start_s=scene.seconds(gap.frame - 1 if gap.in_times else gap.frame),
            end_s=scene.seconds(gap.frame),
            strength=gap.strength,
            start_frame=gap.frame,
            end_frame=gap.frame,
            innocent=EXPLANATIONS[EditKind.DROP],
            shown_frames=(gap.frame - 1, gap.frame),
        )


def list_slow_motion(
    scene: Scene,
    slowings: Sequence[Slowing],
    cadences: Sequence[Cadence],
    clocks: Clocks,
) -> Iterator[Edit]:
    """List slow motion and converted frame rates.

    A pattern of repeated frames says where it begins and ends more exactly than a clock, and a
    clock more exactly than the movement. Where a recorder made the pattern, what goes at its factor
    elsewhere in the shot is no slow motion, and movement that is slowed there is but a hint: some
    of its frames are the recorder's. A hint is also what a burnt-in clock speaks against.
    """
    converted = [cadence for cadence in cadences if not cadence.apart]
    apart = [one for one in cadences if one.apart and not _goes_on(scene, one, converted)]
    followed = [one for one in apart if not _in_longer(one.span, clocks.slowings)]
    for cadence in cadences:
        if cadence in apart and cadence not in followed:
            continue
        if cadence not in apart:
            yield _stretch(
                scene, EditKind.CADENCE, cadence.span, (cadence.strength, cadence.factor)
            )
            continue
        strength = _borne_out(clocks, cadence.span, cadence.strength)
        yield _stretch(scene, EditKind.SLOW_MOTION, cadence.span, (strength, cadence.factor))
    told = [cadence.span for cadence in followed]
    for slowed in clocks.slowings:
        if not any(meet(slowed.span, span) for span in told):
            yield _by_clock(scene, slowed)
    told += [slowed.span for slowed in clocks.slowings]
    for slowing in slowings:
        if any(meet(slowing.span, span) for span in told):
            continue
        doubtful = any(meet(slowing.span, cadence.span) for cadence in converted)
        strength = _borne_out(clocks, slowing.span, slowing.strength)
        strength = min(strength, _DOUBTFUL_STRENGTH) if doubtful else strength
        yield _stretch(scene, EditKind.SLOW_MOTION, slowing.span, (strength, slowing.factor))


def _in_longer(span: FrameSpan, slowings: Iterable[ClockSlowing]) -> bool:
    """Tell whether a clock goes slowly for longer than a pattern could be followed."""
    return any(
        meet(slowed.span, span) and len(span) < _FOLLOWED_SHARE * len(slowed.span)
        for slowed in slowings
    )


def _borne_out(clocks: Clocks, span: FrameSpan, strength: float) -> float:
    """Weigh slow motion by the burnt-in clocks: one that goes on evenly makes it a hint."""
    if clocks.share_even(span) >= _EVEN_SHARE:
        return min(strength, _DOUBTFUL_STRENGTH)
    return max([strength, *(one.strength for one in clocks.slowings if meet(one.span, span))])


def _by_clock(scene: Scene, slowed: ClockSlowing) -> Edit:
    left, top, right, bottom = slowed.box
    width, height = scene.width_px, scene.height_px
    return replace(
        _stretch(scene, EditKind.SLOW_MOTION, slowed.span, (slowed.strength, slowed.factor)),
        innocent=CLOCK_EXPLANATIONS,
        factor_sd=slowed.factor_sd,
        box=(left / width, top / height, right / width, bottom / height),
    )


def _goes_on(scene: Scene, cadence: Cadence, others: Iterable[Cadence]) -> bool:
    """Tell whether a pattern is that of a converted frame rate elsewhere in its shot."""
    shot = scene.shot_of(cadence.span.first).span
    return any(
        meet(other.span, shot)
        and abs(other.factor - cadence.factor) <= _SAME_FACTOR * cadence.factor
        for other in others
    )


def list_crops(scene: Scene, crops: Iterable[Crop]) -> Iterator[Edit]:
    """List stretches in which a part is enlarged."""
    for crop in crops:
        yield replace(
            _stretch(scene, EditKind.CROP, crop.span, (crop.strength, crop.scale)),
            box=crop.box,
            shown_frames=(crop.span.first - 1, crop.span.first, crop.span.last),
        )


def apart_from_crops(crops: Iterable[Crop], among: Iterable[Edit]) -> Iterator[Edit]:
    """Leave out the cuts that the two ends of an enlarged stretch are."""
    ends = {frame for crop in crops for frame in (crop.span.first, crop.span.last + 1)}
    for edit in among:
        if edit.kind is not EditKind.CUT or edit.start_frame not in ends:
            yield edit


def list_fades(scene: Scene, fades: Iterable[Fade]) -> Iterator[Edit]:
    """List fades to and from black."""
    for fade in fades:
        yield _stretch(scene, EditKind.FADE, fade.span, (fade.strength, None))


def list_dissolves(
    scene: Scene, dissolves: Iterable[Dissolve], fades: Iterable[Fade]
) -> Iterator[Edit]:
    """List dissolves that are no fades."""
    spans = [fade.span for fade in fades]
    for dissolve in dissolves:
        if not any(meet(dissolve.span, span) for span in spans):
            yield _stretch(scene, EditKind.DISSOLVE, dissolve.span, (dissolve.strength, None))


def list_loops(scene: Scene, loops: Iterable[Loop]) -> Iterator[Edit]:
    """List loops, with their first round as what was shown first."""
    for loop in loops:
        first = loop.span.first - loop.period
        edit = _stretch(scene, EditKind.LOOP, loop.span, (loop.strength, None))
        yield replace(
            edit,
            other_start_s=scene.seconds(first),
            other_end_s=end_s(scene, loop.span.first - 1),
            shown_frames=(first, loop.span.first),
        )


def list_reversals(scene: Scene, reversals: Iterable[Reversal]) -> Iterator[Edit]:
    """List stretches shown backwards."""
    for reversal in reversals:
        mirrored = reversal.mirrored
        yield replace(
            _stretch(scene, EditKind.REVERSE, reversal.span, (reversal.strength, None)),
            other_start_s=None if mirrored is None else scene.seconds(mirrored.first),
            other_end_s=None if mirrored is None else end_s(scene, mirrored.last),
        )


def list_plates(scene: Scene, plates: Iterable[Plate], innocent: tuple[str, ...]) -> Iterator[Edit]:
    """List plates: wide ones are captions, others logos."""
    for plate in plates:
        left, top, right, bottom = plate.box
        wide = right - left >= _CAPTION_WIDTH
        yield Edit(
            kind=EditKind.OVERLAY,
            start_s=scene.seconds(plate.span.first),
            end_s=end_s(scene, plate.span.last),
            strength=plate.strength,
            start_frame=plate.span.first,
            end_frame=plate.span.last,
            innocent=innocent,
            picture_share=(right - left) * (bottom - top),
            graphics=Graphics.CAPTION if wide else Graphics.LOGO,
            box=plate.box,
            shown_frames=tuple(
                sorted({max(plate.span.first - 1, 0), plate.span.first, plate.span.last})
            ),
        )


def list_hidden(
    scene: Scene, hidden: Iterable[Hidden], innocent: tuple[str, ...]
) -> Iterator[Edit]:
    """List boxes that blur or pixelate."""
    for one in hidden:
        left, top, right, bottom = one.box
        yield replace(
            _stretch(scene, EditKind.OVERLAY, one.span, (one.strength, None)),
            innocent=innocent,
            picture_share=(right - left) * (bottom - top),
            graphics=Graphics.BLUR_BOX,
            box=one.box,
            shown_frames=tuple(sorted({max(one.span.first - 1, 0), one.span.first, one.span.last})),
        )


def list_sound_loops(loops: Iterable[SoundLoop], rules: SoundRules) -> Iterator[Edit]:
    """List sound that is heard again."""
    for loop in loops:
        yield Edit(
            kind=EditKind.SOUND_LOOP,
            start_s=loop.start_s,
            end_s=loop.end_s,
            strength=1.0 - 0.5 * rules.least_mean / max(loop.agreement, rules.least_mean),
            start_frame=None,
            end_frame=None,
            innocent=EXPLANATIONS[EditKind.SOUND_LOOP],
            other_start_s=loop.start_s - loop.lag_s,
            other_end_s=loop.end_s - loop.lag_s,
        )


def list_sound_changes(changes: Iterable[SoundChange], rules: SoundRules) -> Iterator[Edit]:
    """List changes of the background of the sound."""
    for change in changes:
        yield Edit(
            kind=EditKind.SOUND_CHANGE,
            start_s=change.start_s,
            end_s=change.end_s,
            strength=1.0 - 0.5 * rules.least_change_db / change.change_db,
            start_frame=None,
            end_frame=None,
            innocent=EXPLANATIONS[EditKind.SOUND_CHANGE],
        )


def without(known: Iterable[Edit], *kinds: EditKind, among: Iterable[Edit]) -> Iterator[Edit]:
    """Leave out the signs that lie within, or right beside, a known one of these kinds."""
    spans = [
        (edit.start_frame - 1, edit.end_frame + 1)
        for edit in known
        if edit.kind in kinds and edit.start_frame is not None and edit.end_frame is not None
    ]
    for edit in among:
        first, last = edit.start_frame, edit.end_frame
        if (
            first is None
            or last is None
            or not any(begin <= first and last <= end for begin, end in spans)
        ):
            yield edit


def _stretch(
    scene: Scene, kind: EditKind, span: FrameSpan, measured: tuple[float, float | None]
) -> Edit:
    strength, factor = measured
    return Edit(
        kind=kind,
        start_s=scene.seconds(span.first),
        end_s=end_s(scene, span.last),
        strength=strength,
        start_frame=span.first,
        end_frame=span.last,
        innocent=EXPLANATIONS.get(kind, ()),
        factor=factor,
        shown_frames=(span.first, span.last),
    )
