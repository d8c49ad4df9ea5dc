"""Maps: where footage lies on the orthophoto, and how far an impact lies from its target.

Everything is drawn in the reference's metric system, so that lengths on the picture are lengths on
the ground; north is that system's grid north.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.case import ItemRecord, Target
from purport.core.positions import (
    GeoPoint,
    MapPoint,
    Matrix2,
    bearing_deg,
    compass_point,
    from_geographic,
    geodesic_distance_m,
    to_geographic,
)
from purport.imagery import LumaPatch, MapWindow, Reference, read_luma
from purport.reports.drawings import (
    WIDEST_PX,
    Drawing,
    Ellipse,
    Label,
    Polygon,
    Segment,
    Shape,
    encode_picture,
)
from purport.reports.phrases import format_length
from purport.reports.readings import FrameOnMap, PlaceReading, StrikeReading

__all__ = ["draw_impacts", "draw_place", "ellipse_axes", "footprint"]

FloatArray = NDArray[np.float64]

# 95 % quantile of chi-square with 2 degrees of freedom, square root.
_COVER_95 = math.sqrt(-2.0 * math.log(0.05))
_ASPECT = 1.5
_PLACE_MARGIN = 0.35
_IMPACT_MARGIN = 0.55
_SMALLEST_WINDOW_M = 30.0
_MOST_FOOTPRINTS = 120
_BAR_PART = 0.22
_MOST_LABELLED = 4
_MOST_NUMBERED = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Canvas:
    """A stretch of the orthophoto and the way from the ground to its pixels."""

    patch: LumaPatch
    """The stretch."""
    reference: Reference
    """The orthophoto."""

    def pixels(self, ground: FloatArray) -> FloatArray:
        """Return the pixels (n, 2) of ground points (n, 2) in `reference.metric_crs`."""
        inverse = np.linalg.inv(self.patch.to_map)
        return np.asarray(ground @ inverse[:2, :2].T + inverse[:2, 2], dtype=np.float64)

    def pixel(self, point: MapPoint) -> tuple[float, float]:
        x, y = self.pixels(_plane(point)[None])[0]
        return float(x), float(y)

    def shows(self, point: MapPoint) -> bool:
        x, y = self.pixel(point)
        height, width = self.patch.luma.shape
        return bool(0.0 <= x < width and 0.0 <= y < height)


def ellipse_axes(covariance_m2: Matrix2) -> tuple[float, float, float]:
    """Return the half axes and direction of the 95 % ellipse of a covariance.

    Returns:
        Major half axis [m], minor half axis [m], direction of the major axis from east towards
        north. [deg]

    Examples:
        >>> major, minor, angle = ellipse_axes(((4.0, 0.0), (0.0, 1.0)))
        >>> round(major, 2), round(minor, 2), angle
        (4.9, 2.45, 0.0)
    """
    sizes, axes = np.linalg.eigh(np.array(covariance_m2))
    major, minor = _COVER_95 * np.sqrt(np.maximum(sizes[::-1], 0.0))
    east, north = axes[:, 1]
    if east < 0 or (east == 0 and north < 0):
        east, north = -east, -north
    return float(major), float(minor), math.degrees(math.atan2(north, east))


def footprint(frame: FrameOnMap, size_px: tuple[int, int]) -> FloatArray | None:
    """Return the ground corners (4, 2) of a frame; None when the horizon crosses it.

    Args:
        frame: Its place on the map.
        size_px: Width and height of the display picture.
    """
    right, bottom = size_px[0] - 0.5, size_px[1] - 0.5
    corners = np.array([[-0.5, -0.5, 1], [right, -0.5, 1], [right, bottom, 1], [-0.5, bottom, 1]])
    projected = corners @ frame.to_map.T
    scale = projected[:, 2]
    if (scale <= 0).any():
        return None
    return np.asarray(projected[:, :2] / scale[:, None], dtype=np.float64)


def draw_place(
    reference: Reference,
    place: PlaceReading,
    item: ItemRecord,
    *,
    size_px: tuple[int, int],
) -> Drawing:
    """Draw the registered footage, the position found and the position claimed.

    Args:
        reference: The orthophoto.
        place: What the check `place` found.
        item: What is recorded of the item.
        size_px: Width and height of the item's display picture.
    """
    thinned = place.frames[:: max(len(place.frames) // _MOST_FOOTPRINTS, 1)]
    outlines = [
        _in_reference(outline, frame.crs, reference)
        for frame in thinned
        if (outline := footprint(frame, size_px)) is not None
    ]
    found = _ground(place.centre, reference, place.covariance_m2) if place.centre else None
    claimed = _claimed(item, reference)
    known = [*outlines, *(_plane(point)[None] for point in (found,) if point)]
    canvas = _open_canvas(reference, known, claimed, margin=_PLACE_MARGIN)
    shapes: list[Shape] = []
    legend: list[tuple[str, str]] = []
    if outlines:
        shapes += _joined("footprint-area", canvas, outlines)
        shapes.append(_polygon("footprint", canvas, outlines[len(outlines) // 2]))
        legend.append(("footprint", "Ground covered by the registered frames; one frame outlined"))
    if found is not None:
        shapes += _spot("found", canvas, found)
        legend.append(("found", "Position found (middle of the picture), with its 95 % ellipse"))
    if claimed is not None:
        legend.append(("claimed", _claimed_words(canvas, claimed, found)))
        if canvas.shows(claimed):
            shapes += _cross("claimed", canvas.pixel(claimed), "claimed")
    return _finish(canvas, shapes, legend, alt="Orthophoto with the ground that the footage shows")


def draw_impacts(
    reference: Reference, strikes: Sequence[StrikeReading], target: Target | None
) -> Drawing:
    """Draw each located strike, the stated target and the offset between them, to scale.

    Args:
        reference: The orthophoto.
        strikes: Strikes of which at least one has a position; repeated showings are left out.
        target: The stated target; None when there is none.
    """
    points = [
        (strike, _ground(strike.position, reference, strike.covariance_m2))
        for strike in strikes
        if strike.position is not None and strike.same_strike_as is None
    ]
    outline = _target_outline(target, reference)
    known = [_plane(point)[None] for _, point in points]
    if outline is not None:
        known.append(outline)
    canvas = _open_canvas(reference, known, None, margin=_IMPACT_MARGIN)
    shapes: list[Shape] = []
    legend: list[tuple[str, str]] = []
    if outline is not None:
        shapes += [
            _offset_line(canvas, outline, point) for strike, point in points if strike.offset_m != 0
        ]
        shapes += _target_shapes(canvas, outline)
        legend.append(("target", "Stated target"))
    for strike, point in points:
        shapes += _spot("impact", canvas, point, text=_impact_text(strike, len(points)))
    legend.append(("impact", "Impact, numbered as in the table, with its 95 % ellipse"))
    if outline is not None:
        legend.append(("offset", "Offset: from the nearest point of the target to the impact"))
    return _finish(canvas, shapes, legend, alt="Orthophoto with impacts and stated target")


# ---- ground ---------------------------------------------------------------------------------


def _plane(point: MapPoint) -> FloatArray:
    return np.array([point.easting_m, point.northing_m])


def _ground(point: GeoPoint, reference: Reference, covariance_m2: Matrix2 | None) -> MapPoint:
    bare = from_geographic(point, reference.metric_crs)
    return MapPoint(
        easting_m=bare.easting_m,
        northing_m=bare.northing_m,
        crs=bare.crs,
        covariance_m2=covariance_m2 or bare.covariance_m2,
    )


def _in_reference(ground: FloatArray, crs: str, reference: Reference) -> FloatArray:
    if crs == reference.metric_crs:
        return ground
    moved = [
        from_geographic(
            to_geographic(MapPoint(easting_m=float(x), northing_m=float(y), crs=crs)),
            reference.metric_crs,
        )
        for x, y in ground
    ]
    return np.array([[point.easting_m, point.northing_m] for point in moved])


def _claimed(item: ItemRecord, reference: Reference) -> MapPoint | None:
    place = item.claimed_place
    if place is None or place.point is None:
        return None
    return from_geographic(place.point, reference.metric_crs)


def _target_outline(target: Target | None, reference: Reference) -> FloatArray | None:
    """Return the corners (n, 2) of the target, one for a point."""
    if target is None:
        return None
    points = target.outline or ((target.point,) if target.point else ())
    return np.array([_plane(from_geographic(point, reference.metric_crs)) for point in points])


# ---- window ---------------------------------------------------------------------------------


def _open_canvas(
    reference: Reference,
    known: Sequence[FloatArray],
    wish: MapPoint | None,
    *,
    margin: float,
) -> _Canvas:
    """Read a stretch that holds all `known` points, and `wish` when the reference shows it."""
    points = list(known)
    west, south, east, north = reference.bounds
    if wish is not None and west <= wish.easting_m <= east and south <= wish.northing_m <= north:
        points.append(_plane(wish)[None])
    window = (
        _window(np.concatenate(points), margin, reference.bounds)
        if points
        else MapWindow(west_m=west, south_m=south, east_m=east, north_m=north)
    )
    gsd_m = (window.east_m - window.west_m) / WIDEST_PX
    return _Canvas(patch=read_luma(reference, window, gsd_m), reference=reference)


def _window(
    points: FloatArray, margin: float, bounds: tuple[float, float, float, float]
) -> MapWindow:
    """Frame the points, moved rather than cut where the reference ends."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2, _SMALLEST_WINDOW_M / 2) * (1.0 + margin)
    half[0] = max(half[0], half[1] * _ASPECT)
    half[1] = max(half[1], half[0] / _ASPECT)
    edge_low, edge_high = np.array(bounds[:2]), np.array(bounds[2:])
    half = np.minimum(half, (edge_high - edge_low) / 2)
    middle = np.clip(middle, edge_low + half, edge_high - half)
    return MapWindow(
        west_m=float(middle[0] - half[0]),
        south_m=float(middle[1] - half[1]),
        east_m=float(middle[0] + half[0]),
        north_m=float(middle[1] + half[1]),
    )


