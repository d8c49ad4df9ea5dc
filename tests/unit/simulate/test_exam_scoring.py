"""The exam counts what it says it counts."""

import importlib.util
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from purport.simulate import (
    Camera,
    Ground,
    ReferenceLook,
    Strike,
    Truth,
    derive_truth,
    plain_script,
    procedural_ground,
)

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "exam_main_job.py"


@cache
def exam() -> ModuleType:
    spec = importlib.util.spec_from_file_location("exam_main_job", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def two_strikes() -> Truth:
    picture = np.zeros((400, 400, 3), dtype=np.uint8)
    ground = Ground(picture=picture, gsd_m=0.5, west_m=400_000.0, north_m=3_900_000.0)
    east, north = ground.centre
    strikes = [
        Strike(time_s=0.4, place=(east + 10.0, north)),
        Strike(time_s=1.2, place=(east, north - 20.0)),
    ]
    script = plain_script(ground, Camera(aim=ground.centre), duration_s=2.0, strikes=strikes)
    return derive_truth(replace(script, targets=((east, north),)))


def reported(truth: Truth, index: int, **changes: object) -> dict[str, Any]:
    true = truth.strikes[index]
    whole = {
        "onset_frame": true.onset_frame,
        "point_frame": true.onset_frame,
        "point_px": true.point_px,
        "offset_m": true.offsets_m[0] + 0.5,
        "offset_68_m": (true.offsets_m[0] + 0.1, true.offsets_m[0] + 0.9),
        "offset_95_m": (true.offsets_m[0] - 0.5, true.offsets_m[0] + 1.5),
    }
    return whole | changes


def test_reports_are_paired_by_time_then_nearest_point() -> None:
    truth = two_strikes()
    onset = truth.strikes[0].onset_frame
    stray = reported(truth, 0, point_px=(5.0, 5.0))
    late = reported(truth, 0, onset_frame=onset + 2)
    missed = reported(truth, 1, onset_frame=truth.strikes[1].onset_frame + 3)
    compared = exam().compare_strikes([stray, late, missed], truth)
    assert (compared["found"], compared["false_alarms"]) == (1, 2)
    (row,) = compared["strikes"]
    assert (row["strike"], row["frames_off"], row["pixels_off"]) == (0, 2, 0.0)
    assert (row["inside_68"], row["inside_95"], row["too"]) == (False, True, "far")
    assert row["width_95_m"] == pytest.approx(2.0)


def test_a_point_is_compared_in_the_frame_whose_pixels_it_counts() -> None:
    truth = two_strikes()
    true = truth.strikes[0]
    assert exam().true_pixel(true.onset_frame, true, truth) == pytest.approx(true.point_px)


def test_registration_error_leaves_out_the_known_shift() -> None:
    truth = two_strikes()
    shifted = np.array([[1.0, 0.0, 0.6 + 0.3], [0.0, 1.0, 0.8 - 0.4], [0.0, 0.0, 1.0]])
    linked = [
        {"frame": frame, "to_map": (shifted @ np.array(truth.frames[frame].to_map)).tolist()}
        for frame in (0, 10)
    ]
    look = ReferenceLook(shift_m=(0.3, -0.4))
    errors = exam().registration_errors({"homographies": linked}, truth, look)
    assert errors == pytest.approx({"median": 1.0, "p95": 1.0, "frames": 2}, abs=1e-6)
    assert exam().registration_errors({"homographies": []}, truth, look) is None


def test_the_summary_counts_shares_over_right_places_only() -> None:
    truth = two_strikes()
    both = exam().compare_strikes([reported(truth, 0), reported(truth, 1)], truth)
    one = exam().compare_strikes([reported(truth, 0)], truth)
    common = {"true_strikes": 2, "registration_m": None, "render_s": 1.0, "analyse_s": 2.0}
    clips = [
        {"right_place": True, "matched": True, **common, **both},
        {"right_place": True, "matched": None, **common, **one},
        {"right_place": False, "matched": False, **common, **one},
        {"right_place": False, "matched": True, **common, **one},
    ]
    summary = exam().summarise(clips)
    assert summary["wrong_places_refused"] == 1
    assert summary["right_places_matched"] == 1
    assert (summary["true_strikes"], summary["found_strikes"]) == (4, 3)
    assert summary["share_of_strikes_found_near"] == 0.75
    assert summary["clips_with_all_found"] == 0.5
    assert (summary["coverage_95"], summary["coverage_68"]) == (1.0, 0.0)
    text = exam().as_markdown(summary, "dev", photos=False)
    assert "| coverage 95 | 1 |" in text
    assert "absent" in text


def test_the_sets_share_no_seed() -> None:
    starts = exam().FIRST_SEED
    ranges = [set(range(start, start + exam().CLIPS)) for start in starts.values()]
    assert set(starts) == {"dev", "final"}
    assert not ranges[0] & ranges[1]


def test_a_wrong_place_is_other_ground_at_the_same_coordinates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def coarse(
        seed: int, *, size_m: float, gsd_m: float, sun_azimuth_deg: float, season: float
    ) -> Ground:
        return procedural_ground(
            seed,
            size_m=size_m,
            gsd_m=5.0 * gsd_m,
            sun_azimuth_deg=sun_azimuth_deg,
            season=season,
        )

    monkeypatch.setattr(exam(), "procedural_ground", coarse)
    clip = exam().make_clip(exam().FIRST_SEED["dev"], 15, None)
    assert not clip.right_place
    assert clip.reference.to_map() == pytest.approx(clip.script.ground.to_map())
    gap = np.abs(clip.reference.picture.astype(int) - clip.script.ground.picture)
    assert gap.mean() > 5.0
