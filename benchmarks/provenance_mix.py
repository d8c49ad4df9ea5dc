"""The files of the provenance benchmark: ten and more as cameras write them, and contradictions.

Each untouched file stands with the record that would belong to it: what is claimed, where and when
it was published, when it was collected. Each contradiction is one of them with one thing changed,
and the kinds that must be found; nothing else may be.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from purport.checks.provenance import ContradictionKind as Kind
from purport.core.case import ClaimedPlace, ItemRecord, Publication
from purport.core.digests import digest_file
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.simulate.camera_files import (
    CameraFile,
    SensorPacket,
    write_camera_file,
    write_sensor_stream,
)

FILMED = datetime(2022, 5, 14, 9, 20, 11, tzinfo=UTC)
PLACE = (36.70, 35.20)
FAR = (39.01, 35.95)


@dataclass(frozen=True)
class Story:
    """What is recorded of a file."""

    claimed: str = "2022-05-14"
    published: str = "2022-05-15T08:00:00+00:00"
    retrieved: str = "2022-05-16T10:00:00+00:00"
    file_time: str = "2022-05-16T10:00:00+00:00"
    place: tuple[float, float] = PLACE


@dataclass(frozen=True)
class Case:
    """A file, its sidecars and its record."""

    name: str
    file: str
    write: Callable[[Path], object]
    story: Story = Story()
    sidecars: tuple[tuple[str, str], ...] = ()
    expected: frozenset[Kind] = frozenset()


def item_of(case: Case, path: Path) -> ItemRecord:
    """Return the record of a written file."""
    story = case.story
    point = GeoPoint(longitude_deg=story.place[0], latitude_deg=story.place[1])
    return ItemRecord(
        digest=digest_file(path),
        name=case.file,
        size_bytes=path.stat().st_size,
        publication=Publication(published=parse_stated_time(story.published), basis="benchmark"),
        retrieved=parse_stated_time(story.retrieved),
        file_time=parse_stated_time(story.file_time),
        claimed_time=parse_stated_time(story.claimed),
        claimed_place=ClaimedPlace(name="Made-up place", point=point),
    )


IPHONE = CameraFile(
    brands=("qt  ", "qt  "),
    created=FILMED,
    modified=FILMED + timedelta(seconds=4),
    handlers=("Core Media Video", "Core Media Audio"),
    keys=(
        ("com.apple.quicktime.location.ISO6709", "+35.2010+036.7020+210.000/"),
        ("com.apple.quicktime.make", "Apple"),
        ("com.apple.quicktime.model", "iPhone 12"),
        ("com.apple.quicktime.software", "15.4.1"),
        ("com.apple.quicktime.creationdate", "2022-05-14T12:20:11+0300"),
    ),
)
OLD_IPHONE = CameraFile(
    brands=("qt  ", "qt  "),
    created=FILMED,
    handlers=("Core Media Data Handler", "Core Media Data Handler"),
    texts=(
        ("\xa9mak", "Apple"),
        ("\xa9mod", "iPhone 6"),
        ("\xa9swr", "12.5.5"),
        ("\xa9day", "2022-05-14T12:20:11+0300"),
        ("\xa9xyz", "+35.2010+036.7020+210.000/"),
    ),
)
ANDROID = CameraFile(
    brands=("mp42", "isom", "mp42"),
    created=FILMED,
    texts=(("\xa9xyz", "+35.2010+036.7020/"),),
    keys=(("com.android.version", "11"),),
)
SAMSUNG = CameraFile(
    created=FILMED,
    keys=(
        ("com.android.version", "12"),
        ("com.android.manufacturer", "samsung"),
        ("com.android.model", "SM-G991B"),
    ),
)
# cameras without a zone write their local clock: three hours ahead here
GOPRO = CameraFile(
    brands=("mp41", "mp41"),
    created=FILMED + timedelta(hours=3),
    handlers=("GoPro AVC  ", "GoPro AAC  "),
    texts=(("FIRM", "HD7.01.01.90.00"), ("CAME", "C3221324578961")),
)
DJI = CameraFile(
    brands=("isom", "isom", "mp41"),
    created=FILMED + timedelta(hours=3),
    handlers=("DJI.AVC", "DJI.Subtitle"),
    texts=(("\xa9xyz", "+35.2012+036.7025+310.000"), ("\xa9mdl", "FC3170")),
)
CANON = CameraFile(
    brands=("qt  ", "qt  ", "CAEP"),
    created=FILMED + timedelta(hours=9),  # still on the clock of home
    handlers=("Canon Video", "Canon Audio"),
    texts=(("\xa9mak", "Canon"), ("\xa9mod", "Canon EOS R5"), ("SNUM", "012345678901")),
)
SONY = CameraFile(
    brands=("XAVC", "XAVC", "mp42", "iso2"),
    created=FILMED,
    handlers=("Video Media Handler", "Sound Media Handler"),
)
CLOCK_NEVER_SET = CameraFile(created=None, handlers=("VideoHandle", "SoundHandle"))
TRIMMED = replace(IPHONE, modified=FILMED + timedelta(hours=5))


def subtitles(start: datetime, *, place: tuple[float, float] = PLACE, seconds: int = 3) -> str:
    """Write a drone's subtitles, a block a second."""
    blocks = []
    for number in range(seconds + 1):
        now = start + timedelta(seconds=number)
        blocks.append(
            f"{number + 1}\n00:00:{number:02},000 --> 00:00:{number + 1:02},000\n"
            f'<font size="36">FrameCnt : {number + 1}, DiffTime : 1000ms\n'
            f"{now:%Y-%m-%d %H:%M:%S},000\n"
            f"[latitude: {place[1]:.6f}] [longitude: {place[0]:.6f}] [altitude: 90.0] </font>\n"
        )
    return "\n".join(blocks)