# ---- shapes ---------------------------------------------------------------------------------


def _polygon(role: str, canvas: _Canvas, ground: FloatArray) -> Polygon:
    return Polygon(role=role, points=tuple((float(x), float(y)) for x, y in canvas.pixels(ground)))


def _joined(role: str, canvas: _Canvas, outlines: Sequence[FloatArray]) -> list[Shape]:
    """Draw the union of several outlines."""
    mask = np.zeros(canvas.patch.luma.shape, np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [np.rint(canvas.pixels(outline)).astype(np.int32)], 1)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [
        Polygon(role=role, points=tuple((float(x), float(y)) for x, y in contour[:, 0]))
        for contour in contours
    ]


def _spot(role: str, canvas: _Canvas, point: MapPoint, *, text: str = "") -> list[Shape]:
    """Draw a point with its 95 % ellipse."""
    x, y = canvas.pixel(point)
    major, minor, angle = ellipse_axes(point.covariance_m2)
    step = canvas.patch.gsd_m
    shapes: list[Shape] = []
    if major > 0:
        # Northing runs up and y runs down, so the direction turns round.
        shapes.append(
            Ellipse(
                role=f"{role}-area", x=x, y=y, rx=major / step, ry=minor / step, angle_deg=-angle
            )
        )
    shapes.append(Ellipse(role=role, x=x, y=y, rx=5.0, ry=5.0))
    if text:
        shapes.append(Label(role=role, x=x + 12.0, y=y - 10.0, text=text))
    return shapes


