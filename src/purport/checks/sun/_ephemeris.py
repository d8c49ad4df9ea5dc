"""Where the sun stands: Skyfield's apparent position on JPL's DE421, seen from a place on Earth.

Ephemeris (1899 to 2053) and Earth's rotation come with the packages; nothing is fetched. Instants
are seconds since 1970-01-01 UTC, leap seconds not counted; before 1972 clocks showed the Earth's
own rotation, and UTC stands for UT1.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray
from skyfield.api import load, wgs84
from skyfield.earthlib import refract
from skyfield.jpllib import SpiceKernel
from skyfield.nutationlib import iau2000b_radians
from skyfield.timelib import Time, Timescale

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "UP_DEG",
    "SunPositions",
    "instants_at",
    "refracted",
    "sky",
    "sun_positions",
    "unrefracted_positions",
]

FloatArray = NDArray[np.float64]

FIRST_YEAR, LAST_YEAR = 1900, 2052
"""Whole years that the ephemeris covers."""
UP_DEG = -0.27
"""Apparent elevation of the middle of the sun's disc above which some of it stands over a level
horizon: its radius. [deg]"""
_UTC_S = 63_072_000.0
"""1972-01-01, from which UTC is tabled with its leap seconds. [s]"""
_DAY_S = 86400.0
_CHUNK = 20_000
_PRESSURE_MBAR = 1010.0
_TEMPERATURE_C = 10.0
"""Standard air, for which refraction tables are made; what else the air may do moves the sun by
less than 0.03 degrees above 5 degrees of elevation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SunPositions:
    """The middle of the sun's disc at some instants."""

    azimuth_deg: FloatArray
    """Clockwise from true north, 0 to 360 (n,). [deg]"""
    elevation_deg: FloatArray
    """Apparent, refraction in standard air included (n,). [deg]"""


def sun_positions(unix_s: FloatArray, *, longitude_deg: float, latitude_deg: float) -> SunPositions:
    """Compute the sun's azimuth and apparent elevation.

    Args:
        unix_s: Instants, UTC (n,). [s]
        longitude_deg: Longitude on WGS 84, east positive. [deg]
        latitude_deg: Latitude. [deg]

    Uncertainty:
        Below 0.0005 degrees for past instants: nutation is the IAU 2000B series (0.000001
        degrees from 2000A), UT1 is tabled. A year or more ahead of the package's tables UT1 may
        depart by a second, 0.004 degrees of azimuth per second at low sun. Refraction is that of
        standard air.

    References:
        Folkner et al. (2009), DE421; Skyfield, which takes refraction after Bennett (1982).
    """
    true = unrefracted_positions(unix_s, longitude_deg=longitude_deg, latitude_deg=latitude_deg)
    return SunPositions(azimuth_deg=true.azimuth_deg, elevation_deg=refracted(true.elevation_deg))


def refracted(elevation_deg: FloatArray) -> FloatArray:
    """Return apparent elevations in standard air for true ones. [deg]"""
    return np.asarray(refract(elevation_deg, _TEMPERATURE_C, _PRESSURE_MBAR), dtype=np.float64)


def unrefracted_positions(
    unix_s: FloatArray, *, longitude_deg: float, latitude_deg: float
) -> SunPositions:
    """Compute as `sun_positions`, but without an atmosphere."""
    parts = [
        _positions(unix_s[start : start + _CHUNK], longitude_deg, latitude_deg)
        for start in range(0, max(len(unix_s), 1), _CHUNK)
    ]
    azimuth, elevation = (np.concatenate(part) for part in zip(*parts, strict=True))
    return SunPositions(azimuth_deg=azimuth, elevation_deg=elevation)


def _positions(
    unix_s: FloatArray, longitude_deg: float, latitude_deg: float
) -> tuple[FloatArray, FloatArray]:
    _, kernel = sky()
    instants = instants_at(unix_s)
    instants._nutation_angles_radians = iau2000b_radians(instants)  # noqa: SLF001 - Skyfield documents this way to the shorter series
    place = kernel["earth"] + wgs84.latlon(latitude_deg, longitude_deg)
    seen = place.at(instants).observe(kernel["sun"]).apparent()
    elevation, azimuth, _ = seen.altaz()
    return np.asarray(azimuth.degrees), np.asarray(elevation.degrees)


def instants_at(unix_s: FloatArray) -> Time:
    """Return instants as Skyfield has them, from seconds since 1970-01-01 UTC (n,). [s]"""
    timescale, _ = sky()
    whole = np.floor(unix_s / _DAY_S)
    seconds = unix_s - whole * _DAY_S
    days = whole.astype(int)
    # Skyfield carries days beyond a month's end over, so that 1970-01-(1 + n) is any day.
    instants = timescale.utc(1970, 1, 1 + days, 0, 0, seconds)
    early = unix_s < _UTC_S
    if not early.any():
        return instants
    by_rotation = timescale.ut1(1970, 1, 1 + days, 0, 0, seconds)
    return timescale.tt_jd(
        np.where(early, by_rotation.whole, instants.whole),
        np.where(early, by_rotation.tt_fraction, instants.tt_fraction),
    )


@lru_cache(maxsize=1)
def sky() -> tuple[Timescale, SpiceKernel]:
    """Return Skyfield's time scale and the ephemeris, both from files of their packages."""
    with as_file(files("skyfield_data") / "data" / "de421.bsp") as path:
        return load.timescale(builtin=True), SpiceKernel(str(path))
