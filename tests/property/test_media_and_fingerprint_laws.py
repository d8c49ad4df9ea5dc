"""Laws of presentation times, truncation, fingerprints and shared stretches."""

import tempfile
from pathlib import Path

import av
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from purport.media._decoding import _Clock
from purport.media._extent import is_truncated
from purport.media._planes import display_geometry
from purport.scene.fingerprints import fingerprint

stamps = st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=40)


@given(times=stamps, usual=st.integers(0, 1000))
def test_presentation_times_always_increase(times: list[int | None], usual: int) -> None:
    """Law: whatever the stream says, frame n + 1 is shown after frame n."""
    clock = _Clock(tell=lambda *_: None, second=1000, usual=usual)
    given_times = []
    for index, time in enumerate(times):
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts = time
        given_times.append(clock.stamp(frame, index)[0])
    assert all(np.diff(given_times) > 0)


@given(times=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40, unique=True))
def test_good_presentation_times_are_left_alone(times: list[int]) -> None:
    """Law: increasing times are neither changed nor complained about."""
    told: list[str] = []
    clock = _Clock(tell=lambda kind, *_: told.append(kind), second=1000, usual=40)
    for index, time in enumerate(sorted(times)):
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts = time
        assert clock.stamp(frame, index)[0] == time
    assert told == []


@given(
    width=st.integers(1, 4000),
    height=st.integers(1, 4000),
    aspect=st.one_of(st.none(), st.fractions(min_value="1/4", max_value=4, max_denominator=99)),
    quarter=st.integers(0, 3),
)
def test_the_display_picture_is_never_smaller(
    width: int, height: int, aspect: object, quarter: int
) -> None:
    """Law: making pixels square only enlarges; two half turns give the size back."""
    geometry = display_geometry(
        width,
        height,
        pixel_aspect=aspect,  # type: ignore[arg-type]
        rotation_deg=90 * quarter,
    )
    shown = sorted(geometry.display_size_px)
    assert shown[0] >= min(width, height)
    assert shown[1] >= max(width, height)


@given(content=st.binary(max_size=200), head=st.sampled_from([b"", b"\x1a\x45\xdf\xa3", b"RIFF"]))
def test_any_bytes_are_judged_without_a_fault(content: bytes, head: bytes) -> None:
    """Law: rubbish is whole or truncated, never an exception."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(head + content)
        assert is_truncated(path) in {True, False}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), gain=st.floats(0.5, 1.0), offset=st.floats(0.0, 20.0))
def test_fingerprints_ignore_gain_and_offset(seed: int, gain: float, offset: float) -> None:
    """Law: a·x + b has the fingerprint of x, up to rounding."""
    random = np.random.default_rng(seed)
    picture = random.integers(0, 236, (1, 64, 64), dtype=np.uint8)
    changed = (gain * picture + offset).round().astype(np.uint8)
    bits, _ = fingerprint(picture)
    other, _ = fingerprint(changed)
    assert int(np.bitwise_count(bits ^ other).sum()) <= 12
