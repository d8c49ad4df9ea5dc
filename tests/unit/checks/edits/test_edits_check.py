"""EditsCheck: answers, what is listed, and what honest footage gives."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Check, Evidence
from purport.checks.edits import EditKind, EditsAnswer, EditsCheck, EditsValues, Graphics, Sound
from purport.checks.edits._false_alarms import false_alarm_rate
from purport.checks.edits._freezes import FreezeRules
from purport.core.findings import CANNOT_TELL, Finding
from purport.core.records import from_json
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
MakeEvidence = Callable[..., Evidence]


def run(evidence: Evidence) -> tuple[Finding, EditsValues]:
    (finding,) = EditsCheck().run(evidence)
    return finding, from_json(EditsValues, finding.values)


def test_it_is_a_check() -> None:
    check = EditsCheck()
    assert isinstance(check, Check)
    assert check.parameters()["freezes"] == {
        name: getattr(FreezeRules(), name) for name in FreezeRules.__dataclass_fields__
    }
    assert EditsAnswer.CANNOT_TELL == CANNOT_TELL


@pytest.mark.parametrize("seed", range(6))
def test_honest_footage_gives_no_edit(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence, seed: int
) -> None:
    scene = build_scene(ground(200, seed=seed, pace=0.3 + 0.4 * seed))
    finding, values = run(make_evidence(scene))
    assert finding.answer == EditsAnswer.NO_EDIT_FOUND
    assert values.edits == ()
    assert values.hints == ()


def test_everything_done_to_a_clip_is_listed_in_order(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    first, second = ground(100, seed=1), ground(100, seed=2)
    black = np.full((10, 64, 64), 16, np.uint8)
    frozen = np.repeat(second[50:51], 20, axis=0)
    shown = np.concatenate((first, black, second[:51], frozen, second[51:], first[30:80]))
    scene = build_scene(shown, cuts=[100, 110, 230])
    finding, values = run(make_evidence(scene))
    listed = [(edit.kind, edit.start_frame, edit.end_frame) for edit in values.edits]
    assert listed == [
        (EditKind.BLACK, 100, 109),
        (EditKind.CUT, 100, 100),
        (EditKind.CUT, 110, 110),
        (EditKind.FREEZE, 160, 180),
        (EditKind.CUT, 230, 230),
        (EditKind.REPEAT, 230, 279),
    ]
    assert finding.answer == EditsAnswer.EDITED
    assert finding.reason == ("The footage shows 1 black stretch, 3 cuts, 1 freeze and 1 repeat.")
    assert all(0.5 <= edit.strength <= 1.0 for edit in values.edits)
    assert all(edit.innocent for edit in values.edits)
    for edit in values.edits:
        assert edit.false_alarm_rate == pytest.approx(false_alarm_rate(edit.kind)), edit.kind


def test_times_are_presentation_times(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    film = np.concatenate((ground(60, seed=1), ground(60, seed=2)))
    pts = np.arange(120, dtype=np.int64) * 512
    pts[40:] += 12_800
    _, values = run(make_evidence(build_scene(film, cuts=[60], pts=pts)))
    gap, cut = values.edits
    assert (gap.kind, gap.start_frame) == (EditKind.DROP, 40)
    assert (gap.start_s, gap.end_s) == pytest.approx((39 * 0.04, 40 * 0.04 + 1.0))
    assert cut.start_s == cut.end_s == pytest.approx(60 * 0.04 + 1.0)
    assert values.timing is not None
    assert [gap.frame for gap in values.timing.gaps] == [39]


def test_a_repeat_names_both_showings(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    film = ground(120)
    _, values = run(make_evidence(build_scene(np.concatenate((film, film[20:70])))))
    (repeat,) = values.edits
    assert (repeat.start_s, repeat.end_s) == pytest.approx((4.8, 6.8))
    assert (repeat.other_start_s, repeat.other_end_s) == pytest.approx((0.8, 2.8))


def test_neighbouring_fades_are_one(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    film = np.concatenate((ground(60, seed=1), ground(60, seed=2)))
    scene = build_scene(film, fades=[58, 60, 62, 100])
    _, values = run(make_evidence(scene))
    assert [(edit.kind, edit.start_frame, edit.end_frame) for edit in values.edits] == [
        (EditKind.FADE, 58, 62),
        (EditKind.FADE, 100, 100),
    ]


def test_graphics_alone_are_listed_but_are_no_editing_of_time(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    mask = np.zeros((64, 64), np.bool_)
    mask[:16, :16] = True
    finding, values = run(make_evidence(build_scene(ground(80), overlay=mask)))
    (overlay,) = values.edits
    assert finding.answer == EditsAnswer.NO_EDIT_FOUND
    assert "1 stretch with burnt-in graphics" in finding.reason
    assert (overlay.kind, overlay.start_frame, overlay.end_frame) == (EditKind.OVERLAY, 0, 79)
    assert overlay.picture_share == values.overlay_fraction == pytest.approx(1 / 16)
    assert overlay.graphics is Graphics.SYMBOLOGY
    assert overlay.false_alarm_rate is None  # nothing is claimed


def test_graphics_that_could_not_be_told_are_unknown(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    finding, values = run(make_evidence(build_scene(ground(80), overlay_known=False)))
    assert values.overlay_fraction is None
    assert any("graphics" in limit for limit in finding.limits)


def test_no_sound_track_is_a_limit_and_no_edit(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    finding, values = run(make_evidence(build_scene(ground(80))))
    assert values.sound is Sound.NONE
    assert any("no sound track" in limit for limit in finding.limits)
    assert values.edits == ()


def test_an_empty_sound_track_is_a_silence_that_edits_nothing(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    silent = make_evidence(build_scene(ground(80)), np.zeros(24_000, np.float32))
    finding, values = run(silent)
    (silence,) = values.edits
    assert values.sound is Sound.SILENT
    assert (silence.kind, silence.strength) == (EditKind.SILENCE, 0.5)
    assert silence.start_frame is None
    assert finding.answer == EditsAnswer.NO_EDIT_FOUND


def test_a_hole_in_the_sound_is_a_clearer_sign(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    samples = (0.3 * np.sin(np.arange(32_000) / 3)).astype(np.float32)
    samples[8000:24_000] = 0.0
    _, values = run(make_evidence(build_scene(ground(80)), samples))
    (silence,) = values.edits
    assert values.sound is Sound.HEARD
    assert silence.strength > 0.5
    assert (silence.start_s, silence.end_s) == pytest.approx((1.0, 3.0))


def test_a_still_picture_cannot_tell(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    finding, values = run(make_evidence(build_scene(np.repeat(ground(1), 100, axis=0))))
    assert finding.answer == EditsAnswer.CANNOT_TELL
    assert values.edits == ()
    assert [hint.kind for hint in values.hints] == [EditKind.FREEZE]


def test_an_all_black_video_cannot_tell(
    build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    finding, values = run(make_evidence(build_scene(np.full((60, 64, 64), 16, np.uint8))))
    assert finding.answer == EditsAnswer.CANNOT_TELL
    assert [hint.kind for hint in values.hints] == [EditKind.BLACK]


@pytest.mark.parametrize(("frames", "listed"), [(6, False), (20, True)])
def test_a_sensor_blinded_for_a_moment_is_only_a_hint(
    ground: Ground,
    build_scene: BuildScene,
    make_evidence: MakeEvidence,
    *,
    frames: int,
    listed: bool,
) -> None:
    film = ground(120)
    film[60 : 60 + frames] = 16
    finding, values = run(make_evidence(build_scene(film)))
    assert [edit.kind for edit in values.edits] == [EditKind.BLACK] * listed
    assert [hint.kind for hint in values.hints] == [EditKind.BLACK] * (not listed)
    assert (finding.answer == EditsAnswer.EDITED) == listed


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_a_few_frames_cannot_tell(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence, frames: int
) -> None:
    finding, _ = run(make_evidence(build_scene(ground(frames))))
    assert finding.answer == EditsAnswer.CANNOT_TELL
    assert str(frames) in finding.reason


def test_the_same_evidence_gives_the_same_finding(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    film = ground(120)
    evidence = make_evidence(build_scene(np.concatenate((film, film[20:70]))))
    assert EditsCheck().run(evidence) == EditsCheck().run(evidence)


def test_parameters_change_the_answer_and_stand_in_the_finding(
    ground: Ground, build_scene: BuildScene, make_evidence: MakeEvidence
) -> None:
    film = ground(100)
    held = np.concatenate((film[:50], np.repeat(film[49:50], 10, axis=0), film[50:]))
    evidence = make_evidence(build_scene(held))
    (strict,) = EditsCheck(freezes=FreezeRules(shortest_s=1.0)).run(evidence)
    assert strict.answer == EditsAnswer.NO_EDIT_FOUND
    assert strict.derivation.parameters["freezes"]["shortest_s"] == 1.0  # type: ignore[index,call-overload]
    (usual,) = EditsCheck().run(evidence)
    assert usual.answer == EditsAnswer.EDITED
