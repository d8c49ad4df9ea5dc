"""What readers may play of footage: stretches, no sound, no metadata, and veiled nothing to see."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.media import probe_media, write_film

RATE = 10
FRAMES = 40
TOLD = "Uploaded by Amal"


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """Four seconds of a fine coloured texture, brighter second by second, with sound and words."""
    path = tmp_path / "footage.mp4"
    checks = (np.indices((240, 320)).sum(axis=0) // 2 % 2).astype(np.uint8)
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update({"title": TOLD, "location": "+36.2012+037.1343/"})
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        sound = container.add_stream("aac", rate=16_000)
        sound.layout = "mono"
        for index in range(FRAMES):
            level = 60 + 40 * (index // RATE)
            picture = np.stack([checks * level, checks * level // 3, 40 + checks * 0], axis=2)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        noise = np.random.default_rng(1).normal(0, 0.1, (1, 16_000)).astype(np.float32)
        said = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
        said.sample_rate = 16_000
        container.mux(sound.encode(said))
        container.mux(sound.encode(None))
    return path


def film(footage: Path, *, veiled: bool, stretches: list[tuple[float, float]]) -> Path:
    made = footage.with_name("film.mp4")
    write_film(footage, made, probe=probe_media(footage), veiled=veiled, stretches_s=stretches)
    return made


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [one.to_ndarray(format="rgb24") for one in container.decode(video=0)]


def detail(picture: NDArray[np.uint8]) -> float:
    """How much neighbouring pixels differ, in grey values."""
    grey = picture.mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def test_a_veiled_film_is_grey_and_blurred(footage: Path) -> None:
    seen = pictures(film(footage, veiled=True, stretches=[(0.0, 4.0)]))
    assert len(seen) == FRAMES
    plain = pictures(footage)
    for before, after in zip(plain, seen, strict=True):
        assert int(np.ptp(after.astype(int), axis=2).max()) <= 3
        assert detail(before) > 20
        assert detail(after) < 1
    # it is still a film: it gets brighter
    assert seen[-1].mean() > seen[0].mean() + 10


def test_no_frame_of_a_veiled_film_holds_more_than_its_cells(footage: Path) -> None:
    (first, *_) = pictures(film(footage, veiled=True, stretches=[(0.0, 1.0)]))
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(first.mean(axis=2))))
    rows, columns = spectrum.shape
    spectrum[rows // 2 - 24 : rows // 2 + 25, columns // 2 - 24 : columns // 2 + 25] = 0
    assert spectrum.max() / first.size < 0.5  # grey values


@pytest.mark.parametrize("veiled", [True, False])
def test_it_has_no_sound_and_says_nothing_of_its_source(footage: Path, *, veiled: bool) -> None:
    made = film(footage, veiled=veiled, stretches=[(0.0, 4.0)])
    with av.open(str(made)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
        assert set(container.streams[0].metadata) <= {"language", "handler_name", "vendor_id"}
    content = made.read_bytes()
    for secret in (TOLD.encode(), b"36.2012", b"Lavf", b"x264"):
        assert secret not in content


def test_a_clear_film_is_clear_and_small(footage: Path) -> None:
    seen = pictures(film(footage, veiled=False, stretches=[(0.0, 4.0)]))
    assert detail(seen[0]) > 10
    assert int(np.ptp(seen[0].astype(int), axis=2).max()) > 20


def test_only_the_stretches_are_kept_one_after_the_other(footage: Path) -> None:
    made = film(footage, veiled=False, stretches=[(1.0, 1.45), (3.0, 3.45)])
    seen = pictures(made)
    assert len(seen) == 10
    plain = pictures(footage)
    for place, index in enumerate([*range(10, 15), *range(30, 35)]):
        assert abs(seen[place].mean() - plain[index].mean()) < 3
    with av.open(str(made)) as container:
        base = container.streams.video[0].time_base
        assert base is not None
        times = [frame.pts * base for frame in container.decode(video=0) if frame.pts is not None]
    assert times[0] == 0
    assert all(Fraction(5, 100) < b - a < Fraction(15, 100) for a, b in pairwise(times))


def test_stretches_without_a_frame_are_refused(footage: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="no frame"):
        film(footage, veiled=True, stretches=[(9.0, 10.0)])
