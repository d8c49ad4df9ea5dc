"""The truth of `aerial_photos`: a bundle adjustment on the ground, and orthophotos made of it."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator, griddata
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

LEFT_OUT = 2
"""Photos before and after the tested one that its orthophoto is not made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSet:
    """One set of photos."""

    epsg: int
    side_px: int
    neighbours: int
    skipped: tuple[str, ...]
    reference_gsd_m: float
    first: int
    every: int


SETS = {
    "caliterra": PhotoSet(
        epsg=32614,
        side_px=2000,
        neighbours=22,
        skipped=(),
        reference_gsd_m=0.15,
        first=1,
        every=3,
    ),
    "seneca": PhotoSet(
        epsg=32617,
        side_px=1800,
        neighbours=16,
        # Of another size than all others.
        skipped=("IMG_0446",),
        reference_gsd_m=0.2,
        first=1,
        every=6,
    ),
}


# adjust ------------------------------------------------------------------------------------------


def adjust(chosen: PhotoSet, photos: Path, work: Path) -> None:
    """Adjust the block with pycolmap and keep its numbers."""
    try:
        import pycolmap  # noqa: PLC0415 - no part of the project
    except ImportError:
        sys.exit("aerial_photos: pycolmap is absent; pip install pycolmap==4.2.1 pillow")
    reduced = work / "reduced"
    names, places = reduce_photos(chosen, photos, reduced)
    listed = work / "pairs.txt"
    listed.write_text("\n".join(neighbours(names, places, chosen.neighbours)))
    database = work / "database.db"
    database.unlink(missing_ok=True)
    extraction = pycolmap.FeatureExtractionOptions()
    extraction.use_gpu, extraction.num_threads = False, 1
    extraction.sift.max_num_features, extraction.sift.first_octave = 5000, 0
    matching = pycolmap.FeatureMatchingOptions()
    matching.use_gpu, matching.num_threads = False, 1
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = str(listed)
    pycolmap.extract_features(
        database,
        reduced,
        camera_mode=pycolmap.CameraMode.SINGLE,
        reader_options=pycolmap.ImageReaderOptions(camera_model="OPENCV"),
        extraction_options=extraction,
        device=pycolmap.Device.cpu,
    )
    pycolmap.match_image_pairs(
        database, matching_options=matching, pairing_options=pairing, device=pycolmap.Device.cpu
    )
    pipeline = pycolmap.IncrementalPipelineOptions()
    pipeline.num_threads, pipeline.ba_refine_principal_point = 1, False
    sparse = work / "sparse"
    sparse.mkdir(exist_ok=True)
    found = pycolmap.incremental_mapping(database, reduced, sparse, options=pipeline)
    best = max(found.values(), key=lambda each: each.num_reg_images())
    keep(best, dict(zip(names, places, strict=True)), work / "adjusted.npz")
    print(best.summary())


def reduce_photos(
    chosen: PhotoSet, photos: Path, reduced: Path
) -> tuple[list[str], list[tuple[float, float]]]:
    """Write the photos smaller; return their names and positions in longitude and latitude."""
    from PIL import Image  # noqa: PLC0415 - comes with pycolmap's Python only

    reduced.mkdir(parents=True, exist_ok=True)
    names, places = [], []
    for path in sorted(photos.glob("*.[jJ][pP][gG]")):
        if path.stem in chosen.skipped:
            continue
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        gps = Image.open(path).getexif().get_ifd(0x8825)
        if picture is None or 4 not in gps:
            continue
        factor = chosen.side_px / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(reduced / f"{path.stem}.png"), small)
        names.append(f"{path.stem}.png")
        degrees = [sum(float(gps[tag][i]) / 60**i for i in range(3)) for tag in (4, 2)]
        signs = (1 if gps[3] == "E" else -1, 1 if gps[1] == "N" else -1)
        places.append((degrees[0] * signs[0], degrees[1] * signs[1]))
    return names, places


