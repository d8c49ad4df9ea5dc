"""Measure the ledger on the founding story against a careful reader's key.

    python benchmarks/ledger_founding_story.py [PATH OF THE STORY]

The story itself belongs to a newspaper and is not in this repository; the key below names claims by
claimant, by the offsets of their content in the saved text, and by the first words of it. A
content is exact when both ends agree, marks and stops at the ends left out. Prints, one a line:
claims found, right claimants, exact contents, false claims, contradictions found and false ones.
"""

import sys
from pathlib import Path

from purport.core.claims import Claim, RelationKind
from purport.ledger import extract_claims, read_document

_DEFAULT = Path(__file__).parents[2] / "shared" / "seed" / "article.txt"
_EDGES = " \"'“”‘’.,;:"
_MINISTRY = ("Russia’s defence ministry", "Russian defence ministry")
_OFFICIALS = ("US officals", "US officials")  # the first is the story's own spelling
_AUTHORITIES = ("US authorities",)

KEY: tuple[tuple[tuple[str, ...], int, int, str], ...] = (
    # accepted claimants, start and end of the content, anchor
    (_MINISTRY, 172, 209, "Russian planes bombing"),
    (_OFFICIALS, 229, 332, "Russia is not"),
    (_MINISTRY, 432, 467, "it successfully hit"),
    (_MINISTRY, 617, 652, "its aircraft bombing"),
    (_MINISTRY, 669, 815, "eight Isis targets"),
    (_AUTHORITIES, 865, 945, "Russian forces may"),
    (_AUTHORITIES, 956, 991, "some are forces"),
    (("Ashton Carter",), 1050, 1122, "Russia is “taking"),
    (("Sergei Lavrov",), 1178, 1230, "Moscow’s forces had"),
    (("Sergei Lavrov",), 1233, 1312, "Rumours that the"),
    (("narrator",), 1395, 1419, "which cannot be"),
    (("narrator",), 1472, 1514, "a number of"),
    (("David Cenciotti",), 1618, 1666, "the Russian forces"),
    (("David Cenciotti",), 1734, 1777, "it is impossible"),
    (("David Cenciotti",), 1787, 1874, "the video demonstrates"),
)
_ISIS, _NOT_ISIS = (0, 3, 4, 8, 9), (1, 5, 7)
_SUCCEEDED, _MISSED = (2, 4, 11), (12, 14)
CONTRADICTIONS = frozenset(
    {(min(a, b), max(a, b)) for a in _ISIS for b in _NOT_ISIS}
    | {(6, 8), (6, 9)}  # "some are forces …" against "exclusively" and "were not"
    | {(min(a, b), max(a, b)) for a in _SUCCEEDED for b in _MISSED}
)


def main() -> int:
    """Print the figures."""
    story = read_document(Path(sys.argv[1]) if len(sys.argv) > 1 else _DEFAULT)
    claims = extract_claims(story)
    pairs = _pair(claims)
    right = sum(claims[at].claimant in KEY[number][0] for number, at in pairs.items())
    exact = sum(_ends(claims[at], story.text) == _key_ends(number) for number, at in pairs.items())
    found = _contradictions(claims, {at: number for number, at in pairs.items()})
    print(f"claims found: {len(pairs)} of {len(KEY)}")
    print(f"right claimant: {right} of {len(KEY)}")
    print(f"exact content: {exact} of {len(KEY)}")
    print(f"false claims: {len(claims) - len(pairs)}")
    print(f"contradictions found: {len(found & CONTRADICTIONS)} of {len(CONTRADICTIONS)}")
    print(f"false contradictions: {len(found - CONTRADICTIONS)}")
    return 0


def _pair(claims: tuple[Claim, ...]) -> dict[int, int]:
    """Pair each claim of the key with the first extracted one whose content overlaps its own."""
    pairs: dict[int, int] = {}
    for number, (_, start, end, _) in enumerate(KEY):
        for at, claim in enumerate(claims):
            overlap = any(span.start < end and start < span.end for span in claim.content)
            if overlap and at not in pairs.values():
                pairs[number] = at
                break
    return pairs


def _ends(claim: Claim, text: str) -> tuple[int, int]:
    start, end = claim.content[0].start, claim.content[-1].end
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def _key_ends(number: int) -> tuple[int, int]:
    return KEY[number][1], KEY[number][2]


def _contradictions(
    claims: tuple[Claim, ...], numbers: dict[int, int]
) -> frozenset[tuple[int, int]]:
    places = {claim.id: numbers.get(at, -1 - at) for at, claim in enumerate(claims)}
    return frozenset(
        (min(ends), max(ends))
        for claim in claims
        for relation in claim.relations
        if relation.kind is RelationKind.CONTRADICTS
        for ends in [(places[claim.id], places[relation.other])]
    )


if __name__ == "__main__":
    raise SystemExit(main())