def _cross(role: str, at: tuple[float, float], text: str) -> list[Shape]:
    x, y = at
    arm = 12.0
    return [
        Segment(role=role, x1=x - arm, y1=y - arm, x2=x + arm, y2=y + arm),
        Segment(role=role, x1=x - arm, y1=y + arm, x2=x + arm, y2=y - arm),
        Label(role=role, x=x + arm + 6.0, y=y + 6.0, text=text),
    ]


def _target_shapes(canvas: _Canvas, outline: FloatArray) -> list[Shape]:
    if len(outline) > 1:
        return [_polygon("target", canvas, outline)]
    x, y = (float(value) for value in canvas.pixels(outline)[0])
    arm = 14.0
    return [
        Ellipse(role="target", x=x, y=y, rx=arm * 0.7, ry=arm * 0.7),
        Segment(role="target", x1=x - arm, y1=y, x2=x + arm, y2=y),
        Segment(role="target", x1=x, y1=y - arm, x2=x, y2=y + arm),
    ]


def _impact_text(strike: StrikeReading, count: int) -> str:
    """Write number and offset beside an impact, as far as there is room for so many."""
    if count > _MOST_NUMBERED:
        return ""
    if count > _MOST_LABELLED or strike.offset_m is None:
        return str(strike.number)
    return f"{strike.number}: {format_length(strike.offset_m)}"


