"""Points placed by hand on a frame and an orthophoto: the view that they give, as it is drawn.

The fit is the place check's own. Around it stand conversions alone: what is placed may be named by
a pixel of the orthophoto or by longitude and latitude, and what comes out is told in both, so that
whoever draws it computes nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from purport.casework.bench import Bench, BenchReference
from purport.checks.place import HandAnswer, HandFit, HandPoint, ShotGround, fit_by_hand
from purport.checks.registered_ground import pixel_in_anchor
from purport.core.casefile import MarkRecord
from purport.core.errors import InputError
from purport.core.findings import Finding
from purport.core.marks import ControlPoint, MarkKind, point_marks
from purport.core.positions import GeoPoint, to_geographic
from purport.core.records import from_json
from purport.imagery import (
    Reference,
    pixels_of_map,
    reference_pixel,
    reference_position,
)
from purport.scene import Scene

__all__ = [
    "CHI_SQUARED_95",
    "Ellipse",
    "HandView",
    "OnMap",
    "Pair",
    "PlacedPoint",
    "SeenPoint",
    "StartPoint",
    "View",
    "Warp",
    "ellipse_about",
    "fit_view",
    "ground_of_shot",
    "how_registered",
    "is_from_points",
    "move_pixel",
    "on_orthophoto",
    "registered_ground_of",
    "start_from_registration",
]

FloatArray = NDArray[np.float64]
Pair: TypeAlias = tuple[float, float]

CHI_SQUARED_95 = 5.991
"""95 % quantile of chi-squared with two degrees of freedom: an ellipse holds so much."""
_GRID = 9
_REACH = 10
"""Sides of an orthophoto up to which points may lie outside of it."""
_START_AT = ((0.12, 0.15), (0.88, 0.15), (0.12, 0.85), (0.88, 0.85), (0.5, 0.35), (0.5, 0.65))
"""Where in the picture points of a registration are offered, as shares of its sides."""
_AUTHOR = "you"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMap:
    """A place on the map, named one way or the other."""

    pixel: Pair | None = None
    """(x, y) in the orthophoto's own pixels; None when the position is given. [px]"""
    position: Pair | None = None
    """Longitude and latitude; None when the pixel is given. [deg]"""

    def resolve(self, reference: Reference) -> "tuple[Pair, GeoPoint]":
        """Return the pixel of the orthophoto and the position.

        Raises:
            InputError: Neither is given, or it lies nowhere on Earth.
        """
        if self.position is not None:
            try:
                point = GeoPoint(longitude_deg=self.position[0], latitude_deg=self.position[1])
            except ValueError as error:
                raise InputError(
                    "position", str(error), remedy="Write longitude, then latitude."
                ) from error
            return _near(reference, reference_pixel(reference, point)), point
        if self.pixel is None:
            raise InputError("map", "says no place", remedy="Give a pixel or a position.")
        return _near(reference, self.pixel), reference_position(reference, self.pixel)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPoint:
    """A control point as it is being placed."""

    key: str
    """What the page calls it."""
    frame: int
    """Frame index."""
    pixel: Pair
    """(x, y) in its display picture. [px]"""
    pixel_sd_px: float
    """Standard uncertainty per axis. [px]"""
    place: OnMap
    """On the map."""
    place_sd_m: float
    """Standard uncertainty per axis, beyond the map's own. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An ellipse in the pixels of a picture, y downwards."""

    centre: Pair
    """Its middle. [px]"""
    semi_px: Pair
    """Longer and shorter semi-axis. [px]"""
    turn_deg: float
    """From the x axis towards the y axis to the longer one. [deg]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPoint:
    """What a view says of a control point."""

    key: str
    """What the page calls it."""
    map_px: Pair
    """Its map point in the orthophoto's pixels. [px]"""
    position: Pair
    """The same, longitude and latitude. [deg]"""
    here_px: Pair | None
    """Its pixel in the frame shown; None when that is of another shot, or not linked. [px]"""
    used: bool | None = None
    """False when the others contradict it; None without a view, or when it is of another shot."""
    residual_px: Pair | None = None
    """Placed pixel minus where the view puts the map point, in the shot's anchor frame. [px]"""
    residual_m: Pair | None = None
    """Where the view puts the pixel minus the map point, east and north. [m]"""
    leverage: float | None = None
    """See `HandPoint.leverage`."""
    away_m: float | None = None
    """See `HandPoint.away_m`. [m]"""
    expected_m: float | None = None
    """See `HandPoint.expected_m`. [m]"""
    on_map: Ellipse | None = None
    """95 % ellipse of where the view puts the pixel, on the orthophoto, without its own error."""
    in_frame: Ellipse | None = None
    """95 % ellipse of where the view puts the map point, in the frame shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warp:
    """How to draw the frame shown on the orthophoto."""

    matrix: tuple[tuple[float, float, float], ...]
    """Pixel of the frame to pixel of the orthophoto, centres of the first ones at (0, 0)."""
    error_px: float
    """By how much it may draw beside where the view puts it, in pixels of the orthophoto. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandView:
    """What comes of the points, ready to be drawn."""

    answer: str
    """"fitted", or what keeps the points from giving a view; "registered" for the check's own."""
    words: tuple[str, ...]
    """What is to be said of it, a sentence each."""
    suspects: tuple[str, ...]
    """Points that may be wrong, or lie on one line."""
    points: tuple[SeenPoint, ...]
    """The points, in their order."""
    rmse_px: float | None = None
    """Root mean square length of the residuals in the anchor frame; None without a view. [px]"""
    rmse_m: float | None = None
    """The same on the ground; None without a view. [m]"""
    redundancy: int = 0
    """How many more numbers the points give than a view has."""
    widened: float = 1.0
    """By how much standard uncertainties were widened."""
    gsd_m: float | None = None
    """Ground that a pixel spans at the picture's middle; None without a view. [m]"""
    obliquity_deg: float | None = None
    """Angle of the line of sight from the vertical; None without a view. [deg]"""
    warp: Warp | None = None
    """How to draw the frame on the orthophoto; None without a view of the frame shown."""
    asked: tuple[Ellipse, ...] = ()
    """95 % ellipses on the orthophoto at the pixels asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A view of a shot on an orthophoto, to be drawn and measured with."""

    scene: Scene
    """The scene."""
    frame: int
    """The frame shown."""
    ground: ShotGround
    """The view."""
    reference: Reference
    """The orthophoto."""

    def ellipse_on_map(self, pixel: Pair, covariance_m2: FloatArray) -> Ellipse:
        """Return the 95 % ellipse on the orthophoto about where an anchor pixel falls."""
        return ellipse_about(self.reference, self._ground_point(pixel), covariance_m2)

    def ellipse_in_frame(self, pixel: Pair, covariance_m2: FloatArray) -> Ellipse | None:
        """Return the 95 % ellipse in the frame shown about an anchor pixel; None if not linked."""
        link = self.link()
        if link is None:
            return None
        back = np.linalg.inv(self.ground.homography.ground_jacobian(pixel))
        there, turn = pixel_in_anchor(link, pixel)
        whole = turn @ back
        return _ellipse(np.array(there), whole @ covariance_m2 @ whole.T)

    def sees(self, pixel: Pair) -> bool:
        """Tell whether an anchor pixel lies below the horizon of the view."""
        return float(self.ground.homography.to_map()[2] @ np.array([*pixel, 1.0])) > 0.0

    def link(self) -> FloatArray | None:
        """Return the matrix from the anchor frame to the frame shown; None when not linked."""
        if self.frame not in self.scene.shot_of(self.ground.anchor).span:
            return None
        return _from_anchor(self.scene, self.frame)

    def frame_pixel(self, map_px: Pair) -> Pair | None:
        """Return the pixel of the frame shown that sees a pixel of the orthophoto; None: none."""
        warp = self.warp()
        if warp is None:
            return None
        x, y, w = np.linalg.solve(np.array(warp.matrix), np.array([*map_px, 1.0]))
        behind = np.array(warp.matrix)[2] @ np.array([x / w, y / w, 1.0]) <= 0.0
        return None if behind else (float(x / w), float(y / w))

    def map_pixel(self, pixel: Pair, *, frame: int) -> Pair | None:
        """Return the pixel of the orthophoto under a pixel of a frame of the shot; None: none."""
        if self.frame not in self.scene.shot_of(frame).span or not self.scene.linked[frame]:
            return None
        anchor, _ = pixel_in_anchor(self.scene.to_anchor[frame], pixel)
        if not self.sees(anchor):
            return None
        place = pixels_of_map(self.reference, self._ground_point(anchor)[None])[0]
        return float(place[0]), float(place[1])

    def place_of(self, pixel: Pair) -> tuple[FloatArray, FloatArray]:
        """Return where a pixel of the frame shown falls, and how surely, without the map's error.

        Easting and northing (2,) [m] and its covariance (2, 2) [m²].
        """
        anchor, _ = pixel_in_anchor(self.scene.to_anchor[self.frame], pixel)
        return self._ground_point(anchor), self.ground.homography.point_causes(anchor)[
            "registration"
        ]

    def warp(self) -> Warp | None:
        """Return how to draw the frame shown; None when it is not linked."""
        if self.link() is None:
            return None
        to_map = self.ground.homography.to_map() @ self.scene.to_anchor[self.frame]
        size = (self.scene.width_px - 1.0, self.scene.height_px - 1.0)
        across, down = np.meshgrid(np.linspace(0, size[0], _GRID), np.linspace(0, size[1], _GRID))
        homogeneous = np.column_stack([across.ravel(), down.ravel(), np.ones(_GRID**2)]) @ to_map.T
        places = homogeneous[homogeneous[:, 2] > 0.0]
        ground = places[:, :2] / places[:, 2:]
        pixels = pixels_of_map(self.reference, ground)
        middle = ground.mean(axis=0)
        design = np.column_stack([ground - middle, np.ones(len(ground))])
        affine = np.linalg.lstsq(design, pixels, rcond=None)[0].T
        whole = np.vstack([affine, [0.0, 0.0, 1.0]])
        whole = whole @ np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1.0]]) @ to_map
        whole = whole / whole[2, 2]
        off = np.hypot(*(design @ affine.T - pixels).T).max()
        return Warp(
            matrix=tuple((float(a), float(b), float(c)) for a, b, c in whole),
            error_px=float(off),
        )

    def _ground_point(self, pixel: Pair) -> FloatArray:
        point = self.ground.homography.project(pixel, pixel_covariance=np.zeros((2, 2)))
        return np.array([point.easting_m, point.northing_m])


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPoint:
    """A point of the automatic registration, offered to be corrected."""

    pixel: Pair
    """(x, y) in the frame shown. [px]"""
    map_px: Pair
    """In the orthophoto's pixels. [px]"""
    position: Pair
    """Longitude and latitude. [deg]"""
    place_sd_m: float
    """Standard uncertainty per axis of the registration there, without the map's own error. [m]"""


