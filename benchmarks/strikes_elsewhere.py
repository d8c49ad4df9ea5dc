"""Footage without strikes: how many the impacts check invents in it.

    python benchmarks/strikes_elsewhere.py                       # table on the screen
    python benchmarks/strikes_elsewhere.py --json out.json       # every report too
    python benchmarks/strikes_elsewhere.py --more FOLDER         # other clips without strikes

Every clip of `../shared/data` that shows no strike is run through scene analysis and the impacts
check as `purport check` runs them: riders, films and drawn tests of cut detectors, flights without
weapons, codec samples, a turning chair, a concert. Without that folder the command says so and
stops. Of clips that are one recording in several copies one is taken. What is counted:

- *false*: every report of a strike, since there is none;
- *per minute*: of all footage run, and of the footage of those clips about which the check gives
  an answer at all;
- *answers*: a clip in which a strike could not have been told is to get "cannot tell".
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from strike_clips import scene_of

from purport.checks.contract import Evidence
from purport.checks.impacts import ImpactsCheck
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.core.errors import PurportError
from purport.media import probe_media

DATA = Path(__file__).parents[2] / "shared" / "data"
CLIPS = (
    "cuts/bikes.mp4",
    "cuts/counter.mp4",
    "cuts/delayed_start.mp4",
    "cuts/fades.mp4",
    "cuts/scene_cuts.mp4",
    "cuts/testvideo.mp4",
    "aerial/kitware_fmv/aphill_240_1fps_crf32.mp4",
    "aerial/kitware_fmv/aphill_klv_10s.ts",
    "aerial/kitware_fmv/aphill_short.ts",
    "aerial/kitware_fmv/h264_klv.ts",
    "aerial/kitware_fmv/h265_tricky_klv.ts",
    "aerial/kitware_fmv/motion.mp4",
    "codecs/av1_video.mkv",
    "codecs/bt709_full_range.mp4",
    "codecs/h264_10bits.mp4",
    "provenance/c2pa/legacy.mp4",
    "provenance/c2pa/test.avi",
    "provenance/c2pa/video1.mp4",
    "reuse/chair-19-sd-bar.mp4",
    "reuse/chair-20-sd-bar.mp4",
    "reuse/chair-orig-22-sd-bar.mp4",
    "reuse/concert.mp4",
    "reuse/doorknob-hd-no-bar.mp4",
)
_VIDEO = frozenset({".mp4", ".avi", ".mkv", ".mov", ".ts", ".webm"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipResult:
    """What one clip gave."""

    file: str
    answer: str
    reports: tuple[Json, ...]
    unlinked: int
    frames: int
    shots: int
    duration_s: float


def main() -> None:
    """Run the clips and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="clips to run, by stem; all when none is named")
    parser.add_argument("--more", type=Path, help="folder of clips to run in place of these")
    parser.add_argument("--cache", type=Path, help="folder in which scenes are kept")
    parser.add_argument("--json", type=Path, help="where to write everything")
    asked = parser.parse_args()
    if asked.more is None and not DATA.exists():
        print(f"not run: {DATA} is absent")
        return
    results = []
    for path in _paths(asked.more):
        if asked.names and path.stem not in asked.names:
            continue
        try:
            result = run_clip(path, asked.cache)
        except PurportError as error:
            print(f"{path.name}: not run: {error}", flush=True)
            continue
        results.append(result)
        print("\n".join(describe(result)), flush=True)
    summary = summarise(results)
    print(json.dumps(summary, indent=1))
    if asked.json is not None:
        whole = {"summary": summary, "clips": [asdict(result) for result in results]}
        asked.json.write_text(json.dumps(whole, indent=1) + "\n")


def _paths(folder: Path | None) -> Sequence[Path]:
    if folder is None:
        return [path for path in (DATA / name for name in CLIPS) if path.exists()]
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _VIDEO)


def run_clip(path: Path, cache: Path | None) -> ClipResult:
    """Run the check on one clip."""
    probe = probe_media(path)
    scene = scene_of(path, probe, cache)
    item = ItemRecord(digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size)
    evidence = Evidence(item=item, path=path, probe=probe, load_scene=lambda: scene)
    (finding,) = ImpactsCheck().run(evidence)
    return ClipResult(
        file=path.name,
        answer=finding.answer,
        reports=tuple(json.loads(json.dumps(finding.values["strikes"]))),
        unlinked=int(np.count_nonzero(~scene.linked)),
        frames=scene.frames,
        shots=len(scene.shots),
        duration_s=scene.seconds(scene.frames - 1) + scene.frame_s,
    )


def describe(result: ClipResult) -> Iterator[str]:
    """Give the lines of the table for a clip."""
    yield (
        f"{result.file}: {result.answer}, {len(result.reports)} false in {result.duration_s:.1f} s;"
        f" {result.unlinked} of {result.frames} frames unlinked, {result.shots} shots"
    )
    for report in result.reports:
        point = [round(value) for value in report["point_px"]]
        yield (
            f"    false   {report['onset_frame']:4d} at {point}, shot {report['shot']}, "
            f"{report['cause']}"
        )


def summarise(results: Sequence[ClipResult]) -> Mapping[str, object]:
    """Count over all clips."""
    false = sum(len(result.reports) for result in results)
    minutes = sum(result.duration_s for result in results) / 60.0
    told = sum(r.duration_s for r in results if r.answer != "cannot_tell") / 60.0
    return {
        "clips": len(results),
        "minutes": round(minutes, 2),
        "minutes_told": round(told, 2),
        "answers": Counter(result.answer for result in results),
        "clips_with_a_false_strike": sum(bool(result.reports) for result in results),
        "false": false,
        "false_per_minute": round(false / minutes, 3) if minutes else None,
        "false_per_minute_told": round(false / told, 3) if told else None,
    }


if __name__ == "__main__":
    main()
