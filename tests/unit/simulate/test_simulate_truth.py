"""The truth of a simulated clip against its pictures."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.positions import GeoPoint, from_geographic
from purport.simulate import (
    Camera,
    Encoding,
    Ground,
    Modality,
    Script,
    Segment,
    SegmentKind,
    Sensor,
    Strike,
    derive_truth,
    load_truth,
    plain_script,
    render,
    render_frames,
    save_truth,
)

BAND_ROWS = 22
GSD_M = 0.2


def dotted_ground(
    side: int = 900, *, spacing: int = 110
) -> tuple[Ground, list[tuple[float, float]]]:
    """Dark ground with soft bright dots at known map positions, off the pixel grid."""
    generator = np.random.default_rng(4)
    luma = np.full((side, side), 30.0)
    rows, columns = np.mgrid[0:side, 0:side]
    west_m, north_m = 400_000.0, 3_900_000.0
    dots = []
    for row in range(spacing, side - spacing, spacing):
        for column in range(spacing, side - spacing, spacing):
            x, y = column + generator.uniform(-0.5, 0.5), row + generator.uniform(-0.5, 0.5)
            luma += 200.0 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 3.0**2))
            dots.append((west_m + (x + 0.5) * GSD_M, north_m - (y + 0.5) * GSD_M))
    picture = np.repeat(luma.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    return Ground(picture=picture, gsd_m=GSD_M, west_m=west_m, north_m=north_m), dots


def flat_ground() -> Ground:
    picture = np.full((400, 400, 3), 90, dtype=np.uint8)
    return Ground(picture=picture, gsd_m=0.5, west_m=400_000.0, north_m=3_900_000.0)


def quiet(**changes: object) -> Sensor:
    return replace(Sensor(noise_sd=0.0), **changes)  # type: ignore[arg-type]


def decode_grey(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def dot_residuals(
    grey: NDArray[np.float64], to_map: NDArray[np.float64], dots: list[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return centroid minus true pixel of every dot well inside the picture (n, 2). [px]"""
    from_map = np.linalg.inv(to_map)
    residuals = []
    reach = 16
    for east, north in dots:
        x, y, w = from_map @ np.array([east, north, 1.0])
        column, row = round(x / w), round(y / w)
        if not (reach < column < grey.shape[1] - reach and reach + BAND_ROWS < row):
            continue
        if row >= grey.shape[0] - reach:
            continue
        window = grey[row - reach : row + reach + 1, column - reach : column + reach + 1]
        weight = np.clip(window - np.percentile(window, 40) - 6.0, 0.0, None)
        rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
        residuals.append(found + np.array([column, row]) - np.array([x, y]) / w)
    return np.array(residuals)


@pytest.mark.parametrize("obliquity_deg", [0.0, 35.0, 55.0])
@pytest.mark.parametrize("gsd_m", [0.15, 0.23, 0.4])
def test_frame_homography_meets_dots_on_the_ground(obliquity_deg: float, gsd_m: float) -> None:
    ground, dots = dotted_ground()
    camera = Camera(
        aim=ground.centre,
        gsd_m=gsd_m,
        obliquity_deg=obliquity_deg,
        heading_deg=33.0,
        roll_deg=4.0,
        slant_range_m=900.0,
        drift_mps=(3.0, -2.0),
        jitter_px=2.0,
        jitter_roll_deg=0.1,
        sensor=quiet(),
    )
    script = plain_script(ground, camera, duration_s=0.4)
    truth = derive_truth(script)
    for frame, (_, picture) in zip(truth.frames, render_frames(script), strict=True):
        residuals = dot_residuals(picture[..., 1].astype(np.float64), np.array(frame.to_map), dots)
        assert len(residuals) >= 3
        # bilinear sampling of 1/32 px steps and byte rounding; a half-pixel slip would be 0.5
        assert np.abs(residuals.mean(axis=0)).max() < 0.03
        assert np.abs(residuals).max() < 0.1


