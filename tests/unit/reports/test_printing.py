"""PDF of a page: the same bytes, tagged, and nothing fetched but what was given."""

import ctypes
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from pypdfium2 import raw

from purport.core.errors import ConsistencyError, MissingToolError
from purport.reports.published import pages_as_pdf, pages_digest, printing

PAGE = (
    '<!doctype html><html lang="{language}"><head><title>The bridge</title>'
    '<meta name="dcterms.created" content="2026-11-27T12:00:00Z"></head>'
    "<body><h1>The bridge</h1>{body}</body></html>"
)
SCRIPTS = "<p>Bridge, мост, الجسر, γέφυρα, š</p>"
PROGRAM = (
    "import sys; from purport.reports.published import pages_as_pdf;"
    "sys.stdout.buffer.write(pages_as_pdf(sys.argv[1], {}))"
)


def page(body: str, language: str = "en") -> str:
    return PAGE.format(body=body, language=language)


def inflated(pdf: bytes) -> bytes:
    """Return all that a PDF holds, with what is packed in it unpacked."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompress(one) for one in streams if one[:1] == b"\x78")


def text_of(pdf: bytes) -> str:
    return "\n".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))


def jpeg() -> bytes:
    done, content = cv2.imencode(".jpg", np.full((40, 60, 3), 90, np.uint8))
    assert done
    return content.tobytes()


def test_two_processes_print_the_same_bytes() -> None:
    made = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, page(SCRIPTS)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Damascus"))
    }
    (pdf,) = made
    assert pdf.startswith(b"%PDF-")
    assert pypdfium2.PdfDocument(pdf).get_metadata_dict()["CreationDate"] == "D:20261127120000Z"


def roles_of(pdf: bytes) -> list[str]:
    """Return the roles of the elements of the first page, as a screen reader walks them."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]  # closes with its handle
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    found: list[str] = []

    def walk(element: Any) -> None:  # noqa: ANN401 - a handle of PDFium's
        size = raw.FPDF_StructElement_GetType(element, None, 0)
        said = ctypes.create_string_buffer(size)
        raw.FPDF_StructElement_GetType(element, said, size)
        found.append(said.raw.decode("utf-16-le").rstrip("\0"))
        for place in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, place)
            if child:
                walk(child)

    for place in range(raw.FPDF_StructTree_CountChildren(tree)):
        walk(raw.FPDF_StructTree_GetChildAtIndex(tree, place))
    raw.FPDF_StructTree_Close(tree)
    return found


def test_it_is_tagged_and_names_its_language_and_title() -> None:
    body = (
        '<p>Hello</p><img src="piece:a.jpg" alt="A still"><ul><li>one</ul>'
        '<table><tr><th scope="col">What<td>Where</table>'
    )
    pdf = pages_as_pdf(page(body, "ru"), {"a.jpg": jpeg()})
    document = pypdfium2.PdfDocument(pdf)
    assert raw.FPDFCatalog_IsTagged(document.raw)
    assert document.get_metadata_dict()["Title"] == "The bridge"
    assert {"H1", "P", "Figure", "L", "LI", "Table", "TR", "TH", "TD"} <= set(roles_of(pdf))
    held = inflated(pdf)
    assert b"pdfuaid" in held
    assert b"/Lang (ru)" in held


def test_every_script_of_the_readers_has_its_letters() -> None:
    pdf = pages_as_pdf(page(SCRIPTS), {})
    told = text_of(pdf)
    assert "Bridge, мост" in told
    assert "γέφυρα" in told
    # no other fonts than ours are in it, and each is a subset
    names = set(re.findall(rb"/BaseFont ?/([^ /]+)", inflated(pdf)))
    assert names
    assert all(re.fullmatch(rb"[A-Z]{6}\+Purport-.*", name) for name in names), names


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://example.org/a.jpg" alt="">',
        '<img src="http://127.0.0.1:1/a.jpg" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="">',
        '<img src="piece:other.jpg" alt="">',
        '<img src="piece:font/../paper.css" alt="">',
        '<p style="background:url(https://example.org/a.png)">x</p>',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/hostname">',
        "<style>@import url(https://example.org/a.css);</style>",
        "<style>@font-face{font-family:x;src:url(file:///etc/hostname)}p{font-family:x}</style><p>x",
    ],
)
def test_nothing_else_is_fetched(body: str) -> None:
    with pytest.raises(ConsistencyError, match="PDF"):
        pages_as_pdf(page(body), {})


def test_a_machine_without_pango_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingToolError, match="Pango"):
        pages_as_pdf(page("<p>x</p>"), {})


def test_other_pictures_make_another_pdf() -> None:
    told = page('<img src="piece:a.jpg" alt="">')
    assert pages_digest(told, {"a.jpg": b"1"}) != pages_digest(told, {"a.jpg": b"2"})
    assert pages_digest(told, {"a.jpg": b"1"}) == pages_digest(told, {"a.jpg": b"1"})


def test_the_fonts_ship_with_their_licence() -> None:
    folder = Path(printing.__file__).parent / "fonts"
    assert len(list(folder.glob("*.woff2"))) == 12
    for family in ("noto-sans", "noto-naskh-arabic"):
        assert "SIL Open Font License" in (folder / f"OFL-{family}.txt").read_text(encoding="utf-8")
