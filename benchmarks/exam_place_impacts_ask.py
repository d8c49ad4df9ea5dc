"""Putting a question of the exam to the checks, and comparing the answers with the truth."""

import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from exam_main_job import compare_strikes
from exam_place_impacts_mix import REFERENCES_EACH, Part, Question, make_question

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.impacts import ImpactsCheck
from purport.checks.place import PlaceCheck
from purport.core.case import ItemRecord, Publication, Target
from purport.core.digests import digest_file
from purport.core.errors import ConsistencyError
from purport.core.homographies import GroundHomography
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.core.records import from_json
from purport.media import probe_media
from purport.scene import Scene, analyse_scene
from purport.simulate import SegmentKind, Truth, render, write_reference
from purport.simulate import _overlays as overlays

__all__ = ["answer_question", "place_evidence"]

_MOST_FRAMES = 12
_CHI2_95, _CHI2_68 = 5.991, 2.279
_BEFORE_FRAMES, _AFTER_FRAMES = 3, 5
"""A sight of a strike must be reported when its segment shows so much before and after it."""


def answer_question(set_name: str, part: Part, index: int) -> dict[str, Any]:
    """Render a question, run the checks on it, and return everything as one record."""
    started = time.process_time()
    question = make_question(set_name, part, index)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video, truth, scene, scene_s = _filmed(set_name, question, folder)
        ortho = folder / "reference.tif"
        write_reference(question.reference, ortho, look=question.look)
        made = time.process_time()
        evidence = _evidence(question, truth, scene, video=video, ortho=ortho)
        row = _describe(question, truth)
        (place,) = PlaceCheck().run(evidence)
        placed = time.process_time()
        row |= _place_row(question, truth, scene, place.values)
        row |= {"answer": place.answer, "place_reason": place.reason}
        if part in {Part.CLIPS, Part.OFFSETS}:
            (impacts,) = ImpactsCheck().run(replace(evidence, earlier=(place,)))
            row |= _impacts_row(truth, impacts.values)
            row["impacts_reason"] = impacts.reason
    row["cpu_s"] = {
        "making": round(made - started - scene_s, 2),
        "scene": round(scene_s, 2),
        "place": round(placed - made, 2),
        "impacts": round(time.process_time() - placed, 2),
    }
    return row


def place_evidence(set_name: str, question: Question, folder: Path) -> Evidence:
    """Render a question into a folder and return what the place check is given."""
    video, truth, scene, _ = _filmed(set_name, question, folder)
    ortho = folder / "reference.tif"
    write_reference(question.reference, ortho, look=question.look)
    return _evidence(question, truth, scene, video=video, ortho=ortho)


