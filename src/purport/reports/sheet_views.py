"""Sheets of claims, arranged for a page or a terminal: rows, distances, holders, tallies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from purport.checks.control import LayerAnswer
from purport.core.casefile import CaseFile, StoryText
from purport.core.claims import Part
from purport.core.groups import canonical_group
from purport.core.ratings import Rating
from purport.core.records import from_json
from purport.reports.claim_views import CaseIndex, ClaimView, PartView
from purport.reports.phrases import anchor
from purport.verdicts import (
    GroupTally,
    Known,
    PlaceTally,
    RowFacts,
    tally_groups,
    tally_places,
)

__all__ = [
    "SheetView",
    "claimed_words",
    "distance_words",
    "group_words",
    "holder_words",
    "sheet_claims",
    "view_sheets",
]

_KILOMETRE_M = 1000.0
_SHEET = "sheet"
_SHOWN_PARTS = (Part.WHERE, Part.WHEN, Part.WHO)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row of a sheet."""

    label: str
    """How it is called."""
    claim: ClaimView
    """The claim that it makes, with its verdicts."""
    href: str
    """Name of the place in the page where its finding stands."""
    place: str
    """The place claimed, in words."""
    group: str
    """The group claimed, in words."""
    found: str
    """Where it was found, in words."""
    distance: str
    """How far that is from what was claimed, a range in kilometres."""
    to_place: str | None
    """How far from the place's own point; None when nothing was computed."""
    holder: str
    """Who held the place found, or why that is open."""
    layers: tuple[str, ...]
    """What each layer that speaks says of it."""
    date: str | None
    """For which date; None when none is known."""
    source: str | None
    """Where the row's facts come from."""
    links: tuple[tuple[str, str], ...]
    """Where the item can be found."""
    parts: tuple[PartView, ...]
    """Where, when and who."""
    missing: tuple[str, ...]
    """What the sheet lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """A sheet."""

    story: StoryText
    """The document."""
    rows: tuple[RowView, ...]
    """Its rows."""
    shows_when: bool
    """Whether any row's time is rated but for what a sheet cannot tell."""
    places: PlaceTally
    """Its tally of places."""
    groups: tuple[tuple[str, int, int, int, int], ...]
    """For each group claimed: how often, and in how many supported, contradicted, open."""


def sheet_claims(case: CaseFile) -> frozenset[str]:
    """Return the identifiers of the claims that rows of sheets make."""
    sheets = {story.document.digest for story in case.stories if story.document.is_sheet}
    return frozenset(claim.id for claim in case.claims if claim.document in sheets)


def view_sheets(
    case: CaseFile, index: CaseIndex, claims: Sequence[ClaimView]
) -> tuple[SheetView, ...]:
    """Arrange every sheet of a case."""
    by_id = {view.claim.id: view for view in claims}
    facts = {
        row.claim: (finding.id, row)
        for finding in case.findings
        if finding.check == _SHEET
        for row in (from_json(RowFacts, finding.values),)
    }
    views = []
    for story in case.stories:
        if not story.document.is_sheet:
            continue
        own = [
            facts[claim.id]
            for claim in case.claims
            if claim.document == story.document.digest and claim.id in facts
        ]
        rows = [row for _, row in own]
        views.append(
            SheetView(
                story=story,
                rows=tuple(_row(row, finding, by_id[row.claim]) for finding, row in own),
                shows_when=any(
                    index.verdicts[row.claim, Part.WHEN].rating
                    not in {Rating.UNPROVEN, Rating.NOT_CHECKABLE}
                    for row in rows
                ),
                places=tally_places(rows, index.verdicts),
                groups=tuple(_group(one) for one in tally_groups(rows, index.verdicts)),
            )
        )
    return tuple(views)


def claimed_words(row: RowFacts) -> str:
    """Write the place claimed."""
    stated = row.stated
    if stated.claimed_place is not None:
        return stated.claimed_place
    if stated.claimed_point is not None:
        return (
            f"{stated.claimed_point.latitude_deg:.4f} N {stated.claimed_point.longitude_deg:.4f} E"
        )
    return {
        Known.STATED: "as found",
        Known.NONE: "no place claimed",
        Known.UNKNOWN: "not stated",
    }[stated.place_known]


