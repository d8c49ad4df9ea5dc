"""What pages of published cases show of following and notices."""

from typing import Any

from django import template

from purport.store.readers.following import follows_in
from purport.web.pages.notices import application_server_key
from purport.web.signed_in import signed_in

__all__ = ["register"]

register = template.Library()


@register.inclusion_tag("readers/_follow.html", takes_context=True)  # type: ignore[untyped-decorator]  # Django ships no types
def follow_button(context: Any, key: str, claim: str = "") -> dict[str, Any]:  # noqa: ANN401 - Django's own
    """Show the button that follows a case or a claim, or follows it no more."""
    request = context["request"]
    followed = follows_in(request.user.pk, key) if request.user.is_authenticated else frozenset()
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
        "key": key,
        "claim": claim,
        "follows": claim in followed,
        "follows_case": bool(claim) and "" in followed,
    }


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]  # Django ships no types
def unseen_notices(context: Any) -> int:  # noqa: ANN401 - Django's own
    """Return how many notices whoever is signed in has not seen."""
    reader = signed_in(context["request"])
    return 0 if reader is None else reader.unseen


@register.simple_tag  # type: ignore[untyped-decorator]  # Django ships no types
def push_key() -> str:
    """Return the key by which browsers subscribe to this server's pushes."""
    return application_server_key()
