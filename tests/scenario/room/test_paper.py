"""A published case as PDF: the same bytes twice, and what an anonymous reader sees, no more."""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pypdfium2
import pytest

Desk: TypeAlias = Any  # its class lives in a conftest

READ = "/published/case/"


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that publishes edition after edition."""
    with open_desk(tmp_path_factory.mktemp("paper") / "room") as found:
        yield found


def inflated(pdf: bytes) -> bytes:
    """Return all that a PDF holds, with what is packed in it unpacked."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompress(one) for one in streams if one[:1] == b"\x78")


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(one.get_textpage().get_text_range() for one in pages).split())


def pictures_of(pdf: bytes) -> list[Any]:
    return [
        one.get_bitmap().to_numpy()
        for page in pypdfium2.PdfDocument(pdf)
        for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    ]


def test_it_says_what_the_page_says_and_twice_the_same(desk: Desk) -> None:
    desk.publish(embargo_h=str(24 * 365 * 30))
    pdf = desk.paper()
    told = desk.reader.get(f"{READ}case.json").json()
    said = text_of(pdf)
    for words in (told["title"], told["claims"][0]["claimant"], "Harbour Desk", "edition 1"):
        assert words in said
    assert desk.paper() == pdf
    for path in desk.room.folder.rglob("printed/*.pdf"):
        path.unlink()  # made anew, not kept
    assert desk.paper() == pdf
    # within the embargo
    assert "35.90068" not in said
    assert "9.0 m" not in said
    assert "[position withheld]" in said
    # the uploader's file name, who confirmed
    for hidden in (b"noise.mp4", b"I looked at it; 35"):
        assert hidden not in inflated(pdf)
    assert "noise" not in said
    (picture,) = pictures_of(pdf)
    assert picture.ndim == 2 or int(np.ptp(picture[..., :3].astype(int), axis=2).max()) <= 2
    assert f'href="{READ}case.pdf"' in desk.reader.get(READ).text


def test_a_blurred_case_has_no_coordinate_on_paper(desk: Desk) -> None:
    desk.publish(blur_positions="on")
    said = text_of(desk.paper())
    assert "35.90068" not in said
    assert "14.19878" not in said
    assert "No coordinates of this case are published" in said


def test_it_comes_in_the_language_of_the_reader(desk: Desk) -> None:
    desk.publish()
    russian = desk.paper("ru")
    assert "Утверждения" in text_of(russian)
    assert b"/Lang (ru)" in inflated(russian)
    assert b"/Lang (ar)" in inflated(desk.paper("ar"))


def test_a_withdrawn_case_has_no_pdf(desk: Desk) -> None:
    desk.publish()
    assert desk.editor.post("/cases/case/publish/withdraw", {"reason": "Asked."}).status_code == 302
    assert desk.reader.get(f"{READ}case.pdf").status_code == 404
