"""The border under fire: mutated files are probed, decoded and read; nothing may break or hang.

    python benchmarks/fuzz_media.py --runs 10000 --out fuzz.jsonl
    python benchmarks/fuzz_media.py --report --out fuzz.jsonl

Run n takes one of the seed files (made here by our own encoders, the same each time) and mutates it
with a generator seeded by n: bits, bytes, lengths, pieces cut, doubled or swapped, ends cut off. It
is then read through every door that a stranger's file comes in by. What came of it is one line of
the output; runs that are there already are not done again, so that a run can be broken off.

What counts: "read" and "refused" are as it must be. "crash", "hang", "memory", "time", "killed" and
"nonsense" befell the child process and were told as one clear error, so that nobody but the child
was harmed; they are listed. "bug" (an error of our own code) and "escaped" (an exception
that is none of ours, or a run of more than five minutes) must not be. The peak memory of this
process is listed.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np

from purport.checks.provenance._credentials import read_credentials
from purport.core.errors import ConsistencyError, UnavailableError, UnreadableMediaError
from purport.media import (
    decode_audio_levels,
    decode_luma,
    probe_media,
    read_container,
    read_telemetry,
)
from purport.simulate.camera_files import (
    CameraFile,
    SensorPacket,
    write_camera_file,
    write_sensor_stream,
)

LONGEST_RUN_S = 300.0
MOST_FRAMES = 400
SIGNS = {
    "crashed the decoder": "crash",
    "gives no sign": "hang",
    "more memory": "memory",
    "too long to read": "time",
    "was killed": "killed",
    "nonsense": "nonsense",
    "ended without an answer": "crash",
    "answers with more": "memory",
}
Mutate = Callable[[bytearray, np.random.Generator], None]


def write_seeds(folder: Path) -> list[Path]:
    """Write the seed files; small, and one for each way of coding and wrapping."""
    filmed = datetime(2022, 5, 14, 9, 20, 11, tzinfo=UTC)
    packets = [SensorPacket(time=filmed, longitude_deg=36.7, latitude_deg=35.2) for _ in range(10)]
    made = [
        write_camera_file(
            folder / "phone.mov",
            CameraFile(
                brands=("qt  ", "qt  "),
                created=filmed,
                texts=(("\xa9xyz", "+35.20+036.70/"),),
                keys=(("com.apple.quicktime.make", "Apple"),),
            ),
            duration_s=1.0,
        ),
        write_sensor_stream(folder / "sensor.ts", packets, duration_s=1.0),
    ]
    for name, codec, form in (
        ("a.mp4", "libx264", "yuv420p"), ("b.mkv", "libx264", "yuv420p10le"),
        ("c.mp4", "libx265", "yuv420p"), ("d.avi", "mpeg4", "yuv420p"),
        ("e.mkv", "ffv1", "yuv422p"), ("f.webm", "libvpx-vp9", "yuv420p"),
        ("g.mpg", "mpeg2video", "yuv420p"), ("h.avi", "mjpeg", "yuvj420p"),
        ("i.gif", "gif", "rgb8"), ("j.png", "png", "rgb24"), ("k.webm", "libvpx", "yuv420p"),
        ("l.ts", "libx264", "yuv420p"), ("m.mp4", "libsvtav1", "yuv420p"),
    ):  # fmt: skip
        if codec in av.codecs_available:
            with _priority_kept():
                made.append(_write(folder / name, codec, form))
    return sorted(made)


@contextmanager
def _priority_kept() -> Iterator[None]:
    """Give back the calling thread's scheduling policy.

    SVT-AV1 leaves the thread that calls it, where that is root's, under SCHED_FIFO at priority 99,
    and whatever it starts from then on likewise.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


def _write(path: Path, codec: str, form: str) -> Path:
    frames = 1 if codec == "png" else 12
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, form
        stream.codec_context.thread_count = 1
        for index in range(frames):
            picture = np.full((64, 96, 3), 40 + 10 * index, np.uint8)
            picture[20:40, 4 * index : 4 * index + 20] = 220
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=form)
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def mutate(content: bytes, number: int) -> bytes:
    """Mutate a file in one to six ways; the same number gives the same."""
    random = np.random.default_rng(number)
    data = bytearray(content)
    for _ in range(int(random.integers(1, 7))):
        _MUTATIONS[int(random.integers(len(_MUTATIONS)))](data, random)
        if len(data) < 16:
            break
    return bytes(data)


def _place(data: bytearray, random: np.random.Generator) -> int:
    """Choose a place; half of the time near the start, where headers are."""
    most = len(data) - 1
    return int(random.integers(0, min(512, most) if random.random() < 0.5 else most)) if most else 0


def _bits(data: bytearray, random: np.random.Generator) -> None:
    for _ in range(int(random.integers(1, 40))):
        data[_place(data, random)] ^= 1 << int(random.integers(8))


def _bytes(data: bytearray, random: np.random.Generator) -> None:
    at, count = _place(data, random), int(random.integers(1, 64))
    data[at : at + count] = random.integers(0, 256, count, dtype=np.uint8).tobytes()


