"""The numbers of findings, read into records for drawing.

Members that a later version of a check adds are passed over; a member of the documented shape that
is missing is our own fault and raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from purport.core.digests import Digest
from purport.core.findings import Finding
from purport.core.positions import GeoPoint, Matrix2

__all__ = [
    "ContradictionReading",
    "EditReading",
    "FrameOnMap",
    "LayerReading",
    "MatchReading",
    "OriginReading",
    "PlaceReading",
    "StrikeReading",
    "TraceReading",
    "read_edits",
    "read_layers",
    "read_matches",
    "read_origin",
    "read_place",
    "read_strikes",
    "read_traces",
]

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReading:
    """An edit by time code."""

    kind: str
    """Its kind."""
    start_s: float
    """Start after the first frame. [s]"""
    end_s: float
    """End after the first frame. [s]"""
    strength: float | None
    """How far it stands above the check's limit; None where the kind has none."""
    innocent: tuple[str, ...]
    """Explanations without intent."""
    detail: str = ""
    """What more is known of it, in words; empty when nothing is."""
    false_alarm_rate: float | None = None
    """Upper bound of the share of unedited clips that show such a sign wrongly; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceReading:
    """A trace of how a file was coded."""

    words: str
    """What was found."""
    innocent: str
    """How it comes about without any editing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReading:
    """A stretch that is seen again."""

    start_s: float
    """Start. [s]"""
    end_s: float
    """End. [s]"""
    other: Digest
    """Digest of the other item."""
    other_start_s: float
    """Start there. [s]"""
    other_end_s: float
    """End there. [s]"""
    exact: bool | None
    """Whether the bytes are the same; None when not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionReading:
    """Two statements about an item that cannot both be right."""

    kind: str
    """Its kind."""
    one: tuple[str, str]
    """Source and words of one side."""
    other: tuple[str, str]
    """Source and words of the other."""
    apart: str
    """By how much they differ, in words."""
    innocent: tuple[str, ...]
    """Explanations without intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginReading:
    """Where an item says that it comes from."""

    contradictions: tuple[ContradictionReading, ...]
    """What does not fit together."""
    credentials: str
    """What is known of Content Credentials, in words."""
    known_since: tuple[str, str] | None
    """Instant by which the footage surely existed, and by what that is known; None: not known."""
    written_by: tuple[str, ...]
    """Software that left its name."""
    notes: tuple[str, ...]
    """What else is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameOnMap:
    """Where one frame lies on the ground."""

    frame: int
    """Frame index."""
    to_map: NDArray[np.float64]
    """Pixel to (easting, northing) in `crs` (3, 3)."""
    crs: str
    """Projected system in metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReading:
    """Where the footage lies."""

    matched: bool | None
    """Whether it shows the reference's ground; None: cannot tell."""
    centre: GeoPoint | None
    """Ground at the picture's centre; None when not matched."""
    covariance_m2: Matrix2 | None
    """Covariance of the centre, east and north. [m²]"""
    frames: tuple[FrameOnMap, ...]
    """The registered frames."""
    claimed_distance_m: float | None
    """From the claimed place to the centre; None when either is missing. [m]"""
    reference: int
    """Which of the item's orthophotos it was laid on, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeReading:
    """One onset of a flash, blast or plume."""

    number: int
    """Its number in the dossier, from 1."""
    onset_frame: int
    """Frame index of the onset."""
    onset_s: float
    """Time of the onset. [s]"""
    point_px: Pair
    """Impact point in the picture of `point_frame`. [px]"""
    point_frame: int
    """Frame whose pixels `point_px` counts."""
    point_sd_px: float
    """Its standard uncertainty, per axis. [px]"""
    position: GeoPoint | None
    """Impact point on the ground; None when not measurable."""
    covariance_m2: Matrix2 | None
    """Covariance of the position, east and north; None when not given. [m²]"""
    offset_m: float | None
    """Distance from the target; None when not measurable. [m]"""
    offset_68_m: Pair | None
    """68 % interval. [m]"""
    offset_95_m: Pair | None
    """95 % interval. [m]"""
    bearing_deg: float | None
    """Azimuth from target to impact. [deg]"""
    same_strike_as: int | None
    """Number of the strike that it shows again; None for a first showing."""
    p_inside: float | None
    """Probability that it lies inside the target's outline; None without one."""
    budget_m: tuple[tuple[str, float], ...]
    """Standard uncertainty by cause, largest first. [m]"""
    bearing_sd_deg: float | None = None
    """Standard uncertainty of the bearing; None when the distance is too short to tell a direction.
    [deg]"""
    not_measured: str | None = None
    """Why position or offset are missing; None when they are not, or nothing was said."""
    remedy: str | None = None
    """What would let it be measured; None when it is, or nothing was said."""
    offset_sd_m: float | None = None
    """Standard uncertainty of the offset, per axis; None when not measured. [m]"""
    p_farther_m: tuple[Pair, ...] = ()
    """Distances, each with the probability that it lies farther; empty when not measured. [m, 1]"""
    scale_basis: str | None = None
    """Where the metres come from; None when not measured."""
    lean_m: float | None = None
    """How far a point 1 m above the ground appears displaced; None when not known. [m]"""
    mark: str | None = None
    """What a person's mark changed; None without one."""
    target_basis: str | None = None
    """Who states the target that the offset counts from; None when not measured."""
    marks_not_used: tuple[str, ...] = ()
    """Marks that could not be used, each with the reason."""


