"""Ground offsets on real aerial photos, against a bundle adjustment.

    python benchmarks/aerial_photos.py adjust caliterra --photos FOLDER --work FOLDER
    python benchmarks/aerial_photos.py measure caliterra --work FOLDER
    python benchmarks/aerial_photos.py report caliterra --work FOLDER

Sets (photos as their makers published them, `images/` of the repository):

    caliterra   OpenDroneMap/odm_data_caliterra @ bec3dc72, CC0: houses and meadows from 30 to 55 m
    seneca      OpenDroneMap/odm_data_seneca @ 9220acfd, CC0: near-infrared farm rows from 65 m

`adjust` needs pycolmap 4.2 (no part of the project) and says so when it is absent; any Python with
`pip install pycolmap==4.2.1 pillow av scipy opencv-python-headless` may run this step. It writes
the adjusted cameras and points to `WORK/adjusted.npz`, which the other steps read. Their truth is
the horizontal distance of two adjusted points. The block is laid on the ground by its own dominant
plane; its scale and heading come from the photos' positions (a similarity, robust), never the
points. The scale is common to the truth and to the orthophoto, so that its own uncertainty
(printed) does not bear on errors relative to distance.

`measure` tests every k-th photo. Its orthophoto is made of the other photos of the set, without
the two before and after it, on a smooth ground through the adjusted points. The photo itself is
reduced to 1280 pixels, made into a clip of eight frames in H.264 at CRF 26, and goes through the
whole place check, which is told that the orthophoto has no error of its own. Pairs of adjusted
points that the photo and the orthophoto show, within half a metre of the smooth ground and 10
pixels inside the picture, 2 to 80 m apart, are then measured as `impacts` measures a crosshair and
an impact, each pixel with 0.4 px.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import av
import cv2
import numpy as np
from aerial_photos_truth import (
    SETS,
    Block,
    PhotoSet,
    adjust,
    load_block,
    smooth_ground,
    write_orthophoto,
)
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]


CLIP_WIDTH_PX = 1280
CLIP_FRAMES = 8
CRF = 26
PIXEL_SD = 0.4
GROUND_WITHIN_M = 0.5
BINS_M = (2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
PAIRS_A_BIN = 10
SEED = 5


def write_clip(picture: Picture, out: Path) -> FloatArray:
    """Write a clip of a still photo; return the factors of its reduction (2,)."""
    rows, columns = picture.shape[:2]
    height = round(rows * CLIP_WIDTH_PX / columns / 2) * 2
    small = cv2.resize(picture, (CLIP_WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": str(CRF)})
        stream.width, stream.height, stream.pix_fmt = CLIP_WIDTH_PX, height, "yuv420p"
        for _ in range(CLIP_FRAMES):
            frame = av.VideoFrame.from_ndarray(small, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return np.array([CLIP_WIDTH_PX / columns, height / rows])


def place_clip(clip: Path, reference: Path) -> dict[str, object]:
    """Run the place check on a clip; return the values of its finding."""
    from purport.checks.contract import Evidence, ReferenceSource  # noqa: PLC0415 - see above
    from purport.checks.place import PlaceCheck  # noqa: PLC0415
    from purport.core.case import ItemRecord  # noqa: PLC0415
    from purport.core.digests import digest_file  # noqa: PLC0415
    from purport.media import probe_media  # noqa: PLC0415
    from purport.scene import analyse_scene  # noqa: PLC0415

    probe = probe_media(clip)
    scene = analyse_scene(clip, probe=probe)
    digest = digest_file(clip)
    evidence = Evidence(
        item=ItemRecord(digest=digest, name=clip.name, size_bytes=clip.stat().st_size),
        path=clip,
        probe=probe,
        load_scene=lambda: scene,
        references=(
            ReferenceSource(digest=digest_file(reference), path=reference, accuracy_m=0.0),
        ),
    )
    (finding,) = PlaceCheck().run(evidence)
    return cast("dict[str, object]", finding.values)


# measure and report ------------------------------------------------------------------------------


def measure(chosen: PhotoSet, work: Path, results: Path) -> None:
    """Measure pairs of points on every k-th photo; append a line each."""
    block = load_block(chosen, work)
    ground = smooth_ground(block)
    done = set()
    if results.exists():
        done = {json.loads(line)["photo"] for line in results.read_text().splitlines()}
    for photo in range(chosen.first, len(block.names), chosen.every):
        if block.names[photo] in done:
            continue
        row = measure_photo(block, photo, ground, work=work, gsd_m=chosen.reference_gsd_m)
        with results.open("a") as out:
            out.write(json.dumps(row) + "\n")
        print(row["photo"], row["matched"], len(cast("list[object]", row["pairs"])), flush=True)


def measure_photo(
    block: Block,
    photo: int,
    ground: Callable[[FloatArray], FloatArray],
    *,
    work: Path,
    gsd_m: float,
) -> dict[str, object]:
    """Run the whole check on one photo and measure pairs of points."""
    name, reduced = block.names[photo], work / "reduced"
    with TemporaryDirectory() as folder:
        reference, clip = Path(folder) / "ortho.tif", Path(folder) / "clip.mp4"
        shows = write_orthophoto(block, photo, ground, reduced=reduced, gsd_m=gsd_m, out=reference)
        factors = write_clip(np.asarray(cv2.imread(str(reduced / f"{name}.png")), np.uint8), clip)
        started = time.process_time()
        values = place_clip(clip, reference)
        spent = time.process_time() - started
    tilt = math.degrees(math.acos(-block.turns[photo, 2, 2]))
    row = {"photo": name, "tilt_deg": round(tilt, 2), "cpu_s": round(spent, 2), "pairs": []}
    stretches = cast("Sequence[dict[str, object]]", values["ground"])
    if not stretches:
        return {**row, "matched": False}
    pixels, points = test_points(block, photo, ground, shows=shows, factors=factors)
    return {
        **row,
        "matched": True,
        "lens": cast("dict[str, float]", stretches[0]["homography"])["lens"],
        "pairs": measure_pairs(stretches[0], pixels, points, seed=SEED + photo),
    }


def test_points(
    block: Block,
    photo: int,
    ground: Callable[[FloatArray], FloatArray],
    *,
    shows: Callable[[FloatArray], NDArray[np.bool_]],
    factors: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return pixels of the clip and adjusted points of the ground (n, 2) that a photo shows."""
    own = block.seen[block.seen[:, 0] == photo]
    own = own[block.good[own[:, 1].astype(int)]]
    points = block.points[own[:, 1].astype(int)]
    pixels = own[:, 2:] * factors - 0.5
    inside = (np.minimum(pixels, np.array(block.size) * factors - 1.0 - pixels) > 10.0).all(axis=1)
    low = np.abs(points[:, 2] - ground(points[:, :2])) < GROUND_WITHIN_M
    kept = inside & low & shows(points[:, :2])
    return pixels[kept], points[kept, :2]


