"""What the index of reuse costs: a query, an addition, a print.

    python benchmarks/reuse_scale.py --work /tmp/reuse-scale
    python benchmarks/reuse_scale.py --print CLIP…

The fingerprints are drawn (`draw_codes`): items of 25 segments that wander as footage does. There
are 10,223,600 of them, the most that 39 stretches hold before the last is sealed, so that the tail,
of which every code is compared, is as long as it can be. A query asks with 40 samples in four ways
(as it is, mirrored, negative, both), each 20 (and then 40) bits off a fingerprint that is there;
it has *found* its item when most of its 40 samples name it; *named* is the mean share that do.
What is measured: wall and CPU time of the search, resident memory of the process and what of it
the search has added.

*Adding* is that of 1,000 items (25 segments with 80 local features each, by 200 as `purport index`
does) to an index of ten thousand segments and to the large one, and the sealing of a stretch of
each shelf; of that 1,000 items bear 0.095 and 1.91. The shelf of local features of the large one
is a file with a hole of the right length and sealed stretches that are empty files: only what is
appended is real.

`--print` compares the CPU time of printing a clip (of this process and of the child that decodes)
with that of decoding it by PyAV alone in this process, the best of five runs each.
"""

import argparse
import json
import os
import resource
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
from border_speed import spent_s
from numpy.typing import NDArray

from purport.checks.reuse import print_video
from purport.checks.reuse.index._pictures import Pictures
from purport.checks.reuse.index._places import Places
from purport.checks.reuse.index._shelf import CODE_BYTES, Shelf
from purport.media import Probe, get_ready, probe_media

Codes = NDArray[np.uint8]
SEGMENTS_EACH = 25
PLACES_EACH = 80
CHUNK = 200_000
BATCH = 200
"""Items that `purport index` adds at a time."""
PICTURES_A_STRETCH, PLACES_A_STRETCH = 1 << 18, 1 << 20
"""Codes that are sealed together."""


def draw_codes(segments: int, seed: int) -> Codes:
    """Draw fingerprints of items as footage makes them (n, 32).

    Each is 256 coefficients compared with their median, as in a PDQ hash; they wander from segment
    to segment, in each item at a rate of its own, and have a little in common among all. So
    neighbours in an item differ by 48 bits in the median (a tenth by 20 or less, a tenth by 108 or
    more) and unrelated ones by 127 with a deviation of 8. In the simulated archive of
    `exam_reuse.py` it is 50 (22, 96), 128 and 8.6; in 14 published clips 81 (22, 122), 127, 10.3.
    """
    random = np.random.default_rng(seed)
    items = segments // SEGMENTS_EACH
    bits_a_step = np.clip(np.exp(random.normal(np.log(50.0), 0.64, items)), 4.0, 128.0)
    kept = np.cos(np.pi * bits_a_step / 256.0).astype(np.float32)[:, None]
    new = np.sqrt(1.0 - np.square(kept), dtype=np.float32)
    shape, common = (items, 8 * CODE_BYTES), np.random.default_rng(0).normal(0.0, 0.12, 256)
    walk = random.standard_normal(shape, dtype=np.float32)
    codes = np.empty((items, SEGMENTS_EACH, CODE_BYTES), dtype=np.uint8)
    for step in range(SEGMENTS_EACH):
        if step:
            walk *= kept
            walk += new * random.standard_normal(shape, dtype=np.float32)
        seen = walk + common.astype(np.float32)
        middle = np.partition(seen, 128, axis=1)[:, 128:129]
        codes[:, step] = np.packbits(seen >= middle, axis=1)
    return codes.reshape(-1, CODE_BYTES)


def _flips(random: np.random.Generator, count: int, bits: int) -> Codes:
    """Draw masks in which about so many bits are set."""
    made = np.zeros((count, CODE_BYTES), dtype=np.uint8)
    rows = np.arange(count)
    for _ in range(bits):
        place = random.integers(0, 256, count)
        made[rows, place >> 3] |= (1 << (place & 7)).astype(np.uint8)
    return made


def build(folder: Path, segments: int) -> Pictures:
    """Make a shelf, or take the one that is there."""
    count = folder.joinpath("done").read_text() if folder.joinpath("done").exists() else "0"
    shelf = Pictures(folder, count=int(count), threads=len(os.sched_getaffinity(0)))
    began = time.process_time()
    while shelf.count < segments:
        size = min(CHUNK, segments - shelf.count)
        labels = np.arange(shelf.count, shelf.count + size)
        shelf.append(draw_codes(size, shelf.count), labels)
        shelf.seal()
        folder.joinpath("done").write_text(str(shelf.count))
    print(json.dumps({"built": shelf.count, "cpu_s": round(time.process_time() - began, 1)}))
    return shelf


