"""Which record goes into which table, and under which key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from purport.core.case import ItemRecord
from purport.core.casefile import MarkRecord, StoryText
from purport.core.claims import Claim
from purport.core.contributions import Contribution
from purport.core.corrections import ClaimCorrection, PersonLink
from purport.core.digests import digest_json
from purport.core.editions import Edition
from purport.core.second_looks import SecondLook
from purport.core.verdicts import Verdict
from purport.store import models
from purport.store.encoding import decode_without_numbers
from purport.store.records import (
    Attachment,
    InputFault,
    Outcome,
    Review,
    Setting,
    Survey,
)

__all__ = ["KINDS", "Kind", "kind_of"]

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[RecordT]):
    """A kind of record."""

    record: type[RecordT]
    """Its class."""
    table: type[models.RecordRow]
    """Where its rows lie."""
    key: Callable[[RecordT], str]
    """What tells its records apart; of each key one row is live."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of its own, by which rows are found, and the attributes of a record that they hold.
    """
    brief: Callable[[str], Any] | None = None
    """Reads the JSON of a row without what takes room in it and is not shown in lists; None where
    nothing is left out."""

    @property
    def name(self) -> str:
        """Name of the table, as the custody chain has it."""
        return str(self.table._meta.db_table).removeprefix("purport_")  # noqa: SLF001 - Django's own way

    def columns_of(self, record: RecordT) -> Mapping[str, str]:
        """Return what a record's own columns hold."""
        return {column: getattr(record, name) for column, name in self.columns.items()}


_OUTCOME_COLUMNS = {
    "item": "item",
    "check_name": "check",
    "version": "version",
    "parameters": "parameters",
    "inputs": "inputs",
}


def _verdict_key(verdict: Verdict) -> str:
    return f"{verdict.claim}:{verdict.part.value}"


KINDS: tuple[Kind[Any], ...] = (
    Kind(record=Setting, table=models.SettingRow, key=lambda setting: setting.key),
    Kind(record=ItemRecord, table=models.ItemRow, key=lambda item: item.digest),
    Kind(record=StoryText, table=models.DocumentRow, key=lambda story: story.document.digest),
    Kind(
        record=Attachment,
        table=models.AttachmentRow,
        key=lambda attachment: f"{attachment.kind.value}:{attachment.digest}",
    ),
    Kind(record=Survey, table=models.SurveyRow, key=lambda survey: survey.item),
    Kind(record=Claim, table=models.ClaimRow, key=lambda claim: claim.id),
    Kind(record=ClaimCorrection, table=models.CorrectionRow, key=lambda one: one.claim),
    Kind(
        record=PersonLink,
        table=models.LinkRow,
        key=lambda link: f"{link.claim}:{link.part.value}:{link.finding}",
    ),
    Kind(
        record=Outcome,
        table=models.OutcomeRow,
        key=lambda outcome: f"{outcome.item}:{outcome.check}",
        columns=_OUTCOME_COLUMNS,
        brief=decode_without_numbers,
    ),
    Kind(record=MarkRecord, table=models.MarkRow, key=lambda mark: mark.id),
    Kind(record=SecondLook, table=models.SecondLookRow, key=lambda look: look.id),
    Kind(record=Edition, table=models.EditionRow, key=lambda edition: str(edition.number)),
    Kind(record=Contribution, table=models.ContributionRow, key=lambda one: one.id),
    Kind(record=Verdict, table=models.ProposalRow, key=_verdict_key),
    Kind(record=Review, table=models.ReviewRow, key=lambda review: _verdict_key(review.verdict)),
    Kind(
        record=InputFault,
        table=models.InputFaultRow,
        key=lambda fault: digest_json(fault.fault.subject),
    ),
)
"""Every kind that the store knows."""

_BY_RECORD: Mapping[type, Kind[Any]] = {kind.record: kind for kind in KINDS}


def kind_of(record: type[RecordT]) -> Kind[RecordT]:
    """Return the kind of a record's class.

    Raises:
        KeyError: The store does not keep such records.
    """
    return _BY_RECORD[record]
