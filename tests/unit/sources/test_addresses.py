"""Whom a capture may ask: public machines, judged after the look-up, and then no others."""

import socket
from collections.abc import Sequence

import pytest

from purport.core.errors import NotCapturedError, RefusedAddressError
from purport.sources import Door, address_fault
from purport.sources.addresses import split_url

INNER = (
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.7",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a00:1",
    "2001:db8::1",
    "2002:a00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1%eth0",
    "fec0::1",
    "::ffff:0:7f00:1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "ff02::1",
)
METADATA = (
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
)


@pytest.mark.parametrize("address", [*INNER, *METADATA])
def test_inner_addresses_are_not_visited(address: str) -> None:
    assert address_fault(address) is not None


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_public_addresses_are_visited(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize("address", METADATA)
def test_where_a_cloud_keeps_its_keys_is_never_visited(address: str) -> None:
    assert address_fault(address, allow_private=True) == "is where a cloud tells a machine its keys"


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.1", "fd12:3456::1", "::1"])
def test_inner_addresses_are_visited_when_allowed(address: str) -> None:
    assert address_fault(address, allow_private=True) is None


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1", "::1"]
)
def test_an_address_in_another_spelling_is_the_same_address(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="is not a public address"):
        Door().judged(host, 80)


def test_a_name_with_one_inner_address_is_not_visited() -> None:
    door = Door(look_up=lambda _host, _port: ("93.184.216.34", "10.0.0.7"))
    with pytest.raises(RefusedAddressError, match=r"two-faced\.example \(10\.0\.0\.7\)"):
        door.judged("two-faced.example", 443)


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """A name that means another machine when it is looked up again gains nothing by it."""
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    dialled: list[tuple[str, int]] = []

    def look_up(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    def dial(address: str, port: int, _within_s: float) -> socket.socket:
        dialled.append((address, port))
        return socket.socket()

    door = Door(look_up=look_up, dial=dial)
    connection, address = door.open("rebinding.example", 80, within_s=1.0)
    connection.close()
    assert address == "93.184.216.34"
    assert dialled == [("93.184.216.34", 80)]
    with pytest.raises(RefusedAddressError):
        door.open("rebinding.example", 80, within_s=1.0)
    assert len(dialled) == 1


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    def dial(address: str, _port: int, _within_s: float) -> socket.socket:
        if address == "8.8.8.8":
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.socket()

    door = Door(look_up=lambda _host, _port: ("8.8.8.8", "8.8.4.4"), dial=dial)
    connection, address = door.open("two.example", 80, within_s=1.0)
    connection.close()
    assert address == "8.8.4.4"


def test_not_every_address_of_a_name_is_waited_for() -> None:
    """A name may have thousands, and each may take all the time that a connection may take."""
    tried: list[str] = []

    def dial(address: str, _port: int, _within_s: float) -> socket.socket:
        tried.append(address)
        raise TimeoutError

    names = tuple(f"8.8.{one}.{two}" for one in range(9) for two in range(99))
    door = Door(look_up=lambda _host, _port: names, dial=dial)
    with pytest.raises(NotCapturedError, match="cannot be reached"):
        door.open("many.example", 80, within_s=1.0)
    assert len(tried) == 4


def test_nobody_there_is_said() -> None:
    def dial(_address: str, _port: int, _within_s: float) -> socket.socket:
        raise ConnectionRefusedError(111, "Connection refused")

    door = Door(look_up=lambda _host, _port: ("8.8.8.8",), dial=dial)
    with pytest.raises(NotCapturedError, match="cannot be reached"):
        door.open("nobody.example", 80, within_s=1.0)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("ftp://site.example/a", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("javascript:alert(1)", "is no web address"),
        ("http:///nothing", "is no web address"),
        ("http://site.example:99999/", "is no web address"),
        ("http://user:secret@site.example/", "holds a name or password"),
        ("http://user:secret@site.example:99999/", "is no web address"),
        ("http://user:secret@[bad/", "is no web address"),
        ("ftp://user:secret@site.example/", "is no web address"),
        ("//user:secret@site.example/", "is no web address"),
        ("http://us@er:sec@secret@site.example/a b", "holds blanks"),
        ("http://site.example/a b", "holds blanks"),
        ("http://site.example\\@10.0.0.1/", "holds blanks or backslashes"),
        ("http://site.example/\r\nX: y", "holds blanks"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, fault: str) -> None:
    with pytest.raises(RefusedAddressError, match=fault) as caught:
        split_url(url)
    assert "secret" not in str(caught.value)


def test_a_name_in_other_letters_is_asked_for_in_ascii() -> None:
    assert split_url("https://bücher.example/ä")[1:] == ("xn--bcher-kva.example", 443)
