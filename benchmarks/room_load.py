"""The case room under load: 500 cases with 5,000 items, 20 people at work for a minute.

    python benchmarks/room_load.py [--database postgresql://…] [--work DIR]

Cases are made of the records of the bundled example, checked once by `purport check`: each has its
story, claims, findings and verdicts, and ten items (copies of its two, their digests new).
The server is `purport serve` itself in a process of its own; the people are threads
of this process, on the same cores. Each works in five cases of their own: looks at a case page (six
times of ten), its history, the list of cases, or corrects what is known of an item, and thinks for
0.3 to 1.7 s in between. Printed: how long each kind of page took (median, 95th percentile), answers
that were no success, and whether every correction that was acknowledged stands in its case.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import numpy as np

from purport.casework import Workspace
from purport.casework.workspace import Act
from purport.core.case import ItemRecord
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.core.digests import Digest, digest_bytes
from purport.core.verdicts import Verdict
from purport.store import Outcome, Setting, Survey

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "harbour-road"
CASES, ITEMS_EACH, PEOPLE, CASES_EACH, SECONDS = 500, 10, 20, 5, 60.0
THINKS_S = (0.3, 1.7)
ACTS = ("case",) * 6 + ("history", "cases", "correct", "correct")
LINK = re.compile(r"http://\S+/enter/\S+")


def check_example(folder: Path) -> None:
    """Run the main job on the example, so that there are findings and verdicts to copy."""
    subprocess.run(  # noqa: S603 - ourselves
        [
            *(sys.executable, "-m", "purport.cli", "check", EXAMPLE / "story.html"),
            *("--items", EXAMPLE / "items.csv", "--control", EXAMPLE / "control.geojson"),
            *("--target-area", EXAMPLE / "target.geojson", "--date", "2019-03-13"),
            *("--workspace", folder, "--quiet"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "PURPORT_DATABASE"},
    )


def read_example(folder: Path) -> dict[type, list[Any]]:
    """Return its records by kind."""
    with Workspace.open(folder, writing=False) as workspace:
        return {
            kind: [stored.record for stored in workspace.store.live(kind)]
            for kind in (ItemRecord, StoryText, Survey, Claim, Outcome, Verdict)
        }


def fill(folder: Path, database: str | None, example: Mapping[type, Sequence[Any]]) -> list[str]:
    """Make the cases; return their keys."""
    keys = [f"load{number}" for number in range(CASES)]
    for number, key in enumerate(keys):
        records: list[object] = [Setting(key="name", value=f"Case {number}")]
        records += [Setting(key="notice", value="Fictional."), *example[StoryText]]
        for copy in range(ITEMS_EACH):
            records += copied(example, key, copy)
        records += [*example[Claim], *example[Verdict]]
        with Workspace.open(folder, create=True, database=database, case=key) as workspace:
            if workspace.store.head() is None:
                workspace.record(records, Act(kind="recorded"))
    return keys


def digest_of(key: str, copy: int) -> Digest:
    """Return the digest of an item of a case."""
    return digest_bytes(f"{key.removeprefix('load')} {copy}".encode())


def copied(example: Mapping[type, Sequence[Any]], key: str, copy: int) -> list[object]:
    """Return the records of one item under a digest of its own."""
    item = example[ItemRecord][copy % len(example[ItemRecord])]
    fresh = digest_of(key, copy)
    made: list[object] = [
        replace(item, digest=fresh, name=f"{copy} {item.name}", references=(), target=None)
    ]
    made += [replace(one, item=fresh) for one in example[Survey] if one.item == item.digest]
    for outcome in example[Outcome]:
        if outcome.item == item.digest:
            findings = tuple(replace(one, item=fresh) for one in outcome.findings)
            made.append(replace(outcome, item=fresh, findings=findings))
    return made


class Person(threading.Thread):
    """Somebody at work in five cases."""

    def __init__(self, number: int, base: str, cookies: httpx.Cookies, keys: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.client = httpx.Client(base_url=base, cookies=cookies, timeout=60)
        self.keys = keys
        self.took: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []
        self.acknowledged: list[tuple[str, Digest, str]] = []
        self.until = 0.0

    def run(self) -> None:
        """Work until the time is over."""
        items = {key: [digest_of(key, copy) for copy in range(ITEMS_EACH)] for key in self.keys}
        while time.monotonic() < self.until:
            time.sleep(self.random.uniform(*THINKS_S))
            key, act = self.random.choice(self.keys), self.random.choice(ACTS)
            if act == "correct":
                self.correct(key, self.random.choice(items[key]))
            else:
                self.ask(
                    {"case": f"/cases/{key}/", "history": f"/cases/{key}/history"}.get(act, "/"),
                    act,
                )

    def ask(self, path: str, act: str, data: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a page, or send a form; note how long it took."""
        began = time.perf_counter()
        if data is None:
            answer = self.client.get(path)
        else:
            secret = self.client.cookies.get("purport_csrf") or ""
            answer = self.client.post(path, data=data, headers={"X-CSRFToken": secret})
        self.took[act].append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self.failed.append(f"{act} {answer.status_code} {answer.text[:200]}")
        return answer

    def correct(self, key: str, item: Digest) -> None:
        """Say who collected an item, as a person does by the form."""
        path = f"/cases/{key}/items/{item}/details"
        page = self.ask(path, "form").text
        seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        if seen is None:
            return
        fields = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', page))
        who = f"collector {self.random.random()}"
        sent = {**fields, "seen": seen.group(1), "collector": who, "target": "", "target_sd_m": ""}
        if self.ask(path, "correct", sent).status_code == 302:
            self.acknowledged.append((key, item, who))


