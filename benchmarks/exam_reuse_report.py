"""The figures of the exam of reuse, from its records, with their bounds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

__all__ = ["is_found", "is_right", "is_wrong", "report"]

Row = Mapping[str, Any]

_WITHIN_S = 0.5
_DRAWS = 5000


def is_right(row: Row, match: Row) -> bool:
    """Tell whether a reported stretch is of the true item and mostly of the true seconds."""
    return match["item"] == row["item"] and _overlap(row["start_s"], row["end_s"], match) >= 0.5


def is_wrong(row: Row, match: Row) -> bool:
    """Tell whether a reported stretch is none of what it may be."""
    if is_right(row, match):
        return False
    if row["twin"] is None or match["item"] != row["twin"] or match["kind"] == "same_recording":
        return True
    later_s = row["twin_later_s"]
    return _overlap(row["start_s"] - later_s, row["end_s"] - later_s, match) < 0.5


def is_found(row: Row) -> bool:
    """Tell whether a query of the archive was found to within half a second."""
    return any(
        is_right(row, match)
        and abs(match["start_s"] - row["start_s"]) <= _WITHIN_S
        and abs(match["end_s"] - row["end_s"]) <= _WITHIN_S
        for match in row["matches"]
    )


def _overlap(start_s: float, end_s: float, match: Row) -> float:
    shared = min(end_s, match["end_s"]) - max(start_s, match["start_s"])
    together = max(end_s, match["end_s"]) - min(start_s, match["start_s"])
    return max(0.0, shared) / together


def report(queries: Sequence[Row], pairs: Sequence[Row]) -> str:
    """Return the figures as lines of text."""
    lines = [f"## queries: {len(queries)}"]
    lines += [f"crashed: {row['index']}: {row['error']}" for row in queries if "error" in row]
    whole = [row for row in queries if "error" not in row]
    kept = [row for row in whole if row["item"] is not None]
    absent = [row for row in whole if row["item"] is None]
    if kept:
        lines += _ours(kept, absent)
        for name in kept[0]["peers"]:
            lines += _peer(name, kept, absent)
    lines += ["", f"## pairs that must not match: {len(pairs)}"]
    lines += [f"crashed: {row['index']}: {row['error']}" for row in pairs if "error" in row]
    for kind in sorted({row["kind"] for row in pairs if "kind" in row}):
        some = [row for row in pairs if row.get("kind") == kind]
        matched = [row["index"] for row in some if row["matches"]]
        lines.append(f"  {kind}: {len(matched)} of {len(some)} matched {matched or ''}")
    return "\n".join(lines)


def _ours(kept: Sequence[Row], absent: Sequence[Row]) -> list[str]:
    lines = [_share("found (item, and both ends within 0.5 s)", map(is_found, kept))]
    lines.append(_share("  of the right item at all", (any(_rights(row)) for row in kept)))
    right = [(row, match) for row in kept for match in row["matches"] if is_right(row, match)]
    wrong = [
        (row, match) for row in (*kept, *absent) for match in row["matches"] if is_wrong(row, match)
    ]
    lines.append(f"stretches right {len(right)}, wrong {len(wrong)}")
    lines += [f"  wrong: query {row['index']}: {json_of(match)}" for row, match in wrong]
    twins = [match for row in kept for match in row["matches"] if match["item"] == row["twin"]]
    told = sum(match["kind"] == "two_cameras" for match in twins)
    asked = sum(row["twin"] is not None for row in kept)
    lines.append(f"the other camera at the same moment told: {told} of {asked}")
    ends = [abs(match[key] - row[key]) for row, match in right for key in ("start_s", "end_s")]
    if ends:
        quantiles = np.quantile(ends, [0.5, 0.95, 1.0])
        lines.append("ends off by: median {:.2f}, 95 % {:.2f}, most {:.2f} s".format(*quantiles))
    for key in ("mirrored", "inverted"):
        lines.append(_share(f"{key} told right", (match[key] == row[key] for row, match in right)))
    speeds = (abs(match["speed"] / row["speed"] - 1) <= 0.02 for row, match in right)
    lines.append(_share("speed within 2 %", speeds))
    same = (match["kind"] == "same_recording" for _, match in right)
    lines.append(_share("said to be the same recording", same))
    changes = sorted({change for row in kept for change in row["changes"]})
    for change in changes:
        some = [row for row in kept if change in row["changes"]]
        lines.append(_share(f"  with {change}", map(is_found, some)))
    for count in (1, 2, 3):
        some = [row for row in kept if len(row["changes"]) == count]
        lines.append(_share(f"  under {count} changes", map(is_found, some)))
    cpu = [row["search_cpu_s"] for row in (*kept, *absent)]
    lines.append(f"search CPU a query: median {np.median(cpu):.2f} s, most {max(cpu):.2f} s")
    return lines


def _rights(row: Row) -> Iterable[bool]:
    return (is_right(row, match) for match in row["matches"])


def json_of(match: Row) -> str:
    return " ".join(f"{key}={value}" for key, value in match.items())


def _peer(name: str, kept: Sequence[Row], absent: Sequence[Row]) -> list[str]:
    """Return a peer's recall by its own rule and at the lowest threshold without a wrong item."""
    own = kept[0]["peers"][name]["rule"]
    worst = max(_wrong_shares(name, (*kept, *absent)), default=0.0)
    lines = [f"peer {name}:"]
    for label, test in (
        ("  by its own rule", lambda share: share >= own),
        ("  at equal precision", lambda share: share > max(worst, 0.0)),
    ):
        found = [test(row["peers"][name]["right"]) for row in kept]
        wrong = sum(test(share) for share in _wrong_shares(name, (*kept, *absent)))
        lines.append(_share(label, found) + f", queries with a wrong item: {wrong}")
        lines.append("    " + _difference([is_found(row) for row in kept], found))
    return lines


def _wrong_shares(name: str, rows: Sequence[Row]) -> list[float]:
    return [row["peers"][name]["wrong"] for row in rows]


def _difference(ours: Sequence[bool], theirs: Sequence[bool]) -> str:
    """Bootstrap the difference of recall over the same queries."""
    gain = np.array(ours, dtype=float) - np.array(theirs, dtype=float)
    draws = np.random.default_rng(7).choice(gain, (_DRAWS, len(gain))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"ours more by {100 * gain.mean():.1f} points (95 % {100 * low:.1f} to {100 * high:.1f})"


def _share(label: str, holds: Iterable[bool]) -> str:
    values = list(holds)
    if not values:
        return f"{label}: none"
    count = sum(values)
    bounds = binomtest(count, len(values)).proportion_ci(0.95, method="exact")
    return (
        f"{label}: {count} of {len(values)} = {100 * count / len(values):.1f} % "
        f"(95 % {100 * bounds.low:.1f} to {100 * bounds.high:.1f})"
    )
