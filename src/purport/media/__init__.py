"""Containers and streams: what a file says of itself, and its frames at their own times."""

from purport.media._private import is_private, shorten, withhold
from purport.media.audio import AudioLevels, decode_audio_levels
from purport.media.border import Channel, ask, believe, borrow, get_ready, lend, limits_for
from purport.media.facts import (
    BoxSeen,
    ContainerFacts,
    HeaderTime,
    TagSeen,
    Telemetry,
    TelemetrySample,
    TrackFacts,
)
from purport.media.frames import (
    DecodedFrames,
    DecodeFault,
    DecodeFaultKind,
    LumaFrame,
    LumaSample,
    Picture,
    decode_luma,
    decode_luma_samples,
    decode_pictures,
    display_size,
    seek_pictures,
)
from purport.media.packets import PacketTrack, read_packets
from purport.media.playable import (
    FILM_VERSION,
    PLAYABLE_VERSION,
    playable_size,
    write_film,
    write_playable,
)
from purport.media.probe import probe_media
from purport.media.records import Probe, StreamProbe
from purport.media.samples import SoundSamples, decode_sound
from purport.media.statements import read_container, read_subtitle_telemetry, read_telemetry
from purport.media.times import FrameTimes, read_frame_times

__all__ = [
    "FILM_VERSION",
    "PLAYABLE_VERSION",
    "AudioLevels",
    "BoxSeen",
    "Channel",
    "ContainerFacts",
    "DecodeFault",
    "DecodeFaultKind",
    "DecodedFrames",
    "FrameTimes",
    "HeaderTime",
    "LumaFrame",
    "LumaSample",
    "PacketTrack",
    "Picture",
    "Probe",
    "SoundSamples",
    "StreamProbe",
    "TagSeen",
    "Telemetry",
    "TelemetrySample",
    "TrackFacts",
    "ask",
    "believe",
    "borrow",
    "decode_audio_levels",
    "decode_luma",
    "decode_luma_samples",
    "decode_pictures",
    "decode_sound",
    "display_size",
    "get_ready",
    "is_private",
    "lend",
    "limits_for",
    "playable_size",
    "probe_media",
    "read_container",
    "read_frame_times",
    "read_packets",
    "read_subtitle_telemetry",
    "read_telemetry",
    "seek_pictures",
    "shorten",
    "withhold",
    "write_film",
    "write_playable",
]
