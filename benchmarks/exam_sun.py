"""The exam of the sun: do the intervals hold what they promise, and is the odd shadow pointed at?

    python benchmarks/exam_sun.py dev --count 300      # anybody
    python benchmarks/exam_sun.py final                # once, by the lead

Prints, and with --out writes as JSON: how many intervals hold the true time (68 and 95 %), by the
number of shadows and whether a height is known; half-widths; how often a right claim would be
called outside, and wrong claims by how many hours; how often the wrong shadow is pointed at, and a
right one wrongly.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from exam_sun_mix import COUNTS, FIRST_SEED, PART_SEED, Part, Question, make_question

from purport.checks.sun import SunCheck
from purport.checks.sun._agreement import find_agreement
from purport.checks.sun._fitting import DayView, YearView
from purport.checks.sun._shadows import ShadowSet
from purport.checks.sun._vectors import FramePair, frame_shadows
from purport.checks.sun._windows import solar_day

_CHECK = SunCheck()
_OFF_H = (-4, -3, -2, -1, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one question."""

    number: int
    shadows: int
    heights: int
    hit_68: bool
    hit_95: bool
    spans_95: int
    half_width_min: float
    outside: bool
    agree: bool
    pointed: int
    right_pointed: bool
    off_outside: dict[str, bool]


def _shadows_of(question: Question) -> ShadowSet:
    marking = np.eye(2) * question.marking_sd_px**2
    return frame_shadows(
        question.homography,
        [
            FramePair(
                mark=str(index),
                foot_px=thing.base_px,
                tip_px=thing.tip_px,
                foot_px2=marking,
                tip_px2=marking,
                link_px2=np.zeros((2, 2)),
                height_m=thing.height_m,
                height_sd_m=thing.height_sd_m,
            )
            for index, thing in enumerate(question.things)
        ],
    )


def _ask_day(question: Question, number: int) -> Row:
    shadows = _shadows_of(question)
    day = solar_day(question.true_s, question.place.longitude_deg)
    view = DayView(question.place, day, _CHECK.spreads())
    agreement = find_agreement(shadows, view.least, _CHECK.agreement_rules(free=1))
    fit = view.fit(agreement.kept)
    true = question.true_s
    spans = {share: fit.spans(share) for share in (0.68, 0.95)}
    holds = {share: any(s.start_s <= true <= s.end_s for s in spans[share]) for share in spans}
    bar = _CHECK.bars().outside
    off = {
        str(hours): fit.excess(true + 3600 * hours, true + 3600 * hours) > bar
        for hours in _OFF_H
        if day.start_s < true + 3600 * hours < day.end_s
    }
    return Row(
        number=number,
        shadows=len(question.things),
        heights=sum(thing.height_m is not None for thing in question.things),
        hit_68=holds[0.68],
        hit_95=holds[0.95],
        spans_95=len(spans[0.95]),
        half_width_min=sum(s.end_s - s.start_s for s in spans[0.95]) / 120.0,
        outside=fit.excess(true, true) > bar,
        agree=agreement.agree,
        pointed=len(agreement.odd),
        right_pointed=agreement.odd[:1] == (str(question.wrong),),
        off_outside=off,
    )


def _ask_year(question: Question, number: int) -> Row:
    shadows = _shadows_of(question)
    view = YearView.around(question.true_s, question.place, _CHECK.spreads())
    agreement = find_agreement(shadows, view.least, _CHECK.agreement_rules(free=2))
    fit = view.fit(agreement.kept)
    true = question.true_s
    hits = {
        share: any(s.start_s <= true <= s.end_s for day in fit.days for s in day.spans[share])
        for share in (0.68, 0.95)
    }
    whole = sum(s.end_s - s.start_s for day in fit.days for s in day.spans[0.95])
    return Row(
        number=number,
        shadows=len(question.things),
        heights=sum(thing.height_m is not None for thing in question.things),
        hit_68=hits[0.68],
        hit_95=hits[0.95],
        spans_95=len(fit.seasons),
        half_width_min=whole / 120.0 / max(len(fit.days), 1),
        outside=False,
        agree=agreement.agree,
        pointed=len(agreement.odd),
        right_pointed=False,
        off_outside={},
    )


def _share(rows: Sequence[Row], name: str) -> str:
    hits = sum(bool(getattr(row, name)) for row in rows)
    return f"{hits}/{len(rows)} = {100 * hits / max(len(rows), 1):.1f} %"


def _report(part: Part, rows: Sequence[Row]) -> Mapping[str, str]:
    said: dict[str, str] = {}
    if part is Part.WRONG:
        for count in (3, 4, 5):
            some = [row for row in rows if row.shadows == count]
            said[f"pointed at, {count} shadows"] = _share(some, "right_pointed")
        said["pointed at, all"] = _share(rows, "right_pointed")
        missed = [row for row in rows if not row.right_pointed]
        said["another pointed at"] = str(sum(row.pointed > 0 for row in missed))
        said["not pointed at and said to disagree"] = str(sum(not row.agree for row in missed))
        pointed = [row for row in rows if row.right_pointed and row.pointed == 1]
        said["95 % without it"] = _share(pointed, "hit_95")
        said["95 % where it was missed"] = _share(missed, "hit_95")
        return said
    said["68 %"], said["95 %"] = _share(rows, "hit_68"), _share(rows, "hit_95")
    for count in range(1, 6):
        some = [row for row in rows if row.shadows == count]
        widths = [row.half_width_min for row in some] or [float("nan")]
        low, middle, high = np.percentile(widths, [10, 50, 90])
        said[f"{count} shadows: 95 %, half-width in minutes (10, 50, 90 %)"] = (
            f"{_share(some, 'hit_95')}, {low:.1f}, {middle:.1f}, {high:.1f}"
        )
    said["95 % with a known height"] = _share([row for row in rows if row.heights], "hit_95")
    said["95 % without"] = _share([row for row in rows if not row.heights], "hit_95")
    several = [row for row in rows if row.shadows >= 3]
    said["a right shadow pointed at (3 or more)"] = _share(several, "pointed")
    said["said to disagree"] = str(sum(not row.agree for row in rows))
    said["two or more intervals"] = _share([r for r in rows if r.spans_95 > 1], "hit_95")
    said["true time called outside"] = _share(rows, "outside")
    for hours in _OFF_H:
        some = [row.off_outside[str(hours)] for row in rows if str(hours) in row.off_outside]
        said[f"claim off by {hours} h called outside"] = (
            f"{sum(some)}/{len(some)} = {100 * sum(some) / max(len(some), 1):.0f} %"
        )
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=sorted(FIRST_SEED))
    parser.add_argument("--part", choices=[part.value for part in Part], action="append")
    parser.add_argument("--count", type=int, help="questions of each part; default: all")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    written = {}
    for part in [Part(name) for name in arguments.part or [part.value for part in Part]]:
        began = time.process_time()
        first = FIRST_SEED[arguments.which] + PART_SEED[part]
        ask = _ask_year if part is Part.YEAR else _ask_day
        rows = [
            ask(make_question(part, first + number, number), number)
            for number in range(min(arguments.count or COUNTS[part], COUNTS[part]))
        ]
        said = _report(part, rows)
        print(f"== {part.value}: {len(rows)} questions, {time.process_time() - began:.0f} s CPU")
        for name, text in said.items():
            print(f"{name}: {text}")
        written[part.value] = {"report": said, "rows": [asdict(row) for row in rows]}
    if arguments.out:
        arguments.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
