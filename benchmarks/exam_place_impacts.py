"""The exam of place and impacts: simulated clips with exactly known truth, in four parts.

    python benchmarks/exam_place_impacts.py --set dev --part clips --to 20 --out /tmp/clips.jsonl
    python benchmarks/exam_place_impacts.py --set dev --part clips --out /tmp/clips.jsonl --report

Each question gives one line of JSON; what is in the file already is not asked again, so that a run
may be stopped and taken up. Two runs with different stretches and files use two cores; `--report`
takes several files. What is asked stands in `exam_place_impacts_mix.py`: the mix and both sets'
seeds were committed before any check was tuned. The final set is run once.

What is counted:

- *registered*: the place check says "matched" and the median ground error is below 10 units;
- *ground error*: distance between the ground positions that the stated and the true homography
  give to 3×3 pixels of up to 12 frames, the reference's own (drawn) error taken out, in units of
  the coarser of frame and reference GSD;
- *ellipse*: whether the true ground position of one random pixel of one random frame lies in the
  stated 95 % (68 %) ellipse: absolute, as stated, and relative to the reference, without the
  reference's stated uncertainty and drawn error;
- *count right*: the number of distinct strikes reported is the number whose onset the clip shows;
- *sight*: each showing of a strike's onset; it must be found when its take has at least 3 frames
  before and 5 after it; a report within 2 frames finds it;
- *offset*: distance from the target; the reference's error is in it, as in life;
- *crashed*: the checks raised an error; such a question is listed, is in no other figure, and is to
  be read as a failure of each.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
from exam_place_impacts_mix import COUNTS, FIRST_SEED, Part
from exam_place_impacts_report import report


def run(set_name: str, part: Part, indices: Sequence[int], out: Path) -> None:
    """Ask the questions that are not yet in the file and add their records."""
    done = {row["index"] for row in read_rows([out], set_name, part)}
    for index in indices:
        if index in done:
            continue
        row = {"set": set_name, **_answer(set_name, part, index)}
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps({key: row[key] for key in ("index", "matched", "cpu_s")}), flush=True)


def _answer(set_name: str, part: Part, index: int) -> dict[str, Any]:
    """Return the record of a question, or one that says that it could not be answered."""
    from exam_place_impacts_ask import answer_question  # noqa: PLC0415 - a report runs no check

    try:
        return answer_question(set_name, part, index)
    except Exception as error:  # noqa: BLE001 - a crash is counted, and the run goes on
        traceback.print_exc()
        fault = f"{type(error).__name__}: {error}"
        return {"part": part.value, "index": index, "matched": None, "error": fault, "cpu_s": {}}


def read_rows(paths: Sequence[Path], set_name: str, part: Part) -> Iterator[dict[str, Any]]:
    """Yield the records of a part of a set, each question once."""
    seen: set[int] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            if row["set"] == set_name and row["part"] == part and row["index"] not in seen:
                seen.add(row["index"])
                yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(FIRST_SEED), required=True)
    parser.add_argument("--part", type=Part, choices=list(Part), required=True)
    parser.add_argument("--from", dest="first", type=int, default=0, help="first question")
    parser.add_argument("--to", dest="end", type=int, help="question to stop before")
    parser.add_argument("--out", type=Path, action="append", required=True, help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    parser.add_argument("--threads", type=int, default=1, help="threads of OpenCV")
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    if options.report:
        rows = sorted(
            read_rows(options.out, options.set_name, options.part), key=lambda row: row["index"]
        )
        print(f"Set: {options.set_name}.", report(options.part, rows), sep="\n")
        return
    if len(options.out) > 1:
        sys.exit("give one --out file to write to")
    end = COUNTS[options.part] if options.end is None else options.end
    run(options.set_name, options.part, range(options.first, end), options.out[0])


if __name__ == "__main__":
    main()
