"""What reading behind the border costs: decoding in a child process against decoding here.

    python benchmarks/border_speed.py [VIDEO ...]

For each video every frame's luma is decoded, in turn in this process and behind the border, and
looked at (its first pixel); the same pixels must come out. Counted is processor time, of
this process and the children together, since that is what the machine has to spend; the time by
the clock stands beside it. Of the rounds the least is what other work disturbs least.
Without arguments two clips of half a minute are simulated, 1280x720 and
640x360. Also: what it takes to start the warden, and one probe.
"""

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from purport.media import LumaFrame, Probe, border, decode_luma, get_ready, probe_media
from purport.media._decoding import Stream, geometry_of, presented_frames
from purport.media._planes import luma_view

ROUNDS = 7
TICKS = os.sysconf("SC_CLK_TCK")


def write_clip(path: Path, width: int, height: int) -> Path:
    """Write half a minute over ground that moves, marked SYNTHETIC."""
    rough = np.random.default_rng(1).normal(size=(height + 400, width + 400))
    ground = cv2.GaussianBlur(rough, (0, 0), 2.0)
    land = np.clip(128 + 60 * ground / ground.std(), 0, 255).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "26"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(750):
            x = 200 + round(150 * np.sin(index / 90))
            view = land[x : x + height, x : x + width].copy()
            cv2.putText(view, "SYNTHETIC", (8, height - 8), cv2.FONT_HERSHEY_PLAIN, 1.2, 255)
            frame = av.VideoFrame.from_ndarray(view, format="gray")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frames_here(path: Path, probe: Probe) -> Iterator[LumaFrame]:
    """Decode as `decode_luma` did before there was a border: the same frames, copied once."""
    stream = Stream.of(probe)
    geometry = geometry_of(stream)
    coming = presented_frames(path, stream, lambda *_: None)
    for index, (frame, pts, duration) in enumerate(coming):
        luma = np.array(luma_view(frame, geometry), order="C")
        luma.setflags(write=False)
        yield LumaFrame(index=index, pts=pts, luma=luma, duration=duration)


def decode_here(path: Path, probe: Probe) -> int:
    """Decode in this process."""
    return sum(int(frame.luma[0, 0]) for frame in frames_here(path, probe))


def decode_there(path: Path, probe: Probe) -> int:
    """Decode behind the border."""
    return sum(int(frame.luma[0, 0]) for frame in decode_luma(path, probe=probe))


def spent_s() -> float:
    """Return processor time of this process and of the children that the warden has seen end."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    warden = border._wardens[os.getpid()]._process.pid  # type: ignore[union-attr]  # noqa: SLF001
    fields = Path(f"/proc/{warden}/stat").read_text().rpartition(")")[2].split()
    return own.ru_utime + own.ru_stime + sum(int(part) for part in fields[11:15]) / TICKS


def timed(action: Callable[[], int]) -> tuple[float, float, int]:
    """Return processor time, time by the clock, and what came out."""
    begun, clock = spent_s(), time.perf_counter()
    out = action()
    took = time.perf_counter() - clock
    time.sleep(0.4)  # until the warden has seen its child end
    return spent_s() - begun, took, out


def measure(path: Path) -> None:
    """Print what one video takes either way."""
    probe = probe_media(path)
    here, there = [], []
    for _ in range(ROUNDS):
        here.append(timed(lambda: decode_here(path, probe)))
        there.append(timed(lambda: decode_there(path, probe)))
        if here[-1][2] != there[-1][2]:
            message = f"{path.name}: other pixels come out behind the border"
            raise SystemExit(message)
    stream = probe.streams[probe.video]
    cpu = [statistics.median(row[0] for row in rows) for rows in (here, there)]
    least = [min(row[0] for row in rows) for rows in (here, there)]
    clock = [statistics.median(row[1] for row in rows) for rows in (here, there)]
    print(
        f"{path.name:28} {stream.width_px}x{stream.height_px}  processor {cpu[0]:.3f} s here, "
        f"{cpu[1]:.3f} s behind: ratio of medians {cpu[1] / cpu[0]:.3f}, "
        f"of least {least[1] / least[0]:.3f} ({least[0]:.3f}, {least[1]:.3f} s)"
        f"  clock {clock[0]:.3f}, {clock[1]:.3f} s"
    )


def main() -> None:
    """Measure the given videos, or two of our own."""
    begun = time.perf_counter()
    get_ready()
    with tempfile.TemporaryDirectory() as name:
        videos = [Path(argument) for argument in sys.argv[1:]] or [
            write_clip(Path(name) / "720p.mp4", 1280, 720),
            write_clip(Path(name) / "360p.mp4", 640, 360),
        ]
        probe_media(videos[0])
        first = time.perf_counter() - begun
        probes = [timed(lambda: probe_media(videos[0]).size_bytes) for _ in range(5)]
        print(
            f"one probe: {statistics.median(row[0] for row in probes) * 1000:.0f} ms of processor, "
            f"{statistics.median(row[1] for row in probes) * 1000:.0f} ms by the clock"
        )
        if sys.argv[1:]:
            print(f"start of the warden with the first probe: {first:.2f} s by the clock")
        for video in videos:
            measure(video)


if __name__ == "__main__":
    main()
