"""The case room's pages of one case with 100,000 items: listing, searching, one item of it.

    python benchmarks/room_many.py --work DIR [--items 100000] [--database postgresql://…]

The workspace is that of `many_items.py` (made in DIR unless it is there), and one clip of the
bundled example that can be looked at. The server is `purport serve` itself in a process of its own.
Printed of each page: milliseconds of wall time as who asks sees them, median and worst of ten,
and of processor time of the server's process alone (a database server's is not in it); of pages
asked for the first time after the start, or after something was stored, that one time.
"""

import argparse
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from many_items import fill
from room_load import served

from purport.casework import Workspace, collect_item
from purport.core.digests import digest_file

ROOT = Path(__file__).parents[1]
CLIP = ROOT / "examples" / "harbour-road" / "footage" / "coordination-centre.mp4"
TIMES = 10
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def prepare(folder: Path, items: int, database: str | None) -> None:
    """Make the workspace unless it is there; its last item is a clip that can be looked at."""
    with Workspace.open(folder, create=True, database=database) as workspace:
        if workspace.store.head() is None:
            fill(workspace, items)
        collect_item(workspace, CLIP)


@contextmanager
def signed_in(folder: Path, database: str | None) -> Iterator[tuple[httpx.Client, int]]:
    """Serve a workspace; give a client that is signed in, and the server's process."""
    with served(folder, database) as (link, process):
        base = link.split("/enter/", maxsplit=1)[0]
        with httpx.Client(base_url=base, timeout=600) as client:
            client.get(link)
            client.get("/")
            yield client, process


def processor_ms(process: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def ask(client: httpx.Client, process: int, path: str, times: int = TIMES) -> dict[str, Any]:
    """Ask for a page some times."""
    walls, before = [], processor_ms(process)
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(path)
        walls.append(1000 * (time.perf_counter() - began))
        answer.raise_for_status()
    spent = (processor_ms(process) - before) / times
    return {
        "median_ms": round(median(walls)),
        "worst_ms": round(max(walls)),
        "processor_ms": round(spent),
        "bytes": len(answer.content),
    }


def store_something(client: httpx.Client, case: str, item: str) -> None:
    """Say who collected an item, by the form."""
    path = f"{case}items/{item}/details"
    page = client.get(path).text
    fields = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', page))
    secret = client.cookies.get("purport_csrf") or ""
    sent = {**fields, "collector": f"collector {time.time()}", "target": "", "target_sd_m": ""}
    answer = client.post(path, data=sent, headers={"X-CSRFToken": secret})
    if answer.status_code != httpx.codes.FOUND:
        raise SystemExit(answer.text[:500])


def measure(folder: Path, database: str | None) -> dict[str, Any]:
    """Ask a server for the pages."""
    clip = digest_file(CLIP)
    with signed_in(folder, database) as (client, process):
        case = next(iter(re.findall(r'href="(/cases/[^"/]+/)"', client.get("/").text)))
        last = next(iter(re.findall(r'href="\?page=(\d+)#items"', client.get(case).text)))
    with signed_in(folder, database) as (client, process):
        told = {"front page, first time": ask(client, process, case, 1)}
        for name, query in (
            ("front page", ""),
            ("page 1000", "?page=1000"),
            ("last page", f"?page={last}"),
            ("search: two Cyrillic words", "?q=колонна+мост"),
            ("search: a number in a name", "?q=tower-0099"),
            ("search: an Arabic word", "?q=حلب"),
            ("search: what nothing is called", "?q=nothing+has+this+name"),
            ("search: 2015, its page 500", "?q=2015&page=500"),
            ("search: a digest", f"?q={clip[:16]}"),
        ):
            told[name] = ask(client, process, case + query)
        store_something(client, case, clip)
        told["front page, after something was stored"] = ask(client, process, case, 1)
        for name, path in (
            ("people", f"{case}people"),
            ("work", f"{case}work"),
            ("add", f"{case}add"),
            ("details of an item", f"{case}items/{clip}/details"),
            ("an item's poster", f"/api/v1{case}items/{clip}/poster.jpg"),
            ("an item in the player", f"{case}items/{clip}/"),
            ("a frame of it", f"/api/v1{case}items/{clip}/frames/9.jpg"),
        ):
            told[name] = ask(client, process, path)
    return told


def main() -> None:
    """Make the workspace, serve it, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--database")
    options = parser.parse_args()
    folder = options.work / ("postgres" if options.database else "sqlite")
    options.work.mkdir(parents=True, exist_ok=True)
    prepare(folder, options.items, options.database)
    print(json.dumps(measure(folder, options.database), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
