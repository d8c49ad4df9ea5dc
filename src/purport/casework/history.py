"""The history of a case in words: what each event of the chain changed, from what to what, and why.

Everything is read from the rows that the chain names; nothing is kept beside them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from purport.casework.reading import told_when
from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import CustodyEvent, MarkRecord, StoryText
from purport.core.claims import Claim, Part, Slot, Span
from purport.core.contributions import Contribution
from purport.core.corrections import ClaimCorrection, CorrectionAct, PersonLink
from purport.core.digests import Digest
from purport.core.records import from_json, to_json
from purport.core.verdicts import Verdict
from purport.store import Attachment, InputFault, Outcome, Review, Setting, Survey
from purport.vault import Row

__all__ = [
    "Change",
    "HistoryEvent",
    "VerdictStep",
    "case_history",
    "describe_claim_changes",
    "verdict_history",
]

_LONGEST = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an event did to one record."""

    table: str
    """Table of the record ("claim", "correction", "review" …)."""
    subject: str
    """The record, in words."""
    changed: tuple[str, ...]
    """What became of it: "new", or each thing from what to what."""
    why: str | None
    """The reason that a person gave; None for what a machine does."""
    claim: str | None = None
    """Identifier of the claim that it is about; None when it is about none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """An event of the chain with what it changed."""

    event: CustodyEvent
    """The event."""
    changes: tuple[Change, ...]
    """What it changed, as far as asked for."""
    more: int
    """How many further records it changed."""

    @property
    def named(self) -> int:
        """How many records it changed in all."""
        return len(self.changes) + self.more

    @property
    def told(self) -> tuple[Change, ...]:
        """Those changes for which a person gave a reason."""
        return tuple(change for change in self.changes if change.why is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictStep:
    """One proposal or review in the history of a verdict."""

    verdict: Verdict
    """The verdict as it was left."""
    proposed: bool
    """True for the machine's proposal, False for a person's review."""
    who: str
    """Who acted, as the chain names them, or the reviewer."""
    when: datetime | None
    """When; None where the chain does not tell."""
    why: str | None
    """The reviewer's reason; None for a proposal."""
    withdrawn: bool
    """Whether it says that the part is judged no more."""
    changed: tuple[str, ...]
    """What differs from the step before."""


def case_history(
    workspace: Workspace, events: Sequence[CustodyEvent], *, most: int = 12
) -> tuple[HistoryEvent, ...]:
    """Tell what events changed.

    Args:
        workspace: Where.
        events: The events, in the order in which they are to be told.
        most: How many records of an event are told; the others are counted.
    """
    named = {event.sequence: _named(event) for event in events}
    wanted = {digest for rows in named.values() for digest in rows[:most]}
    rows = {row.digest: row for row in workspace.store.rows_named(wanted)}
    earlier = {stood for row in rows.values() if (stood := _before(row)) is not None}
    before = {row.digest: row for row in workspace.store.rows_named(earlier - rows.keys())} | rows
    names = _Names.of(workspace, findings=any(row.table == "link" for row in rows.values()))
    return tuple(
        HistoryEvent(
            event=event,
            changes=tuple(
                _change(rows[digest], before.get(_before(rows[digest]) or digest), names)
                for digest in named[event.sequence][:most]
                if digest in rows
            ),
            more=max(0, len(named[event.sequence]) - most),
        )
        for event in events
    )


def verdict_history(
    workspace: Workspace, claim: str, part: Part, *, events: Sequence[CustodyEvent]
) -> tuple[VerdictStep, ...]:
    """Return all proposals and reviews of a part of a claim, in the order in which they came."""
    told = told_when(events)
    key = f"{claim}:{part.value}"
    steps: list[tuple[int, VerdictStep]] = []
    for proposal in workspace.store.past(Verdict, [key]):
        event = told.get(proposal.digest)
        steps.append(
            (
                -1 if event is None else event.sequence,
                VerdictStep(
                    verdict=proposal.record,
                    proposed=True,
                    who="the rules",
                    when=None if event is None else event.occurred_utc,
                    why=None,
                    withdrawn=proposal.withdrawn,
                    changed=(),
                ),
            )
        )
    for review in workspace.store.past(Review, [key]):
        event = told.get(review.digest)
        steps.append(
            (
                -1 if event is None else event.sequence,
                VerdictStep(
                    verdict=review.record.verdict,
                    proposed=False,
                    who=review.record.verdict.reviewer or "",
                    when=None if event is None else event.occurred_utc,
                    why=review.record.reason,
                    withdrawn=review.withdrawn,
                    changed=(),
                ),
            )
        )
    ordered = [step for _, step in sorted(steps, key=lambda one: one[0])]
    return tuple(_with_changes(ordered))


