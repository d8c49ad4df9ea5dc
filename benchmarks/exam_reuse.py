"""The exam of reuse: which seconds of which item of an archive are seen in a query?

    python benchmarks/exam_reuse.py --set dev --make --work /tmp/reuse
    python benchmarks/exam_reuse.py --set dev --part queries --work /tmp/reuse --out /tmp/q.jsonl
    python benchmarks/exam_reuse.py --set dev --part pairs --work /tmp/reuse --out /tmp/p.jsonl
    python benchmarks/exam_reuse.py --set dev --report --out /tmp/q.jsonl --out /tmp/p.jsonl

`--make` renders, encodes and fingerprints the archive into `--work`; what is there already is not
made again, and `--from`/`--to` may split the work. Each question gives one line of JSON; what is in
the file is not asked again. `--more` draws further queries of the development seeds (from number 60
on, all of the archive), on which nothing was tuned. What is asked stands in `exam_reuse_mix.py`,
committed before any aligner was tuned on it. The final set is run once.

What is counted:

- *right*: a reported stretch of the item from which the query was cut, whose seconds there overlap
  the true ones by at least half of both together;
- *found* (recall): a query of the archive with a right stretch whose start and end in the item are
  within 0.5 s of the truth;
- *wrong*: every other reported stretch, whatever is said of its kind; but one of the clip of the
  other camera at the same moment is right when it is said to be two cameras (or that it cannot be
  told) and its seconds overlap the same moment by half;
- *precision*: right over right and wrong; absent queries and pairs have only wrong ones;
- *peers*: vPDQ's rule on PDQ hashes of frames 1 s (and 0.2 s) apart: an item matches when at least
  half of the query's frames are within 31 bits of one of its frames. It knows no seconds: it has
  found the query when it names the right item. It is also given, on these very queries, the lowest
  share at which it names no wrong item (its best at equal precision).
"""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
from exam_reuse_mix import ABSENT, ITEMS, PAIRS, QUERIES, clip_of, make_query, pair_clips
from exam_reuse_report import report

PARTS = ("queries", "pairs")


def make_archive(set_name: str, work: Path, numbers: Sequence[int]) -> None:
    """Render, encode and fingerprint clips of the archive that are not there yet."""
    from exam_reuse_ask import prepare_clip  # noqa: PLC0415 - a report needs none of it

    for number in numbers:
        spent = prepare_clip(clip_of(set_name, number), work)
        if spent:
            print(json.dumps({"item": number, **spent}), flush=True)


def run(set_name: str, part: str, indices: Sequence[int], *, work: Path, out: Path) -> None:
    """Ask the questions that are not in the file yet and add their records."""
    from exam_reuse_ask import Asker  # noqa: PLC0415 - a report needs none of it

    done = {row["index"] for row in read_rows([out], set_name, part)}
    asker = Asker(set_name, work)
    for index in indices:
        if index in done:
            continue
        row = {"set": set_name, "part": part, "index": index}
        began = time.process_time()
        try:
            if part == "queries":
                row |= asker.ask(make_query(set_name, index))
            else:
                row |= asker.compare(*pair_clips(set_name, index))
        except Exception as error:  # noqa: BLE001 - a crash is counted, and the run goes on
            traceback.print_exc()
            row["error"] = f"{type(error).__name__}: {error}"
        row["cpu_s"] = round(time.process_time() - began, 2)
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps({key: row.get(key) for key in ("index", "found", "wrong", "cpu_s")}))


def read_rows(paths: Sequence[Path], set_name: str, part: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a part of a set, each question once."""
    seen: set[int] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            if (row["set"], row["part"]) == (set_name, part) and row["index"] not in seen:
                seen.add(row["index"])
                yield row


def questions(set_name: str, part: str) -> int:
    """Return how many questions a part has."""
    return PAIRS[set_name] if part == "pairs" else QUERIES[set_name] + ABSENT[set_name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(ITEMS), required=True)
    parser.add_argument("--part", choices=PARTS, default="queries")
    parser.add_argument("--make", action="store_true", help="make the archive, ask nothing")
    parser.add_argument("--from", dest="first", type=int, default=0, help="first question or item")
    parser.add_argument("--to", dest="end", type=int, help="question or item to stop before")
    parser.add_argument("--more", action="store_true", help="development queries beyond the set")
    parser.add_argument("--work", type=Path, default=Path("/tmp/purport-exam-reuse"))  # noqa: S108
    parser.add_argument("--out", type=Path, action="append", default=[], help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.more:
        if options.set_name != "dev" or options.first < questions("dev", "queries"):
            sys.exit("--more is for --set dev, --from 60 or later")
        QUERIES["dev"] = 10_000
    if options.report:
        rows = {part: list(read_rows(options.out, options.set_name, part)) for part in PARTS}
        print(f"Set: {options.set_name}.", report(rows["queries"], rows["pairs"]), sep="\n")
        return
    work = options.work / options.set_name
    work.mkdir(parents=True, exist_ok=True)
    if options.make:
        end = ITEMS[options.set_name] if options.end is None else options.end
        make_archive(options.set_name, work, range(options.first, end))
        return
    if len(options.out) != 1:
        sys.exit("give one --out file to write to")
    most = questions(options.set_name, options.part)
    end = most if options.end is None else options.end
    indices = range(options.first, end)
    run(options.set_name, options.part, indices, work=work, out=options.out[0])


if __name__ == "__main__":
    main()
