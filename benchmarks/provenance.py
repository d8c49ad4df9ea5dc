"""Provenance: Content Credentials' states, contradictions made by hand, and untouched files.

    python benchmarks/provenance.py

Table 1: the public C2PA files of ../shared/data/provenance, the state that each name promises, and
the state told. Table 2: files as cameras write them, none of which may be said to contradict
itself, and the same with one thing changed, each of which must be found, and nothing else. Table 3:
real files of ../shared, whatever is said of them, for reading. Nothing is fetched.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from provenance_mix import ALTERED, UNTOUCHED, Case, item_of

from purport.checks.contract import Evidence, SidecarSource
from purport.checks.provenance import ProvenanceCheck, ProvenanceValues
from purport.checks.provenance._credentials import read_credentials
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.core.errors import PurportError
from purport.core.records import from_json
from purport.media import probe_media
from purport.scene import Scene

SHARED = Path(os.environ.get("PURPORT_SHARED", Path(__file__).parents[2] / "shared")) / "data"
PROMISED = {
    "CA.jpg": "valid",
    "XCA.jpg": "well_formed",
    "adobe-20220124-A.jpg": "none",
    "adobe-20220124-C.jpg": "valid",
    "adobe-20220124-CA.jpg": "valid",
    "adobe-20220124-CI.jpg": "valid",
    "adobe-20220124-E-clm-CAICAI.jpg": "well_formed",
    "adobe-20220124-E-dat-CA.jpg": "well_formed",
    "adobe-20220124-E-sig-CA.jpg": "well_formed",
    "adobe-20220124-E-uri-CA.jpg": "well_formed",
    "adobe-20220124-XCA.jpg": "well_formed",
    "c.mov": "none",
    "legacy.mp4": "valid",
    "no_manifest.jpg": "none",
    "test.avi": "none",
    "video1.mp4": "valid",
    "video1_no_manifest.mp4": "none",
}
"""By the files' own naming: C claims, A only edits, I ingredient, E-x an error in x, X changed."""
REAL = ("codecs/*.m*", "reuse/*.*", "aerial/kitware_fmv/*.*", "cuts/*.mp4", "strikes/*.mp4",
        "provenance/c2pa/*.m*", "provenance/c2pa/*.avi")  # fmt: skip


def no_scene() -> Scene:
    """Fail: provenance reads no pictures."""
    message = "the provenance check asked for pictures"
    raise AssertionError(message)


def ask(path: Path, item: ItemRecord, sidecars: tuple[Path, ...] = ()) -> ProvenanceValues:
    """Run the check on a file."""
    evidence = Evidence(
        item=item,
        path=path,
        probe=probe_media(path, name=item.name),
        load_scene=no_scene,
        date=item.claimed_time,
        sidecars=tuple(
            SidecarSource(name=one.name, digest=digest_file(one), path=one) for one in sidecars
        ),
    )
    (finding,) = ProvenanceCheck().run(evidence)
    return from_json(ProvenanceValues, finding.values)


def ask_case(case: Case, folder: Path) -> set[str]:
    """Write a case's file and return the kinds of contradictions that are found."""
    path = folder / case.file
    case.write(path)
    sidecars = []
    for name, text in case.sidecars:
        (folder / name).write_text(text, encoding="utf-8")
        sidecars.append(folder / name)
    values = ask(path, item_of(case, path), tuple(sidecars))
    return {one.kind.value for one in values.contradictions}


def states(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, promised and told state of the public files."""
    for name, promised in PROMISED.items():
        found = read_credentials(folder / name, name=name, trusted=None)
        yield name, promised, found.state.value


def main() -> int:
    """Print the tables; 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--real", action="store_true", help="also list what is said of real files")
    arguments = parser.parse_args()
    wrong = 0
    if (SHARED / "provenance" / "c2pa").is_dir():
        rows = list(states(SHARED / "provenance" / "c2pa"))
        for name, promised, told in rows:
            print(f"{'ok ' if promised == told else 'NOT'} {name:36} {promised:12} {told}")
        right = sum(promised == told for _, promised, told in rows)
        print(f"Content Credentials: {right} of {len(rows)} as promised\n")
        wrong += len(rows) - right
    else:
        print(f"{SHARED} is absent: the public C2PA files were not asked about\n")
    for title, cases in (("untouched", UNTOUCHED), ("altered", ALTERED)):
        right = 0
        for case in cases:
            with tempfile.TemporaryDirectory() as folder:
                found = ask_case(case, Path(folder))
            expected = {kind.value for kind in case.expected}
            right += found == expected
            more = f" ALSO {sorted(found - expected)}" if found - expected else ""
            less = f" MISSED {sorted(expected - found)}" if expected - found else ""
            mark = "ok " if found == expected else "NOT"
            print(f"{mark} {case.name:48} {sorted(found)}{more}{less}")
        print(f"{title}: {right} of {len(cases)} right\n")
        wrong += len(cases) - right
    if arguments.real and SHARED.is_dir():
        wrong += real_files()
    return 1 if wrong else 0


def real_files() -> int:
    """List what is said of real files without any record; return how many could not be read."""
    for pattern in REAL:
        for path in sorted(SHARED.glob(pattern)):
            if path.suffix in {".jsonl", ".json", ".md", ".csv", ".txt"} or path.name == "LICENSE":
                continue
            item = ItemRecord(
                digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size
            )
            try:
                values = ask(path, item)
            except PurportError as error:
                print(f"{path.name:36} not read: {error.fault[:80]}")
                continue
            kinds = sorted({one.kind.value for one in values.contradictions})
            state = values.credentials.state.value
            print(f"{path.name:36} {state:12} {kinds} {len(values.notes)} notes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