def measure_pairs(
    stretch: dict[str, object], pixels: FloatArray, points: FloatArray, *, seed: int
) -> list[list[float]]:
    """Return true and measured distance, 68 and 95 % intervals of pairs of points. [m]"""
    from purport.checks.impacts._distances import (  # noqa: PLC0415 - see above
        TargetShape,
        offset_interval,
    )
    from purport.core.homographies import GroundHomography  # noqa: PLC0415
    from purport.core.records import from_json  # noqa: PLC0415

    homography = from_json(GroundHomography, cast("dict[str, object]", stretch["homography"]))
    blur = np.eye(2) * PIXEL_SD**2
    measured = []
    for one, other in pairs_by_distance(points, np.random.default_rng(seed)):
        start, end = (cast("tuple[float, float]", tuple(pixels[each])) for each in (one, other))
        ends = [homography.project(each, pixel_covariance=blur) for each in (start, end)]
        away = np.array(
            [ends[1].easting_m - ends[0].easting_m, ends[1].northing_m - ends[0].northing_m]
        )
        covariance = homography.difference_covariance(
            start, end, pixel_covariance=blur, other_covariance=blur
        )
        shape = TargetShape(vertices=np.zeros((1, 2)))
        intervals = [offset_interval(shape, away, covariance, coverage=c) for c in (0.68, 0.95)]
        true = float(np.hypot(*(points[other] - points[one])))
        numbers = [true, float(np.hypot(*away)), *intervals[0], *intervals[1]]
        measured.append([round(float(number), 4) for number in numbers])
    return measured


def pairs_by_distance(
    points: FloatArray, generator: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Yield pairs of places, as many for each range of distances."""
    places = generator.permutation(len(points))[:250]
    apart = np.linalg.norm(points[places][:, None] - points[places][None], axis=2)
    for low, high in pairwise(BINS_M):
        pairs = np.argwhere(np.triu((apart >= low) & (apart < high), 1))
        for one, other in generator.permutation(pairs)[:PAIRS_A_BIN]:
            yield int(places[one]), int(places[other])


def report(results: Path) -> None:
    """Print errors and coverage, as a whole, by distance and by tilt."""
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    tilt = np.concatenate([[row["tilt_deg"]] * len(row["pairs"]) for row in rows])
    table = np.array([pair for row in rows for pair in row["pairs"]])
    print(f"{sum(row['matched'] for row in rows)} of {len(rows)} photos placed")
    print(f"lens found on {sum(bool(row.get('lens')) for row in rows)}")
    tell("all", table)
    for low, high in pairwise(BINS_M):
        tell(f"{low:g} to {high:g} m", table[(table[:, 0] >= low) & (table[:, 0] < high)])
    for low, high in ((0, 5), (5, 10), (10, 90)):
        tell(f"tilt {low} to {high} deg", table[(tilt >= low) & (tilt < high)])


def tell(what: str, table: FloatArray) -> None:
    if not len(table):
        return
    true, found, low68, high68, low95, high95 = table.T
    error = np.abs(found - true)
    print(
        f"{what:16s} n {len(table):5d}  median error {np.median(error):.3f} m  "
        f"95th percentile {np.percentile(error, 95):.3f} m  "
        f"95 % hold {np.mean((low95 <= true) & (true <= high95)):.1%}  "
        f"68 % hold {np.mean((low68 <= true) & (true <= high68)):.1%}  "
        f"median width of 95 % {np.median(high95 - low95):.2f} m"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("step", choices=("adjust", "measure", "report"))
    parser.add_argument("set", choices=sorted(SETS))
    parser.add_argument("--photos", type=Path, help="folder of the original photos (adjust)")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    chosen, results = SETS[given.set], given.work / "results.jsonl"
    if given.step == "adjust":
        if given.photos is None or not given.photos.is_dir():
            sys.exit("aerial_photos: --photos must name the folder of the original photos")
        given.work.mkdir(parents=True, exist_ok=True)
        adjust(chosen, given.photos, given.work)
    elif not (given.work / "adjusted.npz").is_file():
        sys.exit(f"aerial_photos: {given.work}/adjusted.npz is absent; run the step adjust first")
    elif given.step == "measure":
        measure(chosen, given.work, results)
    else:
        report(results)


if __name__ == "__main__":
    main()
