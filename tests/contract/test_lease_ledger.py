"""What the ledger of background work promises, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from purport.core.errors import AbsentError, ConflictError
from purport.store import JobState, LeaseLedger, LeaseLostError, open_store
from purport.store.configuration import add_database, remove_database

SILENT_AT_ONCE_S = -1.0
"""A lease so short that its owner counts as silent in the very instant of taking it."""


@pytest.fixture
def alias(database: Path | str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Django's name of a database with two cases and no open job of others."""
    for case in ("one", "two"):
        open_store(database, case=f"{case} {request.node.name}").close()
    opened = add_database(database)
    connections[opened].cursor().execute("DELETE FROM purport_job")
    yield opened
    remove_database(opened)


@pytest.fixture
def case(request: pytest.FixtureRequest) -> str:
    """Key of the first case."""
    return f"one {request.node.name}"


@pytest.fixture
def other(request: pytest.FixtureRequest) -> str:
    """Key of the second case."""
    return f"two {request.node.name}"


def test_who_asks_twice_gets_the_same_job(alias: str, case: str) -> None:
    ledger = LeaseLedger(alias)
    first = ledger.ask(case, "check", arguments={}, agent="ana")
    assert ledger.ask(case, "check", arguments={}, agent="ben").id == first.id
    assert ledger.ask(case, "check", arguments={"a": 1}, agent="ben").id != first.id


def test_a_case_that_is_not_there_is_named(alias: str) -> None:
    with pytest.raises(AbsentError, match="nowhere"):
        LeaseLedger(alias).ask("nowhere", "check", arguments={}, agent="ana")


def test_of_many_that_reach_for_a_job_one_gets_it(alias: str, case: str) -> None:
    LeaseLedger(alias).ask(case, "check", arguments={}, agent="ana")
    gate, got = threading.Barrier(8, timeout=60), []

    def reach(owner: str) -> None:
        gate.wait()
        job = LeaseLedger(alias).claim(owner)
        if job is not None:
            got.append(owner)
        connections[alias].close()

    threads = [threading.Thread(target=reach, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_of_one_case_one_job_runs_at_a_time(alias: str, case: str, other: str) -> None:
    ledger = LeaseLedger(alias)
    first = ledger.ask(case, "check", arguments={}, agent="ana")
    second = ledger.ask(case, "dossier", arguments={}, agent="ana")
    elsewhere = ledger.ask(other, "check", arguments={}, agent="ana")
    taken = [ledger.claim(owner) for owner in ("w1", "w2", "w3")]
    assert [job.id if job else None for job in taken] == [first.id, elsewhere.id, None]
    ledger.finish(first.id, "w1", JobState.DONE, {})
    last = ledger.claim("w3")
    assert last is not None
    assert last.id == second.id


def test_a_silent_owner_loses_the_job_and_can_change_nothing_of_it(alias: str, case: str) -> None:
    ledger = LeaseLedger(alias, lease_s=SILENT_AT_ONCE_S)
    job = ledger.ask(case, "check", arguments={}, agent="ana")
    assert ledger.claim("dead") is not None
    taken = ledger.claim("alive")
    assert taken is not None
    assert (taken.id, taken.attempts) == (job.id, 2)
    with pytest.raises(LeaseLostError):
        ledger.beat(job.id, "dead", stage="analyse", done=9, total=9, label="late")
    with pytest.raises(LeaseLostError):
        ledger.finish(job.id, "dead", JobState.DONE, {})
    assert ledger.get(job.id).stage == ""
    ledger.finish(job.id, "alive", JobState.DONE, {"computed": 3})
    assert ledger.get(job.id).outcome == {"computed": 3}


def test_an_owner_that_speaks_keeps_the_job(alias: str, case: str) -> None:
    ledger = LeaseLedger(alias, lease_s=3600.0)
    job = ledger.ask(case, "check", arguments={}, agent="ana")
    assert ledger.claim("w1") is not None
    standing = ledger.beat(job.id, "w1", stage="analyse", done=1, total=4, label="place")
    assert not standing.cancel_asked
    assert ledger.claim("w2") is None
    told = ledger.get(job.id)
    assert (told.stage, told.done, told.total, told.label) == ("analyse", 1, 4, "place")


def test_what_waits_is_stopped_at_once_and_what_runs_hears_of_it(alias: str, case: str) -> None:
    ledger = LeaseLedger(alias)
    waiting = ledger.ask(case, "check", arguments={}, agent="ana")
    assert ledger.cancel(case, waiting.id).state is JobState.CANCELLED
    with pytest.raises(ConflictError):
        ledger.cancel(case, waiting.id)
    running = ledger.ask(case, "check", arguments={}, agent="ana")
    assert ledger.claim("w1") is not None
    assert ledger.cancel(case, running.id).state is JobState.RUNNING
    assert ledger.beat(running.id, "w1").cancel_asked


def test_a_job_of_another_case_cannot_be_stopped(alias: str, case: str, other: str) -> None:
    ledger = LeaseLedger(alias)
    job = ledger.ask(case, "check", arguments={}, agent="ana")
    with pytest.raises(AbsentError):
        ledger.cancel(other, job.id)
    assert ledger.get(job.id).state is JobState.WAITING


def test_a_job_that_kills_whoever_takes_it_is_given_up(alias: str, case: str) -> None:
    ledger = LeaseLedger(alias, lease_s=SILENT_AT_ONCE_S)
    job = ledger.ask(case, "check", arguments={}, agent="ana")
    taken = [ledger.claim(f"w{n}") for n in range(7)]
    assert [one is not None for one in taken] == [True] * 5 + [False] * 2
    ended = ledger.get(job.id)
    assert ended.state is JobState.FAILED
    assert "begun 5 times" in str(ended.outcome["fault"])
