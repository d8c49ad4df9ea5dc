"""decode_audio_levels: how loud, when, and what has no sound."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import decode_audio_levels, probe_media

Sound = NDArray[np.float32]
WriteSound = Callable[..., Path]


def tone(seconds: float, amplitude: float) -> Sound:
    time_s = np.arange(round(seconds * 8000)) / 8000
    return (amplitude * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)


def test_the_level_of_a_tone_is_its_root_mean_square(sound: WriteSound) -> None:
    path = sound(tone(2.0, 0.5))
    levels = decode_audio_levels(path, probe=probe_media(path))
    assert levels is not None
    assert levels.window_s == pytest.approx(0.1)
    assert len(levels.rms_dbfs) == 20
    assert levels.rms_dbfs == pytest.approx([20 * np.log10(0.5 / np.sqrt(2))] * 20, abs=0.1)
    assert levels.covered.all()
    assert levels.start_s == pytest.approx(0.0, abs=0.01)
    assert levels.faults == 0


def test_digital_silence_has_no_finite_level(sound: WriteSound) -> None:
    path = sound(np.concatenate([tone(1.0, 0.5), np.zeros(8000, np.float32), tone(1.0, 0.5)]))
    levels = decode_audio_levels(path, probe=probe_media(path))
    assert levels is not None
    assert np.isneginf(levels.rms_dbfs[11:19]).all()
    assert np.isfinite(levels.rms_dbfs[:10]).all()
    assert np.isfinite(levels.rms_dbfs[20:]).all()


def test_a_file_without_sound_gives_none(video: WriteSound) -> None:
    path = video(count=3)
    assert decode_audio_levels(path, probe=probe_media(path)) is None


def test_a_gap_in_the_sound_is_not_covered(sound: WriteSound) -> None:
    path = sound(tone(3.0, 0.5), without=range(8_000, 16_000))
    levels = decode_audio_levels(path, probe=probe_media(path))
    assert levels is not None
    assert len(levels.rms_dbfs) == 30
    assert levels.covered[:9].all()
    assert not levels.covered[11:19].any()
    assert levels.covered[21:29].all()
