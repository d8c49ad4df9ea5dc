"""read_packets: sizes, key frames, times and the encoder's words, without decoding."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from purport.media import decode_luma, probe_media, read_packets

WriteVideo = Callable[..., Path]


def test_every_frame_has_a_packet_with_its_time(video: WriteVideo) -> None:
    path = video(count=20, options={"bf": "0", "g": "8"})
    track = read_packets(path, probe=probe_media(path))
    assert len(track.pts) == len(track.dts) == len(track.size_bytes) == 20
    assert track.known.all()
    assert track.whole
    assert (track.size_bytes > 0).all()
    steps = np.diff(np.sort(track.pts))
    assert (steps == steps[0]).all()


def test_key_frames_stand_where_the_encoder_set_them(video: WriteVideo) -> None:
    path = video(count=24, options={"bf": "0", "g": "8", "sc_threshold": "0"})
    track = read_packets(path, probe=probe_media(path))
    assert np.flatnonzero(track.key).tolist() == [0, 8, 16]


def test_packets_lie_in_the_order_of_decoding(video: WriteVideo) -> None:
    path = video(count=20, options={"bf": "2"})
    track = read_packets(path, probe=probe_media(path))
    assert (np.diff(track.dts) > 0).all()


def test_the_encoder_s_words_are_read(video: WriteVideo) -> None:
    path = video(count=3)
    words = read_packets(path, probe=probe_media(path)).encoder_words
    assert words is not None
    assert words.startswith("x264 - core ")
    assert "crf=" in words


def test_a_stream_without_words_has_none(video: WriteVideo) -> None:
    path = video("clip.avi", count=3, codec="mpeg4")
    track = read_packets(path, probe=probe_media(path))
    assert track.encoder_words is None or track.encoder_words.startswith("Lavc")


def test_pictures_say_how_they_were_coded(video: WriteVideo) -> None:
    path = video(count=20, options={"g": "10", "bf": "0", "sc_threshold": "0"})
    types = [frame.picture_type for frame in decode_luma(path, probe=probe_media(path))]
    assert types == ["I", *"P" * 9] * 2
