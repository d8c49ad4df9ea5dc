"""Search mode: where in 25 km² of orthophoto does a clip lie, or is it not there?

    python benchmarks/search.py --set dev --work /tmp/search     # to work with
    python benchmarks/search.py --set final --work /tmp/search   # the published figures: run once
    python benchmarks/search.py --set final2 --work /tmp/search  # the same for what came after
    python benchmarks/search.py --set final3 --work /tmp/search  # and for what came after that

What is made or answered once stays in the folder: a run that was cut short goes on where it
stopped. With `--render-only` first, the memory reported by the second run is that of the product.

The reference is 5 × 5 km at 0.5 m (10,000 × 10,000 pixels): a hundred squares of 500 m of
procedural ground, each from a seed of its own: seven in ten of mixed land, the rest strip farmland
and towns that repeat themselves. Sixty clips are asked of it, forty filmed over it and twenty over
other ground of the same styles, on another day: another sun and season, visible light or infrared
of either polarity, GSD 0.2 to 0.6 m, obliquity 0 to 55 degrees, any heading, CRF 20 to 32, with and
without burnt-in graphics, 2 s each. The reference has its own tones, noise, changed patches and
cloud shadows. Nothing is hinted: neither place nor scale nor heading (`--hint` gives the GSD to a
third and the heading to 15 degrees, to see what that is worth).

The sets differ in nothing but their seeds, which were committed before the search was tuned on
either.

What is counted, of the answers of the whole place check:

- *found*: it matches, and the middle of the picture lies within `RIGHT_WITHIN_M` of the truth;
- *wrong*: it matches anywhere else, or at all when the clip is not there;
- *denied*: "does not match"; right for a clip that is not there, a miss for one that is;
- *cannot tell*: neither.
"""

import argparse
import json
import math
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rasterio
from rasterio import Affine
from rasterio.windows import Window

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.place import PlaceCheck, PlaceValues, build_index, index_path
from purport.core.case import ItemRecord, ViewHint
from purport.core.digests import canonical_json, digest_file
from purport.core.positions import GeoPoint, from_geographic
from purport.core.records import from_json
from purport.imagery import open_reference
from purport.media import probe_media
from purport.scene import SCENE_VERSION, Scene, analyse_scene, load_scene, save_scene
from purport.simulate import (
    Camera,
    Encoding,
    Ground,
    GroundStyle,
    Modality,
    Overlay,
    Script,
    Sensor,
    Truth,
    derive_truth,
    load_truth,
    plain_script,
    procedural_ground,
    random_look,
    render,
    save_truth,
    write_reference,
)