def describe_claim_changes(before: Claim | None, after: Claim | None) -> tuple[str, ...]:
    """Say what differs between two states of a claim, relations apart."""
    if before is None or after is None:
        return ()
    said = [
        _from_to(name, getattr(before, field), getattr(after, field))
        for name, field in (("claimant", "claimant"), ("role", "claimant_role"))
    ]
    said.append(_from_to("reported as", before.quote_type.value, after.quote_type.value))
    for name, field in (
        ("claimed words", "content"),
        ("words for the claimant", "source"),
        ("attributing words", "cue"),
        ("hedges", "hedges"),
    ):
        said.append(_from_to(name, _words(getattr(before, field)), _words(getattr(after, field))))
    gone = [slot for slot in before.slots if slot not in after.slots]
    come = [slot for slot in after.slots if slot not in before.slots]
    for old in gone:
        new = next((slot for slot in come if slot.attr is old.attr), None)
        name = old.attr.value.replace("_", " ")
        if new is None:
            said.append(f"{name} taken away: {_slot(old)}")
        else:
            come.remove(new)
            said.append(f"{name} from {_slot(old)} to {_slot(new)}")
    said.extend(f"{slot.attr.value.replace('_', ' ')} added: {_slot(slot)}" for slot in come)
    return tuple(line for line in said if line)


def _with_changes(steps: Sequence[VerdictStep]) -> Iterator[VerdictStep]:
    before: Verdict | None = None
    for step in steps:
        changed = () if before is None else tuple(_verdict_changes(before, step.verdict))
        yield VerdictStep(
            verdict=step.verdict,
            proposed=step.proposed,
            who=step.who,
            when=step.when,
            why=step.why,
            withdrawn=step.withdrawn,
            changed=changed,
        )
        before = step.verdict