def read_edits(finding: Finding) -> tuple[EditReading, ...]:
    """Read the edits of a finding of the check `edits`."""
    values: Any = finding.values
    return tuple(
        EditReading(
            kind=str(row["kind"]),
            start_s=float(row["start_s"]),
            end_s=float(row["end_s"]),
            strength=_optional(row["strength"]),
            innocent=tuple(row.get("innocent") or ()),
            detail=_edit_detail(row),
            false_alarm_rate=_optional(row.get("false_alarm_rate")),
        )
        for row in values["edits"]
    )


def read_traces(finding: Finding) -> tuple[TraceReading, ...]:
    """Read what the check `edits` says of how the file was coded."""
    values: Any = finding.values
    coding: Mapping[str, Any] = values.get("coding") or {}
    return tuple(
        TraceReading(words=str(row["words"]), innocent=str(row["innocent"]))
        for row in coding.get("traces") or ()
    )


def _edit_detail(row: Mapping[str, Any]) -> str:
    """Say what more is known of an edit: where it was shown first, how slow, what graphics."""
    kind, factor = str(row["kind"]), row.get("factor")
    parts = []
    if row.get("graphics"):
        parts.append(str(row["graphics"]).replace("_", " "))
    if factor is not None and kind == "slow_motion":
        parts.append(_slowness(float(factor), _optional(row.get("factor_sd"))))
    elif factor is not None and kind == "cadence":
        parts.append(f"each picture is shown {float(factor):.3g} times on average")
    if row.get("other_start_s") is not None:
        other = (float(row["other_start_s"]), float(row["other_end_s"]))
        heard = "heard" if kind.startswith("sound") else "shown"
        parts.append(f"{heard} before from {other[0]:.2f} to {other[1]:.2f} s")
    return "; ".join(parts)


def _slowness(factor: float, factor_sd: float | None) -> str:
    """Say how slow, and by what it is told."""
    if factor_sd is None:
        return f"{factor:.2g} times slower than what lies about it"
    return f"the burnt-in clock goes {factor:.2f} times slower (1 σ {factor_sd:.2f})"


def read_matches(finding: Finding) -> tuple[MatchReading, ...]:
    """Read the matches of a finding of the check `reuse`."""
    values: Any = finding.values
    return tuple(
        MatchReading(
            start_s=float(row["start_s"]),
            end_s=float(row["end_s"]),
            other=Digest(row["other"]),
            other_start_s=float(row["other_start_s"]),
            other_end_s=float(row["other_end_s"]),
            exact=row.get("exact"),
        )
        for row in values["matches"]
    )


_CREDENTIALS = {
    "none": "none; almost no footage carries any, and nothing follows from that",
    "not_read": "could not be looked for",
    "broken": "there is a manifest that cannot be read (not well-formed)",
    "well_formed": "well-formed, but not valid: file and manifest do not fit",
    "valid": "valid: nothing was changed since signing; the signer is on no list of trusted ones",
    "trusted": "valid and trusted: nothing was changed since signing by a signer on the list given",
}


def read_origin(finding: Finding) -> OriginReading:
    """Read a finding of the check `provenance`."""
    values: Any = finding.values
    since, basis = values["filmed_before_utc"], values["filmed_before_basis"]
    return OriginReading(
        contradictions=tuple(
            ContradictionReading(
                kind=str(row["kind"]),
                one=(str(row["one"]["source"]), str(row["one"]["says"])),
                other=(str(row["other"]["source"]), str(row["other"]["says"])),
                apart=str(row["apart"]),
                innocent=tuple(row["innocent"]),
            )
            for row in values["contradictions"]
        ),
        credentials=_CREDENTIALS[values["credentials"]["state"]],
        known_since=None if since is None else (str(since), str(basis)),
        written_by=tuple(values["written_by"]),
        notes=tuple(values["notes"]),
    )


def read_place(finding: Finding) -> PlaceReading:
    """Read the position of a finding of the check `place`."""
    values: Any = finding.values
    return PlaceReading(
        matched=values["matched"],
        centre=_point(values["centre"]),
        covariance_m2=_matrix(values["covariance_m2"]),
        frames=tuple(
            FrameOnMap(
                frame=int(row["frame"]),
                to_map=np.array(row["to_map"], dtype=np.float64),
                crs=str(row["crs"]),
            )
            for row in values["homographies"]
        ),
        claimed_distance_m=_optional(values.get("claimed_distance_m")),
        reference=int(values["reference"].get("number", 0)) if "reference" in values else 0,
    )


