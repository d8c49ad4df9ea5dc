"""Read a thousand random documents: nothing crashes, and every span slices back to its text.

    python benchmarks/ledger_random_documents.py [DOCUMENTS] [LONG_LINES]

Hypothesis makes the documents, texts and pages in turn: words of the rules in any order, odd
quotation marks, control characters, emoji, Arabic, Cyrillic, right-to-left marks, markup. Beside
them stand LONG_LINES (8) single lines of 5 MB. Prints how many were read, how many claims and spans
were checked, and the longest time. [s, processor time]
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purport.core.claims import Claim, Span
from purport.core.errors import UnreadableStoryError
from purport.ledger import byte_range, extract_claims, read_document
from purport.ledger.wordlists import word_sequence

_LENGTH = 5_000_000
_LINES = (
    "a", "“", "The ministry said that eight targets were hit. ", "he said ", "😀", "قال ", "IS (",
    "according to the ministry, ", "\u202e'\u0301", "<p>“<b>said</b> Reke</p>",
)  # fmt: skip
_WORDS = st.sampled_from(
    word_sequence(
        "Video purports to show Norvanian jets bombing Harbour Front positions he she it they told "
        "reporters that said claims claimed accused of calling for as saying could not say whether "
        "according to the ministry officials may not be targeting but instead eight targets were "
        "hit during 20 strikes missed by several metres which cannot be verified Mr . Reke , “ ” "
        "\" ' ‘ ’ « » – — ( ) : ; Moscow Anton Varga exclusively IS داعش ИГИЛ قال заявил and who "
        "footage in near Kelder on Wednesday groundless rumours 3,5 1.200 between KELDER (Reuters) "
        "- 30 September 2015 none of them all targets anything but ISIS"
    )
)
_ODD = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from("\"'“”„«»‹›‘’‚<>&;\r\n\t\u2028\u200f\u202e\x0b\x0c\x85\x07😀🚀\u0301ßİ"),
    ),
    max_size=60,
)
_RUN = st.lists(st.one_of(_WORDS, _WORDS, _WORDS, _ODD), max_size=60).map(" ".join)
_FORMS = st.sampled_from(
    ["{}", "The ministry said that {}.", "“{}” Anton Varga told reporters. {}", "{}, he said, {}"]
)
_SENTENCE = st.builds(lambda form, said: form.replace("{}", said), _FORMS, _RUN)
_TEXT = st.lists(_SENTENCE, min_size=1, max_size=8).map("\r\n\r\n".join)
_TAG = st.sampled_from(["p", "h1", "b", "div", "figcaption", "aside", "em", "li"])
_PAGE = st.lists(st.tuples(_TAG, _SENTENCE), min_size=1, max_size=8).map(
    lambda parts: "<html><body>" + "".join(f"<{tag}>{said}</{tag}>" for tag, said in parts)
)


class Tally:
    """What was read so far."""

    documents = refused = claims = spans = 0
    longest_s = 0.0


def main() -> int:
    """Print the figures."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    tally, long_tally = Tally(), Tally()

    @given(st.one_of(_TEXT, _PAGE))
    @settings(
        max_examples=documents, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def read(text: str) -> None:
        _read(text, tally)

    read()
    for piece in _LINES[:lines]:
        _read((piece * (_LENGTH // len(piece) + 1))[:_LENGTH], long_tally)
        print(f"  5 MB of {piece!r}: longest so far {long_tally.longest_s:.0f} s", flush=True)
    for name, each in (("random", tally), ("single lines of 5 MB", long_tally)):
        print(
            f"{name}: {each.documents} read, {each.refused} refused as empty or not decodable, "
            f"{each.claims} claims, {each.spans} spans slice back, longest {each.longest_s:.2f} s"
        )
    return 0


def _read(text: str, tally: Tally) -> None:
    content = text.encode()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("page.html" if text.startswith("<") else "story.txt")
        path.write_bytes(content)
        try:
            story = read_document(path)
        except UnreadableStoryError:
            tally.refused += 1
            return
    claims = extract_claims(story)
    tally.longest_s = max(tally.longest_s, time.process_time() - started)
    tally.documents += 1
    tally.claims += len(claims)
    spans = [*story.document.main_text, *(span for claim in claims for span in _spans(claim))]
    for span in spans:
        tally.spans += 1
        if story.text[span.start : span.end] != span.exact or not span.exact:
            raise SystemExit(f"a span does not slice back: {span}")
    for span in spans[:50]:
        first, last = byte_range(story, span)
        if content[first:last].decode(story.document.encoding) != span.exact:
            raise SystemExit(f"a span's bytes are not its text: {span}")


def _spans(claim: Claim) -> Iterator[Span]:
    yield from (*claim.source, *claim.cue, *claim.content, *claim.hedges, *claim.appearances)
    yield from (s for s in (claim.addressee, claim.venue, claim.medium) if s is not None)
    yield from (slot.span for slot in claim.slots)
    yield from claim.commitment.marks if claim.commitment is not None else ()


if __name__ == "__main__":
    raise SystemExit(main())
