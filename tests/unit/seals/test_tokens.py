"""Time stamps: authorities that misbehave, roots issued anew, and responses that are none."""

import datetime as dt
import socketserver
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.seals.authority import LocalAuthority, make_authority

from purport.core.errors import UnavailableError
from purport.seals import Authority, load_certificates, request_token, tokens, verify_token
from purport.seals.tokens import BadTokenError

CONTENT = b"a manifest"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return make_authority(tmp_path_factory.mktemp("authority") / "one", name="Harbour Time")


@contextmanager
def answering(answer: bytes, *, pause_s: float = 0.0) -> Iterator[str]:
    """Serve bytes as they are, to whatever is asked; then again and again with a pause."""
    stopped = Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            with suppress(OSError):  # whoever asked has gone
                self.request.sendall(answer)
                while pause_s and not stopped.wait(pause_s):
                    self.request.sendall(b"x")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"this is no HTTP\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n",
    ],
    ids=["no HTTP", "nothing", "cut off", "no chunk", "elsewhere"],
)
def test_an_authority_that_answers_oddly_does_not_answer(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(UnavailableError, match="does not answer"):
        request_token(Authority(url=url), CONTENT)


def test_an_authority_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_TIMEOUT_S", 0.5)
    endless = b"HTTP/1.1 200 OK\r\n\r\n"
    with (
        answering(endless, pause_s=0.05) as url,
        pytest.raises(UnavailableError, match="no end"),
    ):
        request_token(Authority(url=url), CONTENT)


def test_a_root_that_was_issued_anew_is_the_same_authority(authority: LocalAuthority) -> None:
    """The reader has the root with other dates than the one that the bag brings."""
    (root,) = load_certificates(authority.root)
    key = serialization.load_pem_private_key(
        (authority.folder / "root.key").read_bytes(), password=None
    )
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    now = dt.datetime.now(dt.UTC)
    anew = (
        x509.CertificateBuilder()
        .subject_name(root.subject)
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=3))
        .not_valid_after(now + dt.timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    answer = authority.stamp(CONTENT)
    token, path = verify_token(answer, CONTENT, chain=(root,), trusted=(anew,), file="1.tsr")
    assert token.trusted
    assert path[-1] == anew


def test_a_digest_that_can_be_forged_is_refused(authority: LocalAuthority, tmp_path: Path) -> None:
    config = authority.folder / "tsa.cnf"
    config.write_text(config.read_text().replace("digests = sha256", "digests = sha1, sha256"))
    data, query = tmp_path / "data", tmp_path / "query"
    data.write_bytes(CONTENT)
    asked = ["openssl", "ts", "-query", "-data", str(data), "-sha1", "-cert", "-out", str(query)]
    subprocess.run(asked, check=True, capture_output=True)
    answer = authority.answer(query.read_bytes())
    roots = load_certificates(authority.root)
    with pytest.raises(BadTokenError, match="hash algorithm"):
        verify_token(answer, CONTENT, chain=roots, trusted=roots, file="1.tsr")


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_changed_byte_of_a_response_is_a_crash(authority: LocalAuthority) -> None:
    """Whatever is changed, the stamp is the same one (a root that is not needed) or refused."""
    answer = authority.stamp(CONTENT)
    roots = load_certificates(authority.root)
    whole, _ = verify_token(answer, CONTENT, chain=roots, trusted=roots, file="1.tsr")
    held = 0
    for place in range(len(answer)):
        for change in (0x01, 0x80):
            changed = bytearray(answer)
            changed[place] ^= change
            try:
                token, _ = verify_token(
                    bytes(changed), CONTENT, chain=roots, trusted=roots, file="1.tsr"
                )
            except BadTokenError:
                continue
            held += 1
            assert token == whole
    assert held < len(answer) / 2
