"""The labelled strike clips: onsets found, onsets invented, and how near the points lie.

    python benchmarks/strike_clips.py                       # table on the screen
    python benchmarks/strike_clips.py --json out.json       # every label and every report too

The fourteen clips of `../shared/data/strikes` are run through scene analysis and the impacts check
as `purport check` runs them; without them the command says so and stops. No clip has parameters
of its own. What is counted:

- *found*: a report whose onset lies within 3 frames of a labelled one. Each label takes at most
  one report and each report at most one label; of all such pairs those with the nearest points are
  taken first, so that two bursts at one moment are told apart by where they lie.
- *false*: a report that no label takes. A second report of one labelled burst is false too. Fires
  that are reported as having begun before the footage claim no onset and are not counted.
- *point*: of the found ones, those whose point lies within 2 sigma of the labelled point
  (`point_radius_px` is 1 sigma, of the label alone: what the check states of its own uncertainty
  is not added). The point is brought to the frame before the labelled onset, where most labels
  were read, by the scene's links.
- *stated*: of the found ones, those whose labelled point lies inside the 95 % ellipse of label and
  report together; it tells whether the stated uncertainties are honest.

Some labels say of themselves that they may belong to the burst before (`DOUBTFUL`). The figures are
given twice: with every label (a doubtful one that is missed counts as missed), and without the
doubtful ones (they are then neither missed nor found, and a report that takes one is not false).
`ISPT0215` and `UM0067` are one recording; both are counted, as labelled.
"""

import argparse
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import purport.media
import purport.scene
from purport.checks.contract import Evidence
from purport.checks.impacts import ImpactsCheck
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.media import Probe, probe_media
from purport.scene import SCENE_VERSION, Scene, analyse_scene, load_scene, save_scene

CLIPS = Path(__file__).parents[2] / "shared" / "data" / "strikes"
FOUND_FRAMES = 3
POINT_SIGMAS = 2.0
ELLIPSE_95 = math.sqrt(-2.0 * math.log(0.05))
DOUBTFUL = frozenset({("5.mp4", 1), ("3.mp4", 4), ("3.mp4", 6), ("UM0074.mp4", 1)})
"""Labels (file, number) whose note says that they may be part of the burst before."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A labelled onset with the report that was taken for it."""

    label: int
    report: int
    frames_off: int
    pixels_off: float
    in_sigmas: float
    inside_stated_95: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipResult:
    """What one clip gave."""

    file: str
    answer: str
    labels: tuple[Json, ...]
    reports: tuple[Json, ...]
    pairs: tuple[Pair, ...]
    unlinked: int
    frames: int
    seconds: float


