"""The edits check: does the footage run as it was filmed?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.edits._bars import BarRules, find_bars
from purport.checks.edits._cadences import CadenceRules, find_cadences
from purport.checks.edits._clocks import ClockRules, read_clocks
from purport.checks.edits._coding import CodingRules, describe_coding
from purport.checks.edits._crops import CropRules, find_crops
from purport.checks.edits._cuts import CutRules, find_open_cuts
from purport.checks.edits._dissolves import DissolveRules, find_dissolves
from purport.checks.edits._fading import FadingRules, find_fades, measure_light
from purport.checks.edits._false_alarms import with_rate
from purport.checks.edits._freezes import FreezeRules, find_freezes
from purport.checks.edits._gaps import GapRules, find_gaps
from purport.checks.edits._hiding import HidingRules, find_hidden
from purport.checks.edits._listing import (
    list_black,
    list_freezes,
    list_overlays,
    list_repeats,
    list_silence,
    list_transitions,
)
from purport.checks.edits._loops import LoopRules, find_loops
from purport.checks.edits._mosaics import MosaicRules, find_mosaics, joined
from purport.checks.edits._paths import trace_path
from purport.checks.edits._plates import PlateRules, find_plates
from purport.checks.edits._reversals import ReversalRules, find_reversals
from purport.checks.edits._signs import (
    apart_from_crops,
    list_crops,
    list_dissolves,
    list_fades,
    list_gaps,
    list_loops,
    list_reversals,
    list_slow_motion,
    list_sound_changes,
    list_sound_loops,
    without,
)
from purport.checks.edits._slowing import SlowingRules, find_slowings
from purport.checks.edits._sound import SoundRules, find_sound_changes, find_sound_loops
from purport.checks.edits._stretches import (
    BlackRules,
    QuietRules,
    TimingRules,
    find_black,
    find_silence,
    measure_timing,
)
from purport.checks.edits._sudden_plates import SuddenPlateRules, find_sudden_plates, together
from purport.checks.edits.records import Edit, EditKind, EditsAnswer, EditsValues, Sound
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.records import to_json
from purport.media import (
    AudioLevels,
    Probe,
    SoundSamples,
    decode_audio_levels,
    decode_sound,
    read_packets,
)
from purport.scene import Scene
from purport.scene.fingerprints import MatchRules, find_repeats

__all__ = ["EditsCheck"]

_LISTED_STRENGTH = 0.5
_NOTHING_CHANGES = (
    "Nothing changes from one frame to the next, so that a picture that was stopped, cut or "
    "repeated would look the same."
)
_NOT_LOOKED_FOR = (
    "Slow motion of a whole video, a crop of the whole picture and painted pictures are not looked "
    "for; a blurred box is found only where detail goes at once; time missing from a picture that "
    "does not move leaves nothing to see."
)
_OF_TIME = frozenset(
    {
        EditKind.BLACK,
        EditKind.CROP,
        EditKind.CUT,
        EditKind.DISSOLVE,
        EditKind.DROP,
        EditKind.FADE,
        EditKind.FREEZE,
        EditKind.LOOP,
        EditKind.REPEAT,
        EditKind.REVERSE,
        EditKind.SLOW_MOTION,
        EditKind.SOUND_CHANGE,
        EditKind.SOUND_LOOP,
    }
)


@dataclass(frozen=True, kw_only=True)
class EditsCheck:
    """Looks for signs that the footage was cut, stopped, repeated, slowed, turned round or covered.

    The check goes through every frame at its own presentation time and lists, with time code:
    **cuts**, **fades** and **dissolves**, where one shot ends and another begins; **drops**, where
    time is missing within a shot; **crops**, where a part of the picture is enlarged for a while;
    **freezes**, where the same picture is shown on for 0.2 seconds or more; **repeats**, **loops**
    and **reversed** stretches, which are shown again, round and round, or backwards; **slow
    motion**, also by the rate of a burnt-in clock; **black** pictures; **overlays**, graphics burnt
    into the picture such as a crosshair, a clock, a logo or a caption, and boxes that blur or
    pixelate it; and in the sound **silence**, **loops** and **changes** of the background. A frame
    rate that was converted throughout is stated as **cadence**. How the file was coded is described
    too, with what does not come from a camera.

    Each sign has a strength: 0.5 where it only just stands out from what unedited footage shows, 1
    where nothing is left to doubt; and the share of unedited test clips in which such a sign was
    listed, as an upper bound. Neither is a probability that anybody meant to deceive: most
    published footage is edited, and each sign comes with its innocent explanations. Weaker signs,
    such as a picture that stands still because nothing moves, are kept apart as hints. Overlays,
    silence, converted frame rates and gaps that the frames' times leave open don't make the answer
    "edited" alone, since cameras, transmissions and publishing tools make them.

    That no edit was found does not prove that there is none. Slow motion of a whole video, a crop
    of the whole picture, and objects painted in or out are not looked for, a blurred box is found
    only where the detail of the picture goes at once, and time missing from a picture that does not
    move leaves nothing to see.
    """

    name: str = "edits"
    version: str = "11"
    question: str = "Does the footage run as it was filmed, or was it cut, stopped or repeated?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset()
    after: frozenset[str] = frozenset()
    fewest_frames: int = 8
    """Fewest frames on which anything is said."""
    least_movement: float = 0.02
    """Median difference of frames below which a video shows no time passing. [luma, 0 to 255]"""
    freezes: FreezeRules = field(default_factory=FreezeRules)
    """When pictures count as frozen."""
    repeats: MatchRules = field(
        default_factory=lambda: MatchRules(farthest_bits=40, largest_ratio=0.35)
    )
    """When two stretches count as the same seconds."""
    black: BlackRules = field(default_factory=BlackRules)
    """When a picture counts as black."""
    quiet: QuietRules = field(default_factory=QuietRules)
    """When sound counts as silence."""
    bars: BarRules = field(default_factory=BarRules)
    """When borders count as bars."""
    coding: CodingRules = field(default_factory=CodingRules)
    """When declared and actual values differ."""
    timing: TimingRules = field(default_factory=TimingRules)
    """When presentation times count as uneven."""

    gaps: GapRules = field(default_factory=GapRules)
    """When time counts as missing."""
    cuts: CutRules = field(default_factory=CutRules)
    """When a picture counts as replaced where the scene leaves it open."""
    crops: CropRules = field(default_factory=CropRules)
    """When a part of the picture counts as enlarged."""
    fading: FadingRules = field(default_factory=FadingRules)
    """When pictures count as faded."""
    dissolves: DissolveRules = field(default_factory=DissolveRules)
    """When pictures count as dissolved."""
    loops: LoopRules = field(default_factory=LoopRules)
    """When a stretch counts as a loop."""
    slowings: SlowingRules = field(default_factory=SlowingRules)
    """When movement counts as slowed."""
    cadences: CadenceRules = field(default_factory=CadenceRules)
    """When frames count as shown again at a pattern."""
    clocks: ClockRules = field(default_factory=ClockRules)
    """When a burnt-in clock counts as slowed."""
    reversals: ReversalRules = field(default_factory=ReversalRules)
    """When frames count as shown backwards."""
    hiding: HidingRules = field(default_factory=HidingRules)
    """When a part of the picture counts as blurred or pixelated, by its detail."""
    mosaics: MosaicRules = field(default_factory=MosaicRules)
    """When a part of the picture counts as pixelated, by its blocks."""
    plates: PlateRules = field(default_factory=PlateRules)
    """When a box counts as a logo or caption."""
    sudden_plates: SuddenPlateRules = field(default_factory=SuddenPlateRules)
    """When a rectangle that comes at once does."""
    sound: SoundRules = field(default_factory=SoundRules)
    """When sound counts as looped or changed."""

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Look at one item.

        Raises:
            UnreadableMediaError: The sound cannot be read because the file cannot.
        """
        scene = evidence.load_scene()
        levels = decode_audio_levels(evidence.path, probe=evidence.probe)
        sound = decode_sound(
            evidence.path,
            probe=evidence.probe,
            rate_hz=self.sound.rate_hz,
            longest_s=self.sound.longest_s,
        )
        signs = sorted(
            [*self._pictures(scene), *self._sounds(levels, sound)],
            key=lambda sign: (sign.start_s, sign.kind, sign.end_s),
        )
        values = EditsValues(
            edits=tuple(with_rate(sign) for sign in signs if sign.strength >= _LISTED_STRENGTH),
            hints=tuple(sign for sign in signs if sign.strength < _LISTED_STRENGTH),
            overlay_fraction=_overlay_fraction(scene),
            sound=self._heard(levels),
            coding=describe_coding(
                scene,
                evidence.probe,
                read_packets(evidence.path, probe=evidence.probe),
                self.coding,
            ),
            timing=measure_timing(scene, self.timing),
            frames=scene.frames,
            frames_declared=evidence.probe.streams[evidence.probe.video].frames_declared,
        )
        answer, reason = self._answer(scene, values)
        finding = make_finding(
            self,
            evidence,
            answer=answer.value,
            reason=reason,
            values=cast("JsonObject", to_json(values)),
            limits=_limits(scene, values, evidence.probe),
            libraries=("av", "numpy", "opencv-python-headless"),
        )
        return [finding]

    def _pictures(self, scene: Scene) -> list[Edit]:
        path = trace_path(scene)
        gaps = find_gaps(scene, path, self.gaps)
        light = measure_light(scene)
        fades = find_fades(light, self.fading)
        cuts = find_open_cuts(scene, path, light, self.cuts)
        crops = find_crops(scene, self.crops)
        listed = [
            *list_crops(scene, crops),
            *list_fades(scene, fades),
            *list_dissolves(scene, find_dissolves(scene, path, light, self.dissolves), fades),
            *list_loops(scene, find_loops(scene, self.loops)),
            *list_reversals(scene, find_reversals(scene, path, gaps, self.reversals)),
            *list_slow_motion(
                scene,
                find_slowings(scene, path, self.slowings),
                find_cadences(scene, self.cadences),
                read_clocks(scene, self.clocks),
            ),
        ]
        black = find_black(scene, self.black)
        starts = [
            *(shot.span.first for shot in scene.shots),
            *(cut.frame for cut in cuts),
            *(frame for crop in crops for frame in (crop.span.first, crop.span.last + 1)),
        ]
        transitions = apart_from_crops(crops, list_transitions(scene, cuts))
        return [
            *listed,
            *without(listed, EditKind.FADE, EditKind.DISSOLVE, among=transitions),
            *list_freezes(scene, find_freezes(scene, self.freezes), black),
            *without(listed, EditKind.FADE, among=list_black(scene, black)),
            *without(
                listed,
                EditKind.LOOP,
                among=list_repeats(
                    scene,
                    find_repeats(scene, self.repeats),
                    largest_ratio=self.repeats.largest_ratio,
                ),
            ),
            *list_gaps(scene, gaps, starts),
            *list_overlays(
                scene,
                together(
                    find_sudden_plates(scene, path, self.sudden_plates),
                    find_plates(scene, self.plates),
                ),
                joined(find_mosaics(scene, self.mosaics), find_hidden(scene, self.hiding)),
                find_bars(scene, self.bars),
            ),
        ]

    def _sounds(self, levels: AudioLevels | None, sound: SoundSamples | None) -> list[Edit]:
        silences = () if levels is None else find_silence(levels, self.quiet)
        listed = list(list_silence(silences))
        if sound is not None:
            loops = find_sound_loops(sound, self.sound)
            changes = find_sound_changes(sound, self.sound)
            listed += [
                *list_sound_loops(loops, self.sound),
                *list_sound_changes(changes, self.sound),
            ]
        return listed

    def _heard(self, levels: AudioLevels | None) -> Sound:
        if levels is None or not levels.covered.any():
            return Sound.NONE
        heard = levels.rms_dbfs[levels.covered] > self.quiet.loudest_dbfs
        return Sound.HEARD if heard.any() else Sound.SILENT

    def _answer(self, scene: Scene, values: EditsValues) -> tuple[EditsAnswer, str]:
        of_time = [edit for edit in values.edits if _is_of_time(edit)]
        if of_time:
            return EditsAnswer.EDITED, f"The footage shows {_counted(values.edits)}."
        if scene.frames < self.fewest_frames:
            return (
                EditsAnswer.CANNOT_TELL,
                f"There are only {scene.frames} frames; at least {self.fewest_frames} are needed.",
            )
        if float(np.median(scene.step[1:])) < self.least_movement:
            return EditsAnswer.CANNOT_TELL, _NOTHING_CHANGES
        others = f" It carries {_counted(values.edits)}." if values.edits else ""
        return (
            EditsAnswer.NO_EDIT_FOUND,
            f"No sign that time was edited was found in {scene.frames} frames.{others}",
        )


