"""Asking every layer about points: the door that checks and sheets use."""

from collections.abc import Sequence
from datetime import date

from purport.checks.control._assess import Rules, assess_layer
from purport.checks.control._combine import combine_layers
from purport.checks.control._points import AskedPoint
from purport.checks.control.records import ControlLayer, PointAnswer

__all__ = ["ask_layers"]


def ask_layers(
    layers: Sequence[ControlLayer],
    asked: Sequence[AskedPoint],
    *,
    days: tuple[date, date],
    groups: Sequence[str],
    rules: Rules,
) -> tuple[PointAnswer, ...]:
    """Say of each point what every layer says of it, and how they stand to each other.

    Args:
        layers: The layers; one whose statements could not be put on the map is passed over.
        asked: The points with their covariances.
        days: First and last day of the date asked about.
        groups: Canonical names of the groups whose nearest territory is asked for.
        rules: The parameters.
    """
    if not asked:
        return ()
    answers = [
        assess_layer(layer, asked, days=days, groups=groups, rules=rules)
        for layer in layers
        if layer.territories
    ]
    return tuple(
        combine_layers(point, [layer[index] for layer in answers])
        for index, point in enumerate(asked)
    )
