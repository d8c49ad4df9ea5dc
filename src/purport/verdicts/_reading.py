"""Findings read as what judging needs: strikes, places, holders, edits, shared stretches.

The only module that knows how a check writes its values. It reads the documented members by name
and passes over others, so that findings of a later version of a check can be read; a member that is
missing raises. Everything comes out in one order (by
item name and digest), whatever the order in which it came in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from purport.checks.control import ControlValues, PointAnswer
from purport.core.case import ItemRecord
from purport.core.casefile import Fault
from purport.core.contributions import READERS_CHECK
from purport.core.digests import Digest
from purport.core.errors import ConsistencyError
from purport.core.findings import Finding, NotRun
from purport.core.ratings import Confidence
from purport.core.records import from_json
from purport.verdicts.records import JudgedInputs, JudgingRules
from purport.verdicts.rows import RowFacts

__all__ = ["CaseReading", "EditSeen", "PlaceSeen", "PointSeen", "RowSeen", "SharedStretch"]
__all__ += ["StrikeSeen"]
__all__ += ["read_case"]

_TELLING_CAUSES = frozenset({"sudden", "marked by a person"})
_SAME_MOMENT_S = 0.5
_SHEET = "sheet"
_NO_ITEMS = frozenset({_SHEET, READERS_CHECK})
"""Whose findings may be about no item; what a reader offered is for people to weigh."""
_AGREEING_FRAMES_FOR_HIGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSeen:
    """What the place check says of an item."""

    finding: Finding
    """The finding."""
    item: ItemRecord
    """The item."""
    matched: bool | None
    """Whether the footage shows the reference's ground; None: cannot tell."""
    claimed_distance_m: float | None
    """From there to the point claimed; None when there is none. [m]"""
    claimed_distance_sd_m: float | None
    """Its standard uncertainty; None when there is none. [m]"""
    confidence: Confidence
    """Quality of that basis."""
    confidence_reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeSeen:
    """One strike, as the impacts check measured it."""

    finding: Finding
    """The finding."""
    item: ItemRecord
    """The item."""
    index: int
    """Index among the strikes of the finding."""
    onset_s: float
    """When it begins. [s]"""
    position: tuple[float, float] | None
    """Longitude and latitude; None when it could not be placed."""
    offset_m: float | None
    """From the target; None when it could not be measured. [m]"""
    offset_68_m: tuple[float, float] | None
    """68 % interval of the offset. [m]"""
    offset_95_m: tuple[float, float] | None
    """95 % interval of the offset. [m]"""
    p_inside: float | None
    """Probability that it lies inside the target's outline; None without an outline."""
    sudden: bool
    """Whether it began at once; what comes slowly, or while the picture is disturbed, can be smoke,
    dust or a shadow."""
    target_basis: str | None
    """What the target is, in the check's words; None when there is none."""
    confidence: Confidence
    """Quality of the measurement."""
    confidence_reason: str
    """Why."""
    not_measured: str | None = None
    """Why there is no offset, in the check's words; None when there is one."""
    p_farther_m: tuple[tuple[float, float], ...] | None = None
    """Pairs of a distance and the probability to lie farther than it; None from an earlier version
    of the check. [m, 1]"""
    remedy: str | None = None
    """What would let it be measured, in the check's words; None when it is."""

    def label(self) -> str:
        """Return how sentences name it."""
        return f"Strike {self.index + 1} in {self.item.name} (at {self.onset_s:.1f} s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSeen:
    """One point about which the control layers were asked."""

    finding: Finding
    """The finding."""
    item: ItemRecord | None
    """The item; None for a row of a sheet."""
    answer: PointAnswer
    """What the layers say."""
    row: str | None = None
    """The row of the sheet; None for an item."""

    def label(self) -> str:
        """Return how sentences name it."""
        if self.item is None:
            return f"The place found in {self.row}"
        if self.answer.strike is None:
            return f"The place in {self.item.name}"
        return f"Strike {self.answer.strike + 1} in {self.item.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSeen:
    """One edit of an item."""

    finding: Finding
    """The finding."""
    item: ItemRecord
    """The item."""
    kind: str
    """Its kind."""
    start_s: float
    """Where it begins. [s]"""
    end_s: float
    """Where it ends. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStretch:
    """A stretch of an item that is also a stretch of another, or of itself."""

    finding: Finding
    """The finding."""
    item: ItemRecord
    """The item."""
    start_s: float
    """Where it begins in the item. [s]"""
    end_s: float
    """Where it ends in the item. [s]"""
    other: ItemRecord | None
    """The other item; None when it is not among the case's."""
    other_start_s: float
    """Where it begins in the other. [s]"""
    same: bool
    """Whether it is long and alike enough to be held against anybody, by the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSeen:
    """A row of a sheet."""

    finding: Finding
    """The finding that holds its facts."""
    facts: RowFacts
    """The facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReading:
    """The case as judging sees it."""

    items: tuple[ItemRecord, ...]
    """The media items."""
    findings: tuple[Finding, ...]
    """Every finding."""
    not_run: tuple[NotRun, ...]
    """Checks that did not run."""
    faults: tuple[Fault, ...]
    """Inputs that could not be used."""
    places: tuple[PlaceSeen, ...]
    """What the place check says, an entry an item."""
    strikes: tuple[StrikeSeen, ...]
    """Distinct strikes over the whole case."""
    repeated: int
    """Strikes that were shown again, and are counted once."""
    points: tuple[PointSeen, ...]
    """Points about which the control layers were asked, each distinct strike once."""
    edits: tuple[EditSeen, ...]
    """Edits."""
    shared: tuple[SharedStretch, ...]
    """Shared stretches."""
    rules: JudgingRules
    """The rules."""
    rows: Mapping[str, RowSeen]
    """Rows of sheets, by the claim that each makes."""

    def of(self, checks: Iterable[str]) -> tuple[Finding, ...]:
        """Return the findings of the named checks."""
        wanted = frozenset(checks)
        return tuple(finding for finding in self.findings if finding.check in wanted)

    def unseen(self) -> str:
        """Return why nothing was seen, as the beginning of a sentence."""
        if not self.items:
            return "No footage was given with the case"
        return "No strike was found in footage of the case"

    def item_name(self, digest: Digest | None) -> str:
        """Return how sentences name an item."""
        return next((item.name for item in self.items if item.digest == digest), "the case")


