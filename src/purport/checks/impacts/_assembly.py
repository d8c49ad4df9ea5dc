"""From sightings to the values of the finding: positions, offsets, repeats."""

from dataclasses import dataclass

import numpy as np

from purport.checks.contract import Evidence
from purport.checks.impacts._crosshair import CROSSHAIR_SD_PX, find_crosshair
from purport.checks.impacts._ground import (
    Mapped,
    Offset,
    ShotMap,
    find_map,
    map_pixel,
    offset_from_pixel,
    offset_to,
)
from purport.checks.impacts._repeats import Showing, find_repeats
from purport.checks.impacts._sightings import StrikeSighting, ground_patch
from purport.checks.impacts.records import ImpactsValues, StrikeValues
from purport.core.positions import to_geographic
from purport.scene import Scene

__all__ = ["assemble_values"]

_UNPUBLISHED = (
    "Positions and distances are not measured, because it is not recorded where and when the "
    "footage was made public."
)
_NO_REFERENCE = (
    "Positions and distances are not measured, because no orthophoto of the place was given."
)
_UNPLACED = (
    "Positions and distances are not measured, because this part of the footage could not be "
    "placed on the map."
)
_NO_TARGET = (
    "Distances are not measured, because no target is given and no crosshair is burnt into the "
    "picture."
)
_CROSSHAIR = "crosshair (assumed)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Measured:
    """A sighting as far as it could be measured on the ground."""

    sighting: StrikeSighting
    mapped: Mapped | None
    shot_map: ShotMap | None
    offset: Offset | None
    target_basis: str | None
    lacks: str | None


def assemble_values(
    evidence: Evidence, scene: Scene, sightings: tuple[StrikeSighting, ...]
) -> ImpactsValues:
    """Measure every sighting as far as what is recorded allows, and join repeats."""
    measured = [_measure(evidence, scene, sighting) for sighting in sightings]
    repeats = find_repeats(scene, [_showing(scene, one) for one in measured])
    strikes = tuple(
        _strike(scene, one, repeat) for one, repeat in zip(measured, repeats, strict=True)
    )
    bases = sorted({one.target_basis for one in measured if one.target_basis is not None})
    return ImpactsValues(
        strikes=strikes,
        distinct_strikes=sum(repeat is None for repeat in repeats),
        target_basis=" and ".join(bases) or None,
        frames_scanned=scene.frames,
        frames_unlinked=int(np.count_nonzero(~scene.linked)),
    )


def _measure(evidence: Evidence, scene: Scene, sighting: StrikeSighting) -> _Measured:
    """Measure a sighting; positions only for footage whose publication is recorded."""

    def lacking(reason: str) -> _Measured:
        return _Measured(
            sighting=sighting,
            mapped=None,
            shot_map=None,
            offset=None,
            target_basis=None,
            lacks=reason,
        )

    if evidence.item.publication is None:
        return lacking(_UNPUBLISHED)
    if not evidence.references:
        return lacking(_NO_REFERENCE)
    shot_map = find_map(evidence, scene, sighting.base)
    if shot_map is None:
        return lacking(_UNPLACED)
    mapped = map_pixel(
        scene,
        shot_map,
        sighting.base,
        sighting.point.point_px,
        sd_px=sighting.point.sd_px,
    )
    offset, basis = _offset(evidence, scene, sighting, shot_map=shot_map, mapped=mapped)
    return _Measured(
        sighting=sighting,
        mapped=mapped,
        shot_map=shot_map,
        offset=offset,
        target_basis=basis,
        lacks=None if offset is not None else _NO_TARGET,
    )


def _offset(
    evidence: Evidence,
    scene: Scene,
    sighting: StrikeSighting,
    *,
    shot_map: ShotMap,
    mapped: Mapped,
) -> tuple[Offset | None, str | None]:
    target = evidence.item.target
    if target is not None:
        kind = "point" if target.point is not None else "outline"
        return offset_to(target, mapped), f"target {kind} ({target.basis})"
    crosshair = find_crosshair(scene.shots[sighting.shot])
    if crosshair is None:
        return None, None
    aimed = map_pixel(scene, shot_map, sighting.base, crosshair, sd_px=CROSSHAIR_SD_PX)
    return offset_from_pixel(shot_map, mapped, aimed), _CROSSHAIR


def _showing(scene: Scene, measured: _Measured) -> Showing:
    sighting, mapped, shot_map = measured.sighting, measured.mapped, measured.shot_map
    looks = []
    if mapped is not None and shot_map is not None:
        to_map = shot_map.homography.to_map()
        centre = (mapped.point.easting_m, mapped.point.northing_m)
        looks = [
            ground_patch(picture, to_map @ scene.to_anchor[index], centre)
            for index, picture in sighting.pictures
        ]
    return Showing(
        onset=sighting.onset,
        shot=sighting.shot,
        point_px=sighting.point.point_px,
        place=None if mapped is None else mapped.point,
        looks=tuple(looks),
    )


def _strike(scene: Scene, measured: _Measured, repeat: int | None) -> StrikeValues:
    sighting, mapped, offset = measured.sighting, measured.mapped, measured.offset
    point, frame = _in_onset_frame(scene, sighting)
    place = None if mapped is None else to_geographic(mapped.point)
    budget = None
    if mapped is not None and offset is not None:
        budget = {**mapped.budget_m, "target": offset.target_m}
    return StrikeValues(
        onset_frame=sighting.onset,
        onset_s=scene.seconds(sighting.onset),
        shot=sighting.shot,
        cause=sighting.cause.value,
        point_px=point,
        point_sd_px=sighting.point.sd_px,
        point_frame=frame,
        point_basis=sighting.point.basis,
        radius_px=sighting.point.radius_px,
        position=None if place is None else (place.longitude_deg, place.latitude_deg),
        position_covariance_m2=None if mapped is None else mapped.point.covariance_m2,
        offset_m=None if offset is None else offset.distance_m,
        offset_68_m=None if offset is None else offset.interval_68_m,
        offset_95_m=None if offset is None else offset.interval_95_m,
        bearing_deg=None if offset is None else offset.bearing_deg,
        bearing_sd_deg=None if offset is None else offset.bearing_sd_deg,
        p_inside=None if offset is None else offset.p_inside,
        budget_m=budget,
        same_strike_as=repeat,
        not_measured=measured.lacks,
    )


def _in_onset_frame(scene: Scene, sighting: StrikeSighting) -> tuple[tuple[float, float], int]:
    """Return the impact point in the onset frame where that is linked, else in the base frame."""
    if not scene.linked[sighting.onset]:
        return sighting.point.point_px, sighting.base
    matrix = np.linalg.solve(scene.to_anchor[sighting.onset], scene.to_anchor[sighting.base])
    x, y, w = matrix @ np.array([*sighting.point.point_px, 1.0])
    return (float(x / w), float(y / w)), sighting.onset
