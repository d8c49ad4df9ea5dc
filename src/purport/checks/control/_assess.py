"""What a layer says of an uncertain point: pure geometry in a local metric projection."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from purport.checks.control._points import AskedPoint
from purport.checks.control.records import (
    ControlLayer,
    HolderProbability,
    LayerAnswer,
    Territory,
)
from purport.core.groups import canonical_group

__all__ = ["Rules", "assess_layer", "normal_lattice"]

_CONTESTED = "contested"
_LONGEST_EDGE_DEG = 0.02
_HOLDER_NODES = 2048
_DISTANCE_NODES = 256
_NEGLIGIBLE = 0.01
_EVEN = 0.5

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The check's parameters, as the calculation needs them."""

    max_age_days: int
    """Beyond this a map is far from the date. [d]"""
    decided_probability: float
    """From this probability on a point counts as inside."""
    town_radius_m: float
    """How far around a town its statement holds, when the layer gives no radius. [m]"""


def assess_layer(
    layer: ControlLayer,
    asked: AskedPoint,
    *,
    days: tuple[date, date],
    groups: Sequence[str],
    rules: Rules,
) -> LayerAnswer:
    """Say who held a point according to one layer, in the edition nearest to the date.

    Args:
        layer: The layer.
        asked: The point with its covariance.
        days: First and last day of the date asked about.
        groups: Canonical names of the groups whose nearest territory is asked for.
        rules: The parameters.

    Uncertainty:
        Probabilities and distances are means and quantiles over a deterministic lattice of the
        position's normal distribution (2,048 and 256 nodes); its own error is below 0.005.
    """
    aged = _edition(layer, days)
    local = _LocalMap.around(asked, layer.accuracy_m or 0.0)
    shapes = [(age, one, local.project(one, rules.town_radius_m)) for age, one in aged]
    inside = [local.share_inside(shape) for _, _, shape in shapes]
    speaking = [
        (age, one) for (age, one, _), mask in zip(shapes, inside, strict=True) if mask.any()
    ]
    candidates = _candidates([one for _, one, _ in shapes], inside)
    contested, boundary = _unsettled(candidates, rules.decided_probability)
    holder = candidates[0] if candidates and candidates[0].p_inside >= _EVEN else None
    read = speaking or aged
    age_days = max((age for age, _ in read), key=abs)
    distances = {group: local.distances(_held_by(group, shapes)) for group in groups}
    return LayerAnswer(
        name=layer.name,
        publisher=layer.publisher,
        definition=layer.definition,
        licence=layer.licence,
        date="; ".join(dict.fromkeys(one.stated_date for _, one in read)),
        age_days=age_days,
        stale=abs(age_days) > rules.max_age_days,
        holder=holder.holder if holder else None,
        p_inside=holder.p_inside if holder else None,
        candidates=candidates,
        boundary=boundary,
        contested=contested,
        not_held_by=_denied(shapes, inside, rules.decided_probability),
        distance_to_group_m={
            group: found[0] if found else None for group, found in distances.items()
        },
        distance_to_group_95_m={
            group: found[1] if found else None for group, found in distances.items()
        },
    )


def normal_lattice(nodes: int) -> FloatArray:
    """Return a deterministic lattice that stands for the standard normal of two dimensions.

    Nodes lie on a golden-angle spiral whose radii are the quantiles of the Rayleigh distribution,
    so that each carries the same probability.

    Args:
        nodes: How many.

    Returns:
        Points (nodes, 2), in standard deviations.

    References:
        Vogel (1979), A better way to construct the sunflower head.
    """
    index = np.arange(nodes, dtype=np.float64)
    radius = np.sqrt(-2.0 * np.log1p(-(index + 0.5) / nodes))
    angle = index * math.pi * (3.0 - math.sqrt(5.0))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _edition(layer: ControlLayer, days: tuple[date, date]) -> list[tuple[int, Territory]]:
    """Choose what to read: the map nearest to the date, and each town's statement nearest to it.

    Of two equally near the older one is read, because it was known on the date.
    """
    aged = [(_age_days(one, days), one) for one in layer.territories]
    nearest: dict[object, tuple[int, bool]] = {}
    for age, one in aged:
        key, rank = _series(one), (abs(age), age < 0)
        nearest[key] = min(nearest.get(key, rank), rank)
    return [(age, one) for age, one in aged if nearest[_series(one)] == (abs(age), age < 0)]


def _series(territory: Territory) -> object:
    """Tell which features are editions of one thing: all areas of a map, or one town's."""
    if territory.geometry.geom_type != "Point":
        return "areas"
    return territory.name or (territory.geometry.x, territory.geometry.y)


