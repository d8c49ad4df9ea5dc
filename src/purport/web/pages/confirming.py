"""Confirming an address by the link of the mail: a page with the code filled in, and one press."""

from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    EmailVerificationProcess,
)
from allauth.account.views import ConfirmEmailVerificationCodeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purport.web.accounts import is_confirmation_token

__all__ = ["confirm_by_link"]


class _CodeFilledIn(ConfirmEmailVerificationCodeView):  # type: ignore[misc]  # allauth ships no types
    """The page that asks for the code, with the code that this session waits for."""

    template_name = "readers/confirm.html"
    http_method_names = ("get", "head")

    def get_initial(self) -> dict[str, str]:
        """Fill the code in."""
        return {"code": self._process.code}


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def confirm_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page that a link leads to; nothing is confirmed before its button is pressed.

    Only the browser that asked for the mail is shown the code. Were the link good anywhere,
    somebody could sign up with another's address and have its owner confirm it for them.
    """
    state = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
    if (
        state
        and is_confirmation_token(token, email=state["email"], code=state.get("code", ""))
        and EmailVerificationProcess(request=request, state=state).is_valid()
    ):
        shown: HttpResponse = _CodeFilledIn.as_view()(request)
        return shown
    return render(request, "readers/confirm_not_here.html", status=404)
