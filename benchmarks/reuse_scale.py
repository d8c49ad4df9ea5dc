"""What the index of reuse costs: a query, an addition, a print.

    python benchmarks/reuse_scale.py --work /tmp/reuse-scale --segments 10000000
    python benchmarks/reuse_scale.py --print CLIP…

The fingerprints are drawn: items of 25 segments, in each of which neighbours differ in about 24
bits of 256, as in moving footage. A query asks with 40 samples in four ways (as it is, mirrored,
negative, both), each 20 bits off a fingerprint that is there; it has *found* its item when most
of its 40 samples name it. What is measured: wall and CPU time of the search, resident memory of the
process beyond what it had before, and the same for adding 1,000 items (25 segments with 80 local
features each, by 200 as `purport index` does) to an index of ten thousand segments and to the large
one. The shelf of local features of the large one is a file with a hole of the right length: only
what is appended is real.

`--print` compares the CPU time of printing a clip with that of decoding it by PyAV alone, the best
of three runs each.
"""

import argparse
import json
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse import print_video
from purport.checks.reuse.index._pictures import Pictures
from purport.checks.reuse.index._places import Places
from purport.checks.reuse.index._shelf import CODE_BYTES
from purport.media import probe_media

Codes = NDArray[np.uint8]
SEGMENTS_EACH = 25
PLACES_EACH = 80
CHUNK = 200_000
BATCH = 200
"""Items that `purport index` adds at a time."""


def draw_codes(segments: int, seed: int) -> Codes:
    """Draw fingerprints of items: each a walk that changes about 24 bits at a step."""
    random = np.random.default_rng(seed)
    items = segments // SEGMENTS_EACH
    walk = np.empty((items, SEGMENTS_EACH, CODE_BYTES), dtype=np.uint8)
    walk[:, 0] = random.integers(0, 256, (items, CODE_BYTES), dtype=np.uint8)
    for step in range(1, SEGMENTS_EACH):
        walk[:, step] = walk[:, step - 1] ^ _flips(random, items, 24)
    return walk.reshape(-1, CODE_BYTES)


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
    shelf = Pictures(folder, count=int(count))
    began = time.process_time()
    while shelf.count < segments:
        size = min(CHUNK, segments - shelf.count)
        labels = np.arange(shelf.count, shelf.count + size)
        shelf.append(draw_codes(size, shelf.count), labels)
        shelf.seal()
        folder.joinpath("done").write_text(str(shelf.count))
    print(json.dumps({"built": shelf.count, "cpu_s": round(time.process_time() - began, 1)}))
    return shelf


def measure_queries(shelf: Pictures, count: int) -> dict[str, float]:
    """Ask for items that are there."""
    before = _resident_mb()
    wall, cpu, found = [], [], 0
    for number in range(count):
        random = np.random.default_rng([number, 9])
        wanted = int(random.integers(shelf.count // SEGMENTS_EACH))
        own = read_codes(shelf, wanted * SEGMENTS_EACH, SEGMENTS_EACH)
        asked = own[random.integers(0, SEGMENTS_EACH, 40)] ^ _flips(random, 40, 20)
        asked = np.concatenate([asked, ~asked, _turned(asked), ~_turned(asked)])
        began = time.perf_counter(), time.process_time()
        near = shelf.search(asked, most=40, farthest_bits=76)
        wall.append(time.perf_counter() - began[0])
        cpu.append(time.process_time() - began[1])
        items = near.labels[near.asked < 40] // SEGMENTS_EACH
        named = len(np.unique(near.asked[near.asked < 40][items == wanted]))
        found += named > 20
    return {
        "segments": shelf.count,
        "queries": count,
        "found": found,
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
    """Add 1,000 items to the end; the sealing that they bring nearer is told apart."""
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
    shutil.rmtree(places_folder)
    return {"segments": shelf.count, "adding_1000_items_cpu_s": round(min(spent), 3)}


def measure_prints(paths: list[Path]) -> None:
    for path in paths:
        probe = probe_media(path)
        stream = probe.streams[probe.video]
        decoding = min(_cpu(lambda path=path: _decode(path)) for _ in range(3))  # type: ignore[misc]
        printing = min(
            _cpu(lambda path=path: print_video(path, probe=probe_media(path))) for _ in range(3)
        )  # type: ignore[misc]
        row = {
            "clip": path.name,
            "size": f"{stream.width_px}x{stream.height_px}",
            "decode_cpu_s": round(decoding, 3),
            "print_cpu_s": round(printing, 3),
            "ratio": round(printing / decoding, 2),
        }
        print(json.dumps(row), flush=True)


def _decode(path: Path) -> int:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("/tmp/purport-reuse-scale"))  # noqa: S108
    parser.add_argument("--segments", type=int, default=10_000_000)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--print", dest="clips", type=Path, nargs="+", help="clips to print")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.clips:
        measure_prints(options.clips)
        return
    for segments in (10_000, options.segments):
        folder = options.work / str(segments)
        folder.mkdir(parents=True, exist_ok=True)
        shelf = build(folder, segments)
        print(json.dumps(measure_queries(shelf, options.queries)), flush=True)
        print(json.dumps(measure_adding(folder, shelf)), flush=True)


if __name__ == "__main__":
    main()
