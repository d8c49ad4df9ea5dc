"""Figures of the exam of edits: recall, ends and false findings, by kind. Frozen with the mix."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from exam_edits_mix import MAIN_KINDS
from exam_place_impacts_report import rate, share

__all__ = ["false_findings", "match_truth", "report"]

Row = dict[str, Any]

_ACCEPTED = {
    "cut": {"cut"},
    "freeze": {"freeze"},
    "repeat": {"repeat", "loop"},
    "loop": {"loop", "repeat"},
    "slow": {"slow_motion"},
    "drop": {"drop", "cut"},
    "overlay": {"overlay"},
    "audio_loop": {"sound_loop"},
    "reverse": {"reverse"},
    "fade": {"fade"},
    "dissolve": {"dissolve", "fade"},
    "black": {"black"},
    "crop": {"crop"},
    "audio_replaced": {"sound_change"},
    "silence": {"silence"},
}
"""Findings that name an edit rightly."""
_POINTS = {"cut", "drop"}
_ADDED = {"logo", "caption", "blur_box"}
"""Kinds of graphics that are put on afterwards; a camera burns in the others by itself."""
_NEAR_FRAMES, _FAR_FRAMES = 2, 5
_LEAST_OVERLAP, _LEAST_BOX = 0.5, 0.3
_BAND_SHARE = 0.1
"""The SYNTHETIC band lies above this height, as a share of the picture's."""


def _is_claim(row: Row, finding: Row) -> bool:
    """Tell whether a finding says that something was done to the footage.

    Graphics that cameras burn in, the SYNTHETIC band, a frame rate that was converted throughout
    and an empty sound track are stated without saying so.
    """
    kind = finding["kind"]
    if kind == "overlay":
        box = finding.get("box")
        return finding.get("graphics") in _ADDED and (box is None or box[3] > _BAND_SHARE)
    if kind == "silence":
        return finding["end_s"] - finding["start_s"] < 0.9 * row["length_s"]
    return kind not in {"cadence", "letterbox"}


def false_findings(row: Row) -> list[Row]:
    """Return the findings of a question that no edit explains.

    A cut or gap within 3 frames of an end of an edit is its consequence; so is a change or loop of
    sound that was cut along with the picture.
    """
    ends = [one[end] for one in row["truth"] for end in ("first", "last") if one[end] is not None]
    ends += [end + 1 for end in ends]
    follows = any(one["kind"] == "sound_follows" for one in row["truth"])
    wrong = []
    for finding in row["findings"]:
        if not _is_claim(row, finding):
            continue
        kind = finding["kind"]
        if kind in {"cut", "drop", "crop"} and any(
            abs(finding["start_frame"] - end) <= _NEAR_FRAMES + 1 for end in ends
        ):
            continue
        if follows and kind.startswith("sound_"):
            continue
        if not any(
            kind in _ACCEPTED.get(one["kind"], ()) and _overlap(one, finding) > 0.0
            for one in row["truth"]
        ):
            wrong.append(finding)
    return wrong


def match_truth(row: Row) -> Iterator[tuple[Row, float | None]]:
    """Yield each edit that was made, with the larger error of its two ends; None: not found."""
    for truth in row["truth"]:
        if not truth["required"]:
            continue
        errors = [
            _error(row, truth, finding)
            for finding in row["findings"]
            if finding["kind"] in _ACCEPTED[truth["kind"]]
            and (truth["kind"] != "overlay" or _same_box(truth, finding))
            and _found(truth, finding)
        ]
        yield truth, min(errors, default=None)


def _found(truth: Row, finding: Row) -> bool:
    if truth["kind"] in _POINTS:
        return bool(abs(finding["start_frame"] - truth["first"]) <= _FAR_FRAMES)
    return _overlap(truth, finding) >= _LEAST_OVERLAP


