"""How accounts are made: by invitation, or by anybody where the room's owner allows it."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

__all__ = ["RoomAccountAdapter", "confirmation_token", "is_confirmation_token"]

_SALT = "purport.accounts.confirm"
_TOKEN_BYTES = 16


class RoomAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Asks the room's settings whether strangers may sign up; mails a link beside the code."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether somebody may make an account without an invitation."""
        del request
        return bool(settings.PURPORT_SIGN_UP)

    def is_reauthentication_required(self, *, app: str, **rest: Any) -> bool:  # noqa: ANN401 - allauth's own
        """Tell whether somebody is to show again who they are before a change of how they sign in.

        Whoever has nothing to show (the room's owner, in by the link of the terminal) is not asked:
        they could never set a password or add a passkey. From the first of these on they are.
        """
        asked = bool(super().is_reauthentication_required(app=app, **rest))
        return asked and bool(self.get_reauthentication_methods(self.request.user))

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        emailconfirmation: Any,  # noqa: ANN401 - allauth ships no types
        signup: bool,  # noqa: FBT001 - allauth's own
    ) -> None:
        """Mail the code that confirms an address, and a link to a page that has it filled in."""
        address, code = emailconfirmation.email_address, emailconfirmation.key
        path = reverse("confirm_by_link", args=[confirmation_token(address.email, code)])
        told = {"user": address.user, "code": code, "link": request.build_absolute_uri(path)}
        what = "email_confirmation_signup" if signup else "email_confirmation"
        self.send_mail(f"account/email/{what}", address.email, told)


def confirmation_token(email: str, code: str) -> str:
    """Return what the link of a mail names: which mail it is, and nothing that can be used.

    The code itself is not in it; the page takes that from the session that asked for it, so that
    the link is worth nothing in anybody else's browser.
    """
    value = f"{email.lower()}\n{code}"
    digest: bytes = salted_hmac(_SALT, value, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode("ascii").rstrip("=")


def is_confirmation_token(token: str, *, email: str, code: str) -> bool:
    """Tell whether a link is that of the mail with this code to this address."""
    return bool(code) and constant_time_compare(token, confirmation_token(email, code))
