"""A published case on paper: PDF, tagged for screen readers (PDF/UA-1), the same bytes every time.

The page comes as HTML that holds what an anonymous reader sees. It can fetch nothing but the
pictures that are given with it, and the fonts that ship with Purport. Nothing in the file tells
when or where it was made: its date is the edition's, its identifier a digest of what it holds.

References:
    ISO 14289-1 (PDF/UA-1). WeasyPrint, https://doc.courtbouillon.org/weasyprint/ (BSD-3-Clause).
"""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from purport.core.digests import Digest, digest_bytes
from purport.core.errors import ConsistencyError, MissingToolError

__all__ = [
    "MISSING_PRINTER",
    "PRINTING_VERSION",
    "pages_as_pdf",
    "pages_digest",
    "print_one",
    "printer_missing",
]

PRINTING_VERSION = "1"
"""Changes when the same page would be printed otherwise."""

MISSING_PRINTER = 69
"""How `print_one` ends where WeasyPrint or Pango is missing (sysexits.h, EX_UNAVAILABLE)."""

_PIECE = "piece:"
_FONT = "piece:font/"
_FONTS = "fonts"
_WEIGHTS = (400, 700)
_FAMILIES = {
    "Purport Latin": "noto-sans-latin",
    "Purport Latin Extended": "noto-sans-latin-ext",
    "Purport Cyrillic": "noto-sans-cyrillic",
    "Purport Cyrillic Extended": "noto-sans-cyrillic-ext",
    "Purport Greek": "noto-sans-greek",
    "Purport Arabic": "noto-naskh-arabic-arabic",
}
_GENTLY = 5


def printer_missing() -> MissingToolError:
    """Return the error that says what is to be installed."""
    return MissingToolError(
        "PDF",
        "needs WeasyPrint and the library Pango, which this machine lacks",
        remedy="Install them: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.",
    )


def pages_digest(html: str, pieces: Mapping[str, bytes]) -> Digest:
    """Return what tells one PDF from another made by this version.

    Args:
        html: The page.
        pieces: Its pictures, by the name after "piece:" by which the page asks for them.
    """
    told = [PRINTING_VERSION, digest_bytes(html.encode())]
    told += [f"{name} {digest_bytes(pieces[name])}" for name in sorted(pieces)]
    return digest_bytes("\n".join(told).encode())


def pages_as_pdf(html: str, pieces: Mapping[str, bytes]) -> bytes:
    """Print a page.

    Args:
        html: The page, with its language, title and dates (`dcterms.created`) in its head.
        pieces: Its pictures, by the name after "piece:" by which the page asks for them.

    Returns:
        The same PDF for the same page and pieces, with one version of WeasyPrint and Pango.

    Raises:
        MissingToolError: WeasyPrint or Pango is not installed.
        ConsistencyError: The page asks for something that it was not given.
    """
    weasyprint = _weasyprint()
    fonts = weasyprint.text.fonts.FontConfiguration()
    fetcher = _fetcher(weasyprint, pieces)
    try:
        sheet = weasyprint.CSS(
            string=_font_faces() + _style(), url_fetcher=fetcher, font_config=fonts, base_url=_PIECE
        )
        page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url=_PIECE)
        written: bytes = page.write_pdf(
            stylesheets=[sheet],
            font_config=fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=pages_digest(html, pieces)[:32].encode(),
        )
    except weasyprint.urls.FatalURLFetchingError as error:
        raise ConsistencyError("PDF", str(error), remedy="Report this fault.") from error
    return written


def print_one() -> None:
    """Print the page that comes on standard input, in a process of its own."""
    os.nice(_GENTLY)
    told = json.load(sys.stdin.buffer)
    pieces = {name: b64decode(piece) for name, piece in told["pieces"].items()}
    try:
        sys.stdout.buffer.write(pages_as_pdf(told["html"], pieces))
    except MissingToolError:
        sys.exit(MISSING_PRINTER)


def _weasyprint() -> Any:  # noqa: ANN401 - WeasyPrint ships no types
    """Load WeasyPrint, which fails with OSError where Pango is missing."""
    try:
        import weasyprint  # noqa: PLC0415 - it loads system libraries, which may be missing
        import weasyprint.text.fonts  # noqa: PLC0415
        import weasyprint.urls  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise printer_missing() from error
    return weasyprint


def _fetcher(weasyprint: Any, pieces: Mapping[str, bytes]) -> object:  # noqa: ANN401
    """Return what fetches pieces and fonts, and nothing from a network, file or data address."""

    class OnlyPieces(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # no types
        """Knows what it was given, and refuses all else by ending the print."""

        def fetch(self, url: str, headers: object = None) -> object:
            del headers
            content = _font(url.removeprefix(_FONT)) if url.startswith(_FONT) else None
            if content is None and url.startswith(_PIECE):
                content = pieces.get(url.removeprefix(_PIECE))
            if content is None:
                message = f"a printed page may not fetch {url[:80]}"
                raise ValueError(message)
            return weasyprint.urls.URLFetcherResponse(url, body=content)

    return OnlyPieces(allowed_protocols=["piece"], fail_on_errors=True)


@lru_cache(maxsize=len(_FAMILIES) * len(_WEIGHTS))
def _font(name: str) -> bytes | None:
    if name not in {f"{file}-{weight}" for file in _FAMILIES.values() for weight in _WEIGHTS}:
        return None
    return (resources.files(__package__) / _FONTS / f"{name}.woff2").read_bytes()


def _style() -> str:
    return (resources.files(__package__) / "paper.css").read_text(encoding="utf-8")


def _font_faces() -> str:
    faces = (
        f"@font-face{{font-family:'{family}';font-weight:{weight};src:url({_FONT}{file}-{weight})}}"
        for family, file in _FAMILIES.items()
        for weight in _WEIGHTS
    )
    families = ",".join(f"'{family}'" for family in _FAMILIES)
    return "".join(faces) + f"html{{font-family:{families},sans-serif}}"
