"""The sound itself, as samples of one channel; enough to compare one second with another."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.media._containers import file_name
from purport.media._listening import BLOCK_BYTES, SoundWanted, send_sound
from purport.media.audio import first_picture_s, first_sound
from purport.media.border import ask_for_pictures, limits_for
from purport.media.records import Probe

__all__ = ["SoundSamples", "decode_sound"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundSamples:
    """The sound of a video, mixed to one channel."""

    wave: NDArray[np.float32]
    """Samples (m,), full scale being 1; nought where the stream has a gap."""
    rate_hz: int
    """Samples a second."""
    start_s: float
    """Time of the first sample after the first video frame; negative before it. [s]"""
    whole: bool
    """Whether the sound goes no further than what was read."""


def decode_sound(
    path: Path, *, probe: Probe, rate_hz: int, longest_s: float
) -> SoundSamples | None:
    """Decode the first audio stream to one channel at a lower rate.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        rate_hz: Samples a second wanted.
        longest_s: Where to stop, after the first sample. [s]

    Returns:
        The samples; None when the file has no sound that can be decoded. A packet that cannot be
        decoded leaves a gap.
    """
    audio = first_sound(probe)
    if audio is None or audio.sample_rate_hz is None:
        return None
    most = round(longest_s * rate_hz)
    seen = ask_for_pictures(
        send_sound,
        path,
        SoundWanted(index=audio.index, rate_hz=rate_hz, most=most),
        shape=(BLOCK_BYTES,),
        subject=file_name(path, None),
        tell=_ignore,
        limits=limits_for(probe.size_bytes),
    )
    pieces: list[NDArray[np.float32]] = []
    start_s: Fraction | None = None
    for block, start_ns, count, *_ in seen:
        start_s = Fraction(start_ns, 1_000_000_000) if start_s is None else start_s
        pieces.append(block.view(np.float32)[:count].copy())
    if start_s is None:
        return None
    wave = np.concatenate(pieces)[:most]
    wave.flags.writeable = False
    return SoundSamples(
        wave=wave,
        rate_hz=rate_hz,
        start_s=float(start_s - first_picture_s(probe)),
        whole=len(wave) < most,
    )


def _ignore(kind: str, index: int, words: str) -> None:
    """Packets that cannot be decoded leave gaps; nothing more is to be said of them."""