def fit_view(
    bench: Bench,
    chosen: BenchReference,
    points: Sequence[PlacedPoint],
    *,
    frame: int,
    asked: Sequence[Pair] = (),
) -> tuple[HandView, View | None]:
    """Fit the view of the shot of a frame to control points, as the place check does.

    Args:
        bench: The item.
        chosen: The orthophoto.
        points: The points; those of other shots are told where they lie, and left out of the fit.
        frame: The frame shown.
        asked: Pixels of that frame at which an ellipse is wanted. [px]

    Raises:
        InputError: There is no such frame, a point lies nowhere on Earth, or the item has not been
            gone over.
    """
    scene = bench.require_frame(frame)
    shot = scene.shot_of(frame)
    resolved = [point.place.resolve(chosen.reference) for point in points]
    seen = [
        SeenPoint(
            key=point.key,
            map_px=pixel,
            position=(position.longitude_deg, position.latitude_deg),
            here_px=move_pixel(scene, point.pixel, start=point.frame, end=frame),
        )
        for point, (pixel, position) in zip(points, resolved, strict=True)
    ]
    fit = fit_by_hand(
        scene,
        shot,
        [_control_point(point, place) for point, (_, place) in zip(points, resolved, strict=True)],
        reference=chosen.reference,
        reference_sd_m=chosen.accuracy_m,
        terrain=bench.terrain,
    )
    if fit.ground is None:
        blank = HandView(
            answer=fit.answer.value, words=fit.words, suspects=fit.suspects, points=tuple(seen)
        )
        return blank, None
    view = View(scene=scene, frame=frame, ground=fit.ground, reference=chosen.reference)
    return _drawn(fit, view, seen, asked), view


