"""Published cases under load: 50 cases, 10,000 comments, 200 readers for a minute.

    python benchmarks/readers_load.py [--database postgresql://…] [--work DIR]

Cases are made of the records of the bundled example (see room_load.py), each with one rating
confirmed and an edition published. Comments, their authors and sessions are written into the
database before the server starts, by a process that has ended by then. The server is
`purport serve` itself in a process of its own; the readers are threads of this process, on the same
cores. Each looks at a case (six times of ten), a claim, the list of cases, or writes a comment or
an answer, and reads for 5.5 to 12 s in between; 20 pages are open that hear of comments as they
come. Printed: how long each kind of page took, how long after a comment was sent an open page of
the same case had it, answers that were no success, and whether every comment that was acknowledged
stands.
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
from room_load import LINK, check_example, copied, read_example

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.casework.workspace import Act
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.core.editions import Safety
from purport.core.ratings import Rating
from purport.core.verdicts import Verdict
from purport.store import Setting

CASES, COMMENTS, READERS, LISTENERS, SECONDS = 50, 10_000, 200, 20, 60.0
READS_S = (5.5, 12.0)
ACTS = ("case",) * 6 + ("claim", "claim", "cases", "write")
HERE = Path(__file__).parent


def fill(
    folder: Path, database: str | None, example: Mapping[type, Sequence[Any]]
) -> dict[str, Any]:
    """Make and publish the cases; return the claim of each."""
    claims = {}
    for number in range(CASES):
        key = f"read{number}"
        records: list[object] = [Setting(key="name", value=f"Case {number}")]
        records += [Setting(key="notice", value="Fictional."), *example[StoryText]]
        records += copied(example, f"load{number}", 0)
        records += [*example[Claim], *example[Verdict]]
        with Workspace.open(folder, create=True, database=database, case=key) as workspace:
            workspace.record(records, Act(kind="recorded"))
            verdict = next(
                one
                for one in case_file(workspace).verdicts
                if one.links and one.rating is not Rating.NOT_CHECKABLE
            )
            review_verdict(
                workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Seen."
            )
            draft = EditionDraft(
                key=key, title=f"Case {number}", summary="Fictional.", safety=Safety()
            )
            asked = ask_for_edition(workspace, draft, author="Ann")
            decide_edition(workspace, asked.number, publish=True, author="Ben")
        claims[key] = verdict.claim
    return claims


def crowd(folder: Path, database: str | None) -> list[str]:
    """Write readers, their sessions and comments in a process of its own; return the sessions."""
    command = [sys.executable, str(HERE / "readers_crowd.py"), str(folder), database or ""]
    sizes = [str(READERS), str(COMMENTS)]
    told = subprocess.run([*command, *sizes], check=True, capture_output=True, text=True)  # noqa: S603
    sessions: list[str] = json.loads(told.stdout)
    return sessions


class Reader(threading.Thread):
    """Somebody who reads cases and writes now and then."""

    def __init__(self, number: int, base: str, session: str, claims: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.client = httpx.Client(base_url=base, timeout=60)
        self.client.cookies.set("purport_session", session)
        self.claims = claims
        self.name_ = f"{number}"
        self.took: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []
        self.sent: dict[str, tuple[str, float]] = {}
        self.until = 0.0

    def run(self) -> None:
        """Read and write until the time is over."""
        time.sleep(self.random.uniform(0.0, READS_S[1]))
        while time.monotonic() < self.until:
            key = self.random.choice(list(self.claims))
            act = self.random.choice(ACTS)
            if act == "write":
                self.write(key)
            else:
                path = {"case": f"/published/{key}/", "cases": "/published/"}
                self.ask(act, path.get(act, f"/published/{key}/claims/{self.claims[key]}"))
            time.sleep(self.random.uniform(*READS_S))

    def ask(self, act: str, path: str) -> httpx.Response:
        """Ask for a page; note how long it took."""
        began = time.perf_counter()
        answer = self.client.get(path)
        self.took[act].append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self.failed.append(f"{act} {answer.status_code} {answer.text[:200]}")
        return answer

    def write(self, key: str) -> None:
        """Write a comment, as the page's script does."""
        self.ask("case", f"/published/{key}/")
        body = f"Reader {self.name_} says {uuid4().hex} of it."
        headers = {
            "X-CSRFToken": self.client.cookies.get("purport_csrf") or "",
            "Accept": "application/json",
        }
        began = time.perf_counter()
        at = time.monotonic()
        answer = self.client.post(
            f"/published/{key}/comments", data={"body": body, "about": "case"}, headers=headers
        )
        self.took["write"].append(time.perf_counter() - began)
        if answer.status_code != 200:
            self.failed.append(f"write {answer.status_code} {answer.text[:200]}")
        else:
            self.sent[answer.json()["id"]] = (key, at)


