"""What every store promises, whatever the database."""

# ruff: noqa: S608 - the statements are the test's own

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connections, transaction

from purport.core.case import ItemRecord
from purport.core.casefile import CustodyEvent, Fault
from purport.core.claims import Claim, Part, QuoteType, Slot, SlotAttr, Span
from purport.core.corrections import ClaimCorrection, CorrectionAct, PersonLink
from purport.core.digests import Digest, digest_bytes
from purport.core.errors import BrokenChainError, ConflictError, InputError
from purport.core.findings import Derivation, Finding
from purport.store import Entry, Outcome, Setting, Store, open_store
from purport.vault import EventDraft

ONE = digest_bytes(b"one")
TWO = digest_bytes(b"two")


def draft(kind: str = "recorded") -> EventDraft:
    return EventDraft(
        kind=kind,
        agent="tester",
        tool_version="purport 0",
        occurred_utc=datetime(2026, 1, 1, tzinfo=UTC),
    )


def item(digest: Digest = ONE, *, url: str | None = None) -> ItemRecord:
    return ItemRecord(digest=digest, name="a.mp4", size_bytes=3, url=url)


def outcome(*, inputs: Digest = ONE, value: float = 1.0) -> Outcome:
    finding = Finding(
        id="f1",
        check="edits",
        version="1",
        item=ONE,
        answer="none",
        reason="nothing was found",
        values={"x": value, "nested": [{"small": 1e-300, "large": 1e22, "none": None}]},
        limits=("none",),
        derivation=Derivation(inputs=(("media", ONE),), parameters={"a": 1}, libraries=()),
    )
    return Outcome(
        item=ONE, check="edits", version="1", parameters=ONE, inputs=inputs, findings=(finding,)
    )


def test_what_was_stored_comes_back_equal(store: Store) -> None:
    store.append([Entry(record=item()), Entry(record=outcome())], draft())
    assert [stored.record for stored in store.live(ItemRecord)] == [item()]
    assert [stored.record for stored in store.live(Outcome)] == [outcome()]


def test_correction_supersedes_and_keeps_its_place(store: Store) -> None:
    store.append([Entry(record=item(ONE)), Entry(record=item(TWO))], draft())
    store.append([Entry(record=item(ONE, url="https://example.org"))], draft())
    live = [stored.record for stored in store.live(ItemRecord)]
    assert live == [item(ONE, url="https://example.org"), item(TWO)]
    assert store.verify() == 3


def test_the_same_again_changes_nothing(store: Store) -> None:
    assert store.append([Entry(record=item())], draft()) == 1
    assert store.append([Entry(record=item())], draft()) == 0
    assert len(store.custody()) == 1


def test_event_without_records_is_appended(store: Store) -> None:
    store.append([], draft("verified"))
    assert [event.kind for event in store.custody()] == ["verified"]


def test_withdrawn_record_is_live_no_more_and_may_return(store: Store) -> None:
    store.append([Entry(record=item())], draft())
    store.append([Entry(record=item(), withdrawn=True)], draft())
    assert store.live(ItemRecord) == ()
    store.append([Entry(record=item())], draft())
    assert [stored.record for stored in store.live(ItemRecord)] == [item()]
    assert store.verify() == 3


def test_withdrawing_what_was_never_stored_changes_nothing(store: Store) -> None:
    assert store.append([Entry(record=item(), withdrawn=True)], draft()) == 0


def test_superseded_outcomes_are_found_by_their_check(store: Store) -> None:
    first, second = outcome(inputs=ONE), outcome(inputs=TWO, value=2.0)
    store.append([Entry(record=first)], draft())
    store.append([Entry(record=second)], draft())
    assert store.outcomes((ONE, "edits"), version="1", parameters=ONE) == (second, first)
    assert store.outcomes((ONE, "edits"), version="2", parameters=ONE) == ()
    assert store.outcomes((TWO, "edits"), version="1", parameters=ONE) == ()


def test_infinite_ends_of_ranges_come_back(store: Store) -> None:
    span = Span(start=0, end=1, exact="x")
    slot = Slot(attr=SlotAttr.STRIKE_COUNT, span=span, range=(20.0, math.inf))
    claim = Claim(
        id="c1",
        document=ONE,
        claimant="A",
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(span,),
        cue=(),
        content=(span,),
        slots=(slot,),
    )
    store.append([Entry(record=claim)], draft())
    assert store.live(Claim)[0].record == claim


