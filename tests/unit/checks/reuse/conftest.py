"""Small films with known truth: a camera that moves unsteadily over drawn ground."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Edit = Callable[[Pixels], Pixels]
Happening = Callable[[Pixels, float], None]

RATE = 12.5
SIZE = (320, 180)


def ground(seed: int) -> Pixels:
    """Draw ground with fields and houses (900, 900)."""
    random = np.random.default_rng(seed)
    made = cv2.resize(random.uniform(60, 190, (30, 30)).astype(np.float32), (900, 900))
    picture: Pixels = made.astype(np.uint8)
    for x, y, wide, high, tone in random.integers(
        (0, 0, 8, 8, 20), (890, 890, 34, 34, 240), (420, 5)
    ):
        cv2.rectangle(picture, (int(x), int(y)), (int(x + wide), int(y + high)), int(tone), -1)
    return picture


def flight(
    seed: int,
    seconds: float,
    *,
    path: int = 1,
    start_s: float = 0.0,
    still: bool = False,
    happening: Happening | None = None,
) -> list[Pixels]:
    """Film the ground `seed` on the flight `path`, and what happens on it."""
    bare, drawn = ground(seed), np.random.default_rng([path, 77]).uniform(-1, 1, 8)
    frames = []
    for number in range(round(seconds * RATE)):
        t = start_s if still else start_s + number / RATE
        below = bare.copy()
        if happening is not None:
            happening(below, start_s + number / RATE)
        turn = 0.3 * drawn[0] + 0.03 * drawn[1] * t
        x = 450 + 60 * drawn[2] + 9 * drawn[3] * t + 6 * np.sin(1.3 * t + 3 * drawn[4])
        y = 450 + 60 * drawn[5] + 9 * drawn[6] * t + 6 * np.sin(1.7 * t + 3 * drawn[7])
        matrix = np.array([[np.cos(turn), -np.sin(turn), x], [np.sin(turn), np.cos(turn), y]])
        matrix[:, 2] -= matrix[:, :2] @ [SIZE[0] / 2, SIZE[1] / 2]
        seen = cv2.warpAffine(below, matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        grain = np.random.default_rng([path, number, 5]).normal(0, 2, seen.shape)
        frame = np.clip(seen + grain, 0, 255).astype(np.uint8)
        cv2.putText(frame, "SYNTHETIC", (4, 174), cv2.FONT_HERSHEY_SIMPLEX, 0.35, 255, 1)
        cv2.line(frame, (150, 90), (170, 90), 255, 1)
        cv2.line(frame, (160, 80), (160, 100), 255, 1)
        frames.append(frame)
    return frames


def write(path: Path, frames: list[Pixels], *, rate: float = RATE) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(100))
        stream.height, stream.width = (2 * (side // 2) for side in frames[0].shape)
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "24", "threads": "1"}
        for frame in frames:
            even = np.ascontiguousarray(frame[: stream.height, : stream.width])
            picture = av.VideoFrame.from_ndarray(even, format="gray").reformat(format="yuv420p")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def traffic(seed: int) -> Happening:
    """Return five vehicles that drive about the middle of the ground, each its own way."""
    drawn = np.random.default_rng([seed, 6]).uniform(-1, 1, (5, 4))

    def drive(below: Pixels, t: float) -> None:
        for x, y, turn, speed in drawn:
            way = np.array([np.cos(np.pi * turn), np.sin(np.pi * turn)])
            at = np.array([450 + 90 * x, 450 + 45 * y]) + way * (12 + 6 * speed) * (t - 5.0)
            side = np.array([-way[1], way[0]])
            corners = [at + a * 7 * way + b * 4 * side for a, b in ((1, 1), (1, -1), (-1, -1))]
            corners.append(at - 7 * way + 4 * side)
            cv2.fillConvexPoly(below, np.round(corners).astype(np.int32), 250)

    return drive


def burst(seed: int, at_s: float) -> Happening:
    """Return a cloud over the middle of the ground from a moment on."""
    puffs = np.random.default_rng([seed, 8]).normal(0, 1, (12, 3))

    def grow(below: Pixels, t: float) -> None:
        age_s = t - at_s
        if age_s > 0:
            grown = 18 * (1 - np.exp(-age_s / 1.5))
            for dx, dy, tone in puffs:
                place = (round(450 + dx * grown * 0.6), round(450 + dy * grown * 0.6))
                cv2.circle(below, place, max(round(grown * 0.4), 1), int(235 + 8 * tone), -1)

    return grow


@pytest.fixture(scope="session")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make films of one ground by two cameras, at one moment and on other days; 9 s each."""
    folder = tmp_path_factory.mktemp("views")
    made = {
        "one": flight(1, 9.0, path=8, happening=traffic(1)),
        "two": flight(1, 9.0, path=10, start_s=1.6, happening=traffic(1)),
        "negative": [
            255 - frame for frame in flight(1, 9.0, path=10, start_s=1.6, happening=traffic(1))
        ],
        "day_after": flight(1, 9.0, path=10, happening=traffic(2)),
        "strike": flight(1, 9.0, path=8, happening=burst(1, 4.0)),
        "second_strike": flight(1, 9.0, path=10, happening=burst(2, 3.0)),
        "nothing": flight(1, 9.0, path=10),
        "elsewhere": flight(2, 9.0, path=10, happening=traffic(1)),
    }
    return {name: write(folder / f"{name}.mp4", frames) for name, frames in made.items()}


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make films: `whole` (9 s), what was made of it, and others."""
    folder = tmp_path_factory.mktemp("films")
    whole = flight(1, 9.0)
    part = whole[38:100]  # 3.04 to 8 s
    beside = flight(9, 5.0, path=9)
    inset = []
    for frame, around in zip(part, beside, strict=False):
        made = cv2.resize(around, (640, 360))
        made[40:220, 300:620] = frame
        inset.append(made)
    boxed = [cv2.copyMakeBorder(frame, 24, 24, 0, 0, cv2.BORDER_CONSTANT) for frame in part]
    logo = [frame.copy() for frame in part]
    for frame in logo:
        frame[10:40, 250:310] = 230
    made = {
        "whole": whole,
        "part": part,
        "mirrored": [np.ascontiguousarray(frame[:, ::-1]) for frame in part],
        "negative": [255 - frame for frame in part],
        "cropped": [frame[:140, 66:] for frame in part],
        "fast": part[::2],
        "inset": inset,
        "boxed": boxed,
        "logo": logo,
        "embedded": [*beside[:30], *part, *beside[30:]],
        "other_flight": flight(1, 5.0, path=2),
        "again": flight(1, 5.0, start_s=40.0),
        "elsewhere": flight(2, 5.0, path=3),
        "still": flight(1, 4.0, still=True),
        "still_again": flight(1, 4.0, path=1, start_s=0.0, still=True)[::-1],
        "black": [np.full(SIZE[::-1], 16, np.uint8)] * 60,
    }
    return {name: write(folder / f"{name}.mp4", frames) for name, frames in made.items()}