def info(**changes: object) -> str:
    """Write yt-dlp's info JSON."""
    known = {
        "id": "abc",
        "extractor": "generic",
        "timestamp": 1_652_601_600,  # 2022-05-15 08:00 UTC
        "upload_date": "20220515",
        "epoch": 1_652_695_200,  # 2022-05-16 10:00 UTC
        "duration": 3,
        "uploader": "somebody",
    }
    return json.dumps({**known, **changes})


def archived(name: str, digits: str) -> str:
    """Write auto-archiver's metadata."""
    media = [{"filename": f"archive/{name}", "properties": {"hash": f"SHA-256:{digits}"}}]
    metadata = {
        "timestamp": "2022-05-15T08:00:00+00:00",
        "_processed_at": "2022-05-16T10:00:00+00:00",
    }
    return json.dumps({"status": "success", "metadata": metadata, "media": media})


def sensor(
    start: datetime, *, step_s: float = 0.1, place: tuple[float, float] = PLACE
) -> list[SensorPacket]:
    """Return telemetry of three seconds of footage."""
    return [
        SensorPacket(
            time=start + timedelta(seconds=step_s * number),
            longitude_deg=place[0] - 0.02,
            latitude_deg=place[1],
            centre=place,
        )
        for number in range(30)
    ]


def _camera(stated: CameraFile, duration_s: float = 3.0) -> Callable[[Path], object]:
    return lambda path: write_camera_file(path, stated, duration_s=duration_s)


def _stream(packets: Sequence[SensorPacket]) -> Callable[[Path], object]:
    return lambda path: write_sensor_stream(path, packets)


def _browser(path: Path) -> None:
    """Write a WebM as a browser's recorder does: no date, its own name."""
    import av  # noqa: PLC0415 - only here

    source = path.with_suffix(".plain.mp4")
    write_camera_file(source, CameraFile())
    with av.open(str(source)) as read, av.open(str(path), "w", format="matroska") as write:
        stream = write.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                write.mux(packet)
    source.unlink()
    content = path.read_bytes()
    start = content.index(b"Lavf")
    end = start
    while content[end : end + 1] in b"Lavf0123456789.":
        end += 1
    name = content[start:end]
    path.write_bytes(content.replace(name, b"Chrome".ljust(len(name), b"\0")))


