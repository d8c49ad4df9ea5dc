"""Infrared, radar, maps, depth and night against visible light: how many pairs are registered.

    python benchmarks/modalities.py --half held-out --part pairs --out FILE [--mirror /work/.mirror]
    python benchmarks/modalities.py --half held-out --part wrong --out FILE
    python benchmarks/modalities.py --report --out FILE

Results are appended to the file, a JSON line each; what it holds already is not done again.

Pairs are listed in `modality_pairs/*.json` by repository, commit, path and digest; the pictures
are read from bare clones under the mirror (`git show`), and pairs that are absent are named. Of
each group every second pair belongs to the development half, the others to the held-out half.

Each pair is tried as it is ("upright") and with its moving picture turned by any angle and scaled
by 0.5 to 2 ("turned"; angle and scale drawn from a generator seeded by the pair's name). A method
gets moving and fixed picture and returns a homography or nothing. It has *registered* a pair when
its homography and the one fitted to the pair's landmarks put the landmarks of the moving picture
within 5 fixed pixels of each other (root mean square). For plain SIFT whatever comes out counts;
the rungs of ours count only when they also accept. A *false accept* is an accepted homography that
is off by more than 20 pixels, or any that is accepted for a wrong pair: fixed pictures of other
pairs, fixed pictures in a mirror, and the traps of shared/data/aerial/README.md.
"""

import argparse
import hashlib
import io
import json
import math
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from purport.checks.place._acceptance import AcceptanceRule, stands_above_chance
from purport.checks.place._features import Features, detect_features
from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    find_homography,
    implausibility,
)
from purport.checks.place._scouting import scout
from purport.checks.place._views import Mapped, View
from purport.checks.place.structure import scout_structure
from purport.imagery import LumaPatch

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

LISTS = Path(__file__).parent / "modality_pairs"
AERIAL = Path(__file__).parents[2] / "shared" / "data" / "aerial"
REGISTERED_PX = 5.0
WRONG_PX = 20.0
SIFT_RATIO = 0.8
THRESHOLD_PX = 4.0
LARGEST_SIDE_PX = 1000
SEED = 20150930


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two pictures of one place, with landmarks (n, 2) found in both."""

    name: str
    group: str
    half: str
    fixed: Grey
    moving: Grey
    seen: Mask
    at_fixed: FloatArray
    at_moving: FloatArray

    def truth(self) -> FloatArray:
        """Fit the homography from moving to fixed picture to the landmarks."""
        matrix, _ = cv2.findHomography(self.at_moving, self.at_fixed, 0)
        return np.asarray(matrix, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a method made of a pair."""

    matrix: FloatArray | None
    accepted: bool
    inliers: int
    chance: int
    cpu_s: float


Method = Callable[[Pair], Outcome]


def load_pairs(mirror: Path) -> tuple[list[Pair], list[str]]:
    """Return the pairs that can be read, and the names of those that cannot."""
    pairs, absent = [], []
    for listing in sorted(LISTS.glob("*.json")):
        listed = json.loads(listing.read_text(encoding="utf-8"))
        store = mirror / listed["repository"].replace("/", "+") / "repo"
        seen: dict[str, int] = {}
        for entry in listed["pairs"]:
            place = seen.get(entry["group"], 0)
            seen[entry["group"]] = place + 1
            files = [_read(store, listed["commit"], each) for each in entry["files"]]
            if any(each is None for each in files):
                absent.append(f"{listed['repository']}: {entry['name']}")
                continue
            contents = [each for each in files if each is not None]
            half = "development" if place % 2 == 0 else "held-out"
            pairs.append(READERS[entry["kind"]](entry["name"], entry["group"], half, contents))
    return pairs, absent


def _read(store: Path, commit: str, entry: dict[str, str]) -> bytes | None:
    """Return the bytes of a listed file; None when they are absent."""
    if not store.is_dir():
        return None
    shown = subprocess.run(  # noqa: S603 - paths of our own list
        ["git", "-C", str(store), "show", f"{commit}:{entry['path']}"],  # noqa: S607 - PATH's git
        capture_output=True,
        check=False,
    )
    if shown.returncode != 0:
        return None
    if hashlib.sha256(shown.stdout).hexdigest() != entry["sha256"]:
        message = f"{entry['path']} is not the file that was listed"
        raise ValueError(message)
    return shown.stdout


