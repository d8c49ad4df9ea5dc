"""Of how many it is said: "at least one of the bombs missed", "some of the targets were hit"."""

import re

from purport.core.claims import Quantifier

__all__ = ["share_around", "share_before"]

_SHARE = (
    r"\b(?:(?P<least>at least one|one or more)|(?P<none>none of|not one of|not a single)|"
    r"(?P<all>(?:all(?: of)?(?: the| its| their| our)?|every|each|both)"
    r"(?=(?: \w+){0,2} (?:targets?|strikes?|raids?|attacks?|bombs?|missiles?|positions?|"
    r"objects?)\b))|"
    r"some of|one of|a number of|a few of|several of|half(?: of)?|most(?: of)?|"
    r"(?:a|the) (?:majority|third|quarter|fraction) of|(?:two|three)[- ](?:thirds|quarters|fifths)|"
    r"\d+(?:[.,]\d+)? ?(?:%|per ?cent) of)(?<=[\w%])(?![\w-])"
)
_REACH = 80
_BEFORE = re.compile(rf"{_SHARE}[^.;:]*$", re.IGNORECASE)
_AFTER = re.compile(rf"\s*{_SHARE}", re.IGNORECASE)


def share_before(text: str, low: int, start: int) -> Quantifier | None:
    """Return of how many the words before `start` speak, back to `low`; None: they do not say."""
    return _share(_BEFORE.search(text[max(low, start - _REACH) : start]))


def share_around(text: str, bounds: tuple[int, int], at: tuple[int, int]) -> Quantifier | None:
    """Return of how many a verb speaks: by its subject, or by the object that follows at once.

    Args:
        text: Visible text.
        bounds: The stretch of the content.
        at: First character of the verb, and one past its last.
    """
    return share_before(text, bounds[0], at[0]) or _share(_AFTER.match(text, at[1], bounds[1]))


def _share(found: re.Match[str] | None) -> Quantifier | None:
    if found is None or found["none"]:
        return None
    if found["all"]:
        return Quantifier.ALL
    return Quantifier.AT_LEAST if found["least"] else Quantifier.SOME