def ellipse_about(reference: Reference, place: FloatArray, covariance_m2: FloatArray) -> Ellipse:
    """Return the 95 % ellipse on an orthophoto about a point of its metric system (2,)."""
    steps = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]])
    middle, east, west, north, south = pixels_of_map(reference, place + steps)
    turned = np.column_stack([east - west, north - south])
    return _ellipse(middle, turned @ covariance_m2 @ turned.T)


def registered_ground_of(bench: Bench, frame: int) -> ShotGround | None:
    """Return the view that the place check has on record of the shot of a frame; None: none."""
    finding = bench.place
    if finding is None or not finding.values.get("matched"):
        return None
    grounds = finding.values.get("ground")
    for ground in grounds if isinstance(grounds, list | tuple) else ():
        one = from_json(ShotGround, ground)
        if one.first <= frame <= one.last:
            return one
    return None


def how_registered(bench: Bench, *, first: int, last: int) -> str | None:
    """Say how the place check laid a shot on the map: "automatically", "by points", or None.

    Args:
        bench: The item.
        first: First frame of the shot.
        last: Its last frame.
    """
    if registered_ground_of(bench, first) or registered_ground_of(bench, last):
        return "by points" if is_from_points(bench.place, first) else "automatically"
    return None


def ground_of_shot(bench: Bench, chosen: BenchReference, frame: int) -> tuple[HandView, View]:
    """Return the view that the place check has on record, ready to be drawn.

    Raises:
        InputError: There is none.
    """
    scene = bench.require_frame(frame)
    ground = registered_ground_of(bench, frame)
    if ground is None:
        raise InputError(
            "registration",
            "the place check has none on record for this shot",
            remedy="Place at least four control points, or run the checks.",
        )
    view = View(scene=scene, frame=frame, ground=ground, reference=chosen.reference)
    told = HandView(
        answer="registered",
        words=("The view is the one that the place check has on record.",),
        suspects=(),
        points=(),
        gsd_m=ground.gsd_m,
        obliquity_deg=ground.obliquity_deg,
        warp=view.warp(),
    )
    return told, view


