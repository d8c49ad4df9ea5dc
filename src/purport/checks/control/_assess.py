"""What a layer says of uncertain points: who held them, how surely, and how far a group's land is.

Most points lie further from every boundary than their uncertainty can reach: for them one look-up
tells. Only the others are asked node by node of their distribution.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from purport.checks.control._edition import Edition, edition_of
from purport.checks.control._local import (
    BoolArray,
    FloatArray,
    chord_m,
    geodesic_m,
    node_positions,
    normal_lattice,
    reach_boxes,
    space_points,
    spread_roots,
)
from purport.checks.control._points import AskedPoint
from purport.checks.control.records import (
    ControlLayer,
    HolderProbability,
    LayerAnswer,
    LayerKind,
    Territory,
    TownDistance,
)
from purport.core.groups import canonical_group

__all__ = ["Rules", "assess_layer", "territories_read"]

_CONTESTED = "contested"
_LATTICE = normal_lattice(1024)
_DISTANCE_STEP = 16
"""Every so many nodes stand for the distance: 64 of 1,024."""
_REACH = 4.0
"""No node lies further from the point than this many standard uncertainties (3.91 for 1,024)."""
_NEGLIGIBLE = 0.01
_EVEN = 0.5
_NORMAL_95 = 1.96
_CORNERS = 8
"""Vertices tried for the nearest point of an outline; for the nodes that make an interval, one."""
_LISTED_TOWNS = 3


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
    asked: Sequence[AskedPoint],
    *,
    days: tuple[date, date],
    groups: Sequence[str],
    rules: Rules,
) -> tuple[LayerAnswer, ...]:
    """Say who held each point according to one layer, in the edition nearest to the date.

    Args:
        layer: The layer; it has at least one territory.
        asked: The points with their covariances.
        days: First and last day of the date asked about.
        groups: Canonical names of the groups whose nearest territory is asked for.
        rules: The parameters.

    Uncertainty:
        Probabilities are shares of 1,024 nodes of the position's normal distribution (own error
        below 0.007, measured on straight boundaries), distances' intervals quantiles over 64 of
        them; far from every boundary a probability is 0 or 1 and an interval 1.96 standard
        uncertainties along the way.
    """
    aged = _edition(layer, days)
    edition = edition_of(layer, tuple(index for _, index in aged), rules.town_radius_m)
    ages = {id(layer.territories[index]): age for age, index in aged}
    asking = _Asking(layer=layer, edition=edition, ages=ages, rules=rules)
    cloud = _cloud(asked, layer.accuracy_m or 0.0, towns_only=not edition.areas)
    masks = _masks(edition, cloud)
    near = {group: _distance(edition, cloud, masks, group) for group in groups}
    towns = _listed_towns(asking, cloud.positions_deg)
    settled: dict[tuple[int, ...], _Said] = {}
    answers: list[LayerAnswer] = []
    for index in range(len(asked)):
        mask = masks.nodes.get(index)
        if mask is None:
            key = masks.certain[index]
            if key not in settled:
                settled[key] = _say(asking, {one: np.ones(1, dtype=np.bool_) for one in key})
            said = settled[key]
        else:
            said = _say(asking, mask)
        distances, intervals = _to_groups(said, groups, near, index)
        answers.append(
            LayerAnswer(
                **said.fields,
                distance_to_group_m=distances,
                distance_to_group_95_m=intervals,
                nearest_towns=() if towns is None else towns[index],
            )
        )
    return tuple(answers)


def territories_read(
    layer: ControlLayer, days: tuple[date, date]
) -> tuple[tuple[Territory, int], ...]:
    """Return what the check reads of a layer for a date: each territory with its age. [d]

    Args:
        layer: The layer.
        days: First and last day of the date asked about.
    """
    return tuple((layer.territories[index], age) for age, index in _edition(layer, days))


def _edition(layer: ControlLayer, days: tuple[date, date]) -> list[tuple[int, int]]:
    """Choose what to read: the map nearest to the date, and each town's statement nearest to it.

    Of two equally near the older one is read, because it was known on the date.

    Returns:
        Age [d] and index of each territory read.
    """
    aged = [(_age_days(one, days), one) for one in layer.territories]
    nearest: dict[object, tuple[int, bool]] = {}
    for age, one in aged:
        key, rank = _series(one), (abs(age), age < 0)
        nearest[key] = min(nearest.get(key, rank), rank)
    return [
        (age, index)
        for index, (age, one) in enumerate(aged)
        if nearest[_series(one)] == (abs(age), age < 0)
    ]


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asking:
    """What every answer of one layer needs."""

    layer: ControlLayer
    edition: Edition
    ages: dict[int, int]
    rules: Rules

    @property
    def territories(self) -> tuple[Territory, ...]:
        """The territories of the edition, areas first; masks name them by this order."""
        return (*self.edition.areas, *self.edition.towns)

    def age(self, territory: Territory) -> int:
        """Return how much older than the date it is. [d]"""
        return self.ages[id(territory)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cloud:
    """The points with where they may lie."""

    positions_deg: FloatArray
    """Longitude and latitude (n, 2). [deg]"""
    covariances_m2: FloatArray
    """Covariances, widened by the layer's own accuracy (n, 2, 2). [m²]"""
    roots_m: FloatArray
    """Their roots (n, 2, 2). [m]"""
    spreads_m: FloatArray
    """Largest standard uncertainty of each, or a little more (n,). [m]"""