def read_case(inputs: JudgedInputs) -> CaseReading:
    """Read the inputs of judging, in an order that does not depend on theirs.

    Raises:
        ConsistencyError: A finding is about an item that is not among the case's.
    """
    items = tuple(sorted(inputs.items, key=lambda item: (item.name, item.digest)))
    known = {item.digest: item for item in items}
    order = {item.digest: index for index, item in enumerate(items)}
    findings = tuple(
        sorted(
            inputs.findings,
            key=lambda one: (
                one.check,
                -1 if one.item is None else order.get(one.item, -1),
                one.id,
            ),
        )
    )
    rows = [_row(finding) for finding in findings if finding.check == _SHEET]
    about = [(one, _item_of(one, known)) for one in findings if one.check not in _NO_ITEMS]
    places = tuple(_place(one, item) for one, item in about if one.check == "place")
    located = {place.item.digest: place for place in places}
    shared = tuple(
        stretch
        for one, item in about
        if one.check == "reuse"
        for stretch in _shared(one, item, known, inputs.rules)
    )
    shown = [
        strike
        for one, item in about
        if one.check == "impacts"
        for strike in _strikes(one, item, located.get(item.digest))
    ]
    strikes = _distinct_strikes(shown, shared)
    return CaseReading(
        items=items,
        findings=findings,
        not_run=tuple(
            sorted(inputs.not_run, key=lambda one: (one.check, one.item or "", one.missing))
        ),
        faults=tuple(sorted(inputs.faults, key=lambda one: (one.subject, one.kind, one.fault))),
        places=places,
        strikes=strikes,
        repeated=_strikes_listed(about) - len(strikes),
        points=(
            *(
                point
                for one, item in about
                if one.check == "control"
                for point in _points(one, item, strikes)
            ),
            *_row_points(rows),
        ),
        edits=tuple(
            edit for one, item in about if one.check == "edits" for edit in _edits(one, item)
        ),
        shared=shared,
        rules=inputs.rules,
        rows={row.facts.claim: row for row in rows},
    )