def _named(event: CustodyEvent) -> list[Digest]:
    rows = event.details.get("rows")
    return [Digest(str(row[2])) for row in rows] if isinstance(rows, list | tuple) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What records are called."""

    items: Mapping[str, str]
    claims: Mapping[str, str]
    findings: Mapping[str, str]

    @classmethod
    def of(cls, workspace: Workspace, *, findings: bool) -> "_Names":
        items: dict[str, str] = {
            one.record.digest: one.record.name for one in workspace.store.live(ItemRecord)
        }
        items |= {
            one.record.document.digest: one.record.document.name
            for one in workspace.store.live(StoryText)
        }
        claims = {one.record.id: _call(one.record) for one in workspace.store.live(Claim)}
        for made in workspace.store.live(ClaimCorrection):
            if made.record.left is not None:
                claims[made.record.claim] = _call(made.record.left)
        outcomes = workspace.store.live(Outcome) if findings else ()  # large: read when asked for
        named = {
            finding.id: f"{finding.check} on {items.get(outcome.record.item, 'the case')}"
            for outcome in outcomes
            for finding in outcome.record.findings
        }
        return cls(items=items, claims=claims, findings=named)

    def item(self, digest: str) -> str:
        return self.items.get(digest, digest[:12])

    def claim(self, identifier: str) -> str:
        return self.claims.get(identifier, f"claim {identifier}")


def _change(row: Row, before: Row | None, names: _Names) -> Change:
    teller = _TELLERS.get(row.table)
    if teller is None:
        return Change(table=row.table, subject=row.key[:24], changed=_bare(row, before), why=None)
    kind, tell = teller
    now: object = from_json(kind, json.loads(row.body))
    then: object = None
    if before is not None and before is not row and not before.withdrawn:
        then = from_json(_TELLERS[before.table][0], json.loads(before.body))
    change: Change = tell(now, then, names)
    if row.withdrawn and row.table not in {"correction", "link"}:
        return Change(
            table=change.table,
            subject=change.subject,
            changed=("holds no longer",),
            why=change.why,
            claim=change.claim,
        )
    if row.withdrawn and row.table == "link":
        return Change(
            table=change.table,
            subject=change.subject,
            changed=("taken back",),
            why=change.why,
            claim=change.claim,
        )
    return change


def _before(row: Row) -> Digest | None:
    """Return the row that a row took the place of, or that its author looked at."""
    if row.supersedes is not None or row.table not in {"correction", "review"}:
        return row.supersedes
    body = json.loads(row.body)
    looked_at = body.get("seen") or body.get("proposal")
    return None if looked_at is None else Digest(looked_at)


def _bare(row: Row, before: Row | None) -> tuple[str, ...]:
    if row.withdrawn:
        return ("holds no longer",)
    return ("new",) if before is None else ("changed",)


def _tell_setting(now: Setting, then: Setting | None, names: _Names) -> Change:
    del names
    before = "nothing" if then is None else then.value
    return Change(
        table="setting",
        subject=f"the case's {now.key}",
        changed=(_from_to("", before, now.value),),
        why=None,
    )


def _tell_item(now: ItemRecord, then: ItemRecord | None, names: _Names) -> Change:
    del names
    return Change(table="item", subject=f"footage {now.name}", changed=_fields(now, then), why=None)


def _tell_document(now: StoryText, then: StoryText | None, names: _Names) -> Change:
    del names
    return Change(
        table="document",
        subject=f"source {now.document.name}",
        changed=("new",) if then is None else ("read anew",),
        why=None,
    )


def _tell_contribution(now: Contribution, then: Contribution | None, names: _Names) -> Change:
    about = "" if now.item is None else f" on {names.item(now.item)}"
    return Change(
        table="contribution",
        subject=f"evidence of a reader: {now.kind.value}{about}",
        changed=("taken over",) if then is None else ("changed",),
        why=now.note,
        claim=now.claim,
    )


def _tell_attachment(now: Attachment, then: Attachment | None, names: _Names) -> Change:
    del names
    kind = now.kind.value.replace("_", " ")
    return Change(
        table="attachment", subject=f"{kind} {now.name}", changed=_fields(now, then), why=None
    )


def _tell_survey(now: Survey, then: Survey | None, names: _Names) -> Change:
    del then
    said = f"{now.frames} frames" if now.frames is not None else "could not be decoded"
    return Change(
        table="survey", subject=f"look at {names.item(now.item)}", changed=(said,), why=None
    )


def _tell_claim(now: Claim, then: Claim | None, names: _Names) -> Change:
    del names
    changed = ("found",) if then is None else describe_claim_changes(then, now)
    return Change(
        table="claim",
        subject=_call(now),
        changed=changed or ("its relations to other claims changed",),
        why=None,
        claim=now.id,
    )


def _tell_correction(
    now: ClaimCorrection, then: ClaimCorrection | Claim | None, names: _Names
) -> Change:
    changed: tuple[str, ...] = (now.act.value,)
    if now.act is CorrectionAct.CORRECTED:
        stood = then.left if isinstance(then, ClaimCorrection) else then
        changed = describe_claim_changes(stood, now.left) or changed
    subject = _call(now.left) if now.left is not None else names.claim(now.claim)
    return Change(
        table="correction",
        subject=subject,
        changed=changed,
        why=f"{now.author}: {now.reason}",
        claim=now.claim,
    )


def _tell_link(now: PersonLink, then: PersonLink | None, names: _Names) -> Change:
    before = None if then is None else _stance(then)
    finding = names.findings.get(now.finding, now.finding)
    changed = _stance(now) if before is None else _from_to("", before, _stance(now)) or _stance(now)
    return Change(
        table="link",
        subject=f"{finding} and {_part(now.part)} of {names.claim(now.claim)}",
        changed=(changed,),
        why=f"{now.author}: {now.reason}",
        claim=now.claim,
    )


def _stance(link: PersonLink) -> str:
    return "the machine's link does not hold" if link.stance is None else link.stance.value


def _tell_verdict(now: Verdict, then: Verdict | None, names: _Names) -> Change:
    changed = tuple(_verdict_changes(then, now)) if then is not None else (now.rating.value,)
    return Change(
        table="proposal",
        subject=f"proposed rating: {_part(now.part)} of {names.claim(now.claim)}",
        changed=changed or ("the argument changed",),
        why=None,
        claim=now.claim,
    )


def _tell_review(now: Review, then: Review | Verdict | None, names: _Names) -> Change:
    verdict = now.verdict
    stood = then.verdict if isinstance(then, Review) else then
    changed = () if stood is None else tuple(_verdict_changes(stood, verdict))
    return Change(
        table="review",
        subject=f"reviewed rating: {_part(verdict.part)} of {names.claim(verdict.claim)}",
        changed=changed or (f"{verdict.rating.value}, confirmed",),
        why=f"{verdict.reviewer}: {now.reason}",
        claim=verdict.claim,
    )


def _tell_outcome(now: Outcome, then: Outcome | None, names: _Names) -> Change:
    said = _answers(now)
    changed = said if then is None else _from_to("", _answers(then), said) or "found again"
    return Change(
        table="outcome",
        subject=f"{now.check} on {names.item(now.item)}",
        changed=(changed,),
        why=None,
    )


def _answers(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return f"failed: {outcome.fault.fault}"
    if outcome.not_run is not None:
        return "did not run; needs " + "; ".join(outcome.not_run.missing)
    return ", ".join(finding.answer.replace("_", " ") for finding in outcome.findings)


def _tell_mark(now: MarkRecord, then: MarkRecord | None, names: _Names) -> Change:
    said = ", ".join(f"{key} {value}" for key, value in now.values.items())
    changed = (
        "placed: " + said
        if then is None
        else _from_to("", ", ".join(f"{k} {v}" for k, v in then.values.items()), said)
    )
    note = "" if now.note is None else f": {now.note}"
    return Change(
        table="mark",
        subject=f"{now.kind.replace('_', ' ')} on {names.item(now.item)}",
        changed=(_shortened(changed),),
        why=now.author + note,
    )


def _tell_fault(now: InputFault, then: InputFault | None, names: _Names) -> Change:
    del then, names
    return Change(
        table="input_fault",
        subject=now.fault.subject,
        changed=(f"could not be taken in: {now.fault.fault}",),
        why=None,
    )


_TELLERS: Mapping[str, tuple[type, Callable[[Any, Any, _Names], Change]]] = {
    "contribution": (Contribution, _tell_contribution),
    "attachment": (Attachment, _tell_attachment),
    "claim": (Claim, _tell_claim),
    "correction": (ClaimCorrection, _tell_correction),
    "document": (StoryText, _tell_document),
    "input_fault": (InputFault, _tell_fault),
    "item": (ItemRecord, _tell_item),
    "link": (PersonLink, _tell_link),
    "mark": (MarkRecord, _tell_mark),
    "outcome": (Outcome, _tell_outcome),
    "proposal": (Verdict, _tell_verdict),
    "review": (Review, _tell_review),
    "setting": (Setting, _tell_setting),
    "survey": (Survey, _tell_survey),
}
"""How each table's records are told; those of other tables are named by their key."""


