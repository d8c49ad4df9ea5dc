"""What the impacts check answers, as records that verdicts and reports read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from purport.core.positions import Matrix2

__all__ = ["ImpactsAnswer", "ImpactsValues", "PointBasis", "StrikeValues"]


class ImpactsAnswer(StrEnum):
    """Whether strikes can be seen."""

    STRIKES_FOUND = "strikes_found"
    NO_STRIKE_SEEN = "no_strike_seen"
    CANNOT_TELL = "cannot_tell"


class PointBasis(StrEnum):
    """What the impact point was taken from."""

    FIRST_FRAMES = "first frames of the effect"
    WHAT_REMAINED = "what remained on the ground"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeValues:
    """One strike as it is shown; the same strike shown twice is two of these."""

    onset_frame: int
    """First frame that shows it."""
    onset_s: float
    """Its presentation time after the first frame. [s]"""
    shot: int
    """Index of the shot that shows it."""
    cause: str
    """What gave it away: "sudden", "gradual" or "disturbance"."""
    point_px: tuple[float, float]
    """Impact point in the display picture of `point_frame`. [px]"""
    point_sd_px: float
    """Its standard uncertainty per axis. [px]"""
    point_frame: int
    """The frame whose pixels `point_px` counts: the onset, or the last frame before it that could
    be linked when the onset itself is blinded."""
    point_basis: PointBasis
    """What the point was taken from."""
    radius_px: float
    """Radius of the effect when it was measured. [px]"""
    position: tuple[float, float] | None
    """Longitude and latitude; None without a recorded publication or without a map. [deg]"""
    position_covariance_m2: Matrix2 | None
    """Its covariance, easting and northing; None as `position`. [m²]"""
    offset_m: float | None
    """Distance from the target, 0 inside an outline; None without position or target. [m]"""
    offset_68_m: tuple[float, float] | None
    """68 % confidence interval of the distance; None as `offset_m`. [m]"""
    offset_95_m: tuple[float, float] | None
    """95 % confidence interval of the distance; None as `offset_m`. [m]"""
    bearing_deg: float | None
    """Azimuth from target to impact, from true north; None as `offset_m` or at distance 0. [deg]"""
    bearing_sd_deg: float | None
    """Its standard uncertainty; None when the distance is too short to tell a direction. [deg]"""
    p_inside: float | None
    """Probability that the impact lies inside the target's outline; None unless one is given."""
    budget_m: Mapping[str, float] | None
    """Standard uncertainty per axis by cause: marking, registration, relief, reference, target;
    None as `offset_m`. [m]"""
    same_strike_as: int | None
    """Index of the strike in this list that this one repeats; None for a first showing."""
    not_measured: str | None
    """Why there is no position or offset; None when there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactsValues:
    """The numbers of the impacts check."""

    strikes: tuple[StrikeValues, ...]
    """Every showing of a strike, by onset."""
    distinct_strikes: int
    """Strikes that repeat no other."""
    target_basis: str | None
    """What offsets are counted from; None when nothing was given or seen to count from."""
    frames_scanned: int
    """Frames looked at."""
    frames_unlinked: int
    """Of them, frames that could not be compared with their neighbours."""
