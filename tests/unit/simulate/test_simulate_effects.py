"""Strikes without light, distractors, gain control, edits and damage, against exact truth."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.simulate import (
    Camera,
    Fire,
    Flare,
    GainJump,
    Ground,
    GroundStyle,
    Modality,
    MuzzleFlash,
    Overlay,
    Script,
    Segment,
    Sensor,
    Strike,
    derive_truth,
    plain_script,
    procedural_ground,
    render_frames,
)
from purport.simulate._overlays import band_height_px

BAND = band_height_px(360)
Pictures = list[NDArray[np.float64]]


def flat(level: int = 100) -> Ground:
    picture = np.full((400, 400, 3), level, dtype=np.uint8)
    return Ground(picture=picture, gsd_m=0.6, west_m=400_000.0, north_m=3_900_000.0)


def still(modality: Modality = Modality.VISIBLE, **sensor: float) -> Script:
    ground = flat()
    seen = Sensor(modality=modality, noise_sd=0.0, **sensor)  # type: ignore[arg-type]
    camera = Camera(aim=ground.centre, gsd_m=0.3, sensor=seen)
    return plain_script(ground, camera, duration_s=0.8)


def frames_of(script: Script) -> Pictures:
    return [picture.astype(np.float64)[BAND:] for _, picture in render_frames(script)]


def struck(script: Script, **strike: object) -> Script:
    east, north = script.ground.centre
    here = Strike(time_s=0.2, place=(east, north), size_m=6.0)
    return replace(script, strikes=(replace(here, **strike),))  # type: ignore[arg-type]


def near(picture: NDArray[np.float64], radius: int = 12) -> NDArray[np.float64]:
    """The middle of the picture, where the strike is."""
    row, column = 180 - BAND, 320
    return picture[row - radius : row + radius, column - radius : column + radius]


def test_dust_rises_without_light() -> None:
    bright = frames_of(struck(still()))
    dusty = frames_of(struck(still(), flash=0.0, fire=0.0, smoke_tone=1.9))
    assert bright[5].max() > 250.0
    assert dusty[5].max() < 110.0
    assert near(dusty[12]).mean() > 115.0  # brighter than the ground's 100


def test_cool_dust_is_dark_in_white_hot() -> None:
    pictures = frames_of(struck(still(Modality.WHITE_HOT), flash=0.0, fire=0.0, smoke_heat=0.1))
    assert near(pictures[12]).mean() < near(pictures[4]).mean() - 10.0


def test_a_dark_hit_shows_a_dark_spot_first() -> None:
    script = struck(still(), dark_s=0.12)
    (sight,) = derive_truth(script).strikes
    assert sight.onset_frame == 5
    pictures = frames_of(script)
    for index in (5, 6, 7):
        assert near(pictures[index]).min() < 40.0
        assert pictures[index].max() <= 101.0
    assert pictures[8].max() > 250.0


def test_dense_smoke_hides_more() -> None:
    changed = [
        (np.abs(pictures[18] - pictures[0]).max(axis=2) > 15.0).mean()
        for pictures in (frames_of(struck(still(), smoke=thick, smoke_s=30.0)) for thick in (1, 3))
    ]
    assert changed[1] > 3.0 * changed[0]


def test_debris_is_dark_and_falls_down_again() -> None:
    at = (0.16, 1.6, 4.4)  # the fastest is down 2 × 20 / 9.81 = 4.1 s after 0.2 s
    script = replace(
        struck(still(), flash=0.0, fire=0.0, smoke=0.0, debris=30),
        edit=tuple(Segment(start_s=time_s, duration_s=0.04) for time_s in at),
    )
    pictures = frames_of(script)
    outside = np.ones(pictures[0].shape[:2], dtype=bool)
    outside[180 - BAND - 30 : 180 - BAND + 30, 290:350] = False  # the scar
    dark = [(picture.max(axis=2) < 80.0)[outside].sum() for picture in pictures]
    assert (dark[0], dark[2]) == (0, 0)
    assert dark[1] > 20


def test_a_secondary_fire_flares_up_at_its_time_and_place() -> None:
    quiet = struck(still(Modality.WHITE_HOT), flash=0.0, fire=0.0, smoke=0.0)
    with_fire = replace(
        quiet, strikes=(replace(quiet.strikes[0], fire=1.0, secondary=((0.3, 20.0, 9.0),)),)
    )
    without = replace(quiet, strikes=(replace(quiet.strikes[0], fire=1.0),))
    gaps = [np.abs(a - b) for a, b in zip(frames_of(with_fire), frames_of(without), strict=True)]
    assert max(gap.max() for gap in gaps[:12]) < 1.0
    row, column, _ = np.unravel_index(gaps[14].argmax(), gaps[14].shape)
    assert column == pytest.approx(320 + 20.0 / 0.3, abs=12)
    assert row + BAND == pytest.approx(180 - 9.0 / 0.3, abs=12)


def test_polarity_switches_at_its_time() -> None:
    script = still(Modality.WHITE_HOT)
    camera = replace(script.cameras[0], polarity_switches_s=(0.4,))
    switched = frames_of(replace(script, cameras=(camera,)))
    plain = frames_of(script)
    np.testing.assert_array_equal(switched[9], plain[9])
    # grey 127.5 is where both polarities meet; rounding to bytes leaves one grey level
    np.testing.assert_allclose(switched[10], 255.0 - plain[10], atol=1.0)


def test_visible_light_has_no_polarity() -> None:
    script = still()
    camera = replace(script.cameras[0], polarity_switches_s=(0.4,))
    assert camera.sensor_at(0.5) == camera.sensor


def test_the_gain_collapses_before_the_glare_and_comes_back_slowly() -> None:
    script = struck(
        still(
            saturation_frames=3,
            recovery_s=0.03,
            collapse_frames=2,
            agc_depth=0.5,
            agc_recovery_s=1.0,
        ),
        smoke=0.0,
    )
    script = replace(script, edit=(Segment(duration_s=3.0),))
    corner = [picture[300, 20].mean() for picture in frames_of(script)]
    assert max(corner[5:7]) < 0.7 * corner[4]
    assert min(corner[8:10]) > corner[4] + 20.0
    late = corner[25:]
    assert late == sorted(late)
    assert corner[25] < corner[4] - 8.0
    assert corner[-1] == pytest.approx(corner[4], abs=12.0)


def test_a_gain_jump_recovers_with_its_time_constant() -> None:
    jump = GainJump(time_s=0.2, offset=0.2, recovery_s=0.2)
    corner = [p[300, 20].mean() for p in frames_of(replace(still(), gain_jumps=(jump,)))]
    assert corner[5] - corner[4] == pytest.approx(51.0, abs=1.0)
    assert corner[10] - corner[4] == pytest.approx(51.0 / np.e, abs=1.0)


def test_flares_guns_and_fires_have_no_onset() -> None:
    script = still(Modality.WHITE_HOT)
    east, north = script.ground.centre
    busy = replace(
        script,
        flares=(Flare(time_s=0.2, place=(east - 30.0, north), height_m=40.0),),
        muzzle_flashes=(MuzzleFlash(time_s=0.39, place=(east, north), shots=2, duration_s=0.03),),
        fires=(Fire(place=(east + 30.0, north)),),
    )
    assert derive_truth(busy).strikes == ()
    gaps = [np.abs(a - b) for a, b in zip(frames_of(busy), frames_of(script), strict=True)]
    assert min(gap[:, 390:450].max() for gap in gaps) > 50.0  # the fire burns all along
    lit = [near(gap, 6).max() > 50.0 for gap in gaps]
    assert [index for index, on in enumerate(lit) if on] == [10, 16]
    flare = [gap[:, 120:300].max() > 50.0 for gap in gaps]
    assert flare == [index > 5 for index in range(len(gaps))]


def test_slow_motion_shows_frames_again_and_the_strike_once_more() -> None:
    script = replace(
        struck(still()),
        edit=(Segment(duration_s=0.6), Segment(start_s=0.08, duration_s=0.8, speed=0.25)),
    )
    truth = derive_truth(script)
    shown = [round(frame.scene_time_s * 25) for frame in truth.frames if frame.segment == 1]
    assert shown == [2 + step // 4 for step in range(20)]
    assert [sight.onset_frame for sight in truth.strikes] == [5, 15 + 12]
    assert [sight.replay_of for sight in truth.strikes] == [None, 0]
    assert truth.distinct_strikes == 1
    assert truth.segments[1].repeats == 0


def test_fades_come_up_from_black_and_go_to_it() -> None:
    faded = replace(still(), edit=(Segment(duration_s=0.8, fade_in_s=0.2, fade_out_s=0.2),))
    means = [picture.mean() for picture in frames_of(faded)]
    assert means[0] == 0.0
    assert means[:6] == sorted(means[:6])
    assert means[7] == pytest.approx(100.0, abs=1.0)
    assert means[-1] < 25.0


def test_a_strike_from_before_the_footage_has_no_onset() -> None:
    script = struck(still(), time_s=-1.0)
    assert derive_truth(script).strikes == ()
    assert np.abs(near(frames_of(script)[0]) - 100.0).mean() > 5.0


def test_damage_leaves_blocks_of_the_frame_before() -> None:
    ground = procedural_ground(3, size_m=280.0, gsd_m=0.4)
    camera = Camera(aim=ground.centre, gsd_m=0.3, drift_mps=(20.0, 0.0))
    script = plain_script(ground, camera, duration_s=0.4)
    whole = [picture for _, picture in render_frames(script)]
    hurt = [picture for _, picture in render_frames(replace(script, damaged=1.0))]
    for index in range(1, len(whole)):
        differs = (whole[index] != hurt[index]).any(axis=2)
        assert differs.any()
        blocks = differs[:352].reshape(22, 16, 40, 16).any(axis=(1, 3))
        for row, column in zip(*np.nonzero(blocks), strict=True):
            part = (slice(16 * row, 16 * row + 16), slice(16 * column, 16 * column + 16))
            if row > 1:  # below the band
                np.testing.assert_array_equal(hurt[index][part], hurt[index - 1][part])


def test_captions_and_gates_move() -> None:
    pictures = frames_of(replace(still(), overlay=Overlay(gate=True, caption="SYNTHETIC NEWS")))
    plain = frames_of(still())
    gaps = [np.abs(a - b).max(axis=2) > 30.0 for a, b in zip(pictures, plain, strict=True)]
    columns = [np.nonzero((p[-25:, :, 0] > 200.0).any(axis=0))[0].min() for p in pictures]
    assert columns[10] - columns[0] == pytest.approx(-0.15 * 640 * 0.4, abs=2.0)
    middles = [np.nonzero(gap[60:260].any(axis=0))[0].mean() for gap in gaps]
    assert middles[-1] != pytest.approx(middles[0], abs=3.0)


@pytest.mark.parametrize("style", [GroundStyle.FARMLAND, GroundStyle.TOWN])
def test_regular_land_follows_from_its_seed_and_keeps_its_lie(style: GroundStyle) -> None:
    one, same, other = (
        procedural_ground(seed, size_m=120.0, gsd_m=0.4, style=style) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(one.picture, same.picture)
    assert np.abs(one.picture.astype(int) - other.picture).mean() > 8.0
    evening = procedural_ground(7, size_m=120.0, gsd_m=0.4, style=style, sun_azimuth_deg=260.0)
    assert np.median(np.abs(one.picture.astype(int) - evening.picture)) < 3.0


def test_impossible_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="speed must be positive"):
        replace(still(), edit=(Segment(duration_s=1.0, speed=0.0),))
    with pytest.raises(ValueError, match="damaged frames"):
        replace(still(), damaged=1.5)
