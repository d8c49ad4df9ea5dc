"""A case at a glance, and one item of it by itself: read without a look at all other items.

Of a case of a hundred thousand items a page shows fifty. What it says of the case as a whole and
hangs on single rows (that something in it is synthetic, what checks lacked, who judged) is kept
as a tally, which goes on from the last row that it knows, for rows are only ever added.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from purport.casework.finding import ITEMS_A_PAGE, find_items
from purport.casework.holdings import case_date, live_claims, live_item, setting
from purport.casework.reading import (
    SYNTHETIC,
    case_items,
    live_verdicts,
    review_notes,
    says_synthetic,
)
from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import CaseFile, CaseItem, CustodyEvent, Fault, MarkRecord, StoryText
from purport.core.contributions import Contribution, finding_of
from purport.core.corrections import ClaimCorrection, PersonLink
from purport.core.digests import Digest
from purport.core.errors import AbsentError
from purport.store import Outcome, Review, Store, Stored, Survey, read_once

__all__ = ["CaseFront", "ItemPage", "case_front", "item_file", "items_page"]

_LACKED = '"not_run":{'
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What single rows say of the case as a whole, up to the last row of each kind."""

    items: int = 0
    """How many items came to the case."""
    outcomes: int = 0
    """How many checks of items came to something."""
    synthetic: frozenset[str] = frozenset()
    """Items whose streams say that they are synthetic."""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What checks lacked, by their key; those that ran are not there."""
    judged: Sequence[CustodyEvent] = ()
    """Events in which ratings were reviewed."""
    last: Mapping[type, int] = field(default_factory=dict)
    """The last row known, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFront:
    """A case without its footage and what was found in it."""

    file: CaseFile
    """Its name, stories, claims and verdicts; items, findings, faults and custody are left out."""
    lacking: tuple[str, ...]
    """What checks lacked, each once."""
    tally: Tally
    """What it was put together with."""

    @property
    def items(self) -> int:
        """How many items came to the case."""
        return self.tally.items


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """A page of a case's items."""

    items: tuple[CaseItem, ...]
    """They."""
    number: int
    """Which page, from 1."""
    more: bool
    """Whether further ones follow."""


def case_front(workspace: Workspace, before: CaseFront | None) -> CaseFront:
    """Return a case without its footage.

    Args:
        workspace: The case; its records are read once and kept with it.
        before: As it was when somebody looked last; None when nobody did.
    """
    workspace.store = store = read_once(workspace.store)
    tally = _gone_on(store, Tally() if before is None else before.tally)
    file = CaseFile(
        name=setting(workspace, "name") or workspace.folder.name,
        date=case_date(workspace),
        stories=tuple(stored.record for stored in store.live(StoryText)),
        items=(),
        claims=live_claims(workspace),
        findings=(),
        not_run=(),
        marks=(),
        verdicts=live_verdicts(workspace),
        faults=(),
        custody=(),
        synthetic=bool(tally.synthetic),
        notice=setting(workspace, "notice"),
        corrections=tuple(one.record for one in store.live(ClaimCorrection)),
        person_links=tuple(one.record for one in store.live(PersonLink)),
        reviews=review_notes(workspace, tally.judged),
    )
    lacking = (missing for lacked in tally.lacking.values() for missing in lacked)
    return CaseFront(file=file, lacking=tuple(dict.fromkeys(lacking)), tally=tally)


def item_file(workspace: Workspace, front: CaseFront, digest: str) -> CaseFile:
    """Return a case with one item alone and all that was found in it.

    Args:
        workspace: The case.
        front: The case without its footage.
        digest: The item.

    Raises:
        AbsentError: The case has no such item.
    """
    item = Digest(digest)
    stored = live_item(workspace, item)
    if stored is None:
        raise AbsentError(
            digest[:12], "there is no such item in this case", remedy="Look at the case's footage."
        )
    surveys = workspace.store.live_of(Survey, [item])
    outcomes = sorted(
        (stored.record for stored in workspace.store.live_about(item)), key=lambda one: one.check
    )
    offered = sorted(
        (stored.record for stored in workspace.store.live(Contribution)),
        key=lambda one: (one.accepted_utc, one.id),
    )
    told = (finding_of(one) for one in offered)
    return replace(
        front.file,
        items=case_items(workspace, [stored.record], surveys),
        findings=(
            *(finding for outcome in outcomes for finding in outcome.findings),
            *(finding for finding in told if finding.item == item),
        ),
        not_run=tuple(one.not_run for one in outcomes if one.not_run is not None),
        marks=tuple(
            stored.record
            for stored in workspace.store.live(MarkRecord)
            if stored.record.item == item
        ),
        faults=tuple(_faults(surveys, outcomes)),
    )


def items_page(workspace: Workspace, words: str = "", *, number: int = 1) -> ItemPage:
    """Return a page of the items that hold some words, see `find_items`.

    Args:
        workspace: The case.
        words: All of them must occur; empty for all items.
        number: Which page, from 1.
    """
    number = min(max(number, 1), _MOST_PAGES)
    found = find_items(workspace, words, skip=(number - 1) * ITEMS_A_PAGE)
    surveys = workspace.store.live_of(Survey, [item.digest for item in found.items])
    return ItemPage(
        items=case_items(workspace, found.items, surveys), number=number, more=found.more
    )


def _gone_on(store: Store, before: Tally) -> Tally:
    """Take in what was stored since."""
    items = store.later(ItemRecord, before.last.get(ItemRecord, 0), None)
    surveys = store.later(Survey, before.last.get(Survey, 0), SYNTHETIC)
    outcomes = store.later(Outcome, before.last.get(Outcome, 0), _LACKED)
    last = {ItemRecord: items.last, Survey: surveys.last, Outcome: outcomes.last}
    judged = before.judged
    if store.live(Review):
        holding = f'["{_table_of(store, Review)}",'
        events = store.later(CustodyEvent, before.last.get(CustodyEvent, 0), holding)
        judged = (*judged, *(event for event in events.records.values() if event is not None))
        last[CustodyEvent] = events.last
    lacking = {
        key: () if outcome is None or outcome.not_run is None else outcome.not_run.missing
        for key, outcome in outcomes.records.items()
    }
    says = {
        key: survey is not None and says_synthetic(survey.probe)
        for key, survey in surveys.records.items()
    }
    return Tally(
        items=before.items + items.fresh,
        outcomes=before.outcomes + outcomes.fresh,
        synthetic=(before.synthetic - says.keys()) | {key for key, said in says.items() if said},
        lacking={key: of for key, of in {**before.lacking, **lacking}.items() if of},
        judged=judged,
        last=last,
    )


def _table_of(store: Store, kind: type) -> str:
    return next(name for name, record in store.tables().items() if record is kind)


def _faults(surveys: Sequence[Stored[Survey]], outcomes: Sequence[Outcome]) -> Iterator[Fault]:
    yield from (one.record.fault for one in surveys if one.record.fault is not None)
    yield from (one.fault for one in outcomes if one.fault is not None)