def group_words(row: RowFacts) -> str:
    """Write the group claimed."""
    return row.stated.claimed_group or "not stated"


def distance_words(row: RowFacts) -> str:
    """Write the range of distances from what is claimed, or what the sheet says of it. [km]"""
    meant = [one for one in row.distances if not one.aside]
    if meant:
        low = min(one.nearest_m for one in meant) / _KILOMETRE_M
        high = max(one.farthest_m for one in meant) / _KILOMETRE_M
        return f"{low:.1f}–{high:.1f} km" if low else "on that ground"
    stated = row.stated.distance_km
    if stated is None:
        return f"“{row.stated.comparison_words}”" if row.stated.comparison_words else "–"
    low, end = stated
    if end is None:
        return f"over {low:g} km (stated)"
    return f"{low:g} km (stated)" if low == end else f"{low:g}–{end:g} km (stated)"


def holder_words(row: RowFacts) -> str:
    """Write who held the place found, or why that is open."""
    if row.control is None:
        return "–"
    if row.control.holder is not None:
        return row.control.holder
    denied = {
        canonical_group(group): group
        for layer in reversed(row.control.layers)
        for group in layer.not_held_by
    }
    if denied and row.control.overall.value == "no_data":
        return f"not {', '.join(reversed(denied.values()))}"
    return row.control.overall.value.replace("_", " ")


def _row(row: RowFacts, finding: str, claim: ClaimView) -> RowView:
    layers = () if row.control is None else row.control.layers
    meant = [one for one in row.distances if not one.aside]
    shown = {part.value for part in _SHOWN_PARTS}
    return RowView(
        label=row.stated.row,
        claim=claim,
        href=anchor("finding", finding),
        place=claimed_words(row),
        group=group_words(row),
        found=_found_words(row),
        distance=distance_words(row),
        to_place=(
            f"{meant[0].to_place_m / _KILOMETRE_M:.1f} km to {meant[0].name}"
            if len(meant) == 1
            else None
        ),
        holder=holder_words(row),
        layers=tuple(_layers(layers, row.stated.group)),
        date=row.date,
        source=row.stated.source,
        links=row.stated.links,
        parts=tuple(
            part for part in claim.parts if part.verdict and part.verdict.part.value in shown
        ),
        missing=row.missing,
    )


def _found_words(row: RowFacts) -> str:
    if row.point is None:
        return row.stated.found_place or "–"
    longitude, latitude = row.point
    place = f"{row.stated.found_place}, " if row.stated.found_place else ""
    north = f"{abs(latitude):.4f} {'N' if latitude >= 0 else 'S'}"
    return f"{place}{north} {abs(longitude):.4f} {'E' if longitude >= 0 else 'W'}"


def _layers(layers: Sequence[LayerAnswer], group: str | None) -> Iterator[str]:
    """Yield what each layer says, those alone that say anything of the point."""
    for layer in layers:
        said = []
        if layer.holder is not None:
            said.append(f"{layer.holder} (probability {layer.p_inside:.2f})")
        if layer.not_held_by:
            said.append(f"not {', '.join(layer.not_held_by)}")
        distance = None if group is None else layer.distance_to_group_m.get(group)
        if said and distance:
            said.append(f"{group} {distance / _KILOMETRE_M:.0f} km away")
        if said:
            days = abs(layer.age_days)
            age = "" if not days else f", {days} d {'older' if layer.age_days > 0 else 'later'}"
            yield f"{layer.name} ({layer.kind.value}, {layer.date}{age}): {'; '.join(said)}"


def _group(tally: GroupTally) -> tuple[str, int, int, int, int]:
    counts = dict(tally.ratings)
    supported = counts.get(Rating.SUPPORTED, 0)
    against = counts.get(Rating.CONTRADICTED, 0)
    total = sum(counts.values())
    return tally.group, total, supported, against, total - supported - against
