"""Laws of what is stored: it comes back equal, and equal records give equal text."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.claims import Slot, SlotAttr, Span
from purport.core.records import from_json
from purport.store.encoding import encode_record

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NUMBERS = st.floats(allow_nan=False)


@st.composite
def _slots(draw: st.DrawFn) -> Slot:
    low, high = sorted([draw(_NUMBERS), draw(_NUMBERS)])
    return Slot(
        attr=draw(st.sampled_from(SlotAttr)),
        span=Span(start=0, end=1, exact=draw(_TEXTS)),
        range=draw(st.sampled_from([None, (low, high)])),
        vague=draw(st.none() | _TEXTS),
        exclusive=draw(st.booleans()),
    )


@given(slot=_slots())
def test_encoding_and_reading_are_inverse(slot: Slot) -> None:
    """Law: reading what was encoded gives the record, to the last bit and the last character."""
    assert from_json(Slot, json.loads(encode_record(slot))) == slot


@given(slot=_slots())
def test_equal_records_have_equal_text(slot: Slot) -> None:
    """Law: encoding is a function of the record; a round trip changes no character of it."""
    text = encode_record(slot)
    assert encode_record(from_json(Slot, json.loads(text))) == text


def test_infinity_is_spelled_out() -> None:
    """JSON cannot say it, but sources state such bounds ("at least 20")."""
    assert encode_record({"a": [math.inf, -math.inf, 1.5]}) == '{"a":["Infinity","-Infinity",1.5]}'


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_record({"a": math.nan})
