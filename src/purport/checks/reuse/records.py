"""What the reuse check answers and the shared stretches that it lists."""

from dataclasses import dataclass
from enum import StrEnum

from purport.checks.reuse.views import ViewRelation
from purport.core.digests import Digest

__all__ = ["OtherView", "ReuseAnswer", "ReuseKind", "ReuseMatch", "ReuseValues"]


class ReuseAnswer(StrEnum):
    """Whether the same seconds are seen elsewhere."""

    REUSED = "reused"
    """Another item of the workspace shows the same seconds, or the item shows some twice."""
    NO_MATCH = "no_match"
    """None does, among what was compared."""
    CANNOT_TELL = "cannot_tell"
    """Too little is seen or moves, or the item is too short."""


class ReuseKind(StrEnum):
    """How two stretches of the same seconds are related."""

    SAME_RECORDING = "same_recording"
    """One camera: a single placement of one picture in the other holds all along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseMatch:
    """A stretch of this item that shows the same seconds as another stretch."""

    item: Digest
    """This item."""
    start_s: float
    """Start in this item after its first frame. [s]"""
    end_s: float
    """End in this item. [s]"""
    start_frame: int
    """First frame in this item."""
    end_frame: int
    """Last frame in this item."""
    other: Digest
    """The other item; this one again for a stretch that is shown twice in it."""
    other_name: str
    """File name of the other item."""
    other_start_s: float
    """Start in the other item after its first frame. [s]"""
    other_end_s: float
    """End in the other item. [s]"""
    other_start_frame: int
    """First frame in the other item."""
    other_end_frame: int
    """Last frame in the other item."""
    exact: bool
    """Whether the pictures are equal frame by frame, to the last digit of their thumbnails."""
    distance_bits: float
    """Mean distance of the fingerprints of aligned frames, of 256, after undoing mirroring and
    polarity; about 128 when unrelated, and for a crop or picture in picture."""
    change: float
    """How much the picture changes within the stretch, root mean square. [luma, 0 to 255]"""
    ratio: float
    """Difference of the aligned frames as a share of `change`; 0 for equal pictures."""
    share: float
    """Part of this item's duration that the stretch takes. [0 to 1]"""
    kind: ReuseKind = ReuseKind.SAME_RECORDING
    """How the two are related."""
    speed: float = 1.0
    """Seconds of the other item to one of this one."""
    mirrored: bool = False
    """Whether one is the mirror picture of the other."""
    inverted: bool = False
    """Whether bright and dark are exchanged."""
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, right, bottom of the part of this picture that was compared. [0 to 1]"""
    other_part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Where that part lies in the other picture. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherView:
    """Another item that shows the same ground, though none of its seconds are the same recording.

    It is no match. What is `cannot_tell` may have been filmed on any other day.
    """

    other: Digest
    """The other item."""
    other_name: str
    """Its file name."""
    relation: ViewRelation
    """Two cameras at one moment, or not to be told."""
    inliers: int
    """Features that join the ground of both."""
    lag_s: float | None = None
    """Seconds by which the other item's clock is ahead of this one's, at the best fit; None when
    too little ground is seen in both to look for it. [s]"""
    start_s: float | None = None
    """From when on, in this item, both see some ground at that lag; None likewise. [s]"""
    end_s: float | None = None
    """Until when; None likewise. [s]"""
    alike: float | None = None
    """Part of the movement that coincides at that lag; None likewise. [-1 to 1]"""
    elsewhere: float | None = None
    """The same at the best lag 1 s or more away; None likewise. [-1 to 1]"""
    things: int | None = None
    """Things that lie apart and each agree on the lag; None likewise."""
    turn_px: float | None = None
    """How far one picture moves in the other meanwhile; None likewise. [px at a width of 480]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseValues:
    """Numbers of the reuse check."""

    matches: tuple[ReuseMatch, ...]
    """Shared stretches, by start."""
    compared: tuple[Digest, ...]
    """The other items that were compared, by digest."""
    usable_share: float
    """Part of the frames with enough structure to be compared. [0 to 1]"""
    views: tuple[OtherView, ...] = ()
    """Items that show the same ground otherwise, by digest."""
    not_viewed: int = 0
    """Other items in which no other view was looked for, because there are too many."""
