"""Cuts on real labelled clips, beside PySceneDetect's detectors with their default settings.

    pip install --target /tmp/site --no-deps scenedetect click tqdm platformdirs
    PYTHONPATH=/tmp/site python benchmarks/cuts.py

The clips are those of `../shared/data`: the official strike clips with the cuts and fades of
`strikes/labels.json`, and `cuts/bikes.mp4`, whose five cuts were labelled by eye for this command
(the other clips there come without labels, or with another programme's output). Without them the
command says so and stops; without PySceneDetect it prints our figures alone and says that.

What is counted: a report within 2 frames of a labelled cut, or within a labelled fade, finds it;
each label takes one report. Every other report is false. All detectors see the same files in the
same run. Of ours, cuts, fades and dissolves of strength 0.5 or more are counted; gaps in time
within a view are not, though a label may call such a place a cut.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from purport.checks.contract import Evidence
from purport.checks.edits import EditKind, EditsCheck
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.media import probe_media
from purport.scene import SCENE_VERSION, Scene, analyse_scene, load_scene, save_scene

DATA = Path(__file__).parents[2] / "shared" / "data"
NEAR_FRAMES = 2
BIKES = (30, 76, 137, 187, 242)
"""First frames of new shots."""
JOINTS = frozenset({EditKind.CUT, EditKind.FADE, EditKind.DISSOLVE})

Detector = Callable[[Path], list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A clip with its joints as ranges of frames."""

    path: Path
    joints: tuple[tuple[int, int], ...]


def labelled_clips(data: Path) -> list[Labelled]:
    """Read the labels."""
    clips = []
    for row in json.loads((data / "strikes" / "labels.json").read_text(encoding="utf-8")):
        cuts = [(int(frame), int(frame)) for frame in row.get("cuts", ())]
        fades = [_range(fade) for fade in row.get("fades", ())]
        clips.append(
            Labelled(path=data / "strikes" / row["file"], joints=tuple(sorted(cuts + fades)))
        )
    bikes = tuple((cut, cut) for cut in BIKES)
    clips.append(Labelled(path=data / "cuts" / "bikes.mp4", joints=bikes))
    return clips


def _range(fade: Any) -> tuple[int, int]:  # noqa: ANN401 - border: labels written by hand
    frames = fade["frames"] if isinstance(fade, dict) else fade
    return int(frames[0]), int(frames[-1])


def read_scene(path: Path, cache: Path | None) -> Scene:
    """Return the scene of a clip, from a folder of scenes when it is there."""
    kept = None if cache is None else cache / f"{path.stem}-{SCENE_VERSION}.npz"
    if kept is not None and kept.exists():
        return load_scene(kept)
    scene = analyse_scene(path, probe=probe_media(path))
    if kept is not None:
        save_scene(scene, kept)
    return scene


def ours(path: Path, cache: Path | None) -> list[int]:
    """Return the first frames of shots by the edits check."""
    probe = probe_media(path)
    scene = read_scene(path, cache)
    item = ItemRecord(digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size)
    (finding,) = EditsCheck().run(
        Evidence(item=item, path=path, probe=probe, load_scene=lambda: scene)
    )
    values: Any = finding.values
    return [int(edit["start_frame"]) for edit in values["edits"] if edit["kind"] in JOINTS]


def peers() -> dict[str, Detector]:
    """Return PySceneDetect's detectors; empty when it is not installed."""
    try:
        import scenedetect  # noqa: PLC0415 - a peer, not a dependency
    except ImportError:
        return {}

    def run(kind: Any) -> Detector:  # noqa: ANN401 - a class of the peer
        def detect(path: Path) -> list[int]:
            scenes = scenedetect.detect(str(path), kind())
            return [start.frame_num for start, _ in scenes if start.frame_num > 0]

        return detect

    kinds = ("ContentDetector", "AdaptiveDetector", "ThresholdDetector")
    return {
        f"PySceneDetect {scenedetect.__version__} {kind}": run(getattr(scenedetect, kind))
        for kind in kinds
    }


def count(joints: Sequence[tuple[int, int]], reports: Sequence[int]) -> tuple[int, int, int]:
    """Return how many joints were found, missed, and how many reports are false."""
    left = sorted(reports)
    found = 0
    for first, last in joints:
        near = [one for one in left if first - NEAR_FRAMES <= one <= last + NEAR_FRAMES]
        if near:
            found += 1
            left.remove(near[0])
            if last > first:
                left = [one for one in left if one not in near]
    return found, len(joints) - found, len(left)


def run(clips: Sequence[Labelled], detectors: Mapping[str, Detector]) -> None:
    """Print a line a detector, and what went wrong clip by clip."""
    total = sum(len(clip.joints) for clip in clips)
    print(f"{len(clips)} clips, {total} labelled cuts and fades")
    for name, detect in detectors.items():
        sums, wrong, started = [0, 0, 0], [], time.process_time()
        for clip in clips:
            reports = detect(clip.path)
            counts = count(clip.joints, reports)
            sums = [one + more for one, more in zip(sums, counts, strict=True)]
            if counts[1] or counts[2]:
                wrong.append(f"{clip.path.name}: labelled {list(clip.joints)}, said {reports}")
        found, missed, false = sums
        precision = found / max(found + false, 1)
        recall = found / max(found + missed, 1)
        f1 = 2 * found / max(2 * found + missed + false, 1)
        seconds = time.process_time() - started
        print(
            f"{name}: F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f} "
            f"(found {found}, missed {missed}, false {false}); {seconds:.1f} CPU s"
        )
        for line in wrong:
            print(f"    {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cache", type=Path, help="folder in which scenes are kept")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if not (options.data / "strikes" / "labels.json").exists():
        print(f"no labelled clips under {options.data}: nothing was measured")
        return
    found = peers()
    if not found:
        print("PySceneDetect is not installed: our figures alone")
    run(labelled_clips(options.data), {"Purport": partial(ours, cache=options.cache), **found})


if __name__ == "__main__":
    main()
