"""How far burnt-in graphics move a frame on the map: the same clips with and without them.

    python benchmarks/overlays.py

Short clips of 640x360 at CRF 30 are simulated in pairs that differ by the graphics alone:
crosshair, clock, brackets, moving gate and logo. A third of the cameras stand still but for a
slight shake, the others drift and turn. Each clip goes through scene and place; then every fifth
frame's ground positions at nine pixels are compared with the truth, in pixels of the frame. The
aim: the mean error with graphics exceeds that without by at most 0.5 px.

Seeds from 3000 are for development, from 83000 (`--set final`) for the figures that are published.
"""

import argparse
import json
import math
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.place import PlaceCheck
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.core.homographies import GroundHomography
from purport.core.records import from_json
from purport.media import probe_media
from purport.scene import analyse_scene
from purport.simulate import (
    Camera,
    Encoding,
    Modality,
    Overlay,
    ReferenceLook,
    Script,
    Segment,
    Sensor,
    Truth,
    procedural_ground,
    render,
    write_reference,
)

AIM_PX = 0.5
FIRST_SEED = {"dev": 3000, "final": 83000}
GRAPHICS = Overlay(crosshair=True, clock=True, symbology=True, gate=True, logo="CHANNEL 0")
FRAMES_EVERY = 5
CRF = 30
DURATION_S = 2.4
REFERENCE_SD_M = 0.3


def make_script(seed: int, *, still: bool) -> Script:
    """Draw a clip without graphics."""
    generator = np.random.default_rng(seed)
    ground = procedural_ground(seed, size_m=330.0, gsd_m=0.2)
    east, north = ground.centre
    modality = list(Modality)[int(generator.integers(3))]
    speed = 0.0 if still else float(generator.uniform(1.0, 6.0))
    course = float(generator.uniform(0.0, 2.0 * math.pi))
    camera = Camera(
        aim=(east + float(generator.uniform(-20, 20)), north + float(generator.uniform(-20, 20))),
        gsd_m=float(generator.uniform(0.2, 0.35)),
        obliquity_deg=float(generator.uniform(0.0, 50.0)),
        heading_deg=float(generator.uniform(0.0, 360.0)),
        drift_mps=(speed * math.sin(course), speed * math.cos(course)),
        orbit_dps=0.0 if still else float(generator.uniform(-1.0, 1.0)),
        jitter_px=0.2 if still else float(generator.uniform(0.3, 2.5)),
        seed=seed,
        sensor=Sensor(modality=modality, noise_sd=float(generator.uniform(1.0, 4.0))),
    )
    return Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=DURATION_S),),
        encoding=Encoding(crf=CRF),
        seed=seed,
    )


def place_clip(script: Script, ortho: Path, folder: Path) -> tuple[NDArray[np.float64] | None, str]:
    """Return errors of ground positions in frame pixels (frames, pixels); None when not placed."""
    video = folder / "clip.mp4"
    truth = render(script, video)
    scene = analyse_scene(video, probe=probe_media(video))
    item = ItemRecord(digest=digest_file(video), name=video.name, size_bytes=video.stat().st_size)
    source = ReferenceSource(digest=digest_file(ortho), path=ortho, accuracy_m=REFERENCE_SD_M)
    evidence = Evidence(
        item=item,
        path=video,
        probe=probe_media(video),
        load_scene=lambda: scene,
        references=(source,),
    )
    (finding,) = PlaceCheck().run(evidence)
    values: Any = finding.values
    laid = [
        (one["first"], one["last"], from_json(GroundHomography, one["homography"]))
        for one in values["ground"]
    ]
    rows = [
        _errors_px(truth, frame, scene.to_anchor[frame], homography)
        for first, last, homography in laid
        for frame in range(first, last + 1, FRAMES_EVERY)
        if scene.linked[frame]
    ]
    return (np.array(rows) if rows else None), finding.answer


def _errors_px(
    truth: Truth, frame: int, to_anchor: NDArray[np.float64], homography: GroundHomography
) -> list[float]:
    """Errors at nine pixels of a frame: stated on the map, brought back by the true camera. [px]"""
    true = np.array(truth.frames[frame].to_map)
    errors = []
    for x in (0.15, 0.5, 0.85):
        for y in (0.15, 0.5, 0.85):
            pixel = np.array([x * (truth.width_px - 1), y * (truth.height_px - 1), 1.0])
            anchor = to_anchor @ pixel
            place = (float(anchor[0] / anchor[2]), float(anchor[1] / anchor[2]))
            point = homography.project(place, pixel_covariance=np.zeros((2, 2)))
            back = np.linalg.solve(true, [point.easting_m, point.northing_m, 1.0])
            errors.append(float(np.hypot(*(back[:2] / back[2] - pixel[:2]))))
    return errors


def run_pair(seed: int, *, still: bool) -> dict[str, Any]:
    """Place a clip with and without graphics."""
    began = time.process_time()
    script = make_script(seed, still=still)
    row: dict[str, Any] = {
        "seed": seed,
        "still": still,
        "modality": script.cameras[0].sensor.modality.value,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ortho = folder / "reference.tif"
        look = ReferenceLook(gsd_m=0.4, gamma=1.2, noise_sd=3.0)
        write_reference(script.ground, ortho, look=look)
        for key, overlay in (("without", Overlay()), ("with", GRAPHICS)):
            errors, answer = place_clip(replace(script, overlay=overlay), ortho, folder)
            row[f"{key}_answer"] = answer
            row[f"{key}_px"] = None if errors is None else round(float(errors.mean()), 3)
    if row["with_px"] is not None and row["without_px"] is not None:
        row["excess_px"] = round(row["with_px"] - row["without_px"], 3)
    row["cpu_s"] = round(time.process_time() - began, 1)
    return row


def summarise(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Count what kept the aim."""
    excess = np.array([row["excess_px"] for row in rows if "excess_px" in row])
    lost = sum(row["with_px"] is None and row["without_px"] is not None for row in rows)
    summary: dict[str, Any] = {"pairs": len(rows), "both_placed": len(excess), "lost": lost}
    if len(excess):
        summary |= {
            "excess_px": {
                "median": round(float(np.median(excess)), 3),
                "p95": round(float(np.percentile(excess, 95)), 3),
                "max": round(float(excess.max()), 3),
            },
            "within_aim": int(np.count_nonzero(excess <= AIM_PX)),
            "mean_without_px": round(float(np.mean([row["without_px"] or 0 for row in rows])), 3),
        }
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=sorted(FIRST_SEED), default="dev")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--json", type=Path, help="write every pair and the figures there")
    given = parser.parse_args()
    rows = []
    for number in range(given.pairs):
        rows.append(run_pair(FIRST_SEED[given.set] + number, still=number % 3 == 0))
        print(rows[-1], flush=True)
    summary = summarise(rows)
    print(json.dumps(summary, indent=1))
    if given.json is not None:
        given.json.write_text(json.dumps({"summary": summary, "pairs": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
