"""The random mix stays inside its ranges and shows what it promises."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from purport.core.errors import UnreadableReferenceError
from purport.simulate import (
    Camera,
    GainJump,
    Glint,
    Ground,
    Hardships,
    Mix,
    Modality,
    Overlay,
    Script,
    Sensor,
    Vehicle,
    derive_truth,
    load_ground,
    plain_script,
    procedural_ground,
    random_look,
    random_script,
    render,
    render_frames,
)


def wide_ground() -> Ground:
    picture = np.full((1300, 1300, 3), 100, dtype=np.uint8)
    return Ground(picture=picture, gsd_m=0.5, west_m=400_000.0, north_m=3_900_000.0)


@pytest.mark.parametrize("seed", range(12))
def test_random_scripts_stay_in_their_ranges(seed: int) -> None:
    script = random_script(seed, wide_ground())
    truth = derive_truth(script)
    camera, mix = script.cameras[0], Mix()
    assert mix.gsd_m[0] <= camera.gsd_m <= mix.gsd_m[1]
    assert mix.obliquity_deg[0] <= camera.obliquity_deg <= mix.obliquity_deg[1]
    assert mix.crf[0] <= script.encoding.crf <= mix.crf[1]
    assert mix.strikes[0] <= len(script.strikes) <= mix.strikes[1]
    assert len(truth.strikes) == truth.distinct_strikes == len(script.strikes)
    for sight in truth.strikes:
        assert sight.offsets_m[0] <= mix.miss_m[1]
        assert 0.0 < sight.point_px[0] < 639.0
        assert 20.0 < sight.point_px[1] < 359.0
    places = [strike.place for strike in script.strikes]
    gaps = [math.dist(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) >= mix.strike_gap_m


def test_random_scripts_vary_and_repeat_by_seed() -> None:
    ground = wide_ground()
    scripts = [random_script(seed, ground) for seed in range(8)]
    assert derive_truth(scripts[0]) == derive_truth(random_script(0, ground))
    assert len({script.cameras[0].sensor.modality for script in scripts}) == 3
    assert len({script.overlay for script in scripts}) > 2
    assert random_look(5) == random_look(5)
    assert random_look(5) != random_look(6)
    assert 0.3 <= random_look(5).gsd_m <= 0.6


def test_too_small_a_ground_is_refused() -> None:
    ground = replace(wide_ground(), picture=np.zeros((200, 200, 3), dtype=np.uint8))
    with pytest.raises(ValueError, match="leaves the ground"):
        random_script(1, ground)


def test_a_crowded_mix_is_refused() -> None:
    with pytest.raises(ValueError, match="found no room"):
        random_script(1, wide_ground(), mix=Mix(strikes=(6, 6), strike_gap_m=70.0))


def test_a_random_clip_can_be_rendered(tmp_path: Path) -> None:
    ground = procedural_ground(2, size_m=310.0, gsd_m=0.6)
    script = random_script(3, ground, mix=Mix(gsd_m=(0.2, 0.2), strikes=(1, 1)))
    truth = render(script, tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(truth.frames)


def plain(modality: Modality = Modality.VISIBLE) -> Script:
    ground = wide_ground()
    camera = Camera(aim=ground.centre, gsd_m=0.3, sensor=Sensor(modality=modality, noise_sd=0.0))
    return plain_script(ground, camera, duration_s=0.4)


def frames_of(script: Script) -> list[np.ndarray]:
    return [picture.astype(np.float64) for _, picture in render_frames(script)]


def test_a_vehicle_moves_at_its_speed() -> None:
    script = plain()
    east, north = script.ground.centre
    vehicle = Vehicle(start=(east, north), velocity_mps=(15.0, 0.0), brightness=1.0)
    pictures = frames_of(replace(script, vehicles=(vehicle,)))
    quiet = frames_of(script)
    centres = []
    for picture, still in zip((pictures[0], pictures[5]), (quiet[0], quiet[5]), strict=True):
        bright = np.clip((picture - still).mean(axis=2), 0.0, None)
        columns = np.arange(bright.shape[1])
        centres.append((bright.sum(axis=0) * columns).sum() / bright.sum())
    assert centres[1] - centres[0] == pytest.approx(15.0 * 0.2 / 0.3, abs=0.2)  # px


@pytest.mark.parametrize(
    ("modality", "seen"), [(Modality.VISIBLE, True), (Modality.WHITE_HOT, False)]
)
def test_a_glint_is_seen_in_visible_light_only(modality: Modality, seen: bool) -> None:  # noqa: FBT001
    script = plain(modality)
    glint = Glint(time_s=0.1, duration_s=0.2, place=script.ground.centre)
    pictures = frames_of(replace(script, glints=(glint,)))
    gap = np.abs(pictures[5] - frames_of(script)[5]).max()
    assert (gap > 50.0) == seen


def test_a_gain_jump_changes_the_whole_picture_at_its_time() -> None:
    script = replace(plain(), gain_jumps=(GainJump(time_s=0.2, gain=1.0, offset=0.1),))
    pictures = frames_of(script)
    steps = [np.median(after - before) for before, after in pairwise(pictures)]
    assert [abs(step) > 1.0 for step in steps] == [index == 4 for index in range(len(steps))]
    assert steps[4] == pytest.approx(25.5, abs=1.0)


def test_overlays_are_drawn_and_the_clock_runs() -> None:
    script = plain()
    full = Overlay(crosshair=True, clock=True, symbology=True, logo="CHANNEL 0")
    pictures, bare = frames_of(replace(script, overlay=full)), frames_of(script)
    drawn = np.abs(pictures[0] - bare[0]).max(axis=2) > 30.0
    assert drawn[150:210, 290:350].any()  # crosshair
    assert drawn[330:, :150].any()  # logo
    assert drawn[40:80, 30:130].any()  # symbology
    changed = np.abs(pictures[9] - pictures[0]).max(axis=2)
    assert changed[330:, 450:].max() > 30.0  # clock
    assert changed[100:300].max() < 1.0


def test_ground_is_read_from_an_image(tmp_path: Path) -> None:
    path = tmp_path / "ground.png"
    cv2.imwrite(str(path), np.full((90, 121, 3), 77, dtype=np.uint8))
    ground = load_ground(path, gsd_m=0.2, west_m=10.0, north_m=20.0, reduce_by=2)
    assert ground.picture.shape == (45, 60, 3)
    assert ground.centre == (16.0, 15.5)
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(UnreadableReferenceError, match="not an image"):
        load_ground(tmp_path / "text.png", gsd_m=0.2, west_m=0.0, north_m=0.0)


def test_without_hardships_the_mix_is_what_it_was() -> None:
    ground = wide_ground()
    plain = random_script(5, ground)
    same = random_script(5, ground, mix=Mix(hardships=Hardships()))
    assert (same.strikes, same.cameras, same.overlay) == (
        plain.strikes,
        plain.cameras,
        plain.overlay,
    )


def test_certain_hardships_befall_every_strike_and_keep_the_truth() -> None:
    ground = wide_ground()
    every = Hardships(
        dust=1.0,
        dark_hit=1.0,
        debris=1.0,
        secondary_fires=1.0,
        hiding_smoke=1.0,
        damaged=1.0,
        caption=1.0,
        polarity_switch=1.0,
        gain_collapse=1.0,
    )
    infrared = Mix(modalities=(Modality.BLACK_HOT,))
    plain = random_script(5, ground, mix=infrared)
    hard = random_script(5, ground, mix=replace(infrared, hardships=every))
    for strike in hard.strikes:
        assert strike.flash == strike.fire == 0.0
        assert strike.dark_s > 0.0
        assert strike.debris > 0
        assert len(strike.secondary) == 2
        assert strike.smoke >= 2.0
    camera = hard.cameras[0]
    assert 0.0 < camera.polarity_switches_s[0] < hard.edit[0].duration_s
    assert camera.sensor.collapse_frames > 0
    assert camera.sensor.saturation_frames >= 3
    assert hard.damaged == 0.2
    assert hard.overlay.caption is not None
    assert derive_truth(hard) == derive_truth(plain)
