"""Which stretches of footage readers may play: where the published findings saw something."""

from collections.abc import Iterator, Sequence

from purport.core.findings import Finding
from purport.reports.readings import read_edits, read_matches, read_strikes

__all__ = ["LONGEST_FILM_S", "Stretch", "film_stretches"]

LONGEST_FILM_S = 90.0
"""Longer footage is cut to what the findings rest on, and to this in all. [s]"""
_AROUND_S = 6.0
"""What is shown before and after a moment of a finding. [s]"""

Stretch = tuple[float, float]
"""First and last time, counted from the first frame. [s]"""


def film_stretches(duration_s: float, findings: Sequence[Finding]) -> tuple[Stretch, ...]:
    """Return what readers may play of an item, apart and in order of time.

    Args:
        duration_s: Length of the item. [s]
        findings: Its findings that are published.

    Returns:
        All of it when it is short; else some seconds about each moment, `LONGEST_FILM_S` in all
        from the first on; and its beginning when no finding names a moment.
    """
    if duration_s <= LONGEST_FILM_S:
        return ((0.0, duration_s),)
    joined: list[Stretch] = []
    for start, end in sorted(_moments(findings)):
        first, last = max(start - _AROUND_S, 0.0), min(end + _AROUND_S, duration_s)
        if first >= last:
            continue
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return _at_most(joined or [(0.0, LONGEST_FILM_S)])


def _at_most(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Keep as much from the first on as may be shown in all."""
    kept, left = [], LONGEST_FILM_S
    for first, last in stretches:
        if left <= 0:
            break
        kept.append((first, min(last, first + left)))
        left -= last - first
    return tuple(kept)


def _moments(findings: Sequence[Finding]) -> Iterator[Stretch]:
    for finding in findings:
        match finding.check:
            case "impacts":
                yield from ((one.onset_s, one.onset_s) for one in read_strikes(finding))
            case "edits":
                yield from ((one.start_s, one.end_s) for one in read_edits(finding))
            case "reuse":
                yield from ((one.start_s, one.end_s) for one in read_matches(finding))
            case _:
                pass
