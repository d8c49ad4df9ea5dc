"""What the place check answers, as records that verdicts and reports read."""

from dataclasses import dataclass
from enum import StrEnum

from purport.core.homographies import GroundHomography, Matrix3
from purport.core.positions import Matrix2

__all__ = [
    "FrameGround",
    "PlaceAnswer",
    "PlaceValues",
    "Polarity",
    "PowerTest",
    "ReferenceDisagreement",
    "ReferenceSearch",
    "ReferenceUsed",
    "RungTried",
    "ShotEvidence",
    "ShotGround",
]


class PlaceAnswer(StrEnum):
    """Whether the footage shows the place of the reference."""

    MATCHES = "matches"
    DOES_NOT_MATCH = "does_not_match"
    CANNOT_TELL = "cannot_tell"


class Polarity(StrEnum):
    """How bright and dark of the footage stand to those of the reference."""

    SAME = "same"
    INVERTED = "inverted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameGround:
    """The plain homography of one frame."""

    frame: int
    """Frame index."""
    to_map: Matrix3
    """Pixel to (easting, northing) in `crs`, h33 = 1."""
    crs: str
    """Projected system in metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotGround:
    """The adjusted homography of a stretch of a shot that matches.

    A shot is one stretch where the links between its frames hold, else one around each key frame.
    A pixel of frame f of the stretch is moved by `Scene.to_anchor[f]` and then by `homography`,
    which takes up what the links have drifted by there.
    """

    first: int
    """First frame of the stretch."""
    last: int
    """Last frame of the stretch."""
    anchor: int
    """The shot's anchor frame, in whose pixels, as the links of this stretch have them,
    `homography` begins."""
    homography: GroundHomography
    """Anchor pixel to ground, with covariance."""
    gsd_m: float
    """Ground that a pixel spans at the picture's centre, geometric mean. [m]"""
    obliquity_deg: float
    """Angle between line of sight and vertical at the centre, about. [deg]"""
    residual_px: float
    """Root mean square residual of the inliers per axis, in the anchor frame. [px]"""
    residual_m: float
    """Root mean square residual of the inliers per axis, on the ground. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RungTried:
    """What one way of matching found at first, before anything was adjusted."""

    name: str
    """"features", "affine features", "structure", "learned" or "control points"."""
    tentative: int
    """Similar pairs before any geometry."""
    inliers: int
    """Of them those that one view of the ground explains."""
    decoy_inliers: int
    """The same count against the mirrored reference: the chance level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotEvidence:
    """What was counted on one shot, whether it matches or not."""

    first: int
    """First frame of the shot."""
    last: int
    """Last frame of the shot."""
    accepted: bool
    """Whether all conditions of the rule hold."""
    reason: str
    """The first condition that fails, or what carries the match."""
    polarity: Polarity
    """The polarity that matched better."""
    key_frames: tuple[int, ...]
    """Frames that were matched."""
    features: int
    """Distinctive points of the frame matched first."""
    tentative: int
    """Similar pairs of that frame before any geometry."""
    first_inliers: int
    """Of them those that one view of the ground explains."""
    decoy_inliers: int
    """The same count against the mirrored reference, which shows no place: the chance level."""
    inliers: int
    """Different points of the reference in the joint adjustment; 0 when it was not reached."""
    cells: int
    """Parts of the picture (of 48) that hold inliers."""
    spread: float
    """Area that the inliers span, as a share of the picture."""
    frames_agreeing: int
    """Key frames that, matched by themselves, say the same place."""
    frames_disagreeing: int
    """Key frames that, matched by themselves, say another place."""
    blocks: int
    """Textured blocks of the picture that were laid on the reference; 0 when not reached."""
    blocks_agreeing: int
    """Blocks that fit best where the homography puts them."""
    rung: str = "features"
    """The way of matching that was accepted, or that came closest."""
    rungs: tuple[RungTried, ...] = ()
    """Every way of matching that was tried, in order."""
    lacking: str = ""
    """Compass direction, from the middle of the ground seen, in which least agrees; empty when
    nothing was adjusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceUsed:
    """The orthophoto as it was used."""

    number: int = 0
    """Which of those given, from 0."""
    crs: str
    """Its own system."""
    metric_crs: str
    """The system measured in."""
    gsd_m: float
    """Its own ground sample distance. [m]"""
    patch_gsd_m: float
    """That of the stretch matched. [m]"""
    features: int
    """Distinctive points of the stretch matched."""
    accuracy_m: float
    """Standard uncertainty per axis that was used. [m]"""
    accuracy_basis: str
    """Who states it; "assumed: …" when nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDisagreement:
    """Where another reference puts the middle of the best shot."""

    number: int
    """Which reference, counted from 0."""
    away_m: float
    """Distance from where the one used puts it. [m]"""
    expected_m: float
    """Standard uncertainty of that distance per axis. [m]"""
    extra_sd_m: float
    """What was added to the standard uncertainty of the reference used, so that it covers both; 0
    where the two agree. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTest:
    """Whether a match would have been found, had the footage shown the place."""

    views: int
    """Views cut from the reference at the likeness of the footage."""
    views_found: int
    """Of them those found again by the same rule."""
    self_found: bool
    """Whether the footage is found in its own degraded picture."""
    texture: float
    """Share of the picture's tiles with distinctive points."""
    likeness: float
    """Similarity of the footage's points to the reference's, 1 for one as between its halves."""
    passed: bool
    """Whether all of it suffices for a negative answer."""
    blur_px: float = 0.0
    """Blur of the footage, as if Gaussian; least where block edges or noise prevail. [px]"""
    empty_share: float = 0.0
    """Share of the cosine coefficients of the footage's 8 × 8 blocks that compression left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSearch:
    """What the search of a large reference found, before anything was looked at closely."""

    points: int
    """Distinctive points of the whole reference that were searched."""
    gsd_m: float
    """Ground sample distance at which they were found. [m]"""
    votes: float
    """Weight of the points that speak for the best place; 0 when there is none."""
    chance: float
    """The same for the best place of the mirrored picture: the chance level of having looked
    everywhere."""
    places: int
    """Places that stood above chance and were possible, 3 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceValues:
    """The numbers of the place check."""

    matched: bool | None
    """True, false ("does not show this place"), or None for cannot tell."""
    centre: tuple[float, float] | None
    """Longitude and latitude at the centre of the anchor frame of the best shot; None without a
    match. [deg]"""
    centre_frame: int | None
    """That anchor frame; None without a match."""
    covariance_m2: Matrix2 | None
    """Covariance of the centre, easting and northing, the reference's own included. [m²]"""
    homographies: tuple[FrameGround, ...]
    """Linked frames of the shots that match, thinned evenly."""
    ground: tuple[ShotGround, ...]
    """The shots that match."""
    shots: tuple[ShotEvidence, ...]
    """Every shot that was tried."""
    reference: ReferenceUsed
    """The orthophoto as used."""
    claimed_basis: str | None
    """Which point `claimed_distance_m` refers to; None when no point is claimed."""
    claimed_distance_m: float | None
    """From the centre to that point; None without match or point. [m]"""
    claimed_distance_sd_m: float | None
    """Its standard uncertainty along the line; None without match or point. [m]"""
    claimed_in_view: bool | None
    """Whether the point lies in the picture of a shot that matches; None without match or
    point."""
    power: PowerTest | None
    """The power test; None when a shot matched, or agreed more than by chance without being
    accepted, so that "no" is out of the question."""
    disagreements: tuple[ReferenceDisagreement, ...] = ()
    """How the other references compare, those on which the best shot was found."""
    search: ReferenceSearch | None = None
    """The search of all of a large reference; None when there was none: the reference is small, or
    a shot was found near the point claimed."""
