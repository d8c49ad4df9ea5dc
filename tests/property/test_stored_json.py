"""What is stored is read back as it was written, whole or without its numbers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.digests import Digest, canonical_json
from purport.core.findings import Derivation, Finding
from purport.core.records import from_json
from purport.store import Outcome
from purport.store.encoding import decode_body, decode_without_numbers, encode_record

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    LEAVES | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(VALUES)
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:  # noqa: ANN401
    body = canonical_json(value)
    read, expected = decode_body(body), json.loads(body)
    assert read == expected
    assert json.dumps(read, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_half_a_surrogate_pair_is_read_too() -> None:
    assert decode_body(r'{"a": "\ud800"}') == {"a": "\ud800"}


@pytest.mark.parametrize("broken", ["", "{", '{"a": 1', "[1, 2", "nothing"])
def test_what_is_no_json_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_body(broken)


@given(st.lists(st.tuples(st.text(), OBJECTS, OBJECTS, st.integers() | st.none()), max_size=3))
def test_findings_without_numbers_keep_all_the_rest(
    said: list[tuple[str, dict[str, Any], dict[str, Any], int | None]],
) -> None:
    outcome = Outcome(
        item=Digest("a" * 64),
        check="place",
        version="1",
        parameters=Digest("b" * 64),
        inputs=Digest("c" * 64),
        findings=tuple(_finding(*one) for one in said),
    )
    brief = from_json(Outcome, decode_without_numbers(encode_record(outcome)))
    nothing = Derivation(inputs=(), parameters={}, libraries=())
    assert [one.reason for one in brief.findings] == [reason for reason, *_ in said]
    assert all(one.values == {} and one.derivation == nothing for one in brief.findings)
    assert (brief.item, brief.check, brief.parameters) == ("a" * 64, "place", "b" * 64)
    whole = from_json(Outcome, decode_body(encode_record(outcome)))
    assert whole == from_json(Outcome, json.loads(encode_record(outcome)))


def _finding(
    reason: str, values: dict[str, Any], parameters: dict[str, Any], seed: int | None
) -> Finding:
    return Finding(
        id="f0",
        check="place",
        version="1",
        item=Digest("a" * 64),
        answer="cannot_tell",
        reason=reason,
        values=values,
        limits=(reason,),
        derivation=Derivation(inputs=(), parameters=parameters, libraries=(), seed=seed),
    )
