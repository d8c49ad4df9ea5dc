"""Pushes as a push service and a browser see them, and the keys that sign them."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.core.errors import InputError
from purport.core.notices import Channel, Event, EventKind, Parcel, PushAddress
from purport.readers.pushing import (
    MOST_PAYLOAD,
    NotSentError,
    Pusher,
    VapidKeys,
    topic_of,
    vapid_keys,
)

PushService: TypeAlias = Any  # its class lives in a module that is loaded by its path


@pytest.fixture
def keys(tmp_path: Path) -> VapidKeys:
    """Keys of a server."""
    return vapid_keys(tmp_path)


@pytest.fixture
def pusher(keys: VapidKeys, push_service: PushService) -> Iterator[Pusher]:
    """What sends to the push service of the test, and to no other."""
    push_service.key = keys.application_server_key
    made = Pusher(keys, contact="desk@example.org", hosts=frozenset({push_service.host}))
    yield made
    made.close()


def parcel(told: dict[str, str], case: str = "case") -> Parcel:
    event = Event(
        id="e",
        case=case,
        kind=EventKind.CORRECTION,
        claim="",
        subject="",
        actor=None,
        actor_name="",
        to=None,
        body={},
        created=datetime(2026, 11, 27, tzinfo=UTC),
    )
    return Parcel(
        deliveries=(1,),
        user=1,
        channel=Channel.PUSH,
        mail_to="",
        browser=PushAddress(**told),
        language="",
        zone="UTC",
        events=(event,),
        attempts=1,
    )


def payload(size: int = 20) -> bytes:
    return json.dumps({"title": "x" * (size - 14)}).encode()


def test_the_service_checks_who_signed_and_the_browser_reads_it(
    pusher: Pusher, push_service: PushService
) -> None:
    told = push_service.subscribe("ana")
    for size in (20, MOST_PAYLOAD):
        assert pusher.send(parcel(told), payload(size)).status == 201
    assert push_service.faults == []
    assert [one.payload["title"][0] for one in push_service.at("ana")] == ["x", "x"]
    first, second = (one.headers for one in push_service.at("ana"))
    assert first["topic"] == second["topic"] == topic_of("case")
    assert topic_of("other") != topic_of("case")


def test_another_key_is_refused_by_the_service_that_knows_the_first(
    pusher: Pusher, push_service: PushService
) -> None:
    push_service.key = "another"
    assert pusher.send(parcel(push_service.subscribe("ana")), payload()).status == 400


def test_redirects_are_not_followed(pusher: Pusher, push_service: PushService) -> None:
    elsewhere = f"http://{push_service.host}/push/other"
    push_service.answers["/push/ana"] = [(307, {"Location": elsewhere})]
    push_service.subscribe("other")
    assert pusher.send(parcel(push_service.subscribe("ana")), payload()).status == 307
    assert push_service.asked["/push/other"] == 0


def test_hosts_that_nobody_named_are_never_called(pusher: Pusher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        port = other.getsockname()[1]
        told = {"endpoint": f"http://127.0.0.1:{port}/x", "p256dh": "", "auth": ""}
        with pytest.raises(InputError):
            pusher.send(parcel(told), payload())
        with pytest.raises(TimeoutError):
            other.accept()


def test_what_could_not_be_reached_is_told_from_what_was_cut_off(
    keys: VapidKeys, push_service: PushService
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        host = f"127.0.0.1:{other.getsockname()[1]}"
        pusher = Pusher(keys, contact="a@example.org", hosts=frozenset({host}))
        told = {**push_service.subscribe("ana"), "endpoint": f"http://{host}/push"}

        def cut() -> None:
            connection, _ = other.accept()
            connection.recv(10)
            connection.close()

        cutting = threading.Thread(target=cut)
        cutting.start()
        (cut_off,) = pusher.send_all([(parcel(told), payload())])
        cutting.join()
    (unreached,) = pusher.send_all([(parcel(told), payload())])
    pusher.close()
    assert isinstance(cut_off, Exception)
    assert not isinstance(cut_off, NotSentError)
    assert isinstance(unreached, NotSentError)


def test_keys_that_are_no_points_and_payloads_that_are_too_long_are_faults(
    pusher: Pusher, push_service: PushService
) -> None:
    told = push_service.subscribe("ana")
    bad = {**told, "p256dh": "BA" + "A" * 85}
    too_long = b" " * (MOST_PAYLOAD + 1)
    answers = pusher.send_all([(parcel(bad), payload()), (parcel(told), too_long)])
    assert [type(one) for one in answers] == [InputError, ValueError]


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    found: list[VapidKeys] = []
    threads = [threading.Thread(target=lambda: found.append(vapid_keys(tmp_path))) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.private for one in found}) == 1
    assert vapid_keys(tmp_path) == found[0]
    assert [one.name for one in tmp_path.iterdir()] == ["vapid.json"]
    assert stat.S_IMODE((tmp_path / "vapid.json").stat().st_mode) == 0o600
