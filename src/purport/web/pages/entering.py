"""Coming in by a link: the owner's from the terminal, and those of people who were invited."""

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purport.store.accounts.ledger import open_invitation, redeem, set_role

__all__ = ["enter_by_link"]


class NewcomerForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """What somebody who was invited is called here, and how they come back."""

    name = forms.SlugField(
        label=_("Your name here"),
        max_length=60,
        help_text=_("Letters, digits, - and _. It stands beside all that you do in the case."),
    )
    password = forms.CharField(
        label=_("A password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"]
        if get_user_model().objects.filter(username__iexact=name).exists():
            raise ValidationError(_("Somebody here is called so already."))
        return name

    def clean_password(self) -> str:
        """Refuse a password that is easily guessed."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
def enter_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the owner in, or let somebody new into the case to which they were invited."""
    invitation = open_invitation(token)
    if invitation.user is not None:
        _sign_in(request, get_user_model().objects.get(pk=redeem(token).user))
        return redirect("cases")
    newcomer = not request.user.is_authenticated
    form = NewcomerForm(request.POST or None) if newcomer else None
    if request.method == "POST" and (form is None or form.is_valid()):
        invitation = redeem(token)
        if form is not None:
            user = get_user_model().objects.create_user(
                username=form.cleaned_data["name"], password=form.cleaned_data["password"]
            )
            _sign_in(request, user)
        if invitation.case is not None:
            set_role(invitation.case, request.user.pk, invitation.role)
            return redirect("case", invitation.case)
        return redirect("cases")
    shown = {"invitation": invitation, "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "room/invitation.html", shown, status=status)


def _sign_in(request: HttpRequest, user: Any) -> None:  # noqa: ANN401 - Django's user
    """Sign somebody in, whatever addresses they have; the list of sessions shows it."""
    perform_login(request, user, email_verification="none")
