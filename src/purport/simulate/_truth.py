"""What is exactly true of a simulated clip, as records that go to JSON.

Pixels are of the display picture, the centre of the first at (0, 0). The *onset frame* of a
strike is the first output frame of a segment whose scene time is at or after the detonation, when
an earlier frame of the same segment shows the place before it: the flash is drawn in it at full
radiance with a radius of at least a third of the fireball's. A segment that begins after the
detonation has no onset. A strike whose place is outside the picture at onset is not listed.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.core.digests import canonical_json
from purport.core.homographies import Matrix3
from purport.core.positions import MapPoint, to_geographic
from purport.core.records import from_json, to_json
from purport.simulate._camera import Pose
from purport.simulate._relief import Relief
from purport.simulate._script import Script, SegmentKind, Strike
from purport.simulate._sightlines import is_hidden, meet_surface
from purport.simulate._timeline import (
    TICKS_PER_SECOND,
    OutputFrame,
    build_timeline,
    first_scene_frame_of,
)

__all__ = [
    "FrameTruth",
    "SegmentTruth",
    "StrikeTruth",
    "SurfacePoint",
    "TargetTruth",
    "Truth",
    "derive_truth",
    "load_truth",
    "locate_pixel",
    "project_point",
    "save_truth",
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTruth:
    """What one output frame shows."""

    index: int
    """Frame index."""
    pts_s: float
    """Presentation time. [s]"""
    segment: int
    """Index of the segment."""
    camera: int
    """Index of the camera."""
    scene_time_s: float
    """Scene time. [s]"""
    to_map: Matrix3 | None
    """From pixel to easting and northing in the plane of height 0, h33 = 1; None for black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTruth:
    """One stretch of the edit."""

    kind: SegmentKind
    """What it shows."""
    first_frame: int
    """First output frame."""
    last_frame: int
    """Last output frame, inclusive."""
    start_s: float
    """Presentation time of its first frame. [s]"""
    end_s: float
    """Presentation time at which the next segment begins. [s]"""
    repeats: int | None
    """Index of an earlier segment that showed some of the same scene frames by the same camera;
    None when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTruth:
    """A stated target."""

    easting_m: float
    """Easting. [m]"""
    northing_m: float
    """Northing. [m]"""
    longitude_deg: float
    """Longitude. [deg]"""
    latitude_deg: float
    """Latitude. [deg]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeTruth:
    """One sight of a strike in the output."""

    strike: int
    """Index among the script's strikes."""
    onset_frame: int
    """First output frame in which the effect is visible."""
    onset_s: float
    """Its presentation time. [s]"""
    point_px: tuple[float, float]
    """Where the place on the ground lies in the onset frame. [px]"""
    easting_m: float
    """Easting. [m]"""
    northing_m: float
    """Northing. [m]"""
    longitude_deg: float
    """Longitude. [deg]"""
    latitude_deg: float
    """Latitude. [deg]"""
    replay_of: int | None
    """Index, in the truth's list, of the first sight of the same strike; None for the first."""
    offsets_m: tuple[float, ...]
    """Distance to each target. [m]"""
    grid_azimuths_deg: tuple[float, ...]
    """Grid azimuth of the strike seen from each target; 0 where the distance is 0. [deg]"""
    height_m: float = 0.0
    """Height above the plane that frame homographies map to. [m]"""
    hidden: bool = False
    """Whether a building or hill stands in front of the place at onset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacePoint:
    """A point in space."""

    easting_m: float
    """Easting. [m]"""
    northing_m: float
    """Northing. [m]"""
    height_m: float
    """Height above the plane. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All that is true of a clip."""

    synthetic: bool
    """Always true."""
    crs: str
    """Projected system of eastings and northings."""
    width_px: int
    """Width of the picture."""
    height_px: int
    """Height of the picture."""
    distinct_strikes: int
    """How many different strikes have an onset in the output."""
    strikes: tuple[StrikeTruth, ...]
    """Sights of strikes by onset frame."""
    targets: tuple[TargetTruth, ...]
    """Targets."""
    segments: tuple[SegmentTruth, ...]
    """The edit."""
    silences_s: tuple[tuple[float, float], ...]
    """Silent stretches of the sound track. [s]"""
    frames: tuple[FrameTruth, ...]
    """Every output frame."""


class PoseBook:
    """The poses of a script's cameras by scene frame."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._origin = np.array(script.ground.centre)
        timeline = build_timeline(script)
        longest = 1 + max(frame.scene_frame for frame in timeline)
        rate = float(script.rate)
        self._shakes = [camera.shake(longest, rate) for camera in script.cameras]

    def pose(self, camera: int, scene_frame: int) -> Pose:
        """Return the pose of a camera at a scene frame."""
        script = self._script
        return script.cameras[camera].pose(
            float(scene_frame / script.rate),
            size_px=(script.width_px, script.height_px),
            shake=self._shakes[camera][scene_frame],
            origin=self._origin,
        )


def derive_truth(script: Script) -> Truth:
    """Work out what a script will show; nothing is rendered."""
    timeline = build_timeline(script)
    book = PoseBook(script)
    poses = [book.pose(frame.camera, frame.scene_frame) for frame in timeline]
    strikes = _list_strikes(script, timeline, poses)
    return Truth(
        synthetic=True,
        crs=script.ground.crs,
        width_px=script.width_px,
        height_px=script.height_px,
        distinct_strikes=len({sight.strike for sight in strikes}),
        strikes=strikes,
        targets=tuple(_target(place, script.ground.crs) for place in script.targets),
        segments=_list_segments(script, timeline),
        silences_s=script.encoding.silences if script.encoding.audio else (),
        frames=tuple(
            FrameTruth(
                index=index,
                pts_s=frame.pts / TICKS_PER_SECOND,
                segment=frame.segment,
                camera=frame.camera,
                scene_time_s=float(frame.scene_frame / script.rate),
                to_map=None if frame.kind is SegmentKind.BLACK else _rows(pose.to_map()),
            )
            for index, (frame, pose) in enumerate(zip(timeline, poses, strict=True))
        ),
    )