def main() -> None:
    """Run the clips and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="clips to run; all when none is named")
    parser.add_argument("--cache", type=Path, help="folder in which scenes are kept")
    parser.add_argument("--json", type=Path, help="where to write everything")
    asked = parser.parse_args()
    if not (CLIPS / "labels.json").exists():
        print(f"not run: {CLIPS} is absent")
        return
    labels = json.loads((CLIPS / "labels.json").read_text())
    chosen = [one for one in labels if not asked.names or Path(one["file"]).stem in asked.names]
    results = []
    for clip in chosen:
        result = run_clip(clip, asked.cache)
        results.append(result)
        print("\n".join(describe(result)), flush=True)
    summary = summarise(results)
    print(json.dumps(summary, indent=1))
    if asked.json is not None:
        whole = {"summary": summary, "clips": [asdict(result) for result in results]}
        asked.json.write_text(json.dumps(whole, indent=1) + "\n")


def run_clip(clip: Json, cache: Path | None) -> ClipResult:
    """Run the check on one clip and compare it with its labels."""
    path = CLIPS / clip["file"]
    probe = probe_media(path)
    scene = scene_of(path, probe, cache)
    item = ItemRecord(digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size)
    evidence = Evidence(item=item, path=path, probe=probe, load_scene=lambda: scene)
    start = time.process_time()
    (finding,) = ImpactsCheck().run(evidence)
    spent = time.process_time() - start
    reports = json.loads(json.dumps(finding.values["strikes"]))
    labels = tuple(clip["impacts"])
    return ClipResult(
        file=clip["file"],
        answer=finding.answer,
        labels=labels,
        reports=tuple(reports),
        pairs=match_onsets(scene, labels, reports),
        unlinked=int(np.count_nonzero(~scene.linked)),
        frames=scene.frames,
        seconds=spent,
    )


def scene_of(path: Path, probe: Probe, cache: Path | None) -> Scene:
    """Analyse a clip, or load what the same code made of it before."""
    if cache is None:
        return analyse_scene(path, probe=probe)
    kept = cache / f"{path.stem}-{SCENE_VERSION}-{_source_digest()}.npz"
    if not kept.exists():
        save_scene(analyse_scene(path, probe=probe), kept)
    return load_scene(kept)


def _source_digest() -> str:
    """Return a digest of the source that makes scenes."""
    digest = sha256()
    for package in (purport.scene, purport.media):
        for source in sorted(Path(package.__path__[0]).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def match_onsets(scene: Scene, labels: Sequence[Json], reports: Sequence[Json]) -> tuple[Pair, ...]:
    """Pair labels and reports of one clip, nearest points first."""
    possible = sorted(
        (
            _pair(scene, (number, label), (other, report))
            for number, label in enumerate(labels)
            for other, report in enumerate(reports)
            if abs(report["onset_frame"] - label["onset_frame"]) <= FOUND_FRAMES
        ),
        key=lambda pair: (pair.pixels_off, pair.label, pair.report),
    )
    taken: list[Pair] = []
    for pair in possible:
        free = all(pair.label != one.label and pair.report != one.report for one in taken)
        if free:
            taken.append(pair)
    return tuple(sorted(taken, key=lambda pair: pair.label))


def _pair(scene: Scene, label: tuple[int, Json], report: tuple[int, Json]) -> Pair:
    marked, stated = label[1], report[1]
    frame = max(marked["onset_frame"] - 1, 0)
    point = _bring(scene, stated["point_px"], stated["point_frame"], into=frame)
    off = math.dist(point, marked["point"])
    sigma = float(marked["point_radius_px"])
    return Pair(
        label=label[0],
        report=report[0],
        frames_off=stated["onset_frame"] - marked["onset_frame"],
        pixels_off=off,
        in_sigmas=off / sigma,
        inside_stated_95=off <= ELLIPSE_95 * math.hypot(sigma, stated["point_sd_px"]),
    )


def _bring(scene: Scene, point: Sequence[float], frame: int, *, into: int) -> tuple[float, float]:
    """Bring a point from one frame to another, where the scene links them."""
    same = scene.shot_of(frame) is scene.shot_of(into)
    if not (same and scene.linked[frame] and scene.linked[into]):
        return float(point[0]), float(point[1])
    matrix = np.linalg.solve(scene.to_anchor[into], scene.to_anchor[frame])
    x, y = cv2.perspectiveTransform(np.array([[point]], dtype=np.float64), matrix)[0, 0]
    return float(x), float(y)


def describe(result: ClipResult) -> Iterable[str]:
    """Give the lines of the table for a clip."""
    yield (
        f"{result.file}: {len(result.pairs)} of {len(result.labels)} found, "
        f"{len(result.reports) - len(result.pairs)} false; {result.unlinked} of {result.frames} "
        f"frames unlinked; {1000.0 * result.seconds / result.frames:.1f} ms CPU a frame"
    )
    paired = {pair.label: pair for pair in result.pairs}
    for number, label in enumerate(result.labels):
        pair = paired.get(number)
        doubt = " (doubtful)" if (result.file, number) in DOUBTFUL else ""
        if pair is None:
            yield f"    missed  {label['onset_frame']:4d} at {label['point']}{doubt}"
            continue
        report = result.reports[pair.report]
        yield (
            f"    found   {label['onset_frame']:4d} as {report['onset_frame']:4d}, "
            f"{report['cause']}; {pair.pixels_off:.0f} px off = {pair.in_sigmas:.1f} sigma, "
            f"stated sd {report['point_sd_px']:.0f} px{doubt}"
        )
    taken = {pair.report for pair in result.pairs}
    for number, report in enumerate(result.reports):
        if number not in taken:
            point = [round(value) for value in report["point_px"]]
            yield f"    false   {report['onset_frame']:4d} at {point}, {report['cause']}"


def summarise(results: Sequence[ClipResult]) -> Mapping[str, object]:
    """Count over all clips, with every label and without the doubtful ones."""
    pairs = [pair for result in results for pair in result.pairs]
    reports = sum(len(result.reports) for result in results)
    labels = sum(len(result.labels) for result in results)
    doubted = [(result.file, number) for result in results for number in range(len(result.labels))]
    doubtful = sum(key in DOUBTFUL for key in doubted)
    sure = sum((r.file, pair.label) not in DOUBTFUL for r in results for pair in r.pairs)
    return {
        "clips": len(results),
        "labels": labels,
        "found": len(pairs),
        "recall": _share(len(pairs), labels),
        "labels_without_doubtful": labels - doubtful,
        "found_without_doubtful": sure,
        "recall_without_doubtful": _share(sure, labels - doubtful),
        "false": reports - len(pairs),
        "false_in_ten_clips": 10.0 * (reports - len(pairs)) / max(len(results), 1),
        "points_within_2_sigma": sum(pair.in_sigmas <= POINT_SIGMAS for pair in pairs),
        "points_share": _share(sum(p.in_sigmas <= POINT_SIGMAS for p in pairs), len(pairs)),
        "inside_stated_95": _share(sum(pair.inside_stated_95 for pair in pairs), len(pairs)),
    }


def _share(count: int, whole: int) -> float | None:
    return round(count / whole, 3) if whole else None


if __name__ == "__main__":
    main()