def _offset_line(canvas: _Canvas, outline: FloatArray, impact: MapPoint) -> Segment:
    (x1, y1), (x2, y2) = canvas.pixels(np.array([_nearest(outline, impact), _plane(impact)]))
    return Segment(role="offset", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2))


def _nearest(outline: FloatArray, impact: MapPoint) -> FloatArray:
    """Return the point of an outline (or the point itself) that is nearest to an impact."""
    point = _plane(impact)
    if len(outline) == 1:
        return np.asarray(outline[0], dtype=np.float64)
    starts, ends = outline, np.roll(outline, -1, axis=0)
    along = ends - starts
    part = ((point - starts) * along).sum(axis=1) / (along**2).sum(axis=1)
    nearest = starts + np.clip(part, 0.0, 1.0)[:, None] * along
    return np.asarray(nearest[np.argmin(((nearest - point) ** 2).sum(axis=1))], dtype=np.float64)


def _claimed_words(canvas: _Canvas, claimed: MapPoint, found: MapPoint | None) -> str:
    if found is None:
        return (
            "Position claimed" if canvas.shows(claimed) else "Position claimed: not in this picture"
        )
    here, there = to_geographic(found), to_geographic(claimed)
    if here == there:
        return "Position claimed: the position found"
    away = format_length(geodesic_distance_m(here, there))
    direction = compass_point(bearing_deg(here, there))
    outside = "" if canvas.shows(claimed) else ", outside this picture"
    return f"Position claimed: {away} {direction} of the position found{outside}"


def _finish(
    canvas: _Canvas, shapes: list[Shape], legend: list[tuple[str, str]], *, alt: str
) -> Drawing:
    height, width = canvas.patch.luma.shape
    length_m = _round_length(canvas.patch.gsd_m * width * _BAR_PART)
    bar = length_m / canvas.patch.gsd_m
    left, base = 24.0, height - 26.0
    frame: list[Shape] = [
        Segment(role="scale", x1=left, y1=base, x2=left + bar, y2=base),
        Segment(role="scale", x1=left, y1=base - 8, x2=left, y2=base),
        Segment(role="scale", x1=left + bar, y1=base - 8, x2=left + bar, y2=base),
        Label(role="scale", x=left + 6, y=base - 10, text=format_bar(length_m)),
        *_north(width - 40.0, 26.0),
    ]
    return Drawing(
        picture=encode_picture(canvas.patch.luma),
        width=width,
        height=height,
        alt=f"{alt}; scale bar {format_bar(length_m)}, north is up. "
        + " ".join(f"{text}." for _, text in legend),
        shapes=(*shapes, *frame),
        legend=tuple(legend),
    )


def _north(x: float, y: float) -> list[Shape]:
    return [
        Polygon(role="north", points=((x, y), (x + 11, y + 34), (x, y + 26), (x - 11, y + 34))),
        Label(role="scale", x=x, y=y + 58, text="N", anchor="middle"),
    ]


def _round_length(length_m: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(length_m))
    return max(step * power for step in (1, 2, 5) if step * power <= length_m)


def format_bar(length_m: float) -> str:
    """Write a round length.

    Examples:
        >>> format_bar(50.0), format_bar(0.5), format_bar(2000.0)
        ('50 m', '0.5 m', '2 km')
    """
    return f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"  # noqa: PLR2004 - m in a km
