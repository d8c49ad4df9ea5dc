"""Who held 10,000 points: speed, and agreement with a reference that uses no index.

    python benchmarks/control_lookups.py [--data ../shared/data/ukraine]

Points lie at random over the maps of six days (not in the repository), a fifth of them within a
few kilometres of a front line, each with a covariance of its own (20 m to 2 km, turned at random)
and the group "Russian forces". Every point is asked of the edition of each publisher that is
nearest to one of the six days. The reference tells the holder by casting a ray past every edge of
every polygon, the probability by doing so for each of 1,024 nodes, and the distance by comparing
all vertices; it shares no code with the check but the records and the nodes' own definition.
Without the maps it says so and ends with exit code 2.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from purport.checks.control import (
    AskedPoint,
    ControlLayer,
    LayerAnswer,
    PointBasis,
    Rules,
    ask_layers,
    load_control,
    normal_lattice,
)
from purport.core.positions import GeoPoint, Matrix2

DAYS = ("2022-02-28", "2022-04-10", "2022-09-05", "2022-11-15", "2024-07-08", "2025-01-15")
HOLDERS = {
    "nochange": "Russian forces",
    "gains": "Russian forces",
    "losses": "Ukrainian forces",
    "contested": "contested",
}
GROUP = "russian forces"
POINTS = 10_000
RULES = Rules(max_age_days=30, decided_probability=0.95, town_radius_m=1500.0)
GEOD = Geod(ellps="WGS84")
TO_SPACE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
Array = NDArray[np.float64]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data/ukraine"))
    options.add_argument("--reference-share", type=float, default=1.0)
    chosen = options.parse_args()
    if not (chosen.data / "deepstate_20240708.geojson").is_file():
        print(f"The maps are not in {chosen.data}: nothing was measured.")
        return 2
    layers = load_layers(chosen.data)
    edges = {layer.name: edges_by_date(layer) for layer in layers}
    by_day = make_points(np.random.default_rng(20151130), layers)
    tree = ask(layers, {DAYS[0]: by_day[DAYS[0]][:1]})  # the libraries are loaded
    del tree
    layers = load_layers(chosen.data)  # nothing is prepared in advance
    start_wall, start_cpu = time.perf_counter(), time.process_time()
    answers = ask(layers, by_day)
    cpu, wall = time.process_time() - start_cpu, time.perf_counter() - start_wall
    total = sum(len(points) for points in by_day.values())
    asked = sum(len(answer) for day in answers.values() for answer in day)
    print(f"{total:,} points, {asked:,} answers of layers: {cpu:.2f} s of processor time", end=" ")
    print(f"({wall:.2f} s on the clock), preparing the maps included")
    compare(edges, by_day, answers, share=chosen.reference_share)
    return 0


def load_layers(folder: Path) -> list[ControlLayer]:
    """Write the maps in the check's own format, an edition a day, and read them."""
    features = []
    for path in sorted(folder.glob("nzz_liveuamap_*.json")):
        day = path.stem[-10:]
        for feature in json.loads(path.read_text())["value"]["features"]:
            kind = feature["properties"]["type"]
            features.append(ready(feature["geometry"], "NZZ", day, HOLDERS.get(kind, kind)))
    for path in sorted(folder.glob("deepstate_*.geojson")):
        digits = path.stem[-8:]
        day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        features.extend(
            ready(feature["geometry"], "DeepState", day, "Russian forces")
            for feature in json.loads(path.read_text())["features"]
        )
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "maps.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return list(load_control(file))


def ready(geometry: dict[str, Any], publisher: str, day: str, holder: str) -> dict[str, Any]:
    """Make a feature; a ring that crosses itself is mended here, as the check mends nothing."""
    import shapely  # noqa: PLC0415 - only to prepare the maps
    from shapely.geometry import mapping, shape  # noqa: PLC0415

    mended = shapely.make_valid(shape(geometry))
    parts = [one for one in shapely.get_parts(mended) if one.geom_type.endswith("Polygon")]
    area = shapely.union_all(parts)
    return {
        "type": "Feature",
        "geometry": json.loads(json.dumps(mapping(area))),
        "properties": {"layer": publisher, "publisher": publisher, "date": day, "holder": holder},
    }


