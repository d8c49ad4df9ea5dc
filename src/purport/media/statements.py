"""What a file states about itself beside its streams, read behind the border."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError

from purport.core.records import from_json
from purport.media._containers import file_name, open_container
from purport.media._ebml import EBML_MAGIC, read_matroska
from purport.media._iso_boxes import FIRST_BOXES, read_iso
from purport.media._klv import parse_klv
from purport.media._riff import read_riff
from purport.media._subtitle_telemetry import parse_subtitles
from purport.media.border import Channel, ask, believe, limits_for
from purport.media.facts import ContainerFacts, Telemetry, TelemetrySample

__all__ = ["read_container", "read_subtitle_telemetry", "read_telemetry"]

_MOST_PACKETS = 50_000
_MOST_BYTES = 64 << 20
_MOST_SAMPLES = 64
_MOST_SUBTITLES = 4 << 20


def read_container(path: Path, *, name: str | None = None) -> ContainerFacts:
    """Read what the structure of a file states.

    Args:
        path: The file.
        name: What messages call it.

    Raises:
        UnreadableMediaError: Reading it crashed, hung, or took more than its limits.
        OSError: The file cannot be opened.
    """
    called = file_name(path, name)
    size = path.stat().st_size
    said = ask(send_container, path, subject=called, limits=limits_for(size))
    return believe(lambda: from_json(ContainerFacts, said), subject=called)


def read_telemetry(path: Path, *, name: str | None = None) -> tuple[Telemetry, ...]:
    """Read telemetry from the data and subtitle streams of a file; empty when it has none.

    Raises:
        UnreadableMediaError: The file cannot be read, or reading it crashed, hung, or took more
            than its limits.
        OSError: The file cannot be opened.
    """
    called = file_name(path, name)
    size = path.stat().st_size
    said = ask(send_telemetry, path, called, subject=called, limits=limits_for(size))
    return believe(lambda: tuple(from_json(Telemetry, one) for one in said), subject=called)


def read_subtitle_telemetry(text: str) -> Telemetry | None:
    """Read telemetry from the text of an SRT file; None when it has none."""
    blocks = text[:_MOST_SUBTITLES].replace("\r\n", "\n").lstrip("\ufeff").split("\n\n")
    samples = list(islice(parse_subtitles(iter(blocks)), _MOST_PACKETS))
    return _summary("subtitles", samples) if samples else None


def send_container(channel: Channel, path: Path) -> None:
    """Send what the structure states, as the JSON of a `ContainerFacts`."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[4:8] in FIRST_BOXES:
            facts = read_iso(stream, size)
        elif head[:4] == EBML_MAGIC:
            facts = read_matroska(stream, size)
        elif head[:4] == b"RIFF":
            facts = read_riff(stream, size)
        else:
            facts = ContainerFacts(structure="other")
    channel.answer(json.loads(json.dumps(asdict(facts))))


def send_telemetry(channel: Channel, path: Path, name: str) -> None:
    """Send what sensors state, as a list of the JSON of `Telemetry`."""
    with open_container(path, name=name) as container:
        has_data = any(stream.type in {"data", "subtitle"} for stream in container.streams)
        found = [*_klv(container, channel), *_subtitles(container, channel)] if has_data else []
    channel.answer(json.loads(json.dumps([asdict(one) for one in found])))


def _klv(container: InputContainer, channel: Channel) -> Iterator[Telemetry]:
    streams = [stream.index for stream in container.streams if stream.type == "data"]
    if not streams:
        return
    packets: dict[tuple[int, str], list[tuple[TelemetrySample | None, bool | None]]] = {}
    for stream, data in _packets(container, streams, channel):
        for source, sample, holds in parse_klv(data):
            packets.setdefault((stream, source), []).append((sample, holds))
    container.seek(0)
    for (_, source), seen in sorted(packets.items()):
        samples = [sample for sample, _ in seen if sample is not None]
        yield _summary(
            source,
            samples,
            packets=len(seen),
            wrong=sum(holds is False for _, holds in seen),
            absent=sum(holds is None for _, holds in seen),
        )


def _subtitles(container: InputContainer, channel: Channel) -> Iterator[Telemetry]:
    streams = [stream.index for stream in container.streams if stream.type == "subtitle"]
    if not streams:
        return
    texts = (data.decode("utf-8", "replace") for _, data in _packets(container, streams, channel))
    samples = list(parse_subtitles(texts))
    if samples:
        yield _summary("subtitles", samples)


def _packets(
    container: InputContainer, streams: Sequence[int], channel: Channel
) -> Iterator[tuple[int, bytes]]:
    """Yield stream and bytes of the packets, up to a bound on number and length."""
    left, packets = _MOST_BYTES, container.demux([container.streams[index] for index in streams])
    for _ in range(_MOST_PACKETS):
        try:
            packet = next(packets, None)
        except FFmpegError:
            return
        if packet is None or left <= 0:
            return
        channel.pulse()
        data = bytes(packet)
        left -= len(data)
        yield packet.stream.index, data


def _summary(
    source: str,
    samples: list[TelemetrySample],
    *,
    packets: int | None = None,
    wrong: int = 0,
    absent: int = 0,
) -> Telemetry:
    times = [datetime.fromisoformat(one.time_utc) for one in samples if one.time_utc is not None]
    steps = list(pairwise(times))
    return Telemetry(
        source=source,
        packets=len(samples) if packets is None else packets,
        checksums_wrong=wrong,
        checksums_absent=absent,
        samples=_chosen(samples),
        span_s=(times[-1] - times[0]).total_seconds() if steps else None,
        runs_back=sum(later < earlier for earlier, later in steps),
    )


def _chosen(samples: list[TelemetrySample]) -> tuple[TelemetrySample, ...]:
    if len(samples) <= _MOST_SAMPLES:
        return tuple(samples)
    last = len(samples) - 1
    places = {round(place * last / (_MOST_SAMPLES - 1)) for place in range(_MOST_SAMPLES)}
    return tuple(samples[place] for place in sorted(places))
