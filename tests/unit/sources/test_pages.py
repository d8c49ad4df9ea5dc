"""A page is taken apart whatever it holds, in time that grows as it does."""

import time

import pytest

from purport.sources import parse_page
from purport.sources.markup import Closing, Opening, read_markup
from purport.sources.pages import style_links

URL = "https://site.example/a/b"


@pytest.mark.parametrize(
    "content",
    [
        b"<![x[ >",
        b"<![foo[bar]]>",
        b"&#" + b"9" * 5000 + b";",
        b"<a href='&#x" + b"f" * 5000 + b";'>",
        b"<a href='http://[x'><img src='http://[x'><base href='http://['>",
        b"</>",
        b"<",
        b"</",
        b"<!",
        b"<!--",
        b"<!-->",
        b"<a b",
        b"<a b=",
        b"<a b='",
        b"<title>",
    ],
)
def test_marks_that_are_broken_are_no_error(content: bytes) -> None:
    assert parse_page(b"<p>words</p>" + content, URL).text.startswith("words")


@pytest.mark.parametrize(
    "encoding",
    ["undefined", "idna", "punycode", "utf-7", "unicode_escape", "base64", "rot13", "none", "u\0"],
)
def test_an_encoding_that_writes_no_pages_is_not_taken(encoding: str) -> None:
    """A server may name any, and Python knows some that raise what they like."""
    page = "<title>é</title><p>\\u0041 +ADw-</p>".encode()
    found = parse_page(page, URL, encoding=encoding)
    assert (found.title, found.text) == ("é", "\\u0041 +ADw-")
    by_page = parse_page(b"<meta charset=" + encoding.encode() + b">" + page, URL)
    assert by_page.title == "é"


@pytest.mark.parametrize(
    "piece",
    [
        "<p>x",
        "<h1>",
        "</x>",
        "<a ",
        "<a href='",
        "<a b",
        "<!--",
        "<![CDATA[",
        "<?",
        "</",
        "<",
        "&",
        "<title>",
        "<script>",
        "<style>@import ",
        "<a b=c ",
    ],
)
def test_no_page_takes_longer_than_it_is_long(piece: str) -> None:
    """Twelve KB of "<a " took 1.6 s, and twice as much four times as long."""
    content = ("<div>" * 5_000 + piece * (100_000 // len(piece))).encode()
    began = time.process_time()
    parse_page(content, URL)
    assert time.process_time() - began < 5


def test_no_style_takes_longer_than_it_is_long() -> None:
    began = time.process_time()
    assert style_links("@import" + " " * 200_000 + ";", URL) == ()
    assert time.process_time() - began < 5


def test_marks_are_cut_as_browsers_cut_them() -> None:
    text = "<A b=c D='e>f' b=2 g h=i/>1 < 2 &lt;<script>a<b</script ><!-- > -->x</a/><?y>&#x41;"
    assert list(read_markup(text)) == [
        Opening("a", {"b": "c", "d": "e>f", "g": "", "h": "i/"}, closed=False),
        "1 ",
        "<",
        " 2 <",
        Opening("script", {}, closed=False),
        "a<b",
        Closing("script"),
        "x",
        Closing("a"),
        "A",
    ]


def test_what_never_ends_reaches_to_the_end() -> None:
    assert list(read_markup("a<b c='<p>words</p>")) == ["a"]
    assert list(read_markup("a<!-- <p>words</p>")) == ["a"]
    assert list(read_markup("<br/><br / >")) == [
        Opening("br", {}, closed=True),
        Opening("br", {}, closed=False),
    ]
    assert list(read_markup("<title>a &amp; <b>"))[1:] == ["a & <b>"]


def test_marks_of_the_page_are_noted() -> None:
    found = parse_page(
        b"<base href=/c/><title>A &amp; B</title><nav><input type=password>menu</nav>"
        b"<h1>Head<br>line</h1><p>one<p>two<video><source src=f.mp4></video><img src=p.png>"
        b"<style>p{background:url( 'q.png' )}</style><svg><title>no</title></svg>",
        URL,
    )
    assert (found.title, found.headings) == ("A & B", ("Head line",))
    assert (found.text, found.main_text) == ("menu Head line one two", "Head line one two")
    assert (found.password_fields, found.password_in_furniture) == (1, 1)
    assert found.films == ("https://site.example/c/f.mp4",)
    assert found.parts == ("https://site.example/c/p.png", "https://site.example/c/q.png")
