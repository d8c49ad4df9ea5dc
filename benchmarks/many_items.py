"""A workspace of 100,000 items' records, without media: verifying, listing and searching timed.

Every item gets a custody event of its own when it is collected, and another with what a pass over
it found (a survey and an outcome), as adding and checking one by one would leave them; the names
are of Latin, Cyrillic and Arabic words. The rows are inserted in bulk, for making them one by one
takes an hour; digests and chain are those that the store would compute, and are verified.

Processor time of this process, and wall time, which holds the database server's too. Prints JSON.

    python benchmarks/many_items.py --items 100000
    python benchmarks/many_items.py --items 100000 --database postgresql://…   # an empty database
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from purport.casework import Workspace, copy_workspace, find_items, list_cases, verify_workspace
from purport.core.case import ItemRecord
from purport.core.casefile import CustodyEvent
from purport.core.digests import canonical_json, digest_bytes, digest_json
from purport.core.findings import Derivation, Finding
from purport.core.records import to_json
from purport.store import Outcome, Survey
from purport.vault import EventDraft, next_event, row_digest

WORDS = (
    *("airfield", "bridge", "convoy", "depot", "harbour", "market", "river", "road", "tower"),
    *("аэродром", "колонна", "мост", "рынок", "склад", "حلب", "جسر", "سوق", "طريق"),
)
FIRST = datetime(2015, 9, 30, 5, 0, tzinfo=UTC)
AT_ONCE = 2000
REPEATS = 5
SEARCHES = ("колонна мост", "tower-0099", "حلب", "nothing has this name", "2015")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--database")
    parser.add_argument("--copy", action="store_true", help="time a copy to a folder too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="purport-many-") as place:
        folder = Path(place, "case")
        with Workspace.open(folder, create=True, database=options.database) as workspace:
            made_s = timed(lambda: fill(workspace, options.items))
        figures = {
            "items": options.items,
            "database": "PostgreSQL" if options.database else "SQLite",
            "made": made_s,
            "verify_workspace": timed(
                lambda: verify_workspace(folder, database=options.database, record=False)
            ),
            **reading(folder, options.database),
            **(copying(folder, Path(place, "copy"), options.database) if options.copy else {}),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def reading(folder: Path, database: str | None) -> dict[str, Any]:
    """Time what somebody does who looks for something; the worst of five counts."""
    with Workspace.open(folder, database=database, writing=False) as workspace:
        return {
            "list_first_page": worst(lambda: find_items(workspace)),
            "list_page_1000": worst(lambda: find_items(workspace, skip=50_000)),
            **{
                f"search {words!r}": worst(lambda words=words: find_items(workspace, words))  # type: ignore[misc]
                for words in SEARCHES
            },
            "cases": worst(lambda: list_cases(folder, database=database)),
        }


def copying(folder: Path, target: Path, database: str | None) -> dict[str, Any]:
    """Time a copy into a folder, with its comparison."""
    return {"copy": timed(lambda: copy_workspace(folder, target, database=database))}


def worst(work: Callable[[], object]) -> dict[str, float]:
    """Return the longest of a few repeats."""
    return max((timed(work) for _ in range(REPEATS)), key=lambda one: one["wall_s"])


def timed(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_s": round(time.perf_counter() - wall, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
    }


def fill(workspace: Workspace, count: int) -> None:
    """Insert items with their events, two events an item."""
    from django.db import transaction  # noqa: PLC0415 - set up when the workspace was opened

    from purport.store.models import CustodyRow, ItemRow, OutcomeRow, SurveyRow  # noqa: PLC0415

    store: Any = workspace.store
    alias, case = store._alias, store._case  # noqa: SLF001 - as nobody but a benchmark may
    rows: dict[Any, list[Any]] = {
        table: [] for table in (ItemRow, SurveyRow, OutcomeRow, CustodyRow)
    }
    event: CustodyEvent | None = None
    for number, records in enumerate(_records(count)):
        named = []
        for table, key, record, columns in records:
            body = canonical_json(to_json(record))
            name = table._meta.db_table.removeprefix("purport_")  # noqa: SLF001 - Django's own way
            digest = row_digest((name, key), body, withdrawn=False, supersedes=None)
            rows[table].append(table(case_id=case, key=key, body=body, digest=digest, **columns))
            named.append([name, key, digest])
        event = next_event(event, _draft(number, named))
        rows[CustodyRow].append(
            CustodyRow(
                case_id=case,
                sequence=event.sequence,
                body=canonical_json(to_json(event)),
                digest=event.digest,
            )
        )
        if len(rows[CustodyRow]) == AT_ONCE or number == 2 * count - 1:
            with transaction.atomic(using=alias):
                for table, some in rows.items():
                    table.objects.using(alias).bulk_create(some)
                    some.clear()


def _draft(number: int, named: list[list[Any]]) -> EventDraft:
    return EventDraft(
        kind="recorded" if number % 2 == 0 else "analysed",
        agent="benchmark",
        tool_version="purport 0",
        occurred_utc=FIRST + timedelta(seconds=number),
        details={"rows": named},
    )


def _records(count: int) -> Iterator[list[tuple[Any, str, object, dict[str, str]]]]:
    """Give what each event names: an item, then its survey and what a check made of it."""
    from purport.store.models import ItemRow, OutcomeRow, SurveyRow  # noqa: PLC0415

    words = random.Random(8)
    nothing = digest_json(None)
    for number in range(count):
        digest = digest_bytes(f"item {number}".encode())
        called = " ".join(words.sample(WORDS, 3))
        item = ItemRecord(
            digest=digest,
            name=f"{called}-{number:06d}.mp4",
            size_bytes=number,
            url=f"https://example.org/2015/{number}",
        )
        yield [(ItemRow, digest, item, {})]
        survey = Survey(item=digest, version="1", probe={"width": 1280}, duration_s=9.5, frames=237)
        finding = Finding(
            id=f"f{number}",
            check="edits",
            version="1",
            item=digest,
            answer="none",
            reason="No sign of a cut was found in the frames that were looked at.",
            values={"cuts": 0, "rate": 0.027, "frames": [0, 237]},
            limits=("A cut between two frames that are alike is not seen.",),
            derivation=Derivation(inputs=(("media", digest),), parameters={}, libraries=()),
        )
        outcome = Outcome(
            item=digest,
            check="edits",
            version="1",
            parameters=nothing,
            inputs=nothing,
            findings=(finding,),
        )
        columns = {
            "item": digest,
            "check_name": "edits",
            "version": "1",
            "parameters": nothing,
            "inputs": nothing,
        }
        yield [
            (SurveyRow, digest, survey, {}),
            (OutcomeRow, f"{digest}:edits", outcome, columns),
        ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
