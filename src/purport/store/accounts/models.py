"""The tables of memberships and invitations; unlike records, they change and may be deleted."""

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["InvitationRow", "MembershipRow"]

_ROLE_LENGTH = 16
_DIGEST_LENGTH = 64


class MembershipRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """Somebody's role in a case."""

    case = models.ForeignKey("purport.CaseRow", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=_ROLE_LENGTH)

    class Meta:
        """The table."""

        db_table = "purport_membership"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "user"], name="membership_one_role")
        ]

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.user} {self.role}"


class InvitationRow(models.Model):  # type: ignore[misc]  # Django ships no types
    """A link that lets somebody in once; of its token only the digest is kept."""

    token_digest = models.CharField(max_length=_DIGEST_LENGTH, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    case = models.ForeignKey(
        "purport.CaseRow", null=True, on_delete=models.CASCADE, related_name="+"
    )
    role = models.CharField(max_length=_ROLE_LENGTH, default="")
    invited_by = models.CharField(max_length=200, default="")
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    class Meta:
        """The table."""

        db_table = "purport_invitation"

    def __str__(self) -> str:
        """Return what it lets somebody do."""
        return f"invitation as {self.role or self.user}"