def measure_queries(shelf: Pictures, count: int, *, bits: int) -> dict[str, float]:
    """Ask for items that are there, by samples that are so many bits off."""
    before = _resident_mb()
    wall, cpu, named = [], [], []
    for number in range(count):
        random = np.random.default_rng([number, 9])
        wanted = int(random.integers(shelf.count // SEGMENTS_EACH))
        own = read_codes(shelf, wanted * SEGMENTS_EACH, SEGMENTS_EACH)
        asked = own[random.integers(0, SEGMENTS_EACH, 40)] ^ _flips(random, 40, bits)
        asked = np.concatenate([asked, ~asked, _turned(asked), ~_turned(asked)])
        began = time.perf_counter(), time.process_time()
        near = shelf.search(asked, most=40, farthest_bits=76)
        wall.append(time.perf_counter() - began[0])
        cpu.append(time.process_time() - began[1])
        items = near.labels[near.asked < 40] // SEGMENTS_EACH
        named.append(len(np.unique(near.asked[near.asked < 40][items == wanted])))
    return {
        "segments": shelf.count,
        "threads": len(os.sched_getaffinity(0)),
        "bits_off": bits,
        "queries": count,
        "found": sum(number > 20 for number in named),
        "named": round(float(np.mean(named)) / 40, 3),
        "wall_ms_median": round(1000 * float(np.median(wall[1:])), 1),
        "wall_ms_most": round(1000 * max(wall[1:]), 1),
        "wall_ms_first": round(1000 * wall[0], 1),
        "cpu_ms_median": round(1000 * float(np.median(cpu[1:])), 1),
        "memory_mb": round(_resident_mb() - before),
        "memory_all_mb": round(_resident_mb()),
    }


def read_codes(shelf: Pictures, first: int, count: int) -> Codes:
    """Read codes of a shelf from its file."""
    with (shelf.folder / "codes.bin").open("rb") as file:
        file.seek(first * CODE_BYTES)
        read = file.read(count * CODE_BYTES)
    return np.frombuffer(read, dtype=np.uint8).reshape(count, CODE_BYTES)


def _turned(codes: Codes) -> Codes:
    """Stand for the codes of mirror pictures: every other bit turned over."""
    return np.asarray(codes ^ np.uint8(0x55))


def measure_adding(folder: Path, shelf: Pictures) -> dict[str, float]:
    """Add 1,000 items to the end, and seal one stretch of each shelf."""
    places_folder = folder / "places"
    places_folder.mkdir(exist_ok=True)
    count = shelf.count * PLACES_EACH
    for name, each in (("codes.bin", CODE_BYTES), ("labels.bin", 4)):
        with (places_folder / name).open("wb") as file:
            file.truncate(count * each)
    segments = 1000 * SEGMENTS_EACH
    codes = draw_codes(segments, 77)
    local = np.random.default_rng(1).integers(0, 256, (segments * PLACES_EACH, 32), dtype=np.uint8)
    spent = []
    pictures, places = Pictures(folder, count=0), Places(places_folder, count=0)
    for _ in range(5):
        pictures = Pictures(folder, count=shelf.count)
        places = Places(places_folder, count=count)
        began = time.process_time()
        step = BATCH * SEGMENTS_EACH
        for first in range(0, segments, step):
            last = first + step
            pictures.append(codes[first:last], np.arange(first, last))
            some = local[first * PLACES_EACH : last * PLACES_EACH]
            places.append(some, np.repeat(np.arange(first, last), PLACES_EACH))
        spent.append(time.process_time() - began)
    sealing = {
        "pictures": _sealing(pictures, folder, PICTURES_A_STRETCH),
        "places": _sealing(places, places_folder, PLACES_A_STRETCH),
    }
    shutil.rmtree(places_folder)
    told = {"segments": shelf.count, "adding_1000_items_cpu_s": round(min(spent), 3)}
    return told | {f"sealing_{name}_cpu_s": value for name, value in sealing.items()}


def _sealing(shelf: Shelf, folder: Path, each: int) -> float:
    """Seal the last full stretch again, of all that are there."""
    whole = shelf.count // each
    if not whole:
        return 0.0
    paths = [folder / f"sealed-{number:05d}.bin" for number in range(whole)]
    for path in paths:
        if not path.exists():
            path.touch()
    spent = []
    for _ in range(3):
        paths[-1].unlink()
        began = time.process_time()
        shelf.seal()
        spent.append(time.process_time() - began)
    return round(min(spent), 3)


def measure_prints(paths: list[Path]) -> None:
    for path in paths:
        probe = probe_media(path)
        stream = probe.streams[probe.video]
        decoding = min(_cpu(partial(_decode, path)) for _ in range(5))
        printing = min(_cpu(partial(_print, path, probe)) for _ in range(5))
        row = {
            "clip": path.name,
            "size": f"{stream.width_px}x{stream.height_px}",
            "decode_cpu_s": round(decoding, 3),
            "print_cpu_s": round(printing, 3),
            "ratio": round(printing / decoding, 2),
        }
        print(json.dumps(row), flush=True)


def _print(path: Path, probe: Probe) -> None:
    print_video(path, probe=probe)


def _decode(path: Path) -> int:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def _cpu(work: Callable[[], object]) -> float:
    began = spent_s()
    work()
    time.sleep(0.4)  # until the warden has seen its child end
    return float(spent_s() - began)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("/tmp/purport-reuse-scale"))  # noqa: S108
    parser.add_argument("--segments", type=int, default=10_223_600)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--print", dest="clips", type=Path, nargs="+", help="clips to print")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.clips:
        get_ready()
        measure_prints(options.clips)
        return
    for segments in (10_000, options.segments):
        folder = options.work / str(segments)
        folder.mkdir(parents=True, exist_ok=True)
        shelf = build(folder, segments)
        for bits in (20, 40):
            told = measure_queries(shelf, options.queries, bits=bits)
            print(json.dumps(told), flush=True)
        print(json.dumps(measure_adding(folder, shelf)), flush=True)


if __name__ == "__main__":
    main()
