"""Statements and notes as the finding lists them."""

from collections.abc import Iterator

from purport.checks.provenance._gathering import Gathered, Named, Place
from purport.checks.provenance._times import Time
from purport.checks.provenance.records import CredentialState, Statement, Topic
from purport.core.instants import format_utc
from purport.media import TelemetrySample

__all__ = ["count_comparable", "first_appearance", "list_notes", "list_statements"]

_MOST_STATEMENTS = 200
_STATES = {
    CredentialState.NONE: "no manifest: nothing is known, and nothing follows from that",
    CredentialState.NOT_READ: "not looked for",
    CredentialState.BROKEN: "a manifest that cannot be read (not well-formed)",
    CredentialState.WELL_FORMED: "well-formed, but not valid",
    CredentialState.VALID: "valid; the signer is not on a list of trusted ones",
    CredentialState.TRUSTED: "valid and trusted",
}


def list_statements(found: Gathered) -> tuple[Statement, ...]:
    """Return what is stated, by topic and source."""
    listed = [*_times(found), *_places(found), *_names(found), *_lengths(found)]
    listed.append(
        Statement(
            topic=Topic.CREDENTIALS,
            source="Content Credentials",
            says=_STATES[found.credentials.state],
        )
    )
    listed.sort(key=lambda one: (one.topic, one.source, one.says))
    return tuple(listed[:_MOST_STATEMENTS])


def count_comparable(found: Gathered) -> int:
    """Count what the file and its sidecars state of time, place, device, origin and bytes."""
    own = [*found.headers.values(), *found.tags, *found.sensed, *found.makes, *found.models]
    own += [*found.places, *found.sensor_places]
    told = [one for one in found.sidecars if one.fault is None]
    states = {CredentialState.NONE, CredentialState.NOT_READ}
    return len(own) + len(told) + (found.credentials.state not in states)


def first_appearance(found: Gathered) -> Time | None:
    """Return the appearance that bounds the time of filming from above; None without one."""
    return min(found.appearances(), key=lambda time: (time.latest, time.source), default=None)


def list_notes(found: Gathered) -> tuple[str, ...]:
    """Return what is worth knowing and contradicts nothing."""
    return tuple(_notes(found))


def _notes(found: Gathered) -> Iterator[str]:
    if found.rewritten:
        yield (
            "The file carries the name of software that writes footage anew, so that its own times "
            "and order say when it was written, not when it was filmed. Platforms do this to all "
            "they show."
        )
    created, published = found.created, found.published
    if found.rewritten and created and published and created.after(published):
        yield (
            f"This copy was written ({created.says}) after the recorded publication "
            f"({published.says}): it is not the file as it was first published."
        )
    held = [track.sample_duration_s or 0.0 for track in found.facts.tracks]
    stated = next((one.duration_s for one in found.facts.headers if one.where == "mvhd"), None)
    if stated and held and max(held) - stated > 0.5:  # noqa: PLR2004 - s; a longer audio frame is less
        yield (
            f"The file holds {max(held) - stated:.1f} s more than it shows: an edit list hides the "
            "rest, as trimming on a telephone does."
        )
    yield from _telemetry_notes(found)
    credentials = found.credentials
    if credentials.ingredient_failures:
        yield (
            "Content Credentials: something it was made from does not hold ("
            f"{', '.join(credentials.ingredient_failures)}), though the file itself may."
        )
    if credentials.note is not None:
        yield f"Content Credentials: {credentials.note}."
    yield from (
        f"The sidecar {one.name} {one.fault}." for one in found.sidecars if one.fault is not None
    )


def _telemetry_notes(found: Gathered) -> Iterator[str]:
    for source, one in found.telemetry:
        if one.checksums_wrong:
            yield (
                f"{source}: of {one.packets} packets {one.checksums_wrong} have a wrong checksum "
                "and were left out."
            )
        if one.runs_back:
            yield f"{source}: the sensor's time goes back {one.runs_back} times."


def _times(found: Gathered) -> Iterator[Statement]:
    ends = [time for pair in found.sensed for time in dict.fromkeys(pair)]
    record = [found.claimed, found.published, found.retrieved, found.file_time, found.signed]
    archived = [
        time
        for one in found.sidecars
        for time in (one.uploaded, one.downloaded)
        if time is not None
    ]
    for time in (
        *found.headers.values(),
        *found.modified.values(),
        *found.tags,
        *ends,
        *(time for time in record if time is not None),
        *archived,
    ):
        yield Statement(
            topic=Topic.TIME,
            source=time.source,
            says=time.says,
            earliest_utc=format_utc(time.earliest),
            latest_utc=format_utc(time.latest),
        )


def _places(found: Gathered) -> Iterator[Statement]:
    places: list[Place] = [*found.places, *(first for first, _ in found.sensor_places)]
    places += [centres[0] for _, centres in found.sensor_places if centres]
    if found.claimed_place is not None:
        places.append(found.claimed_place)
    for source, telemetry in found.telemetry:
        said = next((_view(sample) for sample in telemetry.samples if _view(sample)), None)
        if said is not None:
            yield Statement(topic=Topic.PLACE, source=f"{source}, platform at first", says=said)
    for place in places:
        yield Statement(
            topic=Topic.PLACE,
            source=place.source,
            says=place.says,
            point=(place.longitude_deg, place.latitude_deg),
        )


def _view(sample: TelemetrySample) -> str | None:
    """Say how the sensor stood; None when it does not state it."""
    parts = []
    if sample.sensor is not None and sample.sensor[2] is not None:
        parts.append(f"height {sample.sensor[2]:.0f} m")
    if sample.heading_deg is not None:
        parts.append(f"heading {sample.heading_deg:.1f}°")
    if sample.slant_range_m is not None:
        parts.append(f"slant range {sample.slant_range_m:.0f} m")
    return ", ".join(parts) or None


def _names(found: Gathered) -> Iterator[Statement]:
    names: list[tuple[Topic, Named]] = [(Topic.DEVICE, one) for one in found.makes + found.models]
    names += [(Topic.SOFTWARE, one) for one in found.software]
    for topic, name in names:
        yield Statement(topic=topic, source=name.source, says=name.says)
    for number, track in enumerate(found.facts.tracks, start=1):
        if track.handler:
            source = f"handler of track {number}"
            yield Statement(topic=Topic.SOFTWARE, source=source, says=track.handler)
        if track.codec:
            source = f"coding of track {number} ({track.kind})"
            yield Statement(topic=Topic.FORMAT, source=source, says=track.codec)
    if found.facts.index_first is not None:
        order = (
            "index before the pictures" if found.facts.index_first else "index after the pictures"
        )
        yield Statement(topic=Topic.FORMAT, source="order of the file", says=order)
    if found.facts.brands:
        yield Statement(topic=Topic.FORMAT, source="brands", says=", ".join(found.facts.brands))


def _lengths(found: Gathered) -> Iterator[Statement]:
    rows = [(f"header {one.where}", one.duration_s) for one in found.facts.headers]
    rows += [
        (f"index of samples, track {number}", track.sample_duration_s)
        for number, track in enumerate(found.facts.tracks, start=1)
    ]
    rows += [(f"sidecar {one.name}", one.length_s) for one in found.sidecars]
    for source, length_s in rows:
        if length_s:
            yield Statement(
                topic=Topic.LENGTH, source=source, says=f"{length_s:.3f} s", length_s=length_s
            )
