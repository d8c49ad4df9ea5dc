"""From what each layer says of a point to how the layers stand to each other."""

from collections.abc import Sequence

from purport.checks.control._points import AskedPoint
from purport.checks.control.records import LayerAnswer, Overall, PointAnswer
from purport.core.groups import canonical_group
from purport.core.ratings import Confidence

__all__ = ["combine_layers", "combine_points"]


def combine_layers(asked: AskedPoint, layers: Sequence[LayerAnswer]) -> PointAnswer:
    """Join the layers' answers about one point.

    Layers close to the date decide; those far from it are read only when no other says anything
    about the point.
    """
    close = [layer for layer in layers if not layer.stale]
    speaking = [layer for layer in close if _speaks(layer)] or [
        one for one in layers if _speaks(one)
    ]
    overall = _overall(speaking)
    confidence, reason = _confidence(speaking, overall)
    agreed = [layer.holder for layer in speaking if layer.holder is not None]
    return PointAnswer(
        point=(asked.point.longitude_deg, asked.point.latitude_deg),
        basis=asked.basis,
        strike=asked.strike,
        covariance_m2=asked.covariance_m2,
        layers=tuple(layers),
        overall=overall,
        holder=agreed[0] if overall is Overall.AGREE else None,
        confidence=confidence,
        confidence_reason=reason,
    )


def combine_points(points: Sequence[PointAnswer]) -> Overall:
    """Join the points: the least settled decides, and points without data do not count."""
    answers = {point.overall for point in points}
    for overall in (Overall.DISPUTED, Overall.BOUNDARY, Overall.AGREE):
        if overall in answers:
            return overall
    return Overall.NO_DATA


def _speaks(layer: LayerAnswer) -> bool:
    return layer.holder is not None or layer.boundary or layer.contested


def _overall(speaking: Sequence[LayerAnswer]) -> Overall:
    held = {canonical_group(one.holder) for one in speaking if one.holder and not one.boundary}
    denied = {canonical_group(group) for one in speaking for group in one.not_held_by}
    if any(one.contested for one in speaking) or len(held) > 1 or held & denied:
        return Overall.DISPUTED
    if any(one.boundary for one in speaking):
        return Overall.BOUNDARY
    return Overall.AGREE if held else Overall.NO_DATA


def _confidence(speaking: Sequence[LayerAnswer], overall: Overall) -> tuple[Confidence, str]:
    if overall is Overall.NO_DATA:
        return Confidence.LOW, "No layer lists a holder at this point."
    if overall is Overall.DISPUTED:
        return Confidence.LOW, "The layers do not agree on the holder."
    if overall is Overall.BOUNDARY:
        return Confidence.LOW, "The point lies too close to a boundary for its uncertainty."
    if speaking[0].stale:
        nearest = min(abs(layer.age_days) for layer in speaking)
        return (
            Confidence.LOW,
            f"The nearest map that lists a holder is {nearest} days off the date.",
        )
    publishers = {layer.publisher for layer in speaking if layer.publisher is not None}
    if len(publishers) > 1:
        return Confidence.HIGH, f"{len(publishers)} publishers agree, with maps close to the date."
    return Confidence.MODERATE, "It rests on one publisher's map close to the date."
