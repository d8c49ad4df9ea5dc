"""How the file was coded, and what of it speaks of another programme than a camera's.

Nearly everything that is published was coded again by a platform or an editor; what stands here are
traces of that, by themselves no sign that footage was changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._quantisers import QuantiserRules, describe_quantisers
from purport.checks.edits.records import Coding, Quantisation, Trace, TraceKind
from purport.media import PacketTrack, Probe
from purport.scene import Scene

__all__ = ["CodingRules", "describe_coding"]

_LADDER_PX = frozenset(
    {
        (416, 234),
        (768, 432),
        (960, 540),
        (256, 144),
        (426, 240),
        (480, 270),
        (640, 360),
        (854, 480),
        (848, 480),
        (1280, 720),
        (320, 180),
        (320, 240),
        (480, 360),
        (720, 1280),
        (480, 854),
        (360, 640),
        (576, 1024),
        (1024, 576),
    }
)
"""Sizes to which the large video platforms bring what is uploaded, below full HD (which cameras
film as well).

References:
    Apple, HLS Authoring Specification for Apple Devices, recommended variants: 416 x 234 to
    1280 x 720. The others are sizes of files as platforms hand them out.
"""
_LIBRARY_TAGS = ("lavf", "lavc", "handbrake", "gpac", "google", "mp4box")
_STEPS_TOLD = 3
_PHONE_TAGS = ("com.apple", "com.android", "core media")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRules:
    """When declared and actual values differ, and when key frames change their spacing."""

    duration_share: float = 0.02
    """Difference of declared and actual duration that is stated, as a share."""
    duration_frames: float = 3.0
    """The same in frame periods; the larger of both counts."""
    rate_share: float = 0.02
    """Difference of declared and actual frame rate that is stated, as a share."""
    fewest_groups: int = 6
    """Fewest groups of pictures that are compared."""
    changed_spacing: float = 1.7
    """How many times longer groups must be in one half of the file."""
    quantisers: QuantiserRules = field(default_factory=QuantiserRules)
    """When a change of the quantiser counts."""


def describe_coding(scene: Scene, probe: Probe, packets: PacketTrack, rules: CodingRules) -> Coding:
    """Describe how the file was coded."""
    stream = probe.streams[probe.video]
    groups = np.diff(np.append(np.flatnonzero(packets.key), len(packets.key)))
    types = scene.fine.picture_types if scene.fine is not None else np.array([], dtype="S1")
    known = np.isin(types, [b"I", b"P", b"B"])
    said = types[known]
    shares = [(letter, float((said == letter.encode()).mean())) for letter in "IPB" if len(said)]
    times = packets.pts[packets.known]
    quantisation = describe_quantisers(
        scene.fine, _key_frames(scene, packets), stream.codec, rules.quantisers
    )
    return Coding(
        codec=stream.codec,
        container=probe.container,
        encoder=_encoder(probe, packets),
        group_frames=float(np.median(groups)) if len(groups) else None,
        longest_group_frames=int(groups.max()) if len(groups) else None,
        picture_shares=tuple(shares),
        quantisation=quantisation,
        bits_per_pixel=_bits_per_pixel(scene, packets),
        missing_times=int((~packets.known).sum()),
        repeated_times=int(len(times) - len(np.unique(times))),
        declared_s=stream.duration_s,
        actual_s=_length_s(scene),
        declared_rate=None if stream.average_rate is None else float(stream.average_rate),
        actual_rate=_rate(scene),
        traces=(
            *_traces(scene, probe, packets, rules),
            *_steps_told(scene, quantisation),
        ),
    )


def _key_frames(scene: Scene, packets: PacketTrack) -> NDArray[np.bool_]:
    """Tell which decoded frames are key frames, by their times (n,)."""
    return np.asarray(np.isin(scene.pts, packets.pts[packets.key & packets.known]), dtype=np.bool_)


def _encoder(probe: Probe, packets: PacketTrack) -> str | None:
    """Return what encoder and container say of who wrote them."""
    stream = probe.streams[probe.video]
    tags = [
        f"{key}: {value}"
        for key, value in (*probe.tags, *stream.tags)
        if key.lower() in {"encoder", "writing_application", "software", "handler_name", "make"}
    ]
    words = [] if packets.encoder_words is None else [packets.encoder_words]
    return "; ".join([*words, *tags]) or None


def _bits_per_pixel(scene: Scene, packets: PacketTrack) -> float | None:
    pixels = scene.frames * scene.width_px * scene.height_px
    return float(packets.size_bytes.sum()) * 8.0 / pixels if packets.whole and pixels else None


def _length_s(scene: Scene) -> float:
    return scene.seconds(scene.frames - 1) + scene.frame_s


def _rate(scene: Scene) -> float | None:
    length_s = _length_s(scene)
    return scene.frames / length_s if length_s > 0.0 else None


def _traces(
    scene: Scene, probe: Probe, packets: PacketTrack, rules: CodingRules
) -> Iterator[Trace]:
    """Yield what speaks of coding after the recording, and what does not fit together."""
    words = (_encoder(probe, packets) or "").lower()
    if any(tag in words for tag in ("x264", "x265", *_LIBRARY_TAGS)) and not any(
        tag in words for tag in _PHONE_TAGS
    ):
        yield Trace(
            kind=TraceKind.SOFTWARE_ENCODER,
            words=f"A programme wrote the file, not a camera: {_encoder(probe, packets)}.",
            innocent="Platforms, messengers, converters and most editors write files so.",
        )
    if (scene.width_px, scene.height_px) in _LADDER_PX:
        yield Trace(
            kind=TraceKind.PLATFORM_SIZE,
            words=f"{scene.width_px} x {scene.height_px} px is a size to which platforms scale.",
            innocent="Some cameras and most screen recorders write this size too.",
        )
    yield from _declared(scene, probe, rules)
    groups = np.diff(np.flatnonzero(packets.key))
    if len(groups) >= rules.fewest_groups:
        half = len(groups) // 2
        means = float(groups[:half].mean()), float(groups[half:].mean())
        if max(means) >= rules.changed_spacing * min(means):
            yield Trace(
                kind=TraceKind.SPACING_CHANGES,
                words=(
                    f"Key frames stand {means[0]:.0f} frames apart in the first half of the file "
                    f"and {means[1]:.0f} in the second."
                ),
                innocent="Encoders set key frames where the picture changes much.",
            )
    if (~packets.known).any() or len(np.unique(packets.pts)) < len(packets.pts):
        yield Trace(
            kind=TraceKind.FAULTY_TIMES,
            words="Some frames have no time of their own, or share one.",
            innocent="Files that were cut or joined without coding, and damaged ones, are so.",
        )


def _steps_told(scene: Scene, quantisation: Quantisation | None) -> Iterator[Trace]:
    """Yield one trace for all changes of the level, with the first three by their times."""
    steps = () if quantisation is None else quantisation.steps
    if not steps:
        return
    told = "; ".join(
        f"at {scene.seconds(step.frame):.2f} s from {step.before:.1f} to {step.after:.1f}"
        for step in steps[:_STEPS_TOLD]
    )
    more = len(steps) - _STEPS_TOLD
    yield Trace(
        kind=TraceKind.QUANTISER_STEPS,
        words=(
            "With a key frame the file goes on to be coded more or less coarsely, as where files "
            f"are joined without coding them again (mean quantiser of P frames): {told}"
            f"{f', and {more} more' if more > 0 else ''}."
        ),
        innocent=(
            "An encoder that keeps to a bit rate, or a live stream that follows its connection, "
            "changes its level too, most of all where the scene changes."
        ),
    )


def _declared(scene: Scene, probe: Probe, rules: CodingRules) -> Iterator[Trace]:
    stream = probe.streams[probe.video]
    actual_s, rate = _length_s(scene), _rate(scene)
    if stream.duration_s is not None and rate is not None:
        allowed = max(rules.duration_share * actual_s, rules.duration_frames / rate)
        if abs(stream.duration_s - actual_s) > allowed:
            yield Trace(
                kind=TraceKind.DURATION_DIFFERS,
                words=(
                    f"The file declares {stream.duration_s:.2f} s of video; its frames last "
                    f"{actual_s:.2f} s."
                ),
                innocent="An edit list hides frames, or the file broke off.",
            )
    if stream.average_rate is not None and rate is not None:
        declared = float(stream.average_rate)
        if abs(declared - rate) > rules.rate_share * rate:
            yield Trace(
                kind=TraceKind.RATE_DIFFERS,
                words=f"The file declares {declared:.2f} frames a second; it has {rate:.2f}.",
                innocent="Telephones and screen recorders film at a varying rate.",
            )
