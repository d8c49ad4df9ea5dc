"""A server that misbehaves costs a bounded time and room, and is told from one that does not."""

import errno
import gzip
import hashlib
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from purport.core.errors import NotCapturedError, RefusedAddressError
from purport.sources import Door, Ending, Limits, Line
from purport.sources.bodies import body_digest, body_head, raw_head, read_body
from purport.sources.visiting import Visitor

QUICK = Limits(
    largest_bytes=1 << 20,
    bytes_in_all=4 << 20,
    connect_s=2.0,
    silence_s=0.4,
    exchange_s=5.0,
    capture_s=20.0,
    grace_s=0.3,
)
PUBLIC = "93.184.216.34"
Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(folder=tmp_path, door=Door(allow_private=True), limits=QUICK)


@pytest.fixture
def visitor(line: Line) -> Visitor:
    return Visitor(line)


def public_door(site: Site, *inner: str) -> Door:
    """A door to which our server is a public machine; the hosts named last are inner ones."""

    def look_up(host: str, _port: int) -> tuple[str, ...]:
        return ("10.0.0.7",) if host in inner else (PUBLIC,)

    def dial(address: str, _port: int, within_s: float) -> socket.socket:
        assert address == PUBLIC
        return socket.create_connection(("127.0.0.1", site.port), timeout=within_s)

    return Door(look_up=look_up, dial=dial)