def make_points(
    generator: np.random.Generator, layers: Sequence[ControlLayer]
) -> dict[str, list[AskedPoint]]:
    """Draw the points: four fifths anywhere, one fifth around vertices of the outlines."""
    vertices = np.vstack([edge[:, :2] for layer in layers for edge in edges_of(layer)])
    anywhere = generator.uniform((22.2, 44.4), (40.2, 52.4), (POINTS * 4 // 5, 2))
    near = vertices[generator.integers(len(vertices), size=POINTS // 5)]
    positions = np.vstack([anywhere, near + generator.normal(0.0, 0.02, near.shape)])
    generator.shuffle(positions)
    by_day: dict[str, list[AskedPoint]] = {day: [] for day in DAYS}
    for index, (longitude, latitude) in enumerate(positions):
        by_day[DAYS[index % len(DAYS)]].append(
            AskedPoint(
                point=GeoPoint(longitude_deg=float(longitude), latitude_deg=float(latitude)),
                covariance_m2=draw_covariance(generator),
                basis=PointBasis.STATED,
                strike=None,
            )
        )
    return by_day


def draw_covariance(generator: np.random.Generator) -> Matrix2:
    sizes = np.exp(generator.uniform(np.log(20.0), np.log(2000.0), 2))
    turn = generator.uniform(0.0, np.pi)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = axes @ np.diag(sizes**2) @ axes.T
    off = float(matrix[0, 1])
    return ((float(matrix[0, 0]), off), (off, float(matrix[1, 1])))


def ask(
    layers: Sequence[ControlLayer], by_day: dict[str, list[AskedPoint]]
) -> dict[str, list[tuple[LayerAnswer, ...]]]:
    return {
        day: [
            answer.layers
            for answer in ask_layers(
                layers,
                points,
                days=(date.fromisoformat(day), date.fromisoformat(day)),
                groups=(GROUP,),
                rules=RULES,
            )
        ]
        for day, points in by_day.items()
    }


# The reference: no index, no GEOS.


@dataclass(frozen=True)
class Ground:
    """All edges of one holder's areas in one edition, and their vertices, finely spaced."""

    edges: Array
    dense: Array
    space: Array


def edges_of(layer: ControlLayer) -> list[Array]:
    return [ground for _, ground in raw_edges(layer)]


def raw_edges(layer: ControlLayer) -> list[tuple[tuple[str, str], Array]]:
    import shapely  # noqa: PLC0415 - to take coordinates out of records

    found = []
    for territory in layer.territories:
        rings = shapely.get_rings(shapely.get_parts(territory.geometry))
        corners = [shapely.get_coordinates(ring) for ring in rings]
        edges = np.vstack([np.hstack([one[:-1], one[1:]]) for one in corners])
        found.append(((territory.stated_date, territory.holder or ""), edges))
    return found


def edges_by_date(layer: ControlLayer) -> dict[str, list[tuple[str, Ground]]]:
    grounds: dict[str, list[tuple[str, Ground]]] = {}
    for (day, holder), edges in raw_edges(layer):
        grounds.setdefault(day, []).append((holder, make_ground(edges)))
    return grounds


def make_ground(edges: Array) -> Ground:
    pieces = []
    for start_x, start_y, end_x, end_y in edges:
        steps = max(1, int(np.ceil(np.hypot(end_x - start_x, end_y - start_y) / 0.004)))
        share = np.arange(steps)[:, None] / steps
        start, end = np.array([start_x, start_y]), np.array([end_x, end_y])
        pieces.append(
            np.hstack([start + share * (end - start), start + (share + 1 / steps) * (end - start)])
        )
    dense = np.vstack(pieces)
    return Ground(edges=edges, dense=dense, space=in_space(dense[:, :2]))


def in_space(positions: Array) -> Array:
    return np.column_stack(
        TO_SPACE.transform(positions[:, 0], positions[:, 1], np.zeros(len(positions)))
    )


def inside(edges: Array, positions: Array) -> NDArray[np.bool_]:
    """Cast a ray eastwards past every edge."""
    low, high = positions[:, 1].min(), positions[:, 1].max()
    band = edges[
        (np.minimum(edges[:, 1], edges[:, 3]) <= high)
        & (np.maximum(edges[:, 1], edges[:, 3]) >= low)
    ]
    x1, y1, x2, y2 = band.T
    odd = np.zeros(len(positions), dtype=np.bool_)
    for one in range(0, len(positions), 256):
        x, y = positions[one : one + 256, 0:1], positions[one : one + 256, 1:2]
        spans = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        odd[one : one + 256] = (np.sum(spans & (x < crossing), axis=1) % 2).astype(np.bool_)
    return odd


def distance_m(ground: Ground, position: Array) -> float:
    """Return the distance to the outline: nearest 40 pieces by all chords, then polar geometry."""
    chords = np.sum((ground.space - in_space(position[None])) ** 2, axis=1)
    nearest = np.argpartition(chords, min(40, len(chords) - 1))[:40]
    pieces = ground.dense[nearest]
    corners = []
    for columns in (slice(0, 2), slice(2, 4)):
        ends = pieces[:, columns]
        azimuth, _, length = GEOD.inv(
            np.full(len(ends), position[0]), np.full(len(ends), position[1]), ends[:, 0], ends[:, 1]
        )
        angle = np.radians(azimuth)
        corners.append(np.column_stack([length * np.sin(angle), length * np.cos(angle)]))
    start, way = corners[0], corners[1] - corners[0]
    share = np.clip(-np.sum(start * way, axis=1) / np.maximum(np.sum(way**2, axis=1), 1e-12), 0, 1)
    return float(np.hypot(*(start + share[:, None] * way).T).min())


def nodes_of(point: AskedPoint) -> Array:
    variances, axes = np.linalg.eigh(np.array(point.covariance_m2))
    offsets = normal_lattice(1024) @ (axes * np.sqrt(variances)).T
    azimuths = np.degrees(np.arctan2(offsets[:, 0], offsets[:, 1]))
    longitudes, latitudes, _ = GEOD.fwd(
        np.full(len(offsets), point.point.longitude_deg),
        np.full(len(offsets), point.point.latitude_deg),
        azimuths,
        np.hypot(offsets[:, 0], offsets[:, 1]),
    )
    return np.column_stack([longitudes, latitudes])


def compare(
    edges: dict[str, dict[str, list[tuple[str, Ground]]]],
    by_day: dict[str, list[AskedPoint]],
    answers: dict[str, list[tuple[LayerAnswer, ...]]],
    *,
    share: float,
) -> None:
    counts = dict.fromkeys(("answers", "holder", "flag", "distance", "near", "flagged"), 0)
    worst_p, worst_m, worst_share = 0.0, 0.0, 0.0
    for day, points in by_day.items():
        for index, point in enumerate(points[: int(len(points) * share)]):
            for answer in answers[day][index]:
                grounds = edges[answer.name][answer.date.split("; ")[0]]
                held, near, to_group = reference(grounds, point)
                counts["answers"] += 1
                counts["near"] += near
                counts["flagged"] += answer.boundary
                mine = {one.holder: one.p_inside for one in answer.candidates}
                everyone = held.keys() | mine.keys()
                gaps = [abs(held.get(one, 0.0) - mine.get(one, 0.0)) for one in everyone]
                # a candidate below 1 % is not listed
                worst_p = max([worst_p, *(gap for gap in gaps if gap > 0.0101 or not near)])
                likely = max(held.items(), key=lambda pair: (pair[1], pair[0]), default=None)
                expected = likely[0] if likely and likely[1] >= 0.5 else None
                counts["holder"] += expected == answer.holder
                flag = any(0.05 < p < 0.95 for p in held.values())
                counts["flag"] += flag == answer.boundary
                stated = answer.distance_to_group_m[GROUP]
                gap_m = abs((stated or 0.0) - to_group)
                counts["distance"] += gap_m <= max(1.0, 0.0005 * to_group)
                worst_m = max(worst_m, gap_m)
                worst_share = max(worst_share, gap_m / max(to_group, 1000.0))
    total = counts["answers"]
    print(f"reference: {total:,} answers; {counts['near']:,} within reach of a boundary")
    print(f"  holder agrees on {counts['holder']:,}, boundary flag on {counts['flag']:,}", end="")
    print(f" ({counts['flagged']:,} flagged), distance on {counts['distance']:,}")
    print(f"  largest gap: probability {worst_p:.4f}, distance {worst_m:.2f} m ({worst_share:.5f})")


def reference(
    grounds: Sequence[tuple[str, Ground]], point: AskedPoint
) -> tuple[dict[str, float], bool, float]:
    """Return each holder's probability, whether any boundary is in reach, and the distance."""
    middle = np.array([point.point.longitude_deg, point.point.latitude_deg])
    spread = float(np.sqrt(np.linalg.eigvalsh(np.array(point.covariance_m2))[1]))
    edge_m = [distance_m(ground, middle) for _, ground in grounds]
    near = min(edge_m) <= 4.0 * spread
    positions = nodes_of(point) if near else middle[None]
    union: dict[str, NDArray[np.bool_]] = {}
    for holder, ground in grounds:
        mask = inside(ground.edges, positions)
        union[holder] = union.get(holder, np.zeros(len(positions), dtype=np.bool_)) | mask
    own = [
        0.0 if inside(ground.edges, middle[None])[0] else metres
        for (holder, ground), metres in zip(grounds, edge_m, strict=True)
        if holder.casefold() == GROUP
    ]
    return {one: float(m.mean()) for one, m in union.items() if m.mean() >= 0.01}, near, min(own)


if __name__ == "__main__":
    sys.exit(main())
