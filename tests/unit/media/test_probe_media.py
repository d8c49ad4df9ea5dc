"""probe_media: what is read, and what is refused with which words."""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.core.records import from_json, to_json
from purport.media import Probe, display_size, probe_media
from purport.media._containers import refuse_size

WriteVideo = Callable[..., Path]


def turn(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Put a rotation into the track header of an MP4."""
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    content[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def test_what_the_container_says_is_read(video: WriteVideo) -> None:
    probe = probe_media(video(count=20))
    stream = probe.streams[probe.video]
    assert probe.container.startswith("mov,mp4")
    assert probe.duration_s == pytest.approx(0.8, abs=0.01)
    assert (stream.kind, stream.codec, stream.pixel_format) == ("video", "h264", "yuv420p")
    assert (stream.width_px, stream.height_px, stream.rotation_deg) == (64, 48, 0)
    assert stream.frames_declared == 20
    assert stream.average_rate == 25
    assert stream.start_pts == 0
    assert not probe.truncated


def test_a_probe_survives_json(video: WriteVideo) -> None:
    probe = probe_media(video(count=3))
    assert from_json(Probe, to_json(probe)) == probe


@pytest.mark.parametrize(
    ("matrix", "degrees", "size"),
    [
        ((1, 0, 0, 1), 0, (64, 48)),
        ((0, 1, -1, 0), 90, (48, 64)),
        ((-1, 0, 0, -1), 180, (64, 48)),
        ((0, -1, 1, 0), 270, (48, 64)),
    ],
)
def test_rotation_is_clockwise(
    video: WriteVideo, matrix: tuple[int, int, int, int], degrees: int, size: tuple[int, int]
) -> None:
    probe = probe_media(turn(video(), matrix))
    assert probe.streams[probe.video].rotation_deg == degrees
    assert display_size(probe) == size


@pytest.mark.parametrize(
    ("aspect", "size"),
    [(Fraction(4, 3), (85, 48)), (Fraction(3, 4), (64, 64)), (None, (64, 48))],
)
def test_pixel_aspect_only_enlarges(
    video: WriteVideo, aspect: Fraction | None, size: tuple[int, int]
) -> None:
    probe = probe_media(video(pixel_aspect=aspect))
    assert display_size(probe) == size


def test_an_empty_file_is_refused_by_its_given_name(tmp_path: Path) -> None:
    path = tmp_path / "9f86d081"
    path.touch()
    with pytest.raises(UnreadableMediaError, match="empty") as caught:
        probe_media(path, name="strike.mp4")
    assert caught.value.subject == "strike.mp4"
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["story.mp4", "story.txt", "story"])
def test_a_text_file_is_refused_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("The ministry said that all targets were hit.\n" * 40, encoding="utf-8")
    with pytest.raises(UnreadableMediaError, match="not a video that can be read"):
        probe_media(path)


def test_a_playlist_that_names_other_files_is_refused(video: WriteVideo, tmp_path: Path) -> None:
    other = video(count=5)
    playlist = tmp_path / "list.mp4"
    playlist.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n",
        encoding="utf-8",
    )
    with pytest.raises(UnreadableMediaError):
        probe_media(playlist)


def test_a_missing_file_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe_media(tmp_path / "absent.mp4")


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        block.sample_rate, block.pts = 8000, 0
        container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableMediaError, match=r"no video stream.*audio"):
        probe_media(path)


def test_the_largest_streams_sound_and_tags_are_listed(
    sound: Callable[[NDArray[np.float32]], Path],
) -> None:
    probe = probe_media(sound(np.zeros(8000, np.float32)))
    kinds = [(stream.kind, stream.codec) for stream in probe.streams]
    assert kinds == [("video", "h264"), ("audio", "pcm_s16le")]
    assert probe.streams[1].sample_rate_hz == 8000


@pytest.mark.parametrize(("width", "height"), [(20_000, 16), (16, 20_000)])
def test_a_frame_of_20000_px_is_refused(video: WriteVideo, width: int, height: int) -> None:
    wide = np.zeros((height, width, 3), np.uint8)
    path = video("wide.mkv", frames=[wide], codec="ffv1", pixel_format="yuv420p")
    with pytest.raises(UnreadableMediaError, match=r"16,384 px a side") as caught:
        probe_media(path)
    assert f"{width} x {height}" in caught.value.fault


def test_a_frame_of_too_many_pixels_is_refused(video: WriteVideo) -> None:
    large = np.zeros((10_400, 10_400, 3), np.uint8)
    with pytest.raises(UnreadableMediaError, match="10400 x 10400"):
        probe_media(video("large.png", frames=[large], codec="png", pixel_format="gray"))


def test_a_frame_of_no_pixels_is_refused(video: WriteVideo) -> None:
    path = video("none.avi", count=3, codec="rawvideo", pixel_format="yuv420p")
    content = path.read_bytes()
    header = content.index(b"strf") + 8 + 4
    path.write_bytes(content[:header] + bytes(8) + content[header + 8 :])
    with pytest.raises(UnreadableMediaError, match=r"0 x 0|not a single frame"):
        probe_media(path)


@pytest.mark.parametrize("size", [(0, 0), (0, 48), (64, 0)])
def test_a_size_of_nothing_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadableMediaError, match="they show nothing"):
        refuse_size(*size, name="none.avi")


def test_a_file_broken_off_before_its_index_is_refused(video: WriteVideo) -> None:
    path = video(count=50)
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(UnreadableMediaError, match="can be read"):
        probe_media(path)


def test_noise_in_place_of_the_stream_is_refused(video: WriteVideo) -> None:
    path = video("noise.mkv", count=4, options={"x264-params": "keyint=1"})
    content = bytearray(path.read_bytes())
    start = content.index(b"\x1f\x43\xb6\x75")  # the first cluster of Matroska
    content[start + 40 :] = bytes(len(content) - start - 40)
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match="not a single frame"):
        probe_media(path)
