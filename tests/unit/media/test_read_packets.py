"""read_packets: how a stream lies in its file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from purport.media import decode_luma, probe_media, read_packets

WriteVideo = Callable[..., Path]


def test_every_packet_has_its_time_size_and_kind(video: WriteVideo) -> None:
    path = video(count=30, options={"g": "10", "bf": "0", "sc_threshold": "0"})
    probe = probe_media(path)
    track = read_packets(path, probe=probe)
    assert len(track.pts) == 30
    assert track.whole
    assert track.known.all()
    assert np.flatnonzero(track.key).tolist() == [0, 10, 20]
    frames = list(decode_luma(path, probe=probe))
    assert sorted(track.pts.tolist()) == [frame.pts for frame in frames]
    assert 0 < track.size_bytes.sum() < path.stat().st_size


def test_the_encoders_words_are_told(video: WriteVideo) -> None:
    path = video()
    words = read_packets(path, probe=probe_media(path)).encoder_words
    assert words is not None
    assert words.startswith("x264")


def test_pictures_say_how_they_were_coded(video: WriteVideo) -> None:
    path = video(count=20, options={"g": "10", "bf": "0", "sc_threshold": "0"})
    types = [frame.picture_type for frame in decode_luma(path, probe=probe_media(path))]
    assert types == ["I", *"P" * 9] * 2
