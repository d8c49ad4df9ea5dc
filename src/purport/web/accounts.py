"""How accounts are made: by invitation, or by anybody where the room's owner allows it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

__all__ = ["RoomAccountAdapter"]


class RoomAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Asks the room's settings whether strangers may sign up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether somebody may make an account without an invitation."""
        del request
        return bool(settings.PURPORT_SIGN_UP)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; the page says where it went when there is no mail server."""
        super().send_mail(template_prefix, email, context)
