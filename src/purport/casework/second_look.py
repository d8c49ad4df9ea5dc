"""Second looks: begun blind, handed in once, and held against what the first person placed.

While somebody is at a second look of an item, nothing of what others placed on it is told to them;
what they place is no mark, so that no check reads it. Agreement is told in pixels and metres,
against the uncertainties that both stated, with the views and offsets that each one's points give
by themselves.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from purport.casework.bench import Bench, BenchReference, gather_bench, require_item
from purport.casework.measuring import (
    HandImpact,
    HandOffset,
    HandTarget,
    TargetKind,
    measure_by_hand,
)
from purport.casework.placing import (
    CHI_SQUARED_95,
    HandView,
    OnMap,
    Pair,
    PlacedPoint,
    View,
    fit_view,
    ground_of_shot,
    move_pixel,
)
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import CaseFile, MarkRecord
from purport.core.digests import Digest, digest_json
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.core.marks import MarkKind, control_points, mark_fault, point_marks
from purport.core.positions import from_geographic
from purport.core.second_looks import LookedAt, SecondLook
from purport.store import Entry, Stored

__all__ = [
    "Agreement",
    "PairAgreement",
    "agreement_of",
    "begin_look",
    "give_up_look",
    "hand_in",
    "looks_at",
    "open_look",
    "require_no_open_look",
    "veil_case",
]

_KINDS = frozenset({MarkKind.CONTROL_POINT, MarkKind.IMPACT, MarkKind.TARGET})
_BY_POINTS = frozenset({"place", "impacts", "sun"})
"""Checks whose findings may tell where points were placed."""
_FEWEST = 4
_SIGMAS = 1.96
_GRID = 5
_DEFAULT_SD_PX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """One thing that both placed."""

    what: str
    """What it is: its label, or "impact"."""
    away_px: float | None
    """Distance of the two pixels in one frame; None when they cannot be brought to one. [px]"""
    expected_px: float | None
    """Standard uncertainty of that per axis, as both stated; None as `away_px`. [px]"""
    away_m: float | None
    """Distance of the two map points; None when either lies in the frame alone. [m]"""
    agrees: bool | None
    """Whether the pixels lie within what both stated (95 %); None as `away_px`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A second look held against what the first person placed."""

    look: str
    """The second look."""
    first: tuple[str, ...]
    """Who placed what it is held against."""
    second: str
    """Who looked again."""
    pairs: tuple[PairAgreement, ...]
    """What both placed, those of the same label and the impacts."""
    view_away_m: float | None
    """Root mean square distance, over the picture, of where the two views put a pixel; None unless
    both give one. [m]"""
    view_expected_m: float | None
    """What their uncertainties let expect of it; None as `view_away_m`. [m]"""
    offsets: tuple[tuple[HandOffset, HandOffset], ...]
    """Offsets of the same impact by the first person's points and by the second's."""
    words: tuple[str, ...]
    """All of it, a sentence each."""


def looks_at(workspace: Workspace, item: str) -> tuple[Stored[SecondLook], ...]:
    """Return the second looks at an item, begun and handed in."""
    return tuple(
        stored for stored in workspace.store.live(SecondLook) if stored.record.item == item
    )


def open_look(workspace: Workspace, item: str, author: str) -> SecondLook | None:
    """Return the second look at an item that somebody has begun and not handed in; None: none."""
    for stored in looks_at(workspace, item):
        if stored.record.author == author and stored.record.handed_in_utc is None:
            return stored.record
    return None


def begin_look(workspace: Workspace, *, item: str, author: str) -> SecondLook:
    """Begin a second look: from now on nothing that others placed on the item is told to them.

    Raises:
        AbsentError: The case has no such item.
        InputError: They placed points on it themselves, or nobody has placed any.
        ConflictError: They are at one already.
    """
    record = require_item(workspace, item)
    if open_look(workspace, item, author) is not None:
        raise ConflictError(
            "second look", "you are at one already", remedy="Hand it in, or give it up."
        )
    marks = [
        stored.record
        for stored in workspace.store.live(MarkRecord)
        if stored.record.item == item and stored.record.kind in _KINDS
    ]
    if not marks:
        raise InputError(
            "second look", "there is no first one", remedy="Place points and save them."
        )
    if any(one.author == author for one in marks):
        raise InputError(
            "second look",
            "you placed points on this footage yourself",
            remedy="Ask a colleague who has not.",
        )
    begun = workspace.now()
    key = digest_json([item, author, begun.isoformat()])
    look = SecondLook(id="s" + key[:12], item=record.digest, author=author, begun_utc=begun)
    workspace.record([look], Act(kind="marked", subject=record.digest))
    return look


def hand_in(
    workspace: Workspace,
    *,
    item: str,
    author: str,
    placed: Sequence[LookedAt],
    note: str | None = None,
) -> SecondLook:
    """Hand in what was placed in a second look; it is not changed any more.

    Raises:
        InputError: They have begun none, placed nothing, or something that cannot be read.
    """
    look = open_look(workspace, item, author)
    if look is None:
        raise InputError("second look", "you have begun none", remedy="Begin one first.")
    if not placed:
        raise InputError("second look", "nothing is placed", remedy="Place some points first.")
    for one in placed:
        kind = MarkKind(one.kind) if one.kind in {each.value for each in _KINDS} else None
        fault = "is nothing that a second look holds" if kind is None else None
        fault = fault or (None if kind is None else mark_fault(kind, one.values))
        if fault is not None:
            raise InputError(one.kind, fault, remedy="Place it again.")
    done = replace(look, placed=tuple(placed), handed_in_utc=workspace.now(), note=note)
    workspace.record([done], Act(kind="marked", subject=look.item))
    return done


def give_up_look(workspace: Workspace, *, item: str, author: str) -> None:
    """Give up a second look that was begun.

    Raises:
        AbsentError: They have begun none.
    """
    look = open_look(workspace, item, author)
    if look is None:
        raise AbsentError("second look", "you have begun none", remedy="Begin one first.")
    workspace.record([Entry(record=look, withdrawn=True)], Act(kind="marked", subject=look.item))


def require_no_open_look(workspace: Workspace, author: str, *, what: str) -> None:
    """Check that somebody may see what tells everybody's points, a written dossier for instance.

    Args:
        workspace: The case.
        author: Who asks.
        what: What they ask for.

    Raises:
        ConflictError: They are at a second look at an item of the case.
    """
    if _looked_at(workspace, author):
        raise ConflictError(
            what,
            "is closed to you while you are at a second look: it tells what others placed",
            remedy="Hand your second look in, or give it up.",
        )


def veil_case(workspace: Workspace, file: CaseFile, author: str) -> CaseFile:
    """Leave out of a case what somebody at a second look may not see.

    Of each item that they look at again: what others placed on it, and what the checks made of
    that, with the verdicts that rest on it.
    """
    looked_at = _looked_at(workspace, author)
    if not looked_at:
        return file
    withheld = {
        finding.id
        for item in looked_at
        for stored in workspace.store.live_about(item)
        for finding in stored.record.findings
        if finding.check in _BY_POINTS
    }
    return replace(
        file,
        marks=tuple(one for one in file.marks if one.item not in looked_at or one.author == author),
        findings=tuple(one for one in file.findings if one.id not in withheld),
        verdicts=tuple(
            one for one in file.verdicts if not any(link.finding in withheld for link in one.links)
        ),
    )


def _looked_at(workspace: Workspace, author: str) -> frozenset[Digest]:
    """Return the items at which somebody is at a second look."""
    return frozenset(
        stored.record.item
        for stored in workspace.store.live(SecondLook)
        if stored.record.author == author and stored.record.handed_in_utc is None
    )


def agreement_of(workspace: Workspace, look: SecondLook) -> Agreement:
    """Hold a second look that was handed in against the marks that others placed, as they stand.

    Raises:
        InputError: The item's frames have not been gone over.
    """
    bench = gather_bench(workspace, look.item)
    marks = tuple(
        stored.record
        for stored in workspace.store.live(MarkRecord)
        if stored.record.item == look.item
        and stored.record.kind in _KINDS
        and stored.record.author != look.author
    )
    return compare_looks(bench, look, marks)


def compare_looks(bench: Bench, look: SecondLook, marks: Sequence[MarkRecord]) -> Agreement:
    """Hold a second look against the first person's marks."""
    second = _as_marks(look)
    chosen = bench.reference(None)
    frame = _frame_of(second, marks)
    views = [_view_of(bench, chosen, one, frame) for one in (marks, second)]
    impacts = _paired_impacts(bench, marks, second)
    pairs = (*_labelled(bench, marks, second), *(_pair(bench, "impact", *pair) for pair in impacts))
    offsets = tuple(
        (_offset(bench, here, marks, views[0]), _offset(bench, there, second, views[1]))
        for here, there in impacts
    )
    away = _view_difference(bench, views, frame)
    told = Agreement(
        look=look.id,
        first=tuple(sorted({one.author for one in marks})),
        second=look.author,
        pairs=pairs,
        view_away_m=None if away is None else away[0],
        view_expected_m=None if away is None else away[1],
        offsets=offsets,
        words=(),
    )
    return replace(told, words=_in_words(told))


