"""Media items, arranged for the page: record, frames, timeline, maps, impacts, findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from purport.core.casefile import CaseFile, CaseItem, MarkRecord
from purport.core.digests import Digest
from purport.core.errors import InputError
from purport.core.findings import Finding, NotRun
from purport.imagery import Reference, open_reference
from purport.media import Probe, display_size, probe_media
from purport.reports.drawings import Drawing
from purport.reports.frame_drawings import (
    FrameContext,
    KeyFrameDrawing,
    draw_key_frames,
    plan_key_frames,
)
from purport.reports.item_rows import (
    FindingView,
    LayerRow,
    describe_container,
    describe_finding,
    describe_layer,
    describe_record,
    describe_reference,
    embargo_end,
)
from purport.reports.map_drawings import draw_impacts, draw_place
from purport.reports.phrases import NOT_RECORDED, humanise
from purport.reports.readings import (
    EditReading,
    MatchReading,
    OriginReading,
    PlaceReading,
    StrikeReading,
    TraceReading,
    read_edits,
    read_layers,
    read_matches,
    read_origin,
    read_place,
    read_strikes,
    read_traces,
)
from purport.reports.strike_rows import StrikeTable, tabulate_strikes
from purport.reports.sun_drawings import SunView, view_sun
from purport.reports.timelines import Timeline, draw_timeline
from purport.scene import Scene

__all__ = ["Files", "ItemView", "view_items"]


_NOWHERE = PlaceReading(
    matched=None, centre=None, covariance_m2=None, frames=(), claimed_distance_m=None, reference=0
)

ReadingT = TypeVar("ReadingT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the bytes of a case lie."""

    media_path: Callable[[Digest], Path]
    """Gives the working copy of a media item."""
    reference_path: Callable[[Digest], Path]
    """Gives the working copy of an orthophoto."""
    scene: Callable[[Digest], Scene | None]
    """Gives the scene of an item, for its overlays; None when it is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """A media item, arranged."""

    number: int
    """Its number in the dossier, from 1."""
    item: CaseItem
    """The item."""
    recorded: tuple[tuple[str, str], ...]
    """What is recorded of it; "not recorded" where nothing is."""
    container: tuple[tuple[str, str], ...]
    """What its container says."""
    origin: OriginReading | None
    """What was found of where it comes from; None when the check did not run."""
    frames: tuple[KeyFrameDrawing, ...]
    """Key frames."""
    timeline: Timeline | None
    """Its timeline; None when its length is not known."""
    edits: tuple[EditReading, ...]
    """Edits found."""
    traces: tuple[TraceReading, ...]
    """Traces of how the file was coded."""
    matches: tuple[tuple[MatchReading, str], ...]
    """Stretches seen again, each with the name of the other item."""
    layers: tuple[LayerRow, ...]
    """What control layers say."""
    place_map: Drawing | None
    """Map of found and claimed position; None when there is nothing to draw it on."""
    matched: bool
    """Whether the footage was laid on the orthophoto."""
    impact_map: Drawing | None
    """Map of impacts and target; None when none was located."""
    map_note: str | None
    """Fineness and accuracy of the orthophoto; None without one."""
    strikes: StrikeTable
    """Strikes found."""
    sun: SunView | None
    """Times that fit the shadows; None when none was measured."""
    embargo: str | None
    """When 72 h have surely passed since publication, in words; None without a publication."""
    target_basis: str
    """What offsets are measured from."""
    findings: tuple[FindingView, ...]
    """All findings about it."""
    not_run: tuple[NotRun, ...]
    """Checks that did not run on it."""
    marks: tuple[MarkRecord, ...]
    """What people marked on it."""
    faults: tuple[str, ...]
    """What could not be drawn, and why."""
    graphic: bool
    """Whether any of its frames is veiled."""
    examined: bool
    """Whether it was examined for strikes."""


def view_items(case: CaseFile, files: Files) -> tuple[ItemView, ...]:
    """Arrange every media item, with its pictures."""
    names = {item.record.digest: item.record.name for item in case.items}
    return tuple(
        _ItemDrawing(case, item, files).view(number, names)
        for number, item in enumerate(case.items, start=1)
    )


class _ItemDrawing:
    """Draws one item; what cannot be drawn is collected and said on the page."""

    def __init__(self, case: CaseFile, item: CaseItem, files: Files) -> None:
        self.case = case
        self.item = item
        self.files = files
        self.faults: list[str] = []
        self.findings = {f.check: f for f in case.findings if f.item == item.record.digest}
        self.edits = _read(self.findings, "edits", read_edits) or ()
        self.traces = _read(self.findings, "edits", read_traces) or ()
        self.matches = _read(self.findings, "reuse", read_matches) or ()
        self.layers = _read(self.findings, "control", read_layers) or ()
        self.origin: OriginReading | None = _read(self.findings, "provenance", read_origin)
        self.place: PlaceReading | None = _read(self.findings, "place", read_place)
        self.strikes: tuple[StrikeReading, ...] | None = _read(
            self.findings, "impacts", read_strikes
        )

    def view(self, number: int, names: Mapping[Digest, str]) -> ItemView:
        record = self.item.record
        probe = self._probe()
        frames = self._frames(probe) if probe else ()
        reference = self._reference()
        return ItemView(
            number=number,
            item=self.item,
            recorded=describe_record(record),
            container=describe_container(self.item),
            origin=self.origin,
            frames=frames,
            timeline=self._timeline(),
            edits=self.edits,
            traces=self.traces,
            matches=tuple(
                (match, names.get(match.other, match.other[:12])) for match in self.matches
            ),
            layers=tuple(describe_layer(layer) for layer in self.layers),
            place_map=self._place_map(reference, probe),
            matched=self._matched(),
            impact_map=self._impact_map(reference),
            map_note=describe_reference(reference),
            strikes=tabulate_strikes(self.strikes or ()),
            sun=_read(self.findings, "sun", view_sun),
            embargo=embargo_end(record),
            target_basis=self._target_basis(),
            findings=tuple(
                describe_finding(f) for f in self.case.findings if f.item == record.digest
            ),
            not_run=tuple(n for n in self.case.not_run if n.item == record.digest),
            marks=tuple(m for m in self.case.marks if m.item == record.digest),
            faults=tuple(self.faults),
            graphic=any(frame.plan.graphic for frame in frames),
            examined=self.strikes is not None,
        )

    def _probe(self) -> Probe | None:
        record = self.item.record
        try:
            return probe_media(self.files.media_path(record.digest), name=record.name)
        except InputError as error:
            self.faults.append(str(error))
            return None

    def _frames(self, probe: Probe) -> tuple[KeyFrameDrawing, ...]:
        frames, duration_s = self.item.frames, self.item.duration_s
        if not frames or not duration_s:
            return ()
        record = self.item.record
        rate = frames / duration_s
        plans = plan_key_frames(frames, rate, edits=self.edits, strikes=self.strikes)
        context = FrameContext(
            rate=rate,
            place=self.place,
            target=record.target,
            scene=self.files.scene(record.digest),
        )
        try:
            return draw_key_frames(self.files.media_path(record.digest), probe, plans, context)
        except InputError as error:
            self.faults.append(str(error))
            return ()

    def _reference(self) -> Reference | None:
        """Return the orthophoto that the footage was laid on, else the first given."""
        references = self.item.record.references
        if not references:
            return None
        number = self.place.reference if self.place is not None else 0
        try:
            return open_reference(
                self.files.reference_path(references[number]), name="the orthophoto"
            )
        except InputError as error:
            self.faults.append(str(error))
            return None

    def _timeline(self) -> Timeline | None:
        if not self.item.duration_s:
            return None
        return draw_timeline(
            self.item.duration_s,
            edits=self.edits,
            matches=self.matches,
            strikes=self.strikes or (),
            item=self.item.record.digest,
        )

    def _place_map(self, reference: Reference | None, probe: Probe | None) -> Drawing | None:
        claimed = self.item.record.claimed_place
        if reference is None or probe is None:
            return None
        if not self._matched() and (claimed is None or claimed.point is None):
            return None
        place = self.place if self.place and self._matched() else _NOWHERE
        try:
            return draw_place(reference, place, self.item.record, size_px=display_size(probe))
        except InputError as error:
            self.faults.append(str(error))
            return None

    def _matched(self) -> bool:
        return self.place is not None and self.place.matched is True

    def _impact_map(self, reference: Reference | None) -> Drawing | None:
        located = [strike for strike in self.strikes or () if strike.position is not None]
        if reference is None or not located:
            return None
        try:
            return draw_impacts(reference, located, self.item.record.target)
        except InputError as error:
            self.faults.append(str(error))
            return None

    def _target_basis(self) -> str:
        finding = self.findings.get("impacts")
        basis = finding.values.get("target_basis") if finding else None
        return humanise(str(basis)) if basis else NOT_RECORDED


def _read(
    findings: Mapping[str, Finding], check: str, read: Callable[[Finding], ReadingT]
) -> ReadingT | None:
    finding = findings.get(check)
    return None if finding is None else read(finding)