FIRST_SEED = {"dev": 41_000, "final": 88_000, "final2": 97_000, "final3": 131_000}
"""Seed of each set. The first two were fixed before the search was tuned on either; the third and
the fourth before anything of them was made, for the search as changed after the first final set's
run and after the second's."""
CLIPS, ABSENT_EVERY = 60, 3
SQUARES, SQUARE_M, MARGIN_M = 10, 500.0, 2.0
GROUND_GSD_M, REFERENCE_GSD_M = 0.2, 0.5
WEST_M, NORTH_M = 400_000.0, 3_960_000.0
STYLES = (GroundStyle.MIXED,) * 7 + (GroundStyle.FARMLAND,) * 2 + (GroundStyle.TOWN,)
RIGHT_WITHIN_M = 5.0
DURATION_S = 2.0
REFERENCE_SD_M = 0.3
ELSEWHERE = 10_000
"""Added to the seeds of squares that are not in the reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """When a picture is taken."""

    sun_azimuth_deg: float
    season: float


def draw_day(seed: int) -> Day:
    generator = np.random.default_rng([seed, 9100])
    return Day(
        sun_azimuth_deg=float(generator.uniform(90.0, 270.0)),
        season=float(generator.uniform(0.0, 1.0)),
    )


def make_square(first_seed: int, place: tuple[int, int], *, day: Day, elsewhere: bool) -> Ground:
    """Make one square of the land, `MARGIN_M` larger than its share to east and south."""
    column, row = place
    seed = first_seed + row * SQUARES + column + (ELSEWHERE if elsewhere else 0)
    style = STYLES[int(np.random.default_rng([seed, 9101]).integers(len(STYLES)))]
    ground = procedural_ground(
        seed,
        size_m=SQUARE_M + MARGIN_M,
        gsd_m=GROUND_GSD_M,
        sun_azimuth_deg=day.sun_azimuth_deg,
        season=day.season,
        style=style,
    )
    return replace(ground, west_m=WEST_M + column * SQUARE_M, north_m=NORTH_M - row * SQUARE_M)


def make_block(first_seed: int, corner: tuple[int, int], *, day: Day, elsewhere: bool) -> Ground:
    """Join two by two squares, the north-western one at `corner`."""
    side = round(SQUARE_M / GROUND_GSD_M)
    rows = []
    for down in range(2):
        row = [
            make_square(
                first_seed, (corner[0] + right, corner[1] + down), day=day, elsewhere=elsewhere
            )
            for right in range(2)
        ]
        rows.append(np.hstack([ground.picture[:side, :side] for ground in row]))
    return Ground(
        picture=np.vstack(rows),
        gsd_m=GROUND_GSD_M,
        west_m=WEST_M + corner[0] * SQUARE_M,
        north_m=NORTH_M - corner[1] * SQUARE_M,
    )


def write_large_reference(first_seed: int, out: Path) -> None:
    """Write the reference square by square."""
    day = draw_day(first_seed)
    look = replace(random_look(first_seed), gsd_m=REFERENCE_GSD_M, shadows=0)
    side = round(SQUARE_M / REFERENCE_GSD_M)
    square = out.with_name("square.tif")
    profile: dict[str, Any] = {}
    with rasterio.Env(GDAL_CACHEMAX=64):
        for number in range(SQUARES**2):
            place = (number % SQUARES, number // SQUARES)
            ground = make_square(first_seed, place, day=day, elsewhere=False)
            few = np.random.default_rng([first_seed, number, 9102]).integers(0, 4, 2)
            own = replace(
                look, seed=first_seed + number, patches=int(few[0]), shadows=int(few[1]) // 2
            )
            write_reference(ground, square, look=own)
            with rasterio.open(square) as source:
                pixels = source.read()[:, :side, :side]
                if number == 0:
                    profile = _profile(source.profile, side * SQUARES)
            mode = "w" if number == 0 else "r+"
            with rasterio.open(out, mode, **(profile if number == 0 else {})) as whole:
                whole.write(pixels, window=Window(place[0] * side, place[1] * side, side, side))
    square.unlink()


def _profile(one: Mapping[str, Any], side_px: int) -> dict[str, Any]:
    transform: Affine = one["transform"]
    return {
        "driver": "GTiff",
        "count": 3,
        "dtype": "uint8",
        "crs": one["crs"],
        "transform": transform,
        "width": side_px,
        "height": side_px,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
    }


def draw_clip(first_seed: int, index: int) -> tuple[Script, bool]:
    """Draw clip number `index` of a set, and whether it is there."""
    seed = first_seed + 20_000 + index
    there = index % ABSENT_EVERY != ABSENT_EVERY - 1
    generator = np.random.default_rng([seed, 9103])
    corner = tuple(int(value) for value in generator.integers(0, SQUARES - 1, 2))
    ground = make_block(first_seed, (corner[0], corner[1]), day=draw_day(seed), elsewhere=not there)
    gsd_m = float(generator.uniform(0.2, 0.6))
    aim = np.array(ground.centre) + generator.uniform(-150.0, 150.0, 2)
    course, speed = generator.uniform(0.0, 2.0 * math.pi), generator.uniform(0.0, 4.0)
    modalities = (Modality.VISIBLE, Modality.WHITE_HOT, Modality.BLACK_HOT)
    sensor = Sensor(
        modality=modalities[int(generator.integers(3))],
        warm_is_dark=bool(generator.integers(2)),
        gamma=float(generator.uniform(0.75, 1.3)),
        noise_sd=float(generator.uniform(1.0, 5.0)),
        blur_px=float(generator.uniform(0.0, 0.8)),
    )
    camera = Camera(
        aim=(float(aim[0]), float(aim[1])),
        gsd_m=gsd_m,
        obliquity_deg=float(generator.uniform(0.0, 55.0)),
        heading_deg=float(generator.uniform(0.0, 360.0)),
        slant_range_m=float(generator.uniform(2000.0, 6000.0)),
        drift_mps=(float(speed * math.cos(course)), float(speed * math.sin(course))),
        orbit_dps=float(generator.uniform(-1.2, 1.2)),
        jitter_px=float(generator.uniform(0.0, 2.5)),
        seed=seed,
        sensor=sensor,
    )
    overlay = Overlay(
        crosshair=bool(generator.random() < 0.5),
        clock=bool(generator.random() < 0.5),
        symbology=bool(generator.random() < 0.3),
    )
    script = plain_script(ground, camera, duration_s=DURATION_S, seed=seed)
    encoding = Encoding(crf=int(generator.integers(20, 33)))
    return replace(script, overlay=overlay, encoding=encoding), there


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question."""

    index: int
    there: bool
    video: Path
    scene: Scene
    truth: Truth
    camera: Mapping[str, Any]


