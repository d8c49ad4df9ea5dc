"""Passwords that follow from where they are used are refused."""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["OwnWordsValidator", "left_without"]

_OWN = ("purport", "password", "passkey", "footage", "evidence", "verdict")
"""Words of the product and its trade, as docs/security.md lists them."""
_SHORTEST_WORD = 4
_LEAST_BESIDE = 8


class OwnWordsValidator:
    """Refuses what leaves too little when the site's own words are taken away."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password.

        Raises:
            ValidationError: Less than eight characters stand beside the site's own words.
        """
        del user
        if len(left_without(password, settings.PURPORT_PUBLISHER)) < _LEAST_BESIDE:
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return str(_("Beside words of this site at least eight characters have to stand."))


def left_without(password: str, publisher: str) -> str:
    """Return what is left of a password without the words of the site and its publisher.

    Examples:
        >>> left_without("Purport-2026", "Harbour Desk")
        '-2026'
    """
    left = unicodedata.normalize("NFKC", password).casefold()
    words = [*_OWN, *re.findall(r"\w+", publisher.casefold())]
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            left = left.replace(word, "")
    return left