def _overlap(truth: Row, finding: Row) -> float:
    """Return intersection over union in time; of points 1 when they lie within reach."""
    if truth["kind"] in _POINTS:
        return float(abs(finding["start_frame"] - truth["first"]) <= _FAR_FRAMES)
    shared = min(truth["end_s"], finding["end_s"]) - max(truth["start_s"], finding["start_s"])
    union = max(truth["end_s"], finding["end_s"]) - min(truth["start_s"], finding["start_s"])
    return max(shared, 0.0) / union if union > 0.0 else 0.0


def _error(row: Row, truth: Row, finding: Row) -> float:
    """Return the larger error of the two ends, in frames."""
    if truth["first"] is None:
        gaps = (truth["start_s"] - finding["start_s"], truth["end_s"] - finding["end_s"])
        return max(abs(gap) for gap in gaps) * row["rate"]
    if truth["kind"] in _POINTS:
        return float(abs(finding["start_frame"] - truth["first"]))
    return float(
        max(abs(finding["start_frame"] - truth["first"]), abs(finding["end_frame"] - truth["last"]))
    )


def _same_box(truth: Row, finding: Row) -> bool:
    one, other = truth["box"], finding.get("box")
    if other is None or finding.get("graphics") not in _ADDED:
        return False
    across = min(one[2], other[2]) - max(one[0], other[0])
    along = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(along, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared >= _LEAST_BOX * (sum(areas) - shared)


def report(rows: Sequence[Row]) -> str:
    """Return the figures of questions."""
    crashed = [row["index"] for row in rows if "error" in row]
    rows = [row for row in rows if "error" not in row]
    unedited = [row for row in rows if not row["kinds"]]
    lines = [f"Questions: {len(rows)}, unedited {len(unedited)}; crashed: {crashed or 'none'}"]
    lines.append(
        share("unedited with any false finding", (false_findings(row) for row in unedited))
    )
    for row in unedited:
        wrong = [
            f"{one['kind']} {one['start_s']:.2f}-{one['end_s']:.2f}" for one in false_findings(row)
        ]
        if wrong:
            lines.append(f"  {row['index']} ({', '.join(row['traits'])}): {'; '.join(wrong)}")
    lines += _recalls(rows)
    edited = [row for row in rows if row["kinds"]]
    spurious = Counter(one["kind"] for row in edited for one in false_findings(row))
    lines.append(f"in {len(edited)} edited clips, findings that no edit explains: {dict(spurious)}")
    cadence = [row for row in rows if any(one["kind"] == "cadence" for one in row["findings"])]
    right = sum("cadence" in row["traits"] for row in cadence)
    asked = sum("cadence" in row["traits"] for row in rows)
    lines.append(
        f"converted frame rates stated: {right} of {asked}; elsewhere {len(cadence) - right}"
    )
    sums = {
        key: sum(row["cpu_s"][key] for row in rows) / max(len(rows), 1) for key in rows[0]["cpu_s"]
    }
    lines.append("CPU seconds each: " + ", ".join(f"{key} {one:.2f}" for key, one in sums.items()))
    return "\n".join(lines)


def _recalls(rows: Sequence[Row]) -> list[str]:
    found: dict[str, list[tuple[Row, Row, float | None]]] = {}
    for row in rows:
        for truth, error in match_truth(row):
            found.setdefault(truth["kind"], []).append((row, truth, error))
    lines = []
    for kind in (*MAIN_KINDS, *sorted(set(found) - set(MAIN_KINDS))):
        trials = found.get(kind, [])
        errors = [error for _, _, error in trials if error is not None]
        lines.append(rate(f"recall, {kind}", len(errors), len(trials)))
        if errors:
            near = sum(error <= _NEAR_FRAMES for error in errors)
            lines.append(
                f"  ends within {_NEAR_FRAMES} frames: {near} of {len(errors)}; "
                f"median {np.median(errors):.1f}, largest {max(errors):.1f} frames"
            )
        missed = [
            f"{row['index']} ({truth['how']})" for row, truth, error in trials if error is None
        ]
        if missed:
            lines.append(f"  missed: {', '.join(missed)}")
    return lines
