"""Passkeys: what the page that adds one offers."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _

__all__ = ["AddPasskeyForm"]


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Offers a key that signs in by itself first, a mere second factor when that is asked for."""

    def __init__(self, *args: Any, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        """Prepare the form as Django does."""
        super().__init__(*args, **rest)
        self.fields["name"].label = _("Name of the passkey")
        box = self.fields["passwordless"]
        box.initial = True
        box.label = _("Sign in with it alone")
        box.help_text = _("Without this it is asked for after the password, as a second factor.")
