"""How accounts are made: by invitation, or by anybody where the room's owner allows it."""

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
