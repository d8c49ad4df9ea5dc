"""Bringing together what the file, its sidecars and its record state, each with its source."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from purport.checks.provenance._sidecars import Sidecar
from purport.checks.provenance._times import (
    Time,
    from_header,
    from_stated,
    parse_tag_time,
)
from purport.checks.provenance._writers import is_rewriter
from purport.checks.provenance.records import Credentials
from purport.core.case import ItemRecord
from purport.core.instants import StatedTime
from purport.media import ContainerFacts, Probe, TagSeen, Telemetry, is_private, withhold

__all__ = ["Gathered", "Named", "Place", "gather"]

_ISO_6709 = re.compile(r"^([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
_MOST_LATITUDE, _MOST_LONGITUDE = 90.0, 180.0
_PLACE_KEYS = ("\xa9xyz", "location", "loci", "iso6709", "gps")
_MAKE_KEYS = re.compile(r"(\xa9mak|[.:]make$|^make$|manufacturer)", re.IGNORECASE)
_MODEL_KEYS = re.compile(r"(\xa9mod|[.:]model$|^model$|device\.model)", re.IGNORECASE)
_SOFTWARE_KEYS = re.compile(
    r"(\xa9swr|\xa9too|software|encoder|muxingapp|writingapp|isft|creatortool|android\.version)",
    re.IGNORECASE,
)
_TIME_KEYS = re.compile(
    r"(creationdate|creation_time|createdate|datecreated|\xa9day|^date$|idit|icrd|date_recorded"
    r"|date_digitized)",
    re.IGNORECASE,
)
_FROM_HEADER = re.compile(r"creation_time", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name of a device or of software."""

    source: str
    key: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stated place."""

    source: str
    longitude_deg: float
    latitude_deg: float

    @property
    def says(self) -> str:
        """Return it as text."""
        return f"{self.latitude_deg:.5f}, {self.longitude_deg:.5f}"


@dataclass(slots=True, kw_only=True)
class Gathered:
    """All that is stated."""

    item: ItemRecord
    facts: ContainerFacts
    credentials: Credentials
    probe: Probe
    telemetry: tuple[tuple[str, Telemetry], ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    headers: dict[str, Time] = field(default_factory=dict)
    """Creation by header."""
    modified: dict[str, Time] = field(default_factory=dict)
    """Last change by header."""
    tags: list[Time] = field(default_factory=list)
    """Times of tags about the recording."""
    sensed: list[tuple[Time, Time]] = field(default_factory=list)
    """First and last time of each telemetry."""
    makes: list[Named] = field(default_factory=list)
    models: list[Named] = field(default_factory=list)
    software: list[Named] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    """Places of tags."""
    sensor_places: list[tuple[Place, Sequence[Place]]] = field(default_factory=list)
    """First place of each telemetry, with the picture's centres that it states."""
    claimed: Time | None = None
    claimed_place: Place | None = None
    published: Time | None = None
    retrieved: Time | None = None
    file_time: Time | None = None
    signed: Time | None = None
    withheld: int = 0

    @property
    def rewritten(self) -> bool:
        """Tell whether software that writes others' footage anew left its name."""
        names = [one.says for one in self.software]
        names += [track.handler for track in self.facts.tracks if track.handler]
        return any(is_rewriter(name) for name in names)

    @property
    def created(self) -> Time | None:
        """Return the time at which the container says it was made; None when it does not."""
        first = next(iter(self.headers.values()), None)
        return self.headers.get("mvhd") or self.headers.get("Info") or first

    def appearances(self) -> Iterator[Time]:
        """Yield the times by which the footage was surely known to exist."""
        for time in (self.published, self.retrieved):
            if time is not None:
                yield time
        for sidecar in self.sidecars:
            for time in (sidecar.uploaded, sidecar.downloaded):
                if time is not None:
                    yield time


