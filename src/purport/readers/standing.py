"""How far a reader is trusted: by what the desk found of their work, not by how much they wrote."""

from enum import StrEnum

from purport.core.discussion import TrustRecord

__all__ = ["Standing", "flag_weight", "standing_of", "trust_score"]

_ACCEPTED = 3.0
_MISLEADING = -6.0
_HIDDEN = -1.0
_UPHELD = 0.5
_DISMISSED = -0.5
_MOST_BY_FLAGS = 2.0
_TRUSTED_FROM = 3.0
_WATCHED_BELOW = -2.0


class Standing(StrEnum):
    """How far a reader is trusted."""

    WATCHED = "watched"
    """What they write waits for a moderator."""
    USUAL = "usual"
    """Nothing is known for or against them."""
    TRUSTED = "trusted"
    """Evidence of theirs was accepted: they are contributors."""


def trust_score(record: TrustRecord) -> float:
    """Return how far a record speaks for somebody.

    An accepted offer counts 3, one made to mislead -6, a hidden comment -1; flags half a point
    each, for or against, and 2 at most: nobody becomes a contributor by flagging.
    """
    flags = _UPHELD * record.flags_upheld + _DISMISSED * record.flags_dismissed
    return (
        _ACCEPTED * record.accepted
        + _MISLEADING * record.misleading
        + _HIDDEN * record.hidden
        + min(flags, _MOST_BY_FLAGS)
    )


def standing_of(record: TrustRecord) -> Standing:
    """Return how far somebody is trusted.

    Examples:
        >>> standing_of(TrustRecord(accepted=1)).value
        'trusted'
        >>> standing_of(TrustRecord(accepted=1, misleading=1)).value
        'watched'
    """
    score = trust_score(record)
    if score < _WATCHED_BELOW:
        return Standing.WATCHED
    if record.accepted and score >= _TRUSTED_FROM:
        return Standing.TRUSTED
    return Standing.USUAL


def flag_weight(standing: Standing) -> float:
    """Return what a flag of somebody counts; `moderating.FLAGS_THAT_HIDE` of it hide a comment."""
    return {Standing.WATCHED: 0.0, Standing.USUAL: 1.0, Standing.TRUSTED: 1.5}[standing]