def start_from_registration(
    bench: Bench, chosen: BenchReference, *, frame: int
) -> tuple[StartPoint, ...]:
    """Return points of the automatic registration in a frame, to be confirmed or corrected.

    Raises:
        InputError: None is on record, or the one on record comes from placed points.
    """
    if is_from_points(bench.place, frame):
        raise InputError(
            "registration",
            "the one on record was made from placed points",
            remedy="Correct those points.",
        )
    _, view = ground_of_shot(bench, chosen, frame)
    link = view.link()
    if link is None:
        raise InputError(
            f"frame {frame}", "could not be held to its shot", remedy="Choose another frame."
        )
    size = np.array([view.scene.width_px - 1.0, view.scene.height_px - 1.0])
    points = []
    for share in _START_AT:
        pixel = np.round(np.array(share) * size, 1)
        here = (float(pixel[0]), float(pixel[1]))
        anchor, _ = pixel_in_anchor(view.scene.to_anchor[frame], here)
        points.append(_start_point(view, here, anchor))
    return tuple(points)


def on_orthophoto(mark: MarkRecord, reference: Reference) -> dict[str, tuple[Pair, ...]]:
    """Return where a mark's position or outline lies, in the pixels of an orthophoto."""
    pixels: dict[str, tuple[Pair, ...]] = {}
    for one in point_marks((mark,), MarkKind(mark.kind)):
        if one.point is not None:
            pixels["position"] = (reference_pixel(reference, one.point),)
        if one.outline is not None:
            pixels["outline"] = tuple(reference_pixel(reference, each) for each in one.outline)
    return pixels


def _near(reference: Reference, pixel: Pair) -> Pair:
    """Refuse what lies so far from an orthophoto that its metric system does not hold there."""
    reach = _REACH * max(reference.width, reference.height)
    if all(abs(value) <= reach for value in pixel):
        return pixel
    raise InputError(
        "position",
        "lies far outside the orthophoto",
        remedy="Check the order longitude, latitude, or choose another orthophoto.",
    )


