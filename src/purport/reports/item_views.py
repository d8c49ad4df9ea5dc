"""Media items, arranged for the page: record, frames, timeline, maps, impacts, findings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from purport.core.case import ItemRecord
from purport.core.casefile import CaseFile, CaseItem, MarkRecord
from purport.core.digests import Digest, JsonValue, canonical_json
from purport.core.errors import InputError
from purport.core.findings import Finding, NotRun
from purport.core.positions import GeoPoint
from purport.imagery import Reference, open_reference
from purport.media import Probe, display_size, probe_media
from purport.reports.drawings import Drawing
from purport.reports.frame_drawings import (
    FrameContext,
    KeyFrameDrawing,
    draw_key_frames,
    plan_key_frames,
)
from purport.reports.map_drawings import draw_impacts, draw_place
from purport.reports.phrases import (
    NOT_RECORDED,
    anchor,
    compass_point,
    format_interval_m,
    format_length,
    format_position,
    format_seconds,
    format_stated,
    humanise,
)
from purport.reports.readings import (
    EditReading,
    LayerReading,
    MatchReading,
    PlaceReading,
    StrikeReading,
    read_edits,
    read_layers,
    read_matches,
    read_place,
    read_strikes,
)
from purport.reports.timelines import Timeline, draw_timeline
from purport.scene import Scene

__all__ = ["Files", "FindingView", "ItemView", "StrikeRow", "view_items"]

_LONGEST_PARAMETER = 120
_EMBARGO = timedelta(hours=72)

_NOWHERE = PlaceReading(
    matched=None, centre=None, covariance_m2=None, frames=(), claimed_distance_m=None
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
class FindingView:
    """A finding, arranged."""

    finding: Finding
    """The finding."""
    href: str
    """Where it stands in the page."""
    answer: str
    """Its answer as words."""
    parameters: tuple[tuple[str, str], ...]
    """Parameters of the check."""
    values: tuple[tuple[str, str], ...]
    """Its plain values; what is drawn or tabled elsewhere is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeRow:
    """A strike, in words."""

    number: int
    """Its number."""
    time: str
    """Time code of the onset, and frame."""
    position: str
    """Its position with the half axis of the 95 % ellipse."""
    offset: str
    """Offset from the target."""
    interval_68: str
    """68 % interval."""
    interval_95: str
    """95 % interval."""
    bearing: str
    """Direction from the target."""
    inside: str
    """Probability that it lies inside the target."""
    again: int | None
    """Number of the strike that it shows again; None for a first showing."""
    budget: tuple[tuple[str, str], ...]
    """Standard uncertainty by cause."""
    not_measured: str | None
    """Why position or offset are missing; None when they are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """What a control layer says, in words."""

    name: str
    """Its name."""
    publisher: str
    """Who publishes it."""
    definition: str
    """What it counts as control."""
    date: str
    """The date for which it speaks."""
    age_words: str
    """How far that is from the date asked about; empty when not known."""
    holder: str
    """Who held the point."""
    distances_m: tuple[tuple[str, str], ...]
    """Distance to the nearest territory of each group."""


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
    frames: tuple[KeyFrameDrawing, ...]
    """Key frames."""
    timeline: Timeline | None
    """Its timeline; None when its length is not known."""
    edits: tuple[EditReading, ...]
    """Edits found."""
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
    strikes: tuple[StrikeRow, ...]
    """Strikes found."""
    causes: tuple[str, ...]
    """Causes of uncertainty that any strike's budget names."""
    outlined: bool
    """Whether any strike has a probability to lie inside an outline."""
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
        self.matches = _read(self.findings, "reuse", read_matches) or ()
        self.layers = _read(self.findings, "control", read_layers) or ()
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
            recorded=_recorded(record),
            container=_container(self.item),
            frames=frames,
            timeline=self._timeline(),
            edits=self.edits,
            matches=tuple(
                (match, names.get(match.other, match.other[:12])) for match in self.matches
            ),
            layers=tuple(_layer_row(layer) for layer in self.layers),
            place_map=self._place_map(reference, probe),
            matched=self._matched(),
            impact_map=self._impact_map(reference),
            map_note=_map_note(reference),
            strikes=tuple(_strike_row(strike) for strike in self.strikes or ()),
            causes=tuple(
                dict.fromkeys(
                    humanise(c) for s in self.strikes or () for c, _ in sorted(s.budget_m)
                )
            ),
            outlined=any(strike.p_inside is not None for strike in self.strikes or ()),
            embargo=_embargo(record),
            target_basis=self._target_basis(),
            findings=tuple(_finding(f) for f in self.case.findings if f.item == record.digest),
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
        digest = self.item.record.reference
        if digest is None:
            return None
        try:
            return open_reference(self.files.reference_path(digest), name="the orthophoto")
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


def _recorded(record: ItemRecord) -> tuple[tuple[str, str], ...]:
    publication, place, target = record.publication, record.claimed_place, record.target
    return (
        ("Collected from", record.url or NOT_RECORDED),
        ("Collected by", record.collector or NOT_RECORDED),
        ("Retrieved", format_stated(record.retrieved)),
        ("Published", format_stated(publication.published) if publication else NOT_RECORDED),
        ("Published by", (publication.publisher if publication else None) or NOT_RECORDED),
        ("Published at", (publication.url if publication else None) or NOT_RECORDED),
        ("How the publication is known", publication.basis if publication else NOT_RECORDED),
        ("Place claimed", _place_words(place.name, place.point) if place else NOT_RECORDED),
        ("Time claimed", format_stated(record.claimed_time)),
        ("Target", _target_words(record) if target else NOT_RECORDED),
    )


