"""The other way: at a given instant, where on Earth do such shadows fall?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skyfield.framelib import itrs

from purport.checks.sun._chi_squared import quantile
from purport.checks.sun._ephemeris import SunPositions, instants_at, refracted, sky
from purport.checks.sun._misfit import Spreads, count_constraints, misfit
from purport.checks.sun._shadows import ShadowSet
from purport.checks.sun.records import PlacesRow

__all__ = ["Globe", "possible_places", "sun_over"]

FloatArray = NDArray[np.float64]

_PROBABILITY = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Globe:
    """Which part of the Earth is looked at, and how finely."""

    step_deg: float = 1.0
    """Step in latitude and longitude. [deg]"""
    south_deg: float = -65.0
    """Southern end. [deg]"""
    north_deg: float = 65.0
    """Northern end; where the sun circles the horizon, shadows tell little. [deg]"""


def possible_places(
    instant_s: float, shadows: ShadowSet, spreads: Spreads, globe: Globe | None = None
) -> tuple[PlacesRow, ...]:
    """Return where on Earth shadows are possible at an instant, at 95 %.

    Directions count from true north, so that no place is assumed. A direction alone leaves a band
    from pole to pole; with a known height it is a spot.

    Args:
        instant_s: Seconds since 1970-01-01 UTC. [s]
        shadows: What was marked.
        spreads: What is assumed.
        globe: Which part is looked at; None: between the polar circles, every degree.
    """
    part = globe or Globe()
    latitudes = np.arange(part.south_deg, part.north_deg + part.step_deg / 2, part.step_deg)
    longitudes = np.arange(-180.0, 180.0, part.step_deg)
    grid = np.stack(np.meshgrid(longitudes, latitudes), axis=-1)
    sun = sun_over(instant_s, grid.reshape(-1, 2))
    chi2 = misfit(shadows, sun, spreads).reshape(grid.shape[:2])
    bar = quantile(_PROBABILITY, count_constraints(shadows))
    rows = []
    for latitude, inside in zip(latitudes, chi2 <= bar, strict=True):
        spans = _runs(inside, longitudes, part.step_deg)
        if spans:
            rows.append(PlacesRow(latitude_deg=float(latitude), longitudes_deg=spans))
    return tuple(rows)


def sun_over(instant_s: float, places: FloatArray) -> SunPositions:
    """Return the sun's azimuth and apparent elevation at one instant over many places.

    The direction is that from the middle of the Earth: the sun's parallax, 0.0024 degrees at most,
    is left out.

    Args:
        instant_s: Seconds since 1970-01-01 UTC. [s]
        places: Longitude and latitude (n, 2). [deg]
    """
    _, kernel = sky()
    (instant,) = instants_at(np.array([instant_s]))
    sun = kernel["earth"].at(instant).observe(kernel["sun"]).apparent().frame_xyz(itrs).au
    towards = np.asarray(sun) / np.linalg.norm(sun)
    longitude, latitude = np.radians(places).T
    east = np.stack([-np.sin(longitude), np.cos(longitude), np.zeros(len(places))], axis=1)
    up = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=1,
    )
    north = np.cross(up, east)
    true_elevation = np.degrees(np.arcsin(np.clip(up @ towards, -1.0, 1.0)))
    return SunPositions(
        azimuth_deg=np.degrees(np.arctan2(east @ towards, north @ towards)) % 360.0,
        elevation_deg=refracted(true_elevation),
    )


def _runs(
    inside: NDArray[np.bool_], longitudes: FloatArray, step_deg: float
) -> tuple[tuple[float, float], ...]:
    """Return the stretches of a parallel that are inside, those over 180° joined."""
    if inside.all():
        return ((-180.0, 180.0),)
    shift = int(np.argmin(inside))  # begin outside, so that no stretch is cut
    turned = np.concatenate([[False], np.roll(inside, -shift), [False]]).astype(int)
    edges = np.flatnonzero(np.diff(turned)).reshape(-1, 2)
    half = step_deg / 2
    spans = []
    for first, after in edges:
        west = float(longitudes[(first + shift) % len(longitudes)]) - half
        spans.append((west, west + float(after - first) * step_deg))
    return tuple(sorted(spans))
