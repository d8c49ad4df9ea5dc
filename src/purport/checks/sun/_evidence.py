"""What people marked for this check, gathered: shadows with their covariance, place, zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from purport.checks.contract import Evidence
from purport.checks.registered_ground import find_map, pixel_in_anchor
from purport.checks.sun._shadows import CastShadow, ShadowSet, join_shadows
from purport.checks.sun._vectors import FramePair, frame_shadows, ground_point, map_shadow
from purport.checks.sun._windows import solar_zone
from purport.checks.sun.records import PlaceBasis
from purport.core.errors import ConsistencyError
from purport.core.homographies import GroundHomography
from purport.core.marks import (
    MarkKind,
    NoShadowMark,
    ShadowDirection,
    ShadowMark,
    no_shadow_marks,
    point_marks,
    shadow_directions,
    shadow_marks,
)
from purport.core.positions import GeoPoint
from purport.scene import Scene

__all__ = ["Gathered", "gather"]

SOLAR = "mean solar time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What there is to go by."""

    shadows: ShadowSet | None
    """What could be measured; None when nothing could."""
    directions: frozenset[str]
    """Marks of which only the direction is known."""
    place: GeoPoint | None
    """Where; None when nothing tells."""
    basis: PlaceBasis | None
    """How that is known; None as `place`."""
    zone_name: str | None
    """Zone that a person stated; None when nobody did, or two were stated."""
    unused: tuple[str, ...]
    """Marks that could not be used, with the reason."""
    absent: tuple[NoShadowMark, ...]
    """Marks that say that there is no shadow."""

    def zone(self) -> tzinfo:
        """Return the zone in which days and times are told."""
        if self.zone_name is not None:
            return ZoneInfo(self.zone_name)
        return solar_zone(self.place.longitude_deg if self.place else 0.0)


def gather(evidence: Evidence, *, map_sd_m: float) -> Gathered:
    """Read the marks of an item.

    Args:
        evidence: The item with its marks and what the place check found.
        map_sd_m: Standard uncertainty of a point on the map where none is stated. [m]
    """
    marked = shadow_marks(evidence.marks)
    directions = shadow_directions(evidence.marks)
    unused = [
        f"Mark {mark.mark}: a tip without its foot; mark both as a shadow."
        for mark in point_marks(evidence.marks, MarkKind.SHADOW_TIP)
    ]
    sets, places = _in_frames(evidence, marked, unused)
    for mark in marked:
        if mark.foot is not None and mark.tip is not None:
            sets.append(map_shadow(mark, foot=mark.foot, tip=mark.tip, map_sd_m=map_sd_m))
            places.append((mark.foot, PlaceBasis.MARKS))
    sets += [_direction(one) for one in directions]
    places += [(one.point, PlaceBasis.MARKS) for one in directions if one.point is not None]
    place, basis = _place(evidence, places)
    stated = [one.zone for one in marked] + [one.zone for one in directions]
    zones = {zone for zone in stated if zone is not None}
    if len(zones) > 1:
        unused.append(
            f"Different time zones are stated ({', '.join(sorted(zones))}): none is used."
        )
    absent = no_shadow_marks(evidence.marks)
    if sets:
        unused += [
            f"Mark {mark.mark} says that there is no shadow to measure ({mark.reason.value}), and "
            "shadows are marked."
            for mark in absent
        ]
    return Gathered(
        shadows=join_shadows(sets) if sets else None,
        directions=frozenset(one.mark for one in directions),
        place=place,
        basis=basis,
        zone_name=zones.pop() if len(zones) == 1 else None,
        unused=tuple(unused),
        absent=absent,
    )


def _in_frames(
    evidence: Evidence, marked: Sequence[ShadowMark], unused: list[str]
) -> tuple[list[ShadowSet], list[tuple[GeoPoint, PlaceBasis]]]:
    """Measure shadows marked in frames, all of a shot together."""
    placed = [mark for mark in marked if mark.frame is not None]
    if not placed:
        return [], []
    scene = evidence.load_scene()
    shots: dict[int, tuple[GroundHomography, list[FramePair]]] = {}
    places: list[tuple[GeoPoint, PlaceBasis]] = []
    for mark in placed:
        frame = mark.frame or 0
        if frame >= scene.frames or not scene.linked[frame]:
            unused.append(f"Mark {mark.mark}: frame {frame} could not be held to its shot.")
            continue
        shot_map = find_map(evidence, scene, frame)
        if shot_map is None:
            unused.append(
                f"Mark {mark.mark}: frame {frame} is not registered to the ground; give an "
                "orthophoto or control points, or mark the shadow on the map."
            )
            continue
        pair = _pair(scene, mark, frame)
        try:
            places.append((ground_point(shot_map.homography, pair.foot_px), PlaceBasis.GROUND))
            ground_point(shot_map.homography, pair.tip_px)
        except ConsistencyError:
            unused.append(f"Mark {mark.mark}: it lies beyond the horizon of the registration.")
            continue
        shots.setdefault(shot_map.anchor, (shot_map.homography, []))[1].append(pair)
    return [frame_shadows(homography, pairs) for homography, pairs in shots.values()], places


def _pair(scene: Scene, mark: ShadowMark, frame: int) -> FramePair:
    matrix = scene.to_anchor[frame]
    (foot, by_foot), (tip, by_tip) = (
        pixel_in_anchor(matrix, pixel)
        for pixel in (mark.foot_px or (0.0, 0.0), mark.tip_px or (0.0, 0.0))
    )
    variance = mark.pixel_sd_px**2
    return FramePair(
        mark=mark.mark,
        foot_px=foot,
        tip_px=tip,
        foot_px2=by_foot @ by_foot.T * variance,
        tip_px2=by_tip @ by_tip.T * variance,
        link_px2=np.eye(2) * float(scene.link_sd_px[frame]) ** 2,
        height_m=mark.height_m,
        height_sd_m=mark.height_sd_m,
    )


def _direction(one: ShadowDirection) -> ShadowSet:
    """Return a shadow of length 1 that points there."""
    azimuth, sd = np.radians([one.azimuth_deg, one.azimuth_sd_deg])
    shadow = CastShadow(
        mark=one.mark,
        vector_m=(float(np.sin(azimuth)), float(np.cos(azimuth))),
        height_m=one.ratio,
        height_sd_m=one.ratio_sd,
    )
    across = np.array([np.cos(azimuth), -np.sin(azimuth)]) * sd
    along = np.array([np.sin(azimuth), np.cos(azimuth)]) * _SLIGHT
    return ShadowSet(
        shadows=(shadow,), covariance_m2=np.outer(across, across) + np.outer(along, along)
    )


_SLIGHT = 1e-3
"""Standard uncertainty of the unit length of a direction, whose ratio carries it."""


def _place(
    evidence: Evidence, places: Sequence[tuple[GeoPoint, PlaceBasis]]
) -> tuple[GeoPoint | None, PlaceBasis | None]:
    if places:
        return places[0]
    finding = evidence.earlier_finding("place")
    centre = finding.values.get("centre") if finding and finding.values.get("matched") else None
    if isinstance(centre, Sequence) and not isinstance(centre, str):
        longitude, latitude = (float(str(part)) for part in centre)
        return GeoPoint(longitude_deg=longitude, latitude_deg=latitude), PlaceBasis.GROUND
    claimed = evidence.item.claimed_place
    if claimed is not None and claimed.point is not None:
        return claimed.point, PlaceBasis.CLAIMED
    return None, None