def _grey(picture: NDArray[np.uint8]) -> Grey:
    """Return luma of an RGB picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    return np.ascontiguousarray(grey, dtype=np.uint8)


def _decode(content: bytes) -> Grey:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, dtype=np.uint8)


def _pair(names: tuple[str, str, str], pictures: tuple[Grey, Grey], marks: FloatArray) -> Pair:
    """Make a pair of landmarks (n, 4): x and y in the fixed, then in the moving picture."""
    name, group, half = names
    fixed, moving = pictures
    here, there = (min(1.0, LARGEST_SIDE_PX / max(picture.shape)) for picture in (fixed, moving))
    return Pair(
        name=name,
        group=group,
        half=half,
        fixed=_shrunk(fixed, here),
        moving=_shrunk(moving, there),
        seen=np.ones(_shrunk(moving, there).shape, dtype=bool),
        at_fixed=(marks[:, :2] + 0.5) * here - 0.5,
        at_moving=(marks[:, 2:] + 0.5) * there - 0.5,
    )


def _shrunk(picture: Grey, factor: float) -> Grey:
    if factor == 1.0:
        return picture
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _from_matlab(name: str, group: str, half: str, contents: list[bytes]) -> Pair:
    held = loadmat(io.BytesIO(contents[0]))
    marks = held["Landmarks"][0, 0]
    # MATLAB counts pixels from 1.
    both = np.hstack([marks["LMfix"], marks["LMmov"]]).astype(np.float64) - 1.0
    return _pair((name, group, half), (_grey(held["I_fix"]), _grey(held["I_move"])), both)


def _from_check_points(name: str, group: str, half: str, contents: list[bytes]) -> Pair:
    moving, fixed = (_decode(content) for content in contents[:2])
    marks = np.loadtxt(io.BytesIO(contents[2])) - 1.0
    return _pair((name, group, half), (fixed, moving), marks)


def _from_aligned(name: str, group: str, half: str, contents: list[bytes]) -> Pair:
    moving, fixed = (_decode(content) for content in contents)
    across, down = np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.1, 0.9, 5))
    unit = np.column_stack([across.ravel(), down.ravel()])
    marks = [unit * np.array(picture.shape[::-1]) - 0.5 for picture in (fixed, moving)]
    return _pair((name, group, half), (fixed, moving), np.hstack(marks))


READERS = {
    "matlab": _from_matlab,
    "check points": _from_check_points,
    "aligned": _from_aligned,
}


def turned(pair: Pair) -> Pair:
    """Turn the moving picture by any angle and scale it by 0.5 to 2, on a canvas that holds it."""
    digest = hashlib.sha256(f"turned {pair.group} {pair.name}".encode()).digest()
    generator = np.random.default_rng(int.from_bytes(digest[:8]))
    angle = generator.uniform(0.0, 2.0 * math.pi)
    factor = 2.0 ** generator.uniform(-1.0, 1.0)
    height, width = pair.moving.shape
    corners = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]) - 0.5
    turn = factor * np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    moved = corners @ turn.T
    low = moved.min(axis=0)
    size = np.ceil(moved.max(axis=0) - low).astype(int)
    whole = np.eye(3)
    whole[:2, :2], whole[:2, 2] = turn, -low
    source = pair.moving
    if factor < 1.0:
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), 0.5 / factor), dtype=np.uint8)
    extent = (int(size[0]), int(size[1]))
    picture = cv2.warpPerspective(source, whole, extent, flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(
        np.ones(source.shape, dtype=np.uint8), whole, extent, flags=cv2.INTER_NEAREST
    )
    shrunk = cv2.erode(seen, np.ones((9, 9), dtype=np.uint8), borderValue=0)
    return replace(
        pair,
        moving=np.asarray(picture, dtype=np.uint8),
        seen=np.asarray(shrunk, dtype=bool),
        at_moving=apply_homography(whole, pair.at_moving),
    )


def plain_sift(pair: Pair) -> Outcome:
    """OpenCV's SIFT, ratio 0.8, MAGSAC: whatever comes out."""
    begun = time.process_time()
    sift = cv2.SIFT.create()
    here, far = (
        sift.detectAndCompute(picture, mask)
        for picture, mask in (
            (pair.moving, pair.seen.astype(np.uint8) * 255),
            (pair.fixed, None),
        )
    )
    matrix, count = None, 0
    if here[1] is not None and far[1] is not None and len(far[1]) > 1:
        couples = cv2.BFMatcher().knnMatch(here[1], far[1], k=2)
        kept = [first for first, second in couples if first.distance < SIFT_RATIO * second.distance]
        found = find_homography(
            np.array([here[0][match.queryIdx].pt for match in kept]).reshape(-1, 2),
            np.array([far[0][match.trainIdx].pt for match in kept]).reshape(-1, 2),
            threshold_px=THRESHOLD_PX,
            seed=SEED,
        )
        if found is not None:
            matrix, count = found[0], int(found[1].sum())
    return Outcome(
        matrix=matrix,
        accepted=matrix is not None,
        inliers=count,
        chance=0,
        cpu_s=time.process_time() - begun,
    )


