"""Whoever is signed in, as every page needs them: asked of the database once a request."""

from django.http import HttpRequest

from purport.store.readers.people import Surroundings, surroundings_of

__all__ = ["signed_in"]


def signed_in(request: HttpRequest) -> Surroundings | None:
    """Return what pages show to whoever is signed in; None for whoever is not."""
    if not request.user.is_authenticated:
        return None
    user = request.user.pk
    asked: tuple[int, Surroundings] | None = getattr(request, "purport_surroundings", None)
    if asked is None or asked[0] != user:  # somebody may sign in meanwhile
        asked = (user, surroundings_of(user))
        request.purport_surroundings = asked
    return asked[1]