def _as_marks(look: SecondLook) -> tuple[MarkRecord, ...]:
    return tuple(
        MarkRecord(
            id=f"{look.id}-{number}",
            item=look.item,
            kind=one.kind,
            values=one.values,
            author=look.author,
            placed_utc=look.handed_in_utc or look.begun_utc,
        )
        for number, one in enumerate(look.placed)
    )


def _frame_of(second: Sequence[MarkRecord], first: Sequence[MarkRecord]) -> int:
    frames = [int(str(one.values["frame"])) for one in (*second, *first) if "frame" in one.values]
    return frames[0] if frames else 0


def _view_of(
    bench: Bench, chosen: BenchReference | None, marks: Sequence[MarkRecord], frame: int
) -> View | None:
    """Return the view that somebody's own points give, else the one on record; None: neither."""
    if chosen is None:
        return None
    points = [
        PlacedPoint(
            key=one.mark,
            frame=one.frame,
            pixel=one.pixel,
            pixel_sd_px=one.pixel_sd_px,
            place=OnMap(position=(one.point.longitude_deg, one.point.latitude_deg)),
            place_sd_m=one.point_sd_m,
        )
        for one in control_points(marks)
    ]
    if len(points) >= _FEWEST:
        told: tuple[HandView, View | None] = fit_view(bench, chosen, points, frame=frame)
        return told[1]
    try:
        return ground_of_shot(bench, chosen, frame)[1]
    except InputError:
        return None


