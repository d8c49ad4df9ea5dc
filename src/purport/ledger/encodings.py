"""By which encoding a document's bytes are read, and why; never a guess."""

import codecs
import re
from dataclasses import dataclass

from purport.core.errors import UnreadableStoryError

__all__ = ["Decoded", "bom_length", "decode_bytes"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<meta\b[^<>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
_XML_DECLARED = re.compile(
    rb"""\s*<\?xml\b[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.IGNORECASE
)
_SNIFFED_BYTES = 4096
_BOM_BASIS = "byte order mark"
_TRIED_BASIS = "valid UTF-8"
_REMEDY = (
    "Find out in which encoding it was written and pass it (--encoding windows-1251, say), or "
    "save the page again as UTF-8; Purport never guesses."
)
_WHATWG = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-8", "utf-16-le": "utf-8"}
"""Labels that the HTML standard reads as another encoding."""
_SERVED = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-16-le"}
"""The same where a server states them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Decoded text with how it was decoded."""

    text: str
    """The text, without a byte order mark; nothing else is changed."""
    encoding: str
    """Python's name of the encoding."""
    basis: str
    """Why that encoding."""


def decode_bytes(
    content: bytes, *, name: str, encoding: str | None, served: str | None = None
) -> Decoded:
    """Decode a document: by user, byte order mark, server, meta charset, or valid UTF-8.

    Args:
        content: The preserved bytes.
        name: What error messages call the document.
        encoding: As declared by the user; None when nothing was declared.
        served: As the server stated it that gave the document, which counts before what the
            document says of itself, as in browsers; None, or one that is not known: it did not.

    Raises:
        UnreadableStoryError: The encoding is unknown, does not fit the bytes, or cannot be
            told from them.
    """
    if encoding is not None:
        return _decode_as(content, encoding, "declared by user", name)
    for mark, marked in _BOMS:
        if content.startswith(mark):
            return _decode_as(content, marked, _BOM_BASIS, name)
    if served is not None and (known := _find_name(served)) is not None:
        return _decode_as(content, _SERVED.get(known, known), "stated by the server", name)
    head = content[:_SNIFFED_BYTES]
    if declared := _XML_DECLARED.match(head) or _DECLARED.search(head):
        label = declared.group(1).decode("ascii", "replace")
        known = _python_name(label, name)
        return _decode_as(content, _WHATWG.get(known, known), "meta charset", name)
    return _decode_as(content, "utf-8", _TRIED_BASIS, name)


def bom_length(encoding: str, basis: str) -> int:
    """Return how many bytes before the text are a byte order mark."""
    if basis != _BOM_BASIS:
        return 0
    return next(len(mark) for mark, marked in _BOMS if marked == encoding)


def _python_name(label: str, name: str) -> str:
    found = _find_name(label)
    if found is None:
        raise UnreadableStoryError(name, f"the encoding {label!r} is not known", remedy=_REMEDY)
    return found


def _find_name(label: str) -> str | None:
    try:
        return codecs.lookup(label).name
    except (LookupError, ValueError):  # this of NUL in the label
        return None


def _decode_as(content: bytes, encoding: str, basis: str, name: str) -> Decoded:
    known = _python_name(encoding, name)
    skipped = bom_length(known, basis)
    try:
        text = content[skipped:].decode(known)
    except UnicodeDecodeError as error:
        because = "nothing declares another" if basis == _TRIED_BASIS else basis
        fault = f"byte {error.start + skipped} is not valid {known} ({because}): {error.reason}"
        raise UnreadableStoryError(name, fault, remedy=_REMEDY) from error
    except (LookupError, UnicodeError) as error:  # "hex" and "idna" are codecs of other things
        raise UnreadableStoryError(
            name, f"{encoding!r} is not a text encoding", remedy=_REMEDY
        ) from error
    if "\0" in text:
        fault = f"it holds NUL characters when read as {known} ({basis}): UTF-16, or no text"
        raise UnreadableStoryError(name, fault, remedy=_REMEDY)
    if text.encode(known) != content[skipped:]:
        fault = f"its bytes are not the only way to write its text in {known}, so no map back"
        raise UnreadableStoryError(name, fault, remedy=_REMEDY)
    return Decoded(text=text, encoding=known, basis=basis)
