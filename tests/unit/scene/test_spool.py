"""Pictures on disk by place."""

import numpy as np
import pytest

from purport.scene._spool import Spool


def test_pictures_come_back_and_cannot_be_written() -> None:
    spool = Spool((3, 5))
    pictures = [np.full((3, 5), level, dtype=np.uint8) for level in (7, 8, 9)]
    places = [spool.put(picture) for picture in pictures]
    assert np.array_equal(spool.mapped(), np.stack(pictures))
    (last,) = spool.select(places[2:])
    assert np.array_equal(last, pictures[2])
    with pytest.raises(ValueError, match="read-only"):
        last[0, 0] = 1


def test_a_place_given_back_is_used_again() -> None:
    spool = Spool((2, 2))
    first = spool.put(np.zeros((2, 2), dtype=np.uint8))
    spool.put(np.ones((2, 2), dtype=np.uint8))
    spool.give_back(first)
    assert spool.put(np.full((2, 2), 5, dtype=np.uint8)) == first
    assert spool.mapped()[:, 0, 0].tolist() == [5, 1]


def test_nothing_is_an_empty_array() -> None:
    assert Spool((4, 6)).mapped().shape == (0, 4, 6)