def _labelled(
    bench: Bench, first: Sequence[MarkRecord], second: Sequence[MarkRecord]
) -> list[PairAgreement]:
    named = {_label(one): one for one in first if _label(one) and one.kind != MarkKind.IMPACT}
    return [
        _pair(bench, _label(one), named[_label(one)], one)
        for one in second
        if _label(one) in named and one.kind == named[_label(one)].kind
    ]


def _label(mark: MarkRecord) -> str:
    return str(mark.values.get("label", "")).strip().casefold()


def _paired_impacts(
    bench: Bench, first: Sequence[MarkRecord], second: Sequence[MarkRecord]
) -> list[tuple[MarkRecord, MarkRecord]]:
    """Pair each impact of the second look with the nearest of the first person's in its shot."""
    theirs = [one for one in first if one.kind == MarkKind.IMPACT]
    pairs = []
    for mine in second:
        if mine.kind != MarkKind.IMPACT:
            continue
        away = [(_pixels_apart(bench, one, mine), number) for number, one in enumerate(theirs)]
        near = [(apart, number) for apart, number in away if apart is not None]
        if near:
            pairs.append((theirs[min(near)[1]], mine))
    return pairs


def _pair(bench: Bench, what: str, first: MarkRecord, second: MarkRecord) -> PairAgreement:
    away_px = _pixels_apart(bench, first, second)
    sd = math.hypot(_pixel_sd(first), _pixel_sd(second))
    return PairAgreement(
        what=what,
        away_px=away_px,
        expected_px=None if away_px is None else sd,
        away_m=_metres_apart(bench, first, second),
        agrees=None if away_px is None else away_px**2 <= CHI_SQUARED_95 * sd**2,
    )


def _pixel_sd(mark: MarkRecord) -> float:
    return float(str(mark.values.get("pixel_sd", _DEFAULT_SD_PX)))


def _pixels_apart(bench: Bench, first: MarkRecord, second: MarkRecord) -> float | None:
    if "pixel" not in first.values or "pixel" not in second.values:
        return None
    here, there = (_pixel(one) for one in (first, second))
    moved = move_pixel(bench.require_scene(), here[1], start=here[0], end=there[0])
    return None if moved is None else math.dist(moved, there[1])


def _pixel(mark: MarkRecord) -> tuple[int, Pair]:
    x, y = (float(str(part)) for part in _list(mark.values["pixel"]))
    return int(str(mark.values["frame"])), (x, y)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _metres_apart(bench: Bench, first: MarkRecord, second: MarkRecord) -> float | None:
    chosen = bench.reference(None)
    places = [
        one.point for mark in (first, second) for one in point_marks((mark,), MarkKind(mark.kind))
    ]
    if chosen is None or any(place is None for place in places):
        return None
    crs = chosen.reference.metric_crs
    here, there = (from_geographic(place, crs) for place in places if place is not None)
    return math.hypot(here.easting_m - there.easting_m, here.northing_m - there.northing_m)