def _extremes(data: bytearray, random: np.random.Generator) -> None:
    at = _place(data, random)
    value = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, len(data))[int(random.integers(7))]
    data[at : at + 4] = value.to_bytes(4)


def _named_lengths(data: bytearray, random: np.random.Generator) -> None:
    """Change the length before the name of a box."""
    names = (
        b"moov",
        b"trak",
        b"stsd",
        b"stts",
        b"stsz",
        b"stco",
        b"mdat",
        b"meta",
        b"avcC",
        b"udta",
    )
    found = [at for name in names if (at := data.find(name)) >= 4]
    if found:
        at = found[int(random.integers(len(found)))]
        data[at - 4 : at] = int(random.integers(0, 1 << 32)).to_bytes(4)


def _cut(data: bytearray, random: np.random.Generator) -> None:
    del data[_place(data, random) :]


def _remove(data: bytearray, random: np.random.Generator) -> None:
    at = _place(data, random)
    del data[at : at + int(random.integers(1, 400))]


def _double(data: bytearray, random: np.random.Generator) -> None:
    at = _place(data, random)
    data[at:at] = data[at : at + int(random.integers(1, 2000))]


def _swap(data: bytearray, random: np.random.Generator) -> None:
    one, other = _place(data, random), _place(data, random)
    size = int(random.integers(1, 200))
    first, second = bytes(data[one : one + size]), bytes(data[other : other + size])
    data[one : one + len(second)] = second
    data[other : other + len(first)] = first


_MUTATIONS: tuple[Mutate, ...] = (
    _bits, _bits, _bytes, _extremes, _extremes, _named_lengths, _cut, _remove, _double, _swap,
)  # fmt: skip


def read_everything(path: Path) -> dict[str, str]:
    """Go through every door; return what came of each."""
    return {
        "decode": _told(lambda: _decode(path)),
        "container": _told(lambda: read_container(path)),
        "telemetry": _told(lambda: read_telemetry(path)),
        "credentials": _told(lambda: read_credentials(path, name=path.name, trusted=None)),
    }


def _decode(path: Path) -> None:
    probe = probe_media(path)
    for _ in islice(decode_luma(path, probe=probe), MOST_FRAMES):
        pass
    decode_audio_levels(path, probe=probe)


def _told(action: Callable[[], object]) -> str:
    try:
        action()
    except (UnreadableMediaError, UnavailableError) as error:
        signs = (kind for sign, kind in SIGNS.items() if sign in error.fault)
        return next(signs, "refused" if isinstance(error, UnreadableMediaError) else "killed")
    except ConsistencyError as error:
        return f"bug: {error.fault}"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return f"escaped: {type(error).__name__}: {error}"
    return "read"


def run(numbers: Iterable[int], out: Path) -> None:
    """Do the runs that are not in the output yet."""
    done = (
        {json.loads(line)["run"] for line in out.read_text().splitlines()}
        if out.exists()
        else set()
    )
    with tempfile.TemporaryDirectory() as name, out.open("a", encoding="utf-8") as stream:
        folder = Path(name)
        (folder / "seeds").mkdir()
        seeds = write_seeds(folder / "seeds")
        for number in numbers:
            if number in done:
                continue
            seed = seeds[number % len(seeds)]
            path = folder / f"mutated{seed.suffix}"
            path.write_bytes(mutate(seed.read_bytes(), number))
            begun = time.monotonic()
            told = read_everything(path)
            took = time.monotonic() - begun
            if took > LONGEST_RUN_S:
                told["clock"] = f"escaped: took {took:.0f} s"
            row = {"run": number, "seed": seed.name, "took_s": round(took, 3), **told}
            row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            stream.write(json.dumps(row) + "\n")
            stream.flush()


def report(out: Path) -> int:
    """Print what came of the runs; 1 when something broke out."""
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    doors = ("decode", "container", "telemetry", "credentials", "clock")
    bad = 0
    for door in doors:
        counts = Counter(str(row[door]).split(":")[0] for row in rows if door in row)
        print(f"{door:12} {dict(sorted(counts.items()))}")
        bad += counts["bug"] + counts["escaped"]
    for row in rows:
        odd = {
            door: row[door] for door in doors if row.get(door, "read") not in {"read", "refused"}
        }
        if odd:
            print(f"  run {row['run']} ({row['seed']}, {row['took_s']} s): {odd}")
    took = sorted(row["took_s"] for row in rows)
    print(
        f"{len(rows)} runs; median {took[len(took) // 2]:.2f} s, longest {took[-1]:.2f} s; "
        f"peak memory of this process {max(row['peak_mb'] for row in rows)} MB; broke out: {bad}"
    )
    return 1 if bad else 0


def main() -> int:
    """Run or report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    if not arguments.report:
        run(range(arguments.first, arguments.first + arguments.runs), arguments.out)
    return report(arguments.out)


if __name__ == "__main__":
    raise SystemExit(main())
