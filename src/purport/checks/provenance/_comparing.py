"""Which statements cannot both be right.

Every rule compares intervals or ranges and speaks only when nothing fits both sides. What programs
that write files anew explain by itself (a container younger than its footage) is no contradiction.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import PurePath

from pyproj import Geod

from purport.checks.provenance._gathering import Gathered, Named, Place
from purport.checks.provenance._times import Time, apart
from purport.checks.provenance._writers import (
    format_earliest,
    is_rewriter,
    norm_make,
    software_earliest,
)
from purport.checks.provenance.records import (
    Contradiction,
    ContradictionKind,
    CredentialState,
    Side,
)

__all__ = ["Rules", "find_contradictions"]

_CLOCK = "The camera's clock was not set, or set to another time zone."
_REWRITTEN = (
    "The file was written again after filming (exported, cut, converted, or by a platform), and "
    "the new time was put over the old one, or the old one was kept."
)
_COPIED = "Tags are often copied from one file to another by programs that join or convert footage."
_IGNORANT = (
    "The file was changed after signing by a program that does not know of manifests, as platforms "
    "and converters do."
)
_OTHER_BYTES = (
    "The file was converted after archiving, or the record is about another file of the post."
)
_RENAMED = "Files are renamed by platforms and messengers."
_NO_FIX = "The device had no fix and wrote where it last was."
_OTHER_POST = "The recorded publication is another, later or earlier, than the one that is meant."


class Rules:
    """How much two statements may differ.

    Attributes:
        header_slack_s: Headers of one file, beyond its length: cameras set some at the start of
            recording and some at its end. [s]
        place_m: Places that a file states. A phone without a fix errs by kilometres. [m]
        claimed_place_m: A stated place and the one claimed: claims name towns and districts. [m]
        length_share: Share of a length by which two statements of it may differ.
        length_s: The same in seconds. [s]
    """

    def __init__(
        self,
        *,
        header_slack_s: float,
        place_m: float,
        claimed_place_m: float,
        length_share: float,
        length_s: float,
    ) -> None:
        self.header_slack_s = header_slack_s
        self.place_m = place_m
        self.claimed_place_m = claimed_place_m
        self.length_share = length_share
        self.length_s = length_s

    def differ(self, one_s: float, other_s: float) -> bool:
        """Tell whether two lengths differ by more than they may."""
        most = max(self.length_s, self.length_share * max(one_s, other_s))
        return abs(one_s - other_s) > most


def find_contradictions(found: Gathered, rules: Rules) -> tuple[Contradiction, ...]:
    """Return what cannot both be right, by kind."""
    listed = [one for rule in _RULES for one in rule(found, rules)]
    unique = {(one.kind, one.one, one.other): one for one in listed}
    return tuple(
        sorted(unique.values(), key=lambda one: (one.kind, one.one.source, one.other.source))
    )


def _clash(kind: ContradictionKind, one: Time, other: Time, *innocent: str) -> Contradiction:
    return Contradiction(
        kind=kind,
        one=Side(source=one.source, says=one.says),
        other=Side(source=other.source, says=other.says),
        apart=apart(one, other),
        innocent=innocent,
    )


def _creation_and_record(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """The file's own time against what is recorded of it."""
    created = found.created
    if created is None:
        return
    if found.retrieved is not None and created.after(found.retrieved):
        yield _clash(
            ContradictionKind.CREATED_AFTER_RETRIEVAL, created, found.retrieved, _CLOCK,
            "The file was converted after it had been collected; then the bytes as collected are "
            "missing.",
        )  # fmt: skip
    if found.file_time is not None and created.after(found.file_time):
        yield _clash(
            ContradictionKind.CREATED_AFTER_FILE_TIME, created, found.file_time, _CLOCK,
            "Copying and unpacking can give a file another time.",
        )  # fmt: skip
    if found.rewritten:
        return
    for time in _public(found):
        if created.after(time):
            yield _clash(
                ContradictionKind.CREATED_AFTER_PUBLICATION,
                created,
                time,
                _CLOCK,
                _REWRITTEN,
                _OTHER_POST,
            )


def _public(found: Gathered) -> Iterator[Time]:
    if found.published is not None:
        yield found.published
    for sidecar in found.sidecars:
        if sidecar.uploaded is not None:
            yield sidecar.uploaded