def gather(
    item: ItemRecord,
    claimed: StatedTime | None,
    *,
    probe: Probe,
    facts: ContainerFacts,
    telemetry: Sequence[Telemetry],
    sidecars: Sequence[Sidecar],
    credentials: Credentials,
    extra: Sequence[TagSeen] = (),
) -> Gathered:
    """Bring it together.

    Args:
        item: What is recorded of the file.
        claimed: When it is said to have been filmed.
        probe: What FFmpeg reads.
        facts: What the structure states.
        telemetry: What sensors state inside it.
        sidecars: What lies beside it.
        credentials: Its Content Credentials.
        extra: What ExifTool reads.
    """
    inside = [(f"{one.source} in the file", one) for one in telemetry]
    beside = [(f"sidecar {one.name}", one.telemetry) for one in sidecars if one.telemetry]
    found = Gathered(
        item=item,
        facts=facts,
        credentials=credentials,
        probe=probe,
        telemetry=tuple(inside + beside),
        sidecars=tuple(sidecars),
    )
    _record(found, claimed)
    _headers(found)
    for tag in (*facts.tags, *_probe_tags(probe, facts), *extra):
        _tag(found, tag)
    for source, one in found.telemetry:
        _sensor(found, source, one)
    if credentials.signed_utc is not None:
        found.signed = parse_tag_time(
            "Content Credentials, time of signing", credentials.signed_utc
        )
    return found


def _record(found: Gathered, claimed: StatedTime | None) -> None:
    item = found.item
    if claimed is not None:
        found.claimed = from_stated("time claimed", claimed)
    if item.publication is not None:
        found.published = from_stated("recorded publication", item.publication.published)
    if item.retrieved is not None:
        found.retrieved = from_stated("recorded retrieval", item.retrieved)
    if item.file_time is not None:
        found.file_time = from_stated("file system, last change", item.file_time)
    place = item.claimed_place
    if place is not None and place.point is not None:
        found.claimed_place = Place(
            source="place claimed",
            longitude_deg=place.point.longitude_deg,
            latitude_deg=place.point.latitude_deg,
        )


def _headers(found: Gathered) -> None:
    for header in found.facts.headers:
        created = from_header(f"header {header.where}, creation", header.created)
        modified = from_header(f"header {header.where}, last change", header.modified)
        if created is not None:
            found.headers[header.where] = created
        if modified is not None:
            found.modified[header.where] = modified


def _probe_tags(probe: Probe, facts: ContainerFacts) -> Iterator[TagSeen]:
    """Yield FFmpeg's tags where our own readers read none."""
    if facts.structure in {"iso", "matroska"}:
        return
    for key, value in probe.tags:
        yield TagSeen(where="FFmpeg", key=key, value=value)


def _tag(found: Gathered, tag: TagSeen) -> None:
    if is_private(tag.key):
        found.withheld += 1
        return
    if not tag.value:
        return
    source = f"tag {tag.key} ({tag.where})"
    if _MAKE_KEYS.search(tag.key):
        found.makes.append(Named(source=source, key=tag.key, says=withhold(tag.key, tag.value)))
    elif _MODEL_KEYS.search(tag.key):
        found.models.append(Named(source=source, key=tag.key, says=withhold(tag.key, tag.value)))
    elif _SOFTWARE_KEYS.search(tag.key):
        found.software.append(Named(source=source, key=tag.key, says=withhold(tag.key, tag.value)))
    elif _TIME_KEYS.search(tag.key) and not _FROM_HEADER.search(tag.key):
        time = parse_tag_time(source, tag.value)
        if time is not None:
            found.tags.append(time)
    elif any(key in tag.key.lower() for key in _PLACE_KEYS):
        place = _parse_place(source, tag.value)
        if place is not None:
            found.places.append(place)


def _parse_place(source: str, text: str) -> Place | None:
    """Read ISO 6709: "+35.2000+036.7000+100.000/"; None when it is none, or 0, 0 (no fix)."""
    match = _ISO_6709.match(text.strip())
    if match is None:
        return None
    latitude, longitude = float(match.group(1)), float(match.group(2))
    if abs(latitude) > _MOST_LATITUDE or abs(longitude) > _MOST_LONGITUDE:
        return None
    if latitude == longitude == 0.0:
        return None
    return Place(source=source, longitude_deg=longitude, latitude_deg=latitude)


def _sensor(found: Gathered, source: str, telemetry: Telemetry) -> None:
    times = [
        time
        for sample in telemetry.samples
        if sample.time_utc is not None
        and (time := parse_tag_time(f"{source}, sensor time", sample.time_utc)) is not None
    ]
    if times:
        found.sensed.append((times[0], times[-1]))
    at = [sample.sensor for sample in telemetry.samples if sample.sensor is not None]
    if not at:
        return
    centres = [
        Place(source=f"{source}, picture's centre", longitude_deg=one[0], latitude_deg=one[1])
        for sample in telemetry.samples
        if (one := sample.centre) is not None
    ]
    first = Place(source=f"{source}, sensor", longitude_deg=at[0][0], latitude_deg=at[0][1])
    found.sensor_places.append((first, centres))
