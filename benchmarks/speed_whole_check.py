"""How long a whole check at 1280x720 takes against decoding alone, and how much memory it needs.

    python benchmarks/speed_whole_check.py

Three clips of a minute (visible, white-hot, black-hot; each with its orthophoto) are simulated,
not timed, and a ten-minute video is put together from their packets in turn, without encoding
them again. Then, clip by clip, in one run: every frame is decoded by PyAV with its default threads
and nothing is done with it; and `purport check` does the whole job in a fresh process and
workspace, start-up and dossier included. While it runs, the resident memory of the process and
its children is added up every 50 ms.

Aims: on the median clip of a minute at most 5 times decoding plus 15 s; at most 1.5 GB at any time
for the ten-minute video.
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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import av

from purport.simulate import (
    Camera,
    Encoding,
    GainJump,
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

FIXED_S = 15.0
RATIO = 5.0
MEMORY_GB = 1.5
LONG_S = 600.0
SAMPLE_S = 0.05
CONTROL = Path(__file__).parents[1] / "examples" / "harbour-road" / "control.geojson"
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A simulated clip, its orthophoto, and what is true of it."""

    video: Path
    ortho: Path
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What one video took."""

    clip: str
    frames: int
    decode_s: float
    check_s: float
    allowed_s: float
    """5 × decoding + 15 s."""
    ratio: float
    """(check - 15 s) / decoding."""
    peak_gb: float
    """Highest resident memory of the process and its children together."""


def make_script(number: int, duration_s: float) -> Script:
    """Return the script of clip 0, 1 or 2: another sensor, motion and graphics each."""
    ground = procedural_ground(601 + number, size_m=520.0, gsd_m=0.17)
    east, north = ground.centre
    modality = (Modality.VISIBLE, Modality.WHITE_HOT, Modality.BLACK_HOT)[number]
    camera = Camera(
        aim=(east - 20.0, north - 10.0),
        gsd_m=(0.2, 0.22, 0.25)[number],
        obliquity_deg=(20.0, 35.0, 45.0)[number],
        drift_mps=(40.0 / duration_s, 20.0 / duration_s),
        orbit_dps=(0.3, 0.6, 0.2)[number],
        jitter_px=(1.0, 2.0, 1.5)[number],
        seed=number,
        sensor=Sensor(modality=modality, noise_sd=2.5 + number, saturation_frames=2 * number),
    )
    strikes = tuple(
        Strike(time_s=duration_s * share, place=(east + 18.0 * (place - 1), north + 6.0))
        for place, share in enumerate((0.2, 0.5, 0.8))
    )
    return Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        width_px=1280,
        height_px=720,
        strikes=strikes,
        targets=((east + 4.0, north),),
        gain_jumps=(GainJump(time_s=0.35 * duration_s, gain=0.7, offset=0.05),),
        overlay=Overlay(crosshair=True, clock=number > 0, symbology=number > 1, logo="PURPORT"),
        encoding=Encoding(crf=26),
        seed=number,
    )


def make_clip(folder: Path, number: int, duration_s: float) -> Made:
    """Simulate a clip and its orthophoto."""
    script = make_script(number, duration_s)
    video, ortho = folder / f"clip{number}.mp4", folder / f"reference{number}.tif"
    truth = render(script, video)
    look = ReferenceLook(gsd_m=0.4, gamma=1.2, noise_sd=3.0)
    write_reference(script.ground, ortho, look=look)
    return Made(video=video, ortho=ortho, truth=truth)


def join(parts: list[Path], out: Path, duration_s: float) -> None:
    """Put the packets of clips one behind the other, in turn, until they last so long."""
    with av.open(str(out), "w", format="mp4") as container:
        stream = None
        begun = 0
        while True:
            for part in parts:
                with av.open(str(part)) as source:
                    video = source.streams.video[0]
                    if stream is None:
                        stream = container.add_stream_from_template(video)
                    time_base = video.time_base
                    if time_base is None or begun * time_base >= duration_s:
                        return
                    end = begun
                    for packet in source.demux(video):
                        if packet.dts is None or packet.pts is None:
                            continue
                        packet.pts += begun
                        packet.dts += begun
                        end = max(end, packet.pts + (packet.duration or 0))
                        packet.stream = stream
                        container.mux(packet)
                    begun = end


def time_decode(video: Path) -> tuple[float, int]:
    """Decode every frame and drop it."""
    started = time.perf_counter()
    with av.open(str(video)) as container:
        container.streams.video[0].thread_type = "AUTO"
        frames = sum(1 for _ in container.decode(video=0))
    return time.perf_counter() - started, frames


def resident_bytes(process: int) -> int:
    """Add up the resident memory of a process and all its children."""
    root = Path("/proc") / str(process)
    try:
        pages = int((root / "statm").read_text().split()[1])
        children = [
            int(child)
            for task in (root / "task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:  # it has ended
        return 0
    return pages * _PAGE + sum(resident_bytes(child) for child in children)


def time_check(folder: Path, video: Path, made: Made) -> tuple[float, int]:
    """Do the whole job in a fresh workspace, as a user does; watch its memory."""
    target = made.truth.targets[0]
    command = [
        *(sys.executable, "-c", "from purport.cli import main; main()"),
        *("check", str(video), "--workspace", str(folder), "--quiet"),
        *("--reference", str(made.ortho), "--reference-accuracy", "0.3"),
        *("--target", f"{target.longitude_deg},{target.latitude_deg}"),
        *("--date", "2019-03-13", "--published", "2019-03-14"),
        *(("--control", str(CONTROL)) if CONTROL.is_file() else ()),
    ]
    started, peak = time.perf_counter(), 0
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    while running.poll() is None:
        peak = max(peak, resident_bytes(running.pid))
        time.sleep(SAMPLE_S)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return time.perf_counter() - started, peak


def measure(name: str, folder: Path, video: Path, made: Made) -> Timed:
    """Decode a video alone, then check it."""
    decode_s, frames = time_decode(video)
    check_s, peak = time_check(folder / f"case-{name}", video, made)
    timed = Timed(
        clip=name,
        frames=frames,
        decode_s=round(decode_s, 2),
        check_s=round(check_s, 2),
        allowed_s=round(RATIO * decode_s + FIXED_S, 2),
        ratio=round((check_s - FIXED_S) / decode_s, 2),
        peak_gb=round(peak / 1e9, 3),
    )
    print(timed, flush=True)
    return timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the clips")
    parser.add_argument(
        "--long", type=float, default=LONG_S, help="length of the long video; 0: none"
    )
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with ProcessPoolExecutor(2) as pool:
            making = [pool.submit(make_clip, work, number, given.seconds) for number in range(3)]
            made = [clip.result() for clip in making]
        timed = [measure(f"{number}", work, clip.video, clip) for number, clip in enumerate(made)]
        if given.long:
            long = work / "long.mp4"
            join([clip.video for clip in made], long, given.long)
            timed.append(measure("long", work, long, made[0]))
    figures = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, CPython "
        f"{platform.python_version()}",
        "median_over_allowed_s": statistics.median(
            one.check_s - one.allowed_s for one in timed if one.clip != "long"
        ),
        "aims": {"ratio": RATIO, "fixed_s": FIXED_S, "memory_gb": MEMORY_GB},
        "clips": [asdict(one) for one in timed],
    }
    print(json.dumps(figures, indent=1))
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