UNTOUCHED = (
    Case("telephone, keys", "IMG_0412.MOV", _camera(IPHONE)),
    Case("telephone, user data", "IMG_0077.MOV", _camera(OLD_IPHONE)),
    Case("telephone, Android", "VID_20220514_122011.mp4", _camera(ANDROID)),
    Case("telephone, maker in keys", "20220514_122011.mp4", _camera(SAMSUNG)),
    Case("action camera, local clock", "GH010042.MP4", _camera(GOPRO)),
    Case(
        "drone with subtitles, local clock", "DJI_0031.MP4", _camera(DJI),
        sidecars=(("DJI_0031.SRT", subtitles(FILMED + timedelta(hours=3))),),
    ),
    Case("camera on the clock of home", "MVI_0815.MOV", _camera(CANON)),
    Case("camera, XAVC", "C0001.MP4", _camera(SONY)),
    Case("browser's recorder, no date", "recording.mkv", _browser),
    Case("airborne sensor with KLV", "fmv.ts", _stream(sensor(FILMED))),
    Case("clock never set", "clip.mp4", _camera(CLOCK_NEVER_SET)),
    Case("trimmed on the telephone", "IMG_0413.MOV", _camera(TRIMMED)),
    Case(
        "telephone, collected by yt-dlp", "post.mp4", _camera(ANDROID),
        sidecars=(("post.info.json", info()),),
    ),
)  # fmt: skip