def neighbours(names: list[str], places: list[tuple[float, float]], most: int) -> list[str]:
    """Return pairs of photos that lie near each other, or follow each other."""
    at = np.array(places)
    at = at * [111_320.0 * math.cos(math.radians(at[0, 1])), 111_000.0]
    apart = np.linalg.norm(at[:, None] - at[None], axis=2)
    pairs = set()
    for here in range(len(names)):
        near = [int(there) for there in np.argsort(apart[here], kind="stable")[1 : most + 1]]
        for there in [*near, *range(here + 1, min(here + 4, len(names)))]:
            pairs.add((min(here, there), max(here, there)))
    return [f"{names[one]} {names[other]}" for one, other in sorted(pairs)]


def keep(
    block: Any,  # noqa: ANN401 - pycolmap's reconstruction, which brings no types
    places: dict[str, tuple[float, float]],
    path: Path,
) -> None:
    """Write cameras, points and tracks as plain arrays."""
    camera = next(iter(block.cameras.values()))
    images = sorted(block.images.values(), key=lambda each: each.name)
    points = {identifier: place for place, identifier in enumerate(sorted(block.points3D))}
    seen = [
        (number, points[spot.point3D_id], *spot.xy)
        for number, image in enumerate(images)
        for spot in image.points2D
        if spot.has_point3D()
    ]
    solid = [block.points3D[identifier] for identifier in points]
    np.savez_compressed(
        path,
        names=[image.name for image in images],
        pose=np.array([image.cam_from_world().matrix() for image in images]),
        size=(camera.width, camera.height),
        params=camera.params,
        xyz=np.array([point.xyz for point in solid]),
        error_px=np.array([point.error for point in solid]),
        length=np.array([point.track.length() for point in solid]),
        obs=np.array(seen),
        gps=np.array([places[image.name] for image in images]),
    )


# the block on the ground -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """The adjusted block in metres east, north and up of `origin`."""

    names: list[str]
    size: tuple[int, int]
    lens: FloatArray
    centres: FloatArray
    turns: FloatArray
    points: FloatArray
    good: NDArray[np.bool_]
    seen: FloatArray
    origin: FloatArray
    epsg: int

    def project(self, photo: int, points: FloatArray) -> FloatArray:
        """Return where a photo shows points (n, 2); NaN behind it. [px, first centre at 0]"""
        away = (points - self.centres[photo]) @ self.turns[photo].T
        x, y = away[:, 0] / away[:, 2], away[:, 1] / away[:, 2]
        fx, fy, cx, cy, k1, k2, p1, p2 = self.lens
        square = x * x + y * y
        radial = k1 * square + k2 * square**2
        across = x + x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x)
        down = y + y * radial + 2 * p2 * x * y + p1 * (square + 2 * y * y)
        pixel = np.column_stack([fx * across + cx, fy * down + cy]) - 0.5
        pixel[away[:, 2] <= 0.0] = np.nan
        return np.asarray(pixel)


