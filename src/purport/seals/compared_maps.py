"""Two homographies held against each other by where they put points, not by their elements.

The elements of a homography are strongly correlated, and those of the model of what a plane leaves
out (relief, swell, lean) even more: one element says little. What it says of a point of the picture
is what findings rest on: where it lies, and how well that is known.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np

from purport.core.digests import JsonValue
from purport.core.errors import PurportError
from purport.core.homographies import GroundHomography
from purport.core.records import from_json
from purport.seals.tolerances import OF_ITSELF, SHARE, flat

__all__ = ["ComparedMaps", "StretchedGround", "is_ground_homography"]

_PLACES = ((0.0, 0.0), (-1.0, -0.56), (1.0, -0.56), (-1.0, 0.56), (1.0, 0.56))
"""Normalised pixels: the middle, and the corners of a picture of 16 to 9."""
Pixel = tuple[float, float]


def is_ground_homography(value: JsonValue) -> bool:
    """Tell whether a value is a `GroundHomography`."""
    return isinstance(value, Mapping) and {"matrix", "normalisation", "origin_m"} <= value.keys()


class ComparedMaps:
    """A ground homography, sealed and found again.

    Args:
        sealed: As sealed.
        found: As found again.
    """

    def __init__(self, sealed: JsonValue, found: JsonValue) -> None:
        self._sealed = _read(sealed)
        self._found = _read(found)

    def farthest(self) -> tuple[float, float]:
        """Return by how much a point is put elsewhere, and by how much it may be. [m]

        Of five points of the picture the one for which the first is largest beside the second;
        infinitely far when one of them is no homography or in another system.
        """
        if self._sealed is None or self._found is None or self._sealed.crs != self._found.crs:
            return math.inf, 0.0
        pairs = [_apart(self._sealed, self._found, pixel) for pixel in _pixels(self._sealed)]
        return max(pairs, key=_strain)


class StretchedGround:
    """The ground of every stretch of frames, for frames between those it was fitted to.

    Args:
        grounds: Members `first`, `last` and `homography`.
    """

    def __init__(self, grounds: JsonValue) -> None:
        self._held: list[tuple[int, int, GroundHomography]] = []
        for each in grounds if isinstance(grounds, list | tuple) else ():
            if isinstance(each, Mapping) and {"first", "last", "homography"} <= each.keys():
                read = _read(each["homography"])
                if read is not None:
                    first, last = cast("int", each["first"]), cast("int", each["last"])
                    self._held.append((first, last, read))

    def farthest(self, frame: int, sealed: JsonValue, found: JsonValue) -> tuple[float, float]:
        """Return by how much a frame's plain matrix puts a point elsewhere, and may do so. [m]

        Args:
            frame: Index of the frame.
            sealed: Its matrix from pixel to map (3, 3), as sealed.
            found: As found again.
        """
        one, other = list(flat(sealed)), list(flat(found))
        near = min(self._held, key=lambda held: _away(frame, held), default=None)
        if near is None or not len(one) == len(other) == 9:  # noqa: PLR2004 - three by three
            return math.inf, 0.0
        pairs = []
        back = np.linalg.inv(near[2].to_map())  # to pixels of the frame that the ground is given in
        for pixel in _pixels(near[2]):
            here = _map(one, pixel)
            known = _put(near[2], _map([float(each) for each in back.ravel()], here))
            if known is not None:
                pairs.append((math.dist(here, _map(other, pixel)), SHARE * known[1]))
        return max(pairs, key=_strain, default=(math.inf, 0.0))


def _apart(sealed: GroundHomography, found: GroundHomography, pixel: Pixel) -> tuple[float, float]:
    one, other = _put(sealed, pixel), _put(found, pixel)
    if one is None or other is None:
        return (0.0 if one is other else math.inf), 0.0
    (here, sd_m), (there, found_sd_m) = one, other
    # an uncertainty that differs by its own tolerance counts as a point that is off by its own
    return max(math.dist(here, there), abs(found_sd_m - sd_m) / OF_ITSELF), SHARE * sd_m


def _strain(pair: tuple[float, float]) -> float:
    return pair[0] / max(pair[1], 1e-12)


def _away(frame: int, held: tuple[int, int, GroundHomography]) -> int:
    return max(held[0] - frame, frame - held[1], 0)


def _read(value: JsonValue) -> GroundHomography | None:
    try:
        return from_json(GroundHomography, value)
    except (PurportError, ValueError, TypeError, KeyError):
        return None


def _pixels(homography: GroundHomography) -> Iterator[Pixel]:
    back = np.linalg.inv(np.array(homography.normalisation))
    for x, y in _PLACES:
        at = back @ (x, y, 1.0)
        yield float(at[0] / at[2]), float(at[1] / at[2])


def _put(homography: GroundHomography, pixel: Pixel) -> tuple[Pixel, float] | None:
    """Return where a pixel lies and the larger standard uncertainty of it; None: in the sky."""
    try:
        point = homography.project(pixel, pixel_covariance=np.zeros((2, 2)))
    except PurportError:
        return None
    sd_m = math.sqrt(float(np.linalg.eigvalsh(np.array(point.covariance_m2))[-1]))
    return (point.easting_m, point.northing_m), sd_m


def _map(matrix: Sequence[float], pixel: Pixel) -> Pixel:
    """Map a pixel, x' ~ H x."""
    east, north, scale = (
        matrix[row] * pixel[0] + matrix[row + 1] * pixel[1] + matrix[row + 2] for row in (0, 3, 6)
    )
    return (east / scale, north / scale) if scale else (math.inf, math.inf)
