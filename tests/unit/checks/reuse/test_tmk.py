"""TMK files: read exactly, compared by both levels, refused when they are not whole."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import iv

from purport.checks.reuse import VideoPrint, find_near, parse_tmk
from purport.checks.reuse._borders import Box
from purport.checks.reuse.tmk import TmkHash, compare_with_tmk, hash_print, is_tmk, level_1, level_2
from purport.core.errors import InputError
from purport.scene.fingerprints import fingerprint, frequencies

RATE = 15
PERIODS = (271, 439)
COUNT = 8
SECONDS = 12.0


def coefficients() -> NDArray[np.float32]:
    """Poullot's weights (beta 32), as TMK uses them."""
    beta = 32.0
    weights = [(iv(0, beta) - np.exp(-beta)) / (2 * np.sinh(beta))]
    weights += [iv(j, beta) / np.sinh(beta) for j in range(1, COUNT)]
    return np.array(weights, dtype=np.float32)


def wander(seed: int, times_s: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Draw pictures that change smoothly (n, 64, 64)."""
    random = np.random.default_rng(seed)
    knots = random.uniform(30, 220, (int(SECONDS) + 2, 16, 16))
    whole = np.minimum(times_s.astype(int), len(knots) - 2)
    part = (times_s - whole)[:, None, None]
    mixed = knots[whole] * (1 - part) + knots[whole + 1] * part
    return np.kron(mixed, np.ones((4, 4))).astype(np.uint8)


def printed(pictures: NDArray[np.uint8], times_s: NDArray[np.float64]) -> VideoPrint:
    bits, structure = fingerprint(pictures)
    return VideoPrint(
        aspect=0.5625,
        box=Box(),
        length_s=float(times_s[-1] + np.diff(times_s)[-1]),
        times_s=times_s,
        thumbnails=pictures,
        bits=bits,
        structure=structure,
        keys=np.zeros(0, np.int64),
        features=(),
    )


def by_definition(pictures: NDArray[np.uint8]) -> bytes:
    """Write the TMK file of frames at 15 a second, sum by sum, as its publishers describe it."""
    features = frequencies(pictures)
    weights = coefficients()
    sums = np.zeros((2, len(PERIODS), COUNT, 256))
    for t, feature in enumerate(features):
        unit = feature / np.linalg.norm(feature)
        for i, period in enumerate(PERIODS):
            for j in range(COUNT):
                sums[0, i, j] += unit * np.cos(2 * np.pi * j * t / period)
                sums[1, i, j] += unit * np.sin(2 * np.pi * j * t / period)
    sums /= np.maximum(np.linalg.norm(sums, axis=3, keepdims=True), 1e-300)
    sums *= np.sqrt(weights)[None, None, :, None]
    head = struct.pack(
        "<8s4s5i", b"TMK1FVEC", b"PDQF", RATE, len(PERIODS), COUNT, 256, len(features)
    )
    numbers = (weights, features.mean(axis=0), sums)
    told = b"".join(np.asarray(part, "<f4").tobytes() for part in numbers)
    return head + np.asarray(PERIODS, "<i4").tobytes() + told


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint8]:
    return wander(1, np.arange(int(SECONDS * RATE)) / RATE)


@pytest.fixture(scope="module")
def content(frames: NDArray[np.uint8]) -> bytes:
    return by_definition(frames)


@pytest.fixture(scope="module")
def known(content: bytes) -> TmkHash:
    return parse_tmk(content, name="a.tmk")


def test_what_a_file_holds_is_read(known: TmkHash, frames: NDArray[np.uint8]) -> None:
    assert (known.rate, known.frames, known.periods.tolist()) == (15, len(frames), [*PERIODS])
    assert np.allclose(known.average, frequencies(frames).mean(axis=0), rtol=1e-5, atol=1e-3)
    lengths = np.linalg.norm(known.cosines, axis=2)
    assert np.allclose(lengths, np.sqrt(known.coefficients), rtol=1e-5)


def test_every_frame_printed_gives_the_same_hash(known: TmkHash, frames: NDArray[np.uint8]) -> None:
    mine = hash_print(printed(frames, np.arange(len(frames)) / RATE), like=known)
    assert mine.frames == known.frames
    assert np.allclose(mine.average, known.average, rtol=1e-5, atol=1e-3)
    assert np.allclose(mine.cosines, known.cosines, atol=1e-5)
    assert np.allclose(mine.sines, known.sines, atol=1e-5)


def test_a_print_at_five_samples_a_second_is_recognised(known: TmkHash) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    match = compare_with_tmk(printed(wander(1, times_s), times_s), known)
    assert match.level_1 > 0.99
    assert match.level_2 > 0.99
    assert match.is_near


def test_another_video_is_not(known: TmkHash) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    match = compare_with_tmk(printed(wander(2, times_s), times_s), known)
    assert max(match.level_1, match.level_2) < 0.6
    assert not match.is_near


def test_the_other_order_is_told_by_the_second_level_alone(known: TmkHash) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    backwards = printed(np.ascontiguousarray(wander(1, times_s)[::-1]), times_s)
    match = compare_with_tmk(backwards, known)
    assert match.level_1 > 0.99
    assert match.level_2 < 0.9


def test_levels_are_one_for_a_video_with_itself_and_the_same_both_ways(known: TmkHash) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    other = hash_print(printed(wander(2, times_s), times_s), like=known)
    assert level_1(known, known) == pytest.approx(1.0, abs=1e-6)
    assert level_2(known, known) == pytest.approx(1.0, abs=1e-5)
    assert level_1(known, other) == pytest.approx(level_1(other, known), abs=1e-6)
    assert level_2(known, other) == pytest.approx(level_2(other, known), abs=1e-6)


def test_the_best_lag_is_that_of_the_sum_written_out(known: TmkHash) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    other = hash_print(printed(wander(2, times_s), times_s), like=known)
    best = 0.0
    for i, period in enumerate(PERIODS):
        for lag in range(period):
            told = 0.0
            for j in range(COUNT):
                c, s, d, t = (
                    one[i, j].astype(float)
                    for one in (known.cosines, known.sines, other.cosines, other.sines)
                )
                turn = 2 * np.pi * j * lag / period
                told += np.cos(turn) * (c @ d + s @ t) + np.sin(turn) * (s @ d - c @ t)
            best = max(best, told)
    whole = float(known.coefficients[0] + 2 * known.coefficients[1:].sum())
    assert level_2(known, other) == pytest.approx(best / whole, abs=1e-6)


def with_head(content: bytes, **other: object) -> bytes:
    names = ("magic", "algorithm", "rate", "periods", "coefficients", "dimension", "frames")
    told = dict(zip(names, struct.unpack_from("<8s4s5i", content), strict=True)) | other
    return struct.pack("<8s4s5i", *(told[name] for name in names)) + content[32:]


@pytest.mark.parametrize(
    "other",
    [
        {"magic": b"TMK1FEAT"},
        {"algorithm": b"CNNF"},
        {"rate": 0},
        {"rate": 10**6},
        {"periods": 0},
        {"periods": -1},
        {"periods": 2**31 - 1},
        {"coefficients": 0},
        {"coefficients": 2**31 - 1},
        {"dimension": 128},
        {"frames": 0},
    ],
    ids=str,
)
def test_an_impossible_head_is_refused(content: bytes, other: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"a\.tmk"):
        parse_tmk(with_head(content, **other), name="a.tmk")


def test_a_file_that_is_not_whole_is_refused_wherever_it_ends(content: bytes) -> None:
    ends = (0, 4, 31, 32, 40, 100, len(content) - 1)
    for end in ends:
        with pytest.raises(InputError, match=r"a\.tmk"):
            parse_tmk(content[:end], name="a.tmk")
    with pytest.raises(InputError, match="expected"):
        parse_tmk(content + b"\0", name="a.tmk")
    assert all(one < other for one, other in pairwise(ends))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_cannot_be_are_refused(content: bytes, number: float) -> None:
    spoilt = content[:-4] + np.array([number], "<f4").tobytes()
    with pytest.raises(InputError, match="numbers"):
        parse_tmk(spoilt, name="a.tmk")


@pytest.mark.parametrize("period", [0, -5, 10**9])
def test_impossible_periods_are_refused(content: bytes, period: int) -> None:
    spoilt = content[:32] + np.array([period], "<i4").tobytes() + content[36:]
    with pytest.raises(InputError, match="periods"):
        parse_tmk(spoilt, name="a.tmk")


def test_a_tmk_file_is_told_by_how_it_begins(content: bytes) -> None:
    assert is_tmk(content)
    assert not is_tmk(b"0123456789abcdef" * 4)
    assert not is_tmk(b"")


def test_a_black_video_is_like_nothing(known: TmkHash) -> None:
    times_s = np.arange(10) / 5
    match = compare_with_tmk(printed(np.zeros((10, 64, 64), np.uint8), times_s), known)
    assert (match.level_1, match.level_2, match.is_near) == (0.0, 0.0, False)


def test_near_hashes_are_found_among_others_of_other_weights(
    known: TmkHash, content: bytes
) -> None:
    times_s = np.arange(int(SECONDS * 5)) / 5
    asking = printed(wander(1, times_s), times_s)
    other = hash_print(printed(wander(2, times_s), times_s), like=known)
    slower = parse_tmk(with_head(content, rate=14), name="slower")
    near = find_near(asking, [("a", known), ("b", other), ("c", slower)])
    assert [name for name, _ in near] == ["a", "c"]
    assert near[0][1] == compare_with_tmk(asking, known)