def test_decoded_frames_meet_dots_on_the_ground(tmp_path: Path) -> None:
    ground, dots = dotted_ground()
    camera = Camera(aim=ground.centre, gsd_m=0.2, obliquity_deg=40.0, jitter_px=1.0, sensor=quiet())
    script = replace(
        plain_script(ground, camera, duration_s=0.3), encoding=Encoding(crf=4, audio=True)
    )
    truth = render(script, tmp_path / "dots.mp4")
    pictures = decode_grey(tmp_path / "dots.mp4")
    assert len(pictures) == len(truth.frames)
    for frame, picture in zip(truth.frames, pictures, strict=True):
        residuals = dot_residuals(picture.astype(np.float64), np.array(frame.to_map), dots)
        assert np.abs(residuals).max() < 0.1


@pytest.mark.parametrize("modality", list(Modality))
@pytest.mark.parametrize("saturation_frames", [0, 5])
def test_onset_is_the_first_frame_that_shows_the_flash(
    modality: Modality, saturation_frames: int
) -> None:
    ground = flat_ground()
    east, north = ground.centre
    strike = Strike(time_s=0.43, place=(east + 6.0, north - 4.0), size_m=5.0)
    camera = Camera(
        aim=ground.centre,
        gsd_m=0.4,
        sensor=quiet(modality=modality, saturation_frames=saturation_frames),
    )
    script = plain_script(ground, camera, duration_s=0.8, strikes=[strike])
    (sight,) = derive_truth(script).strikes
    assert sight.onset_frame == 11  # the first of 25 frames a second at or after 0.43 s
    pictures = [picture.astype(np.float64) for _, picture in render_frames(script)]
    x, y = sight.point_px
    here = [picture[round(y), round(x)].mean() for picture in pictures]
    assert here[10] == here[9]
    assert abs(here[11] - here[10]) > 60.0
    change = np.abs(pictures[11] - pictures[10]).mean(axis=2)[BAND_ROWS:]
    # subtract the glare, which is common to the picture
    local = np.clip(change - np.median(change) - 20.0, 0.0, None)
    rows, columns = np.mgrid[BAND_ROWS : BAND_ROWS + local.shape[0], 0 : local.shape[1]]
    centroid = np.array([(local * columns).sum(), (local * rows).sum()]) / local.sum()
    # seen from above; the fireball's middle stands a quarter radius above the ground
    assert np.abs(centroid - (x, y)).max() < 0.5


def test_strike_position_is_the_same_in_all_its_forms() -> None:
    ground = flat_ground()
    east, north = ground.centre
    strike = Strike(time_s=0.2, place=(east + 3.0, north + 4.0))
    script = replace(
        plain_script(ground, Camera(aim=ground.centre), duration_s=0.5, strikes=[strike]),
        targets=((east, north),),
    )
    truth = derive_truth(script)
    (sight,) = truth.strikes
    assert sight.offsets_m == (5.0,)
    assert sight.grid_azimuths_deg[0] == pytest.approx(36.8699, abs=1e-4)
    back = from_geographic(
        GeoPoint(longitude_deg=sight.longitude_deg, latitude_deg=sight.latitude_deg), truth.crs
    )
    assert back.easting_m == pytest.approx(strike.place[0], abs=1e-6)  # a micrometre
    assert back.northing_m == pytest.approx(strike.place[1], abs=1e-6)
    x, y, w = np.array(truth.frames[sight.onset_frame].to_map) @ np.append(sight.point_px, 1.0)
    assert (x / w, y / w) == pytest.approx(strike.place, abs=1e-6)


def edited_script() -> Script:
    ground = flat_ground()
    near = Camera(aim=ground.centre, gsd_m=0.3, jitter_px=1.0)
    other = Camera(aim=ground.centre, gsd_m=0.2, heading_deg=90.0)
    return Script(
        ground=ground,
        cameras=(near, other),
        edit=(
            Segment(duration_s=1.0),
            Segment(camera=1, start_s=1.0, duration_s=0.6),
            Segment(kind=SegmentKind.FREEZE, camera=1, start_s=1.6, duration_s=0.4),
            Segment(kind=SegmentKind.BLACK, duration_s=0.2),
            Segment(start_s=0.4, duration_s=0.4),
        ),
        strikes=(Strike(time_s=0.52, place=ground.centre),),
    )