YEAR = timedelta(days=365)
ALTERED = (
    Case(
        "made after publication", "a.mov",
        _camera(replace(IPHONE, created=FILMED + 9 * timedelta(days=1), modified=None,
                        keys=IPHONE.keys[:4])),
        story=Story(claimed="2022-05", retrieved="2022-06-30", file_time="2022-06-30"),
        expected=frozenset({Kind.CREATED_AFTER_PUBLICATION}),
    ),
    Case(
        "made after it was collected", "b.mp4",
        _camera(replace(SAMSUNG, created=FILMED + YEAR)),
        story=Story(claimed="2022", published="2023-12-01", file_time="2023-12-31"),
        expected=frozenset({Kind.CREATED_AFTER_RETRIEVAL, Kind.CREATED_OUTSIDE_CLAIMED}),
    ),
    Case(
        "older than the time claimed", "c.mp4", _camera(ANDROID),
        story=Story(claimed="2022-08-20", published="2022-08-21", retrieved="2022-08-22",
                    file_time="2022-08-22T10:00Z"),
        expected=frozenset({Kind.CREATED_OUTSIDE_CLAIMED}),
    ),
    Case(
        "public before the time claimed", "d.mp4", _camera(CLOCK_NEVER_SET),
        story=Story(claimed="2022-05-20", retrieved="2022-06-01"),
        expected=frozenset({Kind.APPEARED_BEFORE_CLAIMED}),
    ),
    Case(
        "tracks older than the movie", "e.mp4",
        _camera(replace(SAMSUNG, track_created=FILMED - 2 * YEAR, modified=FILMED)),
        expected=frozenset({Kind.CREATION_TIMES_DIFFER}),
    ),
    Case(
        "changed before it was made", "f.mp4", _camera(replace(SONY, modified=FILMED - YEAR)),
        expected=frozenset({Kind.MODIFIED_BEFORE_CREATED}),
    ),
    Case(
        "tag and header a year apart", "g.mov",
        _camera(replace(IPHONE, keys=(*IPHONE.keys[:4],
                                      (IPHONE.keys[4][0], "2021-12-14T12:20:11+0300")))),
        expected=frozenset({Kind.CREATION_TIMES_DIFFER, Kind.CREATED_OUTSIDE_CLAIMED}),
    ),
    Case(
        "telephone's tags, FFmpeg's file", "h.mov",
        _camera(replace(IPHONE, brands=("isom", "iso2", "avc1"), encoder="Lavf58.29.100",
                        handlers=("VideoHandler", "SoundHandler"))),
        expected=frozenset({Kind.DEVICE_AND_SOFTWARE}),
    ),
    Case(
        "two makers", "i.mp4",
        _camera(replace(SAMSUNG, texts=(("\xa9mak", "Apple"),))),
        expected=frozenset({Kind.DEVICES_DIFFER}),
    ),
    Case(
        "two places in one file", "j.mov",
        _camera(replace(IPHONE, texts=(("\xa9xyz", f"+{FAR[1]:07.4f}+{FAR[0]:08.4f}/"),))),
        expected=frozenset({Kind.PLACES_DIFFER, Kind.PLACE_DIFFERS_FROM_CLAIMED}),
    ),
    Case(
        "not where it is claimed", "k.mp4", _camera(ANDROID), story=Story(place=FAR),
        expected=frozenset({Kind.PLACE_DIFFERS_FROM_CLAIMED}),
    ),
    Case(
        "system newer than the recording", "l.mov",
        _camera(replace(IPHONE, keys=(*IPHONE.keys[:3], ("com.apple.quicktime.software", "17.2"),
                                      IPHONE.keys[4]))),
        expected=frozenset({Kind.SOFTWARE_NEWER_THAN_CREATION}),
    ),
    Case(
        "FFmpeg newer than the recording", "m.mp4",
        _camera(replace(SONY, encoder="Lavf60.3.100")),
        expected=frozenset({Kind.SOFTWARE_NEWER_THAN_CREATION}),
    ),
    Case(
        "header states more than is there", "n.mp4", _camera(replace(SONY, stated_length_s=42.0)),
        expected=frozenset({Kind.LENGTHS_DIFFER}),
    ),
    Case(
        "platform knows it longer", "o.mp4", _camera(ANDROID),
        sidecars=(("o.info.json", info(duration=95)),),
        expected=frozenset({Kind.LENGTHS_DIFFER}),
    ),
    Case(
        "MP4 called AVI", "p.avi", _camera(SONY), expected=frozenset({Kind.EXTENSION_DIFFERS}),
    ),
    Case(
        "two files in one", "q.mp4",
        _camera(replace(SONY, appended=b"\0\0\0\x14ftypmp42\0\0\0\0mp42\0\0\0\x08free")),
        expected=frozenset({Kind.FILES_JOINED}),
    ),
    Case(
        "sensor's clock after publication", "r.ts",
        _stream(sensor(FILMED + timedelta(days=40))),
        story=Story(claimed="2022", retrieved="2022-08-01"),
        expected=frozenset({Kind.TELEMETRY_TIME_DIFFERS}),
    ),
    Case(
        "slowed: sensor's clock runs four times as fast", "s.ts",
        _stream(sensor(FILMED, step_s=0.4)),
        expected=frozenset({Kind.TELEMETRY_RUNS_OTHERWISE}),
    ),
    Case(
        "sensor elsewhere", "t.ts", _stream(sensor(FILMED, place=FAR)),
        expected=frozenset({Kind.PLACE_DIFFERS_FROM_CLAIMED}),
    ),
    Case(
        "subtitles of another flight", "DJI_0032.MP4", _camera(DJI),
        sidecars=(("DJI_0032.SRT", subtitles(FILMED + YEAR, place=FAR)),),
        story=Story(claimed="2022", published="2024-01-01", retrieved="2024-02-01"),
        expected=frozenset({Kind.TELEMETRY_TIME_DIFFERS, Kind.PLACES_DIFFER,
                            Kind.CREATED_OUTSIDE_CLAIMED, Kind.PLACE_DIFFERS_FROM_CLAIMED}),
    ),
    Case(
        "other bytes than were archived", "u.mp4", _camera(ANDROID),
        sidecars=(("u.metadata.json", archived("u.mp4", sha256(b"other").hexdigest())),),
        expected=frozenset({Kind.BYTES_DIFFER}),
    ),
    Case(
        "made after the file's last change", "v.mp4", _camera(replace(SONY, created=FILMED)),
        story=Story(file_time="2019-03-01T10:00:00+00:00"),
        expected=frozenset({Kind.CREATED_AFTER_FILE_TIME}),
    ),
)  # fmt: skip
