"""The custody chain, arranged for the page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from purport.core.casefile import CaseFile, CustodyEvent
from purport.core.digests import JsonValue
from purport.core.instants import format_utc

__all__ = ["CustodyRow", "view_custody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRow:
    """One event of the chain, in words."""

    event: CustodyEvent
    """The event."""
    what: str
    """What was done, as far as its details say; empty when they don't."""
    subject: str
    """Name of what it was done to; empty for bytes that the case has no name for."""
    time: str
    """When, to the second, in UTC."""


def view_custody(case: CaseFile) -> tuple[CustodyRow, ...]:
    """Arrange the custody chain, naming what the case has names for."""
    names: dict[str, str] = {item.record.digest: item.record.name for item in case.items}
    names |= {story.document.digest: story.document.name for story in case.stories}
    names |= {digest: "orthophoto" for item in case.items for digest in item.record.references}
    return tuple(
        CustodyRow(
            event=event,
            what=_what(event.details),
            subject="workspace" if event.subject is None else names.get(event.subject, ""),
            time=format_utc(event.occurred_utc.replace(microsecond=0)).replace("T", " ")[:-1],
        )
        for event in case.custody
    )


def _what(details: Mapping[str, JsonValue]) -> str:
    for key in ("step", "what"):
        if isinstance(value := details.get(key), str):
            return value
    rows = details.get("rows")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return ""
    kinds = Counter(
        str(row[0])
        for row in rows
        if isinstance(row, Sequence) and not isinstance(row, str) and row
    )
    return ", ".join(kind if count == 1 else f"{count} {kind}s" for kind, count in kinds.items())
