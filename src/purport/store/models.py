"""The tables. Insert only: a correction is a new row that supersedes; nothing is edited or lost.

Two unique indexes keep one live row a key: a partial one on the rows that supersede nothing, and
one that lets a row be superseded only once.
"""

from typing import ClassVar

from django.db import models

__all__ = [
    "AttachmentRow",
    "CaseRow",
    "ClaimRow",
    "ContributionRow",
    "CorrectionRow",
    "CustodyRow",
    "DocumentRow",
    "EditionRow",
    "InputFaultRow",
    "ItemRow",
    "JobRow",
    "LinkRow",
    "MarkRow",
    "OutcomeRow",
    "ProposalRow",
    "RecordRow",
    "ReviewRow",
    "SecondLookRow",
    "SettingRow",
    "SurveyRow",
]

_DIGEST_LENGTH = 64
_KEY_LENGTH = 200


class CaseRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A case; an SQLite database holds one, a PostgreSQL database may hold many."""

    key = models.CharField(max_length=_KEY_LENGTH, unique=True)

    class Meta:
        """The table."""

        db_table = "purport_case"

    def __str__(self) -> str:
        """Return the key."""
        return str(self.key)


class RecordRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """What all tables of records have in common."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=_KEY_LENGTH)
    body = models.TextField()
    withdrawn = models.BooleanField(default=False)
    digest = models.CharField(max_length=_DIGEST_LENGTH)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="successor"
    )

    class Meta:
        """Shared by the tables."""

        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "key"],
                condition=models.Q(supersedes__isnull=True),
                name="%(class)s_one_first",
            )
        ]

    def __str__(self) -> str:
        """Return the key."""
        return str(self.key)


class SettingRow(RecordRow):
    """Things said of the case as a whole."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_setting"


class ItemRow(RecordRow):
    """Media items."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_item"


class DocumentRow(RecordRow):
    """Source documents with their decoded text and the spans of their main text."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_document"


class AttachmentRow(RecordRow):
    """Orthophotos and control layers."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_attachment"


class SurveyRow(RecordRow):
    """What one pass over an item's frames found."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_survey"


class ClaimRow(RecordRow):
    """Claims."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_claim"


class CorrectionRow(RecordRow):
    """Claims as people correct them."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_correction"


class LinkRow(RecordRow):
    """Findings that people hold for or against a part of a claim."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_link"


class SecondLookRow(RecordRow):
    """Points that a second person placed without seeing the first person's."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_second_look"


class EditionRow(RecordRow):
    """Editions of the case, as far as each has come."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_edition"


class ContributionRow(RecordRow):
    """Evidence of readers that the case took over."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_contribution"


class OutcomeRow(RecordRow):
    """What came of a check on an item: findings, what it lacked, or a fault; keyed for reuse."""

    item = models.CharField(max_length=_DIGEST_LENGTH)
    check_name = models.CharField(max_length=_KEY_LENGTH)
    version = models.CharField(max_length=_KEY_LENGTH)
    parameters = models.CharField(max_length=_DIGEST_LENGTH)
    inputs = models.CharField(max_length=_DIGEST_LENGTH)

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_outcome"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["case", "item", "check_name", "version", "parameters", "inputs"],
                name="outcome_cache",
            )
        ]


class MarkRow(RecordRow):
    """What people placed by hand."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_mark"


class ProposalRow(RecordRow):
    """Verdicts as the machine proposes them."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_proposal"


class ReviewRow(RecordRow):
    """Verdicts as people leave them."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_review"


class InputFaultRow(RecordRow):
    """Files that could not be taken in."""

    class Meta(RecordRow.Meta):
        """The table."""

        db_table = "purport_input_fault"


class CustodyRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """The custody chain."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=_DIGEST_LENGTH)

    class Meta:
        """The table."""

        db_table = "purport_custody"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "sequence"], name="custody_one_at_a_place")
        ]

    def __str__(self) -> str:
        """Return its place in the chain."""
        return str(self.sequence)


class JobRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """The lease ledger: what is to be done in the background, who does it, and how far it is.

    Not evidence and not in the custody chain: rows change as the work goes on. Times are the
    database's own.
    """

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=_KEY_LENGTH)
    arguments = models.TextField(default="{}")
    agent = models.CharField(max_length=_KEY_LENGTH)
    state = models.CharField(max_length=16)
    created = models.DateTimeField()
    owner = models.CharField(max_length=64, default="")
    heartbeat = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    finished = models.DateTimeField(null=True)
    stage = models.CharField(max_length=32, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=300, default="")
    outcome = models.TextField(default="{}")

    class Meta:
        """The table."""

        db_table = "purport_job"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "created"], name="job_waiting"),
            models.Index(fields=["case", "created"], name="job_of_case"),
        ]

    def __str__(self) -> str:
        """Return kind and identifier."""
        return f"{self.kind} {self.id}"