def _cloud(asked: Sequence[AskedPoint], accuracy_m: float, *, towns_only: bool) -> _Cloud:
    covariances = np.array([one.covariance_m2 for one in asked], dtype=np.float64)
    covariances[[towns_only and one.names_town for one in asked]] = 0.0
    covariances += np.eye(2) * accuracy_m**2
    roots = spread_roots(covariances)
    return _Cloud(
        positions_deg=np.array(
            [[one.point.longitude_deg, one.point.latitude_deg] for one in asked], dtype=np.float64
        ),
        covariances_m2=covariances,
        roots_m=roots,
        spreads_m=np.sqrt(np.sum(roots**2, axis=1).max(axis=1)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Masks:
    """In which territories the points lie."""

    certain: list[tuple[int, ...]]
    """For each point, the territories that hold all its nodes."""
    nodes: dict[int, dict[int, BoolArray]]
    """For points near a boundary: for each territory that holds any node, which it holds."""
    whole: list[BoolArray]
    """For each area, the points that it holds with all their nodes (n,)."""


def _masks(edition: Edition, cloud: _Cloud) -> _Masks:
    boxes = reach_boxes(cloud.positions_deg, cloud.covariances_m2, _REACH)
    certain: list[list[int]] = [[] for _ in boxes]
    open_to: dict[int, list[int]] = {}
    wholes: list[BoolArray] = []
    for area in range(len(edition.areas)):
        touched, whole = edition.reached(area, boxes)
        wholes.append(whole)
        for index in np.flatnonzero(whole).tolist():
            certain[index].append(area)
        for index in np.flatnonzero(touched & ~whole).tolist():
            open_to.setdefault(index, []).append(area)
    for index, town, distance in _towns_beside(edition, cloud):
        number, reach = len(edition.areas) + town, _REACH * cloud.spreads_m[index]
        if distance + reach <= edition.town_radii_m[town]:
            certain[index].append(number)
        else:
            open_to.setdefault(index, []).append(number)
    nodes = {
        index: _node_masks(edition, cloud, index, (*certain[index], *near))
        for index, near in open_to.items()
    }
    return _Masks(certain=[tuple(one) for one in certain], nodes=nodes, whole=wholes)


def _towns_beside(edition: Edition, cloud: _Cloud) -> list[tuple[int, int, float]]:
    """Return point, town and distance where a town's statement can reach the point. [m]"""
    if edition.town_tree is None:
        return []
    reach = _REACH * cloud.spreads_m
    within = reach + edition.town_radii_m.max() + 1.0
    found = edition.town_tree.query_ball_point(space_points(cloud.positions_deg), within)
    beside: list[tuple[int, int, float]] = []
    for index, towns in enumerate(found):
        if towns:
            own = np.repeat(cloud.positions_deg[index : index + 1], len(towns), axis=0)
            lengths = geodesic_m(own, edition.town_positions_deg[sorted(towns)])
            beside.extend(
                (index, town, float(length))
                for town, length in zip(sorted(towns), lengths, strict=True)
                if length <= reach[index] + edition.town_radii_m[town]
            )
    return beside


def _node_masks(
    edition: Edition, cloud: _Cloud, index: int, numbers: Sequence[int]
) -> dict[int, BoolArray]:
    """Tell for each territory that holds any node of a point's distribution which it holds."""
    nodes = node_positions(cloud.positions_deg[index], cloud.roots_m[index], _LATTICE)
    masks: dict[int, BoolArray] = {}
    for number in numbers:
        town = number - len(edition.areas)
        if town < 0:
            masks[number] = edition.inside(number, nodes)
        else:
            centre = np.repeat(edition.town_positions_deg[town : town + 1], len(nodes), axis=0)
            masks[number] = geodesic_m(nodes, centre) <= edition.town_radii_m[town]
    return {number: mask for number, mask in masks.items() if mask.any()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Said:
    """What a layer says of a point but for distances."""

    fields: dict[str, Any]
    """Fields of its answer."""
    stated_m: dict[str, float]
    """What the source itself says of the distance to a group. [m]"""


def _say(asking: _Asking, masks: dict[int, BoolArray]) -> _Said:
    """Say who held a point from the territories that hold any of its nodes."""
    layer, rules, territories = asking.layer, asking.rules, asking.territories
    found = [(territories[number], mask) for number, mask in sorted(masks.items())]
    candidates = _candidates(found)
    contested, boundary = _unsettled(candidates, rules.decided_probability)
    holder = candidates[0] if candidates and candidates[0].p_inside >= _EVEN else None
    read = [territory for territory, _ in found] or list(territories)
    age_days = max((asking.age(one) for one in read), key=abs)
    return _Said(
        stated_m=_stated_distances(found, rules.decided_probability),
        fields={
            "name": layer.name,
            "publisher": layer.publisher,
            "definition": layer.definition,
            "licence": layer.licence,
            "date": "; ".join(dict.fromkeys(one.stated_date for one in read)),
            "age_days": age_days,
            "stale": abs(age_days) > rules.max_age_days,
            "holder": holder.holder if holder else None,
            "p_inside": holder.p_inside if holder else None,
            "candidates": candidates,
            "boundary": boundary,
            "contested": contested,
            "not_held_by": _denied(found, rules.decided_probability),
            "kind": _kind(asking.edition),
        },
    )


def _kind(edition: Edition) -> LayerKind:
    if edition.areas and edition.towns:
        return LayerKind.AREAS_AND_TOWNS
    return LayerKind.TOWNS if edition.towns else LayerKind.AREAS


def _candidates(found: Iterable[tuple[Territory, BoolArray]]) -> tuple[HolderProbability, ...]:
    """Return each holder with the probability that the point lies in any of its territories."""
    union: dict[str, tuple[str, BoolArray]] = {}
    for territory, mask in found:
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


def _denied(found: Iterable[tuple[Territory, BoolArray]], decided: float) -> tuple[str, ...]:
    names = [
        group
        for territory, mask in found
        if mask.mean() >= decided
        for group in territory.not_held_by
    ]
    return tuple(dict.fromkeys(names))


def _stated_distances(
    found: Iterable[tuple[Territory, BoolArray]], decided: float
) -> dict[str, float]:
    """Return what the source itself says of the distance to a group, where it speaks. [m]"""
    return {
        canonical_group(group): metres
        for territory, mask in found
        if mask.mean() >= decided
        for group, metres in territory.nearest_held_m
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Near:
    """Distances to one group's territory (n,), and their 95 % intervals (n, 2). [m]"""

    middle_m: list[float]
    interval_m: list[list[float]]


def _distance(edition: Edition, cloud: _Cloud, masks: _Masks, group: str) -> _Near | None:
    areas, towns = edition.held(group)
    if not areas and not towns:
        return None
    positions, spreads = cloud.positions_deg, cloud.spreads_m
    deep = np.zeros(len(positions), dtype=np.bool_)
    for area in areas:
        deep |= masks.whole[area]
    target = _nearest(edition, positions, areas, towns, corners=_CORNERS)
    middle = _lengths(edition, positions, target, areas, exact=True)
    middle[deep] = 0.0
    along = _NORMAL_95 * _spread_along(positions, target, cloud.covariances_m2)
    interval = np.column_stack([middle - along, middle + along]).clip(min=0.0)
    interval[deep] = 0.0
    close = np.flatnonzero((middle <= _REACH * spreads) & ~deep & (spreads > 0.0))
    if close.size:
        lattice = _LATTICE[::_DISTANCE_STEP]
        nodes = np.vstack(
            [node_positions(positions[one], cloud.roots_m[one], lattice) for one in close]
        )
        feet = _nearest(edition, nodes, areas, towns, corners=1)
        lengths = _lengths(edition, nodes, feet, areas, exact=False)
        shaped = lengths.reshape(close.size, len(lattice))
        interval[close] = np.quantile(shaped, [0.025, 0.975], axis=1).T
    return _Near(middle_m=middle.tolist(), interval_m=interval.tolist())


def _nearest(
    edition: Edition,
    positions: FloatArray,
    areas: list[int],
    towns: list[int],
    *,
    corners: int,
) -> FloatArray:
    """Return the nearest point of some areas' outlines and some towns' circles (n, 2). [deg]"""
    target, length = positions.copy(), np.full(len(positions), np.inf)
    if areas:
        group = canonical_group(edition.areas[areas[0]].holder or "")
        target = edition.group_outlines[group].nearest(positions, corners=corners)
        length = chord_m(positions, target)
    for town in towns:
        centre = np.repeat(edition.town_positions_deg[town : town + 1], len(positions), axis=0)
        whole = geodesic_m(positions, centre)
        share = (1.0 - edition.town_radii_m[town] / whole.clip(min=1.0)).clip(min=0.0)
        closer = whole * share < length
        length[closer] = (whole * share)[closer]
        target[closer] = (positions + (centre - positions) * share[:, None])[closer]
    return target


def _lengths(
    edition: Edition, positions: FloatArray, target: FloatArray, areas: list[int], *, exact: bool
) -> FloatArray:
    """Return the distances to the targets (n,), 0 for positions inside an area. [m]"""
    lengths = geodesic_m(positions, target) if exact else chord_m(positions, target)
    for area in areas:
        lengths[edition.inside(area, positions)] = 0.0
    return lengths


def _spread_along(
    positions: FloatArray, target: FloatArray, covariances_m2: FloatArray
) -> FloatArray:
    """Return the standard uncertainty of each position along the way to its target (n,). [m]"""
    way = target - positions
    way[:, 0] *= np.cos(np.radians(positions[:, 1]))
    norm = np.maximum(np.hypot(way[:, 0], way[:, 1]), np.finfo(np.float64).tiny)
    units = way / norm[:, None]
    variances = np.einsum("ni,nij,nj->n", units, covariances_m2, units)
    return np.asarray(np.sqrt(variances.clip(min=0.0)), dtype=np.float64)


def _listed_towns(asking: _Asking, positions: FloatArray) -> list[tuple[TownDistance, ...]] | None:
    """Return the nearest listed towns to each point; None for a layer without towns."""
    edition = asking.edition
    if edition.town_tree is None:
        return None
    count = min(_LISTED_TOWNS, len(edition.towns))
    _, found = edition.town_tree.query(space_points(positions), k=list(range(1, count + 1)))
    lengths = [
        geodesic_m(positions, edition.town_positions_deg[found[:, rank]]) for rank in range(count)
    ]
    return [
        tuple(
            _town(asking, edition.towns[found[index, rank]], float(lengths[rank][index]))
            for rank in range(count)
        )
        for index in range(len(positions))
    ]


def _town(asking: _Asking, town: Territory, distance_m: float) -> TownDistance:
    return TownDistance(
        name=town.name or town.label,
        holder=town.holder,
        not_held_by=town.not_held_by,
        date=town.stated_date,
        age_days=asking.age(town),
        distance_m=distance_m,
    )


def _to_groups(
    said: _Said, groups: Sequence[str], near: dict[str, _Near | None], index: int
) -> tuple[dict[str, float | None], dict[str, tuple[float, float] | None]]:
    """Return distance and interval to each group, the source's own word first. [m]"""
    middle: dict[str, float | None] = dict.fromkeys(groups)
    interval: dict[str, tuple[float, float] | None] = dict.fromkeys(groups)
    for group in groups:
        measured, stated = near[group], said.stated_m.get(group)
        if stated is not None:
            middle[group], interval[group] = stated, (stated, stated)
        elif measured is not None:
            low, high = measured.interval_m[index]
            middle[group], interval[group] = measured.middle_m[index], (low, high)
    return middle, interval
