from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.casefile import CustodyEvent
from purport.core.digests import digest_bytes
from purport.core.errors import BrokenChainError
from purport.vault import GENESIS, EventDraft, next_event, verify_chain

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def draft(agent: str = "a", kind: str = "collected") -> EventDraft:
    return EventDraft(
        kind=kind,
        agent=agent,
        tool_version="purport 0",
        occurred_utc=NOON,
        subject=digest_bytes(agent.encode()),
        details={"n": 1},
    )


def chain(length: int) -> list[CustodyEvent]:
    events: list[CustodyEvent] = []
    for number in range(length):
        events.append(next_event(events[-1] if events else None, draft(agent=f"a{number}")))
    return events


def test_first_event_follows_sixty_four_zeros() -> None:
    event = next_event(None, draft())
    assert (event.sequence, event.previous) == (0, GENESIS)
    assert GENESIS == "0" * 64


def test_each_event_holds_the_digest_of_the_one_before() -> None:
    first, second = chain(2)
    assert second.previous == first.digest
    assert second.sequence == 1


def test_whole_chain_verifies_to_its_head() -> None:
    events = chain(4)
    assert verify_chain(events) == events[-1].digest
    assert verify_chain([]) == GENESIS


@pytest.mark.parametrize(
    "change",
    [
        {"agent": "forger"},
        {"kind": "verified"},
        {"subject": None},
        {"tool_version": "purport 9"},
        {"occurred_utc": datetime(2025, 1, 1, tzinfo=UTC)},
        {"details": {"n": 2}},
        {"digest": digest_bytes(b"x")},
    ],
)
def test_altered_event_is_named(change: dict[str, object]) -> None:
    events = chain(3)
    events[1] = replace(events[1], **change)  # type: ignore[arg-type]  # any field
    with pytest.raises(BrokenChainError, match="custody event 1: was altered"):
        verify_chain(events)


def test_removed_event_is_named() -> None:
    events = chain(3)
    del events[1]
    with pytest.raises(BrokenChainError, match=r"custody event 1: is missing .* event 2 stands"):
        verify_chain(events)


def test_renumbered_removal_is_named() -> None:
    events = chain(3)
    events[1:] = [replace(events[2], sequence=1)]
    with pytest.raises(BrokenChainError, match="custody event 1: follows"):
        verify_chain(events)


def test_event_replaced_with_a_new_digest_breaks_the_next() -> None:
    events = chain(3)
    events[1] = next_event(events[0], draft(agent="forger"))
    with pytest.raises(BrokenChainError, match="custody event 2: follows"):
        verify_chain(events)


def test_instant_without_zone_is_refused() -> None:
    naive = replace(draft(), occurred_utc=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no time zone"):
        next_event(None, naive)


@given(length=st.integers(2, 8), data=st.data())
def test_any_reordering_is_caught(length: int, data: st.DataObject) -> None:
    """A chain verifies in its own order and in no other."""
    events = chain(length)
    order = data.draw(st.permutations(range(length)))
    shuffled = [events[place] for place in order]
    if list(order) == sorted(order):
        assert verify_chain(shuffled) == events[-1].digest
    else:
        with pytest.raises(BrokenChainError):
            verify_chain(shuffled)
