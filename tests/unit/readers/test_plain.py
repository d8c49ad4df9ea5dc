"""Readers' Markdown as it is shown: nothing runs, and nothing that is covered comes through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.readers.plain import Covering, fold, plain_words, shown_words

OPEN = Covering(withheld=False, blurred=False)
BLURRED = Covering(withheld=False, blurred=True)
WITHHELD = Covering(withheld=True, blurred=False)
TAG = re.compile(r"<(/?)(\w+)([^>]*)>")
TAKEN = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "br"}


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("*so* and **so**", "<p><em>so</em> and <strong>so</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("`x < y`", "<p><code>x &lt; y</code></p>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("# no heading", "<p># no heading</p>"),
        ("![x](https://e.org/p.png)", '<p>!<a href="https://e.org/p.png" '),
    ],
)
def test_the_marks_that_are_taken(body: str, html: str) -> None:
    assert shown_words(body, OPEN).strip().startswith(html)


@pytest.mark.parametrize(
    "body",
    [
        "36.20124, 37.13433",
        "36.20**1**24, 37.1*3*433",
        "36.20\u200b124, 37.13\u2060433",
        "36.20\u200d124, 37.13\u200c433",
        "٣٦٫٢٠١٢٤, ٣٧٫١٣٤٣٣",
        "[a map](https://www.google.com/maps/@36.20124,37.13433,17z)",
        "<https://www.openstreetmap.org/?mlat=36.20124&mlon=37.13433>",
        "36&#46;20124, 37&#46;13433",
        "`36.20124`, `37.13433`",
        "- 36.20124, 37.13433",
    ],
)
def test_a_blurred_case_tells_no_position(body: str) -> None:
    shown = shown_words(f"Look: {body} end", BLURRED)
    assert "20124" not in shown
    assert "٢٠١٢٤" not in shown
    assert "Look" in shown
    assert "end" in shown


def test_distances_come_through_unless_they_are_withheld() -> None:
    assert "12 m" in shown_words("It lies 12 m off.", BLURRED)
    assert "12 m" not in shown_words("It lies 12 m off.", WITHHELD)


def test_joiners_stay_between_letters_and_go_between_digits() -> None:
    assert "می\u200cروم" in shown_words("می\u200cروم", OPEN)
    assert "\u200c" not in shown_words("3\u200c6", OPEN)


def test_links_say_that_nobody_vouches_for_them() -> None:
    shown = shown_words("https://example.org/a?b=1&c=2", OPEN)
    assert 'rel="nofollow ugc noopener noreferrer"' in shown
    assert 'href="https://example.org/a?b=1&amp;c=2"' in shown


@given(st.text(max_size=300))
def test_only_tags_that_are_taken_come_out(body: str) -> None:
    for covering in (OPEN, BLURRED, WITHHELD):
        for _, name, attributes in TAG.findall(shown_words(body, covering)):
            assert name in TAKEN
            assert not re.search(r"\bon\w+\s*=|style\s*=|javascript:", attributes, re.IGNORECASE)


@given(st.text(max_size=200))
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_plain_words_of_anything(text: str) -> None:
    assert "\u200b" not in plain_words(text)


def test_names_kept_back_are_covered_through_marks_and_links() -> None:
    covering = Covering(withheld=False, blurred=False, names=("quillwatch", "Vera Quill"))
    assert covering.covers
    assert not covering.covers_positions
    for body in (
        "By Vera **Quill**.",
        "By *vera* quill, seen.",
        "See [this](https://t.me/quillwatch/12).",
        "@quill**watch** has it.",
    ):
        shown = shown_words(body, covering).casefold()
        assert "quillwatch" not in shown, body
        assert "vera" not in shown, body
    untouched = "It lies at 36.20124, 37.13433, **there**."
    assert "<strong>there</strong>" in shown_words(untouched, covering)
    assert "36.20124" in shown_words(untouched, covering)
