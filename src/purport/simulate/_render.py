"""Rendering a script: each scene frame from the ground through the sensor to the file."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Camera, Modality, Pose
from purport.simulate._distractors import draw_fire, draw_flare, draw_muzzle_flash
from purport.simulate._effects import draw_glint, draw_scar, draw_strike, draw_vehicle
from purport.simulate._encode import write_video
from purport.simulate._facades import cover_near, drape, draw_buildings, nearer_buildings
from purport.simulate._ground import GroundPyramid, build_pyramid
from purport.simulate._overlays import (
    draw_band,
    draw_caption,
    draw_instrument_overlay,
    draw_logo,
)
from purport.simulate._script import GainJump, Script, SegmentKind
from purport.simulate._sensor import (
    blindness,
    dim,
    expose,
    ground_layer,
    is_collapsed,
    noise_bank,
)
from purport.simulate._timeline import TICKS_PER_SECOND, build_timeline, first_scene_frame_of
from purport.simulate._truth import PoseBook, Truth, derive_truth

__all__ = ["render", "render_frames"]

_FINER = 2
_LONGEST_EFFECT_S = 30.0
_BLOCK_PX = 16


def render(script: Script, out: Path) -> Truth:
    """Write the clip of a script as MP4 (H.264) and return what is true of it.

    The same script gives the same bytes with the same version of PyAV.

    Args:
        script: What to show.
        out: File to write.
    """
    truth = derive_truth(script)
    write_video(
        out,
        render_frames(script),
        size_px=(script.width_px, script.height_px),
        rate=script.rate,
        encoding=script.encoding,
        duration_s=truth.segments[-1].end_s,
    )
    return truth


def render_frames(script: Script) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield presentation time [ticks] and picture of each output frame, before compression.

    Pictures are (rows, columns, 1) grey for infrared, (rows, columns, 3) blue, green, red else.
    """
    studio = _Studio.build(script)
    damage = np.random.default_rng([script.seed, 7016])
    before: NDArray[np.uint8] | None = None
    held: tuple[int, int, NDArray[np.uint8]] | None = None
    for frame in build_timeline(script):
        if frame.kind is SegmentKind.BLACK:
            picture = np.zeros((script.height_px, script.width_px, 1), dtype=np.uint8)
        elif held is not None and held[:2] == (frame.camera, frame.scene_frame):
            picture = held[2].copy()
        else:
            picture = studio.film(frame.camera, frame.scene_frame)
            held = (frame.camera, frame.scene_frame, picture.copy())
        if frame.light < 1.0:
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=frame.light)).reshape(
                picture.shape
            )
        if script.overlay.logo is not None:
            draw_logo(picture, script.overlay.logo)
        if script.overlay.caption is not None:
            shown_s = frame.pts / TICKS_PER_SECOND
            draw_caption(picture, script.overlay.caption, time_s=shown_s)
        if damage.random() < script.damaged and before is not None:
            _leave_over(picture, before, damage)
        draw_band(picture)
        before = picture
        yield frame.pts, picture


