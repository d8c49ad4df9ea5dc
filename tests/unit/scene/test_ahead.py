"""Working ahead in a thread: order, errors and an early end."""

import threading
from collections.abc import Iterator

import pytest

from purport.scene.ahead import Ahead


def double(number: int) -> int:
    return 2 * number


def test_results_come_in_the_order_of_the_source() -> None:
    with Ahead(range(500), double) as coming:
        assert list(coming) == [2 * number for number in range(500)]


def test_error_of_the_source_comes_after_the_results_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with Ahead(failing(), double) as coming:
        assert next(coming) == 2
        with pytest.raises(OSError, match="gone"):
            next(coming)


def test_leaving_early_ends_the_thread_and_draws_little() -> None:
    drawn: list[int] = []

    def endless() -> Iterator[int]:
        number = 0
        while True:
            drawn.append(number)
            yield number
            number += 1

    before = threading.active_count()
    with Ahead(endless(), double) as coming:
        assert next(coming) == 0
    assert threading.active_count() == before
    assert len(drawn) < 20
