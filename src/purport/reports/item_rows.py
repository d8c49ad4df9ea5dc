"""What is known of a media item, put into words: its record, file, layers, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from purport.core.case import ItemRecord
from purport.core.casefile import CaseItem
from purport.core.digests import JsonValue, canonical_json
from purport.core.findings import Finding
from purport.core.positions import GeoPoint
from purport.imagery import Reference
from purport.reports.phrases import (
    NOT_RECORDED,
    anchor,
    format_length,
    format_position,
    format_seconds,
    format_stated,
    humanise,
)
from purport.reports.readings import LayerReading

__all__ = [
    "FindingView",
    "LayerRow",
    "describe_container",
    "describe_finding",
    "describe_layer",
    "describe_record",
    "describe_reference",
    "embargo_end",
]

_LONGEST_PARAMETER = 120
_EMBARGO = timedelta(hours=72)


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


def describe_record(record: ItemRecord) -> tuple[tuple[str, str], ...]:
    """Return what is recorded of an item, "not recorded" where nothing is."""
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


def embargo_end(record: ItemRecord) -> str | None:
    """Return when 72 h have surely passed since publication; None without a publication."""
    if record.publication is None:
        return None
    end = record.publication.published.latest_utc + _EMBARGO
    return f"{end:%Y-%m-%d %H:%M} UTC"


def describe_container(item: CaseItem) -> tuple[tuple[str, str], ...]:
    """Return what the file and its container say."""
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


def describe_reference(reference: Reference | None) -> str | None:
    """Return fineness and accuracy of an orthophoto; None without one."""
    if reference is None:
        return None
    accuracy = (
        "its accuracy is not stated"
        if reference.accuracy_m is None
        else f"standard uncertainty {format_length(reference.accuracy_m)} per axis "
        f"({reference.accuracy_basis})"
    )
    return f"Orthophoto with {reference.gsd_m:.2f} m to a pixel; {accuracy}."


def describe_layer(layer: LayerReading) -> LayerRow:
    """Put what a control layer says into words."""
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


def describe_finding(finding: Finding) -> FindingView:
    """Arrange a finding with its numbers."""
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
