"""TMK hashes of other archives: exactness against published files, and what else reaches the limit.

    git clone --bare https://github.com/facebook/ThreatExchange /tmp/threatexchange
    python benchmarks/tmk_hashes.py --published /tmp/threatexchange
    python benchmarks/tmk_hashes.py --published /tmp/threatexchange --clips FOLDER
    python benchmarks/tmk_hashes.py --published /tmp/threatexchange --index FOLDER

With the publishers' 15 hashes: the scores of pairs against those in their README, and our features
of their videos against their hashes of the same files. With `--clips`: pairs of those videos and of
a folder's, all of which are taken for different footage unless their names begin alike. With
`--index`: pairs of the prints of an index, all different clips. None of it comes into the
repository.
"""

import argparse
import itertools
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from purport.checks.reuse import VideoPrint, load_print, parse_tmk, print_video
from purport.checks.reuse.tmk import TmkHash, hash_print, level_1, level_2
from purport.media import probe_media

_ROW = re.compile(r"^(-?\d\.\d{6}) (\d\.\d{6}) (\S+)\.tmk (\S+)\.tmk$", re.MULTILINE)


def stored(repository: Path, path: str) -> bytes | None:
    """Return a file of the newest commit; None when the copy lacks it."""
    told = subprocess.run(  # noqa: S603 - a fixed program
        ["git", "-C", str(repository), "show", f"HEAD:{path}"],  # noqa: S607
        capture_output=True,
        check=False,
    )
    return told.stdout if told.returncode == 0 else None


def published(repository: Path) -> dict[str, TmkHash]:
    names = subprocess.run(  # noqa: S603 - a fixed program
        ["git", "-C", str(repository), "ls-tree", "--name-only", "HEAD", "tmk/sample-hashes/"],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\n")
    paths = [name for name in names if name.endswith(".tmk")]
    return {
        Path(path).stem: parse_tmk(stored(repository, path) or b"", name=path) for path in paths
    }


def compare_scores(repository: Path, known: Mapping[str, TmkHash]) -> None:
    rows = _ROW.findall((stored(repository, "tmk/README.md") or b"").decode())
    apart = [
        (
            abs(level_1(known[one], known[other]) - float(first)),
            abs(level_2(known[one], known[other]) - float(second)),
        )
        for first, second, one, other in rows
    ]
    print(f"{len(rows)} published scores, farthest off: {np.max(apart, axis=0)} (levels 1, 2)")


def print_samples(repository: Path, known: Mapping[str, TmkHash]) -> dict[str, VideoPrint]:
    made = {}
    for name in known:
        content = stored(repository, f"tmk/sample-videos/{name}.mp4")
        if content is None:
            continue
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            file.write(content)
            file.flush()
            made[name] = print_video(Path(file.name), probe=probe_media(Path(file.name)))
    return made


def compare_features(known: Mapping[str, TmkHash], prints: Mapping[str, VideoPrint]) -> None:
    for name, made in prints.items():
        mine = hash_print(made, like=known[name])
        first, second = level_1(mine, known[name]), level_2(mine, known[name])
        print(f"  {name:34} level 1 {first:.4f}  level 2 {second:.4f}")


def archived(index: Path) -> Iterator[tuple[str, VideoPrint]]:
    for line in (index / "items.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for path in (index / "prints" / item["digest"][:2]).glob(f"{item['digest']}*.npz"):
            yield item["name"], load_print(path)


def compare_pairs(hashes: Mapping[str, TmkHash]) -> None:
    rows = []
    for one, other in itertools.combinations(sorted(hashes), 2):
        if one.split("-")[0] == other.split("-")[0] and not one.startswith("clip-"):
            continue
        first = level_1(hashes[one], hashes[other])
        second = level_2(hashes[one], hashes[other]) if first >= 0.3 else 0.0
        rows.append((min(first, second), first, second, one, other))
    rows.sort(reverse=True)
    print(f"{len(rows)} pairs of different footage")
    for limit in (0.7, 0.8, 0.9, 0.95):
        print(f"  both levels at {limit} or more: {sum(row[0] >= limit for row in rows)}")
    for _, first, second, one, other in rows[:5]:
        print(f"  {first:.3f} {second:.3f} {one} {other}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--published", type=Path, required=True, help="git folder of ThreatExchange"
    )
    parser.add_argument("--clips", type=Path, help="folder of videos")
    parser.add_argument("--index", type=Path, help="folder of an index")
    options = parser.parse_args()
    known = published(options.published)
    like = next(iter(known.values()))
    if options.index is not None:
        prints = dict(archived(options.index))
        compare_pairs({name: hash_print(one, like=like) for name, one in prints.items()})
        return
    compare_scores(options.published, known)
    prints = print_samples(options.published, known)
    compare_features(known, prints)
    if options.clips is not None:
        clips = sorted(options.clips.glob("*.mp4"))
        prints |= {path.stem: print_video(path, probe=probe_media(path)) for path in clips}
        compare_pairs({name: hash_print(one, like=like) for name, one in prints.items()})


if __name__ == "__main__":
    main()
