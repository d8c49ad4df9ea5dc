"""What the log tells of signing in: who by number, from where; never what was typed."""

import logging
from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

__all__ = ["start_telling"]

_LOG = logging.getLogger("purport.security")
_TOLD = (
    (user_logged_in, "signed in"),
    (user_logged_out, "signed out"),
    (user_login_failed, "failed to sign in"),
    (password_changed, "changed the password"),
    (password_reset, "replaced a forgotten password"),
    (authenticator_added, "added a second factor or passkey"),
    (authenticator_removed, "removed a second factor or passkey"),
)


def start_telling() -> None:
    """Write down whatever happens to sign-ins from now on."""
    for signal, what in _TOLD:
        signal.connect(_teller(what), weak=False, dispatch_uid=f"purport.security {what}")


def _teller(what: str) -> Any:  # noqa: ANN401 - a receiver of Django's signals
    def tell(*, request: HttpRequest | None = None, user: Any = None, **_rest: object) -> None:  # noqa: ANN401 - Django ships no types
        number = getattr(user, "pk", None)
        whence = request.META.get("REMOTE_ADDR", "") if request is not None else ""
        _LOG.info("account %s %s from %s", number or "unknown", what, whence or "unknown")

    return tell