def _start_point(view: View, here: Pair, anchor: Pair) -> StartPoint:
    homography = view.ground.homography
    place = homography.project(anchor, pixel_covariance=np.zeros((2, 2)))
    causes = homography.point_causes(anchor)
    spread = causes["registration"] + causes["relief"] + causes["height"]
    point = to_geographic(place)
    pixel = pixels_of_map(view.reference, np.array([[place.easting_m, place.northing_m]]))[0]
    return StartPoint(
        pixel=here,
        map_px=(float(pixel[0]), float(pixel[1])),
        position=(point.longitude_deg, point.latitude_deg),
        place_sd_m=math.sqrt(float(np.trace(spread)) / 2.0),
    )


def is_from_points(finding: Finding | None, frame: int) -> bool:
    """Tell whether the view on record of the shot of a frame was made from placed points alone."""
    shots = None if finding is None else finding.values.get("shots")
    return any(
        isinstance(shot, Mapping)
        and int(str(shot["first"])) <= frame <= int(str(shot["last"]))
        and shot["rung"] == "control points"
        for shot in (shots if isinstance(shots, list | tuple) else ())
    )


def _drawn(fit: HandFit, view: View, seen: Sequence[SeenPoint], asked: Sequence[Pair]) -> HandView:
    by_mark = {point.mark: point for point in fit.points}
    ground = view.ground
    return HandView(
        answer=HandAnswer.FITTED.value,
        words=fit.words,
        suspects=fit.suspects,
        points=tuple(_told(one, by_mark.get(one.key), view) for one in seen),
        rmse_px=fit.rmse_px,
        rmse_m=fit.rmse_m,
        redundancy=fit.redundancy,
        widened=fit.widened,
        gsd_m=ground.gsd_m,
        obliquity_deg=ground.obliquity_deg,
        warp=view.warp(),
        asked=tuple(one for one in (_asked(view, pixel) for pixel in asked) if one is not None),
    )


def _told(seen: SeenPoint, point: HandPoint | None, view: View) -> SeenPoint:
    if point is None:
        return seen
    covariance = None if point.covariance_m2 is None else np.array(point.covariance_m2)
    return SeenPoint(
        key=seen.key,
        map_px=seen.map_px,
        position=seen.position,
        here_px=seen.here_px,
        used=point.used,
        residual_px=point.residual_px,
        residual_m=point.residual_m,
        leverage=point.leverage,
        away_m=point.away_m,
        expected_m=point.expected_m,
        on_map=None if covariance is None else view.ellipse_on_map(point.anchor_px, covariance),
        in_frame=None if covariance is None else view.ellipse_in_frame(point.anchor_px, covariance),
    )


def _asked(view: View, pixel: Pair) -> Ellipse | None:
    if not view.scene.linked[view.frame]:
        return None
    anchor, _ = pixel_in_anchor(view.scene.to_anchor[view.frame], pixel)
    if not view.sees(anchor):
        return None
    return view.ellipse_on_map(anchor, view.ground.homography.point_causes(anchor)["registration"])


def _control_point(point: PlacedPoint, place: GeoPoint) -> ControlPoint:
    return ControlPoint(
        mark=point.key,
        author=_AUTHOR,
        frame=point.frame,
        pixel=point.pixel,
        pixel_sd_px=point.pixel_sd_px,
        point=place,
        point_sd_m=point.place_sd_m,
    )


def move_pixel(scene: Scene, pixel: Pair, *, start: int, end: int) -> Pair | None:
    """Move a pixel from one frame to another; None when they are of two shots, or not linked."""
    if start == end:
        return pixel
    if not 0 <= start < scene.frames or scene.shot_of(start) is not scene.shot_of(end):
        return None
    back = _from_anchor(scene, end)
    if back is None or not scene.linked[start]:
        return None
    anchor, _ = pixel_in_anchor(scene.to_anchor[start], pixel)
    return pixel_in_anchor(back, anchor)[0]


def _from_anchor(scene: Scene, frame: int) -> FloatArray | None:
    if not scene.linked[frame]:
        return None
    return np.asarray(np.linalg.inv(scene.to_anchor[frame]), dtype=np.float64)


def _ellipse(centre: FloatArray, covariance: FloatArray) -> Ellipse:
    values, vectors = np.linalg.eigh(covariance)
    semi = np.sqrt(np.maximum(values, 0.0) * CHI_SQUARED_95)
    long = vectors[:, 1]
    return Ellipse(
        centre=(float(centre[0]), float(centre[1])),
        semi_px=(float(semi[1]), float(semi[0])),
        turn_deg=math.degrees(math.atan2(float(long[1]), float(long[0]))),
    )