def features_rung(pair: Pair) -> Outcome:
    """Our first rung, with its decoys and the rule by which its count is believed."""
    begun = time.process_time()
    mapped = _mapped(pair, most=12_000)
    features = detect_features(pair.moving, pair.seen, most=2000)
    found = scout(
        features,
        mapped,
        width_px=pair.moving.shape[1],
        ratio=SIFT_RATIO,
        threshold_px=THRESHOLD_PX,
        seed=SEED,
    )
    return _judged(pair, found.matrix, (found.inliers, found.decoy_inliers), begun)


def structure_rung(pair: Pair) -> Outcome:
    """The structure-based rung, by the same rule."""
    begun = time.process_time()
    view = View(
        index=0,
        luma=pair.moving,
        usable=pair.seen,
        find=_no_features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )
    found = scout_structure(view, _mapped(pair, most=0), threshold_px=THRESHOLD_PX, seed=SEED)
    return _judged(pair, found.matrix, (found.inliers, found.decoy_inliers), begun)


def _judged(
    pair: Pair, matrix: FloatArray | None, counts: tuple[int, int], begun: float
) -> Outcome:
    height, width = pair.moving.shape
    accepted = (
        matrix is not None
        and stands_above_chance(counts[0], counts[1], AcceptanceRule())
        and implausibility(matrix, (width, height), ViewLimits()) is None
    )
    return Outcome(
        matrix=matrix,
        accepted=accepted,
        inliers=counts[0],
        chance=counts[1],
        cpu_s=time.process_time() - begun,
    )


def _no_features() -> Features:
    return Features(
        points=np.zeros((0, 2)),
        sizes=np.zeros(0),
        angles=np.zeros(0),
        descriptors=np.zeros((0, 128), dtype=np.float32),
    )


def _mapped(pair: Pair, *, most: int) -> Mapped:
    valid = np.ones(pair.fixed.shape, dtype=bool)
    patch = LumaPatch(
        luma=pair.fixed, valid=valid, to_map=np.diag([1.0, -1.0, 1.0]), crs="EPSG:32637", gsd_m=1.0
    )
    features = detect_features(pair.fixed, valid, most=most, tiles=24) if most else _no_features()
    return Mapped(patch=patch, features=features)


METHODS: dict[str, Method] = {
    "plain SIFT": plain_sift,
    "features": features_rung,
    "structure": structure_rung,
}


def error_px(pair: Pair, matrix: FloatArray | None) -> float:
    """Return how far a homography puts the landmarks from where the truth does. [px]"""
    if matrix is None:
        return math.inf
    away = apply_homography(matrix, pair.at_moving) - apply_homography(pair.truth(), pair.at_moving)
    return float(np.sqrt((away**2).sum(axis=1).mean()))


