"""What is pushed to a browser: few words in the reader's language, and where to read on."""

import json

from django.conf import settings
from django.utils.translation import get_language_bidi, override

from purport.core.notices import Parcel
from purport.readers.pushing import MOST_PAYLOAD, topic_of
from purport.readers.telling import Telling
from purport.web.headlines import headline_of

__all__ = ["push_payload"]

_MOST_TITLE = 200
_MOST_BODY = 300


def push_payload(parcel: Parcel, told: Telling) -> bytes:
    """Return what is pushed, as JSON that the service worker shows.

    Args:
        parcel: Whom it goes to.
        told: What it tells.
    """
    language = parcel.language or settings.LANGUAGE_CODE
    with override(language):
        headline = headline_of(told)
        shown = {
            "title": headline.title[:_MOST_TITLE],
            "body": "\n".join(headline.lines)[:_MOST_BODY],
            "path": headline.path,
            "tag": topic_of(told.event.case),
            "lang": language,
            "dir": "rtl" if get_language_bidi() else "ltr",
        }
    payload = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
    if len(payload) > MOST_PAYLOAD:
        payload = json.dumps({**shown, "body": ""}, ensure_ascii=False).encode()
    return payload