def _place_words(name: str | None, point: GeoPoint | None) -> str:
    words = [name or "", format_position(point) if point else ""]
    return ", ".join(word for word in words if word) or NOT_RECORDED


def _target_words(record: ItemRecord) -> str:
    target = record.target
    if target is None:
        return NOT_RECORDED
    if target.point is not None:
        where = format_position(target.point)
    else:
        where = f"an outline of {len(target.outline or ())} points"
    sd = target.standard_uncertainty_m
    spread = f", standard uncertainty {format_length(sd)}" if sd else ""
    return f"{where} ({target.basis}{spread})"


def _embargo(record: ItemRecord) -> str | None:
    if record.publication is None:
        return None
    end = record.publication.published.latest_utc + _EMBARGO
    return f"{end:%Y-%m-%d %H:%M} UTC"


def _container(item: CaseItem) -> tuple[tuple[str, str], ...]:
    probe = item.container or {}
    rows = [
        ("SHA-256", item.record.digest),
        ("Size", f"{item.record.size_bytes:,} bytes"),
        ("Length", format_seconds(item.duration_s) if item.duration_s else "not readable"),
        ("Frames", str(item.frames) if item.frames else "not readable"),
        ("Container", _plain(probe.get("container"))),
        ("Creation time in the container", _plain(probe.get("creation_time"))),
    ]
    streams = probe.get("streams")
    if isinstance(streams, Sequence) and not isinstance(streams, str):
        rows += [_stream(stream) for stream in streams if isinstance(stream, Mapping)]
    return tuple(rows)


def _stream(stream: Mapping[str, JsonValue]) -> tuple[str, str]:
    words = [_plain(stream.get("codec"))]
    if stream.get("width_px"):
        words.append(f"{stream.get('width_px')} × {stream.get('height_px')} px")
    if stream.get("average_rate"):
        words.append(f"{stream.get('average_rate')} frames/s as declared")
    if stream.get("sample_rate_hz"):
        words.append(f"{stream.get('sample_rate_hz')} Hz")
    return f"Stream {_plain(stream.get('index'))} ({_plain(stream.get('kind'))})", ", ".join(words)


def _plain(value: JsonValue) -> str:
    if value is None:
        return NOT_RECORDED
    return value if isinstance(value, str) else canonical_json(value)


def _map_note(reference: Reference | None) -> str | None:
    if reference is None:
        return None
    accuracy = (
        "its accuracy is not stated"
        if reference.accuracy_m is None
        else f"standard uncertainty {format_length(reference.accuracy_m)} per axis "
        f"({reference.accuracy_basis})"
    )
    return f"Orthophoto with {reference.gsd_m:.2f} m to a pixel; {accuracy}."


def _strike_row(strike: StrikeReading) -> StrikeRow:
    missing = "not measurable"
    inside = strike.p_inside
    return StrikeRow(
        number=strike.number,
        time=f"{format_seconds(strike.onset_s)} (frame {strike.onset_frame})",
        position=format_position(strike.position) if strike.position else missing,
        offset=missing if strike.offset_m is None else format_length(strike.offset_m),
        interval_68=format_interval_m(strike.offset_68_m) if strike.offset_68_m else missing,
        interval_95=format_interval_m(strike.offset_95_m) if strike.offset_95_m else missing,
        bearing=_bearing_words(strike),
        inside="no outline given" if inside is None else f"{inside * 100:.0f} %",
        again=strike.same_strike_as,
        budget=tuple((humanise(cause), format_length(size)) for cause, size in strike.budget_m),
        not_measured=strike.not_measured,
    )


def _bearing_words(strike: StrikeReading) -> str:
    if strike.bearing_deg is None:
        return "none at distance 0" if strike.offset_m == 0 else "not measurable"
    words = f"{strike.bearing_deg:.0f}° ({compass_point(strike.bearing_deg)})"
    if strike.bearing_sd_deg is None:
        return f"{words}, too near to be sure"
    return f"{words}, u {strike.bearing_sd_deg:.0f}°"


def _layer_row(layer: LayerReading) -> LayerRow:
    return LayerRow(
        name=layer.name,
        publisher=layer.publisher,
        definition=layer.definition,
        date=layer.date,
        age_words=_age_words(layer.age_days),
        holder=humanise(layer.holder),
        distances_m=tuple(
            (group, "no territory in this layer" if metres is None else format_length(metres))
            for group, metres in layer.distances_m
        ),
    )


def _age_words(age_days: float | None) -> str:
    if age_days is None:
        return ""
    if age_days == 0:
        return "holds on the date"
    days = f"{abs(age_days):.0f} {'day' if abs(age_days) == 1 else 'days'}"
    return f"{days} {'before' if age_days > 0 else 'after'} the date"


def _finding(finding: Finding) -> FindingView:
    return FindingView(
        finding=finding,
        href=anchor("finding", finding.id),
        answer=humanise(finding.answer),
        parameters=_rows(finding.derivation.parameters),
        values=_rows(finding.values),
    )


def _rows(values: Mapping[str, JsonValue]) -> tuple[tuple[str, str], ...]:
    """Return what fits on a line each; long lists are counted."""
    rows = []
    for key, value in sorted(values.items()):
        text = _plain(value) if value is not None else "none"
        if len(text) > _LONGEST_PARAMETER:
            size = len(value) if isinstance(value, Sequence | Mapping) else len(text)
            text = f"{size} entries, in the machine-readable result"
        rows.append((humanise(key), text))
    return tuple(rows)