@contextmanager
def served(folder: Path, database: str | None) -> Iterator[tuple[str, int]]:
    """Serve a workspace; give the owner's link, and the server's process."""
    environment = {**os.environ, **({"PURPORT_DATABASE": database} if database else {})}
    log = folder.with_name(f"{folder.name}-server.log")
    command = [sys.executable, "-m", "purport.cli", "serve", "-w", str(folder)]
    with log.open("w") as said:
        server = subprocess.Popen(  # noqa: S603 - ourselves
            [*command, "--port", "0", "--background", "0"],
            stdout=said,
            stderr=said,
            env=environment,
        )
    try:
        while (found := LINK.search(log.read_text())) is None:
            time.sleep(0.1)
        yield found.group(), server.pid
    finally:
        server.terminate()
        server.wait()


def measure(folder: Path, database: str | None, keys: Sequence[str]) -> dict[str, Any]:
    """Serve the workspace, let people work, and hold what was acknowledged against the record."""
    with served(folder, database) as (link, _):
        people = gather(link, keys)
        for person in people:
            person.until = time.monotonic() + SECONDS
            person.start()
        for person in people:
            person.join()
    return told(people, lost(folder, database, people))


def gather(link: str, keys: Sequence[str]) -> list[Person]:
    """Sign everybody in; the room's owner may be at several browsers."""
    base = link.split("/enter/", maxsplit=1)[0]
    with httpx.Client(base_url=base, timeout=60) as owner:
        owner.get(link)
        owner.get("/")
        return [
            Person(n, base, owner.cookies, keys[n * CASES_EACH : (n + 1) * CASES_EACH])
            for n in range(PEOPLE)
        ]


def lost(folder: Path, database: str | None, people: Sequence[Person]) -> int:
    """Count the acknowledged corrections that stand nowhere on record."""
    missing = 0
    for key in {key for person in people for key, _, _ in person.acknowledged}:
        with Workspace.open(folder, writing=False, database=database, case=key) as workspace:
            bodies = [row.body for row in workspace.store.rows() if row.table == "item"]
        missing += sum(
            not any(who in body and item in body for body in bodies)
            for person in people
            for one, item, who in person.acknowledged
            if one == key
        )
    return missing


def told(people: Sequence[Person], missing: int) -> dict[str, Any]:
    """Return the figures."""
    figures: dict[str, Any] = {}
    for act in ("case", "history", "cases", "form", "correct"):
        took = [1000.0 * one for person in people for one in person.took[act]]
        figures[act] = {
            "asked": len(took),
            "median_ms": round(float(np.median(took)), 1),
            "p95_ms": round(float(np.percentile(took, 95)), 1),
        }
    figures["failed"] = [fault for person in people for fault in person.failed][:10]
    figures["failures"] = sum(len(person.failed) for person in people)
    figures["acknowledged"] = sum(len(person.acknowledged) for person in people)
    figures["lost"] = missing
    return figures


def main() -> None:
    """Make the cases, serve them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database")
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    work = options.work or Path(mkdtemp(prefix="purport-load-"))
    example = work / "example"
    if not example.exists():
        check_example(example)
    folder, listed = work / "room", work / "keys.json"
    if not listed.exists():
        keys = fill(folder, options.database, read_example(example))
        listed.write_text(json.dumps(keys))
    print(json.dumps(measure(folder, options.database, json.loads(listed.read_text())), indent=1))


if __name__ == "__main__":
    main()
