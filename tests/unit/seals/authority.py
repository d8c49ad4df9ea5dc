"""A time-stamp authority of our own, made with `openssl ts` and served on this machine alone."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
certs = {folder}/root.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True, kw_only=True)
class LocalAuthority:
    """An authority with its root."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, query: bytes) -> bytes:
        """Stamp what a query asks for, at this machine's time."""
        asked, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        _openssl(
            *("ts", "-reply", "-config", self.folder / "tsa.cnf", "-section", "tsa"),
            *("-queryfile", asked, "-out", answer),
        )
        return answer.read_bytes()

    def stamp(self, content: bytes) -> bytes:
        """Stamp bytes without a server."""
        data, query = self.folder / "data", self.folder / "own.tsq"
        data.write_bytes(content)
        _openssl("ts", "-query", "-data", data, "-sha256", "-cert", "-out", query)
        return self.answer(query.read_bytes())


def make_authority(folder: Path, *, name: str, days: int = 3650) -> LocalAuthority:
    """Make root, signer and configuration of an authority."""
    folder.mkdir(parents=True)
    config = folder / "tsa.cnf"
    config.write_text(_CONFIG.format(folder=folder), encoding="ascii")
    (folder / "serial").write_text("01", encoding="ascii")
    _openssl(
        *("req", "-x509", "-config", config, *_KEY, "-keyout", folder / "root.key"),
        *("-out", folder / "root.pem", "-subj", f"/CN={name} root", "-extensions", "root"),
        *("-days", "3650"),
    )
    _openssl(
        *("req", "-new", "-config", config, *_KEY, "-keyout", folder / "signer.key"),
        *("-out", folder / "signer.csr", "-subj", f"/CN={name}"),
    )
    _openssl(
        *("x509", "-req", "-in", folder / "signer.csr", "-CA", folder / "root.pem"),
        *("-CAkey", folder / "root.key", "-CAcreateserial", "-out", folder / "signer.pem"),
        *("-days", str(days), "-extfile", config, "-extensions", "signer"),
    )
    return LocalAuthority(folder=folder)


@contextmanager
def served(authority: LocalAuthority) -> Iterator[str]:
    """Serve an authority by HTTP; gives its address."""
    one_at_a_time = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with one_at_a_time:
                answer = authority.answer(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def two_authorities() -> Iterator[tuple[tuple[LocalAuthority, str], tuple[LocalAuthority, str]]]:
    """Serve two authorities with roots of their own."""
    with TemporaryDirectory() as place:
        first = make_authority(Path(place) / "first", name="Harbour Time")
        second = make_authority(Path(place) / "second", name="Orvelle Time")
        with served(first) as one, served(second) as other:
            yield (first, one), (second, other)


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