def test_a_page_is_kept_byte_for_byte(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"<p>words</p>")
    found = visitor.visit(site.url("/a"))
    assert found.response.read_bytes() == trouble.response(site.pages["/a"])
    assert (found.status, found.ending, found.address) == (200, Ending.WHOLE, "127.0.0.1")
    assert found.request.startswith(b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:")
    assert found.header("Content-Type") == "text/html; charset=utf-8"
    assert read_body(found, most_bytes=100) == b"<p>words</p>"
    assert found.started_utc <= found.ended_utc


def test_chunks_are_kept_and_read(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;note=x\r\nhello\r\n6\r\n world\r\n0\r\nX-Late: 1\r\n\r\n"
    )
    site.pages["/a"] = trouble.says(raw)
    found = visitor.visit(site.url("/a"))
    assert found.response.read_bytes() == raw
    assert read_body(found, most_bytes=100) == b"hello world"
    assert body_digest(found)[1] == 11


def test_a_long_note_on_a_chunk_is_none_of_the_body(
    site: Site, visitor: Visitor, trouble: Trouble
) -> None:
    """Servers may write what they like behind a chunk's length, and h11 lets it pass."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for name, note in (("/a", 16_000), ("/b", 16_384), ("/c", 60_000)):
        chunk = b"5;" + b"e" * note + b"\r\nhello\r\n"
        site.pages[name] = trouble.says(head + chunk + b"0\r\n\r\n")
        found = visitor.visit(site.url(name))
        assert (found.ending, read_body(found, most_bytes=100)) == (Ending.WHOLE, b"hello")
        assert body_digest(found)[0] == hashlib.sha256(b"hello").hexdigest()


def test_what_comes_byte_by_byte_is_known_by_its_first_bytes(
    site: Site, visitor: Visitor, trouble: Trouble
) -> None:
    film = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 5
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in film)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.pages["/a"] = trouble.says(head + chunks + b"0\r\n\r\n")
    found = visitor.visit(site.url("/a"))
    assert body_head(found) == raw_head(found) == film[:1024]


def test_an_answer_without_a_length_ends_with_its_connection(
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
) -> None:
    site.pages["/a"] = trouble.says(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old</p>")
    found = visitor.visit(site.url("/a"))
    assert (found.ending, read_body(found, most_bytes=100)) == (Ending.WHOLE, b"<p>old</p>")


def test_early_hints_are_no_answer(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    site.pages["/a"] = trouble.says(hints + trouble.response(trouble.Given(b"x")))
    found = visitor.visit(site.url("/a"))
    assert found.head_at == len(hints)
    assert found.response.read_bytes()[found.head_at :].startswith(b"HTTP/1.1 200 OK")


def test_redirects_are_followed_and_cookies_kept(
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
) -> None:
    site.pages["/a"] = trouble.moved("/b?x=1#part", cookie="seen=yes")
    site.pages["/b"] = trouble.Given(b"there")
    found = visitor.visit(site.url("/a"))
    assert found.url == site.url("/b?x=1")
    assert [each.status for each in visitor.line.exchanges] == [302, 200]
    assert site.asked[1].headers["cookie"] == "seen=yes"


def test_a_redirect_that_sets_a_cookie_may_come_back_once(
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
) -> None:
    def gate(client: socket.socket, asked: Trouble) -> None:
        page = trouble.Given(b"in") if "cookie" in asked.headers else trouble.moved("/set")
        client.sendall(trouble.response(page))

    site.pages |= {"/a": gate, "/set": trouble.moved("/a", cookie="ok=1")}
    assert visitor.visit(site.url("/a")).status == 200


def test_a_circle_of_redirects_is_told(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    site.pages |= {"/a": trouble.moved("/b"), "/b": trouble.moved("/a")}
    with pytest.raises(NotCapturedError, match="redirects in a circle"):
        visitor.visit(site.url("/a"))
    assert len(site.asked) == 2


def test_redirects_without_end_are_left(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    def on(client: socket.socket, asked: Trouble) -> None:
        number = int(asked.path.partition("=")[2] or 0)
        client.sendall(trouble.response(trouble.moved(f"/a?n={number + 1}")))

    site.pages["/a"] = on
    with pytest.raises(NotCapturedError, match="redirects more than 10 times"):
        visitor.visit(site.url("/a"))
    assert len(site.asked) == 11


@pytest.mark.parametrize(
    ("what", "ending", "within_s"),
    [
        ("endless", Ending.TOO_LONG, 4.0),
        ("announced", Ending.TOO_LONG, 1.0),
        ("drip", Ending.TOO_SLOW, 3.0),
        ("silent", Ending.TOO_SLOW, 3.0),
        ("stops", Ending.TOO_SLOW, 3.0),
        ("short", Ending.CUT_OFF, 1.0),
        ("short chunk", Ending.CUT_OFF, 1.0),
        ("nothing", Ending.CUT_OFF, 1.0),
        ("two lengths", Ending.MALFORMED, 1.0),
        ("no HTTP", Ending.MALFORMED, 1.0),
        ("header flood", Ending.MALFORMED, 2.0),
        ("hints flood", Ending.MALFORMED, 1.0),
        ("tiny chunks", Ending.TOO_LONG, 6.0),
    ],
)
def test_a_server_that_misbehaves_is_left(  # noqa: PLR0917 - fixtures and the table's columns
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
    what: str,
    ending: Ending,
    within_s: float,
) -> None:
    ok = b"HTTP/1.1 200 OK\r\n"

    def stops(client: socket.socket, _: Trouble) -> None:
        client.sendall(ok + b"Content-Length: 50\r\n\r\n" + b"x" * 20)
        time.sleep(1.5)

    def tiny(client: socket.socket, _: Trouble) -> None:
        client.sendall(ok + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            client.sendall(b"1;" + b"e" * 2000 + b"\r\nx\r\n")

    site.pages["/a"] = {
        "endless": trouble.endless(),
        "announced": trouble.says(ok + b"Content-Length: 99999999999\r\n\r\nx"),
        "drip": trouble.drip(),
        "silent": trouble.silent,
        "stops": stops,
        "short": trouble.says(ok + b"Content-Length: 50\r\n\r\nshort"),
        "short chunk": trouble.says(ok + b"Transfer-Encoding: chunked\r\n\r\n50\r\nshort"),
        "nothing": trouble.says(b""),
        "two lengths": trouble.says(ok + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nshort!"),
        "no HTTP": trouble.says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n"),
        "header flood": trouble.says(ok, *[b"X: " + b"y" * 4000 + b"\r\n"] * 200),
        "hints flood": trouble.says(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 40),
        "tiny chunks": tiny,
    }[what]
    began = time.monotonic()
    found = visitor.visit(site.url("/a"))
    assert time.monotonic() - began < within_s
    assert found.ending is ending
    assert found.response.stat().st_size == found.response_bytes <= 3 << 20


def test_bytes_after_the_announced_end_are_counted_and_left(
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
) -> None:
    site.pages["/a"] = trouble.says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nshort and more")
    found = visitor.visit(site.url("/a"))
    assert (found.ending, found.excess_bytes) == (Ending.WHOLE, len(b" and more"))
    assert found.response.read_bytes().endswith(b"short")


def test_a_gzip_bomb_is_not_unpacked(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.bomb()
    found = visitor.visit(site.url("/a"))
    with pytest.raises(NotCapturedError, match="this is a bomb"):
        read_body(found, most_bytes=1 << 30)
    with pytest.raises(NotCapturedError, match="unpacks to more than 1,000 bytes"):
        read_body(found, most_bytes=1000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate", "br"])
def test_packed_pages_are_read(
    site: Site,
    visitor: Visitor,
    trouble: Trouble,
    coding: str,
) -> None:
    raw = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(b"<p>words</p>"),
        "deflate": zlib.compress(b"<p>words</p>"),
        "raw deflate": raw.compress(b"<p>words</p>") + raw.flush(),
        "br": b"\x0b\x02\x80abc\x03",
    }[coding]
    header = f"Content-Encoding: {coding.removeprefix('raw ')}"
    site.pages["/a"] = trouble.Given(body, headers=(header,))
    found = visitor.visit(site.url("/a"))
    if coding == "br":
        with pytest.raises(NotCapturedError, match="packed by 'br'"):
            read_body(found, most_bytes=100)
    else:
        assert read_body(found, most_bytes=100) == b"<p>words</p>"
    assert found.response.read_bytes().endswith(body)


@pytest.mark.parametrize("more", [1, 2, 100, 258, 259, 300])
def test_what_unpacks_to_a_little_more_than_a_piece_is_whole(
    site: Site, visitor: Visitor, trouble: Trouble, more: int
) -> None:
    """A bare deflate may be read to its end while the engine still holds some of it back."""
    content = bytes((1 << 16) + more)
    raw = zlib.compressobj(wbits=-15)
    body = raw.compress(content) + raw.flush()
    site.pages["/a"] = trouble.Given(body, headers=("Content-Encoding: deflate",))
    assert read_body(visitor.visit(site.url("/a")), most_bytes=1 << 20) == content


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_cut_off_within_its_packing_is_said(
    site: Site, visitor: Visitor, trouble: Trouble, coding: str
) -> None:
    """A proxy that broke off may state the length of what it has."""
    content = b"<p>words</p>" * 900
    packed = gzip.compress(content) if coding == "gzip" else zlib.compress(content)
    for end in (len(packed) // 2, len(packed) - 1):
        header = f"Content-Encoding: {coding}"
        site.pages["/a"] = trouble.Given(packed[:end], headers=(header,))
        with pytest.raises(NotCapturedError, match="cut off within its packing"):
            read_body(visitor.visit(site.url("/a")), most_bytes=1 << 20)


def test_a_broken_gzip_is_said(site: Site, visitor: Visitor, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(
        b"\x1f\x8b\x08\x00garbage here", headers=("Content-Encoding: gzip",)
    )
    with pytest.raises(NotCapturedError, match="cannot be unpacked"):
        read_body(visitor.visit(site.url("/a")), most_bytes=100)


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "http://inner.example/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "http://user:word@site.example/",
    ],
)
def test_a_redirect_to_an_inner_machine_is_not_followed(
    site: Site,
    tmp_path: Path,
    trouble: Trouble,
    to: str,
) -> None:
    site.pages["/a"] = trouble.moved(to)
    line = Line(folder=tmp_path, door=public_door(site, "inner.example"), limits=QUICK)
    with pytest.raises(RefusedAddressError):
        Visitor(line).visit("http://site.example/a")
    assert len(site.asked) == 1
    assert line.exchanges[0].address == PUBLIC


@pytest.mark.parametrize("to", ["http://[bad", "//[", "http://a\u2100.example/", "http://[::g]/"])
def test_a_redirect_to_no_address_at_all_is_refused(
    site: Site, visitor: Visitor, trouble: Trouble, to: str
) -> None:
    site.pages["/a"] = trouble.moved(to)
    with pytest.raises(RefusedAddressError, match="is no web address"):
        visitor.visit(site.url("/a"))


@pytest.mark.parametrize(
    "url", ["", "site", "//site.example/", "http://[::1", "http://a\u2100.example/", "about:blank"]
)
def test_what_is_no_address_is_not_visited(visitor: Visitor, url: str) -> None:
    with pytest.raises(RefusedAddressError, match="is no web address"):
        visitor.visit(url)


def test_a_full_disk_is_no_fault_of_the_server(
    site: Site, visitor: Visitor, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was recorded as a connection that broke off."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(self: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - any file
        return Full() if mode == "xb" else whole(self, mode, *rest, **more)

    whole = Path.open
    monkeypatch.setattr(Path, "open", opened)
    site.pages["/a"] = trouble.Given(b"x" * 100)
    with pytest.raises(OSError, match="No space left"):
        visitor.visit(site.url("/a"))
    assert visitor.line.exchanges == []


def test_all_exchanges_together_are_bounded(site: Site, tmp_path: Path, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"x" * 600_000, "application/octet-stream")
    limits = replace(QUICK, bytes_in_all=1_000_000)
    visitor = Visitor(Line(folder=tmp_path, door=Door(allow_private=True), limits=limits))
    assert visitor.visit(site.url("/a")).ending is Ending.WHOLE
    assert visitor.visit(site.url("/a")).ending is Ending.TOO_LONG
    assert visitor.line.bytes_came <= 1_000_000


def test_the_whole_capture_is_bounded_in_time(site: Site, tmp_path: Path, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"x")
    limits = replace(QUICK, capture_s=0.0)
    visitor = Visitor(Line(folder=tmp_path, door=Door(allow_private=True), limits=limits))
    with pytest.raises(NotCapturedError, match="had reached its limits"):
        visitor.visit(site.url("/a"))
    assert site.asked == []


@pytest.fixture
def secure(tmp_path: Path, trouble: Trouble) -> Iterator[tuple[Any, Path]]:
    """A server with TLS whose certificate is for `site.example`, and that certificate."""
    whole, alone = trouble.certificate(tmp_path, "site.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    with trouble.served(tls=context) as server:
        yield server, alone


def secure_line(folder: Path, site: Site, trusted: Path | None) -> Line:
    context = ssl.create_default_context(cafile=None if trusted is None else str(trusted))
    place = folder / "line"
    place.mkdir()
    return Line(folder=place, door=public_door(site), limits=QUICK, tls=context)


def test_a_certificate_that_holds_is_noted(
    secure: tuple[Any, Path],
    tmp_path: Path,
    trouble: Trouble,
) -> None:
    site, alone = secure
    site.pages["/a"] = trouble.Given(b"x")
    found = Visitor(secure_line(tmp_path, site, alone)).visit("https://site.example/a")
    der = ssl.PEM_cert_to_DER_cert(alone.read_text())
    assert found.certificate == hashlib.sha256(der).hexdigest()
    assert (found.tls or "").startswith("TLSv1.")


@pytest.mark.parametrize(
    ("url", "trusted", "fault"),
    [
        ("https://site.example/a", False, "certificate does not hold: self"),
        ("https://other.example/a", True, "certificate does not hold: Hostname mismatch"),
    ],
)
def test_a_certificate_that_does_not_hold_is_said(
    secure: tuple[Any, Path], tmp_path: Path, url: str, *, trusted: bool, fault: str
) -> None:
    site, alone = secure
    line = secure_line(tmp_path, site, alone if trusted else None)
    with pytest.raises(NotCapturedError, match=fault):
        Visitor(line).visit(url)
    assert line.exchanges == []


def test_a_certificate_that_ran_out_is_said(tmp_path: Path, trouble: Trouble) -> None:
    whole, alone = trouble.certificate(tmp_path, "site.example", days=-1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    with trouble.served(tls=context) as site:
        line = secure_line(tmp_path, site, alone)
        with pytest.raises(NotCapturedError, match="certificate has expired"):
            Visitor(line).visit("https://site.example/a")


def test_no_tls_where_tls_is_asked_for_is_said(site: Site, tmp_path: Path) -> None:
    line = secure_line(tmp_path, site, None)
    with pytest.raises(NotCapturedError, match="no secure connection comes about"):
        Visitor(line).visit("https://site.example/a")
