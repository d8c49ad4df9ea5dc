"""Containers and streams: what a file says of itself, and its frames at their own times."""

from purport.media.audio import AudioLevels, decode_audio_levels
from purport.media.frames import (
    DecodedFrames,
    DecodeFault,
    DecodeFaultKind,
    LumaFrame,
    Picture,
    decode_luma,
    decode_pictures,
    display_size,
)
from purport.media.packets import PacketTrack, read_packets
from purport.media.probe import probe_media
from purport.media.records import Probe, StreamProbe
from purport.media.samples import SoundSamples, decode_sound

__all__ = [
    "AudioLevels",
    "DecodeFault",
    "DecodeFaultKind",
    "DecodedFrames",
    "LumaFrame",
    "PacketTrack",
    "Picture",
    "Probe",
    "SoundSamples",
    "StreamProbe",
    "decode_audio_levels",
    "decode_luma",
    "decode_pictures",
    "decode_sound",
    "display_size",
    "probe_media",
    "read_packets",
]
