"""As much of DER as it takes to put the certificates of a time-stamp response into order.

`openssl ts`, and authorities that run it, write the certificates of a token in the order of their
chain; DER wants a SET in the order of its bytes, and a strict reader refuses the response. The
order is not signed, so that putting it right changes nothing that counts.

References:
    ITU-T X.690 (2021), 8.1.3 and 11.6; RFC 5652, 5.1.
"""

__all__ = ["sort_certificates"]

_CERTIFICATES = 0xA0
_LONG_FORM = 0x80
_MOST_LENGTH_BYTES = 4


def sort_certificates(response: bytes) -> bytes:
    """Return a time-stamp response with the certificates of its token in DER's order.

    Args:
        response: A TimeStampResp in DER.

    Returns:
        The same bytes but for that order; unchanged where they are not as expected.

    Examples:
        >>> sort_certificates(b"no response")
        b'no response'
    """
    try:
        start, end = _certificates_of(response)
        parts = sorted(response[first:last] for first, _, last in _children(response, start, end))
    except (IndexError, ValueError):
        return response
    return response[:start] + b"".join(parts) + response[end:]


def _certificates_of(response: bytes) -> tuple[int, int]:
    """Return where the certificates of the SignedData begin and end."""
    _, body, end = _element(response, 0)
    token = _children(response, body, end)[1]
    content = _children(response, *token[1:])[1]
    signed_data = _children(response, *content[1:])[0]
    for first, body, end in _children(response, *signed_data[1:]):
        if response[first] == _CERTIFICATES:
            return body, end
    raise ValueError("the token holds no certificate")


def _children(encoded: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    found = []
    while start < end:
        first, body, last = _element(encoded, start)
        found.append((first, body, last))
        start = last
    return found


def _element(encoded: bytes, at: int) -> tuple[int, int, int]:
    """Return where an element begins, where its content begins, and where it ends."""
    length, head = encoded[at + 1], 2
    if length & _LONG_FORM:
        count = length & ~_LONG_FORM
        if not 1 <= count <= _MOST_LENGTH_BYTES:
            raise ValueError("a length of this form is not DER")
        length = int.from_bytes(encoded[at + 2 : at + 2 + count], "big")
        head += count
    if at + head + length > len(encoded):
        raise ValueError("an element is longer than what holds it")
    return at, at + head, at + head + length
