"""Records of web archives as others write them."""

__all__ = ["warc_response"]


def warc_response(
    content: bytes, *headers: str, status: str = "200 OK", kind: str = "video/mp4", more: str = ""
) -> bytes:
    """Write a response as a record, its block as it came over the wire.

    Args:
        content: The body.
        headers: Of the response, beside its content type.
        status: Of the response.
        kind: Its content type.
        more: Further headers of the record, each with its line end.
    """
    stated = "".join(f"{each}\r\n" for each in headers)
    block = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{stated}\r\n".encode() + content
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Date: 2015-09-30T12:00:00Z\r\nWARC-Target-URI: https://site.example/raid.mp4\r\n"
        f"{more}Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"