def _filmed(set_name: str, question: Question, folder: Path) -> tuple[Path, Truth, Scene, float]:
    """Render and analyse the clip; in part `wrong` once for all references to it."""
    if question.part is Part.WRONG:
        kept = _wrong_clip(set_name, question.index // REFERENCES_EACH)
        return *kept.take(question), 0.0
    video = folder / "clip.mp4"
    truth = render(question.script, video)
    rendered = time.process_time()
    scene = analyse_scene(video, probe=probe_media(video))
    return video, truth, scene, time.process_time() - rendered


class _WrongClip:
    """A clip of part `wrong`, with its folder."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._made: tuple[Path, Truth, Scene] | None = None

    def take(self, question: Question) -> tuple[Path, Truth, Scene]:
        if self._made is None:
            video = Path(self._folder.name) / "clip.mp4"
            truth = render(question.script, video)
            self._made = video, truth, analyse_scene(video, probe=probe_media(video))
        return self._made


@lru_cache(maxsize=1)
def _wrong_clip(set_name: str, clip: int) -> _WrongClip:
    """Return the clip that five questions share."""
    del set_name, clip  # the key of the cache
    return _WrongClip()


def _evidence(
    question: Question, truth: Truth, scene: Scene, *, video: Path, ortho: Path
) -> Evidence:
    target = None
    if truth.targets:
        point = truth.targets[0]
        target = Target(
            point=GeoPoint(longitude_deg=point.longitude_deg, latitude_deg=point.latitude_deg)
        )
    item = ItemRecord(
        digest=digest_file(video),
        name=video.name,
        size_bytes=video.stat().st_size,
        publication=Publication(
            published=parse_stated_time("2019-03-14"), basis="simulated for the exam"
        ),
        target=target,
    )
    source = ReferenceSource(digest=digest_file(ortho), path=ortho, accuracy_m=question.accuracy_m)
    return Evidence(
        item=item,
        path=video,
        probe=probe_media(video),
        load_scene=lambda: scene,
        references=(source,),
    )


def _describe(question: Question, truth: Truth) -> dict[str, Any]:
    script, camera = question.script, question.script.cameras[0]
    return {
        "part": question.part.value,
        "index": question.index,
        "kind": question.kind,
        "right_place": question.right_place,
        "modality": camera.sensor.modality.value,
        "gsd_m": round(camera.gsd_m, 3),
        "obliquity_deg": round(camera.obliquity_deg, 1),
        "reference_gsd_m": round(question.look.gsd_m, 3),
        "accuracy_m": round(question.accuracy_m, 3),
        "crf": script.encoding.crf,
        "saturation_frames": camera.sensor.saturation_frames,
        "width_px": script.width_px,
        "frames": len(truth.frames),
        "takes": sum(segment.kind is SegmentKind.FOOTAGE for segment in truth.segments),
        "began_before": sum(strike.time_s < 0.0 for strike in script.strikes),
        "true_sights": len(truth.strikes),
        "true_distinct": truth.distinct_strikes,
    }


# ------------------------------------------------------------------------------------- place


def _place_row(
    question: Question, truth: Truth, scene: Scene, place: Mapping[str, Any]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "matched": place["matched"],
        "shots": [
            {key: shot.get(key) for key in ("first", "last", "accepted", "rung", "reason")}
            for shot in place["shots"]
        ],
        "takes_matched": _takes_matched(truth, place),
        "ground": _ground_errors(question, truth, place),
    }
    if question.part is Part.ELLIPSES:
        row["ellipse"] = _ellipse(question, truth, scene, place)
    return row


def _takes_matched(truth: Truth, place: Mapping[str, Any]) -> int:
    """Count the takes in which at least one frame is laid on the map."""
    laid = {frame["frame"] for frame in place["homographies"]}
    return sum(
        any(segment.first_frame <= frame <= segment.last_frame for frame in laid)
        for segment in truth.segments
        if segment.kind is SegmentKind.FOOTAGE
    )


def _ground_errors(
    question: Question, truth: Truth, place: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Errors at 3×3 pixels of up to 12 frames, the reference's own error taken out.

    The unit is the coarser of the GSD in the middle of the frame and that of the reference.
    """
    laid = [one for one in place["homographies"] if truth.frames[one["frame"]].to_map is not None]
    if not laid:
        return None
    chosen = {round(step) for step in np.linspace(0, len(laid) - 1, _MOST_FRAMES)}
    across = np.array([0.15, 0.5, 0.85]) * (truth.width_px - 1)
    along = np.array([0.15, 0.5, 0.85]) * (truth.height_px - 1)
    pixels = np.array([[x, y, 1.0] for x in across for y in along]).T
    errors_m, units = [], []
    for one in (laid[number] for number in sorted(chosen)):
        true = np.array(truth.frames[one["frame"]].to_map)
        here, there = np.array(one["to_map"]) @ pixels, true @ pixels
        gap = here[:2] / here[2] - there[:2] / there[2] - np.array(question.look.shift_m)[:, None]
        error = np.hypot(*gap)
        camera = question.script.cameras[truth.frames[one["frame"]].camera]
        gsd_m = camera.gsd_at(truth.frames[one["frame"]].scene_time_s)
        errors_m.extend(error)
        units.extend(error / max(gsd_m, question.look.gsd_m))
    return {
        "frames": len(chosen),
        "median_m": round(float(np.median(errors_m)), 4),
        "median": round(float(np.median(units)), 4),
        "p95": round(float(np.percentile(units, 95)), 4),
        "units": [round(float(unit), 3) for unit in units],
    }


def _ellipse(
    question: Question, truth: Truth, scene: Scene, place: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Compare one stated point with the truth; None when that frame is not laid on the map."""
    frame = min(len(truth.frames) - 1, math.floor(question.moment * len(truth.frames)))
    band = overlays.band_height_px(truth.height_px)
    pixel = (
        question.pixel[0] * (truth.width_px - 1),
        band + question.pixel[1] * (truth.height_px - 1 - band),
    )
    stated = stated_point(scene, place, frame, pixel)
    to_map = truth.frames[frame].to_map
    if stated is None or to_map is None:
        return None
    point, covariance, reference_sd_m = stated
    x, y, w = np.array(to_map) @ np.array([*pixel, 1.0])
    gap = np.array(point) - (x / w, y / w)
    relative = gap - np.array(question.look.shift_m)
    inner = covariance - np.eye(2) * reference_sd_m**2
    distances = {
        "absolute": float(gap @ np.linalg.solve(covariance, gap)),
        "relative": float(relative @ np.linalg.solve(inner, relative)),
    }
    shapes = {"absolute": covariance, "relative": inner}
    return {
        name: {
            "error_m": round(float(np.hypot(*vector)), 4),
            "squared_distance": round(distances[name], 4),
            "inside_95": distances[name] <= _CHI2_95,
            "inside_68": distances[name] <= _CHI2_68,
            "half_axes_95_m": [
                round(float(axis), 4)
                for axis in np.sqrt(_CHI2_95 * np.linalg.eigvalsh(shapes[name])[::-1])
            ],
        }
        for name, vector in (("absolute", gap), ("relative", relative))
    }


def stated_point(
    scene: Scene, place: Mapping[str, Any], frame: int, pixel: tuple[float, float]
) -> tuple[tuple[float, float], np.ndarray, float] | None:
    """Return easting and northing, covariance and the reference's part of it; None: not laid.

    The pixel is moved to the shot's anchor by the scene's links, as the records of the check say.
    """
    for ground in place["ground"]:
        if not ground["first"] <= frame <= ground["last"]:
            continue
        homography = from_json(GroundHomography, ground["homography"])
        u, v, w = scene.to_anchor[frame] @ np.array([*pixel, 1.0])
        link = np.eye(2) * float(scene.link_sd_px[frame]) ** 2
        try:
            point = homography.project((float(u / w), float(v / w)), pixel_covariance=link)
        except ConsistencyError:
            return None
        place_m = (point.easting_m, point.northing_m)
        return place_m, np.array(point.covariance_m2), homography.reference_sd_m
    return None


# ------------------------------------------------------------------------------------- impacts


def _impacts_row(truth: Truth, impacts: Mapping[str, Any]) -> dict[str, Any]:
    found: Sequence[Mapping[str, Any]] = impacts["strikes"]
    compared = compare_strikes(found, truth)
    needed = [index for index in range(len(truth.strikes)) if _is_needed(truth, index)]
    seen = {row["strike"] for row in compared["strikes"]}
    return {
        "distinct": impacts["distinct_strikes"],
        "count_right": impacts["distinct_strikes"] == truth.distinct_strikes,
        "reported": len(found),
        "needed_sights": len(needed),
        "needed_found": sum(index in seen for index in needed),
        "false_onsets": compared["false_alarms"],
        "repeats_true": sum(strike.replay_of is not None for strike in truth.strikes),
        "repeats_said": sum(one["same_strike_as"] is not None for one in found),
        "strikes": compared["strikes"],
    }


def _is_needed(truth: Truth, index: int) -> bool:
    """Return whether enough is shown before and after a sight to demand it."""
    onset = truth.strikes[index].onset_frame
    segment = truth.segments[truth.frames[onset].segment]
    before, after = onset - segment.first_frame, segment.last_frame - onset
    return before >= _BEFORE_FRAMES and after >= _AFTER_FRAMES
