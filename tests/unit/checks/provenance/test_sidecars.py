"""parse_sidecar: what is taken of each kind, and what is not believed."""

import json
from datetime import UTC, datetime

import pytest

from purport.checks.provenance._sidecars import parse_sidecar

DIGITS = "a" * 64


def test_ytdlp_gives_upload_download_and_length() -> None:
    said = {
        "extractor": "youtube",
        "timestamp": 1_652_601_600,
        "epoch": 1_652_700_000,
        "duration": 12.5,
    }
    found = parse_sidecar("clip.info.json", json.dumps(said).encode())
    assert found.kind == "yt-dlp"
    assert found.uploaded is not None
    assert found.uploaded.earliest == datetime(2022, 5, 15, 8, tzinfo=UTC)
    assert found.downloaded is not None
    assert found.length_s == 12.5


def test_an_upload_day_alone_is_a_day_anywhere() -> None:
    said = {"extractor": "x", "upload_date": "20220515"}
    found = parse_sidecar("clip.info.json", json.dumps(said).encode())
    assert found.uploaded is not None
    assert (found.uploaded.latest - found.uploaded.earliest).total_seconds() > 48 * 3600


@pytest.mark.parametrize(
    "odd", [{"timestamp": "soon"}, {"timestamp": -5}, {"timestamp": True}, {"upload_date": "2022"},
            {"duration": -1}, {"duration": True}, {"duration": "long"}, {"timestamp": 1e300}]
)  # fmt: skip
def test_odd_values_are_not_believed(odd: dict[str, object]) -> None:
    found = parse_sidecar("clip.info.json", json.dumps({"extractor": "x", **odd}).encode())
    assert (found.uploaded, found.length_s, found.fault) == (None, None, None)


def test_auto_archiver_gives_hashes_by_name() -> None:
    said = {
        "status": "success",
        "metadata": {
            "timestamp": "2022-05-15T08:00:00+00:00",
            "_processed_at": "2022-05-16 10:00:00",
        },
        "media": [
            {"filename": "x/clip.mp4", "properties": {"hash": f"SHA-256:{DIGITS}"}},
            {"filename": "x/other.mp4", "properties": {"hash": f"SHA3-512:{DIGITS * 2}"}},
            {"filename": "x/none.mp4"},
            "odd",
        ],
    }
    found = parse_sidecar("clip.metadata.json", json.dumps(said).encode())
    assert found.kind == "auto-archiver"
    assert found.sha256 == (("clip.mp4", DIGITS),)
    assert found.uploaded is not None
    assert found.downloaded is not None


def test_one_row_of_the_sheet_is_read() -> None:
    text = (
        "Link,Archive status,Archive date,Upload timestamp,Hash\n"
        f"https://a.example,success,2022-05-16T10:00:00+00:00,2022-05-15T08:00:00+00:00,SHA-256:{DIGITS}\n"
    )
    found = parse_sidecar("clip.archive.csv", text.encode())
    assert (found.kind, found.sha256) == ("auto-archiver", (("", DIGITS),))


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.info.json", b"{", "no JSON"),
        ("a.info.json", b"[1]", "no kind"),
        ("a.info.json", b'{"a": 1}', "no kind"),
        ("a.info.json", b"[" * 100_000, "no JSON"),
        ("a.archive.csv", b"a,b\n1,2\n3,4\n", "2 rows"),
        ("a.archive.csv", b"a,b\n1,2\n", "auto-archiver"),
        ("a.info.json", b"\xff\xfe\x00", "no JSON"),
    ],
)
def test_what_is_none_is_told(name: str, content: bytes, fault: str) -> None:
    found = parse_sidecar(name, content)
    assert found.fault is not None
    assert fault in found.fault


def test_subtitles_without_telemetry_are_plain_subtitles() -> None:
    found = parse_sidecar("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    assert (found.kind, found.telemetry, found.fault) == ("subtitles", None, None)
