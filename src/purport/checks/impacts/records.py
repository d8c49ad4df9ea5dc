"""What the impacts check answers, as records that verdicts and reports read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from purport.core.positions import Matrix2

__all__ = [
    "BeganBefore",
    "ImpactMark",
    "ImpactsAnswer",
    "ImpactsValues",
    "PointBasis",
    "StrikeValues",
]


class ImpactsAnswer(StrEnum):
    """Whether strikes can be seen."""

    STRIKES_FOUND = "strikes_found"
    NO_STRIKE_SEEN = "no_strike_seen"
    CANNOT_TELL = "cannot_tell"


class PointBasis(StrEnum):
    """What the impact point was taken from."""

    FIRST_FRAMES = "first frames of the effect"
    WHAT_REMAINED = "what remained on the ground"
    MARKED = "marked by a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactMark:
    """A person's mark of an impact, beside what the machine took for it."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who placed it."""
    machine_px: tuple[float, float] | None
    """The machine's point in the marked frame; None when the machine saw no strike there. [px]"""
    machine_sd_px: float | None
    """Its standard uncertainty per axis; None as `machine_px`. [px]"""
    confirms: bool | None
    """Whether the two agree within their uncertainties (95 %); None as `machine_px`."""


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
    """Impact point in the display picture of `point_frame`; where a map tells the view, the ground
    below the middle of the effect. [px]"""
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
    """Standard uncertainty of the offset by cause, per axis; the squares add up to the square of
    `offset_sd_m`. Causes: marking, link, registration, relief, height, reference, target; without a
    map marking, target, length, view, along the line. What does not bear on the offset is left
    out. None as `offset_m`. [m]"""
    same_strike_as: int | None
    """Index of the strike in this list that this one repeats; None for a first showing."""
    not_measured: str | None
    """Why there is no position or offset; None when there is."""
    remedy: str | None = None
    """What would let it be measured; None when it is."""
    p_farther_m: tuple[tuple[float, float], ...] | None = None
    """Pairs of a distance and the probability that the impact lies farther from the target than
    that; between them straight lines, 1 below the first and 0 beyond the last. None as `offset_m`.
    [m, 1]"""
    offset_sd_m: float | None = None
    """Standard uncertainty of the offset, per axis; None as `offset_m`. [m]"""
    target_basis: str | None = None
    """What this offset is counted from; None as `offset_m`."""
    scale_basis: str | None = None
    """Where the metres come from: "map", or "known length (ground plane assumed)"; None as
    `offset_m`."""
    lean_m: float | None = None
    """How far a point 1 m above the ground seems displaced here; None without a map that tells. [m]
    """
    height_m: float | None = None
    """Height of the impact above the plane that fits the ground, by a model of the heights; None
    without one. [m]"""
    mark: ImpactMark | None = None
    """A person's mark that `point_px` was taken from; None when it is the machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeganBefore:
    """Fire or smoke that grew from the first frames of a shot on."""

    shot: int
    """Index of the shot."""
    frame: int
    """The frame in which it was told."""
    point_px: tuple[float, float]
    """Its middle in that frame. [px]"""
    radius_px: float
    """Radius of the circle of its area. [px]"""


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
    began_before: tuple[BeganBefore, ...] = ()
    """What grew from the first frames of a shot on: it began before, and no strike is counted."""
    marks_not_used: tuple[str, ...] = ()
    """Marks that could not be used, each with the reason."""
    frames_restless: int = 0
    """Frames looked at in which so much changes or moves, though the picture is held still, that a
    strike in them could not be told."""
