"""decode_sound: samples of one channel at another rate."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import decode_sound, probe_media

Sound = NDArray[np.float32]
WriteSound = Callable[..., Path]


def tone(seconds: float) -> Sound:
    time_s = np.arange(round(seconds * 8000)) / 8000
    return (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)


def test_a_tone_keeps_its_length_pitch_and_level(sound: WriteSound) -> None:
    path = sound(tone(2.0))
    samples = decode_sound(path, probe=probe_media(path), rate_hz=4000, longest_s=60.0)
    assert samples is not None
    assert samples.rate_hz == 4000
    assert len(samples.wave) == pytest.approx(8000, abs=64)
    assert samples.whole
    assert samples.start_s == pytest.approx(0.0, abs=0.01)
    spectrum = np.abs(np.fft.rfft(samples.wave))
    assert np.argmax(spectrum) / len(samples.wave) * 4000 == pytest.approx(440, abs=1)
    assert np.abs(samples.wave).max() == pytest.approx(0.5, abs=0.05)


def test_it_stops_where_it_is_told(sound: WriteSound) -> None:
    path = sound(tone(3.0))
    samples = decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=1.0)
    assert samples is not None
    assert len(samples.wave) == 8000
    assert not samples.whole


def test_a_file_without_sound_gives_none(video: WriteSound) -> None:
    path = video(count=3)
    assert decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=60.0) is None
