"""What is recorded of a media item beside its bytes; what is absent stays None: "not recorded"."""

from dataclasses import dataclass

from purport.core.digests import Digest
from purport.core.instants import StatedTime
from purport.core.positions import GeoPoint

__all__ = ["ClaimedPlace", "ItemRecord", "Publication", "Target", "ViewHint"]

_FULL_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where and when an item was made public."""

    published: StatedTime
    """When."""
    basis: str
    """How we know: "recorded by user", "items sheet", "dated story given with the footage"."""
    url: str | None = None
    """Where; None when not recorded."""
    publisher: str | None = None
    """By whom; None when not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPlace:
    """Where an item is said to have been filmed."""

    name: str | None = None
    """As stated; None when only coordinates were given."""
    point: GeoPoint | None = None
    """As coordinates; None when only a name was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the target is said to be: a point or an outline, exactly one of the two."""

    point: GeoPoint | None = None
    """A point; None when an outline is given."""
    outline: tuple[GeoPoint, ...] | None = None
    """Ring of an area, not closed, at least three points; None when a point is given."""
    standard_uncertainty_m: float = 0.0
    """Circular standard uncertainty of the stated position. [m]"""
    basis: str = "stated by user"
    """Who says so."""

    def __post_init__(self) -> None:
        """Refuse neither and both."""
        if (self.point is None) == (self.outline is None):
            message = "a target is either a point or an outline"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewHint:
    """What is roughly known of the camera; it narrows a search and proves nothing."""

    gsd_m: tuple[float, float] | None = None
    """Least and greatest ground distance of a pixel in the middle of the picture; None: not
    known. [m]"""
    heading_deg: float | None = None
    """Azimuth to which the top of the picture points, 0 to 360; None: not known. [deg]"""
    heading_sd_deg: float = 15.0
    """Standard uncertainty of the heading. [deg]"""

    def __post_init__(self) -> None:
        """Refuse what no camera has."""
        if self.gsd_m is not None and not 0.0 < self.gsd_m[0] <= self.gsd_m[1]:
            message = f"the ground distance of a pixel goes from low to high, got {self.gsd_m}"
            raise ValueError(message)
        if self.heading_deg is not None and not 0.0 <= self.heading_deg < _FULL_TURN_DEG:
            message = f"a heading is at least 0 and below 360 degrees, got {self.heading_deg}"
            raise ValueError(message)
        if not self.heading_sd_deg > 0.0:
            message = f"a heading's uncertainty is positive, got {self.heading_sd_deg}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """A media item of the case and what is known of it."""

    digest: Digest
    """SHA-256 of the evidentiary copy."""
    name: str
    """File name as given."""
    size_bytes: int
    """Length of the evidentiary copy."""
    url: str | None = None
    """Where it was collected from; None: not recorded."""
    collector: str | None = None
    """Who collected it; None: not recorded."""
    retrieved: StatedTime | None = None
    """When it was collected; None: not recorded."""
    publication: Publication | None = None
    """Where and when it was made public; None: not recorded, and no impact is measured."""
    claimed_place: ClaimedPlace | None = None
    """Where it is said to have been filmed; None: not recorded."""
    claimed_time: StatedTime | None = None
    """When it is said to have been filmed; None: not recorded."""
    target: Target | None = None
    """Where the target is said to be; None: not recorded."""
    references: tuple[Digest, ...] = ()
    """Orthophotos of the place claimed; empty: none given."""
    terrain: Digest | None = None
    """Heights of the ground there; None: none given, and the ground is taken as flat."""
    view_hint: ViewHint | None = None
    """What is roughly known of the camera; None: nothing."""
    file_time: StatedTime | None = None
    """Last change of the file by the file system it was collected from; None: not recorded."""
    sidecars: tuple[tuple[str, Digest], ...] = ()
    """Name and digest of the files that lay beside it and are about it, sorted by name."""
