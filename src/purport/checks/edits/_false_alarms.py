"""How often each kind of sign was listed in clips without any edit, as measured.

Counted on up to 411 unedited clips, on none of which any rule was made: by version 6 of the check
the 100 of the second final set of `benchmarks/exam_edits.py` (commit 67d4afa) and the first 11 of
fresh development questions, by version 8 the 100 of the third final set (commit 4508ea8), by
version 10 those of the fourth (commit c1a38f2), by version 11 100 fresh development questions;
records in `benchmarks/results`.

    python benchmarks/exam_edits.py --set dev --from 1140 --to 1340 --unedited --out edits.jsonl

Version 8 changed the rules for dissolves and freezes, version 10 those for slow motion, version 11
those for overlays: for these only what was asked since counts, for overlays 18 questions more
(`--from 1000 --to 1036`, of each only what lists overlays).

Kinds that are stated without a claim of editing (symbology, bars, converted rates) have no rate.
"""

from dataclasses import replace

from scipy.special import betaincinv

from purport.checks.edits.records import Edit, EditKind, Graphics

__all__ = ["false_alarm_rate", "with_rate"]

_CLIPS, _SINCE_VERSION_8, _SINCE_VERSION_10, _SINCE_VERSION_11 = 411, 300, 200, 118
_WRONG = {
    EditKind.BLACK: (1, _CLIPS),
    EditKind.CUT: (1, _CLIPS),
    EditKind.DISSOLVE: (0, _SINCE_VERSION_8),
    EditKind.DROP: (2, _CLIPS),
    EditKind.FADE: (0, _CLIPS),
    EditKind.FREEZE: (0, _SINCE_VERSION_8),
    EditKind.LOOP: (0, _CLIPS),
    EditKind.OVERLAY: (2, _SINCE_VERSION_11),
    EditKind.REPEAT: (0, _CLIPS),
    EditKind.REVERSE: (0, _CLIPS),
    EditKind.SLOW_MOTION: (1, _SINCE_VERSION_10),
    EditKind.SOUND_CHANGE: (0, _CLIPS),
    EditKind.SOUND_LOOP: (0, _CLIPS),
}
"""Unedited clips in which a sign of the kind was listed, of how many."""
_UNCLAIMED = frozenset({Graphics.LETTERBOX, Graphics.SYMBOLOGY})
_CONFIDENCE = 0.95


def false_alarm_rate(kind: EditKind) -> float | None:
    """Return the upper 95 % bound of the share of unedited clips with such a sign; None: unknown.

    References:
        C. J. Clopper and E. S. Pearson (1934), "The use of confidence or fiducial limits".
    """
    if kind not in _WRONG:
        return None
    wrong, clips = _WRONG[kind]
    return float(betaincinv(wrong + 1, clips - wrong, _CONFIDENCE))


def with_rate(edit: Edit) -> Edit:
    """State the rate with a sign."""
    if edit.graphics in _UNCLAIMED:
        return edit
    return replace(edit, false_alarm_rate=false_alarm_rate(edit.kind))