def wrong_pairs(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Yield pairs of pictures of different places: there is nothing to register.

    The moving picture of each pair with the fixed picture of the next, and with its own fixed
    picture in a mirror (the same look, and no such place).
    """
    for pair, other in zip(pairs, [*pairs[1:], *pairs[:1]], strict=True):
        yield replace(pair, name=f"{pair.name} on {other.name}", fixed=other.fixed)
        yield replace(
            pair, name=f"{pair.name} on its mirror", fixed=np.ascontiguousarray(pair.fixed[:, ::-1])
        )


def aerial_traps() -> Iterator[Pair]:
    """Yield wrong places of the shared aerial set; none where it is absent.

    Near-infrared farm rows and other photos on an orthomosaic of elsewhere, on rows in a mirror,
    thermal frames on pictures of elsewhere, and the pictures of one modality pair on another's.
    """
    if not AERIAL.is_dir():
        return
    folders = ("seneca_nir", "caliterra", "hit_uav")
    photos = {
        folder: [_half(path) for path in sorted((AERIAL / folder).glob("*.[jt][pi][gf]*"))[:8]]
        for folder in folders
    }
    mosaic = [_half(path) for path in sorted((AERIAL / "caliterra").glob("*.png"))]
    rift = [
        _half(path)
        for folder in sorted((AERIAL / "rift_pairs").iterdir())
        if folder.is_dir()
        for path in sorted(folder.glob("pair2.jpg"))
    ]
    for rows in photos["seneca_nir"]:
        yield from (_trap("rows on the orthomosaic", rows, fixed) for fixed in mosaic)
        yield _trap("rows on their mirror", rows, np.ascontiguousarray(rows[:, ::-1]))
        yield from (_trap("rows on another place", rows, fixed) for fixed in rift[:3])
    for photo in photos["caliterra"]:
        yield from (
            _trap("photo on the orthomosaic's mirror", photo, np.ascontiguousarray(fixed[:, ::-1]))
            for fixed in mosaic
        )
        yield from (_trap("photo on rows", photo, fixed) for fixed in photos["seneca_nir"][:2])
    for place, thermal in enumerate(photos["hit_uav"]):
        yield _trap("thermal on another place", thermal, rift[place % len(rift)])
        yield from (_trap("thermal on the orthomosaic", thermal, fixed) for fixed in mosaic)
    for place, moving in enumerate(rift):
        yield _trap("modality pair on another", moving, rift[(place + 1) % len(rift)])


def _half(path: Path) -> Grey:
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return _shrunk(picture, min(1.0, LARGEST_SIDE_PX / max(picture.shape)))


def _trap(name: str, moving: Grey, fixed: Grey) -> Pair:
    return Pair(
        name=name,
        group="aerial trap",
        half="held-out",
        fixed=fixed,
        moving=moving,
        seen=np.ones(moving.shape, dtype=bool),
        at_fixed=np.zeros((0, 2)),
        at_moving=np.zeros((0, 2)),
    )


def questions(args: argparse.Namespace) -> Iterator[tuple[str, Pair]]:
    """Yield what is asked, with what kind of question it is."""
    pairs, absent = load_pairs(args.mirror)
    for name in absent:
        print(f"absent: {name}")
    chosen = [pair for pair in pairs if pair.half == args.half]
    if args.part == "pairs":
        for pair in chosen:
            yield "upright", pair
            yield "turned", turned(pair)
        return
    if not AERIAL.is_dir():
        print(f"absent: {AERIAL}")
    for number, pair in enumerate(aerial_traps()):
        yield "trap", replace(pair, name=f"{number}: {pair.name}")
    for pair in wrong_pairs(chosen):
        yield "wrong", pair


def ask(args: argparse.Namespace) -> None:
    """Put every question that the file does not answer yet to every method."""
    answered = {(row["kind"], row["half"], row["name"], row["method"]) for row in rows(args.out)}
    for kind, pair in questions(args):
        for method in args.methods:
            if (kind, args.half, pair.name, method) in answered:
                continue
            outcome = METHODS[method](pair)
            right = kind in {"upright", "turned"}
            error = error_px(pair, outcome.matrix) if right else math.inf
            row = {
                "kind": kind,
                "half": args.half,
                "group": pair.group,
                "name": pair.name,
                "method": method,
                "error_px": round(error, 2) if math.isfinite(error) else None,
                "accepted": outcome.accepted,
                "inliers": outcome.inliers,
                "chance": outcome.chance,
                "cpu_s": round(outcome.cpu_s, 2),
            }
            with args.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")


def rows(out: Path) -> list[dict[str, Any]]:
    """Return the results that a file holds."""
    if not out.exists():
        return []
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def report(out: Path) -> None:
    """Print the counts by half, kind of question and method, and the pairs by group."""
    held = rows(out)
    for half, kind, method in sorted({(r["half"], r["kind"], r["method"]) for r in held}):
        mine = [r for r in held if (r["half"], r["kind"], r["method"]) == (half, kind, method)]
        cpu = f"{np.mean([r['cpu_s'] for r in mine]):.1f} s CPU"
        if kind not in {"upright", "turned"}:
            accepted = [r["name"] for r in mine if r["accepted"]]
            print(
                f"{half:12s} {kind:8s} {method:10s} {len(accepted)} of {len(mine)} accepted, {cpu}"
            )
            continue
        near = [r for r in mine if r["error_px"] is not None and r["error_px"] <= REGISTERED_PX]
        sure = [r for r in near if r["accepted"]]
        off = [r for r in mine if r["accepted"] and not (r["error_px"] or math.inf) <= WRONG_PX]
        print(
            f"{half:12s} {kind:8s} {method:10s} registered {len(sure)} of {len(mine)} "
            f"(within 5 px {len(near)}), accepted but off by more than 20 px {len(off)}, {cpu}"
        )
        groups = sorted({r["group"] for r in mine})
        counts = (
            f"{g} {sum(r['group'] == g for r in sure)}/{sum(r['group'] == g for r in mine)}"
            for g in groups
        )
        print(f"{'':14s}{', '.join(counts)}")


def main() -> None:
    """Read the arguments and do what they ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=["development", "held-out"], default="development")
    parser.add_argument("--part", choices=["pairs", "wrong"], default="pairs")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--mirror", type=Path, default=Path("/work/.mirror"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.report:
        report(args.out)
    else:
        ask(args)


if __name__ == "__main__":
    main()
