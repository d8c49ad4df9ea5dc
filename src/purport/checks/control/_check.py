"""The control check: reading layers, asking them, and saying it in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.control._ask import ask_layers
from purport.checks.control._assess import Rules
from purport.checks.control._combine import combine_points
from purport.checks.control._layers import first_and_last_day, load_control
from purport.checks.control._points import located_points
from purport.checks.control.records import (
    ControlAnswer,
    ControlValues,
    LayerAnswer,
    Overall,
    PointAnswer,
    PointBasis,
)
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.groups import canonical_group
from purport.core.instants import StatedTime
from purport.core.records import to_json

__all__ = ["ControlCheck"]

_LIMITS = (
    "A map of control says who held an area, not who was there, and not who was hit.",
    "Publishers mean different things by control, and draw boundaries coarsely.",
    "A group that a map does not list at a point may have been there unrecorded.",
)
_LIBRARIES = ("numpy", "pyproj", "shapely")
_KILOMETRE_M = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCheck:
    """Who held the place on the date, according to whom?

    Maps of territorial control are drawn by several publishers, each with its own sources and its
    own idea of what "control" means. This check takes the point that the footage shows (where a
    strike landed, or else the middle of the place) with its uncertainty, and reads from every map
    given, in the edition nearest to the date: who held that point, how many days lie between map
    and date, and how far the nearest territory is of each group that the claims name. When the
    maps differ it says "disputed"; when the point is too close to a boundary to decide, it says
    so; when no map covers the point, there is no answer. It never says who was hit.
    """

    name: ClassVar[str] = "control"
    version: ClassVar[str] = "2"
    question: ClassVar[str] = "Who held the place on that date, according to whom?"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.CONTROL, Need.DATE})
    uses: ClassVar[frozenset[Need]] = frozenset({Need.EARLIER})
    after: ClassVar[frozenset[str]] = frozenset({"impacts", "place"})

    max_age_days: int = 30
    """A map further than this from the date is shown, and counts only when no other speaks: front
    lines move within weeks. [d]"""
    decided_probability: float = 0.95
    """From this probability on the point counts as inside a territory."""
    town_radius_m: float = 1500.0
    """How far around a town's point a statement about it holds, when the layer gives no radius:
    the order of a small town's extent. [m]"""

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Ask every layer about every located point.

        Raises:
            UnreadableControlError: A layer file cannot be used.
            SeveralFaultsError: It has several faults.
        """
        layers = [layer for source in evidence.control for layer in load_control(source.path)]
        points = located_points(evidence)
        groups = tuple(sorted({canonical_group(group) for group in evidence.groups}))
        if evidence.date is None or not layers or not points:
            return [self._cannot_tell(evidence, groups, located=bool(points))]
        rules = Rules(
            max_age_days=self.max_age_days,
            decided_probability=self.decided_probability,
            town_radius_m=self.town_radius_m,
        )
        days = first_and_last_day(evidence.date)
        answers = ask_layers(layers, points, days=days, groups=groups, rules=rules)
        values = _values(evidence.date, groups, answers)
        return [self._finding(evidence, values)]

    def _finding(self, evidence: Evidence, values: ControlValues) -> Finding:
        return make_finding(
            self,
            evidence,
            answer=ControlAnswer(values.overall.value),
            reason=" ".join(_describe_point(point, values) for point in values.points),
            values=cast("JsonObject", to_json(values)),
            limits=_LIMITS,
            libraries=_LIBRARIES,
        )

    def _cannot_tell(
        self, evidence: Evidence, groups: tuple[str, ...], *, located: bool
    ) -> Finding:
        missing = {
            "the footage could not be located, so there is no point to look up": not located,
            "no date is given": evidence.date is None,
            "no control layer is given": not evidence.control,
        }
        values = ControlValues(
            point=None,
            point_basis=None,
            date=evidence.date.stated if evidence.date else None,
            groups=groups,
            layers=(),
            overall=Overall.NO_DATA,
            points=(),
        )
        why = "; ".join(reason for reason, holds in missing.items() if holds)
        return make_finding(
            self,
            evidence,
            answer=ControlAnswer.CANNOT_TELL,
            reason=f"Cannot tell who held it: {why}.",
            values=cast("JsonObject", to_json(values)),
            limits=_LIMITS,
            libraries=_LIBRARIES,
        )


def _values(
    date: StatedTime, groups: tuple[str, ...], points: Sequence[PointAnswer]
) -> ControlValues:
    return ControlValues(
        point=points[0].point,
        point_basis=points[0].basis,
        date=date.stated,
        groups=groups,
        layers=points[0].layers,
        overall=combine_points(points),
        points=tuple(points),
    )


def _describe_point(point: PointAnswer, values: ControlValues) -> str:
    where = (
        f"Where strike {(point.strike or 0) + 1} landed"
        if point.basis is PointBasis.STRIKE
        else "At the place that the footage shows"
    )
    said = "; ".join(_describe_layer(layer) for layer in point.layers)
    return f"{where}, for {values.date}: {_CONCLUSIONS[point.overall]} ({said})."


_CONCLUSIONS = {
    Overall.AGREE: "the maps that list a holder agree",
    Overall.DISPUTED: "the holder is disputed",
    Overall.BOUNDARY: "the point is too close to a boundary to name a holder",
    Overall.NO_DATA: "no map lists a holder",
}


def _describe_layer(layer: LayerAnswer) -> str:
    holder = "holder left open" if layer.contested else layer.holder or "no holder listed"
    probability = "" if layer.p_inside is None else f", probability {layer.p_inside:.2f}"
    nearest = "".join(
        f", nearest territory of {group} {distance / _KILOMETRE_M:.1f} km away"
        for group, distance in layer.distance_to_group_m.items()
        if distance
    )
    denied = f", not held by {', '.join(layer.not_held_by)}" if layer.not_held_by else ""
    return f"{layer.name} ({_age(layer)}): {holder}{probability}{nearest}{denied}"


def _age(layer: LayerAnswer) -> str:
    days = abs(layer.age_days)
    if days == 0:
        return f"{layer.date}"
    relation = "older" if layer.age_days > 0 else "later"
    return f"{layer.date}, {days} {'day' if days == 1 else 'days'} {relation}"
