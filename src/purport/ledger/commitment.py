"""How sure claimant and reporter are presented as being of what is said, in FactBank's values.

Every rule goes from the word that reports and the hedges to a value; polarity is that of the
content as it is worded ("said that it did not hit" is certain of the negated content).
"""

import re
from dataclasses import dataclass

from purport.core.claims import Factuality
from purport.ledger.wordlists import words

__all__ = ["FoundCommitment", "weigh_commitment"]

_OPEN = words("ask demand urge vow pledge promise threaten deplore denounce condemn") | {
    "call for",
    "call on",
}
_BY_LEMMA = (
    (_OPEN, Factuality.UNCOMMITTED, "states no fact"),
    (
        words("deny reject dismiss refute") | {"rule out"},
        Factuality.COUNTERFACT,
        "says that it is not so",
    ),
    (words("doubt"), Factuality.IMPROBABLE, "says that it is hardly so"),
)
_BELIEVING = words(
    "believe think fear suspect expect estimate predict speculate assume reckon hope suggest feel "
    "imply hint understand foresee concern concerns fears suspicion suspicions belief appear"
)
_FACTIVE = words(
    "acknowledge admit concede confirm reveal disclose note prove show find recall clarify"
) | {"point out"}
_DISTANCING = words("claim allege purport purportedly assert insist maintain boast")
_POSSIBLY = re.compile(
    r"\b(?:may|might|could|possibly|perhaps|whether|is unclear|not clear)\b", re.IGNORECASE
)
_PROBABLY = re.compile(
    r"\b(?:likely|probably|seemingly|apparently|purported(?:ly)?|alleged(?:ly)?|reported(?:ly)?|"
    r"supposed(?:ly)?|suggests?|(?:appears?|appeared|seems?|seemed|believed|thought|said) to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundCommitment:
    """Commitment in visible characters."""

    source: Factuality
    """Of the claimant."""
    reporter: Factuality
    """Of the story's author."""
    reason: str
    """What in the words says so."""
    distances: bool
    """Whether the cue keeps distance."""


def weigh_commitment(
    lemma: str, *, content: str, narrator: bool, ignorant: bool
) -> FoundCommitment:
    """Tell how sure claimant and reporter are presented as being.

    Args:
        lemma: Dictionary form of the word that reports; "" when there is none.
        content: What is said, as worded.
        narrator: Whether the reporter says it.
        ignorant: Whether the claimant is reported as not knowing ("could not say whether").
    """
    source, reason = _of_source(lemma, content, ignorant=ignorant)
    if narrator:
        return FoundCommitment(source, source, f"the reporter's own statement; {reason}", False)
    if lemma in _FACTIVE:
        told = f"{reason}; “{lemma}” presents it as a fact"
        return FoundCommitment(source, Factuality.CERTAIN, told, False)
    distances = lemma in _DISTANCING
    kept = "keeps distance from it" if distances else "only passes it on"
    said = f"“{lemma}” " if lemma else "the reporter "
    return FoundCommitment(source, Factuality.UNCOMMITTED, f"{reason}; {said}{kept}", distances)


def _of_source(lemma: str, content: str, *, ignorant: bool) -> tuple[Factuality, str]:
    if ignorant:
        return Factuality.UNCOMMITTED, "the claimant could not tell"
    for lemmas, value, told in _BY_LEMMA:
        if lemma in lemmas:
            return value, f"“{lemma}” {told}"
    if hedge := _POSSIBLY.search(content):
        return Factuality.POSSIBLE, f"“{hedge.group()}”"
    if hedge := _PROBABLY.search(content):
        return Factuality.PROBABLE, f"“{hedge.group()}”"
    if lemma in _BELIEVING:
        return Factuality.PROBABLE, f"“{lemma}” is less than to say"
    return Factuality.CERTAIN, "said without reserve"
