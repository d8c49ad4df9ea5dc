"""The tables of what readers write and wish; unlike records, they change and may be deleted."""

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = [
    "ChangeRow",
    "CommentRow",
    "DeliveryRow",
    "EventRow",
    "EvidenceRow",
    "FlagRow",
    "FollowRow",
    "ForumRow",
    "ModerationRow",
    "NoticeRow",
    "PushRow",
    "ReaderRow",
    "ReadingRow",
    "WishRow",
    "WordRow",
]

_ID_LENGTH = 32
_KEY_LENGTH = 200
_NAME_LENGTH = 16


class ReaderRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """What somebody with an account is as a reader; quiet hours in minutes of the day."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reader"
    )
    joined = models.DateTimeField()
    language = models.CharField(max_length=_NAME_LENGTH, default="")
    mail_language = models.CharField(max_length=_NAME_LENGTH, default="")
    time_zone = models.CharField(max_length=64, default="UTC")
    frozen = models.BooleanField(default=False)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_to = models.PositiveSmallIntegerField(null=True)
    salt = models.CharField(max_length=64)
    leaves = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """The table."""

        db_table = "purport_reader"

    def __str__(self) -> str:
        """Return who it is."""
        return str(self.user)


class ForumRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """How a case is talked about: a case without a row is open."""

    case = models.OneToOneField("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    closed = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, default="")

    class Meta:
        """The table."""

        db_table = "purport_forum"

    def __str__(self) -> str:
        """Return whether it is closed."""
        return "closed" if self.closed else "open"


class CommentRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A reader's comment; its words are never rewritten by anybody else."""

    id = models.CharField(max_length=_ID_LENGTH, primary_key=True)
    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    thread = models.CharField(max_length=_ID_LENGTH)
    anchor = models.CharField(max_length=_NAME_LENGTH)
    claim = models.CharField(max_length=_KEY_LENGTH, default="")
    item = models.CharField(max_length=64, default="")
    time_s = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    body = models.TextField()
    state = models.CharField(max_length=_NAME_LENGTH)
    held_by = models.CharField(max_length=200, default="")
    reason = models.CharField(max_length=500, default="")
    featured = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        """The table."""

        db_table = "purport_comment"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "state", "created"], name="comment_of_case"),
            models.Index(fields=["thread", "created"], name="comment_of_thread"),
            models.Index(fields=["author", "created"], name="comment_by_author"),
            models.Index(fields=["state", "created"], name="comment_waiting"),
        ]

    def __str__(self) -> str:
        """Return its identifier."""
        return str(self.id)


class FlagRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A reader's word that a comment should not stand."""

    comment = models.ForeignKey(CommentRow, on_delete=models.CASCADE, related_name="flags")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=_NAME_LENGTH)
    note = models.CharField(max_length=500, default="")
    weight = models.FloatField()
    created = models.DateTimeField()
    settled = models.CharField(max_length=_NAME_LENGTH, default="")

    class Meta:
        """The table."""

        db_table = "purport_flag"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "user"], name="flag_once_each")
        ]

    def __str__(self) -> str:
        """Return what kind it is."""
        return str(self.kind)


class ModerationRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A line of the public log of moderation; who moderated is the desk's affair."""

    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    comment = models.CharField(max_length=_ID_LENGTH)
    action = models.CharField(max_length=_NAME_LENGTH)
    reason = models.CharField(max_length=500)
    moderator = models.CharField(max_length=_KEY_LENGTH)
    created = models.DateTimeField()

    class Meta:
        """The table."""

        db_table = "purport_moderation"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "created"], name="moderation_of_case")
        ]

    def __str__(self) -> str:
        """Return what was done."""
        return str(self.action)


class WordRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A word that moderators do not want, or want to look at first."""

    language = models.CharField(max_length=_NAME_LENGTH)
    word = models.CharField(max_length=100)
    banned = models.BooleanField()

    class Meta:
        """The table."""

        db_table = "purport_word"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["language", "word"], name="word_once_a_language")
        ]

    def __str__(self) -> str:
        """Return the word."""
        return str(self.word)


class EvidenceRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """What a reader offers to a case, and what came of it."""

    id = models.CharField(max_length=_ID_LENGTH, primary_key=True)
    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=24)
    claim = models.CharField(max_length=_KEY_LENGTH, default="")
    item = models.CharField(max_length=64, default="")
    body = models.TextField()
    credited = models.BooleanField(default=False)
    state = models.CharField(max_length=_NAME_LENGTH)
    reason = models.CharField(max_length=2000, default="")
    misleading = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=_KEY_LENGTH, default="")
    decided = models.DateTimeField(null=True)
    commitment = models.CharField(max_length=64, default="")
    opening = models.TextField(default="")
    created = models.DateTimeField()

    class Meta:
        """The table."""

        db_table = "purport_evidence"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "state", "created"], name="evidence_of_case"),
            models.Index(fields=["author", "created"], name="evidence_by_author"),
        ]

    def __str__(self) -> str:
        """Return its identifier."""
        return str(self.id)


class ChangeRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """That a comment came, went or was hidden: what open pages are told."""

    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    comment = models.CharField(max_length=_ID_LENGTH)
    created = models.DateTimeField(db_index=True)

    class Meta:
        """The table."""

        db_table = "purport_change"

    def __str__(self) -> str:
        """Return the comment."""
        return str(self.comment)


class FollowRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """That somebody follows a case, or one claim of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    claim = models.CharField(max_length=_KEY_LENGTH, default="")
    created = models.DateTimeField()

    class Meta:
        """The table."""

        db_table = "purport_follow"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "case", "claim"], name="follow_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "user"], name="follow_of_case")
        ]

    def __str__(self) -> str:
        """Return what is followed."""
        return f"{self.case_id} {self.claim}"


class ReadingRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """That somebody has a case open in front of them: nothing is pushed about it meanwhile."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    last = models.DateTimeField(db_index=True)

    class Meta:
        """The table."""

        db_table = "purport_reading"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "case"], name="reading_once")
        ]

    def __str__(self) -> str:
        """Return what is being read."""
        return str(self.case_id)


class WishRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """How somebody wants to hear of one kind of event; kinds without a row are as usual."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    in_app = models.BooleanField()
    mail = models.CharField(max_length=_NAME_LENGTH)
    push = models.BooleanField()

    class Meta:
        """The table."""

        db_table = "purport_wish"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="wish_once_a_kind")
        ]

    def __str__(self) -> str:
        """Return the kind."""
        return str(self.kind)


class EventRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """Something that followers are to hear of, and how far they were told."""

    id = models.CharField(max_length=64, primary_key=True)
    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    claim = models.CharField(max_length=_KEY_LENGTH, default="")
    subject = models.CharField(max_length=_KEY_LENGTH, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    body = models.TextField(default="{}")
    created = models.DateTimeField()
    told_to = models.BigIntegerField(default=0)
    told = models.BooleanField(default=False, db_index=True)

    class Meta:
        """The table."""

        db_table = "purport_event"

    def __str__(self) -> str:
        """Return kind and identifier."""
        return f"{self.kind} {self.id}"


class NoticeRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """One event as one reader is told of it, in the pages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(EventRow, on_delete=models.CASCADE, related_name="+")
    listed = models.BooleanField()
    created = models.DateTimeField()
    seen = models.DateTimeField(null=True)

    class Meta:
        """The table."""

        db_table = "purport_notice"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "event"], name="notice_once_each")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "listed", "created"], name="notice_of_user")
        ]

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.user_id} {self.event_id}"


class PushRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A browser that wants to be told, by its push service."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    endpoint = models.TextField()
    endpoint_digest = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    failures = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField()

    class Meta:
        """The table."""

        db_table = "purport_push"

    def __str__(self) -> str:
        """Return the digest of its address."""
        return str(self.endpoint_digest)


class DeliveryRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """One mail or push that is to go out: who sends it, and how far it is.

    A row that is being sent is never taken up by another: whether it went out is then unknown, and
    nothing is sent twice.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notice = models.ForeignKey(NoticeRow, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=_NAME_LENGTH)
    push = models.ForeignKey(PushRow, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=64, default="")
    due = models.DateTimeField()
    state = models.CharField(max_length=_NAME_LENGTH)
    owner = models.CharField(max_length=64, default="")
    taken = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, default="")

    class Meta:
        """The table."""

        db_table = "purport_delivery"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice", "channel", "push"], name="delivery_once_a_browser"
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=models.Q(push__isnull=True),
                name="delivery_once_a_mail",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due"], name="delivery_due"),
            models.Index(fields=["user", "state"], name="delivery_of_user"),
        ]

    def __str__(self) -> str:
        """Return channel and state."""
        return f"{self.channel} {self.state}"
