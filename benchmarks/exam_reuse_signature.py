"""The MPEG-7 signature of Debian's FFmpeg on the queries of the exam of reuse.

    python benchmarks/exam_reuse_signature.py --set dev --work /tmp/reuse --out /tmp/s.jsonl
    python benchmarks/exam_reuse_signature.py --set dev --out /tmp/s.jsonl --report \\
        --ours /tmp/q.jsonl

Its matcher reads both videos anew for every pair, so that a whole archive is out of reach: each
query is compared with its own item and with `--near` (seven) other clips over the same ground. That
favours the peer: most of what it could be wrong about is never asked. It has found a query when it
says that the item matches; a pair on which FFmpeg crashes or takes more than a minute of a core is
listed apart and counts as not matched. As with vPDQ it is also given the lowest number of matching
frames at which it names no wrong item on these very queries (its best at equal precision). The
queries are those that `exam_reuse.py --part queries` left in `--work`.
"""

import argparse
import json
import os
import re
import resource
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from exam_reuse_mix import ABSENT, FLIGHTS_EACH, ITEMS, QUERIES, clip_of, make_query
from exam_reuse_report import is_found

_FILTER = "[0:v][1:v]signature=nb_inputs=2:detectmode=full"
_MATCHED = re.compile(r"\] matching of video \d+ at \S+ and \d+ at \S+, (\d+) frames matching")
_UNMATCHED = re.compile(r"\] no matching of video")
_LONGEST_CPU_S, _LONGEST_S = 60, 1200


def read_answer(told: str) -> int | str:
    """Return how many frames match by what FFmpeg printed, 0 for none.

    Both lines end alike: "matching of video 0 at 1.2 and 1 at 3.4, 56 frames matching" and
    "no matching of video 0 and 1". When neither stands there the filter has not come to an answer.
    """
    frames = [int(number) for number in _MATCHED.findall(told)]
    if frames:
        return max(frames)
    return 0 if _UNMATCHED.search(told) else "crashed"


def compare(ffmpeg: str, query: Path, item: Path) -> int | str:
    """Return how many frames match, `crashed` or `late`."""
    command = [ffmpeg, "-nostats", "-threads", "1", "-i", str(query), "-i", str(item)]
    command += ["-filter_complex", _FILTER, "-f", "null", "-"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            ["/usr/bin/prlimit", f"--cpu={_LONGEST_CPU_S}", *command],
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
            env=os.environ,
        )
    except subprocess.TimeoutExpired:
        return "late"
    if -done.returncode in {signal.SIGXCPU, signal.SIGKILL}:
        return "late"
    if done.returncode:
        return "crashed"
    return read_answer(done.stderr.decode(errors="replace"))


def ask(ffmpeg: str, set_name: str, index: int, *, work: Path, near: int) -> dict[str, Any]:
    """Compare a query with the clips over its ground."""
    query = make_query(set_name, index)
    if query.item is None:
        number = int(query.source.name[5:10]) - ITEMS[set_name]
        ground = number % (ITEMS[set_name] // FLIGHTS_EACH)
    else:
        ground = query.item // FLIGHTS_EACH
    path = work / "queries" / f"query-{index:04d}.mp4"
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    there = range(ground * FLIGHTS_EACH, (ground + 1) * FLIGHTS_EACH)
    others = [number for number in there if number != query.item][:near]
    told = {
        number: compare(ffmpeg, path, work / "clips" / clip_of(set_name, number).name)
        for number in ([] if query.item is None else [query.item]) + others
    }
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    row = {"set": set_name, "index": index, "item": query.item, "told": told}
    return row | {"cpu_s": round(spent_s, 2)}


def report(rows: Sequence[dict[str, Any]], ours: Sequence[dict[str, Any]]) -> None:
    """Print recall, wrong items, crashes, and the paired difference to our recall."""
    pairs = [(row, int(number), told) for row in rows for number, told in row["told"].items()]
    for state in ("crashed", "late"):
        some = [(row["index"], number) for row, number, told in pairs if told == state]
        print(f"{state}: {len(some)} of {len(pairs)} pairs {some[:10]}")
    wrong = [
        (told, row["index"], number)
        for row, number, told in pairs
        if isinstance(told, int) and told > 0 and number != row["item"]
    ]
    own = {row["index"]: is_found(row) for row in ours if row.get("item") is not None}
    most = max((frames for frames, _, _ in wrong), default=0)
    for label, above in (("by its own rule", 0), ("at equal precision", most)):
        right = {row["index"]: row["told"][str(row["item"])] for row in rows if _is_kept(row)}
        found = {
            index: isinstance(frames, int) and frames > above for index, frames in right.items()
        }
        named = [(index, number) for frames, index, number in wrong if frames > above]
        print(f"{label} (more than {above} frames): found {sum(found.values())} of {len(found)};")
        print(f"  wrong items: {len(named)} in {len({index for index, _ in named})} queries")
        _print_difference(own, found)


def _is_kept(row: dict[str, Any]) -> bool:
    return row["item"] is not None


def _print_difference(own: dict[int, bool], found: dict[int, bool]) -> None:
    """Bootstrap the difference of recall over the queries that both were asked."""
    both = sorted(found.keys() & own.keys())
    if both:
        gain = np.array([float(own[index]) - float(found[index]) for index in both])
        draws = np.random.default_rng(7).choice(gain, (5000, len(gain))).mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975])
        print(
            f"  ours more by {100 * gain.mean():.1f} points "
            f"(95 % {100 * low:.1f} to {100 * high:.1f}) on {len(both)} queries"
        )


def read(path: Path, set_name: str) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    return [row for row in map(json.loads, lines) if row["set"] == set_name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(ITEMS), required=True)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int)
    parser.add_argument("--work", type=Path, default=Path("/tmp/purport-exam-reuse"))  # noqa: S108
    parser.add_argument("--near", type=int, default=7, help="other clips over the ground")
    parser.add_argument("--ffmpeg", default="ffmpeg", help="the program")
    parser.add_argument("--out", type=Path, required=True, help="JSON lines")
    parser.add_argument("--ours", type=Path, help="records of exam_reuse.py, to compare with")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    rows = read(options.out, options.set_name)
    if options.report:
        report(rows, read(options.ours, options.set_name) if options.ours else [])
        return
    done = {row["index"] for row in rows}
    most = QUERIES[options.set_name] + ABSENT[options.set_name]
    for index in range(options.first, most if options.end is None else options.end):
        if index not in done:
            work = options.work / options.set_name
            row = ask(options.ffmpeg, options.set_name, index, work=work, near=options.near)
            with options.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps({"index": index, "told": list(row["told"].values())}), flush=True)


if __name__ == "__main__":
    main()
