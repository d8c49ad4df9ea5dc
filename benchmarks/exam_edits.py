"""The exam of edits: 200 simulated clips, half of them unedited, with exactly known truth.

    python benchmarks/exam_edits.py --set dev --to 40 --out /tmp/edits.jsonl
    python benchmarks/exam_edits.py --set dev --out /tmp/edits.jsonl --report

Each question gives one line of JSON; what is in the file already is not asked again, so that a run
may be stopped and taken up; `--report` takes several files. What is asked stands in
`exam_edits_mix.py`: mix, making, seeds and what counts as found were committed before any detector
was tuned. The final set is run once.

What is counted:

- *false finding*: the check lists, with strength 0.5 or more, something that was not done. Graphics
  that a camera burns in (crosshair, symbology), the SYNTHETIC band, a frame rate converted
  throughout and an empty sound track are stated, and are no claim of editing;
- *recall*: an edit is found when a finding of its kind covers it (intersection over union at least
  0.5 in time; of a cut or gap, within 5 frames); graphics also in place (0.3). A gap in time that
  is called a cut is found, and the other way round it is not;
- *ends*: the larger error of start and end, in frames of the clip; of sound in its frame periods.

12 to 24 frames a second spread over 25 or 30 show frames again at a pattern, as slow motion does.
Where that holds from the first frame to the last there is nothing to tell the one from the other;
it is stated as `cadence`, which is no claim of editing. Slow motion is asked for in a part of a
clip.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
from exam_edits_mix import COUNT, FIRST_SEED, make_question
from exam_edits_report import report


def run(set_name: str, indices: Sequence[int], out: Path) -> None:
    """Ask the questions that are not yet in the file and add their records."""
    done = {row["index"] for row in read_rows([out], set_name)}
    for index in indices:
        if index in done:
            continue
        row = {"set": set_name, **_answer(set_name, index)}
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps({key: row.get(key) for key in ("index", "kinds", "cpu_s")}), flush=True)


def _answer(set_name: str, index: int) -> dict[str, Any]:
    """Return the record of a question, or one that says that it could not be answered."""
    try:
        return answer_question(set_name, index)
    except Exception as error:  # noqa: BLE001 - a crash is counted, and the run goes on
        traceback.print_exc()
        return {"index": index, "error": f"{type(error).__name__}: {error}"}


def answer_question(set_name: str, index: int) -> dict[str, Any]:
    """Make a clip, run the check on it, and return truth and findings as one record."""
    from exam_edits_making import make_clip  # noqa: PLC0415 - a report makes no clip

    from purport.checks.edits import EditsCheck  # noqa: PLC0415 - nor runs a check
    from purport.media import probe_media  # noqa: PLC0415
    from purport.scene import analyse_scene  # noqa: PLC0415

    started = time.process_time()
    question = make_question(set_name, index)
    with tempfile.TemporaryDirectory() as name:
        video = Path(name) / "clip.mp4"
        truth = make_clip(question, video)
        made = time.process_time()
        probe = probe_media(video)
        scene = analyse_scene(video, probe=probe)
        seen = time.process_time()
        (finding,) = EditsCheck().run(evidence_of(video, probe, scene))
        ended = time.process_time()
    values: Any = finding.values
    return {
        "index": index,
        "kinds": [plan.kind for plan in question.edits],
        "traits": list(question.traits),
        "rate": float(question.recorder_rate or question.script.rate),
        "length_s": scene.seconds(scene.frames - 1),
        "frames": scene.frames,
        "truth": [asdict(one) for one in truth],
        "answer": finding.answer,
        "findings": values["edits"],
        "hints": values["hints"],
        "cpu_s": {
            "making": round(made - started, 2),
            "scene": round(seen - made, 2),
            "edits": round(ended - seen, 2),
        },
    }


def evidence_of(video: Path, probe: Any, scene: Any) -> Any:  # noqa: ANN401 - types are imported late
    """Return a clip as a check is given it."""
    from purport.checks.contract import Evidence  # noqa: PLC0415
    from purport.core.case import ItemRecord  # noqa: PLC0415
    from purport.core.digests import digest_file  # noqa: PLC0415

    item = ItemRecord(
        digest=digest_file(video),
        name=video.name,
        size_bytes=video.stat().st_size,
        publication=None,
        target=None,
    )
    return Evidence(item=item, path=video, probe=probe, load_scene=lambda: scene, references=())


def read_rows(paths: Sequence[Path], set_name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a set, each question once."""
    seen: set[int] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            if row["set"] == set_name and row["index"] not in seen:
                seen.add(row["index"])
                yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(FIRST_SEED), required=True)
    parser.add_argument("--from", dest="first", type=int, default=0, help="first question")
    parser.add_argument("--to", dest="end", type=int, default=COUNT, help="question to stop before")
    parser.add_argument("--unedited", action="store_true", help="even questions alone")
    parser.add_argument("--out", type=Path, action="append", required=True, help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.report:
        rows = sorted(read_rows(options.out, options.set_name), key=lambda row: row["index"])
        print(f"Set: {options.set_name}.", report(rows), sep="\n")
        return
    if len(options.out) > 1:
        sys.exit("give one --out file to write to")
    step = 2 if options.unedited else 1  # even questions are unedited, see exam_edits_mix
    asked = range(options.first + (options.first % 2 if step == 2 else 0), options.end, step)
    run(options.set_name, asked, options.out[0])


if __name__ == "__main__":
    main()
