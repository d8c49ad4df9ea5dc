"""Documents are read by the encoding they state, and never changed."""

from pathlib import Path

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import Span
from purport.core.digests import digest_bytes
from purport.core.errors import UnreadableStoryError
from purport.ledger import byte_range, extract_claims, read_document, visible_text

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>Jets over Kelder | Courier</title>
<meta property="article:published_time" content="2031-03-04T10:12:00+00:00">
<style>p {{ color: red }}</style><script>var said = "The ministry claims <p>nothing</p>";</script>
</head><body>
<nav><ul><li><a href="/">Home</a></li><li>The ministry claims this menu.</li></ul></nav>
<div class="prompt"><p>Turn on notifications in your browser settings</p></div>
<article><h1>Jets over Kelder: video purports to show Norvanian jets bombing the quay</h1>
<p class="by">Ilse Vandermeer</p><p><time datetime="2031-03-04T10:12Z">4 March 2031</time></p>
<p>Norvania’s <b>defence ministry</b> has released footage of its aircraft over the town of Kelder,
where the harbour has been closed to fishing boats since the end of last week.</p>
<p>&ldquo;We hit <em>eight</em> targets &amp; nothing else,&rdquo; the ministry said on Monday.</p>
<p>Residents of the quay told the Kelder Courier that the bombs had missed by several metres, and
that two boats had been sunk at their moorings during the night of the raid.</p>
<figure><figcaption>The ministry says that all targets were hit (NPA/Handout)</figcaption></figure>
</article>
<footer><p>The ministry claims this footer.</p></footer>
</body></html>
"""


def _read(folder: Path, content: bytes, *, name: str, encoding: str | None = None) -> StoryText:
    path = folder / name
    path.write_bytes(content)
    return read_document(path, encoding=encoding)


@pytest.mark.parametrize(
    ("content", "encoding", "basis"),
    [
        ("Zoë said so.".encode(), "utf-8", "valid UTF-8"),
        (b"\xef\xbb\xbf" + "Zoë said so.".encode(), "utf-8", "byte order mark"),
        (b"\xff\xfe" + "Zoë said so.".encode("utf-16-le"), "utf-16-le", "byte order mark"),
        (b"\xfe\xff" + "Zoë said so.".encode("utf-16-be"), "utf-16-be", "byte order mark"),
    ],
)
def test_encoding_is_told_from_the_bytes(
    tmp_path: Path, content: bytes, encoding: str, basis: str
) -> None:
    story = _read(tmp_path, content, name="story.txt")
    assert story.text == "Zoë said so."
    assert (story.document.encoding, story.document.encoding_basis) == (encoding, basis)
    assert story.document.digest == digest_bytes(content)
    first, last = byte_range(story, Span(start=2, end=3, exact="ë"))
    assert content[first:last].decode(encoding) == "ë"


def test_declared_encoding_is_used(tmp_path: Path) -> None:
    story = _read(tmp_path, "Zoë".encode("koi8-r", "replace"), name="a.txt", encoding="koi8-r")
    assert story.document.encoding_basis == "declared by user"


def test_latin_1_of_a_page_is_windows_1252_as_browsers_have_it(tmp_path: Path) -> None:
    content = _PAGE.format(charset="iso-8859-1").encode("cp1252")
    story = _read(tmp_path, content, name="page.html")
    assert story.document.encoding == "cp1252"
    assert story.document.encoding_basis == "meta charset"
    assert "Norvania’s" in story.text


@pytest.mark.parametrize(
    ("content", "encoding", "fault"),
    [
        (b"", None, "empty"),
        (b" \r\n\t ", None, "empty"),
        ("Zoë".encode("latin-1"), None, "byte 2 is not valid utf-8"),
        ("said".encode("utf-16-le"), None, "NUL"),
        (b"said", "no-such-code", "'no-such-code' is not known"),
        (b"said", "hex", "not a text encoding"),
        (b"said", "undefined", "not a text encoding"),
        (b"said", "\0", "is not known"),
        (b"<html><meta charset=undefined>", None, "not a text encoding"),
        (b'<html><meta charset="klingon">', None, "'klingon' is not known"),
        (b'<html><meta charset="utf-8">\xff', None, "not valid utf-8 (meta charset)"),
        (b'\x1b$B$"\x1b(B\x1b(B', "iso2022_jp", "not the only way"),
    ],
)
def test_unknown_encodings_are_refused_with_a_remedy(
    tmp_path: Path, content: bytes, encoding: str | None, fault: str
) -> None:
    with pytest.raises(UnreadableStoryError) as caught:
        _read(tmp_path, content, name="story.txt", encoding=encoding)
    assert caught.value.subject == "story.txt"
    assert fault in caught.value.fault
    assert caught.value.remedy


def test_an_absent_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableStoryError, match="cannot be read"):
        read_document(tmp_path / "none.txt", name="given.txt")


def test_line_ends_and_accents_stay_as_they_are(tmp_path: Path) -> None:
    text = "Raid on Kelder\r\n\r\nThe cafe\u0301 owner said: “It missed.”\r\nMore follows.\n"
    story = _read(tmp_path, text.encode(), name="story.txt")
    assert story.text == text


def test_page_furniture_is_told_from_story(tmp_path: Path) -> None:
    story = _read(tmp_path, _PAGE.format(charset="utf-8").encode(), name="page.html")
    document = story.document
    assert document.media_type == "text/html"
    assert document.main_text_basis.startswith("trafilatura")
    assert document.title is not None
    assert document.title.startswith("Jets over Kelder: video")
    assert document.published == "2031-03-04T10:12:00+00:00"
    kept = " ".join(span.exact for span in document.main_text)
    assert "defence ministry" in kept
    for furniture in ("this menu", "notifications", "this footer", "NPA/Handout", "var said"):
        assert furniture not in kept


def test_claims_of_a_page_are_spans_of_its_source(tmp_path: Path) -> None:
    story = _read(tmp_path, _PAGE.format(charset="utf-8").encode(), name="page.html")
    claims = extract_claims(story)
    said = next(claim for claim in claims if "nothing else" in visible_text(story, claim.content))
    assert visible_text(story, said.content) == "We hit eight targets & nothing else"
    assert [span.exact for span in said.content] == [
        "We hit ",
        "eight",
        " targets &amp; nothing else",
    ]
    assert said.claimant == "Norvania’s defence ministry"
    assert said.claimant_role is None
    residents = next(claim for claim in claims if claim.claimant.startswith("Residents"))
    assert residents.addressee is not None
    assert residents.addressee.exact == "the Kelder Courier"
    assert not any("footer" in visible_text(story, claim.content) for claim in claims)


def test_a_page_without_main_text_falls_to_own_rules_and_says_so(tmp_path: Path) -> None:
    story = _read(tmp_path, b"<html><body><p>Zoe said it rained.</p></body>", name="p.html")
    assert story.document.main_text_basis.startswith(("own rules", "trafilatura"))
    assert [claim.claimant for claim in extract_claims(story)] == ["Zoe"]


def test_separate_spans_of_plain_text_are_shown_apart(tmp_path: Path) -> None:
    story = _read(tmp_path, b"One two three", name="a.txt")
    spans = (Span(start=0, end=3, exact="One"), Span(start=8, end=13, exact="three"))
    assert visible_text(story, spans) == "One … three"
