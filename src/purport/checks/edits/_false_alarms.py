"""How often each kind of sign was listed in clips without any edit, as measured.

Counted on 111 unedited clips, on none of which any rule was made, by version 6 of the check on
27 November 2026: the 100 of the second final set of `benchmarks/exam_edits.py` (commit 67d4afa;
records in `benchmarks/results`), and the first 11 of fresh development questions:

    python benchmarks/exam_edits.py --set dev --from 400 --to 422 --unedited --out edits.jsonl

Version 8 changed the rules for dissolves and freezes alone. On 122 unedited development clips, on
some of which its limits were set, it lists neither, and no longer the freeze counted here (question
420, on which that was mended); so the counts are kept until unseen clips are asked.

Kinds that are stated without a claim of editing (symbology, bars, converted rates) have no rate.
"""

from dataclasses import replace

from scipy.special import betaincinv

from purport.checks.edits.records import Edit, EditKind, Graphics

__all__ = ["false_alarm_rate", "with_rate"]

_CLIPS = 111
_WRONG = {
    EditKind.BLACK: 0,
    EditKind.CUT: 0,
    EditKind.DISSOLVE: 0,
    EditKind.DROP: 1,
    EditKind.FADE: 0,
    EditKind.FREEZE: 1,
    EditKind.LOOP: 0,
    EditKind.OVERLAY: 0,
    EditKind.REPEAT: 0,
    EditKind.REVERSE: 0,
    EditKind.SLOW_MOTION: 2,
    EditKind.SOUND_CHANGE: 0,
    EditKind.SOUND_LOOP: 0,
}
"""Unedited clips in which a sign of the kind was listed."""
_UNCLAIMED = frozenset({Graphics.LETTERBOX, Graphics.SYMBOLOGY})
_CONFIDENCE = 0.95


def false_alarm_rate(kind: EditKind) -> float | None:
    """Return the upper 95 % bound of the share of unedited clips with such a sign; None: unknown.

    References:
        C. J. Clopper and E. S. Pearson (1934), "The use of confidence or fiducial limits".
    """
    if kind not in _WRONG:
        return None
    wrong = _WRONG[kind]
    return float(betaincinv(wrong + 1, _CLIPS - wrong, _CONFIDENCE))


def with_rate(edit: Edit) -> Edit:
    """State the rate with a sign."""
    if edit.graphics in _UNCLAIMED:
        return edit
    return replace(edit, false_alarm_rate=false_alarm_rate(edit.kind))