def _age_days(territory: Territory, days: tuple[date, date]) -> int:
    """Return how much older than the date a statement is; negative when it is later. [d]"""
    first, last = days
    if territory.first_day > last:
        return -(territory.first_day - last).days
    if territory.last_day is not None and territory.last_day < first:
        return (first - territory.last_day).days
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _LocalMap:
    """Metres east and north of the asked point (azimuthal equidistant), with its lattice."""

    transformer: Transformer
    """From WGS 84."""
    lattice_m: FloatArray
    """Where the point may lie (n, 2). [m]"""

    @classmethod
    def around(cls, asked: AskedPoint, accuracy_m: float) -> "_LocalMap":
        """Centre a map on the point; the layer's own accuracy widens the lattice."""
        point = asked.point
        crs = (
            f"+proj=aeqd +lat_0={point.latitude_deg!r} +lon_0={point.longitude_deg!r}"
            " +datum=WGS84 +units=m"
        )
        covariance = np.array(asked.covariance_m2) + np.eye(2) * accuracy_m**2
        variances, axes = np.linalg.eigh(covariance)
        spread = axes * np.sqrt(np.maximum(variances, 0.0))
        return cls(
            transformer=Transformer.from_crs("EPSG:4326", crs, always_xy=True),
            lattice_m=normal_lattice(_HOLDER_NODES) @ spread.T,
        )

    def project(self, territory: Territory, town_radius_m: float) -> Any:  # noqa: ANN401 - shapely
        """Bring a territory into the local map; a town becomes the circle for which it speaks."""

        def to_metres(positions: FloatArray) -> FloatArray:
            east, north = self.transformer.transform(positions[:, 0], positions[:, 1])
            return np.column_stack([east, north])

        geometry = territory.geometry
        if geometry.geom_type == "Point":
            radius_m = territory.radius_m or town_radius_m
            return shapely.transform(geometry, to_metres).buffer(radius_m, quad_segs=64)
        return shapely.transform(shapely.segmentize(geometry, _LONGEST_EDGE_DEG), to_metres)

    def share_inside(self, shape: Any) -> BoolArray:  # noqa: ANN401 - shapely has no types
        """Tell for each node of the lattice whether it lies inside or on the edge."""
        shapely.prepare(shape)
        nodes = self.lattice_m
        return np.asarray(shapely.intersects_xy(shape, nodes[:, 0], nodes[:, 1]), dtype=np.bool_)

    def distances(self, shapes: Sequence[Any]) -> tuple[float, tuple[float, float]] | None:
        """Return the distance to the nearest of `shapes` and its 95 % interval; None for none."""
        if not shapes:
            return None
        nodes = self.lattice_m[:: _HOLDER_NODES // _DISTANCE_NODES]
        points = shapely.points(np.vstack([np.zeros((1, 2)), nodes]))
        nearest = np.min([shapely.distance(shape, points) for shape in shapes], axis=0)
        low, high = np.quantile(nearest[1:], [0.025, 0.975])
        return float(nearest[0]), (float(low), float(high))


def _candidates(
    territories: Sequence[Territory], inside: Sequence[BoolArray]
) -> tuple[HolderProbability, ...]:
    """Return each holder with the probability that the point lies in any of its territories."""
    union: dict[str, tuple[str, BoolArray]] = {}
    for territory, mask in zip(territories, inside, strict=True):
        if territory.holder is None:
            continue
        key = canonical_group(territory.holder)
        name, so_far = union.get(key, (territory.holder, np.zeros_like(mask)))
        union[key] = (name, so_far | mask)
    listed = [
        HolderProbability(holder=name, p_inside=float(mask.mean())) for name, mask in union.values()
    ]
    possible = [one for one in listed if one.p_inside >= _NEGLIGIBLE]
    return tuple(sorted(possible, key=lambda one: (-one.p_inside, one.holder)))


def _unsettled(candidates: Sequence[HolderProbability], decided: float) -> tuple[bool, bool]:
    """Tell whether the layer leaves the holder open, and whether a boundary is too close."""
    sure = [one for one in candidates if one.p_inside >= decided]
    contested = len(sure) > 1 or any(canonical_group(one.holder) == _CONTESTED for one in sure)
    close = any(1.0 - decided < one.p_inside < decided for one in candidates)
    return contested, close


def _denied(
    shapes: Iterable[tuple[int, Territory, Any]], inside: Iterable[BoolArray], decided: float
) -> tuple[str, ...]:
    names = [
        group
        for (_, territory, _), mask in zip(shapes, inside, strict=True)
        if mask.mean() >= decided
        for group in territory.not_held_by
    ]
    return tuple(dict.fromkeys(names))


def _held_by(group: str, shapes: Iterable[tuple[int, Territory, Any]]) -> list[Any]:
    return [
        shape
        for _, territory, shape in shapes
        if territory.holder is not None and canonical_group(territory.holder) == group
    ]