def _fields(now: object, then: object | None) -> tuple[str, ...]:
    """Say which fields of a record changed."""
    if then is None:
        return ("new",)
    names = [field.name for field in fields(now)]  # type: ignore[arg-type]  # a dataclass
    told = [
        _from_to(name.replace("_", " "), _plain(getattr(then, name)), _plain(getattr(now, name)))
        for name in names
    ]
    return tuple(line for line in told if line) or ("as before",)


def _plain(value: object) -> str:
    if value is None or value == ():
        return "nothing"
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(to_json(value), ensure_ascii=False, sort_keys=True)


def _verdict_changes(before: Verdict, after: Verdict) -> Iterator[str]:
    told = (
        _from_to("", before.rating.value, after.rating.value),
        _from_to("probability", _number(before.probability), _number(after.probability)),
        _from_to("confidence", before.confidence.value, after.confidence.value),
    )
    yield from (line for line in told if line)
    for name, label in (
        ("tried", "what was tried"),
        ("impossible", "what was impossible"),
        ("would_change", "what would change it"),
        ("links", "its links"),
    ):
        if getattr(before, name) != getattr(after, name):
            yield f"{label} changed"


def _number(probability: float | None) -> str:
    return "none" if probability is None else f"{probability:.2f}"


def _from_to(name: str, before: object, after: object) -> str:
    if before == after:
        return ""
    old, new = (_shortened("nothing" if one in {None, ""} else str(one)) for one in (before, after))
    return f"{name} from {old} to {new}".strip() if name else f"from {old} to {new}"


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _words(spans: Sequence[Span]) -> str:
    return " … ".join(f"“{' '.join(span.exact.split())}”" for span in spans)


def _slot(slot: Slot) -> str:
    amount = slot.value if slot.value is not None else (slot.vague or _range(slot))
    said = [
        "not" if slot.polarity.value == "negated" else "",
        "exclusively" if slot.exclusive else "",
        slot.quantifier.value.replace("_", " ") if slot.quantifier is not None else "",
        f"{amount:g}" if isinstance(amount, float) else str(amount),
        slot.unit if slot.unit not in {None, "1"} else "",
    ]
    return " ".join(word for word in said if word)


def _range(slot: Slot) -> str:
    low, high = slot.range if slot.range is not None else (0.0, 0.0)
    return f"{low:g} to {high:g}"


def _call(claim: Claim) -> str:
    return _shortened(f"{claim.claimant}: {_words(claim.content)}")


def _part(part: Part) -> str:
    return f"“{part.value.replace('_', ' ')}”"