def load_block(chosen: PhotoSet, work: Path) -> Block:
    """Lay the block on its dominant plane, and scale and turn it by the photos' positions."""
    from pyproj import Transformer  # noqa: PLC0415 - `adjust` runs where the project is not

    kept = np.load(work / "adjusted.npz")
    pose, points = kept["pose"], kept["xyz"]
    turns = pose[:, :, :3]
    centres = -np.einsum("nji,nj->ni", turns, pose[:, :, 3])
    good = (kept["length"] >= 4) & (kept["error_px"] < 1.5)
    middle, up = dominant_plane(points[good])
    up = up if ((centres - middle) @ up).mean() > 0.0 else -up
    first = np.cross([0.3, 1.0, 0.2], up)
    axes = np.vstack([first, np.cross(up, first), up])
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    flat = (centres - middle) @ axes.T
    gps = kept["gps"]
    to_map = Transformer.from_crs(4326, chosen.epsg, always_xy=True)
    there = np.column_stack(to_map.transform(gps[:, 0], gps[:, 1]))
    scale, turn, here, away, sd = similarity(flat[:, :2], there)
    print(f"scale of the block: relative standard uncertainty {sd:.4f}")
    spin = np.array(
        [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    origin = np.round(away)
    shift = np.array([*(away - origin), 0.0]) - scale * spin @ np.array([*here, 0.0])

    def place(these: FloatArray) -> FloatArray:
        return np.asarray(scale * (these - middle) @ (spin @ axes).T + shift)

    return Block(
        names=[Path(str(name)).stem for name in kept["names"]],
        size=(int(kept["size"][0]), int(kept["size"][1])),
        lens=kept["params"],
        centres=place(centres),
        turns=turns @ (spin @ axes).T,
        points=place(points),
        good=good & (kept["error_px"] < 1.2),
        seen=kept["obs"],
        origin=origin,
        epsg=chosen.epsg,
    )


def dominant_plane(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a point of the plane that most points lie near, and its normal."""
    weight = np.ones(len(points))
    middle, normal = points.mean(axis=0), np.array([0.0, 0.0, 1.0])
    for _ in range(30):
        middle = weight @ points / weight.sum()
        normal = np.linalg.svd((points - middle) * np.sqrt(weight)[:, None], full_matrices=False)[
            2
        ][2]
        away = np.abs((points - middle) @ normal)
        weight = 1.0 / (1.0 + (away / (2.4 * 1.4826 * np.median(away))) ** 2) ** 2
    return middle, normal


def similarity(
    source: FloatArray, target: FloatArray
) -> tuple[float, float, FloatArray, FloatArray, float]:
    """Return scale, turn, both centres, and the scale's relative standard uncertainty; robust."""
    weight = np.ones(len(source))
    here, there, factor, sd = source[0], target[0], 1.0 + 0.0j, 0.0
    for _ in range(50):
        here, there = (weight @ each / weight.sum() for each in (source, target))
        one, other = ((each - mid) @ [1, 1j] for each, mid in ((source, here), (target, there)))
        factor = (weight * one.conj() * other).sum() / (weight * np.abs(one) ** 2).sum()
        left = np.abs(other - factor * one)
        spread = math.sqrt(float(weight @ left**2 / weight.sum() / 2.0))
        sd = spread / math.sqrt(float(weight @ np.abs(one) ** 2)) / abs(factor)
        weight = 1.0 / (1.0 + (left / (2.4 * np.median(left) / 1.1774)) ** 2)
    return abs(factor), float(np.angle(factor)), here, there, sd


def smooth_ground(block: Block, cell_m: float = 3.0) -> Callable[[FloatArray], FloatArray]:
    """Return heights of a smooth ground through the points, low in each cell, at places (n, 2)."""
    points = block.points[block.good]
    low = np.floor(points[:, :2].min(axis=0) / cell_m) * cell_m
    cells = np.floor((points[:, :2] - low) / cell_m).astype(np.int64)
    shape = cells.max(axis=0) + 1
    order = np.argsort(cells[:, 0] * shape[1] + cells[:, 1], kind="stable")
    _, starts = np.unique((cells[:, 0] * shape[1] + cells[:, 1])[order], return_index=True)
    members = [each for each in np.split(order, starts[1:]) if len(each) >= 3]
    at = np.array([points[each, :2].mean(axis=0) for each in members])
    height = np.array([np.percentile(points[each, 2], 35) for each in members])
    usual = np.median(height[cKDTree(at).query(at, k=min(9, len(at)))[1]], axis=1)
    height = np.where(np.abs(height - usual) > 2.0, usual, height)
    axes = tuple(low[axis] + cell_m * (np.arange(shape[axis]) + 0.5) for axis in (0, 1))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    inner, nearest = (griddata(at, height, grid, method=how) for how in ("linear", "nearest"))
    filled = gaussian_filter(np.where(np.isnan(inner), nearest, inner), 1.0)
    found = RegularGridInterpolator(axes, filled, bounds_error=False, fill_value=None)
    return cast("Callable[[FloatArray], FloatArray]", found)


# one photo ---------------------------------------------------------------------------------------


def write_orthophoto(
    block: Block,
    photo: int,
    ground: Callable[[FloatArray], FloatArray],
    *,
    reduced: Path,
    gsd_m: float,
    out: Path,
) -> Callable[[FloatArray], NDArray[np.bool_]]:
    """Write the orthophoto for one photo; return a function that tells which points it shows."""
    import rasterio  # noqa: PLC0415 - `adjust` runs where the project is not
    from rasterio.transform import Affine  # noqa: PLC0415

    low, high = footprint(block, photo)
    columns, rows = ((high - low) / gsd_m).astype(int)
    east = low[0] + gsd_m * (np.arange(columns) + 0.5)
    north = high[1] - gsd_m * (np.arange(rows) + 0.5)
    flat = np.stack(np.meshgrid(east, north), axis=-1).reshape(-1, 2)
    solid = np.column_stack([flat, ground(flat)])
    source = nearest_photos(block, photo, solid)
    picture = np.zeros((len(solid), 3), dtype=np.uint8)
    for other in np.unique(source[source >= 0]):
        of = source == other
        picture[of] = sample(block, int(other), solid[of], reduced=reduced, gsd_m=gsd_m)
    shown = ((source >= 0) * 255).astype(np.uint8).reshape(rows, columns)
    bands = np.moveaxis(picture.reshape(rows, columns, 3)[..., ::-1], 2, 0)
    with rasterio.open(
        out,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=4,
        dtype="uint8",
        crs=block.epsg,
        transform=Affine(gsd_m, 0, block.origin[0] + low[0], 0, -gsd_m, block.origin[1] + high[1]),
        compress="deflate",
        photometric="RGB",
        alpha="yes",
    ) as dataset:
        dataset.write(np.concatenate([bands, shown[None]]))
    inner = cv2.erode(shown, np.ones((3, 3), np.uint8)) > 0

    def shows(points: FloatArray) -> NDArray[np.bool_]:
        column = np.floor((points[:, 0] - low[0]) / gsd_m).astype(int)
        row = np.floor((high[1] - points[:, 1]) / gsd_m).astype(int)
        inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        result = np.zeros(len(points), dtype=np.bool_)
        result[inside] = inner[row[inside], column[inside]]
        return result

    return shows


def footprint(block: Block, photo: int) -> tuple[FloatArray, FloatArray]:
    """Return the corners of a rectangle round what a photo shows, within the block. [m]"""
    width, height = block.size
    fx, fy, cx, cy = block.lens[:4]
    corners = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        ray = np.array([(x - cx) / fx, (y - cy) / fy, 1.0]) @ block.turns[photo]
        centre = block.centres[photo]
        share = -centre[2] / ray[2] if ray[2] < 0.0 else 0.0
        corners.append((centre + min(share, 4.0 * centre[2]) * ray)[:2])
    all_points = block.points[block.good, :2]
    low = np.maximum(np.min(corners, axis=0) - 15.0, np.percentile(all_points, 0.3, axis=0))
    high = np.minimum(np.max(corners, axis=0) + 15.0, np.percentile(all_points, 99.7, axis=0))
    return low, high


def nearest_photos(block: Block, photo: int, solid: FloatArray) -> NDArray[np.int64]:
    """Return which other photo sees each point most nearly from above (n,); -1 for none."""
    least = np.full(len(solid), np.inf)
    source = np.full(len(solid), -1, dtype=np.int64)
    for other in range(len(block.names)):
        if abs(other - photo) <= LEFT_OUT:
            continue
        away = (solid - block.centres[other]) @ block.turns[other].T
        inside = away[:, 2] > 0.0
        for axis in (0, 1):
            edge = 0.46 * block.size[axis] * away[:, 2] / block.lens[axis]
            inside &= np.abs(away[:, axis]) < edge
        beside = np.hypot(*(solid - block.centres[other]).T[:2]) / block.centres[other, 2]
        better = inside & (beside < least - 0.05)
        least[better], source[better] = beside[better], other
    return source


def sample(block: Block, photo: int, solid: FloatArray, *, reduced: Path, gsd_m: float) -> Picture:
    """Return the colours in which a photo shows points (n, 3)."""
    picture = cv2.imread(str(reduced / f"{block.names[photo]}.png"))
    coarser = gsd_m / (block.centres[photo, 2] / block.lens[0])
    if coarser > 1.0:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.5 * coarser)
    pixels = block.project(photo, solid).astype(np.float32)
    # cv2.remap takes no more than 32,767 columns.
    padded = np.vstack([pixels, np.zeros((-len(pixels) % 1000, 2), np.float32)])
    padded = padded.reshape(-1, 1000, 2)
    colours = cv2.remap(picture, padded[..., 0], padded[..., 1], cv2.INTER_LINEAR)
    return np.asarray(colours.reshape(-1, 3)[: len(pixels)], dtype=np.uint8)
