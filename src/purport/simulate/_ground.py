"""The ground that is filmed: a picture with a place on the map, flat unless relief is given.

Map positions are (easting, northing) in the ground's projected system. The picture is north-up;
`west_m` and `north_m` are the outer edges of its first pixel, as in a GeoTIFF.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import UnreadableReferenceError
from purport.simulate._relief import Relief

__all__ = ["Ground", "GroundPyramid", "load_ground"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """A north-up picture of ground."""

    picture: NDArray[np.uint8]
    """Blue, green, red (rows, columns, 3)."""
    gsd_m: float
    """Ground sample distance. [m]"""
    west_m: float
    """Easting of the western edge. [m]"""
    north_m: float
    """Northing of the northern edge. [m]"""
    crs: str = "EPSG:32637"
    """Projected system in metres."""
    relief: Relief | None = None
    """What stands above the plane; None: nothing. The picture shows roofs above their floors."""

    def surface_m(self, place: tuple[float, float]) -> float:
        """Return the height of roof or ground at a place. [m]"""
        return 0.0 if self.relief is None else self.relief.surface_m(place)

    @property
    def width_m(self) -> float:
        """Return the extent from west to east. [m]"""
        return float(self.picture.shape[1] * self.gsd_m)

    @property
    def height_m(self) -> float:
        """Return the extent from north to south. [m]"""
        return float(self.picture.shape[0] * self.gsd_m)

    @property
    def centre(self) -> tuple[float, float]:
        """Return easting and northing of the middle. [m]"""
        return self.west_m + self.width_m / 2, self.north_m - self.height_m / 2

    def to_map(self) -> FloatArray:
        """Return the matrix from pixel (centre of the first at (0, 0)) to map (3, 3)."""
        half = self.gsd_m / 2
        return np.array(
            [
                [self.gsd_m, 0.0, self.west_m + half],
                [0.0, -self.gsd_m, self.north_m - half],
                [0.0, 0.0, 1.0],
            ]
        )

    def crop(self, *, centre: tuple[float, float], size_m: tuple[float, float]) -> "Ground":
        """Cut out a part whose edges fall on pixel edges.

        Args:
            centre: Easting and northing of its middle, met to half a pixel. [m]
            size_m: Extent from west to east and from north to south. [m]

        Raises:
            ValueError: The part reaches beyond the ground.
        """
        columns, rows = (round(size / self.gsd_m) for size in size_m)
        left = round((centre[0] - self.west_m) / self.gsd_m - columns / 2)
        top = round((self.north_m - centre[1]) / self.gsd_m - rows / 2)
        height, width = self.picture.shape[:2]
        if left < 0 or top < 0 or left + columns > width or top + rows > height:
            message = f"a part of {size_m} m around {centre} reaches beyond the ground"
            raise ValueError(message)
        return replace(
            self,
            picture=np.ascontiguousarray(self.picture[top : top + rows, left : left + columns]),
            west_m=self.west_m + left * self.gsd_m,
            north_m=self.north_m - top * self.gsd_m,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundPyramid:
    """A layer of the ground at halved resolutions, so that sampling it makes no moiré."""

    levels: tuple[NDArray[np.uint8], ...]
    """The layer, each level half of the one before."""
    gsd_m: float
    """Ground sample distance of the first level. [m]"""
    origin_m: tuple[float, float]
    """Easting and northing of the outer corner of the first pixel. [m]"""

    def level_for(self, gsd_m: float) -> tuple[NDArray[np.uint8], FloatArray]:
        """Return the coarsest level that is at least as fine as `gsd_m`, with its matrix to map."""
        chosen = 0
        while chosen + 1 < len(self.levels) and self.gsd_m * 2 ** (chosen + 1) <= gsd_m:
            chosen += 1
        step = self.gsd_m * 2**chosen
        to_map = np.array(
            [
                [step, 0.0, self.origin_m[0] + step / 2],
                [0.0, -step, self.origin_m[1] - step / 2],
                [0.0, 0.0, 1.0],
            ]
        )
        return self.levels[chosen], to_map


def build_pyramid(
    layer: NDArray[np.uint8], *, gsd_m: float, origin_m: tuple[float, float]
) -> GroundPyramid:
    """Halve a layer by means of 2×2 pixels until it is small.

    Args:
        layer: Picture (rows, columns) or (rows, columns, 3).
        gsd_m: Its ground sample distance. [m]
        origin_m: Easting and northing of its outer north-west corner. [m]
    """
    levels = [np.ascontiguousarray(layer)]
    smallest = 64
    while min(levels[-1].shape[:2]) >= 2 * smallest:
        rows, columns = (2 * (extent // 2) for extent in levels[-1].shape[:2])
        even = levels[-1][:rows, :columns]
        half = cv2.resize(even, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.ascontiguousarray(half))
    return GroundPyramid(levels=tuple(levels), gsd_m=gsd_m, origin_m=origin_m)


def load_ground(
    path: Path,
    *,
    gsd_m: float,
    west_m: float,
    north_m: float,
    crs: str = "EPSG:32637",
    reduce_by: int = 1,
) -> Ground:
    """Read an image file as ground at a stated (for tests: fictional) place.

    Args:
        path: Image file.
        gsd_m: Ground sample distance after reduction. [m]
        west_m: Easting of its western edge. [m]
        north_m: Northing of its northern edge. [m]
        crs: Projected system in metres.
        reduce_by: Whole factor by which the image is averaged down first.

    Raises:
        UnreadableReferenceError: The file is no image.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise UnreadableReferenceError(
            path.name, "is not an image that OpenCV reads", remedy="Give a JPEG, PNG or TIFF."
        )
    if reduce_by > 1:
        size: Sequence[int] = (picture.shape[1] // reduce_by, picture.shape[0] // reduce_by)
        cut = picture[: size[1] * reduce_by, : size[0] * reduce_by]
        picture = cv2.resize(cut, tuple(size), interpolation=cv2.INTER_AREA)
    return Ground(picture=picture, gsd_m=gsd_m, west_m=west_m, north_m=north_m, crs=crs)
