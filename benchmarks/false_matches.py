"""False matches, rung by rung: how near does each way of matching come to accepting a wrong place?

    python benchmarks/false_matches.py --part wrong --from 300 --to 340 --out wrong.jsonl
    python benchmarks/false_matches.py --part ellipses --from 700 --to 740 --out right.jsonl
    python benchmarks/false_matches.py --report --out wrong.jsonl --out right.jsonl

Development questions of the exam of place and impacts, put to the whole place check; of each shot
and rung the counts that the finding records are kept. Per rung:

- *looks*: shots that the rung was tried on; of a wrong place every look is a chance to be wrong;
- *at first*: looks in which more points agree than the rule asks, `stands_above_chance`: a
  candidate, which the later conditions (the view, spread, key frames, blocks) may still refuse;
- *share of the threshold*: points that agree over the points that the rule asks for, which are 12
  or 1.6 × chance + 3, chance being the count of the mirrored picture;
- *agree*, *mirror*: points that agree on the place and on the mirrored picture, whose count is the
  chance level that the threshold rests on. A wrong place should behave as that does:
  *more than its mirror* says how often the place has more points, and how often fewer. References
  that show the place itself in a mirror stand apart: there the mirrored picture is the right one.

The upper bound of a rate of which none was seen in n looks is 1 − 0.05^(1/n). Looks at one clip
with several references, and shots of one clip, share that clip: they are not independent, so that
the bound per question is the one to quote.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from exam_place_impacts_mix import Part, make_question

from purport.checks.place import PlaceCheck

SET = "dev"
RUNGS = ("features", "affine features", "structure")
COLUMNS = (
    "rung",
    "looks",
    "at first",
    "accepted",
    "agree, median (most)",
    "mirror, median (most)",
    "more than its mirror",
    "share of the threshold: median, 95th, most",
)
Row = Mapping[str, Any]


def ask(part: Part, index: int) -> dict[str, Any]:
    """Put one question to the place check, and keep what each rung counted."""
    from exam_place_impacts_ask import (  # noqa: PLC0415 - a report runs no check
        place_evidence,
    )

    question = make_question(SET, part, index)
    with tempfile.TemporaryDirectory() as name:
        evidence = place_evidence(SET, question, Path(name))
        (finding,) = PlaceCheck().run(evidence)
    return {
        "part": part.value,
        "index": index,
        "right_place": question.right_place,
        "mirrored": question.kind.endswith("mirrored"),
        "answer": finding.answer,
        "shots": [
            {
                key: shot[key]
                for key in ("accepted", "rung", "reason", "rungs", "blocks", "blocks_agreeing")
            }
            for shot in finding.values["shots"]
        ],
    }


def asked_for(decoy_inliers: int) -> float:
    """Points that must agree, given how many do in the mirror."""
    rule = PlaceCheck().rule
    return max(rule.fewest_first_inliers, rule.decoy_factor * decoy_inliers + rule.decoy_margin)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table for questions of one kind."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    for name in RUNGS:
        looks = [
            (rung["inliers"], rung["decoy_inliers"], shot["accepted"] and shot["rung"] == name)
            for row in rows
            for shot in row["shots"]
            for rung in shot["rungs"]
            if rung["name"] == name
        ]
        if not looks:
            lines.append(f"| {name} | 0 | | | | | | |")
            continue
        here, mirror, accepted = (np.array(column) for column in zip(*looks, strict=True))
        share = here / np.array([asked_for(int(count)) for count in mirror])
        ranks = np.percentile(share, [50, 95, 100])
        lines.append(
            f"| `{name}` | {len(looks)} | {int((share >= 1.0).sum())} | {int(accepted.sum())} "
            f"| {np.median(here):.0f} ({here.max()}) | {np.median(mirror):.0f} ({mirror.max()}) "
            f"| {(here > mirror).mean():.0%} (fewer: {(here < mirror).mean():.0%}) "
            f"| {ranks[0]:.2f}, {ranks[1]:.2f}, {ranks[2]:.2f} |"
        )
    return lines


def report(rows: Sequence[Row]) -> str:
    """Return the figures of each group of questions as lines of text."""
    lines = []
    for name, group in {
        "wrong places": [row for row in rows if not row["right_place"] and not row["mirrored"]],
        "the place in a mirror": [row for row in rows if row["mirrored"]],
        "right places": [row for row in rows if row["right_place"]],
    }.items():
        if group:
            given = [row["answer"] for row in group]
            counts = ", ".join(f"{given.count(one)} {one}" for one in sorted(set(given)))
            lines += [f"## {name}: {len(group)} questions: {counts}", "", *table(group), ""]
    wrong = [row for row in rows if not row["right_place"]]
    if wrong:
        accepted = sum(row["answer"] == "matches" for row in wrong)
        bound = 1.0 - 0.05 ** (1.0 / len(wrong))
        lines.append(f"wrong and mirrored: {accepted} of {len(wrong)} accepted")
        lines.append(f"none in {len(wrong)} would leave up to {bound:.1%}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=Part, choices=[Part.WRONG, Part.ELLIPSES])
    parser.add_argument("--from", dest="first", type=int, default=300)
    parser.add_argument("--to", dest="end", type=int, default=340)
    parser.add_argument("--out", type=Path, action="append", required=True, help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    rows = [
        json.loads(line)
        for path in options.out
        if path.exists()
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    if options.report:
        print(report(rows))
        return
    cv2.setNumThreads(1)
    done = {(row["part"], row["index"]) for row in rows}
    for index in range(options.first, options.end):
        if (options.part.value, index) not in done:
            row = ask(options.part, index)
            with options.out[0].open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(index, row["answer"], flush=True)


if __name__ == "__main__":
    main()
