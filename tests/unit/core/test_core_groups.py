"""Names of armed groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.groups import NAMED_GROUPS, canonical_group


@pytest.mark.parametrize(
    "name", ["ISIS", "Isil", "IS", "Daesh", "داعش", "ИГИЛ", "the Islamic State", " Da’esh "]
)
def test_names_of_one_group_have_one_canonical_name(name: str) -> None:
    assert canonical_group(name) == "isis"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("JAN", "jabhat al-nusra"),
        ("People’s Protection Units", "ypg"),
        ("Al‑Qaida", "al-qaeda"),
        ("Hizbullah", "hezbollah"),
        ("The Harbour  Front", "harbour front"),
    ],
)
def test_lists_are_read_in_any_case_and_typography(name: str, group: str) -> None:
    assert canonical_group(name) == group


@given(st.text())
def test_law_canonical_is_idempotent(name: str) -> None:
    """Law: the canonical name of a canonical name is itself."""
    once = canonical_group(name)
    assert canonical_group(once) == once


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what it is is not clear", []),
        ("bombed IS and Is", ["IS"]),
        ("the islamic state group", ["islamic state group"]),
        ("People’s Protection Units", ["People’s Protection Units"]),
        ("on 5 Jan in JAN", []),
    ],
)
def test_running_text_tells_abbreviations_by_their_capitals(text: str, found: list[str]) -> None:
    assert [match.group() for match in NAMED_GROUPS.finditer(text)] == found


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("da’esh", "isis"),
        ("Nusra Front", "jabhat al-nusra"),
        ("al-Qa’ida", "al-qaeda"),
        ("Hizbollah", "hezbollah"),
        ("Free Syrian Army", "fsa"),
    ],
)
def test_what_running_text_names_is_compared_under_the_same_table(name: str, group: str) -> None:
    assert NAMED_GROUPS.fullmatch(name)
    assert canonical_group(name) == group
