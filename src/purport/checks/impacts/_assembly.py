"""From sightings to the values of the finding: positions, offsets, repeats."""

import numpy as np

from purport.checks.contract import Evidence
from purport.checks.impacts._linking import with_links_by_compression
from purport.checks.impacts._marks import apply_impact_marks, between_frames
from purport.checks.impacts._measuring import Measured, measure_strike
from purport.checks.impacts._repeats import Showing, find_repeats
from purport.checks.impacts._sightings import Sightings
from purport.checks.impacts.records import ImpactsValues, StrikeValues
from purport.core.marks import MarkKind, point_marks
from purport.core.positions import to_geographic
from purport.scene import Scene

__all__ = ["assemble_values"]


def assemble_values(evidence: Evidence, scene: Scene, sightings: Sightings) -> ImpactsValues:
    """Measure every sighting as far as what is recorded allows, and join repeats."""
    scene = with_links_by_compression(scene, evidence.probe)
    marks = point_marks(evidence.marks, MarkKind.IMPACT)
    shown, unused = apply_impact_marks(scene, sightings.strikes, marks)
    measured = [measure_strike(evidence, scene, one) for one in shown]
    repeats = find_repeats(scene, [_showing(one) for one in measured])
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
        began_before=sightings.began_before,
        marks_not_used=unused,
        frames_restless=sightings.restless_frames,
    )


def _showing(measured: Measured) -> Showing:
    shown, mapped = measured.shown, measured.mapped
    return Showing(
        onset=shown.onset,
        shot=shown.shot,
        take=shown.take,
        base=shown.base,
        point_px=shown.point.point_px,
        sd_px=shown.point.sd_px,
        place=None if mapped is None else mapped.point,
        to_map=None if mapped is None else mapped.shot_map.homography.to_map(),
        pictures=shown.pictures,
    )


def _strike(scene: Scene, measured: Measured, repeat: int | None) -> StrikeValues:
    shown, mapped, offset = measured.shown, measured.mapped, measured.offset
    point, frame = _in_onset_frame(scene, measured)
    place = None if mapped is None else to_geographic(mapped.point)
    return StrikeValues(
        onset_frame=shown.onset,
        onset_s=scene.seconds(shown.onset),
        shot=shown.shot,
        cause=shown.cause,
        point_px=point,
        point_sd_px=shown.point.sd_px,
        point_frame=frame,
        point_basis=shown.point.basis,
        radius_px=shown.point.radius_px,
        position=None if place is None else (place.longitude_deg, place.latitude_deg),
        position_covariance_m2=None if mapped is None else mapped.point.covariance_m2,
        offset_m=None if offset is None else offset.distance_m,
        offset_68_m=None if offset is None else offset.interval_68_m,
        offset_95_m=None if offset is None else offset.interval_95_m,
        bearing_deg=None if offset is None else offset.bearing_deg,
        bearing_sd_deg=None if offset is None else offset.bearing_sd_deg,
        p_inside=None if offset is None else offset.p_inside,
        budget_m=None if offset is None else offset.budget_m,
        same_strike_as=repeat,
        not_measured=measured.lacks,
        remedy=measured.remedy,
        p_farther_m=None if offset is None else offset.p_farther_m,
        offset_sd_m=None if offset is None else offset.sd_m,
        target_basis=measured.target_basis,
        scale_basis=measured.scale_basis,
        lean_m=None if mapped is None else mapped.lean_m(),
        height_m=None if mapped is None else mapped.height_m,
        mark=shown.mark,
    )


def _in_onset_frame(scene: Scene, measured: Measured) -> tuple[tuple[float, float], int]:
    """Return the impact point in the onset frame where that is linked, else in its own frame.

    Where a map tells from where it was filmed, the point is the ground below the flash's middle.
    """
    shown, mapped = measured.shown, measured.mapped
    frame = shown.onset if scene.linked[shown.onset] else shown.base
    if mapped is None:
        return between_frames(scene, shown.point.point_px, start=shown.base, end=frame), frame
    x, y, w = np.linalg.solve(scene.to_anchor[frame], np.array([*mapped.anchor_px, 1.0]))
    return (float(x / w), float(y / w)), frame
