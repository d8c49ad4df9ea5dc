"""The camera: a pinhole above flat ground, exactly known at every frame.

World axes are east, north, up, in metres from a local origin on the ground. The picture's pixel
centres lie at whole numbers, the principal point in the middle of the picture.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

__all__ = ["Camera", "Modality", "Pose", "Sensor"]

FloatArray = NDArray[np.float64]

_LARGEST_OBLIQUITY_DEG = 65.0


class Modality(StrEnum):
    """What the sensor sees."""

    VISIBLE = "visible"
    WHITE_HOT = "white_hot"
    BLACK_HOT = "black_hot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """How a camera turns radiance into grey levels."""

    modality: Modality = Modality.VISIBLE
    """Visible light, or infrared in one of two polarities."""
    warm_is_dark: bool = True
    """Infrared only: whether ground that is dark in visible light is the warmer."""
    gamma: float = 1.0
    """Exponent of the tone curve."""
    noise_sd: float = 2.0
    """Standard deviation of the noise. [grey levels of 255]"""
    blur_px: float = 0.0
    """Standard deviation of the point spread beyond the pixel itself. [px]"""
    saturation_frames: int = 0
    """Frames after each onset in which a blast blinds the sensor."""
    recovery_s: float = 0.4
    """Time constant with which it sees again. [s]"""
    collapse_frames: int = 0
    """Frames, from the onset on, in which the gain collapses and all but the flash goes dark,
    before the blast blinds the sensor."""
    agc_depth: float = 0.0
    """Share of the contrast that the gain control takes away after a blast, 0 to below 1."""
    agc_recovery_s: float = 2.0
    """Time constant with which the gain control gives it back. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where the camera is and looks, over scene time."""

    aim: tuple[float, float]
    """Easting and northing that the middle of the picture shows at scene time 0. [m]"""
    gsd_m: float = 0.3
    """Ground distance of a pixel across the line of sight, in the middle of the picture. [m]"""
    obliquity_deg: float = 20.0
    """Angle between line of sight and nadir, 0 to 65. [deg]"""
    heading_deg: float = 0.0
    """Grid azimuth to which the top of the picture points at scene time 0. [deg]"""
    slant_range_m: float = 3000.0
    """Distance from the camera to the aim. [m]"""
    drift_mps: tuple[float, float] = (0.0, 0.0)
    """Velocity of the aim to east and north. [m/s]"""
    orbit_dps: float = 0.0
    """Rate at which the heading turns. [deg/s]"""
    tilt_dps: float = 0.0
    """Rate at which the obliquity grows. [deg/s]"""
    roll_deg: float = 0.0
    """Rotation of the picture about the line of sight. [deg]"""
    zoom: tuple[tuple[float, float], ...] = ()
    """(scene time, GSD) between which the logarithm of the GSD is interpolated; empty: `gsd_m`
    throughout. [s, m]"""
    jitter_px: float = 0.0
    """Standard deviation of the shake, per axis. [px]"""
    jitter_roll_deg: float = 0.0
    """Standard deviation of the shake about the line of sight. [deg]"""
    jitter_time_s: float = 0.12
    """Correlation time of the shake. [s]"""
    seed: int = 0
    """Seed of the shake."""
    sensor: Sensor = Sensor()
    """What it sees with."""
    polarity_switches_s: tuple[float, ...] = ()
    """Scene times at which an infrared camera goes from white-hot to black-hot or back. [s]"""

    def __post_init__(self) -> None:
        """Refuse views that flat ground cannot fill."""
        if not 0.0 <= self.obliquity_deg <= _LARGEST_OBLIQUITY_DEG:
            message = f"obliquity must be 0 to 65 degrees, got {self.obliquity_deg}"
            raise ValueError(message)

    def shake(self, frames: int, rate: float) -> FloatArray:
        """Return the shake of each scene frame: right [px], down [px], roll [deg] (frames, 3)."""
        generator = np.random.default_rng([self.seed, 7001])
        white = generator.standard_normal((frames, 3))
        kept = math.exp(-1.0 / (rate * self.jitter_time_s))
        filtered = lfilter([math.sqrt(1.0 - kept**2)], [1.0, -kept], white, axis=0)
        scale = np.array([self.jitter_px, self.jitter_px, self.jitter_roll_deg])
        return np.asarray(filtered * scale, dtype=np.float64)

    def sensor_at(self, time_s: float) -> Sensor:
        """Return the sensor as it is switched at a scene time."""
        switched = sum(time_s >= at for at in self.polarity_switches_s) % 2
        if not switched or self.sensor.modality is Modality.VISIBLE:
            return self.sensor
        hot = self.sensor.modality is Modality.WHITE_HOT
        return replace(self.sensor, modality=Modality.BLACK_HOT if hot else Modality.WHITE_HOT)

    def gsd_at(self, time_s: float) -> float:
        """Return the GSD in the middle of the picture at a scene time. [m]"""
        if not self.zoom:
            return self.gsd_m
        times = [time for time, _ in self.zoom]
        logs = [math.log(gsd) for _, gsd in self.zoom]
        return math.exp(float(np.interp(time_s, times, logs)))

    def pose(
        self, time_s: float, *, size_px: tuple[int, int], shake: FloatArray, origin: FloatArray
    ) -> "Pose":
        """Return where the camera is at a scene time.

        Args:
            time_s: Scene time. [s]
            size_px: Width and height of the picture. [px]
            shake: Right, down [px] and roll [deg] of the shake (3,).
            origin: Easting and northing of the local origin (2,). [m]
        """
        gsd_m = self.gsd_at(time_s)
        focal_px = self.slant_range_m / gsd_m
        heading = math.radians(self.heading_deg + self.orbit_dps * time_s)
        tilt = math.radians(self.obliquity_deg + self.tilt_dps * time_s)
        aim = np.array(self.aim) + np.array(self.drift_mps) * time_s - origin
        look = np.array(
            [
                math.sin(tilt) * math.sin(heading),
                math.sin(tilt) * math.cos(heading),
                -math.cos(tilt),
            ]
        )
        right = np.array([math.cos(heading), -math.sin(heading), 0.0])
        axes = np.vstack([right, np.cross(look, right), look])
        centre = np.array([aim[0], aim[1], 0.0]) - self.slant_range_m * look
        turned = _small_rotation(shake, focal_px, self.roll_deg) @ axes
        calibration = np.array(
            [
                [focal_px, 0.0, (size_px[0] - 1) / 2],
                [0.0, focal_px, (size_px[1] - 1) / 2],
                [0.0, 0.0, 1.0],
            ]
        )
        matrix = calibration @ turned @ np.column_stack([np.eye(3), -centre])
        return Pose(matrix=matrix, origin=origin, focal_px=focal_px, gsd_m=gsd_m)


def _small_rotation(shake: FloatArray, focal_px: float, roll_deg: float) -> FloatArray:
    across, along = shake[0] / focal_px, shake[1] / focal_px
    roll = math.radians(roll_deg + shake[2])
    yaw = np.array(
        [
            [math.cos(across), 0.0, math.sin(across)],
            [0.0, 1.0, 0.0],
            [-math.sin(across), 0.0, math.cos(across)],
        ]
    )
    pitch = np.array(
        [
            [1.0, 0.0, 0.0],
            [0.0, math.cos(along), math.sin(along)],
            [0.0, -math.sin(along), math.cos(along)],
        ]
    )
    turn = np.array(
        [
            [math.cos(roll), -math.sin(roll), 0.0],
            [math.sin(roll), math.cos(roll), 0.0],
            [0.0, 0.0, 1.0],
        ]
    )
    return np.asarray(turn @ pitch @ yaw, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """The projection at one instant."""

    matrix: FloatArray
    """From east, north, up about the local origin to the pixel (3, 4)."""
    origin: FloatArray
    """Easting and northing of the local origin (2,). [m]"""
    focal_px: float
    """Focal length. [px]"""
    gsd_m: float
    """Ground distance of a pixel across the line of sight, in the middle of the picture. [m]"""

    def ground_to_pixel(self) -> FloatArray:
        """Return the homography from local ground metres to the pixel (3, 3)."""
        return np.asarray(self.matrix[:, [0, 1, 3]], dtype=np.float64)

    def to_map(self) -> FloatArray:
        """Return the homography from pixel to easting and northing (3, 3), h33 = 1."""
        shift = np.eye(3)
        shift[:2, 2] = self.origin
        whole = shift @ np.linalg.inv(self.ground_to_pixel())
        return np.asarray(whole / whole[2, 2], dtype=np.float64)

    def project(self, place: tuple[float, float], height_m: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a place at a height above the ground. [px]"""
        local = np.array([place[0] - self.origin[0], place[1] - self.origin[1], height_m, 1.0])
        x, y, w = self.matrix @ local
        return float(x / w), float(y / w)

    def raised(self, height_m: float) -> "Pose":
        """Return the projection of a world whose plane of height 0 lies higher."""
        if height_m == 0.0:
            return self
        matrix = self.matrix.copy()
        matrix[:, 3] += height_m * matrix[:, 2]
        return replace(self, matrix=matrix)

    def finer(self, factor: int) -> "Pose":
        """Return the projection to a picture with `factor` times as many rows and columns."""
        inset = (factor - 1) / 2
        scale = np.array([[factor, 0.0, inset], [0.0, factor, inset], [0.0, 0.0, 1.0]])
        return replace(self, matrix=scale @ self.matrix)

    def centre(self) -> FloatArray:
        """Return the camera's east, north and height about the local origin (3,). [m]"""
        return np.asarray(-np.linalg.solve(self.matrix[:, :3], self.matrix[:, 3]), dtype=np.float64)

    def rays(self, pixels: FloatArray) -> FloatArray:
        """Return the directions, not of unit length, in which pixels (n, 2) look (n, 3)."""
        whole = np.column_stack([pixels, np.ones(len(pixels))])
        return np.asarray(np.linalg.solve(self.matrix[:, :3], whole.T).T, dtype=np.float64)

    def scale_px(self, place: tuple[float, float]) -> float:
        """Return how many pixels a metre across the line of sight measures at a place. [px]"""
        local = np.array([place[0] - self.origin[0], place[1] - self.origin[1], 0.0, 1.0])
        return self.focal_px / float((self.matrix @ local)[2])