def _row(finding: Finding) -> RowSeen:
    return RowSeen(finding=finding, facts=from_json(RowFacts, finding.values))


def _row_points(rows: Iterable[RowSeen]) -> Iterable[PointSeen]:
    for row in rows:
        if row.facts.control is not None:
            yield PointSeen(
                finding=row.finding,
                item=None,
                answer=row.facts.control,
                row=row.facts.stated.row,
            )


def _item_of(finding: Finding, known: Mapping[Digest, ItemRecord]) -> ItemRecord:
    item = None if finding.item is None else known.get(finding.item)
    if item is None:
        raise ConsistencyError(
            f"finding {finding.id}",
            f"is about item {finding.item}, which is not among the case's items",
            remedy="Judge with all items of the case. It is a fault of Purport: please report it.",
        )
    return item


def _place(finding: Finding, item: ItemRecord) -> PlaceSeen:
    values = cast("Mapping[str, Any]", finding.values)
    matched = values["matched"]
    confidence, reason = _place_confidence(values, matched=matched)
    return PlaceSeen(
        finding=finding,
        item=item,
        matched=matched,
        claimed_distance_m=values["claimed_distance_m"],
        claimed_distance_sd_m=values["claimed_distance_sd_m"],
        confidence=confidence,
        confidence_reason=reason,
    )


def _place_confidence(values: Mapping[str, Any], *, matched: bool | None) -> tuple[Confidence, str]:
    if matched is None:
        return Confidence.LOW, "The footage could not be matched to the reference either way."
    if not matched:
        return (
            Confidence.MODERATE,
            (
                "The footage was compared with the reference automatically, and views cut from the "
                "reference itself were found again; nobody has confirmed it."
            ),
        )
    frames = [shot["frames_agreeing"] for shot in values["shots"] if shot["accepted"]]
    if frames and max(frames) >= _AGREEING_FRAMES_FOR_HIGH:
        return Confidence.HIGH, f"{max(frames)} frames, each by itself, match the same ground."
    return Confidence.MODERATE, "The footage was matched to the reference by a strict rule."


def _strikes(finding: Finding, item: ItemRecord, place: PlaceSeen | None) -> Iterable[StrikeSeen]:
    values = cast("Mapping[str, Any]", finding.values)
    basis: str | None = values["target_basis"]
    for index, strike in enumerate(values["strikes"]):
        if strike["same_strike_as"] is not None:
            continue
        sudden = strike["cause"] in _TELLING_CAUSES
        own = strike.get("target_basis") or basis
        confidence, reason = _strike_confidence(own, place, sudden=sudden)
        if strike.get("mark") is not None and confidence is Confidence.MODERATE:
            reason = "The point was marked by a person, on footage that was matched to a map."
        yield StrikeSeen(
            finding=finding,
            item=item,
            index=index,
            onset_s=float(strike["onset_s"]),
            position=_pair(strike["position"]),
            offset_m=strike["offset_m"],
            offset_68_m=_pair(strike["offset_68_m"]),
            offset_95_m=_pair(strike["offset_95_m"]),
            p_inside=strike["p_inside"],
            sudden=sudden,
            target_basis=own,
            confidence=confidence,
            confidence_reason=reason,
            not_measured=strike.get("not_measured"),
            p_farther_m=_table(strike.get("p_farther_m")),
            remedy=strike.get("remedy"),
        )