def _is_of_time(edit: Edit) -> bool:
    """Tell whether a sign says that time was edited; a gap that the times leave open does not."""
    open_gap = edit.kind is EditKind.DROP and edit.end_s > edit.start_s
    return edit.kind in _OF_TIME and not open_gap


def _counted(edits: Sequence[Edit]) -> str:
    """Say how many of each kind."""
    names = {
        EditKind.BLACK: ("black stretch", "black stretches"),
        EditKind.CADENCE: ("stretch with repeated frames", "stretches with repeated frames"),
        EditKind.CROP: ("enlarged stretch", "enlarged stretches"),
        EditKind.CUT: ("cut", "cuts"),
        EditKind.DISSOLVE: ("dissolve", "dissolves"),
        EditKind.DROP: ("gap in time", "gaps in time"),
        EditKind.FADE: ("fade", "fades"),
        EditKind.FREEZE: ("freeze", "freezes"),
        EditKind.LOOP: ("loop", "loops"),
        EditKind.OVERLAY: ("stretch with burnt-in graphics", "stretches with burnt-in graphics"),
        EditKind.REPEAT: ("repeat", "repeats"),
        EditKind.REVERSE: ("stretch shown backwards", "stretches shown backwards"),
        EditKind.SILENCE: ("silence", "silences"),
        EditKind.SLOW_MOTION: ("stretch in slow motion", "stretches in slow motion"),
        EditKind.SOUND_CHANGE: ("change of the sound", "changes of the sound"),
        EditKind.SOUND_LOOP: ("loop of the sound", "loops of the sound"),
    }
    counts = [(kind, sum(edit.kind is kind for edit in edits)) for kind in EditKind]
    words = [f"{count} {names[kind][count != 1]}" for kind, count in counts if count]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _overlay_fraction(scene: Scene) -> float | None:
    known = [shot for shot in scene.shots if shot.overlay_known]
    frames = sum(len(shot.span) for shot in known)
    if not frames:
        return None
    return sum(float(shot.overlay.mean()) * len(shot.span) for shot in known) / frames


def _limits(scene: Scene, values: EditsValues, probe: Probe) -> tuple[str, ...]:
    limits = [_NOT_LOOKED_FOR, "Repeats are found from 1 second on, at the same speed and framing."]
    if values.sound is Sound.NONE:
        limits.append("There is no sound track, so that nothing can be said about the sound.")
    if any(not shot.overlay_known for shot in scene.shots):
        limits.append(
            "Where the scene itself stands still, graphics in the picture can't be told from it."
        )
    if values.timing is not None and values.timing.gaps:
        limits.append(
            f"The frames' times have {len(values.timing.gaps)} gaps, as if frames had been dropped."
        )
    if probe.truncated:
        limits.append("The file breaks off before its end; what followed is not known.")
    return tuple(limits)