def _claimed_time(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """The time claimed against the file's, the sensor's and the first appearance."""
    claimed = found.claimed
    if claimed is None:
        return
    own = [one for one, _ in found.sensed] + found.tags
    if found.created is not None:
        own.append(found.created)
    for time in own:
        # software that writes footage anew makes the container younger, never older
        late = time.after(claimed)
        if claimed.after(time) or (late and not (time is found.created and found.rewritten)):
            yield _clash(
                ContradictionKind.CREATED_OUTSIDE_CLAIMED, time, claimed, _CLOCK, _REWRITTEN
            )
    for time in found.appearances():
        if claimed.after(time):
            yield _clash(
                ContradictionKind.APPEARED_BEFORE_CLAIMED, time, claimed, _OTHER_POST,
                "The time claimed is that of the publication or of another event.",
            )  # fmt: skip


def _own_times(found: Gathered, rules: Rules) -> Iterator[Contradiction]:
    """The file's headers and tags against each other."""
    length_s = max([header.duration_s or 0.0 for header in found.facts.headers], default=0.0)
    slack = timedelta(seconds=min(rules.header_slack_s + length_s, 1e7))
    first = found.created
    for time in found.headers.values():
        # all are written by one hand, so that a zone moves them alike: compare what is written
        if first is not None and abs(time.earliest - first.earliest) > slack:
            yield Contradiction(
                kind=ContradictionKind.CREATION_TIMES_DIFFER,
                one=Side(source=first.source, says=first.says),
                other=Side(source=time.source, says=time.says),
                apart=_duration(abs(time.earliest - first.earliest)),
                innocent=(_REWRITTEN,),
            )
    for where, modified in found.modified.items():
        created = found.headers.get(where)
        if created is not None and created.earliest > modified.earliest + timedelta(minutes=1):
            yield Contradiction(
                kind=ContradictionKind.MODIFIED_BEFORE_CREATED,
                one=Side(source=modified.source, says=modified.says),
                other=Side(source=created.source, says=created.says),
                apart=_duration(created.earliest - modified.earliest),
                innocent=(_CLOCK, "The program that wrote it sets one time in UTC, the other not."),
            )
    for tag in found.tags:
        if first is not None and tag.misses(first, slack):
            yield _clash(ContradictionKind.CREATION_TIMES_DIFFER, first, tag, _REWRITTEN, _CLOCK)
    for one, other in combinations(found.tags, 2):
        if one.misses(other, slack):
            yield _clash(ContradictionKind.CREATION_TIMES_DIFFER, one, other, _REWRITTEN, _COPIED)


def _duration(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours >= 48:  # noqa: PLR2004 - two days
        return f"{hours / 24:.0f} days"
    return f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"  # noqa: PLR2004


def _sensor_times(found: Gathered, rules: Rules) -> Iterator[Contradiction]:
    """The sensor's clock against the file's, and its running against the footage's."""
    created = None if found.rewritten else found.created
    for first, _ in found.sensed:
        if created is not None and first.misses(created, timedelta(hours=1)):
            yield _clash(
                ContradictionKind.TELEMETRY_TIME_DIFFERS, first, created, _CLOCK, _REWRITTEN
            )
        for public in _public(found):
            if first.after(public):
                yield _clash(
                    ContradictionKind.TELEMETRY_TIME_DIFFERS, first, public, _CLOCK, _OTHER_POST
                )
    length_s = found.probe.duration_s
    for source, telemetry in found.telemetry:
        if telemetry.span_s is None or length_s is None or len(telemetry.samples) < 3:  # noqa: PLR2004
            continue
        # the last sample speaks for up to the time until the next would have come
        step_s = telemetry.span_s / max(telemetry.packets - 1, 1)
        if rules.differ(telemetry.span_s + step_s, length_s) and rules.differ(
            telemetry.span_s, length_s
        ):
            yield Contradiction(
                kind=ContradictionKind.TELEMETRY_RUNS_OTHERWISE,
                one=Side(
                    source=f"{source}, sensor time", says=f"runs for {telemetry.span_s:.1f} s"
                ),
                other=Side(source="footage", says=f"runs for {length_s:.1f} s"),
                apart=f"{abs(telemetry.span_s - length_s):.1f} s",
                innocent=(
                    "Only a part of the footage, or of the telemetry, was published.",
                    "The footage was slowed or sped up for showing.",
                ),
            )


def _devices(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """Makers against each other, and against software that writes footage anew."""
    for one, other in pairwise(_by_make(found.makes)):
        yield _named(
            ContradictionKind.DEVICES_DIFFER, one, other, words="two makers", innocent=(_COPIED,)
        )
    for one, other in combinations(found.models, 2):
        if one.key != other.key and _model(one) != _model(other):
            yield _named(
                ContradictionKind.DEVICES_DIFFER,
                one,
                other,
                words="two models",
                innocent=(_COPIED,),
            )
    device = next(iter((*found.makes, *found.models)), None)
    if device is None:
        return
    names = [
        *found.software,
        *(
            Named(source=f"handler of track {number}", key="hdlr", says=track.handler)
            for number, track in enumerate(found.facts.tracks, start=1)
            if track.handler
        ),
    ]
    wrote = next((name for name in names if is_rewriter(name.says)), None)
    if wrote is not None:
        yield _named(
            ContradictionKind.DEVICE_AND_SOFTWARE,
            device,
            wrote,
            words="the file as it is was not written by the device",
            innocent=(_REWRITTEN, "People trim and convert their own recordings; the tags stay."),
        )


def _by_make(makes: Sequence[Named]) -> list[Named]:
    first: dict[str, Named] = {}
    for make in makes:
        first.setdefault(norm_make(make.says), make)
    return list(first.values())


def _model(named: Named) -> str:
    return " ".join(named.says.lower().split())


def _named(
    kind: ContradictionKind, one: Named, other: Named, *, words: str, innocent: tuple[str, ...]
) -> Contradiction:
    return Contradiction(
        kind=kind,
        one=Side(source=one.source, says=one.says),
        other=Side(source=other.source, says=other.says),
        apart=words,
        innocent=innocent,
    )


def _age_of_software(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """Software and formats that did not exist yet when the file says it was made."""
    times = [time for time in (found.created, *found.tags) if time is not None]
    if not times:
        return
    created = min(times, key=lambda time: time.latest)
    known = [
        (name.source, name.says, software_earliest(name.key, name.says)) for name in found.software
    ]
    known += [
        (f"coding of track {number}", track.codec, format_earliest(track.codec))
        for number, track in enumerate(found.facts.tracks, start=1)
        if track.codec
    ]
    for source, says, since in known:
        if since is not None and created.latest < since:
            yield Contradiction(
                kind=ContradictionKind.SOFTWARE_NEWER_THAN_CREATION,
                one=Side(
                    source=source, says=f"{says}, which exists since {since:%Y-%m} at the earliest"
                ),
                other=Side(source=created.source, says=created.says),
                apart=_duration(since - created.latest),
                innocent=(_CLOCK, _REWRITTEN),
            )


_GEOD = Geod(ellps="WGS84")


def _distance_m(one: Place, other: Place) -> float:
    return float(
        _GEOD.inv(one.longitude_deg, one.latitude_deg, other.longitude_deg, other.latitude_deg)[2]
    )


def _places(found: Gathered, rules: Rules) -> Iterator[Contradiction]:
    """Stated places against each other and against the one claimed."""
    stated: list[tuple[Place, ...]] = [(place,) for place in found.places]
    stated += [(sensor, *centres) for sensor, centres in found.sensor_places]
    for one, other in combinations(stated, 2):
        yield from _too_far(one, other, rules.place_m, ContradictionKind.PLACES_DIFFER)
    if found.claimed_place is not None:
        for one in stated:
            yield from _too_far(
                one,
                (found.claimed_place,),
                rules.claimed_place_m,
                ContradictionKind.PLACE_DIFFERS_FROM_CLAIMED,
            )


def _too_far(
    one: Sequence[Place], other: Sequence[Place], most_m: float, kind: ContradictionKind
) -> Iterator[Contradiction]:
    """Of several places that one source states the nearest counts."""
    metres, first, second = min(
        ((_distance_m(a, b), a, b) for a in one for b in other), key=lambda row: row[0]
    )
    if metres > most_m:
        yield Contradiction(
            kind=kind,
            one=Side(source=first.source, says=first.says),
            other=Side(source=second.source, says=second.says),
            apart=f"{metres / 1000:.1f} km",
            innocent=(_NO_FIX, _COPIED),
        )


def _lengths(found: Gathered, rules: Rules) -> Iterator[Contradiction]:
    """Stated lengths against what the index holds, and against the platform's."""
    stated = {header.where: header.duration_s for header in found.facts.headers}
    held = [track.sample_duration_s for track in found.facts.tracks if track.sample_duration_s]
    movie, longest = stated.get("mvhd"), max(held, default=None)
    # an edit list can hide samples, so that a header may state less than the index holds
    if movie and longest and movie > longest and rules.differ(movie, longest):
        yield _length("header mvhd, length", movie, "index of samples, longest track", longest)
    for number, track in enumerate(found.facts.tracks, start=1):
        own = stated.get(f"mdhd {number}")
        if own and track.sample_duration_s and rules.differ(own, track.sample_duration_s):
            yield _length(
                f"header mdhd {number}, length", own, f"index of samples, track {number}",
                track.sample_duration_s,
            )  # fmt: skip
    length_s = found.probe.duration_s
    for sidecar in found.sidecars:
        if sidecar.length_s and length_s and rules.differ(sidecar.length_s, length_s):
            yield _length(f"sidecar {sidecar.name}, duration", sidecar.length_s, "file", length_s)


def _length(one: str, one_s: float, other: str, other_s: float) -> Contradiction:
    return Contradiction(
        kind=ContradictionKind.LENGTHS_DIFFER,
        one=Side(source=one, says=f"{one_s:.2f} s"),
        other=Side(source=other, says=f"{other_s:.2f} s"),
        apart=f"{abs(one_s - other_s):.2f} s",
        innocent=(
            "The file was cut or broke off, and its headers were not written anew.",
            "The platform shows another version (a trailer, a trimmed or longer one).",
        ),
    )


_ENDINGS = {
    "iso": {"mp4", "m4v", "mov", "qt", "3gp", "3g2", "m4a", "mj2", "f4v", "heic", "heif", "avif",
            "insv", "lrv", "360"},
    "matroska": {"mkv", "webm", "mka", "mk3d"},
    "riff": {"avi", "wav", "webp", "divx"},
}  # fmt: skip
_WORDS = {"iso": "MP4 or MOV", "matroska": "Matroska or WebM", "riff": "AVI or WAV"}
_KNOWN_ENDINGS = frozenset().union(*_ENDINGS.values(), {"ts", "m2ts", "mts", "mpg", "mpeg", "wmv",
                           "asf", "flv", "ogv", "mxf", "jpg", "jpeg", "png", "gif"})  # fmt: skip


def _form(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """The name's ending against the content, and one file inside another."""
    ending = PurePath(found.item.name).suffix.lower().lstrip(".")
    structure = found.facts.structure
    fits = _ENDINGS.get(structure)
    if fits is not None and ending in _KNOWN_ENDINGS and ending not in fits:
        yield Contradiction(
            kind=ContradictionKind.EXTENSION_DIFFERS,
            one=Side(source="file name", says=f".{ending}"),
            other=Side(source="content", says=_WORDS[structure]),
            apart="another format",
            innocent=(_RENAMED,),
        )
    if found.facts.second_file_at is not None:
        yield Contradiction(
            kind=ContradictionKind.FILES_JOINED,
            one=Side(source="content, byte 0", says="a file begins"),
            other=Side(
                source=f"content, byte {found.facts.second_file_at:,}", says="another file begins"
            ),
            apart="two files in one",
            innocent=("A recorder appended a second recording, or parts were joined unskilled.",),
        )


def _credentials(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """Content Credentials against the bytes, the device, and the file's time."""
    credentials = found.credentials
    if credentials.state is CredentialState.WELL_FORMED:
        yield Contradiction(
            kind=ContradictionKind.CREDENTIALS_DO_NOT_HOLD,
            one=Side(
                source="Content Credentials",
                says=f"signed with {credentials.generator or 'an application not stated'}",
            ),
            other=Side(source="file", says=", ".join(credentials.failures) or "does not fit"),
            apart="the manifest does not fit the bytes",
            innocent=(_IGNORANT,),
        )
    generated = [kind for kind in credentials.source_types if _GENERATED.search(kind)]
    device = next(iter((*found.makes, *found.models)), None)
    if generated and device is not None:
        yield Contradiction(
            kind=ContradictionKind.SAID_TO_BE_GENERATED,
            one=Side(source="Content Credentials, actions", says=", ".join(generated)),
            other=Side(source=device.source, says=device.says),
            apart="made by a program, and filmed by a device",
            innocent=("Footage of the device was one of several things it was made of.",),
        )
    created = found.created
    if found.signed is not None and created is not None and created.after(found.signed):
        yield _clash(ContradictionKind.SIGNED_BEFORE_CREATED, found.signed, created, _CLOCK)


_GENERATED = re.compile(
    r"algorithmicMedia$|^compositeSynthetic|^compositeWithTrained", re.IGNORECASE
)


def _bytes(found: Gathered, _: Rules) -> Iterator[Contradiction]:
    """The archive's record of the bytes against the bytes."""
    for sidecar in found.sidecars:
        stated = dict(sidecar.sha256)
        if not stated or found.item.digest in stated.values():
            continue
        own = stated.get(found.item.name)
        alone = next(iter(stated.values())) if len(stated) == 1 and "" in stated else None
        recorded = own or alone
        if recorded is not None:
            yield Contradiction(
                kind=ContradictionKind.BYTES_DIFFER,
                one=Side(source=f"sidecar {sidecar.name}", says=f"SHA-256 {recorded}"),
                other=Side(source="file", says=f"SHA-256 {found.item.digest}"),
                apart="other bytes",
                innocent=(_OTHER_BYTES,),
            )


_RULES: tuple[Callable[[Gathered, Rules], Iterator[Contradiction]], ...] = (
    _creation_and_record,
    _claimed_time,
    _own_times,
    _sensor_times,
    _devices,
    _age_of_software,
    _places,
    _lengths,
    _form,
    _credentials,
    _bytes,
)