class Listener(threading.Thread):
    """An open page that hears of comments."""

    def __init__(self, base: str, key: str) -> None:
        super().__init__(daemon=True)
        self.address, self.key = f"{base}/published/{key}/live", key
        self.heard: dict[str, float] = {}

    def run(self) -> None:
        """Listen until the server ends."""
        try:
            with httpx.stream("GET", self.address, timeout=120) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data: "):
                        self.heard.setdefault(json.loads(line[6:])["id"], time.monotonic())
        except httpx.HTTPError:
            return


def measure(
    folder: Path, database: str | None, claims: Mapping[str, str], sessions: Sequence[str]
) -> dict[str, Any]:
    """Serve the cases, let readers in, and hold what was acknowledged against the tables."""
    environment = {**os.environ, **({"PURPORT_DATABASE": database} if database else {})}
    log = folder.with_name("server.log")
    command = [sys.executable, "-m", "purport.cli", "serve", "-w", str(folder), "--port", "0"]
    with log.open("w") as said:
        server = subprocess.Popen(  # noqa: S603 - ourselves
            [*command, "--background", "0"], stdout=said, stderr=said, env=environment
        )
    try:
        while (found := LINK.search(log.read_text())) is None:
            time.sleep(0.1)
        base = found.group().split("/enter/", maxsplit=1)[0]
        listeners = [Listener(base, key) for key in list(claims)[:LISTENERS]]
        for listener in listeners:
            listener.start()
        time.sleep(3.0)
        readers = [Reader(n, base, one, claims) for n, one in enumerate(sessions)]
        for reader in readers:
            reader.until = time.monotonic() + SECONDS
            reader.start()
        for reader in readers:
            reader.join()
        time.sleep(3.0)
        standing = {
            reader: [
                one
                for one, (key, _) in reader.sent.items()
                if f'id="c-{one}"' not in reader.client.get(f"/published/{key}/").text
            ]
            for reader in readers
            if reader.sent
        }
    finally:
        server.terminate()
        server.wait()
    return told(readers, listeners, standing)


def told(
    readers: Sequence[Reader], listeners: Sequence[Listener], missing: Mapping[Reader, list[str]]
) -> dict[str, Any]:
    """Return the figures."""
    figures: dict[str, Any] = {}
    for act in ("case", "claim", "cases", "write"):
        took = [1000.0 * one for reader in readers for one in reader.took[act]]
        figures[act] = {
            "asked": len(took),
            "median_ms": round(float(np.median(took)), 1),
            "p95_ms": round(float(np.percentile(took, 95)), 1),
        }
    heard = {listener.key: listener.heard for listener in listeners}
    sent = [(one, key, at) for reader in readers for one, (key, at) in reader.sent.items()]
    late = [heard[key][one] - at for one, key, at in sent if key in heard and one in heard[key]]
    unheard = [one for one, key, _ in sent if key in heard and one not in heard[key]]
    figures["live"] = {
        "heard": len(late),
        "unheard": len(unheard),
        "median_s": round(float(np.median(late)), 2) if late else None,
        "longest_s": round(max(late), 2) if late else None,
    }
    figures["failures"] = sum(len(reader.failed) for reader in readers)
    figures["failed"] = [fault for reader in readers for fault in reader.failed][:5]
    figures["acknowledged"] = len(sent)
    figures["lost"] = sum(map(len, missing.values()))
    return figures


def make(work: Path, database: str | None) -> None:
    """Make the cases, their readers and comments, once."""
    if not (work / "example").exists():
        check_example(work / "example")
    folder = work / "room"
    claims = fill(folder, database, read_example(work / "example"))
    made = {"claims": claims, "sessions": crowd(folder, database)}
    (work / "made.json").write_text(json.dumps(made))


def main() -> None:
    """Make the cases in a process of its own, serve them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database")
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    work = options.work or Path(mkdtemp(prefix="purport-readers-"))
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "made.json").exists():
        maker = multiprocessing.get_context("spawn").Process(
            target=make, args=(work, options.database)
        )
        maker.start()
        maker.join()
    made = json.loads((work / "made.json").read_text())
    figures = measure(work / "room", options.database, made["claims"], made["sessions"])
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