def test_edits_and_replays_are_listed() -> None:
    truth = derive_truth(edited_script())
    spans = [(s.kind.value, s.first_frame, s.last_frame, s.repeats) for s in truth.segments]
    assert spans == [
        ("footage", 0, 24, None),
        ("footage", 25, 39, None),
        ("freeze", 40, 49, None),
        ("black", 50, 54, None),
        ("footage", 55, 64, 0),
    ]
    assert [(s.onset_frame, s.replay_of) for s in truth.strikes] == [(13, None), (58, 0)]
    assert truth.distinct_strikes == 1
    assert truth.frames[52].to_map is None
    assert truth.frames[41].to_map == truth.frames[49].to_map


def test_a_repeat_shows_the_same_pictures_and_a_freeze_stands_still() -> None:
    pictures = [picture for _, picture in render_frames(edited_script())]
    for first, again in zip(range(10, 20), range(55, 65), strict=True):
        np.testing.assert_array_equal(pictures[first], pictures[again])
    np.testing.assert_array_equal(pictures[40], pictures[49])
    assert pictures[52][BAND_ROWS:].max() == 0


def test_every_frame_carries_the_synthetic_band() -> None:
    for _, picture in render_frames(edited_script()):
        band = picture[:20].mean(axis=2)
        assert np.median(band) == 0.0
        assert (band > 180).sum() > 300  # strokes of the letters


def test_same_script_gives_the_same_bytes(tmp_path: Path) -> None:
    script = replace(edited_script(), encoding=Encoding(audio=True))
    render(script, tmp_path / "one.mp4")
    render(script, tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_the_file_says_of_itself_that_it_is_synthetic(tmp_path: Path) -> None:
    render(edited_script(), tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert "SYNTHETIC" in container.metadata["comment"]


def test_truth_survives_its_file(tmp_path: Path) -> None:
    truth = derive_truth(edited_script())
    save_truth(truth, tmp_path / "truth.json")
    assert load_truth(tmp_path / "truth.json") == truth


def test_dropped_frames_make_the_rate_variable(tmp_path: Path) -> None:
    script = replace(edited_script(), dropped=0.3, rate=Fraction(30000, 1001), seed=5)
    truth = render(script, tmp_path / "variable.mp4")
    with av.open(str(tmp_path / "variable.mp4")) as container:
        times = [frame.time for frame in container.decode(video=0)]
    expected = [frame.pts_s for frame in truth.frames]
    assert len(times) < 77  # of 78 frames without drops
    assert np.ptp(np.diff(expected)) > 0.03
    np.testing.assert_allclose(times, expected, atol=1e-4)  # one tick of 1/90000 s, and headers


def test_silence_is_silent(tmp_path: Path) -> None:
    script = replace(edited_script(), encoding=Encoding(audio=True, silences=((1.0, 1.8),)))
    truth = render(script, tmp_path / "sound.mp4")
    assert truth.silences_s == ((1.0, 1.8),)
    with av.open(str(tmp_path / "sound.mp4")) as container:
        blocks = [(frame.time, frame.to_ndarray()) for frame in container.decode(audio=0)]
    inside = [np.abs(block).max() for time, block in blocks if 1.1 < time < 1.6]
    outside = [np.abs(block).max() for time, block in blocks if 0.2 < time < 0.8]
    assert max(inside) < 0.002
    assert min(outside) > 0.05


@pytest.mark.parametrize("change", [{"width_px": 641}, {"height_px": 0}, {"edit": ()}])
def test_impossible_scripts_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be even|at least one"):
        replace(edited_script(), **change)  # type: ignore[arg-type]


def test_too_oblique_a_camera_is_refused() -> None:
    with pytest.raises(ValueError, match="obliquity"):
        Camera(aim=(0.0, 0.0), obliquity_deg=70.0)