def locate_pixel(script: Script, frame: int, pixel: tuple[float, float]) -> SurfacePoint:
    """Return what a pixel of an output frame shows, on roofs, walls and terrain too.

    Args:
        script: The script.
        frame: Index of the output frame.
        pixel: (x, y), centre of the first pixel at (0, 0). [px]
    """
    shown = build_timeline(script)[frame]
    pose = PoseBook(script).pose(shown.camera, shown.scene_frame)
    met = meet_surface(pose, script.ground.relief or Relief(), pixel)
    return SurfacePoint(easting_m=float(met[0]), northing_m=float(met[1]), height_m=float(met[2]))


def project_point(script: Script, frame: int, point: SurfacePoint) -> tuple[float, float]:
    """Return the pixel of an output frame in which a point lies, be it hidden or not. [px]"""
    shown = build_timeline(script)[frame]
    pose = PoseBook(script).pose(shown.camera, shown.scene_frame)
    return pose.project((point.easting_m, point.northing_m), point.height_m)


def save_truth(truth: Truth, path: Path) -> None:
    """Write a truth as JSON."""
    path.write_text(canonical_json(to_json(truth)) + "\n", encoding="utf-8")


def load_truth(path: Path) -> Truth:
    """Read the truth that `save_truth` wrote."""
    return from_json(Truth, json.loads(path.read_text(encoding="utf-8")))


def _rows(matrix: FloatArray) -> Matrix3:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)


def _target(place: tuple[float, float], crs: str) -> TargetTruth:
    point = to_geographic(MapPoint(easting_m=place[0], northing_m=place[1], crs=crs))
    return TargetTruth(
        easting_m=place[0],
        northing_m=place[1],
        longitude_deg=point.longitude_deg,
        latitude_deg=point.latitude_deg,
    )


def _list_segments(script: Script, timeline: tuple[OutputFrame, ...]) -> tuple[SegmentTruth, ...]:
    shown: list[set[tuple[int, int]]] = []
    segments: list[SegmentTruth] = []
    slot = 0
    for number, segment in enumerate(script.edit):
        members = [i for i, frame in enumerate(timeline) if frame.segment == number]
        scene = {(timeline[i].camera, timeline[i].scene_frame) for i in members}
        moving = segment.kind is SegmentKind.FOOTAGE
        repeats = next((i for i, other in enumerate(shown) if moving and other & scene), None)
        shown.append(scene if moving else set())
        start = slot
        slot += max(1, round(segment.duration_s * script.rate))
        segments.append(
            SegmentTruth(
                kind=segment.kind,
                first_frame=members[0],
                last_frame=members[-1],
                start_s=float(start / script.rate),
                end_s=float(slot / script.rate),
                repeats=repeats,
            )
        )
    return tuple(segments)


def _list_strikes(
    script: Script, timeline: tuple[OutputFrame, ...], poses: list[Pose]
) -> tuple[StrikeTruth, ...]:
    sights = [
        (onset, number)
        for number, strike in enumerate(script.strikes)
        for onset in _find_onsets(script, strike, timeline)
        if _inside(script, poses[onset].project(strike.place, _height(script, strike)))
    ]
    listed: list[StrikeTruth] = []
    for onset, number in sorted(sights):
        first = next((i for i, other in enumerate(listed) if other.strike == number), None)
        place = script.strikes[number].place
        height_m, relief = _height(script, script.strikes[number]), script.ground.relief
        geographic = _target(place, script.ground.crs)
        offsets = [np.subtract(place, target) for target in script.targets]
        listed.append(
            StrikeTruth(
                strike=number,
                onset_frame=onset,
                onset_s=timeline[onset].pts / TICKS_PER_SECOND,
                point_px=poses[onset].project(place, height_m),
                height_m=height_m,
                hidden=relief is not None and is_hidden(poses[onset], relief, place, height_m),
                easting_m=place[0],
                northing_m=place[1],
                longitude_deg=geographic.longitude_deg,
                latitude_deg=geographic.latitude_deg,
                replay_of=first,
                offsets_m=tuple(float(np.hypot(*offset)) for offset in offsets),
                grid_azimuths_deg=tuple(
                    float(np.degrees(np.arctan2(offset[0], offset[1])) % 360.0)
                    for offset in offsets
                ),
            )
        )
    return tuple(listed)


def _height(script: Script, strike: Strike) -> float:
    if strike.height_m is not None:
        return strike.height_m
    return script.ground.surface_m(strike.place)


def _find_onsets(script: Script, strike: Strike, timeline: tuple[OutputFrame, ...]) -> list[int]:
    threshold = first_scene_frame_of(strike.time_s, script.rate)
    return [
        index
        for index in range(1, len(timeline))
        if timeline[index].segment == timeline[index - 1].segment
        and timeline[index - 1].scene_frame < threshold <= timeline[index].scene_frame
        and timeline[index].kind is SegmentKind.FOOTAGE
    ]


def _inside(script: Script, pixel: tuple[float, float]) -> bool:
    return 0 <= pixel[0] <= script.width_px - 1 and 0 <= pixel[1] <= script.height_px - 1
