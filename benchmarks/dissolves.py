"""Dissolves between shots: how many the check finds, and how near their ends.

    python benchmarks/dissolves.py --out dissolves.jsonl
    python benchmarks/dissolves.py --out dissolves.jsonl --report

The edited footage of the exam of edits (development seeds), each clip with one edit: a dissolve of
0.3 to 1.5 s into another shot, from which it cuts back. Found counts as there: a listed dissolve
covers it by half (intersection over union). Clips without one are the exam's unedited ones
(`exam_edits.py --unedited`). Fresh are questions from 701 on, which were looked at only once.
"""

import argparse
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from answers import ask_rest, read_answers
from exam_edits import evidence_of
from exam_edits_making import make_clip
from exam_edits_mix import EditPlan, Question, make_question

from purport.checks.edits import EditsCheck
from purport.media import probe_media
from purport.scene import analyse_scene, save_scene

FIRST, COUNT = 601, 20
_LEAST_OVERLAP = 0.5


def question(index: int) -> Question:
    """Return an edited question of the exam with a dissolve for its edits."""
    drawn = make_question("dev", index)
    number = 0
    while drawn.other is None:  # it cuts to nothing: take another
        number += 1
        drawn = make_question("dev", index + 1000 * number)
    generator = np.random.default_rng([index, 7420])
    plan = EditPlan(kind="long_dissolve", place=float(generator.random()), seed=drawn.seed * 10 + 9)
    return replace(drawn, index=index, edits=(plan,))


def ask(index: int, keep: Path | None) -> dict[str, Any]:
    asked = question(index)
    with tempfile.TemporaryDirectory() as name:
        video = Path(name) / "clip.mp4"
        truth = make_clip(asked, video)
        probe = probe_media(video)
        scene = analyse_scene(video, probe=probe)
        if keep is not None:
            save_scene(scene, keep / f"{index}.npz")
        (finding,) = EditsCheck().run(evidence_of(video, probe, scene))
    return {
        "index": index,
        "truth": [[one.first, one.last] for one in truth if one.kind == "dissolve"],
        "findings": finding.values["edits"],
        "hints": finding.values["hints"],
    }


def nearest(row: dict[str, Any], listed: str) -> tuple[float, int, float] | None:
    """Return overlap, larger error of the ends [frames] and strength of the best dissolve."""
    ((first, last),) = row["truth"]
    told = []
    for one in row[listed]:
        if one["kind"] == "dissolve":
            low, high = one["start_frame"], one["end_frame"]
            both = min(high, last) - max(low, first) + 1
            overlap = both / (max(high, last) - min(low, first) + 1)
            told.append((overlap, max(abs(low - first), abs(high - last)), one["strength"]))
    return max(told, default=None)


def report(rows: list[dict[str, Any]]) -> None:
    found, hinted, extra, ends = 0, 0, 0, []
    for row in rows:
        best, hint = nearest(row, "findings"), nearest(row, "hints")
        is_found = best is not None and best[0] >= _LEAST_OVERLAP
        found += is_found
        hinted += not is_found and hint is not None and hint[0] >= _LEAST_OVERLAP
        extra += sum(one["kind"] == "dissolve" for one in row["findings"]) - is_found
        if is_found and best is not None:
            ends.append(best[1])
        ((first, last),) = row["truth"]
        print(row["index"], f"{first}-{last}", best, hint)
    print(f"found {found} of {len(rows)}, hints {hinted}, others listed {extra}")
    print(f"larger error of the ends: median {np.median(ends)}, most {max(ends, default=0)} frames")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="JSON lines")
    parser.add_argument("--from", dest="first", type=int, default=FIRST, help="first question")
    parser.add_argument("--count", type=int, default=COUNT, help="how many")
    parser.add_argument("--keep", type=Path, help="folder for scenes")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rows = read_answers(options.out)
    if options.report:
        report(rows)
        return
    indices = range(options.first, options.first + 2 * options.count, 2)
    ask_rest(options.out, rows, indices, partial(ask, keep=options.keep))


if __name__ == "__main__":
    main()
