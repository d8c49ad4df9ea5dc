"""Kill captures at random instants; then verify, and look for what was reported as stored.

A server of this script's own gives a page with pictures and a film of noise. For every kill a fresh
workspace, a capture in a process of its own that writes down what it was told is stored, SIGKILL at
an instant drawn evenly over the time that an undisturbed capture takes, `verify`, then a capture to
its end. Counted is what was reported and is gone (must be 0), workspaces that do not verify (must
be 0), and second captures that fail (must be 0). Prints JSON.

    python benchmarks/kill_capture.py --kills 50 FILM.mp4
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from purport.casework import CaptureChoice, Workspace, capture_url, verify_workspace
from purport.core.case import ItemRecord
from purport.core.errors import InputError
from purport.store import Attachment

WORDS = "<p>" + "Residents heard two explosions near the depot at dawn. " * 40 + "</p>"
PARTS = "".join(f"<img src=/{number}.png>" for number in range(12))
PAGE = f"<html><title>Raid</title><h1>Raid</h1>{WORDS}{PARTS}<video src=/raid.mp4></video>".encode()


@dataclass(kw_only=True)
class Tally:
    """What the kills did."""

    kills: int = 0
    before_workspace: int = 0
    after_the_first_report: int = 0
    lost: list[str] = field(default_factory=list)
    not_verified: list[str] = field(default_factory=list)
    second_failed: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("film", type=Path)
    options = parser.parse_args(arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="purport-kills-") as folder:
        root = Path(folder)
        server, url = _serve(options.film.read_bytes())
        try:
            start = time.monotonic()
            if _wait(_start(url, root / "undisturbed", root / "undisturbed.txt")) != 0:
                raise SystemExit("a capture that nobody disturbed failed")
            duration_s = time.monotonic() - start
            instants = random.Random(options.seed)
            while tally.kills < options.kills:
                _kill_once(url, root, tally, delay_s=instants.uniform(0, duration_s))
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)
    print(json.dumps({"undisturbed_s": round(duration_s, 2), **vars(tally)}, indent=2))
    return 1 if tally.lost or tally.not_verified or tally.second_failed else 0


def _serve(film: bytes) -> tuple[int, str]:
    """Serve the page from a process of its own."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = "text/html", PAGE
            if self.path.endswith(".png"):
                kind, body = "image/png", b"\x89PNG\r\n\x1a\n" + bytes(50_000)
            elif self.path.endswith(".mp4"):
                kind, body = "video/mp4", film
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    pid = os.fork()
    if pid == 0:
        server.serve_forever()
    server.socket.close()
    return pid, f"http://127.0.0.1:{server.server_port}/page"


def _start(url: str, folder: Path, report: Path) -> int:
    """Capture in a process of its own; it writes a line for everything that is stored."""
    pid = os.fork()
    if pid != 0:
        return pid
    code = 1
    try:
        with (
            report.open("w", buffering=1) as lines,
            Workspace.open(folder, create=True) as workspace,
        ):
            choice = CaptureChoice(allow_private=True, browser=False, media=False)
            capture_url(workspace, url, choice, told=lambda line: lines.write(f"{line}\n"))
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _wait(pid: int) -> int:
    return os.waitpid(pid, 0)[1]


def _kill_once(url: str, root: Path, tally: Tally, *, delay_s: float) -> None:
    folder = root / f"killed-{tally.kills}-{delay_s:.6f}"
    report = folder.with_suffix(".txt")
    pid = _start(url, folder, report)
    time.sleep(delay_s)
    os.kill(pid, signal.SIGKILL)
    if not os.WIFSIGNALED(_wait(pid)):
        return  # it had finished: not a kill
    tally.kills += 1
    where = f"killed after {delay_s:.3f} s"
    text = report.read_text() if report.exists() else ""
    reported = {line.split()[0] for line in text.splitlines(keepends=True) if line.endswith("\n")}
    tally.after_the_first_report += bool(reported)
    try:
        verify_workspace(folder)
    except InputError:
        tally.before_workspace += 1
        tally.lost.extend(f"{where}: {digest}" for digest in reported)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure to be counted
        tally.not_verified.append(f"{where}: {error}")
        return
    else:
        tally.lost.extend(f"{where}: {digest}" for digest in sorted(reported - _stored(folder)))
    if _wait(_start(url, folder, report)) != 0:
        tally.second_failed.append(where)


def _stored(folder: Path) -> set[str]:
    with Workspace.open(folder, writing=False) as workspace:
        items = {stored.record.digest for stored in workspace.store.live(ItemRecord)}
        others = {stored.record.digest for stored in workspace.store.live(Attachment)}
        return {str(each) for each in items | others if workspace.vault.holds(each)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
