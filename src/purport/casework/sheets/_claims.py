"""The claim that a row makes: its cells are the spans, what they say are the slots."""

from collections.abc import Mapping

from purport.casework.sheets._cells import Cell
from purport.casework.sheets._columns import ReadRow
from purport.core.claims import Claim, QuoteType, Slot, SlotAttr
from purport.core.digests import Digest, JsonValue, digest_json
from purport.core.records import to_json

__all__ = ["claim_of_row"]

_NOBODY = "Claimant not stated in the sheet"
_ATTRS = {
    "claimed_place": SlotAttr.PLACE,
    "claimed_group": SlotAttr.TARGET_GROUP,
    "claimed_time": SlotAttr.TIME,
    "claimed_target": SlotAttr.TARGET_TYPE,
}


def claim_of_row(row: ReadRow, document: Digest) -> Claim:
    """Form the claim that a row makes; a row that claims nothing stands as a whole."""
    cells = sorted(row.claimed.values(), key=lambda cell: cell.span.start)
    content = tuple(cell.span for cell in cells) or (row.table_row.span,)
    claimant = row.claimant or _NOBODY
    body: list[JsonValue] = [document, row.table_row.span.start, to_json(content)]
    return Claim(
        id="c" + digest_json(body)[:12],
        document=document,
        claimant=claimant,
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(),
        cue=(),
        content=content,
        slots=tuple(_slots(row.claimed, row.stated.group)),
    )


def _slots(claimed: Mapping[str, Cell], group: str | None) -> list[Slot]:
    found = sorted(claimed.items(), key=lambda one: one[1].span.start)
    valued = [
        (what, cell, group if what == "claimed_group" else cell.value.strip())
        for what, cell in found
    ]
    return [
        Slot(attr=_ATTRS[what], span=cell.span, value=value)
        for what, cell, value in valued
        if value is not None
    ]
