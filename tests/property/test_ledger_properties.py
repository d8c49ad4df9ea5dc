"""Laws of the ledger: it never crashes, and every span slices back to its exact text."""

import html
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purport.core.casefile import StoryText
from purport.core.claims import Claim, Span
from purport.core.records import from_json, to_json
from purport.ledger import byte_range, extract_claims, read_document, relate_claims
from purport.ledger.html_text import scan_html
from purport.ledger.wordlists import words

_WORDS = st.sampled_from(
    sorted(
        words(
            "Video purports to show Norvanian jets bombing Harbour Front positions he she it they "
            "told reporters that said claims claimed admits alleging according to the ministry "
            "officials may not be targeting but instead eight targets were hit during 20 strikes "
            "missed by several metres which cannot be verified Mr Reke , . “ ” \" ' ‘ ’ « » – — "
            "( ) : ; Moscow Sergei Lavrov exclusively IS داعش ИГИЛ and who footage appears "
            "released by in near Kelder on Wednesday groundless rumours 3,5 1.200 between"
        )
    )
)
_ODD = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from("\"'“”„«»‹›‘’‚<>&;\r\n\t\u2028\u200f\u202e\x0b\x0c\x85\x07😀🚀\u0301ßİ"),
    ),
    max_size=60,
)
_SENTENCE = st.lists(st.one_of(_WORDS, _WORDS, _ODD), max_size=40).map(" ".join)
_PLAIN = st.lists(_SENTENCE, min_size=1, max_size=6).map("\r\n\r\n".join)
_TAGGED = st.lists(
    st.tuples(st.sampled_from(["p", "h1", "b", "div", "figcaption", "aside", "em"]), _SENTENCE),
    min_size=1,
    max_size=6,
).map(lambda parts: "<html><body>" + "".join(f"<{t}>{s}</{t}>" for t, s in parts))
_ESCAPED = _TAGGED.map(lambda source: source.replace("“", "&ldquo;").replace("’", "&#8217;"))
_CALM = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow], database=None
)


def _read(text: str, name: str) -> StoryText:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        return read_document(path)


def _spans(claim: Claim) -> list[Span]:
    single = [s for s in (claim.addressee, claim.venue, claim.medium) if s is not None]
    slots = [slot.span for slot in claim.slots]
    marks = claim.commitment.marks if claim.commitment is not None else ()
    several = (*claim.source, *claim.cue, *claim.content, *claim.hedges, *claim.appearances, *marks)
    return [*several, *single, *slots]


def _assert_lawful(story: StoryText, content: bytes) -> None:
    claims = extract_claims(story)
    assert claims == extract_claims(story)
    identifiers = [claim.id for claim in claims]
    assert len(set(identifiers)) == len(identifiers)
    for span in (*story.document.main_text, *(s for claim in claims for s in _spans(claim))):
        assert story.text[span.start : span.end] == span.exact
        assert span.exact
        first, last = byte_range(story, span)
        assert content[first:last].decode(story.document.encoding) == span.exact
    for claim in claims:
        assert claim.content
        assert claim.claimant
        assert from_json(Claim, to_json(claim)) == claim
        assert {relation.other for relation in claim.relations} <= set(identifiers)
        assert claim.nested_in is None or claim.nested_in in identifiers
    assert relate_claims(claims) == claims


@given(_PLAIN)
@_CALM
def test_every_span_of_a_text_slices_back(text: str) -> None:
    if text.strip() and text.encode().strip():
        _assert_lawful(_read(text, "story.txt"), text.encode())


@given(st.one_of(_TAGGED, _ESCAPED))
@_CALM
def test_every_span_of_a_page_slices_back(source: str) -> None:
    _assert_lawful(_read(source, "story.html"), source.encode())


@given(_ODD)
@_CALM
def test_escaping_does_not_change_what_is_seen(text: str) -> None:
    plain = html.unescape(text)  # what a reader of the escaped text sees may hold entities itself
    assert scan_html(html.escape(plain))[0] == plain


@given(st.sampled_from(["“", "'", '"', '<a "', "<a '>", "he said ", ", who says ", "&amp", "(",
                        "Kelder ", "at least 20 ", "not ", "IS positions ", "ب", "a"]))  # fmt: skip
@settings(deadline=None, max_examples=15, database=None)
def test_long_lines_take_linear_time(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    started = time.process_time()
    for name in ("story.txt", "story.html"):
        extract_claims(_read(text, name))
    assert time.process_time() - started < 15  # s; quadratic code takes minutes