def load_clip(first_seed: int, index: int, folder: Path) -> Asked:
    """Render a clip and analyse its scene, or read what an earlier run has left."""
    video, kept = folder / f"{index}.mp4", folder / f"{index}.{SCENE_VERSION}.scene"
    told, notes = folder / f"{index}.truth.json", folder / f"{index}.json"
    if not notes.is_file():
        script, there = draw_clip(first_seed, index)
        render(script, video)
        save_truth(derive_truth(script), told)
        camera = script.cameras[0]
        drawn = {
            "there": there,
            "modality": camera.sensor.modality.value,
            "gsd_m": round(camera.gsd_m, 3),
            "obliquity_deg": round(camera.obliquity_deg, 1),
            "heading_deg": round(camera.heading_deg, 1),
            "crf": script.encoding.crf,
        }
        notes.write_text(json.dumps(drawn), encoding="utf-8")
    if not kept.is_file():
        save_scene(analyse_scene(video, probe=probe_media(video)), kept)
    known = json.loads(notes.read_text(encoding="utf-8"))
    return Asked(
        index=index,
        there=known["there"],
        video=video,
        scene=load_scene(kept),
        truth=load_truth(told),
        camera=known,
    )


def ask(asked: Asked, reference: ReferenceSource, *, cache: Path, hint: bool) -> dict[str, Any]:
    """Ask the place check, and compare with the truth."""
    view = ViewHint(
        gsd_m=(asked.camera["gsd_m"] / 1.33, asked.camera["gsd_m"] * 1.33),
        heading_deg=asked.camera["heading_deg"],
    )
    item = ItemRecord(
        digest=digest_file(asked.video),
        name=asked.video.name,
        size_bytes=asked.video.stat().st_size,
        view_hint=view if hint else None,
    )
    evidence = Evidence(
        item=item,
        path=asked.video,
        probe=probe_media(asked.video),
        load_scene=lambda: asked.scene,
        references=(reference,),
        cache=cache,
    )
    wall, cpu = time.perf_counter(), time.process_time()
    (finding,) = PlaceCheck().run(evidence)
    spent = {
        "wall_s": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }
    values = from_json(PlaceValues, json.loads(canonical_json(finding.values)))
    away = _away_m(values, asked.truth)
    return {
        "clip": asked.index,
        **asked.camera,
        "matched": values.matched,
        "away_m": None if away is None else round(away, 2),
        "outcome": _outcome(away, matched=values.matched, there=asked.there),
        "reason": finding.reason,
        "votes": None
        if values.search is None
        else f"{values.search.votes:.1f}/{values.search.chance:.1f}",
        "rungs": [
            f"{rung.name} {rung.inliers}/{rung.decoy_inliers}"
            for shot in values.shots
            for rung in shot.rungs
        ],
        "power": None
        if values.power is None
        else f"{values.power.views_found}/{values.power.views} {values.power.self_found} "
        f"{values.power.texture:.2f} {values.power.likeness:.2f}",
        **spent,
    }


def _away_m(values: PlaceValues, truth: Truth) -> float | None:
    if values.centre is None or values.centre_frame is None:
        return None
    longitude, latitude = values.centre
    crs = values.reference.metric_crs
    found = from_geographic(GeoPoint(longitude_deg=longitude, latitude_deg=latitude), crs)
    to_map = np.array(truth.frames[values.centre_frame].to_map)
    middle = np.array([(truth.width_px - 1) / 2, (truth.height_px - 1) / 2, 1.0])
    east, north, depth = to_map @ middle
    return float(math.hypot(found.easting_m - east / depth, found.northing_m - north / depth))


def _outcome(away_m: float | None, *, matched: bool | None, there: bool) -> str:
    if matched is None:
        return "cannot tell"
    if not matched:
        return "denied"
    right = there and away_m is not None and away_m <= RIGHT_WITHIN_M
    return "found" if right else "wrong"