def read_strikes(finding: Finding) -> tuple[StrikeReading, ...]:
    """Read the strikes of a finding of the check `impacts`."""
    values: Any = finding.values
    return tuple(_strike(number, row) for number, row in enumerate(values["strikes"], start=1))


def _strike(number: int, row: Mapping[str, Any]) -> StrikeReading:
    again = row["same_strike_as"]
    budget: Mapping[str, Any] = row.get("budget_m") or {}
    causes = [(cause, float(size)) for cause, size in budget.items() if size is not None]
    return StrikeReading(
        number=number,
        onset_frame=int(row["onset_frame"]),
        onset_s=float(row["onset_s"]),
        point_px=(float(row["point_px"][0]), float(row["point_px"][1])),
        point_frame=int(row.get("point_frame", row["onset_frame"])),
        point_sd_px=float(row["point_sd_px"]),
        position=_point(row["position"]),
        covariance_m2=_matrix(row.get("position_covariance_m2")),
        offset_m=_optional(row["offset_m"]),
        offset_68_m=_pair(row["offset_68_m"]),
        offset_95_m=_pair(row["offset_95_m"]),
        bearing_deg=_optional(row["bearing_deg"]),
        same_strike_as=None if again is None else int(again) + 1,
        p_inside=_optional(row.get("p_inside")),
        bearing_sd_deg=_optional(row.get("bearing_sd_deg")),
        not_measured=row.get("not_measured"),
        remedy=row.get("remedy"),
        offset_sd_m=_optional(row.get("offset_sd_m")),
        p_farther_m=tuple((float(d), float(p)) for d, p in row.get("p_farther_m") or ()),
        scale_basis=row.get("scale_basis"),
        lean_m=_optional(row.get("lean_m")),
        mark=_mark_words(row.get("mark")),
        target_basis=row.get("target_basis"),
        marks_not_used=tuple(row.get("marks_not_used") or ()),
        budget_m=tuple(sorted(causes, key=lambda cause: -cause[1])),
    )


def _mark_words(mark: Mapping[str, Any] | None) -> str | None:
    if mark is None:
        return None
    placed = f"The point was placed by {mark['author']} (mark {mark['mark']})"
    if mark["confirms"] is None:
        return f"{placed}; the machine saw no strike there."
    agrees = "agrees" if mark["confirms"] else "does not agree"
    return f"{placed}; the machine's own {agrees} with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReading:
    """What one control layer says."""

    name: str
    """Its name."""
    publisher: str
    """Who publishes it."""
    definition: str
    """What it counts as control."""
    date: str
    """The date for which it speaks."""
    holder: str
    """Who held the point, in words."""
    age_days: float | None
    """Days from its date to the date asked about, negative when it is later. [d]"""
    distances_m: tuple[tuple[str, float | None], ...]
    """Distance to the nearest territory of each group asked about, by name; None when the layer
    lists no territory of it. [m]"""


def read_layers(finding: Finding) -> tuple[LayerReading, ...]:
    """Read the layers of a finding of the check `control`."""
    values: Any = finding.values
    return tuple(_layer(row) for row in values["layers"])


def _layer(row: Mapping[str, Any]) -> LayerReading:
    distances: Mapping[str, Any] = row.get("distance_to_group_m") or {}
    return LayerReading(
        name=str(row.get("name") or "unnamed layer"),
        publisher=str(row.get("publisher") or "not stated"),
        definition=str(row.get("definition") or "not stated"),
        date=str(row.get("date") or "not stated"),
        holder=_holder(row),
        age_days=_optional(row.get("age_days")),
        distances_m=tuple(
            (group, _optional(distance)) for group, distance in sorted(distances.items())
        ),
    )


def _holder(row: Mapping[str, Any]) -> str:
    holder = row.get("holder")
    if row.get("contested"):
        return f"left open by this layer ({holder})" if holder else "left open by this layer"
    if row.get("boundary"):
        return (
            f"too close to a boundary to say (perhaps {holder})" if holder else "too close to say"
        )
    return str(holder) if holder else "no holder listed there"


def _optional(value: float | None) -> float | None:
    return None if value is None else float(value)


def _pair(value: Any) -> Pair | None:  # noqa: ANN401 - border: JSON
    return None if value is None else (float(value[0]), float(value[1]))


def _point(value: Any) -> GeoPoint | None:  # noqa: ANN401 - border: JSON
    if value is None:
        return None
    return GeoPoint(longitude_deg=float(value[0]), latitude_deg=float(value[1]))


def _matrix(value: Any) -> Matrix2 | None:  # noqa: ANN401 - border: JSON
    if value is None:
        return None
    (a, b), (c, d) = value
    return (float(a), float(b)), (float(c), float(d))
