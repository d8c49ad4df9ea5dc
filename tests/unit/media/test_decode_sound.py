"""decode_sound: the samples themselves, from where they begin to where they stop."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import decode_sound, probe_media

Sound = NDArray[np.float32]
WriteSound = Callable[..., Path]


def tone(seconds: float, amplitude: float = 0.5) -> Sound:
    time_s = np.arange(round(seconds * 8000)) / 8000
    return (amplitude * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)


def test_samples_come_back_as_they_were_recorded(sound: WriteSound) -> None:
    """Longer than one block, so that blocks are joined."""
    recorded = tone(12.0) * np.linspace(0.1, 1.0, 96_000, dtype=np.float32)
    path = sound(recorded)
    heard = decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=60.0)
    assert heard is not None
    assert heard.whole
    assert heard.start_s == pytest.approx(0.0, abs=0.01)
    assert len(heard.wave) == len(recorded)
    assert np.abs(heard.wave - recorded).max() < 1e-3
    assert not heard.wave.flags.writeable


def test_it_stops_where_it_is_told_to(sound: WriteSound) -> None:
    path = sound(tone(3.0))
    heard = decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=1.5)
    assert heard is not None
    assert not heard.whole
    assert len(heard.wave) == 12_000


def test_another_rate_is_resampled(sound: WriteSound) -> None:
    path = sound(tone(2.0))
    heard = decode_sound(path, probe=probe_media(path), rate_hz=4000, longest_s=60.0)
    assert heard is not None
    assert len(heard.wave) == pytest.approx(8000, abs=40)
    assert heard.wave[500:-500].std() == pytest.approx(0.5 / np.sqrt(2), abs=0.01)


def test_a_gap_is_silence(sound: WriteSound) -> None:
    path = sound(tone(3.0), without=range(8_000, 16_000))
    heard = decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=60.0)
    assert heard is not None
    assert len(heard.wave) == 24_000
    assert not heard.wave[8_100:15_900].any()
    assert heard.wave[16_100:].std() == pytest.approx(0.5 / np.sqrt(2), abs=0.01)


def test_a_file_without_sound_gives_none(video: WriteSound) -> None:
    path = video(count=3)
    assert decode_sound(path, probe=probe_media(path), rate_hz=8000, longest_s=1.0) is None