def summarise(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Join the reports into figures."""
    there = [one for one in reports if one["there"]]
    absent = [one for one in reports if not one["there"]]

    def count(among: Sequence[Mapping[str, Any]], outcome: str) -> int:
        return sum(one["outcome"] == outcome for one in among)

    right = count(there, "found") + count(absent, "denied")
    return {
        "there": len(there),
        "there, found": count(there, "found"),
        "there, wrong place": count(there, "wrong"),
        "there, denied": count(there, "denied"),
        "there, cannot tell": count(there, "cannot tell"),
        "not there": len(absent),
        "not there, wrong place": count(absent, "wrong"),
        "not there, denied": count(absent, "denied"),
        "not there, cannot tell": count(absent, "cannot tell"),
        "share right": right / max(1, len(reports)),
        "share right, cannot tell of the absent counted as right": (
            (right + count(absent, "cannot tell")) / max(1, len(reports))
        ),
        "median away [m]": _median([one["away_m"] for one in there if one["outcome"] == "found"]),
        "query, median CPU [s]": _median([one["cpu_s"] for one in reports]),
        "query, most CPU [s]": max((one["cpu_s"] for one in reports), default=None),
        "query, median [s]": _median([one["wall_s"] for one in reports]),
        "query, longest [s]": max((one["wall_s"] for one in reports), default=None),
        "peak memory [GB]": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def prepare(first_seed: int, folder: Path) -> ReferenceSource:
    """Write the reference unless an earlier run has left it."""
    path = folder / "reference.tif"
    if not path.is_file():
        write_large_reference(first_seed, folder / "unfinished.tif")
        (folder / "unfinished.tif").rename(path)
    return ReferenceSource(digest=digest_file(path), path=path, accuracy_m=REFERENCE_SD_M)


def time_index(source: ReferenceSource, folder: Path) -> None:
    """Build the index and note what it took, unless an earlier run has."""
    out, noted = index_path(folder, source.digest), folder / "index.json"
    if out.is_file() and noted.is_file():
        return
    wall, cpu = time.perf_counter(), time.process_time()
    build_index(open_reference(source.path), out)
    took = {
        "index, time [s]": time.perf_counter() - wall,
        "index, CPU [s]": time.process_time() - cpu,
        "index, size [MB]": out.stat().st_size / 1e6,
        "index, peak memory [GB]": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    noted.write_text(json.dumps(took), encoding="utf-8")


def answer_all(
    first_seed: int, folder: Path, *, clips: Sequence[int], hint: bool
) -> list[dict[str, Any]]:
    """Return the report of each clip, asking those that no earlier run has asked."""
    kept = folder / ("answers-hint.jsonl" if hint else "answers.jsonl")
    reports = {}
    if kept.is_file():
        lines = kept.read_text(encoding="utf-8").splitlines()
        reports = {report["clip"]: report for report in map(json.loads, lines)}
    source = prepare(first_seed, folder)
    time_index(source, folder)
    for number in clips:
        if number not in reports:
            asked = load_clip(first_seed, number, folder)
            reports[number] = ask(asked, source, cache=folder, hint=hint)
            with kept.open("a", encoding="utf-8") as out:
                out.write(json.dumps(reports[number]) + "\n")
            print(json.dumps(reports[number]), file=sys.stderr, flush=True)
    return [reports[number] for number in clips]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=sorted(FIRST_SEED), required=True, dest="name")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made once")
    parser.add_argument("--from", type=int, default=0, dest="start")
    parser.add_argument("--to", type=int, default=CLIPS, dest="stop")
    parser.add_argument("--hint", action="store_true", help="give rough scale and heading")
    parser.add_argument("--render-only", action="store_true")
    given = parser.parse_args()
    first_seed = FIRST_SEED[given.name]
    folder = given.work / given.name
    folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(2)
    clips = range(given.start, min(given.stop, CLIPS))
    if given.render_only:
        prepare(first_seed, folder)
        for number in clips:
            load_clip(first_seed, number, folder)
        return
    reports = answer_all(first_seed, folder, clips=clips, hint=given.hint)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    print("| figure | value |\n|---|---|")
    for key, value in {**index, **summarise(reports)}.items():
        shown = f"{value:.3g}" if isinstance(value, float) else value
        print(f"| {key} | {shown} |")


if __name__ == "__main__":
    main()