def test_every_record_is_named_by_a_custody_event(store: Store) -> None:
    store.append([Entry(record=item())], draft())
    (event,) = store.custody()
    digest = store.live(ItemRecord)[0].digest
    assert event.details == {"rows": [["item", ONE, digest]]}


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(KeyError):
        store.append([Entry(record=item()), Entry(record=object())], draft())
    assert store.live(ItemRecord) == ()
    assert store.custody() == ()


def test_cases_of_one_database_are_apart(database: Path | str) -> None:
    first = open_store(database, case="first of two")
    second = open_store(database, case="second of two")
    first.append([Entry(record=item())], draft())
    assert second.live(ItemRecord) == ()
    assert second.verify() == 0
    first.close()
    second.close()


def test_reader_refuses_a_case_that_is_not_there(database: Path | str) -> None:
    open_store(database, case="one that is there").close()
    with pytest.raises(InputError, match="holds no case 'another'"):
        open_store(database, case="another", migrate=False)


def test_reader_refuses_tables_of_another_version(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another version"):
        open_store(tmp_path / "empty.sqlite3", migrate=False)


def test_writers_in_threads_lose_nothing(database: Path | str) -> None:
    open_store(database, case="threads").close()

    def write(author: int) -> None:
        own = open_store(database, case="threads")
        for number in range(10):
            setting = Setting(key=f"{author}-{number}", value="x")
            own.append([Entry(record=setting)], draft())
        own.close()

    threads = [threading.Thread(target=write, args=(author,)) for author in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = open_store(database, case="threads")
    assert len(store.live(Setting)) == 40
    assert [event.sequence for event in store.custody()] == list(range(40))
    assert store.verify() == 40
    store.close()


def _execute(store: Store, *statements: str) -> None:
    with connections[store._alias].cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)


def _unguard(store: Store, table: str) -> None:
    """Do what a forger with the database file would do first."""
    if connections[store._alias].vendor == "postgresql":  # type: ignore[attr-defined]
        _execute(store, f"ALTER TABLE purport_{table} DISABLE TRIGGER USER")
    else:
        _execute(
            store,
            f"DROP TRIGGER IF EXISTS purport_{table}_guard_update",
            f"DROP TRIGGER IF EXISTS purport_{table}_guard_delete",
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE purport_item SET body = '{}'", "DELETE FROM purport_custody"]
)
def test_database_itself_refuses_to_change_a_record(store: Store, statement: str) -> None:
    store.append([Entry(record=item())], draft())
    alias = store._alias  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(using=alias):
        _execute(store, statement)
    assert store.verify() == 1


def _case(store: Store) -> str:
    return f"case_id = {store._case}"  # type: ignore[attr-defined]


FORGERIES: dict[str, tuple[str, Callable[[Store], str], str]] = {
    "altered record": (
        "item",
        lambda store: f"UPDATE purport_item SET body = '{{}}' WHERE {_case(store)}",
        "item .*altered",
    ),
    "record altered with its digest": (
        "item",
        lambda store: f"UPDATE purport_item SET body = '{{}}', digest = 'x' WHERE {_case(store)}",
        "item .*not as recorded",
    ),
    "removed record": (
        "outcome",
        lambda store: f"DELETE FROM purport_outcome WHERE {_case(store)}",
        "outcome .*not as recorded",
    ),
    "record revived": (
        "item",
        lambda store: f"UPDATE purport_item SET withdrawn = NOT withdrawn WHERE {_case(store)}",
        "item .*altered",
    ),
    "altered cache key": (
        "outcome",
        lambda store: f"UPDATE purport_outcome SET inputs = '{TWO}' WHERE {_case(store)}",
        "outcome .*columns differ",
    ),
    "slipped-in record": (
        "setting",
        lambda store: (
            "INSERT INTO purport_setting (case_id, key, body, withdrawn, digest) VALUES "
            f"({store._case}, 'k', '{{}}', FALSE, 'x')"  # type: ignore[attr-defined]
        ),
        "setting k.*no custody event",
    ),
    "altered event": (
        "custody",
        lambda store: (
            "UPDATE purport_custody SET body = replace(body, 'tester', 'forger') "
            f"WHERE sequence = 1 AND {_case(store)}"
        ),
        "custody event 1.*altered",
    ),
    "removed event": (
        "custody",
        lambda store: f"DELETE FROM purport_custody WHERE sequence = 1 AND {_case(store)}",
        "custody event 1.*missing",
    ),
    "event cut off the end": (
        "custody",
        lambda store: f"DELETE FROM purport_custody WHERE sequence = 2 AND {_case(store)}",
        "setting date.*no custody event",
    ),
    "event that is no event": (
        "custody",
        lambda store: (
            f"UPDATE purport_custody SET body = '[]' WHERE sequence = 0 AND {_case(store)}"
        ),
        "custody event 0.*cannot be read",
    ),
    "altered event columns": (
        "custody",
        lambda store: (
            f"UPDATE purport_custody SET digest = 'x' WHERE sequence = 0 AND {_case(store)}"
        ),
        "custody event 0.*columns",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_verify_names_what_was_forged(store: Store, forgery: str) -> None:
    store.append([Entry(record=item())], draft())
    store.append([Entry(record=outcome())], draft("analysed"))
    store.append([Entry(record=Setting(key="date", value="2015"))], draft())
    assert store.verify() == 3
    table, statement, fault = FORGERIES[forgery]
    _unguard(store, table)
    _execute(store, statement(store))
    with pytest.raises(BrokenChainError, match=fault):
        store.verify()


def test_fault_is_no_evidence_but_is_kept(store: Store) -> None:
    fault = Fault(subject="a.mp4", kind="UnreadableMediaError", fault="empty", remedy="another")
    failed = Outcome(item=ONE, check="x", version="1", parameters=ONE, inputs=ONE, fault=fault)
    store.append([Entry(record=failed)], draft())
    assert store.live(Outcome)[0].record.fault == fault


def correction(reason: str = "Read again.", *, claim: str = "c1") -> ClaimCorrection:
    return ClaimCorrection(
        claim=claim,
        act=CorrectionAct.WITHDRAWN,
        left=None,
        seen=ONE,
        author="ana",
        reason=reason,
        corrected_utc=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_what_people_correct_and_link_comes_back_equal(store: Store) -> None:
    span = Span(start=0, end=1, exact="x")
    slot = Slot(attr=SlotAttr.STRIKE_COUNT, span=span, range=(20.0, math.inf))
    claim = Claim(
        id="c1",
        document=ONE,
        claimant="A",
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(),
        cue=(),
        content=(span,),
        slots=(slot,),
    )
    left = replace(correction(), act=CorrectionAct.CORRECTED, left=claim)
    link = PersonLink(
        claim="c1",
        part=Part.WHERE,
        finding="f1",
        stance=None,
        author="ana",
        reason="Another item.",
        linked_utc=datetime(2026, 1, 1, tzinfo=UTC),
    )
    store.append([Entry(record=left), Entry(record=link)], draft("corrected"))
    assert [stored.record for stored in store.live(ClaimCorrection)] == [left]
    assert [stored.record for stored in store.live(PersonLink)] == [link]
    assert store.verify() == 2


def test_only_one_is_first_under_a_key(store: Store) -> None:
    store.append([Entry(record=correction("one"), first=True)], draft())
    with pytest.raises(ConflictError):
        store.append([Entry(record=correction("two"), first=True)], draft())
    assert [stored.record.reason for stored in store.live(ClaimCorrection)] == ["one"]
    store.append([Entry(record=correction("gone"), withdrawn=True)], draft())
    store.append([Entry(record=correction("three"), first=True)], draft())
    assert [stored.record.reason for stored in store.live(ClaimCorrection)] == ["three"]


def test_a_guard_stores_nothing_and_stops_what_goes_with_it(store: Store) -> None:
    store.append([Entry(record=item())], draft())
    seen = store.live(ItemRecord)[0].digest
    store.append([Entry(record=item(), replaces=seen), Entry(record=correction())], draft())
    assert store.verify() == 2
    store.append([Entry(record=item(url="https://example.org"))], draft())
    with pytest.raises(ConflictError):
        store.append(
            [Entry(record=correction("late")), Entry(record=item(), replaces=seen)], draft()
        )
    assert [stored.record.reason for stored in store.live(ClaimCorrection)] == ["Read again."]


def test_all_that_ever_had_a_key_is_told_in_order(store: Store) -> None:
    store.append([Entry(record=correction("one"))], draft())
    store.append([Entry(record=correction("other", claim="c2"))], draft())
    store.append([Entry(record=correction("two"))], draft())
    store.append([Entry(record=correction("gone"), withdrawn=True)], draft())
    past = store.past(ClaimCorrection, ["c1"])
    assert [(one.record.reason, one.withdrawn) for one in past] == [
        ("one", False),
        ("two", False),
        ("gone", True),
    ]
    assert [one.supersedes for one in past] == [None, past[0].digest, past[1].digest]
    named = store.rows_named({past[1].digest, past[2].digest})
    assert [(row.table, row.key, row.supersedes) for row in named] == [
        ("correction", "c1", past[0].digest),
        ("correction", "c1", past[1].digest),
    ]
    assert store.rows_named(set()) == ()


def test_sixteen_people_correct_one_claim_and_one_is_first(database: Path | str) -> None:
    stored: list[str] = []
    refused: list[str] = []

    def correct(name: str) -> None:
        own = open_store(database, case="sixteen")
        try:
            own.append([Entry(record=correction(name), first=True)], draft())
            stored.append(name)
        except ConflictError:
            refused.append(name)
        finally:
            own.close()

    open_store(database, case="sixteen").close()
    people = [threading.Thread(target=correct, args=(f"person {n}",)) for n in range(16)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert (len(stored), len(refused)) == (1, 15)


def test_records_are_found_by_words_page_by_page(store: Store) -> None:
    names = ["Мост-1.mp4", "road 100%_a.mp4", 'the "Road".mp4', "جسر.mp4", "other.mp4"]
    items = [
        ItemRecord(digest=digest_bytes(name.encode()), name=name, size_bytes=1) for name in names
    ]
    store.append([Entry(record=one) for one in items], draft())
    store.append([Entry(record=items[4], withdrawn=True)], draft())
    store.append([Entry(record=replace(items[0], url="https://example.org"))], draft())

    def found(*words: str, skip: int = 0) -> list[str]:
        listed = store.live_containing(ItemRecord, words, skip=skip)
        return [stored.record.name for stored in listed]

    assert found() == [*names[1:4], names[0]], "a corrected one comes last, a withdrawn one not"
    assert found(skip=2) == [names[3], names[0]]
    assert found("ROAD") == names[1:3]
    assert found("road", "100%_") == [names[1]]
    assert found('"ROAD"') == [names[2]]
    assert found("мост") == found("МОСТ") == [names[0]]
    assert found("جسر") == [names[3]]
    assert found("other.mp4") == []


def test_pages_hold_all_records_however_many(store: Store) -> None:
    items = [
        ItemRecord(digest=digest_bytes(b"%d" % number), name=f"{number}.mp4", size_bytes=1)
        for number in range(250)
    ]
    store.append([Entry(record=one) for one in items], draft())
    assert [stored.record for stored in store.live_containing(ItemRecord)] == items
    assert [stored.record for stored in store.live_containing(ItemRecord, skip=130)] == items[130:]


def test_what_was_preserved_is_listed_once_in_order(store: Store) -> None:
    for digests in ([TWO, ONE], [ONE], []):
        store.append([], replace(draft("collected"), details={"bytes": list(digests)}))
    store.append([], draft("verified"))
    assert store.preserved() == (TWO, ONE)


def many_items(count: int) -> list[ItemRecord]:
    return [
        ItemRecord(digest=digest_bytes(b"%d" % number), name=f"{number}.mp4", size_bytes=1)
        for number in range(count)
    ]


def test_pages_of_keys_keep_their_order_through_corrections(store: Store) -> None:
    items = many_items(7)
    store.append([Entry(record=one) for one in items], draft())
    for url in ("https://example.org/1", "https://example.org/2"):
        store.append([Entry(record=replace(items[1], url=url))], draft())
    store.append([Entry(record=items[2], withdrawn=True)], draft())
    store.append([Entry(record=items[3], withdrawn=True)], draft())
    store.append([Entry(record=items[3])], draft())

    def page(skip: int, most: int) -> tuple[list[str], bool]:
        stored, more = store.live_page(ItemRecord, skip=skip, most=most)
        return [one.record.name for one in stored], more

    assert page(0, 4) == (["0.mp4", "1.mp4", "3.mp4"], True), "one withdrawn, one that came back"
    assert page(4, 4) == (["4.mp4", "5.mp4", "6.mp4"], False)
    assert page(4, 3) == (["4.mp4", "5.mp4", "6.mp4"], False)
    assert page(7, 3) == ([], False)
    stored, _ = store.live_page(ItemRecord, skip=1, most=1)
    assert stored[0].record.url == "https://example.org/2"
    assert stored == tuple(one for one in store.live(ItemRecord) if one.record.name == "1.mp4")


def test_records_of_keys_are_those_that_live_gives(store: Store) -> None:
    items = many_items(1203)  # more than are asked for at once
    store.append([Entry(record=one) for one in items], draft())
    store.append([Entry(record=replace(items[700], url="https://example.org"))], draft())
    store.append([Entry(record=items[701], withdrawn=True)], draft())
    wanted = [one.digest for one in items[::-1]]
    assert store.live_of(ItemRecord, [*wanted, Digest("0" * 64)]) == store.live(ItemRecord)
    assert store.live_of(ItemRecord, [items[701].digest]) == ()
    assert store.live_of(ItemRecord, []) == ()


def test_outcomes_of_an_item_are_its_live_ones(store: Store) -> None:
    of_another = replace(outcome(), item=TWO)
    store.append([Entry(record=outcome()), Entry(record=of_another)], draft())
    store.append([Entry(record=outcome(value=2.0))], draft())
    other_check = replace(outcome(), check="reuse")
    store.append([Entry(record=other_check)], draft())
    assert [stored.record for stored in store.live_about(ONE)] == [outcome(value=2.0), other_check]
    store.append([Entry(record=other_check, withdrawn=True)], draft())
    assert [stored.record for stored in store.live_about(ONE)] == [outcome(value=2.0)]


def test_what_came_later_is_told_once(store: Store) -> None:
    items = many_items(4)
    store.append([Entry(record=replace(one, url="https://a.org")) for one in items[:2]], draft())
    first = store.later(ItemRecord, 0, "https://a.org")
    assert (first.fresh, list(first.records)) == (2, [one.digest for one in items[:2]])
    again = store.later(ItemRecord, first.last, "https://a.org")
    assert (again.last, again.fresh, again.records) == (first.last, 0, {})
    store.append([Entry(record=items[0]), Entry(record=items[2])], draft())
    store.append([Entry(record=replace(items[1], url="https://a.org/2"))], draft())
    store.append([Entry(record=replace(items[1], url="https://a.org/3"))], draft())
    later = store.later(ItemRecord, first.last, "https://a.org")
    assert later.fresh == 1
    assert later.records == {
        items[0].digest: None,
        items[1].digest: replace(items[1], url="https://a.org/3"),
    }
    assert store.later(ItemRecord, 0, None).fresh == 3


def test_a_withdrawn_record_holds_nothing_any_more(store: Store) -> None:
    store.append([Entry(record=item(url="https://a.org"))], draft())
    first = store.later(ItemRecord, 0, "https://a.org")
    store.append([Entry(record=item(url="https://a.org"), withdrawn=True)], draft())
    assert store.later(ItemRecord, first.last, "https://a.org").records == {ONE: None}
    assert store.later(ItemRecord, 0, "https://a.org").records == {ONE: None}


def test_later_events_are_those_that_name_a_table(store: Store) -> None:
    store.append([Entry(record=item())], draft())
    store.append([Entry(record=outcome())], draft("analysed"))
    told = store.later(CustodyEvent, 0, '["outcome",')
    assert list(told.records.values()) == [store.custody()[1]]
    assert store.later(CustodyEvent, told.last, '["outcome",').records == {}