def _leave_over(
    picture: NDArray[np.uint8], before: NDArray[np.uint8], generator: np.random.Generator
) -> None:
    """Leave runs of blocks of the frame before in a picture."""
    rows, columns = (extent // _BLOCK_PX for extent in picture.shape[:2])
    if before.shape != picture.shape:
        return
    for _ in range(int(generator.integers(1, 5))):
        top = int(generator.integers(rows)) * _BLOCK_PX
        left = int(generator.integers(columns))
        right = min(columns, left + int(generator.integers(2, columns + 1))) * _BLOCK_PX
        run = (slice(top, top + _BLOCK_PX), slice(left * _BLOCK_PX, right))
        picture[run] = before[run]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Studio:
    """What all frames of a script share."""

    script: Script
    book: PoseBook
    pyramids: tuple[GroundPyramid, ...]
    noise: tuple[NDArray[np.float32], ...]
    onsets: tuple[int, ...]

    @classmethod
    def build(cls, script: Script) -> "_Studio":
        ground = script.ground
        pyramids = [
            build_pyramid(
                ground_layer(ground, camera.sensor),
                gsd_m=ground.gsd_m,
                origin_m=(ground.west_m, ground.north_m),
            )
            for camera in script.cameras
        ]
        noise = [
            noise_bank(
                script.width_px,
                script.height_px,
                channels=3 if camera.sensor.modality is Modality.VISIBLE else 1,
                seed=script.seed,
            )
            for camera in script.cameras
        ]
        return cls(
            script=script,
            book=PoseBook(script),
            pyramids=tuple(pyramids),
            noise=tuple(noise),
            onsets=tuple(
                first_scene_frame_of(strike.time_s, script.rate) for strike in script.strikes
            ),
        )

    def film(self, index: int, scene_frame: int) -> NDArray[np.uint8]:
        """Return what a camera records at a scene frame, with its own overlay."""
        script = self.script
        camera = script.cameras[index]
        time_s = float(scene_frame / script.rate)
        sensor = camera.sensor_at(time_s)
        pose = self.book.pose(index, scene_frame)
        radiance = _sample(self.pyramids[index], pose, script)
        self._distract(radiance, pose, camera, time_s)
        self._act(radiance, pose, camera, scene_frame)
        jump = _exposure_at(script, time_s)
        rate = float(script.rate)
        picture = expose(
            radiance,
            sensor,
            blinded=blindness(sensor, frame=scene_frame, onsets=self.onsets, rate=rate),
            jump=dim(jump, sensor, frame=scene_frame, onsets=self.onsets, rate=rate),
            collapsed=is_collapsed(sensor, frame=scene_frame, onsets=self.onsets),
            noise=self.noise[index],
            frame=scene_frame,
        )
        draw_instrument_overlay(
            picture,
            script.overlay,
            clock=script.clock_start,
            time_s=time_s,
            heading_deg=camera.heading_deg + camera.orbit_dps * time_s,
        )
        return picture

    def _distract(
        self, radiance: NDArray[np.float32], pose: Pose, camera: Camera, time_s: float
    ) -> None:
        modality = camera.sensor.modality
        for fire in self.script.fires:
            with self._in_place(radiance, pose, fire.place) as at:
                draw_fire(radiance, at, fire, time_s=time_s, modality=modality)
        for gun in self.script.muzzle_flashes:
            with self._in_place(radiance, pose, gun.place) as at:
                draw_muzzle_flash(radiance, at, gun, time_s=time_s, modality=modality)
        for flare in self.script.flares:
            age_s = time_s - flare.time_s
            if 0.0 <= age_s < flare.duration_s:
                draw_flare(radiance, pose, flare, age_s=age_s, modality=modality)

    def _act(
        self, radiance: NDArray[np.float32], pose: Pose, camera: Camera, scene_frame: int
    ) -> None:
        script, modality = self.script, camera.sensor.modality
        time_s = float(scene_frame / script.rate)
        begun = [
            (strike, max(0.0, time_s - strike.time_s))
            for strike, onset in zip(script.strikes, self.onsets, strict=True)
            if scene_frame >= onset
        ]
        for strike, age_s in begun:
            with self._in_place(radiance, pose, strike.place, strike.height_m) as at:
                draw_scar(radiance, at, strike, age_s=age_s, modality=modality)
        for vehicle in script.vehicles:
            with self._in_place(radiance, pose, vehicle.place_at(time_s)) as at:
                draw_vehicle(radiance, at, vehicle, time_s=time_s, modality=modality)
        for glint in script.glints:
            age_s = time_s - glint.time_s
            if 0.0 <= age_s < glint.duration_s:
                with self._in_place(radiance, pose, glint.place) as at:
                    draw_glint(radiance, at, glint, age_s=age_s, modality=modality)
        for strike, age_s in begun:
            if age_s < _LONGEST_EFFECT_S:
                with self._in_place(radiance, pose, strike.place, strike.height_m) as at:
                    draw_strike(radiance, at, strike, age_s=age_s, modality=modality)

    @contextmanager
    def _in_place(
        self,
        radiance: NDArray[np.float32],
        pose: Pose,
        place: tuple[float, float],
        height_m: float | None = None,
    ) -> Iterator[Pose]:
        """Give the pose for drawing at a place's height, and put nearer buildings in front."""
        relief = self.script.ground.relief
        if relief is None:
            yield pose if height_m is None else pose.raised(height_m)
            return
        hiding = nearer_buildings(relief, pose, place)
        before = radiance.copy() if hiding else radiance
        yield pose.raised(relief.surface_m(place) if height_m is None else height_m)
        if hiding:
            cover_near(radiance, before, pose, relief, buildings=hiding)


def _sample(pyramid: GroundPyramid, pose: Pose, script: Script) -> NDArray[np.float32]:
    """Sample the ground at twice the resolution and average (rows, columns, channels)."""
    level, to_map = pyramid.level_for(pose.gsd_m / _FINER)
    finer = pose.finer(_FINER)
    size = (script.width_px * _FINER, script.height_px * _FINER)
    relief = script.ground.relief
    if relief is not None and relief.terrain is not None:
        warped = drape(level, finer, relief, to_map=to_map, size=size)
    else:
        shift = np.eye(3)
        shift[:2, 2] = -pose.origin
        to_pixel = finer.ground_to_pixel() @ shift @ to_map
        warped = np.asarray(
            cv2.warpPerspective(
                level,
                to_pixel,
                size,
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT_101,
            )
        )
    if relief is not None:
        draw_buildings(warped, finer, relief, level=level, to_map=to_map)
    half = cv2.resize(warped, (script.width_px, script.height_px), interpolation=cv2.INTER_AREA)
    radiance = np.asarray(half, dtype=np.float32) * np.float32(1.0 / 255.0)
    return radiance.reshape(script.height_px, script.width_px, -1)


def _exposure_at(script: Script, time_s: float) -> GainJump:
    past = [jump for jump in script.gain_jumps if jump.time_s <= time_s]
    if not past:
        return GainJump(time_s=0.0)
    latest = max(past, key=lambda jump: jump.time_s)
    if latest.recovery_s is None:
        return latest
    left = math.exp(-(time_s - latest.time_s) / latest.recovery_s)
    return replace(latest, gain=latest.gain**left, offset=latest.offset * left)