def _offset(
    bench: Bench, impact: MarkRecord, theirs: Sequence[MarkRecord], view: View | None
) -> HandOffset:
    """Measure an impact with the points and the target of whoever placed it."""
    frame, pixel = _pixel(impact)
    one = HandImpact(key="i", frame=frame, pixel=pixel, pixel_sd_px=_pixel_sd(impact))
    chosen = bench.reference(None)
    return measure_by_hand(bench, [one], _target_of(theirs), view=view, chosen=chosen)[0]


def _target_of(marks: Sequence[MarkRecord]) -> HandTarget:
    """Return the target that somebody marked last; else what is stated of the item."""
    marked = point_marks(marks, MarkKind.TARGET)
    if not marked:
        return HandTarget(kind=TargetKind.STATED)
    last = marked[-1]
    if last.pixel is not None:
        return HandTarget(
            kind=TargetKind.FRAME,
            frame=last.frame,
            pixel=last.pixel,
            pixel_sd_px=last.pixel_sd_px,
        )
    ring = tuple(
        OnMap(position=(corner.longitude_deg, corner.latitude_deg))
        for corner in last.outline or ((last.point,) if last.point is not None else ())
    )
    if last.outline:
        return HandTarget(kind=TargetKind.OUTLINE, outline=ring, place_sd_m=last.point_sd_m)
    return HandTarget(kind=TargetKind.MAP, place=ring[0], place_sd_m=last.point_sd_m)


def _view_difference(
    bench: Bench, views: Sequence[View | None], frame: int
) -> tuple[float, float] | None:
    """Return how far the two views put pixels from each other, and what that is expected to be."""
    first, second = views
    if first is None or second is None or not bench.require_scene().linked[frame]:
        return None
    scene = bench.require_scene()
    squares, expected = [], []
    for x in np.linspace(0.1, 0.9, _GRID) * (scene.width_px - 1):
        for y in np.linspace(0.1, 0.9, _GRID) * (scene.height_px - 1):
            here, there = (view.place_of((float(x), float(y))) for view in (first, second))
            squares.append(float(((here[0] - there[0]) ** 2).sum()))
            expected.append(float(np.trace(here[1] + there[1])))
    return math.sqrt(float(np.mean(squares))), math.sqrt(float(np.mean(expected)))


def _in_words(told: Agreement) -> tuple[str, ...]:
    words = [_pair_words(pair) for pair in told.pairs]
    if told.view_away_m is not None and told.view_expected_m is not None:
        ratio = "no more than" if told.view_away_m <= 2.0 * told.view_expected_m else "more than"
        words.append(
            f"By each one's own points the picture lies {told.view_away_m:.2f} m apart on the "
            f"ground, {ratio} their uncertainties explain ({told.view_expected_m:.2f} m)."
        )
    words.extend(_offset_words(*pair) for pair in told.offsets)
    return tuple(words) or (
        "Nothing that both placed can be compared: give points the same names.",
    )


def _pair_words(pair: PairAgreement) -> str:
    parts = []
    if pair.away_px is not None and pair.expected_px is not None:
        parts.append(f"{pair.away_px:.1f} px apart (stated: {pair.expected_px:.1f} px)")
    if pair.away_m is not None:
        parts.append(f"{pair.away_m:.2f} m apart on the map")
    end = {True: ": they agree", False: ": they do not agree", None: ""}[pair.agrees]
    return f"{pair.what[:1].upper()}{pair.what[1:]}: {', '.join(parts) or 'not comparable'}{end}."


def _offset_words(first: HandOffset, second: HandOffset) -> str:
    if first.offset_m is None or second.offset_m is None:
        lacking = first if first.offset_m is None else second
        return f"The offsets are not compared: {lacking.words}"
    away = abs(first.offset_m - second.offset_m)
    expected = math.hypot(_sd(first.budget_m), _sd(second.budget_m))
    agree = "they agree" if away <= _SIGMAS * expected else "they do not agree"
    return (
        f"Offset: {first.offset_m:.1f} m by the first, {second.offset_m:.1f} m by the second, "
        f"{away:.1f} m apart (stated: {expected:.1f} m): {agree}."
    )


def _sd(budget: Mapping[str, float] | None) -> float:
    return math.sqrt(sum(size**2 for size in (budget or {}).values()))