def _strike_confidence(
    basis: str | None, place: PlaceSeen | None, *, sudden: bool
) -> tuple[Confidence, str]:
    if not sudden:
        return Confidence.LOW, "It did not begin at once: it can be smoke, dust or a shadow."
    if basis is not None and "crosshair" in basis.casefold():
        return Confidence.LOW, "It is measured from the crosshair, which need not mark the target."
    if place is None or place.matched is not True:
        return Confidence.LOW, "The footage was not matched to a map, so that scale is uncertain."
    return (
        Confidence.MODERATE,
        (
            "It is one automatic measurement on footage that was matched to a map; nobody has "
            "confirmed it."
        ),
    )


def _pair(value: Sequence[float] | None) -> tuple[float, float] | None:
    if value is None:
        return None
    first, second = value
    return float(first), float(second)


def _table(
    rows: Sequence[Sequence[float]] | None,
) -> tuple[tuple[float, float], ...] | None:
    if rows is None:
        return None
    return tuple((float(distance), float(farther)) for distance, farther in rows)


def _strikes_listed(about: Iterable[tuple[Finding, ItemRecord]]) -> int:
    return sum(
        len(cast("Sequence[object]", finding.values["strikes"]))
        for finding, _ in about
        if finding.check == "impacts"
    )


def _distinct_strikes(
    shown: Sequence[StrikeSeen], shared: Sequence[SharedStretch]
) -> tuple[StrikeSeen, ...]:
    """Keep one of each strike that two items, or one item twice, show in a shared stretch."""
    kept: list[StrikeSeen] = []
    for strike in shown:
        again = any(
            _is_same(strike, other, stretch) or _is_same(other, strike, stretch)
            for other in kept
            for stretch in shared
        )
        if not again:
            kept.append(strike)
    return tuple(kept)


def _is_same(strike: StrikeSeen, other: StrikeSeen, stretch: SharedStretch) -> bool:
    """Tell whether a stretch carries one strike over to the other."""
    if stretch.other is None or stretch.item.digest != strike.item.digest:
        return False
    if stretch.other.digest != other.item.digest:
        return False
    inside = stretch.start_s <= strike.onset_s <= stretch.end_s
    moment = stretch.other_start_s + strike.onset_s - stretch.start_s
    return inside and abs(moment - other.onset_s) <= _SAME_MOMENT_S


def _points(
    finding: Finding, item: ItemRecord, strikes: Sequence[StrikeSeen]
) -> Iterable[PointSeen]:
    mine = [strike for strike in strikes if strike.item.digest == item.digest]
    counted = {strike.index for strike in mine if strike.sudden} or {one.index for one in mine}
    for answer in from_json(ControlValues, finding.values).points:
        if answer.strike is None or answer.strike in counted:
            yield PointSeen(finding=finding, item=item, answer=answer)


def _edits(finding: Finding, item: ItemRecord) -> Iterable[EditSeen]:
    for edit in cast("Sequence[Mapping[str, Any]]", finding.values["edits"]):
        yield EditSeen(
            finding=finding,
            item=item,
            kind=str(edit["kind"]),
            start_s=float(edit["start_s"]),
            end_s=float(edit["end_s"]),
        )


def _shared(
    finding: Finding,
    item: ItemRecord,
    known: Mapping[Digest, ItemRecord],
    rules: JudgingRules,
) -> Iterable[SharedStretch]:
    """Yield each shared stretch, seen from the item that the finding is about."""
    for match in cast("Sequence[Mapping[str, Any]]", finding.values["matches"]):
        yield SharedStretch(
            finding=finding,
            item=item,
            start_s=float(match["start_s"]),
            end_s=float(match["end_s"]),
            other=known.get(match["other"]),
            other_start_s=float(match["other_start_s"]),
            same=_is_same_stretch(match, rules),
        )


def _is_same_stretch(match: Mapping[str, Any], rules: JudgingRules) -> bool:
    alike = (
        bool(match["exact"])
        or match.get("kind") == "same_recording"
        or float(match["distance_bits"]) <= rules.same_picture_bits
    )
    return alike and float(match["end_s"]) - float(match["start_s"]) >= rules.shortest_reuse_s
