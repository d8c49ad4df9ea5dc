"""The feed of published cases and their corrections: Atom (RFC 4287)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from purport.core.instants import format_utc
from purport.reports.published.words_in_xml import words_in_xml

__all__ = ["FeedEntry", "write_feed"]

_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One edition of a case in the feed."""

    url: str
    """Address of the case's page."""
    number: int
    """The edition's number."""
    title: str
    """Its title."""
    summary: str
    """What it says, or what it puts right."""
    published: datetime
    """When the edition came out, with a time zone."""


def write_feed(
    entries: Sequence[FeedEntry], *, title: str, publisher: str, home: str, feed: str
) -> bytes:
    """Write the feed, the latest edition first.

    Args:
        entries: What is in it.
        title: Its title.
        publisher: Who publishes.
        home: Address of the page that lists the cases.
        feed: Address of the feed itself.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(_tag("feed"))
    latest = max((one.published for one in entries), default=datetime.fromtimestamp(0, tz=UTC))
    _tell(root, "id", feed)
    _tell(root, "title", title)
    _tell(root, "updated", format_utc(latest))
    _tell(ET.SubElement(root, _tag("author")), "name", publisher)
    ET.SubElement(root, _tag("link"), {"rel": "self", "href": feed})
    ET.SubElement(root, _tag("link"), {"rel": "alternate", "href": home})
    for one in sorted(entries, key=lambda entry: entry.published, reverse=True):
        told = ET.SubElement(root, _tag("entry"))
        _tell(told, "id", f"{one.url}#edition-{one.number}")
        _tell(told, "title", one.title)
        _tell(told, "updated", format_utc(one.published))
        _tell(told, "published", format_utc(one.published))
        ET.SubElement(told, _tag("link"), {"rel": "alternate", "href": one.url})
        _tell(told, "summary", one.summary)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _tell(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = words_in_xml(text)
