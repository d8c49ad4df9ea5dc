"""Pictures of captured pages: whoever made the file, what is shown is a plain JPEG."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.errors import InputError
from purport.reports import encode_page

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int) -> bytes:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[:, : width // 2] = (0, 0, 255)
    return bytes(cv2.imencode(".png", picture)[1].tobytes())


def head_of(width: int, height: int) -> bytes:
    sizes = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return SIGNATURE + b"\0\0\0\rIHDR" + sizes + b"\x08\x02\0\0\0" + b"\0" * 400


def decoded(content: bytes) -> NDArray[np.int64]:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, dtype=np.int64)


def test_a_wide_page_is_made_smaller_and_keeps_its_colours() -> None:
    shown = decoded(encode_page(png(1280, 2000), name="x", veiled=False))
    assert shown.shape == (1500, 960, 3)
    assert abs(shown[700, 100] - (0, 0, 255)).max() < 12, "red, as far as a JPEG keeps it"


def test_a_small_page_stays_as_large_as_it_is() -> None:
    assert decoded(encode_page(png(300, 200), name="x", veiled=False)).shape == (200, 300, 3)


def test_a_veiled_page_is_grey_and_without_detail() -> None:
    shown = decoded(encode_page(png(1280, 2000), name="x", veiled=True))
    assert np.ptp(shown, axis=2).max() <= 3
    assert abs(np.diff(shown[:, :, 0], axis=1)).max() < 40, "no edge is left"


def test_what_stood_beside_the_pixels_is_gone() -> None:
    plain = png(40, 30)
    said = b"tEXtAuthor\0Somebody"
    with_words = plain[:33] + (len(said) - 4).to_bytes(4, "big") + said + b"\0\0\0\0" + plain[33:]
    assert b"Somebody" not in encode_page(plain, name="x", veiled=False)
    try:
        content = encode_page(with_words, name="x", veiled=False)
    except InputError:
        return  # a decoder that minds the check sum
    assert b"Somebody" not in content


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "is no PNG"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 60, "is no PNG"),
        (SIGNATURE, "is no PNG"),
        (head_of(60_001, 1), "60001 × 1 pixels, which no page is"),
        (head_of(50_000, 50_000), "50000 × 50000 pixels"),
        (head_of(0, 10), "0 × 10 pixels"),
        (head_of(10, 10), "cannot be read"),
    ],
)
def test_what_is_no_picture_of_a_page_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        encode_page(content, name="screenshot.png", veiled=False)
