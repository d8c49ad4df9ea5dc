"""Which part of a file a browser asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.web.byte_ranges import Slice, Unsatisfiable, read_range


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=10-", 10, 99),
        ("bytes=90-1000", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-1000", 0, 99),
        (" Bytes = 3 - 4 ", 3, 4),
    ],
)
def test_a_part(header: str, first: int, last: int) -> None:
    assert read_range(header, 100) == Slice(first=first, last=last)


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"],
)
def test_the_whole(header: str | None) -> None:
    assert read_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_behind_the_end(header: str) -> None:
    assert isinstance(read_range(header, 100), Unsatisfiable)


def test_of_nothing_no_part_can_be_had() -> None:
    assert isinstance(read_range("bytes=0-", 0), Unsatisfiable)


@given(header=st.text(max_size=40) | st.from_regex(r"bytes=\d{0,3}-\d{0,3}", fullmatch=True))
def test_a_part_lies_within(header: str) -> None:
    part = read_range(header, 50)
    if isinstance(part, Slice):
        assert 0 <= part.first <= part.last <= 49
        assert len(part) >= 1
