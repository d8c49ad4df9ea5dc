"""How long the whole job takes, against decoding the clip alone, measured in one run.

    python benchmarks/speed_main_job.py

A clip of 640x360 is simulated (not timed). Then, alternately: every frame is decoded by PyAV with
its default threads and nothing is done with it; and `purport check` does the whole job in a fresh
process and workspace, start-up and dossier included. The ratio is (job - 10 s) / decode, the aim
is at most 8. Medians over the repeats are printed, with what each repeat took.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av

from purport.simulate import (
    Camera,
    Modality,
    Overlay,
    ReferenceLook,
    Script,
    Segment,
    Sensor,
    Strike,
    Truth,
    procedural_ground,
    render,
    write_reference,
)

FIXED_S = 10.0
AIM = 8.0
CONTROL = Path(__file__).parents[1] / "examples" / "harbour-road" / "control.geojson"


def make_clip(folder: Path, duration_s: float) -> tuple[Path, Path, Truth]:
    """Simulate the clip and its orthophoto."""
    ground = procedural_ground(501, size_m=420.0, gsd_m=0.17)
    east, north = ground.centre
    camera = Camera(
        aim=(east - 15.0, north),
        gsd_m=0.3,
        obliquity_deg=30.0,
        drift_mps=(30.0 / duration_s, 0.0),
        orbit_dps=0.2,
        jitter_px=1.0,
        sensor=Sensor(modality=Modality.WHITE_HOT, noise_sd=2.5, saturation_frames=2),
    )
    strikes = tuple(
        Strike(time_s=duration_s * share, place=(east + 18.0 * (number - 1), north + 6.0))
        for number, share in enumerate((0.2, 0.5, 0.8))
    )
    script = Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        strikes=strikes,
        targets=((east + 4.0, north),),
        overlay=Overlay(crosshair=True, clock=True),
    )
    video, ortho = folder / "clip.mp4", folder / "reference.tif"
    truth = render(script, video)
    write_reference(ground, ortho, look=ReferenceLook(gsd_m=0.4, gamma=1.2, noise_sd=3.0))
    return video, ortho, truth


def time_decode(video: Path) -> tuple[float, int]:
    """Decode every frame and drop it."""
    started = time.perf_counter()
    with av.open(str(video)) as container:
        container.streams.video[0].thread_type = "AUTO"
        frames = sum(1 for _ in container.decode(video=0))
    return time.perf_counter() - started, frames


def time_job(folder: Path, video: Path, ortho: Path, truth: Truth) -> float:
    """Do the whole job in a fresh workspace, as a user does: start-up and dossier included."""
    target = truth.targets[0]
    command = [
        *(sys.executable, "-c", "from purport.cli import main; main()"),
        *("check", str(video), "--workspace", str(folder), "--quiet"),
        *("--reference", str(ortho), "--reference-accuracy", "0.3"),
        *("--target", f"{target.longitude_deg},{target.latitude_deg}"),
        *("--date", "2019-03-13", "--published", "2019-03-14"),
        *(("--control", str(CONTROL)) if CONTROL.is_file() else ()),
    ]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the clip")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    decodes, jobs, frames = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video, ortho, truth = make_clip(folder, given.seconds)
        for repeat in range(given.repeats):
            decode_s, frames = time_decode(video)
            decodes.append(decode_s)
            jobs.append(time_job(folder / f"case{repeat}", video, ortho, truth))
    decode_s, job_s = statistics.median(decodes), statistics.median(jobs)
    figures = {
        "clip": f"640x360, {given.seconds:g} s, {frames} frames",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, CPython "
        f"{platform.python_version()}",
        "decode_s": round(decode_s, 3),
        "job_s": round(job_s, 3),
        "ratio": round((job_s - FIXED_S) / decode_s, 2),
        "ratio_without_allowance": round(job_s / decode_s, 2),
        "aim": AIM,
        "decodes_s": [round(one, 3) for one in decodes],
        "jobs_s": [round(one, 3) for one in jobs],
    }
    if given.json:
        print(json.dumps(figures, indent=1))
    else:
        print("\n".join(f"{key}: {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
