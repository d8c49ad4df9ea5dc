"""What frames show at working size: small changes and fine detail."""

import numpy as np
from numpy.typing import NDArray

from purport.scene._fine import FineChanges, FineColumns, measure_detail

Picture = NDArray[np.uint8]


def noisy(seed: int, sd: float = 4.0, side: int = 96) -> Picture:
    noise = np.random.default_rng(seed).normal(scale=sd, size=(side, side))
    return np.clip(128 + noise, 0, 255).round().astype(np.uint8)


def columns(pictures: list[Picture]) -> FineColumns:
    made, changes = FineColumns(), FineChanges()
    for picture in pictures:
        made.add(changes.add(picture), measure_detail(picture), "P", 26.0)
    return made


def test_a_repeated_frame_does_not_differ_and_a_new_one_does() -> None:
    fine = columns([noisy(1), noisy(1), noisy(2)]).finish()
    assert fine.step[:2].tolist() == [0.0, 0.0]
    assert fine.step[2] > 3.0


def test_a_blended_frame_lies_between_its_neighbours() -> None:
    one, other = noisy(1, 20.0), noisy(2, 20.0)
    blended = ((one.astype(np.uint16) + other) // 2).astype(np.uint8)
    fine = columns([one, blended, other, noisy(3, 20.0)]).finish()
    assert fine.bend[1] < 1.1
    assert fine.bend[2] > 10.0
    assert fine.bend[0] == fine.bend[3] == 0.0


def test_grain_grows_with_noise_and_not_with_a_slope() -> None:
    slope = np.tile(np.arange(96, dtype=np.uint8), (96, 1))
    assert measure_detail(slope).grain == 0.0
    assert measure_detail(noisy(1, 2.0)).grain < measure_detail(noisy(1, 6.0)).grain


def test_detail_is_measured_where_it_lies() -> None:
    picture = np.full((96, 96), 100, np.uint8)
    picture[:48, ::2] = 110
    tiles = measure_detail(picture).tiles
    assert tiles.shape == (32, 32)
    assert tiles[:15].min() >= 70
    assert tiles[17:].max() == 0


def test_what_is_finished_cannot_be_changed() -> None:
    fine = columns([noisy(1), noisy(2)]).finish()
    arrays = (fine.step, fine.bend, fine.grain, fine.picture_types, fine.quantiser)
    assert not any(array.flags.writeable for array in arrays)
    assert fine.quantiser.tolist() == [26.0, 26.0]
    assert fine.picture_types.tolist() == [b"P", b"P"]


def test_a_quantiser_that_is_not_told_is_not_a_number() -> None:
    made, picture = FineColumns(), noisy(1)
    made.add(FineChanges().add(picture), measure_detail(picture), "P", None)
    assert np.isnan(made.finish().quantiser).all()
