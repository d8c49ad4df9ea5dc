"""The figures of the exam of place and impacts, from its records, with their bounds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from exam_place_impacts_mix import Part
from scipy.stats import binomtest

__all__ = ["report"]

Row = Mapping[str, Any]

_WRONGLY_LAID = 10.0
"""A clip whose median ground error exceeds this many units counts as laid at the wrong place."""
_DRAWS = 2000


def report(part: Part, rows: Sequence[Row]) -> str:
    """Return the figures of a part as lines of text."""
    lines = [f"## {part.value}: {len(rows)} questions", ""]
    crashed = [row for row in rows if "error" in row]
    lines += [f"crashed: {row['index']}: {row['error']}" for row in crashed]
    rows = [row for row in rows if "error" not in row]
    if rows:
        lines += _REPORTS[part](rows)
        lines.append("")
        lines += _cpu(rows)
    return "\n".join(lines)


def _clips(rows: Sequence[Row]) -> list[str]:
    lines = _registered(rows)
    lines += _ground_lines(rows)
    lines.append(share("strike counts right", (row["count_right"] for row in rows)))
    for count in sorted({row["true_distinct"] for row in rows}):
        some = [row for row in rows if row["true_distinct"] == count]
        lines.append(share(f"  of clips with {count}", (row["count_right"] for row in some)))
    repeated = [row for row in rows if row["repeats_true"]]
    lines.append(share("  of clips with repeats", (row["count_right"] for row in repeated)))
    found, needed = (sum(row[key] for row in rows) for key in ("needed_found", "needed_sights"))
    lines.append(rate("sights found within 2 frames", found, needed))
    lines.append(f"false onsets: {sum(row['false_onsets'] for row in rows)} in {len(rows)} clips")
    frames = [strike["frames_off"] for row in rows for strike in row["strikes"]]
    lines.append(rate("onsets exact, of those found", sum(f == 0 for f in frames), len(frames)))
    lines.append("offsets, GSD up to 0.35 m:")
    lines += _offset_lines([row for row in rows if row["gsd_m"] <= 0.35])
    lines.append("offsets, all:")
    return lines + _offset_lines(rows)


def _registered(rows: Sequence[Row]) -> list[str]:
    lines = [share("registered", (is_registered(row) for row in rows))]
    wrong = sum(row["matched"] is True and not is_registered(row) for row in rows)
    lines.append(f"matched, but laid at a wrong place: {wrong}")
    lines.append(f"denied (right places said not to match): {_count(rows, denied=True)}")
    for key, classes in _CLASSES.items():
        for name, holds in classes.items():
            some = [row for row in rows if holds(row)]
            lines.append(share(f"  {key} {name}", (is_registered(row) for row in some)))
    takes = sum(row["takes"] for row in rows)
    lines.append(rate("takes laid on the map", sum(row["takes_matched"] for row in rows), takes))
    return lines


_CLASSES: Mapping[str, Mapping[str, Callable[[Row], bool]]] = {
    "modality": {
        name: lambda row, name=name: row["modality"] == name  # type: ignore[misc]
        for name in ("visible", "white_hot", "black_hot")
    },
    "obliquity": {
        "0-30": lambda row: row["obliquity_deg"] < 30.0,
        "30-50": lambda row: 30.0 <= row["obliquity_deg"] < 50.0,
        "50-65": lambda row: row["obliquity_deg"] >= 50.0,
    },
    "reference GSD": {
        "0.3-0.65": lambda row: row["reference_gsd_m"] < 0.65,
        "0.65-1": lambda row: row["reference_gsd_m"] >= 0.65,
    },
    "ground": {
        "mixed": lambda row: row["kind"] == "mixed",
        "regular": lambda row: row["kind"] != "mixed",
    },
}


def _count(rows: Sequence[Row], *, denied: bool) -> int:
    return sum((row["matched"] is False) == denied for row in rows)


def is_registered(row: Row) -> bool:
    """Return whether a clip is matched, and at the right place."""
    ground = row["ground"]
    return bool(row["matched"] is True and ground and ground["median"] <= _WRONGLY_LAID)


def _ground_lines(rows: Sequence[Row]) -> list[str]:
    lines = []
    laid = [row for row in rows if is_registered(row)]
    for name in (None, "visible", "white_hot", "black_hot"):
        some = [row for row in laid if name is None or row["modality"] == name]
        units = [unit for row in some for unit in row["ground"]["units"]]
        medians = [row["ground"]["median"] for row in some]
        if units:
            lines.append(
                f"ground error, {name or 'all'}: median {np.median(units):.3f}, "
                f"p95 {np.percentile(units, 95):.3f} of the coarser GSD "
                f"(medians of clips: p95 {np.percentile(medians, 95):.3f})"
            )
    return lines


def _ellipses(rows: Sequence[Row]) -> list[str]:
    lines = _registered(rows) + _ground_lines(rows)
    stated = [row["ellipse"] for row in rows if row["ellipse"] and row["matched"] is True]
    lines.append(f"trials with a stated point: {len(stated)}")
    for name in ("absolute", "relative"):
        some = [one[name] for one in stated]
        for level in (95, 68):
            held = (one[f"inside_{level}"] for one in some)
            lines.append(share(f"{name} {level} % ellipses hold the truth", held))
        lines.append(
            f"  half axes of the 95 % ellipse, median: "
            f"{_median(one['half_axes_95_m'][0] for one in some)} × "
            f"{_median(one['half_axes_95_m'][1] for one in some)} m; "
            f"error, median: {_median(one['error_m'] for one in some)} m"
        )
    for name in ("visible", "white_hot", "black_hot"):
        some = [
            row["ellipse"]["relative"]["inside_95"]
            for row in rows
            if row["ellipse"] and row["modality"] == name and row["matched"] is True
        ]
        lines.append(share(f"  relative, {name}", some))
    return lines


def _offsets(rows: Sequence[Row]) -> list[str]:
    return [*_registered(rows), *_offset_lines(rows)]


def _offset_lines(rows: Sequence[Row]) -> list[str]:
    clips = [
        [strike for strike in row["strikes"] if strike["offset_m"] is not None]
        for row in rows
        if is_registered(row)
    ]
    trials = [strike for clip in clips for strike in clip]
    if not trials:
        return ["  no offset"]
    gaps = np.array([abs(one["offset_m"] - one["true_offset_m"]) for one in trials])
    width = float(np.median([one["width_95_m"] for one in trials]))
    shown = sum(row["needed_sights"] for row in rows if is_registered(row))
    lines = [
        f"  trials: {len(trials)} in {len(clips)} clips; sights shown there: {shown}",
        f"  error: median {np.median(gaps):.3f} m, p95 {np.percentile(gaps, 95):.3f} m",
        f"  median width {width:.2f} m = {width / np.median(gaps):.2f} median errors",
    ]
    for level in (95, 68):
        key = f"inside_{level}"
        lines.append(share(f"  {level} % intervals hold the truth", (one[key] for one in trials)))
        low, high = _clustered([[bool(one[key]) for one in clip] for clip in clips if clip])
        lines.append(f"    by whole clips (bootstrap): {low:.3f} to {high:.3f}")
    return lines


def _clustered(clips: Sequence[Sequence[bool]]) -> tuple[float, float]:
    """Return the 95 % bounds of a share whose trials come in clips, by resampling clips."""
    generator = np.random.default_rng(7300)
    held = np.array([sum(clip) for clip in clips], dtype=np.float64)
    sizes = np.array([len(clip) for clip in clips], dtype=np.float64)
    drawn = generator.integers(0, len(clips), (_DRAWS, len(clips)))
    shares = held[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return float(np.percentile(shares, 2.5)), float(np.percentile(shares, 97.5))


def _wrong(rows: Sequence[Row]) -> list[str]:
    lines = [share("wrong places accepted", (row["matched"] is True for row in rows))]
    lines.append(share("wrong places denied", (row["matched"] is False for row in rows)))
    for kind in sorted({row["kind"] for row in rows}):
        some = [row["matched"] is True for row in rows if row["kind"] == kind]
        lines.append(share(f"  accepted, {kind}", some))
    return lines


_REPORTS = {
    Part.CLIPS: _clips,
    Part.ELLIPSES: _ellipses,
    Part.OFFSETS: _offsets,
    Part.WRONG: _wrong,
}


def _cpu(rows: Sequence[Row]) -> list[str]:
    sums = {key: sum(row["cpu_s"][key] for row in rows) for key in rows[0]["cpu_s"]}
    each = ", ".join(f"{key} {value / len(rows):.2f}" for key, value in sums.items())
    return [f"CPU seconds each: {sum(sums.values()) / len(rows):.2f} ({each})"]


def share(name: str, truths: Iterable[object]) -> str:
    """Return a line with a share and its exact (Clopper-Pearson) 95 % bounds."""
    listed = [bool(one) for one in truths]
    return rate(name, sum(listed), len(listed))


def rate(name: str, hits: int, trials: int) -> str:
    """Return a line with hits of trials and exact (Clopper-Pearson) 95 % bounds."""
    if trials == 0:
        return f"{name}: none"
    bounds = binomtest(hits, trials).proportion_ci(0.95)
    one_sided = binomtest(hits, trials, alternative="less").proportion_ci(0.95).high
    tail = f"; one-sided 95 % upper bound {one_sided:.4f}" if hits == 0 else ""
    between = f"{bounds.low:.3f} to {bounds.high:.3f}"
    return f"{name}: {hits} of {trials} = {hits / trials:.3f} ({between}){tail}"


def _median(values: Iterable[float]) -> str:
    listed = list(values)
    return f"{float(np.median(listed)):.3f}" if listed else "none"
