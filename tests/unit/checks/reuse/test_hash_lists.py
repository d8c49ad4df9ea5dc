"""Lists of PDQ hashes: read as they are written elsewhere, and refused when they are not that."""

import numpy as np
import pytest

from purport.checks.reuse import format_hash, parse_hash_list
from purport.core.errors import InputError

HASH = "4cd946d9673cb325b92be90b0bdacad377a6102dbf6986d4cc956ce40034bd52"
"""A hash as vPDQ's own test data write it (facebook/ThreatExchange, BSD-3)."""


def test_a_hash_is_written_as_it_was_read() -> None:
    known = parse_hash_list(HASH, name="one")
    assert format_hash(known.bits[0]) == HASH
    assert known.seconds is None


def test_the_last_bit_of_the_text_is_the_first_of_ours() -> None:
    known = parse_hash_list("0" * 63 + "1", name="one")
    assert np.unpackbits(known.bits.view(np.uint8)).argmax() == 0


def test_vpdq_lines_give_their_seconds_and_poor_ones_are_left_out() -> None:
    text = f"# a note\n0,100,{HASH},0.000\n1,49,{HASH},0.033\n\n2,50,{HASH},0.067\n"
    known = parse_hash_list(text, name="list")
    assert known.seconds is not None
    assert known.seconds.tolist() == [0.0, 0.067]


def test_plain_lists_may_give_quality() -> None:
    assert len(parse_hash_list(f"{HASH},100\n{HASH},3\n{HASH}\n", name="list").bits) == 2


@pytest.mark.parametrize("text", ["", "# nothing\n", f"0,10,{HASH},0.0\n"])
def test_a_list_without_a_usable_hash_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no hash of usable quality"):
        parse_hash_list(text, name="list")


def test_lines_that_hold_no_hash_are_named() -> None:
    with pytest.raises(InputError, match="in 2 lines, first in 2, 3"):
        parse_hash_list(f"{HASH}\nnot a hash\n{HASH[:-1]}\n", name="list")
